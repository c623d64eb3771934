/** `minimax-video listen`: prints callbacks as they come. */
import { describe, expect, test } from "vitest";
import { commandLine, runCli, SIGNATURE } from "./helpers/command-line.js";

const { mock, cli } = commandLine();

describe("listen", () => {
  const secret = "a-secret-of-listen-that-nobody-may-see";

  /** A run that calls its own address with each of these, then ends with Ctrl-C. */
  async function listening(args: string[], calls: (url: string) => Promise<unknown>) {
    const stop = new AbortController();
    let called: Promise<unknown> | undefined;
    const onOutput = (text: string) => {
      const [, url] = /(http:[^"\s]+)/.exec(text) ?? [];
      if (url) called ??= calls(url).finally(() => setTimeout(() => stop.abort(), 50));
    };
    const env = { MINIMAX_WEBHOOK_SECRET: secret };
    const ended = await runCli(["listen", "--port", "0", ...args], { env, signal: stop.signal, onOutput }, [
      secret,
      SIGNATURE,
    ]);
    await called;
    return ended;
  }

  const send = (url: string, body: object) =>
    fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

  test("prints its address, then each callback as it comes, and ends at Ctrl-C with 0", async () => {
    const { code, stdout, stderr } = await listening(["--path", "/fox"], async (url) => {
      expect(await (await send(url, { challenge: "c3f1" })).json()).toEqual({ challenge: "c3f1" });
      for (const status of ["success", "processing", "\x1b[2Jprocessing"]) await send(url, { task_id: "77", status });
      await send(url, { task_id: "78", status: "failed", base_resp: { status_code: 1027, status_msg: "no" } });
      await send(url.replace("/fox", "/"), { task_id: "79", status: "success" });
      await send(url.replace("token", "taken"), { task_id: "79", status: "success" });
    });
    const [address, ...lines] = stdout.trimEnd().split("\n");
    expect([code, address]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/fox\?token=v0\./)]);
    expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ""))).toEqual([
      "77  success (succeeded)",
      "77  processing (running)",
      "77  [2Jprocessing (running)",
      expect.stringMatching(/^78 {2}failed {2}1027 /),
    ]);
    expect(stderr).toContain("POST refused: HTTP 404");
    expect(stderr).toContain("POST refused: HTTP 403");
    expect(stderr).not.toContain(address?.split("token=")[1]);
  });

  test("prints JSON lines, names a public address, and keeps a signed link to itself", async () => {
    let local = "";
    const url = `https://cdn.example/v.mp4?Signature=${SIGNATURE}`;
    const { stdout } = await listening(["--json", "--quiet"], async (address) => {
      local = address;
      await send(address, { task_id: "77", status: "Success", video_url: url });
    });
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { url: local },
      { at: expect.any(String), kind: "video", state: "succeeded", taskId: "77", word: "Success", url: "[…]" },
    ]);
    const named = await listening(["--public-url", "http://fox.example:8080/inner/"], async () => {});
    expect(named.stdout).toMatch(/^http:\/\/fox\.example:8080\/inner\/callbacks\?token=/);
  });

  test.each([
    ["a short secret", ["--secret", "short"], /at least 32 characters/],
    ["no secret", ["--secret", ""], /at least 32 characters/],
    ["an address that is none", ["--public-url", "fox.example"], /absolute http/],
    ["a path that is none", ["--path", "fox?x"], /--path takes/],
    ["a port that is none", ["--port", "fox"], /--port takes/],
    ["a word", ["fox"], /options only/],
  ])("%s is refused", async (_, args, says) => {
    const port = args[0] === "--port" ? [] : ["--port", "0"];
    expect(await cli(["listen", ...port, ...args])).toMatchObject({ code: 2, stderr: expect.stringMatching(says) });
  });

  test("a port that is taken is named, with the way out", async () => {
    const { code, stderr } = await cli(["listen", "--port", new URL(mock.url).port]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/is taken.*--port/)]);
  });
});
