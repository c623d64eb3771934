/** `minimax-video resume`: waits for every unfinished task and saves its video. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  accepted,
  CLEAR,
  commandLine,
  fast,
  finished,
  ftyp,
  PROMPT,
  running,
  type Setting,
  video,
} from "./helpers/command-line.js";
import { cut, json, refused, success } from "./helpers/fake-server.js";
import { movie } from "./helpers/movies.js";

const { server, mock, folder, newFile, newJournal, written, cli, ends, refusal, listed, linked } = commandLine();

/** Buys a task without waiting for it, and returns its id. */
async function bought(setting: Setting, out?: string, ...more: string[]): Promise<string> {
  const args = ["generate", PROMPT, "--no-wait", ...(out ? ["--out", out] : []), ...more];
  return (await cli(args, setting)).stdout.trim();
}
const statesOf = async (journal: string) => (await listed(journal)).map(({ state }: { state: string }) => state);
/** A new journal at the fake server, which accepts the next create. */
function scripted(): Setting & { journal: string } {
  server.next(accepted);
  return { journal: newJournal(), at: server.url };
}

test("resume saves every open task at its target, prints each path, and buys nothing", async () => {
  const journal = newJournal();
  const [one, two] = [newFile("mp4"), `${newFile("d")}/`];
  await bought({ journal }, one);
  const second = await bought({ journal }, two);
  const before = mock().creates;
  const { code, stdout, stderr } = await cli(["resume", ...fast], { journal });
  expect([code, mock().creates]).toEqual([0, before]);
  const paths = stdout.trim().split("\n");
  expect(paths.sort()).toEqual([one, join(two, `${second}.mp4`)].sort());
  for (const path of paths) expect(ftyp(path)).toBe("ftyp");
  expect(stderr).toMatch(/2 saved/);
  expect(await statesOf(journal)).toEqual(["saved", "saved"]);
  expect(await cli(["resume"], { journal })).toMatchObject({ code: 0, stdout: "" });
});

test("resume saves finished videos that were not saved", async () => {
  const journal = newJournal();
  const out = `${newFile("d")}/x.mp4`;
  const id = await bought({ journal }, out);
  const late = join(folder, "late");
  const onError = (said: string) => said.includes("Success") && !existsSync(late) && writeFileSync(late, "");
  expect((await cli(["task", id, "--out", join(late, "x.mp4"), ...fast], { journal, onError })).code).toBe(7);
  expect(await statesOf(journal)).toEqual(["succeeded"]);
  expect(await cli(["resume", ...fast], { journal })).toMatchObject({ code: 0, stdout: `${out}\n` });
});

test("resume continues with the others if one fails, and exits with the highest of their codes", async () => {
  const journal = newJournal();
  const out = newFile("mp4");
  await cli(["generate", `${PROMPT} {mock:fail}`, "--no-wait"], { journal });
  await bought({ journal }, out);
  const { code, stdout, stderr } = await cli(["resume", ...fast], { journal });
  expect([code, stdout]).toEqual([4, `${out}\n`]);
  expect(stderr).toMatch(/Task \d+ failed/);
  await bought({ journal });
  const slow = await cli(["generate", `${PROMPT} {mock:slow=100}`, "--no-wait"], { journal });
  const args = ["resume", ...fast, "--timeout", "1.5", "--out", `${newFile("d")}/`, "--json"];
  expect(JSON.parse((await cli(args, { journal })).stdout)).toMatchObject({
    saved: [
      { taskId: expect.stringMatching(/^\d+$/), path: expect.stringMatching(/\.mp4$/), bytes: expect.any(Number) },
    ],
    failed: [{ taskId: slow.stdout.trim(), error: { name: "WaitTimeoutError" }, exitCode: 6 }],
    exitCode: 6,
  });
});

test("resume handles only the named tasks, and refuses ids that the journal does not know", async () => {
  const journal = newJournal();
  const out = newFile("mp4");
  await bought({ journal }, newFile("mp4"));
  const id = await bought({ journal }, out);
  const args = ["resume", id, id, ...fast];
  const late = await cli([...args, "--timeout", "0.01"], { journal });
  expect([late.code, late.stderr]).toEqual([
    6,
    expect.stringContaining(`npx --no-install minimax-video resume ${id} `),
  ]);
  expect(late.stderr).not.toContain("--timeout");
  expect(await cli(args, { journal })).toMatchObject({ code: 0, stdout: `${out}\n` });
  expect((await cli(["resume", id], { journal })).stderr).toMatch(/Nothing left to do for:\nsaved/);
  expect(await refusal(["resume", "4711"], { journal })).toContain("minimax-video task 4711");
});

