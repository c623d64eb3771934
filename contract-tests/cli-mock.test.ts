/** `minimax-video mock`: the mock as a command. */
import { expect, test } from "vitest";
import { builtCommandLine, commandLine, PROMPT } from "./helpers/command-line.js";

const { mock, cli, ends, folder } = commandLine();
const program = builtCommandLine(folder);

test("mock prints only its URL on stdout, and a line for each request, and exits with 0 on Ctrl-C", async () => {
  const stop = new AbortController();
  let asked: Promise<unknown> | undefined;
  const onError = (said: string) => {
    const [, at] = /MINIMAX_SERVER=(\S+) /.exec(said) ?? [];
    if (at) asked ??= cli(["generate", PROMPT, "--no-wait"], { at }).finally(() => stop.abort());
  };
  const { code, stdout, stderr } = await cli(["mock", "--port", "0"], { signal: stop.signal, onError });
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\n$/)]);
  expect(stderr).toContain("POST /v1/video_generation 200");
  expect(stderr).toContain("open it in a browser for a playground");
  await asked;
});

test("mock tells a browser what to run if its playground is not built", async () => {
  const child = program(["mock", "--port", "0"]);
  try {
    await expect.poll(() => child.said().stdout, { timeout: 30_000 }).toMatch(/^http:.*\n$/);
    const reply = await fetch(child.said().stdout.trim(), { headers: { accept: "text/html,*/*" } });
    const text = "The playground is not built yet. In a clone of the repository, run: npm run build";
    expect([reply.status, await reply.text()]).toEqual([503, `${text}\n`]);
    await expect.poll(() => child.said().stderr).toContain(`GET / 503  ${text}`);
  } finally {
    child.kill();
  }
});

test.each(["mock", "listen"])("%s names a port that is taken, and the option that changes it", async (command) => {
  expect(await ends(2, [command, "--port", new URL(mock().url).port])).toMatch(/is taken.*--port/);
});

test("mock --help --all lists the failures that it can simulate", async () => {
  const { stdout } = await cli(["mock", "--help", "--all"]);
  for (const word of ["{mock:rate_limited}", "{mock:cut_download}", "mock-invalid-key"]) expect(stdout).toContain(word);
});
