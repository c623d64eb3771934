/** The journal of the command line: what it records, and the effect of --key. */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { accepted, commandLine, fast, ftyp, PROMPT } from "./helpers/command-line.js";
import { cut } from "./helpers/fake-server.js";

const { server, mock, newFile, newJournal, written, cli, ends, quick, refusal, listed } = commandLine();

test("the journal records a video with its path", async () => {
  const journal = newJournal();
  const out = newFile("mp4");
  await cli(["generate", PROMPT, "--duration", "6", "--out", out, ...fast], { journal });
  const id = mock().taskIds.at(-1);
  const made = { state: "saved", model: "MiniMax-Hailuo-2.3", duration: 6, server: mock().url, saved: { path: out } };
  expect(await listed(journal)).toMatchObject([{ ...made, task: { id }, target: { path: out } }]);
  const { stdout } = await cli(["tasks"], { journal });
  expect(stdout).toMatch(
    new RegExp(`^saved +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d +MiniMax-Hailuo-2.3 6 s +${id} .*${out}`),
  );
});

test.each([
  ["--no-journal", ["--no-journal"], {}],
  ["MINIMAX_JOURNAL=off", [], { MINIMAX_JOURNAL: "off" }],
  ["MINIMAX_JOURNAL=off and a line break", [], { MINIMAX_JOURNAL: "off\r\n" }],
])("%s turns the journal off, and --key is refused", async (_, options, env) => {
  const journal = newJournal();
  await cli(["generate", PROMPT, "--no-wait", ...options], { journal, env });
  expect(readdirSync(journal)).toEqual([]);
  const said = await refusal(["generate", PROMPT, "--key", "fox", ...options], { journal, env });
  expect(said).toContain("--key needs the journal");
});

test("--journal names the folder in template, task, tasks and resume", async () => {
  const place = newFile("d");
  const off = { journal: "off" };
  const made = await cli(["template", "394125185182695432", "--text", "rain", "--no-wait", "--journal", place], off);
  const [, command = ""] = /npx --no-install minimax-video (task .*)\n/.exec(made.stderr) ?? [];
  expect(command).toBe(`task ${made.stdout.trim()} --template --server ${mock().url} --journal ${place}`);
  await cli(["generate", PROMPT, "--no-wait", "--journal", place], off);
  await cli([...command.split(" "), ...quick()], off);
  expect(await listed(place)).toMatchObject([{ state: "accepted" }, { state: "saved" }]);
  await cli(["resume", "--journal", place, ...quick()], off);
  expect(await listed(place)).toMatchObject([{ state: "saved" }, { state: "saved" }]);
  for (const command of ["tasks", "resume"]) expect(await refusal([command], off)).toContain("--journal");
});

test("a journal that cannot be written refuses the purchase, and names the option to do without it", async () => {
  const said = await refusal(["generate", PROMPT], { journal: written("txt", "") });
  expect(said).toMatch(/Nothing was sent\. The journal in \S+ cannot be written: EEXIST[\s\S]*--no-journal/);
});

test.runIf(process.platform === "linux").each(["/proc/x", "/dev/null/x", "/sys/x"])(
  "a journal in %s, where no file can be created, refuses the purchase at once",
  async (journal) => {
    const said = await refusal(["generate", PROMPT], { journal });
    expect(said).toContain(`Nothing was sent. The journal in ${journal} cannot be written: E`);
  },
);

test("a journal that fails after the create is only a warning", async () => {
  const journal = newJournal();
  server.next((response, seen) => {
    rmSync(journal, { recursive: true });
    writeFileSync(journal, "");
    accepted(response, seen);
  });
  expect(await ends(0, ["generate", PROMPT, "--no-wait"], { at: server.url, journal })).toMatch(
    /warning: the journal could not be written: .*EEXIST/i,
  );
});

describe("with --key", () => {
  const keyed = ["generate", PROMPT, "--key", "fox", ...fast];

  test("a request is bought once: the second run waits for the same task and saves it", async () => {
    const journal = newJournal();
    const before = mock().creates;
    const first = await cli([...keyed, "--no-wait"], { journal });
    const out = newFile("mp4");
    const { code, stdout, stderr } = await cli([...keyed, "--out", out], { journal });
    expect([code, stdout, mock().creates - before]).toEqual([0, `${out}\n`, 1]);
    expect(stderr).toMatch(/key "fox" already has a task.*nothing is sent again/);
    expect(stderr).toContain(`Task ${first.stdout.trim()} was accepted`);
    expect(stderr).not.toContain("list price");
  });

  test("another request is refused with the task of the key, and nothing else is printed", async () => {
    const journal = newJournal();
    const id = (await cli([...keyed, "--no-wait"], { journal })).stdout.trim();
    const { code, stderr } = await cli([...keyed, "--duration", "10", "--no-wait"], { journal });
    const refused = `This create was not sent\n  key: "fox" already names another request (task ${id}) at this server;`;
    expect([code, stderr]).toEqual([2, expect.stringContaining(refused)]);
    expect(stderr).not.toContain("already has a task");
  });

  test("a third run finds the video saved and sends nothing; without its file it is saved again", async () => {
    const journal = newJournal();
    const out = newFile("mp4");
    const args = [...keyed, "--out", out];
    await cli(args, { journal });
    const asked = mock().requests;
    const again = await cli(args, { journal });
    expect(again).toMatchObject({ code: 0, stdout: `${out}\n`, stderr: expect.stringMatching(/already saved/) });
    const { stdout } = await cli([...args, "--json"], { journal });
    expect(JSON.parse(stdout)).toMatchObject({ path: out, taskId: mock().taskIds.at(-1), task: { version: 1 } });
    expect(mock().requests).toBe(asked);
    rmSync(out);
    await cli(args, { journal });
    expect(ftyp(out)).toBe("ftyp");
    expect(await refusal([...keyed, "--out", written("mp4", "mine")], { journal })).toContain("already exists");
  });

  test("a create with an unknown outcome is not sent again before its entry is forgotten", async () => {
    const setting = { journal: newJournal(), at: server.url };
    const args = [...keyed, "--no-wait"];
    server.next(cut);
    expect(await ends(5, args, setting)).toContain("minimax-video tasks");
    server.next(accepted);
    const { code, stderr } = await cli(args, setting);
    expect([code, stderr, server.seen]).toEqual([5, expect.stringContaining("--forget"), []]);
    expect(stderr).not.toContain("Sending");
    const [{ id }] = await listed(setting.journal);
    await cli(["tasks", "--forget", id], setting);
    expect((await cli(args, setting)).code).toBe(0);
  });

  test.each(["eyJhbGciOiJSUzI1NiJ9.x.y", "x".repeat(80), "short"])("%s is refused as an API key", async (key) => {
    const journal = newJournal();
    const said = await refusal(["generate", PROMPT, "--key", key], { journal, env: { MINIMAX_API_KEY: "short" } });
    expect([said, readdirSync(journal)]).toEqual([expect.stringContaining("Set MINIMAX_API_KEY instead"), []]);
  });
});
