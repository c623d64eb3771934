/** `minimax-video listen`: prints callbacks as they arrive. */
import { expect, test } from "vitest";
import { commandLine, SIGNATURE } from "./helpers/command-line.js";

const { cli, ends } = commandLine();
const SECRET = "a-secret-of-listen-that-nobody-may-see";

/** Runs listen, calls its address once it is printed, and ends it with Ctrl-C. */
async function listening(args: string[], calls: (url: string) => Promise<unknown> = async () => {}) {
  const stop = new AbortController();
  let called: Promise<unknown> | undefined;
  const onOutput = (text: string) => {
    const [, url] = /(http:[^"\s]+)/.exec(text) ?? [];
    if (url) called ??= calls(url).finally(() => setTimeout(() => stop.abort(), 50));
  };
  const env = { MINIMAX_WEBHOOK_SECRET: SECRET };
  const ended = await cli(["listen", "--port", "0", ...args], { env, signal: stop.signal, onOutput });
  await called;
  expect(ended.stdout + ended.stderr).not.toContain(SECRET);
  return ended;
}

const send = (url: string, body: object) =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

test("listen prints its address, then each callback as it arrives, and exits with 0 on Ctrl-C", async () => {
  const { code, stdout, stderr } = await listening(["--path", "/fox"], async (url) => {
    expect(await (await send(url, { challenge: "c3f1" })).json()).toEqual({ challenge: "c3f1" });
    for (const status of ["success", "processing", "\x1b[2Jprocessing"]) await send(url, { task_id: "77", status });
    await send(url, { task_id: "78", status: "failed", base_resp: { status_code: 1027, status_msg: "no" } });
    await send(url.replace("/fox", "/"), { task_id: "79", status: "success" });
    await send(url.replace("token", "taken"), { task_id: "79", status: "success" });
  });
  const [address = "", ...lines] = stdout.trimEnd().split("\n");
  expect([code, address]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/fox\?token=v0\./)]);
  expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ""))).toEqual([
    "77  success (succeeded)",
    "77  processing (running)",
    "77  [2Jprocessing (running)",
    expect.stringMatching(/^78 {2}failed {2}1027 /),
  ]);
  for (const status of [404, 403]) expect(stderr).toContain(`POST refused: HTTP ${status}`);
  expect(stderr).not.toContain(address.split("token=")[1]);
});

test("listen --json prints one object per line, and no signed link", async () => {
  let local = "";
  const video_url = `https://cdn.example/v.mp4?Signature=${SIGNATURE}`;
  const { stdout } = await listening(["--json", "--quiet"], async (url) => {
    local = url;
    await send(url, { task_id: "77", status: "Success", video_url });
  });
  const status = { kind: "video", state: "succeeded", taskId: "77", word: "Success", url: "[…]" };
  const [first, second] = stdout.trimEnd().split("\n");
  expect(JSON.parse(first ?? "")).toEqual({ url: local });
  expect(JSON.parse(second ?? "")).toEqual({ at: expect.any(String), ...status });
});

test("listen names a public address", async () => {
  const { stdout } = await listening(["--public-url", "http://fox.example:8080/inner/"]);
  expect(stdout).toMatch(/^http:\/\/fox\.example:8080\/inner\/callbacks\?token=/);
});

test.each([
  ["--secret", "short", /at least 32 characters/],
  ["--secret", "", /at least 32 characters/],
  ["--public-url", "fox.example", /--public-url takes an http/],
  ["--path", "fox?x", /--path takes/],
])("listen refuses %s %j", async (option, value, says) => {
  expect(await ends(2, ["listen", "--port", "0", option, value])).toMatch(says);
});
