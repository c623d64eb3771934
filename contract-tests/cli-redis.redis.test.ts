/** The command line with a journal in Redis. */
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { EXIT } from "../src/cli/process.js";
import { accepted, commandLine, fast, PROMPT } from "./helpers/command-line.js";
import { cut } from "./helpers/fake-server.js";
import { type RedisServer, startRedis } from "./helpers/redis-server.js";

const { server, mock, newFile, cli, ends, refusal, written } = commandLine();
let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis("--requirepass", "hush");
});
afterAll(() => redis.stop());
const shared = (password = "hush") => ({ journal: redis.url.replace("//", `//:${password}@`) });

test("a key buys once, and tasks and resume know it on every machine", async () => {
  const before = mock().creates;
  const out = newFile("mp4");
  for (let run = 0; run < 2; run++)
    await cli(["generate", PROMPT, "--key", "fox", "--no-wait", "--out", out], shared());
  expect(mock().creates - before).toBe(1);
  const id = mock().taskIds.at(-1) as string;
  expect((await cli(["tasks"], shared())).stdout).toMatch(new RegExp(`^accepted .* ${id} .* key "fox"`));
  await cli(["resume", ...fast], shared());
  const { stdout } = await cli(["tasks", "--json"], shared());
  expect(JSON.parse(stdout)).toMatchObject({ folder: redis.url, entries: [{ state: "saved", saved: { path: out } }] });
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

test("a password is refused in the command line and never shown, and a Redis that is down ends the command", async () => {
  const { journal } = shared();
  const said = await refusal(["tasks", "--journal", journal]);
  expect(said).toContain("--journal takes no password: set MINIMAX_JOURNAL to that URL");
  expect(said).not.toContain("hush");
  expect(await refusal(["tasks"], { journal: "redis://127.0.0.1:1" })).toMatch(
    /^The journal in Redis cannot be read: connect ECONNREFUSED 127/,
  );
  expect(await refusal(["tasks"], { journal: "redis://[" })).toContain("cannot be parsed");
  const line = written("jsonl", JSON.stringify({ model: "MiniMax-Hailuo-2.3", prompt: PROMPT, key: "a" }));
  for (const command of [["worker"], ["batch", line]]) {
    expect(await ends(8, [...command, "--redis", "redis://127.0.0.1:1"])).toContain(
      "Redis cannot be used at redis://127.0.0.1:1: connect ECONNREFUSED",
    );
  }
});

test("a batch fills the queue, and workers on any machine complete it", async () => {
  const before = mock().creates;
  const lines = ["a", "b", "c"].map((key) => ({ model: "MiniMax-Hailuo-2.3", prompt: PROMPT, key, out: `${key}.mp4` }));
  const file = written("jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
  const env = { REDIS_URL: shared().journal };
  const batch = () => cli(["batch", file, "--redis", "env"], { env });
  const filled = await batch();
  expect(filled.stdout).toMatch(
    /^In the queue at redis:\/\/127\S+: 3 requests, 0 of them finished; total list price: /,
  );
  const out = newFile("d");
  const stop = [new AbortController(), new AbortController()];
  const workers = stop.map(({ signal }) => cli(["worker", "--redis", "env", "--out", out], { env, signal }));
  await vi.waitFor(async () => expect((await batch()).stdout).toContain("3 of them finished"), {
    timeout: 30_000,
    interval: 500,
  });
  for (const one of stop) one.abort();
  const ended = await Promise.all(workers);
  expect(ended.map(({ code }) => code)).toEqual([EXIT.done, EXIT.done]);
  const printed = ended.flatMap(({ stdout }) => stdout.trim().split("\n").filter(Boolean));
  expect(printed.sort()).toEqual(["a", "b", "c"].map((key) => `${key}\t${out}/${key}.mp4`));
  expect([mock().creates - before, readdirSync(out).sort()]).toEqual([3, ["a.mp4", "b.mp4", "c.mp4"]]);
});

test.each<[string, string[], RegExp]>([
  ["a password", ["--redis", "redis://:hush@127.0.0.1"], /--redis takes no password: set REDIS_URL/],
  ["no URL", ["--redis", "127.0.0.1"], /--redis takes a URL/],
  ["an environment without REDIS_URL", ["--redis", "env"], /--redis takes a URL/],
])("worker refuses %s", async (_, options, words) => {
  const { code, stdout, stderr } = await cli(["worker", ...options]);
  expect([code === EXIT.done, stdout]).toEqual([false, ""]);
  expect(stderr).toMatch(words);
});

test("worker needs a queue, and batch refuses options that only workers use", async () => {
  expect(await refusal(["worker"])).toContain("worker needs --redis URL");
  const file = written("jsonl", JSON.stringify({ model: "MiniMax-Hailuo-2.3", prompt: PROMPT, key: "a", out: "../a" }));
  expect(await refusal(["batch", file, "--redis", redis.url, "--max-cost", "5"])).toContain(
    "--max-cost is not for --redis",
  );
  expect(await refusal(["batch", file, "--redis", redis.url.replace("//", "//x:hush@")])).not.toContain("hush");
  expect(
    await ends(EXIT.refusedHere, ["batch", file, "--redis", "env"], { env: { REDIS_URL: shared().journal } }),
  ).toContain("below the folder of the worker");
});
