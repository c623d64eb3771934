/** The journal of the command line: what is written down, and what --key makes of it. */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { accepted, commandLine, fast, ftyp, PROMPT } from "./helpers/command-line.js";

const { server, mock, newFile, written, cli, quick, scriptedEnv, emptyJournal, here, listed } = commandLine();

describe("the journal", () => {
  test("has what was made, with its path, and shows no secret", async () => {
    const env = emptyJournal();
    const out = newFile("mp4");
    await cli(["generate", PROMPT, "--duration", "6", "--out", out, ...fast], { env });
    const made = { state: "saved", model: "MiniMax-Hailuo-2.3", duration: 6, server: mock.url, saved: { path: out } };
    expect(await listed(env)).toMatchObject([{ ...made, task: { id: mock.taskIds.at(-1) }, target: { path: out } }]);
    const { stdout } = await cli(["tasks"], { env });
    expect(stdout).toMatch(
      new RegExp(`^saved +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d +MiniMax-Hailuo-2.3 6 s +${mock.taskIds.at(-1)} `),
    );
    expect(stdout).toContain(out);
  });

  test.each([
    ["--no-journal", ["--no-journal"], {}],
    ["MINIMAX_JOURNAL=off", [], { MINIMAX_JOURNAL: "off" }],
  ])("is not written with %s; and --key is refused, which needs it", async (_, options, off) => {
    const env = emptyJournal();
    await cli(["generate", PROMPT, "--no-wait", ...options], { env: { ...env, ...off } });
    expect(readdirSync(env.MINIMAX_JOURNAL)).toEqual([]);
    const { code, stderr } = await cli(["generate", PROMPT, "--key", "fox", ...options], { env: { ...env, ...off } });
    expect([code, stderr]).toEqual([2, expect.stringContaining("--key needs the journal")]);
  });

  test("lies where --journal says, in generate, template, task, tasks and resume", async () => {
    const place = newFile("d");
    const off = { env: { ...emptyJournal(), MINIMAX_JOURNAL: "off" } };
    const made = await cli(["template", "394125185182695432", "--text", "rain", "--no-wait", "--journal", place], off);
    const [, command = ""] = /npx --no-install minimax-video (task .*)\n/.exec(made.stderr) ?? [];
    expect(command).toBe(`task ${made.stdout.trim()} --template --server ${mock.url} --journal ${place}`);
    await cli(["generate", PROMPT, "--no-wait", "--journal", place], off);
    await cli([...command.split(" "), ...quick()], off);
    expect(await listed(off.env, "--journal", place)).toMatchObject([{ state: "accepted" }, { state: "saved" }]);
    expect(await cli(["resume", "--journal", place, ...quick()], off)).toMatchObject({ code: 0 });
    expect(await listed(off.env, "--journal", place)).toMatchObject([{ state: "saved" }, { state: "saved" }]);
    for (const command of ["tasks", "resume"])
      expect(await cli([command], off)).toMatchObject({ code: 2, stderr: expect.stringContaining("--journal") });
  });

  test("that cannot be written refuses the purchase before anything is sent, and names the way round it", async () => {
    server.next(accepted);
    const env = { ...scriptedEnv(), MINIMAX_JOURNAL: written("txt", "") };
    const { code, stderr, stdout } = await cli(["generate", PROMPT], { env });
    expect([code, stdout, server.seen]).toEqual([2, "", []]);
    expect(stderr).toMatch(/Nothing was sent\. The journal in \S+ cannot be written: EEXIST[\s\S]*--no-journal/);
  });

  test("that fails after the create costs nothing but a warning", async () => {
    const env = emptyJournal();
    server.next((response, seen) => {
      rmSync(env.MINIMAX_JOURNAL, { recursive: true });
      writeFileSync(env.MINIMAX_JOURNAL, "");
      accepted(response, seen);
    });
    const { code, stderr } = await cli(["generate", PROMPT, "--no-wait"], { env: here(env) });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/warning: the journal could not be written: .*EEXIST/i)]);
  });

  test("has no part in the demo, whose tasks end with it", async () => {
    for (const option of [
      ["--key", "fox"],
      ["--journal", "x"],
    ])
      expect(await cli(["demo", ...option])).toMatchObject({ code: 2, stderr: expect.stringContaining("--server") });
  });

  describe("with --key", () => {
    test("the same wish is bought once: the second run waits for the same task, saves it, and says so", async () => {
      const env = emptyJournal();
      const before = mock.creates;
      const args = ["generate", PROMPT, "--key", "fox", ...fast];
      const first = await cli([...args, "--no-wait"], { env });
      const out = newFile("mp4");
      const second = await cli([...args, "--out", out], { env });
      expect([second.code, second.stdout, mock.creates - before]).toEqual([0, `${out}\n`, 1]);
      expect(second.stderr).toMatch(/key "fox" already has a task.*nothing is sent again/);
      expect(second.stderr).toContain(`Task ${first.stdout.trim()} was accepted`);
      expect(second.stderr).not.toContain("list price");
    });

    test("a third run finds it saved, and asks nobody", async () => {
      const env = emptyJournal();
      const out = newFile("mp4");
      const args = ["generate", PROMPT, "--key", "fox", "--out", out, ...fast];
      await cli(args, { env });
      const asked = mock.requests;
      const again = await cli(args, { env });
      expect([again.code, again.stdout, mock.requests]).toEqual([0, `${out}\n`, asked]);
      expect(again.stderr).toMatch(/already saved/);
      const { stdout } = await cli([...args, "--json"], { env });
      expect(JSON.parse(stdout)).toMatchObject({ path: out, taskId: mock.taskIds.at(-1), task: { version: 1 } });
      rmSync(out);
      expect(await cli(args, { env })).toMatchObject({ code: 0, stdout: `${out}\n` });
      expect(ftyp(out)).toBe("ftyp");
    });

    test("a file that is there for another reason is refused as ever", async () => {
      const env = emptyJournal();
      const args = ["generate", PROMPT, "--key", "fox", ...fast];
      await cli([...args, "--out", newFile("mp4")], { env });
      expect(await cli([...args, "--out", written("mp4", "mine")], { env })).toMatchObject({ code: 2 });
    });

    test("another request is refused, and nothing is sent", async () => {
      const env = here(emptyJournal());
      server.next(accepted);
      await cli(["generate", PROMPT, "--key", "fox", "--no-wait"], { env });
      const { code, stderr } = await cli(["generate", `${PROMPT}!`, "--key", "fox", "--no-wait"], { env });
      expect([code, stderr, server.seen.length]).toEqual([2, expect.stringContaining("use one key per request"), 1]);
    });

    test("an open create is not sent again before its entry is forgotten", async () => {
      const env = here(emptyJournal());
      const args = ["generate", PROMPT, "--key", "fox", "--no-wait"];
      server.next((response) => response.destroy());
      expect(await cli(args, { env })).toMatchObject({
        code: 5,
        stderr: expect.stringContaining("minimax-video tasks"),
      });
      server.next(accepted);
      const { code, stderr } = await cli(args, { env });
      expect([code, stderr, server.seen]).toEqual([5, expect.stringContaining("--forget"), []]);
      const [{ id }] = await listed(env);
      expect(await cli(["tasks", "--forget", id], { env })).toMatchObject({ code: 0 });
      expect((await cli(args, { env })).code).toBe(0);
    });

    test("what looks like the key of the service is refused, and written nowhere", async () => {
      const env = emptyJournal();
      for (const key of ["eyJhbGciOiJSUzI1NiJ9.x.y", "x".repeat(80)]) {
        const { code, stderr } = await cli(["generate", PROMPT, "--key", key], { env });
        expect([code, stderr]).toEqual([2, expect.stringContaining("Set MINIMAX_API_KEY instead")]);
      }
      const own = { ...env, MINIMAX_API_KEY: "short" };
      expect((await cli(["generate", PROMPT, "--key", "short"], { env: own })).code).toBe(2);
      expect(readdirSync(env.MINIMAX_JOURNAL)).toEqual([]);
    });
  });
});
