import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defined } from "../src/base/record.js";
import { SubmissionUnknownError } from "../src/index.js";
import { type FolderJournal, JournalError, openJournal } from "../src/node/index.js";
import { built } from "./helpers/build.js";
import type { Order } from "./helpers/crash-child.js";
import { disk } from "./helpers/disk.js";
import { failureOf } from "./helpers/failure-of.js";
import { fakeServer, silence } from "./helpers/fake-server.js";
import { journalContract } from "./helpers/journal-contract.js";
import { accepted, intent, journalTools, PROMPT, record } from "./helpers/journal-tools.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { processes } from "./helpers/processes.js";
import { temporaryFolder } from "./helpers/temporary-folder.js";

const server = fakeServer();
const place = temporaryFolder();
/** A folder that does not exist yet. */
let folder: string;
let journal: FolderJournal;

const mock = mockForAll({ speed: 1000 });
beforeEach(async () => {
  folder = place.join("journal");
  journal = await openJournal(folder);
});
afterEach(() => {
  disk.fault = () => undefined;
});

const { client, createFox, begun, acceptedTask, states, tasks } = journalTools(() => journal, server);

const files = () => readdirSync(folder).filter((name) => !name.startsWith("."));
const stored = () =>
  files().map((name) => {
    const path = join(folder, name);
    return { id: name.replace(/\.json$/, ""), path, text: readFileSync(path, "utf8") };
  });
/** The path and the text of the only file. */
const onlyFile = () => stored()[0] as { path: string; text: string };

