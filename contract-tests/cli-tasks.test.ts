/** `minimax-video tasks`: the entries of the journal. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { accepted, commandLine, PROMPT, video } from "./helpers/command-line.js";
import { cut, json, success } from "./helpers/fake-server.js";

const { server, newJournal, cli, quick, refusal, listed, linked } = commandLine();
const bought = ["generate", PROMPT, "--no-wait"];

test("tasks says that the journal is empty, and where it is; resume has nothing to do", async () => {
  const journal = newJournal();
  const { code, stdout } = await cli(["tasks"], { journal });
  expect([code, stdout]).toEqual([0, expect.stringContaining(`${journal} is empty`)]);
  expect(await cli(["resume"], { journal })).toMatchObject({ code: 0, stdout: "" });
});

test("tasks lists open entries first, then the last finished ones or --all, and sends nothing", async () => {
  const setting = { journal: newJournal(), at: server.url };
  for (const index of Array.from({ length: 8 }).keys()) {
    server.next(json({ task_id: `${index}0`, ...success }));
    await cli(bought, setting);
    if (index === 6) continue;
    const outcome = index === 1 ? { status: "Fail", base_resp: { status_code: 1026, status_msg: "" } } : success;
    server.next(json({ status: "Success", file_id: "205258526306433", ...outcome }), linked, video);
    await cli(["task", `${index}0`, ...quick()], setting);
  }
  server.next(cut);
  await cli(bought, setting);
  writeFileSync(join(setting.journal, "torn.json"), "{");
  server.next(accepted);
  const words = async (...args: string[]) =>
    (await cli(["tasks", ...args], setting)).stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" ")[0]);
  const first = ["UNKNOWN", "UNREADABLE", "accepted", ...Array(5).fill("saved")];
  expect(await words()).toEqual(first);
  expect(await words("--all")).toEqual([...first, "failed", "saved"]);
  expect(await words("--server", "china")).toEqual(["UNREADABLE"]);
  const { stderr } = await cli(["tasks"], setting);
  expect(stderr).toMatch(/UNKNOWN: .*may be charged[\s\S]*--forget[\s\S]*minimax-video resume/);
  expect(stderr).toMatch(/Finished entries not shown: 2\./);
  expect(server.seen).toEqual([]);
});

test("tasks --json prints the folder and all facts, and the table shows no control characters", async () => {
  const setting = { journal: newJournal(), at: server.url };
  const key = "fox\n\x1b[31m";
  server.next(accepted);
  await cli([...bought, "--key", key], setting);
  const { stdout } = await cli(["tasks", "--json"], setting);
  const entry = { state: "accepted", key, kind: "video", server: server.url, id: expect.stringMatching(/^key-/) };
  expect(JSON.parse(stdout)).toMatchObject({ folder: setting.journal, entries: [entry] });
  const text = (await cli(["tasks"], setting)).stdout;
  expect([text.split("\n").length, text.includes("\x1b")]).toEqual([2, false]);
});

test("tasks --forget removes settled entries, and those that may still finish only with --force", async () => {
  const setting = { journal: newJournal(), at: server.url };
  const id = "176843862716480";
  server.next(accepted);
  await cli(bought, setting);
  expect(await refusal(["tasks", "--forget", id], setting)).toContain("--force");
  expect(await refusal(["tasks", "--forget", "../x"], setting)).toContain("is not in the journal");
  server.next(cut);
  await cli(bought, setting);
  const unknown = (await listed(setting.journal)).find(({ state }: { state: string }) => state === "unknown");
  const both = ["tasks", "--forget", unknown.id, "--forget", id];
  await refusal(both, setting);
  expect(await listed(setting.journal)).toHaveLength(2);
  expect(JSON.parse((await cli([...both, "--force", "--json"], setting)).stdout).forgotten).toHaveLength(2);
  expect(await listed(setting.journal)).toEqual([]);
});

test("tasks --forget with a key says which id to forget", async () => {
  const journal = newJournal();
  await cli(["generate", PROMPT, "--key", "fox", "--no-wait"], { journal });
  const [{ id }] = await listed(journal);
  expect(await refusal(["tasks", "--forget", "fox"], { journal })).toContain(
    `Nothing was forgotten: fox is a key; use --forget ${id}`,
  );
});

test("tasks --forget names a file that it cannot read, and does not delete it", async () => {
  const journal = newJournal();
  const torn = join(journal, "torn.json");
  writeFileSync(torn, "{");
  expect(await refusal(["tasks", "--forget", "torn", "--force"], { journal })).toContain(torn);
  expect(await listed(journal)).toHaveLength(1);
});

test("tasks --forget-finished removes finished entries of that age, and none that may still finish", async () => {
  const journal = newJournal();
  for (const args of [[PROMPT], [`${PROMPT} {mock:fail}`], [PROMPT, "--no-wait"], [`${PROMPT} {mock:lost_reply}`]])
    await cli(["generate", ...args, ...quick()], { journal });
  await cli(["tasks", "--forget-finished", "1"], { journal });
  expect(await listed(journal)).toHaveLength(4);
  expect((await cli(["tasks", "--forget-finished", "0"], { journal })).stderr).toContain("2 entries");
  const states = (await listed(journal)).map(({ state }: { state: string }) => state);
  expect(states.sort()).toEqual(["accepted", "unknown"]);
});
