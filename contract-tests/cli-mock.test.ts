/** `minimax-video mock`: a MiniMax on this machine. */
import { describe, expect, test } from "vitest";
import { commandLine, KEY, PROMPT } from "./helpers/command-line.js";

const { mock, cli } = commandLine();

describe("mock", () => {
  test("prints its URL alone on stdout, a line for each request, and ends at Ctrl-C with 0", async () => {
    const stop = new AbortController();
    let asked: Promise<unknown> | undefined;
    const onError = (said: string) => {
      const [, url] = /MINIMAX_SERVER=(\S+) /.exec(said) ?? [];
      const env = { MINIMAX_API_KEY: KEY, MINIMAX_SERVER: url ?? "" };
      if (url) asked ??= cli(["generate", PROMPT, "--no-wait"], { env }).finally(() => stop.abort());
    };
    const { code, stdout, stderr } = await cli(["mock", "--port", "0"], { signal: stop.signal, onError });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\n$/)]);
    expect(stderr).toContain("POST /v1/video_generation 200");
    await asked;
  });

  test("a port that is taken is named, with the way out", async () => {
    const { port } = new URL(mock.url);
    const { code, stderr } = await cli(["mock", "--port", port]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`${port} is taken.*--port`))]);
  });

  test("its help lists the failures that it can play", async () => {
    const { stdout } = await cli(["mock", "--help"]);
    for (const word of ["{mock:rate_limited}", "{mock:cut_download}", "mock-invalid-key"])
      expect(stdout).toContain(word);
  });
});
