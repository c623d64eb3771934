/** `minimax-video batch`: a file of requests, which buys nothing twice. */
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { EXIT } from "../src/cli/process.js";
import { openJournal } from "../src/node/index.js";
import { fingerprintOf } from "../src/tasks/fingerprint.js";
import { accepted, commandLine, fast, PROMPT } from "./helpers/command-line.js";
import { json, refused } from "./helpers/fake-server.js";

const { server, mock, newFile, newJournal, written, cli, ends, refusal, listed } = commandLine();
const request = { model: "MiniMax-Hailuo-2.3", prompt: PROMPT };

/** The folder of each test's journal and videos. */
let journal: string;
let folder: string;
beforeEach(() => {
  journal = newJournal();
  folder = `${newFile("d")}/`;
});

const linesOf = (...wishes: unknown[]) =>
  written("jsonl", wishes.map((wish) => (typeof wish === "string" ? wish : JSON.stringify(wish))).join("\n"));
const batch = (file: string, ...options: string[]) =>
  cli(["batch", file, "--out", folder, ...fast, ...options], { journal });
const resultsOf = (file: string) =>
  readFileSync(`${file}.results.jsonl`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("a batch", () => {
  test("makes a video for each line, prints the cost, and writes the results", async () => {
    const before = mock().creates;
    const out = newFile("mp4");
    const file = linesOf({ ...request, key: "fox" }, "", { ...request, key: "cat/1", duration: 10, out });
    const { code, stdout, stderr } = await batch(file);
    expect(code, stderr).toBe(EXIT.done);
    expect(stdout).toMatch(/^2 saved; list price so far: \d+\.\d\d USD\n$/);
    expect(resultsOf(file)).toMatchObject([
      { key: "fox", state: "saved", path: `${folder}fox.mp4`, bytes: expect.any(Number), cost: { currency: "USD" } },
      { key: "cat/1", state: "saved", path: out, taskId: expect.any(String) },
    ]);
    expect([existsSync(`${folder}fox.mp4`), existsSync(out), mock().creates - before]).toEqual([true, true, 2]);
    expect(stderr).toMatch(/2 requests to .*, total list price: /);
  });

  test("buys nothing when run again, and saves only missing files again", async () => {
    const before = mock().creates;
    const file = linesOf({ ...request, key: "fox" }, { ...request, key: "cat" });
    await batch(file);
    const requests = mock().requests;
    expect((await batch(file)).stdout).toMatch(/^2 saved; /);
    expect(resultsOf(file)).toMatchObject(Array(2).fill({ state: "saved", taskId: expect.any(String) }));
    expect(mock().requests).toBe(requests);
    rmSync(`${folder}cat.mp4`);
    expect((await batch(file)).code).toBe(EXIT.done);
    expect([existsSync(`${folder}cat.mp4`), mock().creates - before]).toEqual([true, 2]);
  });

  test("refuses a changed line before it buys anything, even if the video of its key is saved", async () => {
    await batch(linesOf({ ...request, key: "fox" }));
    const before = mock().creates;
    const file = linesOf({ ...request, key: "owl" }, { ...request, key: "fox", duration: 10 });
    const { code, stderr } = await batch(file);
    expect([code, stderr, mock().creates - before]).toEqual([2, expect.stringMatching(/line 2: .*another request/), 0]);
  });

  test("goes on if it was killed after it had saved a video, and before it could record that", async () => {
    const file = linesOf({ ...request, key: "fox" });
    await batch(file);
    const [entry] = readdirSync(journal).filter((name) => name.endsWith(".json"));
    const { saved: _, ...rest } = JSON.parse(readFileSync(join(journal, entry as string), "utf8"));
    writeFileSync(join(journal, entry as string), `${JSON.stringify(rest)}\n`);
    expect([(await batch(file)).stdout, resultsOf(file)]).toMatchObject([
      expect.stringMatching(/^1 saved; /),
      [{ state: "saved" }],
    ]);
    expect(await listed(journal)).toMatchObject([{ state: "saved" }]);
  });

  test("continues after some requests have failed, and exits with the highest code", async () => {
    const before = mock().creates;
    const file = linesOf(
      { ...request, key: "fox" },
      { ...request, key: "fails", prompt: `${PROMPT} {mock:fail}` },
      { ...request, key: "refused", prompt: `${PROMPT} {mock:sensitive_input=1}` },
      { ...request, key: "lost", prompt: `${PROMPT} {mock:lost_reply=1}` },
    );
    const { code, stdout } = await batch(file, "--json");
    expect(code).toBe(EXIT.outcomeUnknown);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: code, price: expect.stringMatching(/USD$/) });
    expect(resultsOf(file).map(({ state }) => state)).toEqual(["saved", "failed", "failed", "unknown"]);
    expect(resultsOf(file)[2]).toMatchObject({ error: { name: "ApiError" }, exitCode: EXIT.refusedByService });
    // Refused requests may be tried again, those with an unknown outcome may not.
    await batch(file);
    expect(resultsOf(file).map(({ state }) => state)).toEqual(["saved", "failed", "saved", "unknown"]);
    expect(mock().creates - before).toBe(4);
  });

  test("buys nothing if its results cannot be written, or would replace the batch", async () => {
    const before = mock().creates;
    const file = linesOf({ ...request, key: "fox" });
    const link = newFile("jsonl");
    symlinkSync(file, link);
    for (const results of [`${newFile("d")}/missing/results.jsonl`, folder, file, link]) {
      const { code, stderr } = await batch(file, "--results", results);
      expect([code, stderr], results).toEqual([EXIT.refusedHere, expect.stringContaining(results)]);
      expect(stderr).toMatch(/^Nothing was sent: --results /m);
    }
    expect(readFileSync(file, "utf8")).toContain(PROMPT);
    expect(mock().creates).toBe(before);
  });

  test("stops before it would exceed --max-cost, including earlier runs", async () => {
    const before = mock().creates;
    const file = linesOf(...["a", "b", "c", "d"].map((key) => ({ ...request, key })));
    const { stdout } = await batch(file, "--dry-run");
    const [, price = ""] = /(\d+\.\d\d) USD/.exec(stdout) ?? [];
    const each = Number(price) / 4;
    for (const bought of [2, 2, 3]) {
      const { code } = await batch(file, "--max-cost", String(bought * each));
      expect([code, mock().creates - before]).toEqual([EXIT.refusedHere, bought]);
    }
    const [, , last, left] = resultsOf(file);
    const message = `it would exceed --max-cost ${(3 * each).toFixed(2)} USD`;
    expect([last, left]).toMatchObject([{ state: "saved" }, { state: "left", error: { message }, exitCode: 2 }]);
    expect((await batch(file, "--max-cost", String(4 * each))).code).toBe(EXIT.done);
  });

  test("does not exceed --max-cost under a key that another process is sending, and that may be refused", async () => {
    const before = mock().creates;
    const others = await openJournal(journal);
    const at = { kind: "video", server: mock().url, submittedAt: Date.now() } as const;
    await others.begin({ ...at, fingerprint: await fingerprintOf(request), key: "fox" });
    const file = linesOf({ ...request, key: "fox" });
    expect((await batch(file, "--max-cost", "0.1")).code).toBe(EXIT.refusedHere);
    expect(resultsOf(file)).toMatchObject([{ state: "left", error: { name: "UsageError" } }]);
    expect(mock().creates).toBe(before);
  });

  test("says why --max-cost left some requests, and does not expect them any more", async () => {
    const file = linesOf({ ...request, key: "a" }, { ...request, key: "b" }, { ...request, key: "c" });
    const args = ["batch", file, "--out", folder, ...fast, "--max-cost", "0.3"];
    const { stdout, stderr } = await cli(args, { journal, isTTY: true });
    expect(stdout).toMatch(/^1 saved, 2 not bought; /);
    expect(stderr).toContain("2 not bought: each would exceed --max-cost 0.30 USD. Raise it and run again.");
    expect(stderr).not.toContain("min left");
  });

  test("estimates the remaining time from this run only", async () => {
    const file = linesOf(...["a", "b", "c", "d"].map((key) => ({ ...request, key })));
    await batch(file, "--max-cost", "0.6");
    const args = ["batch", file, "--out", folder, ...fast, "--concurrency", "1"];
    const { stderr } = await cli(args, { journal, isTTY: true });
    expect(stderr).toContain("about 1 min left");
    expect(stderr).not.toMatch(/about -?0 min/);
  });

  test("counts a refused create as free", async () => {
    server.next(json(refused(1026)), json(refused(1026)), accepted);
    const file = linesOf({ ...request, key: "a" }, { ...request, key: "b" });
    const priced = await cli(["batch", file, "--dry-run"], { journal });
    const [, price = ""] = /(\d+\.\d\d) USD/.exec(priced.stdout) ?? [];
    const options = ["--max-cost", String(Number(price) / 2), "--concurrency", "1", "--out", folder];
    await cli(["batch", file, ...options], { journal, at: server.url });
    expect(server.seen).toHaveLength(2);
  });

  test("says how to continue after Ctrl-C, and continues there", async () => {
    const before = mock().creates;
    const stop = new AbortController();
    const file = linesOf(...["a", "b"].map((key) => ({ ...request, key, prompt: `${PROMPT} {mock:slow=3}` })));
    const setting = {
      journal,
      signal: stop.signal,
      onError: (text: string) => text.includes("2 under way") && stop.abort(new Error("stop")),
    };
    expect(await ends(EXIT.interrupted, ["batch", file, "--out", folder, ...fast], setting)).toMatch(
      /Stopped: 2 under way; .*Run the same command to continue/,
    );
    expect(resultsOf(file).map(({ state }) => state)).toEqual(["open", "open"]);
    expect((await batch(file)).code).toBe(EXIT.done);
    expect(mock().creates - before).toBe(2);
    expect((await listed(journal)).map(({ state }: { state: string }) => state)).toEqual(["saved", "saved"]);
  });

  test.each([
    ["a wrong key", "mock-invalid-key", /2049, invalid API key/],
    ["an empty account", "mock-insufficient-balance", /1008/],
  ])("stops buying after %s, and says why", async (_, key, says) => {
    const before = mock().requests;
    const file = linesOf(...["a", "b", "c", "d", "e"].map((name) => ({ ...request, key: name })));
    const options = ["--out", folder, ...fast, "--concurrency", "1"];
    const { code, stdout, stderr } = await cli(["batch", file, ...options], { journal, env: { MINIMAX_API_KEY: key } });
    // The next create is already under way when the first refusal arrives.
    expect([code, mock().requests - before]).toEqual([EXIT.refusedByService, 2]);
    expect(stdout).toBe("2 failed, 3 not bought; list price so far: nothing\n");
    expect(stderr).toMatch(new RegExp(`^a: videoGeneration was refused .*${says.source}`, "m"));
  });

  test("counts one line as one request", async () => {
    const { stderr } = await batch(linesOf({ ...request, key: "fox" }));
    expect(stderr).toMatch(/^1 request to /m);
  });

  test("needs a results file if it is read from stdin", async () => {
    const stdin = JSON.stringify({ ...request, key: "fox" });
    const results = newFile("jsonl");
    const options = ["--out", folder, ...fast, "--results", results];
    expect((await cli(["batch", "-", ...options], { journal, stdin })).code).toBe(EXIT.done);
    expect(JSON.parse(readFileSync(results, "utf8"))).toMatchObject({ key: "fox", state: "saved" });
    expect(await refusal(["batch", "-"], { journal, stdin })).toContain("--results");
  });
});

