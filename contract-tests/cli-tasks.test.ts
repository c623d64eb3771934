/** `minimax-video tasks`: what the journal knows. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { accepted, commandLine, PROMPT, video } from "./helpers/command-line.js";
import { json, success } from "./helpers/fake-server.js";

const { server, newFile, cli, quick, emptyJournal, here, listed, linked } = commandLine();

describe("tasks", () => {
  test("says that there is nothing, and where it looked", async () => {
    const env = { MINIMAX_JOURNAL: newFile("d") };
    const { code, stdout } = await cli(["tasks"], { env });
    expect([code, stdout]).toEqual([0, expect.stringContaining(`${env.MINIMAX_JOURNAL} is empty`)]);
    expect(await cli(["resume"], { env })).toMatchObject({ code: 0, stdout: "" });
  });

  test("shows what is open first and unmistakably, and of what is done the last few, or --all; and asks nobody", async () => {
    const env = here(emptyJournal());
    for (const index of Array.from({ length: 8 }).keys()) {
      server.next(json({ task_id: `${index}0`, ...success }));
      await cli(["generate", PROMPT, "--no-wait"], { env });
      if (index === 6) continue;
      const outcome = index === 1 ? { status: "Fail", base_resp: { status_code: 1026, status_msg: "" } } : success;
      server.next(json({ status: "Success", file_id: "205258526306433", ...outcome }), linked, video);
      await cli(["task", `${index}0`, ...quick()], { env });
    }
    server.next((response) => response.destroy());
    await cli(["generate", PROMPT], { env });
    writeFileSync(join(env.MINIMAX_JOURNAL, "torn.json"), "{");
    server.next(accepted);
    const words = async (...args: string[]) =>
      (await cli(["tasks", ...args], { env })).stdout.split("\n").map((line) => line.split(" ")[0]);
    const open = ["UNKNOWN", "UNREADABLE", "accepted"];
    expect(await words()).toEqual([...open, ...Array(5).fill("saved"), ""]);
    expect(await words("--all")).toEqual([...open, ...Array(5).fill("saved"), "failed", "saved", ""]);
    expect(await words("--server", "china")).toEqual(["UNREADABLE", ""]);
    const { stderr } = await cli(["tasks"], { env });
    expect(stderr).toMatch(/UNKNOWN: .*may be charged[\s\S]*--forget[\s\S]*minimax-video resume/);
    expect(stderr).toMatch(/2 more/);
    expect(server.seen).toEqual([]);
  });

  test("--json is an object with the folder and all that is known", async () => {
    const env = here(emptyJournal());
    server.next(accepted);
    await cli(["generate", PROMPT, "--key", "fox\n\x1b[31m", "--no-wait"], { env });
    const { stdout } = await cli(["tasks", "--json"], { env });
    const entry = { state: "accepted", key: "fox\n\x1b[31m", kind: "video", server: server.url };
    expect(JSON.parse(stdout)).toMatchObject({
      folder: env.MINIMAX_JOURNAL,
      entries: [{ ...entry, id: expect.stringMatching(/^key-/) }],
    });
    const text = (await cli(["tasks"], { env })).stdout;
    expect([text.split("\n").length, text.includes("\x1b")]).toEqual([2, false]);
  });

  test("--forget takes what is cleared up; what may still come only with --force; and nothing by a mistake", async () => {
    const env = here(emptyJournal());
    server.next(accepted);
    await cli(["generate", PROMPT, "--no-wait"], { env });
    const refused = await cli(["tasks", "--forget", "176843862716480"], { env });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--force")]);
    expect(await cli(["tasks", "--forget", "../x"], { env })).toMatchObject({ code: 2 });
    server.next((response) => response.destroy());
    await cli(["generate", PROMPT], { env });
    const unknown = (await listed(env)).find(({ state }: { state: string }) => state === "unknown");
    const both = ["tasks", "--forget", unknown.id, "--forget", "176843862716480"];
    expect(await cli(both, { env })).toMatchObject({ code: 2 });
    expect(await listed(env)).toHaveLength(2);
    expect(await cli([...both, "--force", "--json"], { env })).toMatchObject({ code: 0 });
    expect(await listed(env)).toEqual([]);
  });

  test("--forget never takes a file that it cannot read, and names it", async () => {
    const env = emptyJournal();
    writeFileSync(join(env.MINIMAX_JOURNAL, "torn.json"), "{");
    const { code, stderr } = await cli(["tasks", "--forget", "torn", "--force"], { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining(join(env.MINIMAX_JOURNAL, "torn.json"))]);
  });

  test("--forget-finished takes the finished ones of so many days ago, and none that may still come", async () => {
    const env = emptyJournal();
    await cli(["generate", PROMPT, ...quick()], { env });
    await cli(["generate", `${PROMPT} {mock:fail}`, ...quick()], { env });
    await cli(["generate", PROMPT, "--no-wait"], { env });
    await cli(["generate", `${PROMPT} {mock:lost_reply}`], { env });
    await cli(["tasks", "--forget-finished", "1"], { env });
    expect(await listed(env)).toHaveLength(4);
    expect((await cli(["tasks", "--forget-finished", "0"], { env })).stderr).toContain("2 entries");
    const states = (await listed(env)).map(({ state }: { state: string }) => state);
    expect(states.sort()).toEqual(["accepted", "unknown"]);
    expect((await cli(["tasks", "--forget-finished", "soon"], { env })).code).toBe(2);
  });
});