test("resume saves no two videos to the same path, and replaces no file without --force", async () => {
  const journal = newJournal();
  const out = newFile("mp4");
  const first = await bought({ journal }, out);
  const second = await bought({ journal }, out);
  const { code, stdout, stderr } = await cli(["resume", ...fast], { journal });
  expect([code, stdout]).toEqual([7, `${out}\n`]);
  expect(stderr).toMatch(new RegExp(`${second} was not downloaded: .* is taken by task ${first}`));
  expect(await ends(7, ["resume", ...fast], { journal })).toMatch(/already exists/);
  await bought({ journal });
  expect(await refusal(["resume", "--out", out], { journal, at: mock().url })).toMatch(/slash/);
  const elsewhere = `${newFile("d")}/`;
  expect((await cli(["resume", "--out", elsewhere, ...fast], { journal })).code).toBe(0);
  expect(readdirSync(elsewhere)).toHaveLength(2);
});

test("resume does not wait for a video that it cannot save, and replaces a file if generate was told to", async () => {
  const setting = scripted();
  const out = newFile("mp4");
  await bought(setting, out);
  writeFileSync(out, "mine");
  server.next(running);
  const refused = await cli(["resume", "--quiet"], setting);
  expect([refused.code, server.seen]).toEqual([7, []]);
  expect(refused.stderr).toMatch(/task 176843862716480 was not downloaded.*already exists/);
  server.next(finished, linked, video);
  expect((await cli(["resume", "--force"], setting)).code).toBe(0);
  server.next(json({ task_id: "4712", ...success }));
  await bought(setting, out, "--force");
  server.next(finished, linked, video);
  expect(await cli(["resume"], setting)).toMatchObject({ code: 0, stdout: `${out}\n` });
});

test("resume reports no failure if another run has saved the video meanwhile", async () => {
  const setting = scripted();
  const out = newFile("mp4");
  await bought(setting, out);
  for (const [theirs, code] of [
    ["another", 7],
    [movie(), 0],
  ] as const) {
    server.next(
      (response, seen) => {
        writeFileSync(out, theirs);
        finished(response, seen);
      },
      linked,
      video,
    );
    expect((await cli(["resume"], setting)).code).toBe(code);
    expect(readFileSync(out)).toEqual(Buffer.from(theirs));
    rmSync(out);
  }
  expect(await statesOf(setting.journal)).toEqual(["saved"]);
});

describe("after a lost reply of version 2, resume", () => {
  /** Sends a create whose reply is lost. Each duration makes a distinct request. */
  function lost(duration: number, setting: Setting, ...more: string[]) {
    const content = [{ type: "text", text: "a red fox {mock:lost_reply}" }];
    const request = { model: "MiniMax-H3", content, resolution: "768P", ratio: "16:9", duration };
    return cli(["generate", "--request", written("json", JSON.stringify(request)), ...more], setting);
  }

  test("finds the task in the service's list, and saves its video", async () => {
    const journal = newJournal();
    const out = newFile("mp4");
    const { code, stderr } = await lost(5, { journal }, "--out", out, "--key", "fox", "--like", "global");
    const command = `npx --no-install minimax-video resume --server ${mock().url}`;
    expect([code, stderr]).toEqual([5, expect.stringContaining(`${command} --like global\n`)]);
    const advice = (await cli(["tasks"], { journal })).stderr;
    expect(advice).toMatch(/UNKNOWN: .*may be charged/);
    expect(advice).toContain(command);
    expect(advice).not.toContain("--forget");
    const before = mock().creates;
    const resumed = await cli(["resume", ...fast], { journal });
    expect(resumed).toMatchObject({ code: 0, stdout: `${out}\n` });
    expect(resumed.stderr).toContain(`Found task ${mock().taskIds.at(-1)}.`);
    expect([ftyp(out), mock().creates]).toEqual(["ftyp", before]);
  });

  test("reports that several tasks match or the search failed, and sends nothing without a key", async () => {
    const journal = newJournal();
    await lost(7, { journal });
    await lost(7, { journal });
    const { code, stdout } = await cli(["resume", "--json"], { journal });
    const reconciled = { outcome: "ambiguous", tasks: [{ kind: "generation" }, {}] };
    expect([code, JSON.parse(stdout).unknown]).toMatchObject([5, [{ state: "unknown", reconciled }, { reconciled }]]);
    expect((await cli(["resume"], { journal })).stderr).toMatch(/Several tasks match.*: \d+, \d+\.[\s\S]*--forget/);
    expect(await ends(5, ["resume"], { journal, env: { MINIMAX_API_KEY: "" } })).toContain(
      "minimax-video resume --server",
    );
    const setting = scripted();
    server.next(cut);
    await lost(8, setting);
    server.next(json(refused(1004, "no")));
    expect(await ends(5, ["resume"], setting)).toMatch(/search failed: .*1004/);
  });
});

