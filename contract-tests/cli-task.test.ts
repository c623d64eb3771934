/** `minimax-video task`: continues with an existing task. */
import { describe, expect, test } from "vitest";
import { EXIT } from "../src/cli/exit-codes.js";
import { commandLine, KEY, running, SIGNATURE } from "./helpers/command-line.js";
import { json, success } from "./helpers/fake-server.js";

const { server, cli, scriptedEnv } = commandLine();

describe("task", () => {
  const record = (over: object = {}) =>
    JSON.stringify({ version: 1, id: "176843862716480", kind: "video", server: server.url, ...over });

  test("--no-wait prints the service's own word, and exits with 4 when the task failed", async () => {
    server.next(running);
    expect(await cli(["task", "176843862716480", "--no-wait"], { env: scriptedEnv() })).toMatchObject({
      code: 0,
      stdout: "Processing\n",
    });
    server.next(json({ status: "Fail", base_resp: { status_code: 1027, status_msg: "" } }));
    const failed = await cli(["task", "176843862716480", "--no-wait", "--json"], { env: scriptedEnv() });
    expect(failed.code).toBe(EXIT.taskFailed);
    expect(JSON.parse(failed.stdout)).toMatchObject({ state: "failed", word: "Fail", code: 1027 });
  });

  test("--no-wait of a finished template keeps its signed link to itself", async () => {
    const link = `https://x.example/v.mp4?Signature=${SIGNATURE}`;
    server.next(json({ status: "Success", video_url: link, ...success }));
    const { stdout } = await cli(["task", "1", "--template", "--no-wait", "--json"], { env: scriptedEnv() });
    expect(JSON.parse(stdout)).toMatchObject({ state: "succeeded", task: { kind: "template" } });
  });

  test("takes the server of a record only where it is a documented one: the key goes nowhere by a file", async () => {
    server.next(running);
    const env = { MINIMAX_API_KEY: KEY };
    const refused = await cli(["task", record(), "--no-wait"], { env });
    expect([refused.code, server.seen]).toEqual([EXIT.refusedHere, []]);
    expect(refused.stderr).toContain(`--server ${server.url}`);
    const confirmed = await cli(["task", record(), "--no-wait", "--server", `${server.url}/`], { env });
    expect(confirmed.code).toBe(0);
    const other = await cli(["task", record({ server: "china" }), "--no-wait", "--server", "global"], { env });
    expect(other.stderr).toContain("made at china");
  });

  test("refuses what is no task, and says why", async () => {
    expect((await cli(["task"])).stderr).toContain("Say which task");
    expect((await cli(["task", "no/such.json"])).stderr).toContain("no such file");
    expect((await cli(["task", record({ version: 2 }), "--server", server.url])).stderr).toContain("version 2");
  });
});
