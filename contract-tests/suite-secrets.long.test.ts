/** The contract suite at a server that repeats the key: no report, file or line on the terminal shows it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../src/cli/run-command.js";
import { type ContractOptions, junitOf, pageOf, runContract, summaryOf, trafficOf } from "../src/contract/index.js";
import { base_resp, type Echo, echoing, KEY, MANNERS, reply, shows } from "./helpers/echoes.js";
import { fakeServer, type Seen } from "./helpers/fake-server.js";

const service = fakeServer();
const V1 = ["videoGeneration", "queryVideoGenerationTask", "retrieveFile"];
const V2 = ["videoGenerationV2Create", "videoGenerationV2Query", "videoGenerationV2List", "videoGenerationV2Delete"];

/** Everything that is written or printed of a run, by its name. */
async function told(options: Partial<ContractOptions> = {}): Promise<Record<string, string>> {
  const { report, exchanges } = await runContract({
    server: service.url,
    apiKey: KEY,
    free: true,
    only: V1,
    ...options,
  });
  return {
    report: JSON.stringify(report),
    exchanges: JSON.stringify(exchanges),
    traffic: trafficOf(exchanges),
    page: pageOf(report),
    junit: junitOf(report),
    summary: summaryOf(report, { width: 2000 }),
  };
}

const SOME = [
  "as it is, in a message",
  "as a name in JSON",
  "as the message of version 2",
  "halved over two headers",
  "as its type",
  "in a redirect",
];
test.each(MANNERS.filter(([title]) => SOME.includes(title)))("%s", async (_, manner) => {
  service.next(echoing(manner));
  for (const [name, text] of Object.entries(await told())) expect(shows(text), name).toBe(false);
});

test("a key in an id, a status, a link or the address of the server is not shown", async () => {
  let isCancelled = false;
  const answer = (key: string, { method, url: path }: Seen): Echo => {
    isCancelled ||= method === "DELETE";
    const video = {
      video_url: `http://${key}.invalid/`,
      content: { url: `${service.url}/${encodeURIComponent(key)}` },
    };
    const task = { id: key, task_type: "generation", status: isCancelled ? key : "succeeded", ...video };
    if (method === "POST" || method === "DELETE") return reply({ task_id: key, action: key, status: key, base_resp });
    if (path.includes("retrieve")) return reply({ file: { file_id: key, download_url: video.video_url }, base_resp });
    return reply({ task_id: key, status: "Success", file_id: key, base_resp, items: [task], task, ...video });
  };
  service.next(echoing(answer));
  const only = [...V1, ...V2];
  const address = `${service.url}/${KEY.replace(/\W/g, "-")}/minimax`;
  for (const server of [service.url, { baseUrl: address, like: "global" as const }]) {
    isCancelled = false;
    for (const [name, text] of Object.entries(await told({ server, only }))) expect(shows(text), name).toBe(false);
  }
});

test("no file and no stream of the command shows the key", async () => {
  const headersOf = (key: string) => ({
    "x-echo": key,
    location: `https://cdn.example/a?key=${encodeURIComponent(key)}`,
  });
  service.next(
    echoing((key, seen) =>
      reply({ base_resp: { status_code: 2013, status_msg: `got ${key}` }, echo: seen }, headersOf(key)),
    ),
  );
  const folder = mkdtempSync(join(tmpdir(), "minimax-video-secrets-"));
  const printed = { stdout: "", stderr: "" };
  try {
    await run(["contract", "--server", service.url, "--free", "--traffic", "--report", folder], {
      stdin: (async function* () {})(),
      stdout: { write: (text) => (printed.stdout += text) },
      stderr: { write: (text) => (printed.stderr += text) },
      env: { MINIMAX_API_KEY: KEY },
      signal: new AbortController().signal,
      isTTY: false,
    });
    const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
    expect(files.map(([file]) => file).sort()).toEqual(["index.html", "junit.xml", "report.json", "traffic.ndjson"]);
    for (const [name, text] of [...files, ...Object.entries(printed)]) expect(shows(text), name).toBe(false);
    const lines = (files.find(([file]) => file === "traffic.ndjson")?.[1] ?? "").trim().split("\n");
    expect(lines.length).toBeGreaterThan(400);
    for (const line of lines) JSON.parse(line);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
