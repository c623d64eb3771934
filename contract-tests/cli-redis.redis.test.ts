/** The command line with a journal in Redis. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { EXIT } from "../src/cli/process.js";
import { accepted, commandLine, fast, PROMPT } from "./helpers/command-line.js";
import { cut } from "./helpers/fake-server.js";
import { type RedisServer, startRedis } from "./helpers/redis-server.js";

const { server, mock, newFile, cli, refusal } = commandLine();
let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis("--requirepass", "hush");
});
afterAll(() => redis.stop());
const shared = (password = "hush") => ({ journal: redis.url.replace("//", `//:${password}@`) });

test("a key buys once, and tasks and resume know of it, on whatever machine", async () => {
  const before = mock().creates;
  const out = newFile("mp4");
  for (let run = 0; run < 2; run++)
    await cli(["generate", PROMPT, "--key", "fox", "--no-wait", "--out", out], shared());
  expect(mock().creates - before).toBe(1);
  const id = mock().taskIds.at(-1) as string;
  expect((await cli(["tasks"], shared())).stdout).toMatch(new RegExp(`^accepted .* ${id} .* key "fox"`));
  await cli(["resume", ...fast], shared());
  const { stdout } = await cli(["tasks", "--json"], shared());
  expect(JSON.parse(stdout)).toMatchObject({
    folder: redis.url,
    entries: [{ state: "saved", saved: { path: out } }],
  });
});

test("an unknown outcome is listed, blocks its key, and is forgotten by its id", async () => {
  server.next(cut, accepted);
  const at = { ...shared(), at: server.url };
  for (let run = 0; run < 2; run++)
    expect((await cli(["generate", PROMPT, "--key", "cat", "--no-wait"], at)).code).toBe(EXIT.outcomeUnknown);
  expect(server.seen).toHaveLength(1);
  const { stdout, stderr } = await cli(["tasks"], at);
  const [, entry = ""] = /UNKNOWN .*(key-\w+)/.exec(stdout) ?? [];
  expect(stderr).toContain(`tasks --forget ${entry}`);
  await cli(["tasks", "--forget", entry], at);
  await cli(["generate", PROMPT, "--key", "cat", "--no-wait"], at);
  expect(server.seen).toHaveLength(2);
});

test("doctor says whether it can be written", async () => {
  expect((await cli(["doctor"], shared())).stdout).toMatch(
    /ok +journal +redis:\/\/127\.0\.0\.1:\d+ can be written, \d entries/,
  );
  const wrong = await cli(["doctor"], shared("wrong"));
  expect(wrong.stdout).toMatch(/failed +journal/);
  expect(wrong.stdout + wrong.stderr).not.toMatch(/wrong@|:wrong/);
});

test("a password is refused in the command line, and shown nowhere; a Redis that is down ends the command", async () => {
  const { journal } = shared();
  const said = await refusal(["tasks", "--journal", journal]);
  expect(said).toContain("--journal takes no password: set MINIMAX_JOURNAL to that URL");
  expect(said).not.toContain("hush");
  expect(await refusal(["tasks"], { journal: "redis://127.0.0.1:1" })).toMatch(
    /^The journal in Redis cannot be read: connect ECONNREFUSED 127/,
  );
  expect(await refusal(["tasks"], { journal: "redis://[" })).toContain("cannot be parsed");
});
