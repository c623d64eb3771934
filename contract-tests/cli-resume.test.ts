import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../src/cli/exit-codes.js";
import { openJournal } from "../src/node/index.js";
import { accepted, CLEAR, commandLine, fast, finished, ftyp, PROMPT, running, video } from "./helpers/command-line.js";
import { json, refused, success } from "./helpers/fake-server.js";

const { server, mock, folder, newFile, written, cli, emptyJournal, here, listed, linked } = commandLine();

describe("resume", () => {
  /** Tasks that nobody has waited for, wanted in these places. */
  async function left(env: Record<string, string>, ...outs: (string | undefined)[]): Promise<string[]> {
    const ids = [];
    for (const out of outs) {
      const args = ["generate", PROMPT, "--no-wait", ...(out ? ["--out", out] : [])];
      ids.push((await cli(args, { env })).stdout.trim());
    }
    return ids;
  }

  test("saves everything that is left where it was wanted, prints each path, and buys nothing", async () => {
    const env = emptyJournal();
    const [one, two] = [newFile("mp4"), `${newFile("d")}/`];
    const [, second] = await left(env, one, two);
    const before = mock.creates;
    const { code, stdout, stderr } = await cli(["resume", ...fast], { env });
    expect([code, mock.creates]).toEqual([0, before]);
    expect(stdout.trim().split("\n").sort()).toEqual([one, join(two, `${second}.mp4`)].sort());
    for (const path of stdout.trim().split("\n")) expect(ftyp(path)).toBe("ftyp");
    expect(stderr).toMatch(/2 saved/);
    expect((await listed(env)).map(({ state }: { state: string }) => state)).toEqual(["saved", "saved"]);
    expect(await cli(["resume"], { env })).toMatchObject({ code: 0, stdout: "" });
  });

  test("takes up what is finished and was not saved, too", async () => {
    const env = emptyJournal();
    const out = `${newFile("d")}/x.mp4`;
    const [id = ""] = await left(env, out);
    await cli(["task", id, "--out", written("mp4", "mine"), ...fast], { env });
    writeFileSync(join(folder, "a-file"), "");
    const half = await cli(["task", id, "--out", join(folder, "late", "x.mp4"), ...fast], {
      env,
      onError: (said) =>
        said.includes("Success") && !existsSync(join(folder, "late")) && writeFileSync(join(folder, "late"), ""),
    });
    expect(half.code).toBe(7);
    expect((await listed(env))[0].state).toBe("succeeded");
    expect(await cli(["resume", ...fast], { env })).toMatchObject({ code: 0, stdout: `${out}\n` });
  });

  test("goes on with the others when one fails; the exit code is the highest of theirs", async () => {
    const env = emptyJournal();
    const [one] = [newFile("mp4")];
    await cli(["generate", `${PROMPT} {mock:fail}`, "--no-wait"], { env });
    await left(env, one);
    const { code, stdout, stderr } = await cli(["resume", ...fast], { env });
    expect([code, stdout]).toEqual([EXIT.taskFailed, `${one}\n`]);
    expect(stderr).toMatch(/Task \d+ failed/);
    await left(env, written("mp4", "old").replace("mp4", "mp5"), undefined);
    const slow = await cli(["generate", `${PROMPT} {mock:slow=100}`, "--no-wait"], { env });
    const late = await cli(["resume", ...fast, "--timeout", "1.5", "--out", `${newFile("d")}/`, "--json"], { env });
    expect(late.code).toBe(EXIT.waitTimedOut);
    expect(JSON.parse(late.stdout)).toMatchObject({
      saved: [
        { taskId: expect.stringMatching(/^\d+$/), path: expect.stringMatching(/\.mp4$/) },
        { bytes: expect.any(Number) },
      ],
      failed: [{ taskId: slow.stdout.trim(), error: { name: "WaitTimeoutError" }, exitCode: 6 }],
      exitCode: 6,
    });
  });

  test("takes only the tasks that are named, and refuses what the journal does not know", async () => {
    const env = emptyJournal();
    const [one, two] = [newFile("mp4"), newFile("mp4")];
    const [, second = ""] = await left(env, one, two);
    const args = ["resume", second, second, ...fast];
    const late = await cli([...args, "--timeout", "0.01"], { env });
    expect(late).toMatchObject({
      code: 6,
      stderr: expect.stringContaining(`npx --no-install minimax-video resume ${second} `),
    });
    expect(await cli(args, { env })).toMatchObject({ code: 0, stdout: `${two}\n` });
    expect(await cli(["resume", second], { env })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("saved"),
    });
    const unknown = await cli(["resume", "4711"], { env });
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("minimax-video task 4711")]);
    const many = await cli(["resume", "--out", newFile("mp4")], { env });
    expect(many).toMatchObject({ code: 0 });
  });

  test("saves no two videos in one place, and replaces no file that was not to be replaced", async () => {
    const env = emptyJournal();
    const out = newFile("mp4");
    const [first, second] = await left(env, out, out);
    const { code, stdout, stderr } = await cli(["resume", ...fast], { env });
    expect([code, stdout]).toEqual([EXIT.notSaved, `${out}\n`]);
    expect(stderr).toContain(`${second}`);
    expect(stderr).toContain(`task ${first}`);
    expect(await cli(["resume", ...fast], { env })).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/already exists/),
    });
    await left(env, newFile("mp4"));
    expect(await cli(["resume", "--out", out], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/slash/),
    });
    const elsewhere = `${newFile("d")}/`;
    expect((await cli(["resume", "--out", elsewhere, ...fast], { env })).code).toBe(0);
    expect(readdirSync(elsewhere)).toHaveLength(2);
  });

  describe("of a create of version 2 whose reply was lost", () => {
    const request = (more: object) =>
      written(
        "json",
        JSON.stringify({
          model: "MiniMax-H3",
          content: [{ type: "text", text: "a red fox {mock:lost_reply}" }],
          resolution: "768P",
          ratio: "16:9",
          ...more,
        }),
      );

    test("finds the task in the list of the service, and saves its video", async () => {
      const env = emptyJournal();
      const out = newFile("mp4");
      const lost = await cli(["generate", "--request", request({ duration: 5 }), "--out", out, "--key", "fox"], {
        env,
      });
      expect(lost.code).toBe(EXIT.outcomeUnknown);
      expect(lost.stderr).toContain(`npx --no-install minimax-video resume --server ${mock.url}`);
      const { stderr } = await cli(["tasks"], { env });
      expect(stderr).toMatch(/UNKNOWN: .*may be charged[\s\S]*npx --no-install minimax-video resume --server/);
      expect(stderr).not.toContain("--forget");
      const before = mock.creates;
      const resumed = await cli(["resume", ...fast], { env });
      expect(resumed).toMatchObject({ code: 0, stdout: `${out}\n` });
      expect(resumed.stderr).toContain(`Found task ${mock.taskIds.at(-1)}.`);
      expect([ftyp(out), mock.creates]).toEqual(["ftyp", before]);
    });

    test("says so when nothing fits, when several do, and when nobody can be asked", async () => {
      const env = emptyJournal();
      const path = request({ duration: 7 });
      await cli(["generate", "--request", path], { env });
      await cli(["generate", "--request", path], { env });
      const several = await cli(["resume", "--json"], { env });
      expect([several.code, JSON.parse(several.stdout).unknown]).toMatchObject([
        5,
        [
          { state: "unknown", reconciled: { outcome: "ambiguous", tasks: [{ kind: "generation" }, {}] } },
          { reconciled: { outcome: "ambiguous" } },
        ],
      ]);
      expect((await cli(["resume"], { env })).stderr).toMatch(/Several tasks match.*: \d+, \d+\.[\s\S]*--forget/);
      const keyless = await cli(["resume"], { env: { ...env, MINIMAX_API_KEY: "" } });
      expect([keyless.code, keyless.stderr]).toEqual([
        5,
        expect.stringContaining("npx --no-install minimax-video resume"),
      ]);
      for (const { id } of await listed(env)) await cli(["tasks", "--forget", id], { env });
      server.next((response) => response.destroy());
      await cli(["generate", "--request", request({ duration: 8 })], { env: here(env) });
      // Of an hour ago: it is looked for once.
      const [entry] = readdirSync(env.MINIMAX_JOURNAL);
      const file = join(env.MINIMAX_JOURNAL, entry ?? "");
      const content = JSON.parse(readFileSync(file, "utf8"));
      writeFileSync(file, JSON.stringify({ ...content, submittedAt: content.submittedAt - 3_600_000 }));
      server.next(json({ items: [], total: 0 }));
      const none = await cli(["resume"], { env: here(env) });
      expect([none.code, none.stderr]).toEqual([5, expect.stringMatching(/lists no matching task[\s\S]*--forget/)]);
      server.next(json(refused(1004, "no")));
      const failed = await cli(["resume"], { env: here(env) });
      expect([failed.code, failed.stderr]).toEqual([5, expect.stringMatching(/search failed: .*1004/)]);
    });
  });

  test("asks only the chosen server, names the command for the others, and what to do about what is unknown", async () => {
    const env = emptyJournal();
    await left(env, newFile("mp4"));
    server.next(accepted);
    await cli(["generate", PROMPT, "--no-wait"], { env: here(env) });
    await cli(["generate", `${PROMPT} {mock:lost_reply}`], { env });
    server.next(running);
    const { code, stderr } = await cli(["resume", ...fast], { env });
    expect([code, server.seen]).toEqual([EXIT.outcomeUnknown, []]);
    expect(stderr).toContain(`npx --no-install minimax-video resume --server ${server.url}`);
    expect(stderr).toMatch(/UNKNOWN[\s\S]*--forget/);
    const { stdout } = await cli(["resume", "--json"], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      saved: [],
      unknown: [{ state: "unknown" }],
      elsewhere: [{ server: server.url }],
      exitCode: 5,
    });
  });

  test("reports a task that the service no longer knows; it stays until it is forgotten", async () => {
    const env = here(emptyJournal());
    server.next(accepted);
    await left(env, newFile("mp4"));
    server.next(json(refused(2013, "invalid task id")));
    const { code, stderr } = await cli(["resume"], { env });
    expect([code, stderr]).toEqual([3, expect.stringMatching(/2013[\s\S]*tasks --forget 176843862716480 --force/)]);
    expect((await listed(env))[0].state).toBe("accepted");
  });

  test("at Ctrl-C leaves nothing half, exits with 130 and names the command that goes on", async () => {
    const env = emptyJournal();
    const [one, two] = [newFile("mp4"), newFile("mp4")];
    await cli(["generate", `${PROMPT} {mock:slow=100}`, "--no-wait", "--out", one], { env });
    await left(env, two);
    const stop = new AbortController();
    const { code, stdout, stderr } = await cli(["resume", ...fast, "--server", mock.url], {
      env: { ...env, MINIMAX_SERVER: "" },
      signal: stop.signal,
      onError: (said) => said.includes(`Saved ${two}`) && stop.abort(new Error("Ctrl-C")),
    });
    expect([code, stdout]).toEqual([130, `${two}\n`]);
    expect(stderr).not.toContain("Stopped. Task");
    expect(stderr).toMatch(new RegExp(`npx --no-install minimax-video resume --server ${mock.url}\n$`));
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
    expect((await listed(env)).map(({ state }: { state: string }) => state)).toEqual(["accepted", "saved"]);
  });

  test("waits for all at once, and downloads a few at a time", async () => {
    const env = here(emptyJournal());
    const ids = Array.from({ length: 9 }, (_, index) => String(4711 + index));
    for (const id of ids) {
      server.next(json({ task_id: id, ...success }));
      await cli(["generate", PROMPT, "--no-wait", "--out", `${newFile("d")}/`], { env });
    }
    const now = { query: 0, download: 0 };
    const most = { query: 0, download: 0 };
    server.next((response, seen) => {
      const step = seen.url.includes("query") ? "query" : "download";
      if (seen.url.includes("retrieve")) return linked(response, seen);
      most[step] = Math.max(most[step], ++now[step]);
      setTimeout(() => {
        now[step]--;
        (step === "query" ? finished : video)(response, seen);
      }, 60);
    });
    expect((await cli(["resume"], { env })).stdout.trim().split("\n")).toHaveLength(9);
    expect(most).toEqual({ query: 9, download: 4 });
  });

  test("shows several tasks in one line of a terminal, and line by line in a log", async () => {
    const env = emptyJournal();
    await left(env, newFile("mp4"), newFile("mp4"), newFile("mp4"));
    const { stderr } = await cli(["resume", ...fast], { env, isTTY: true });
    expect(stderr).toMatch(/3 tasks: (\d \w+(, )?)+/);
    expect(stderr.split(CLEAR).at(-1)).not.toMatch(/ tasks: /);
    const [id] = await left(env, newFile("mp4"));
    const log = await cli(["resume", ...fast], { env });
    expect(log.stderr).toMatch(new RegExp(`^ *\\d+ s  ${id}  \\w+$`, "m"));
    expect(log.stderr).not.toContain("\r");
  });

  test("a video that another run has saved in its place meanwhile is no failure", async () => {
    const env = here(emptyJournal());
    const out = newFile("mp4");
    server.next(accepted);
    await cli(["generate", PROMPT, "--no-wait", "--out", out], { env });
    const other = await openJournal(env.MINIMAX_JOURNAL);
    const [{ task }] = await listed(env);
    server.next((response, seen) => {
      writeFileSync(out, "theirs");
      setTimeout(() => other.saved(task, out), 150);
      finished(response, seen);
    });
    expect(await cli(["resume"], { env })).toMatchObject({ code: 0, stdout: `${out}\n` });
    expect(readFileSync(out, "utf8")).toBe("theirs");
  });

  test("does not wait for what it could not save, and replaces what was to be replaced", async () => {
    const env = here(emptyJournal());
    const out = newFile("mp4");
    server.next(accepted);
    await cli(["generate", PROMPT, "--no-wait", "--out", out], { env });
    writeFileSync(out, "mine");
    server.next(running);
    const refused = await cli(["resume", "--quiet"], { env });
    expect([refused.code, server.seen]).toEqual([EXIT.notSaved, []]);
    expect(refused.stderr).toMatch(/Task 176843862716480|task 176843862716480 was not downloaded.*already exists/);
    server.next(finished, linked, video);
    expect((await cli(["resume", "--force"], { env })).code).toBe(0);
    server.next(json({ task_id: "4712", ...success }));
    await cli(["generate", PROMPT, "--no-wait", "--out", out, "--force"], { env });
    server.next(finished, linked, video);
    expect(await cli(["resume"], { env })).toMatchObject({ code: 0, stdout: `${out}\n` });
  });
});