test("resume asks only the chosen server, names the command for the others, and advises on unknown outcomes", async () => {
  const { journal, at } = scripted();
  await bought({ journal, ...(at ? { at } : {}) });
  await cli(["generate", `${PROMPT} {mock:lost_reply}`], { journal });
  server.next(running);
  const { code, stderr } = await cli(["resume", "--out", "videos/", ...fast], { journal });
  expect([code, server.seen]).toEqual([5, []]);
  const command = `npx --no-install minimax-video resume --server ${server.url}`;
  expect(stderr).toContain(`${command} --out videos/ ${fast.join(" ")}\n`);
  expect(stderr).toMatch(/UNKNOWN[\s\S]*--forget/);
  const { stdout } = await cli(["resume", "--json"], { journal });
  const elsewhere = [{ server: server.url }];
  expect(JSON.parse(stdout)).toMatchObject({ saved: [], unknown: [{ state: "unknown" }], elsewhere, exitCode: 5 });
});

test("resume keeps a task that the service no longer knows, and says how to forget it", async () => {
  const setting = scripted();
  await bought(setting);
  server.next(json(refused(2013, "invalid task id")));
  expect(await ends(3, ["resume"], setting)).toMatch(/2013[\s\S]*tasks --forget=176843862716480 --force/);
  expect(await statesOf(setting.journal)).toEqual(["accepted"]);
});

test("resume leaves no partial file on Ctrl-C, exits with 130 and names the command that continues", async () => {
  const setting = { journal: newJournal(), env: { MINIMAX_SERVER: "" } };
  const out = newFile("mp4");
  const at = ["--server", mock().url];
  await cli(["generate", `${PROMPT} {mock:slow=100}`, "--no-wait", ...at], setting);
  await bought(setting, out, ...at);
  const stop = new AbortController();
  const onError = (said: string) => said.includes(`Saved ${out}`) && stop.abort(new Error("Ctrl-C"));
  const { code, stdout, stderr } = await cli(["resume", ...fast, ...at], { ...setting, signal: stop.signal, onError });
  expect([code, stdout]).toEqual([130, `${out}\n`]);
  expect(stderr).not.toContain("Stopped. Task");
  expect(stderr).toMatch(
    new RegExp(`npx --no-install minimax-video resume --server ${mock().url} ${fast.join(" ")}\n$`),
  );
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  expect(await statesOf(setting.journal)).toEqual(["accepted", "saved"]);
});

test("resume waits for all tasks at once, and downloads a few at a time", async () => {
  const setting = scripted();
  for (const id of Array.from({ length: 9 }, (_, index) => String(4711 + index))) {
    server.next(json({ task_id: id, ...success }));
    await bought(setting, `${newFile("d")}/`);
  }
  const held: Record<"query" | "download", (() => void)[]> = { query: [], download: [] };
  const most = { query: 0, download: 0 };
  let downloads = 0;
  server.next((response, seen) => {
    if (seen.url.includes("retrieve")) return linked(response, seen);
    const step = seen.url.includes("query") ? "query" : "download";
    const count = held[step].push(() => (step === "query" ? finished : video)(response, seen));
    most[step] = Math.max(most[step], count);
    if (step === "download") downloads++;
    // No download is answered before all concurrent ones have arrived, and one more would have had time to.
    if (step === "query" ? count === 9 : count === 4 || downloads === 9)
      setTimeout(() => {
        for (const answer of held[step].splice(0)) answer();
      }, 60);
  });
  expect((await cli(["resume"], setting)).stdout.trim().split("\n")).toHaveLength(9);
  expect(most).toEqual({ query: 9, download: 4 });
});

test("resume shows several tasks in one line of a terminal, and line by line in a log", async () => {
  const journal = newJournal();
  for (const _ of [1, 2, 3]) await bought({ journal }, newFile("mp4"));
  const { stderr } = await cli(["resume", ...fast], { journal, isTTY: true });
  expect(stderr).toMatch(/3 tasks: (\d \w+(, )?)+/);
  expect(stderr.split(CLEAR).at(-1)).not.toMatch(/ tasks: /);
  const id = await bought({ journal }, newFile("mp4"));
  const log = await cli(["resume", ...fast], { journal });
  expect(log.stderr).toMatch(new RegExp(`^ *\\d+ s  ${id}  \\w+$`, "m"));
  expect(log.stderr).not.toContain("\r");
});