test.each<[string, (string | object)[], RegExp]>([
  ["that is not JSON", ["{"], /line 1: it is not valid JSON/],
  ["that is not an object", ["5"], /line 1: it must be an object/],
  ["without a key", [{}], /line 1: it needs a key/],
  ["whose key may be an API key", [{ key: "sk-1234" }], /line 1: its key looks like an API key/],
  ["for stdout", [{ key: "a", out: "-" }], /line 1: a batch saves to files/],
  ["whose out is not a path", [{ key: "a", out: 5 }], /line 1: out must be a path/],
  ["that is illegal", [{ key: "a", duration: 7, colour: 1 }], /line 1: .*\n {2}line 1: /],
  ["with the key of another", [{ key: "a" }, { key: "a" }], /line 2: key "a" is already used in line 1/],
  ["with the file of another", [{ key: "a/b" }, { key: "a?b" }], /line 2: .*a_b\.mp4 is already used in line 1/],
  [
    "whose key differs from another only in case",
    [{ key: "Fox" }, { key: "fox" }],
    /line 2: .*fox\.mp4 may be the same file as .*Fox\.mp4 in line 1; .* differ in more than case/,
  ],
  [
    "whose file differs from another only in how an accent is written",
    [
      { key: "a", out: "caf\u00e9.mp4" },
      { key: "b", out: "cafe\u0301.mp4" },
    ],
    /line 2: cafe\u0301\.mp4 may be the same file as caf\u00e9\.mp4 in line 1/,
  ],
  ["whose file is there", [{ key: "a", out: "package.json" }], /line 1: package\.json already exists/],
])("a line %s is refused, with its number, before anything is bought", async (_, wishes, words) => {
  const lines = wishes.map((wish) => (typeof wish === "string" ? wish : { ...request, ...wish }));
  const said = await refusal(["batch", linesOf(...lines), "--out", folder], { journal });
  expect(said).toMatch(words);
  expect(said).toContain("Nothing was sent");
});

test("a batch that is empty, missing or a single list, and an unknown price, are refused", async () => {
  expect(await refusal(["batch", linesOf("")], { journal })).toContain("The batch is empty");
  expect(await refusal(["batch", linesOf([{ ...request, key: "a" }])], { journal })).toContain("jq -c '.[]'");
  expect(await refusal(["batch", newFile("jsonl")], { journal })).toContain("cannot be read");
  expect(await refusal(["batch"], { journal })).toContain("needs a file");
  const noPrice = linesOf({ model: "T2V-01", prompt: PROMPT, key: "a" });
  expect(await refusal(["batch", noPrice, "--max-cost", "5"], { journal })).toContain("--max-cost needs a documented");
});