describe("a journal in a folder", () => {
  journalContract({
    open: ({ target } = {}) => openJournal(defined({ folder, target })),
    stored: async () => stored(),
    plant(id, text) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${id}.json`), text);
    },
  });

  test("frees a key if the caller aborts while it is recorded", async () => {
    const stop = new AbortController();
    disk.fault = (name) => void (name === "link" && stop.abort(new Error("enough")));
    await expect(journal.begin(intent({ key: "fox" }), { signal: stop.signal })).rejects.toThrow("enough");
    expect(await journal.list()).toEqual([]);
  });
});

describe("the disk", () => {
  test("has flushed a file and its name before the create is sent", async () => {
    const asked: string[] = [];
    server.next((response, seen) => {
      asked.push(...disk.log.splice(0));
      accepted()(response, seen);
    });
    mkdirSync(folder);
    disk.log.length = 0;
    await createFox();
    expect(asked).toEqual(["open wx", "flush", "link", "open r", "flush folder"]);
    expect(disk.log).toEqual(["open wx", "flush", "rename", "open r", "flush folder"]);
    expect(readdirSync(folder)).toEqual(files());
  });

  /** The error of a create if the disk fails. */
  async function refusal(): Promise<JournalError> {
    server.next(accepted());
    const error = await failureOf<JournalError>(createFox());
    expect(error).toBeInstanceOf(JournalError);
    expect(error.message).toMatch(/^Nothing was sent.*another folder/);
    expect(error.message).toContain(folder);
    expect(server.seen).toEqual([]);
    return error;
  }

  test.each([
    ["is read-only", "open wx", "EACCES"],
    ["is full", "flush", "ENOSPC"],
    ["has no hard links", "link", "EPERM"],
    ["cannot flush a folder", "flush folder", "EIO"],
  ])("that %s makes a create fail before it is sent, and keeps no trace of it", async (_, faulty, code) => {
    mkdirSync(folder);
    disk.fault = (name) => (name === faulty ? code : undefined);
    const error = await refusal();
    expect(error.cause).toMatchObject({ code });
    if (faulty === "link") expect(error.message).toContain("hard links");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("without hard links and folder flushes still keeps creates without a key", async () => {
    disk.fault = (name) => ({ link: "EPERM", "flush folder": "EINVAL" })[name];
    await begun();
    expect(await states()).toEqual(["sending"]);
  });

  test("that is full after the create has its task at once, so that no other process waits for it (I15)", async () => {
    server.next((response, seen) => {
      disk.fault = (name) => (name === "open wx" ? "ENOSPC" : undefined);
      accepted("1")(response, seen);
    }, accepted("2"));
    const task = await createFox();
    const other = await createFox({ journal: await openJournal(folder) });
    expect([task.id, other.id, server.seen.length]).toEqual(["1", "1", 1]);
    await journal.ended(task.toJSON(), { state: "succeeded" });
    expect(await states()).toEqual(["succeeded"]);
  });

  test("that is full when a task ends leaves the entry as it was", async () => {
    server.next(accepted("1"));
    const task = (await createFox()).toJSON();
    disk.fault = (name) => (name === "flush" ? "ENOSPC" : undefined);
    const error = await failureOf(journal.ended(task, { state: "succeeded" }));
    expect(error).toMatchObject({ name: "JournalError", cause: { code: "ENOSPC" } });
    for (const each of [journal, await openJournal(folder)])
      expect((await each.list()).map(({ state }) => state)).toEqual(["accepted"]);
  });

  test("gets the task even if something else took the place of the entry", async () => {
    server.next((response, seen) => {
      const { path } = onlyFile();
      rmSync(path);
      mkdirSync(path);
      accepted("1")(response, seen);
    });
    await createFox();
    expect(await tasks()).toEqual(["1", "unreadable"]);
  });
});

describe("the list", () => {
  /** CPU time in milliseconds, because the machine may be busy. */
  const cpuTime = () => process.cpuUsage().user / 1000;

  test("of ten thousand entries takes well under two seconds, and each file is read once", async () => {
    await acceptedTask();
    await journal.ended(record(), { state: "succeeded", at: Date.now() });
    const { text } = onlyFile();
    for (let index = 0; index < 9_999; index++)
      writeFileSync(join(folder, `${index}.json`), text.replace("4711", String(index)));
    const started = cpuTime();
    expect(await journal.list()).toHaveLength(10_000);
    expect(cpuTime() - started).toBeLessThan(2000);
    const again = await openJournal(folder);
    const searched = cpuTime();
    await again.ended(record({ id: "restored" }), { state: "succeeded" });
    const first = cpuTime() - searched;
    for (let index = 0; index < 100; index++) await again.ended(record({ id: `r${index}` }), { state: "failed" });
    expect(cpuTime() - searched).toBeLessThan(20 * first + 500);
  }, 120_000);
});

describe("two processes", () => {
  let script: string;
  beforeEach(() => {
    script = built("contract-tests/helpers/crash-child.ts", place.path);
  });
  const fork = processes(() => script);
  const start = (over: Partial<Order>) =>
    fork({ server: mock.url, journal: folder, wishes: [], out: place.path, go: true, ...over });

  test("with one journal and one key buy once, and both have the task", async () => {
    const before = mock.creates;
    const wishes = [{ prompt: "a fox {mock:slow_headers=200}", key: "fox" }];
    const pair = [1, 2].map(() => start({ wishes, go: false }));
    await Promise.all(pair.map((child) => once(child, "message")));
    const tasks = pair.map((child) => once(child, "message"));
    const exits = pair.map((child) => once(child, "exit"));
    for (const child of pair) child.send("go");
    const ids = (await Promise.all(tasks)).map(([message]) => message.id);
    expect([mock.creates - before, ids]).toEqual([1, [mock.taskIds.at(-1), mock.taskIds.at(-1)]]);
    await Promise.all(exits);
    expect(await states()).toEqual(["saved"]);
  });

  test("buy nothing more if one is killed while it sends, and the other gets an error", async () => {
    server.next(silence);
    const child = start({ server: server.url, wishes: [{ prompt: PROMPT, key: "fox" }] });
    await vi.waitFor(() => expect(server.seen).toHaveLength(1), 20_000);
    expect(await states()).toEqual(["sending"]);
    const create = client().videos.create({ model: "MiniMax-Hailuo-2.3", prompt: PROMPT }, { key: "fox" });
    const outcome = expect(create).rejects.toThrow(SubmissionUnknownError);
    setTimeout(() => child.kill("SIGKILL"), 150);
    await outcome;
    expect([server.seen.length, await states()]).toEqual([1, ["unknown"]]);
  });

  test("fill one folder, and each lists what the other did", async () => {
    const before = mock.creates;
    const wishes = Array.from({ length: 5 }, (_, index) => ({ prompt: `a fox, ${index}` }));
    await Promise.all([1, 2].map(() => once(start({ wishes }), "exit")));
    expect(mock.creates - before).toBe(10);
    expect(await states()).toEqual(Array(10).fill("saved"));
  });
});
