/** The contract suite with a server that repeats the key: no report, file or terminal line shows it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../src/cli/run-command.js";
import { junitOf, pageOf, runContract, summaryOf, trafficOf } from "../src/contract/index.js";
import { commandIo } from "./helpers/command-io.js";
import { fakeServer } from "./helpers/fake-server.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const KEY = "sk-Quartz7/Jumble+vow.9x_Hickory";
const SHOWN = /quartz|hickory/i;
const base_resp = { status_code: 0, status_msg: "success" };
const service = fakeServer();
const folder = folderForAll();

test("a key in an id, a status, a link or the address of the server is not shown (I14)", async () => {
  let isCancelled = false;
  service.next((response, { method, url }) => {
    isCancelled ||= method === "DELETE";
    const content = { url: `${service.url}/${encodeURIComponent(KEY)}` };
    const task = { id: KEY, task_type: "generation", status: isCancelled ? KEY : "succeeded", content };
    const file = { file_id: KEY, download_url: `http://${KEY}.invalid/` };
    const read = { task_id: KEY, status: "Success", file_id: KEY, file, items: [task], task };
    const reply = method === "GET" ? read : { task_id: KEY, action: KEY, status: KEY };
    const headers = { "content-type": "application/json", "x-echo": KEY, location: `/${encodeURIComponent(KEY)}` };
    response.writeHead(200, headers).end(JSON.stringify({ ...reply, base_resp, path: url }));
  });
  const v2 = ["Create", "Query", "List", "Delete"].map((verb) => `videoGenerationV2${verb}`);
  const only = ["videoGeneration", "queryVideoGenerationTask", "retrieveFile", ...v2];
  const address = `${service.url}/${KEY.replace(/\W/g, "-")}/minimax`;
  for (const server of [service.url, { baseUrl: address, like: "global" as const }]) {
    isCancelled = false;
    const { report, exchanges } = await runContract({ server, apiKey: KEY, free: true, only });
    const recorded = [JSON.stringify(report), JSON.stringify(exchanges), trafficOf(exchanges)];
    const shown = [pageOf(report), junitOf(report), summaryOf(report, { width: 2000 })];
    for (const text of [...recorded, ...shown]) expect(text).not.toMatch(SHOWN);
  }
}, 240_000);

test("no file and no stream of the command shows the key (I14)", async () => {
  service.next((response, { headers, method, url }) => {
    const status_msg = `got ${headers.authorization}`;
    const echo = { headers, method, url, upper: KEY.toUpperCase() };
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ base_resp: { status_code: 2013, status_msg }, ...(method === "GET" ? { echo } : {}) }));
  });
  const { io, printed } = commandIo({ MINIMAX_API_KEY: KEY });
  await run(["contract", "--server", service.url, "--free", "--traffic", "--report", folder], io);
  const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
  expect(files.map(([file]) => file).sort()).toEqual(["index.html", "junit.xml", "report.json", "traffic.ndjson"]);
  for (const [name, text] of [...files, ...Object.entries(printed)]) expect(text, name).not.toMatch(SHOWN);
  const lines = readFileSync(join(folder, "traffic.ndjson"), "utf8").trim().split("\n");
  expect(lines.length).toBeGreaterThan(400);
  for (const each of lines) JSON.parse(each);
}, 240_000);
