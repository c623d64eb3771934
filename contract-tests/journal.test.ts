/** The journal: what it records before a create is sent, and what a second run or a second process makes of it. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import {
  ApiError,
  type ConnectOptions,
  createClient,
  type Intent,
  type JournalEntry,
  type Known,
  MiniMaxError,
  SubmissionUnknownError,
  type TaskRecord,
  ValidationError,
} from "../src/index.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { type FolderJournal, JournalError, type Listed, openJournal } from "../src/node/index.js";
import { built } from "./helpers/build.js";
import type { Order } from "./helpers/crash-child.js";
import { disk } from "./helpers/disk.js";
import { failureOf } from "./helpers/failure-of.js";
import { cut, fakeServer, json, refused, silence, success } from "./helpers/fake-server.js";
import { simulatedClock } from "./helpers/simulated-clock.js";
import { temporaryFolder } from "./helpers/temporary-folder.js";

const PROMPT = "a fox that no journal may mention";
const KEY = "sk-nobody-may-see-this-key";
const request = { model: "MiniMax-Hailuo-2.3", prompt: PROMPT, duration: 6, resolution: "768P" } as const;

const server = fakeServer();
const place = temporaryFolder();
let mock: Mock;
/** A folder that does not exist yet. */
let folder: string;
let journal: FolderJournal;

beforeAll(async () => {
  mock = await startMock({ speed: 1000 });
});
afterAll(() => mock.close());
beforeEach(async () => {
  folder = place.join("journal");
  journal = await openJournal(folder);
});
afterEach(() => {
  disk.fault = () => undefined;
});

const client = (options: ConnectOptions = {}) =>
  createClient({ apiKey: KEY, server: server.url, journal, maxRetries: 0, ...options });
const createFox = (options: ConnectOptions = {}) => client(options).videos.create(request, { key: "fox" });
const accepted = (id = "176843862716480") => json({ task_id: id, ...success });

const intent = (over: Partial<Intent> = {}): Intent => ({
  ...{ kind: "video", server: "global", model: "S2V-01", fingerprint: "0123", submittedAt: Date.now() },
  ...over,
});
const record = (over: Partial<TaskRecord> = {}): TaskRecord => ({
  ...{ version: 1, id: "4711", kind: "video", server: "global", createdAt: Date.now() },
  ...over,
});

async function begun(over: Partial<Intent> = {}, at: FolderJournal = journal): Promise<JournalEntry> {
  const result = await at.begin(intent(over));
  if (!("entry" in result)) throw new Error("it was known already");
  return result.entry;
}
async function known(over: Partial<Intent> = {}): Promise<Known> {
  const result = await journal.begin(intent(over));
  if ("entry" in result) throw new Error("it was not known");
  return result;
}
async function acceptedTask(intent: Partial<Intent> = {}, task: Partial<TaskRecord> = {}): Promise<void> {
  await (await begun(intent)).accepted(record(task));
}

const files = () => readdirSync(folder).filter((name) => !name.startsWith("."));
/** The path and the text of the only file. */
const onlyFile = () => {
  const path = join(folder, files()[0] as string);
  return { path, text: readFileSync(path, "utf8") };
};
const only = async (): Promise<Listed> => {
  const list = await journal.list();
  expect(list).toHaveLength(1);
  return list[0] as Listed;
};
const states = async () => (await journal.list()).map(({ state }) => state);
/** The ids of the tasks of all entries; the state of an entry that has no task. */
const tasks = async () =>
  (await journal.list()).map((entry) => ("task" in entry && entry.task ? entry.task.id : entry.state)).sort();

describe("a create", () => {
  test("is in the journal before it is sent, and has its task before the caller gets it", async () => {
    let seen: Listed[] = [];
    server.next(async (response, asked) => {
      seen = await journal.list();
      accepted()(response, asked);
    });
    const task = await createFox();
    expect(seen).toMatchObject([{ state: "sending", key: "fox", server: server.url, duration: 6, resolution: "768P" }]);
    expect(await only()).toMatchObject({ state: "accepted", task: task.toJSON(), submittedAt: expect.any(Number) });
  });

  test("with an unknown outcome is sent again in another run, where the server knows it by its key", async () => {
    const at = { server: { baseUrl: server.url, idempotencyHeader: "Idempotency-Key" } };
    server.next(cut, accepted());
    await expect(createFox(at)).rejects.toThrow(SubmissionUnknownError);
    expect(await only()).toMatchObject({
      state: "unknown",
      idempotencyKey: server.seen[0]?.headers["idempotency-key"],
    });
    expect((await createFox(at)).id).toBe("176843862716480");
    expect(await only()).toMatchObject({ state: "accepted", task: { id: "176843862716480" } });
    expect(new Set(server.seen.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
    expect(await createFox(at)).toMatchObject({ id: "176843862716480" });
    expect(server.seen).toHaveLength(2);
  });

  test("with an unknown outcome stays unknown if the server refuses the second, and if an hour has passed", async () => {
    const at = { server: { baseUrl: server.url, idempotencyHeader: "Idempotency-Key" } };
    server.next(cut, json(refused(1008)));
    for (let run = 0; run < 2; run++) await expect(createFox(at)).rejects.toThrow(SubmissionUnknownError);
    expect(await states()).toEqual(["unknown"]);
    const clock = { ...simulatedClock(), now: () => Date.now() + 3_600_000 };
    await expect(createFox({ ...at, clock })).rejects.toThrow(SubmissionUnknownError);
    await expect(createFox()).rejects.toThrow(SubmissionUnknownError);
    expect(server.seen).toHaveLength(2);
  });

  test("that is refused leaves nothing, and its key is free", async () => {
    server.next(json(refused(1026)), accepted());
    await expect(createFox()).rejects.toThrow(ApiError);
    expect(readdirSync(folder)).toEqual([]);
    expect((await createFox()).id).toBe("176843862716480");
  });

  test("with an unknown outcome stays as unknown, even if the caller aborted it", async () => {
    server.next(cut);
    await expect(client().videos.create(request)).rejects.toThrow(SubmissionUnknownError);
    const stop = new AbortController();
    server.next(() => stop.abort(new Error("enough")));
    await expect(client().videos.create(request, { signal: stop.signal })).rejects.toThrow("enough");
    expect(await states()).toEqual(["unknown", "unknown"]);
  });

  test("changes its state when its task ends and its video is saved", async () => {
    const { videos } = client({ server: mock.url, queriesPerMinute: Infinity });
    const task = await videos.create(request);
    await task.wait({ pollInterval: 20 });
    expect(await only()).toMatchObject({ state: "succeeded", ended: { state: "succeeded", at: expect.any(Number) } });
    await journal.saved(task.toJSON(), "fox.mp4");
    expect(await only()).toMatchObject({ state: "saved", saved: { path: join(process.cwd(), "fox.mp4") } });
    const failing = await videos.create({ ...request, prompt: "{mock:fail}" });
    await expect(failing.wait({ pollInterval: 20 })).rejects.toThrow(MiniMaxError);
    expect(await states()).toEqual(["saved", "failed"]);
  });

  test("leaves no API key, prompt or image in a file, which only its owner can read", async () => {
    server.next(accepted());
    const image = `data:image/png;base64,${"iVBORw0KGgo".repeat(40)}`;
    const body = { model: "S2V-01", prompt: PROMPT, subject_reference: [{ type: "character", image: [image] }] };
    await client()
      .videos.create(body as never, { key: "fox" })
      .catch(() => client().videos.create(request));
    const { path, text } = onlyFile();
    for (const secret of [KEY, PROMPT, "iVBORw0KGgo"]) expect(text).not.toContain(secret);
    expect([statSync(folder).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  test("records where its video is to be saved, if the journal has a target", async () => {
    await begun();
    expect(await only()).not.toHaveProperty("target");
    const target = { path: "/videos/", force: true };
    await begun({}, await openJournal({ folder, target }));
    expect((await journal.list()).filter((entry) => "target" in entry)).toMatchObject([{ target }]);
  });
});

describe("a key", () => {
  test("returns the same task again, in another run too, and sends nothing", async () => {
    server.next(accepted("1"), accepted("2"));
    const first = await createFox();
    const again = await createFox({ journal: await openJournal(folder) });
    expect([again.toJSON(), server.seen.length]).toEqual([first.toJSON(), 1]);
  });

  test("is refused with another request, and nothing is sent", async () => {
    server.next(accepted());
    await createFox();
    const other = client().videos.create({ ...request, duration: 10 }, { key: "fox" });
    await expect(other).rejects.toThrow(ValidationError);
    expect(server.seen).toHaveLength(1);
  });

  test("belongs to one server", async () => {
    await acceptedTask({ key: "fox" });
    await begun({ key: "fox", server: "china" });
    await begun({ key: "foxes" });
    expect(await journal.list()).toHaveLength(3);
  });

  test("whose create has an unknown outcome sends nothing until the entry is forgotten", async () => {
    server.next(cut, accepted());
    await expect(createFox()).rejects.toThrow(SubmissionUnknownError);
    await expect(createFox()).rejects.toThrow(/under the key "fox".*not sent again/);
    expect(server.seen).toHaveLength(1);
    await journal.forget((await only()).id);
    expect((await createFox()).id).toBe("176843862716480");
  });

  test("used three times at once in one process buys once", async () => {
    server.next(accepted("1"), accepted("2"));
    const tasks = await Promise.all([1, 2, 3].map(() => createFox()));
    expect([tasks.map(({ id }) => id), server.seen.length]).toEqual([["1", "1", "1"], 1]);
  });

  test("that is being sent is waited for, and after a refusal exactly one waiting caller sends", async () => {
    const first = await begun({ key: "fox" });
    const others = [1, 2, 3].map(() => journal.begin(intent({ key: "fox" })));
    await vi.waitFor(async () => expect(await states()).toEqual(["sending"]));
    await first.refused();
    const next = await Promise.race(others);
    if (!("entry" in next)) throw new Error("nobody sends");
    await next.entry.accepted(record());
    const answers = await Promise.all(others);
    expect(answers.filter((answer) => "entry" in answer)).toHaveLength(1);
    expect(answers.filter((answer) => "task" in answer && answer.task?.id === "4711")).toHaveLength(2);
  });

  test("that is being sent has an unknown outcome once its sender says so", async () => {
    const first = await begun({ key: "fox" });
    const other = known({ key: "fox" });
    await first.unknown();
    expect(await other).not.toHaveProperty("task");
  });

  test("that is being sent is waited for until the caller aborts", async () => {
    await begun({ key: "fox" });
    const reason = new Error("enough");
    const stop = new AbortController();
    setTimeout(() => stop.abort(reason), 30);
    await expect(journal.begin(intent({ key: "fox" }), { signal: stop.signal })).rejects.toBe(reason);
    await expect(journal.begin(intent(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await journal.list()).toHaveLength(1);
  });

  test("is free again if the caller aborts while it is recorded", async () => {
    const stop = new AbortController();
    disk.fault = (name) => void (name === "link" && stop.abort(new Error("enough")));
    await expect(journal.begin(intent({ key: "fox" }), { signal: stop.signal })).rejects.toThrow("enough");
    expect(await journal.list()).toEqual([]);
  });

  test.each<[string, (text: string) => string, string]>([
    ["a torn entry", () => '{"version":', "it is not valid JSON"],
    ["an entry of a later version", (text) => text.replace('"version":1', '"version":2'), "it has version 2"],
    ["an entry of another key", (text) => text.replace('"fox"', '"cat"'), "it belongs to another key"],
    ["an entry of another server", (text) => text.replaceAll('"global"', '"china"'), "it belongs to another key"],
  ])("is blocked by %s in its place", async (_, spoil, problem) => {
    await acceptedTask({ key: "fox" });
    const { path, text } = onlyFile();
    writeFileSync(path, spoil(text));
    const error = await failureOf(journal.begin(intent({ key: "fox" })));
    expect(error).toBeInstanceOf(JournalError);
    expect(error.message).toContain(
      `Nothing was sent. What became of the key "fox" cannot be read from ${path}: ${problem}`,
    );
    expect(error.message).toMatch(/\. Move it away to buy anew$/);
  });
});

describe("a sender", () => {
  /** Changes the sender of the only entry. */
  function tamper(over: object): void {
    const { path, text } = onlyFile();
    const content = JSON.parse(text);
    writeFileSync(path, JSON.stringify({ ...content, sender: { ...content.sender, ...over } }));
  }

  // sending-process.test.ts has the other ways to be dead.
  test("that is dead leaves an unknown entry, and its key sends nothing", async () => {
    await begun({ key: "fox" });
    expect(await states()).toEqual(["sending"]);
    tamper({ pid: 2 ** 22 + 1 });
    expect(await states()).toEqual(["unknown"]);
    expect(await known({ key: "fox" })).not.toHaveProperty("task");
  });

  test("on another machine is waited for, up to ten minutes", async () => {
    await begun({ key: "fox" });
    tamper({ host: `not ${hostname()}`, pid: 2 ** 22 + 1 });
    expect(await states()).toEqual(["sending"]);
    tamper({ host: `not ${hostname()}`, at: Date.now() - 3_600_000 });
    expect(await states()).toEqual(["unknown"]);
  });

  test("that resumes after its key was forgotten and taken leaves the new entries alone", async () => {
    const slow = await begun({ key: "fox" });
    const later = await begun({ key: "cat" });
    for (const { id } of await journal.list()) await journal.forget(id);
    const other = await begun({ key: "fox" });
    const another = await begun({ key: "cat" });
    await slow.accepted(record({ id: "1" }));
    await later.refused();
    await other.accepted(record({ id: "2" }));
    await another.accepted(record({ id: "3" }));
    expect(await tasks()).toEqual(["1", "2", "3"]);
    expect((await known({ key: "cat" })).task?.id).toBe("3");
    expect((await known({ key: "fox" })).task?.id).toBe("2");
  });
});

describe("a task", () => {
  test("of another journal changes nothing", async () => {
    await acceptedTask();
    for (const other of [record({ id: "1" }), record({ server: "china" })]) {
      await journal.ended(other, { state: "succeeded" });
      await journal.saved(other, "fox.mp4");
    }
    expect(await states()).toEqual(["accepted"]);
  });

  test("of another process is found, even if it was missing at the first look", async () => {
    const entry = await begun({}, await openJournal(folder));
    await journal.ended(record(), { state: "failed" });
    await entry.accepted(record());
    await journal.ended(record(), { state: "failed" });
    expect(await states()).toEqual(["failed"]);
  });

  test("keeps its first end, and the last place where it was saved", async () => {
    await acceptedTask();
    await journal.ended(record(), { state: "succeeded", at: 1 });
    const other = await openJournal(folder);
    await other.ended(record(), { state: "failed", at: 2 });
    expect(await only()).toMatchObject({ state: "succeeded", ended: { at: 1 } });
    await journal.saved(record(), "a.mp4");
    await other.ended(record(), { state: "failed" });
    expect(await states()).toEqual(["saved"]);
    await journal.saved(record(), "b.mp4");
    expect(await only()).toMatchObject({ saved: { path: join(process.cwd(), "b.mp4") } });
  });

  test("that was forgotten leaves the entry alone that took its place", async () => {
    await acceptedTask({ key: "fox" });
    const other = await openJournal(folder);
    await other.forget((await only()).id);
    await (await begun({ key: "fox" }, other)).accepted(record({ id: "new" }));
    await journal.ended(record(), { state: "failed" });
    await journal.saved(record(), "fox.mp4");
    expect(await only()).toMatchObject({ state: "accepted", task: { id: "new" } });
  });

  test("is found by its key and by its id, at its server", async () => {
    await acceptedTask({ key: "fox" });
    writeFileSync(join(folder, "torn.json"), "{");
    expect(await journal.find({ server: "global", key: "fox" })).toMatchObject({ state: "accepted" });
    expect(await journal.find(record())).toMatchObject({ key: "fox" });
    for (const what of [{ server: "china", key: "fox" }, { server: "global", key: "cat" }, record({ id: "1" })])
      expect(await journal.find(what)).toBeUndefined();
    expect([await journal.known?.("global"), await journal.known?.("china")]).toEqual([["4711"], []]);
  });

  test("that was found later belongs to the unknown create of its time and request", async () => {
    const submittedAt = 1_000;
    await acceptedTask({ submittedAt }, { id: "1" });
    for (const over of [{ submittedAt }, { submittedAt, fingerprint: "02" }, { submittedAt: 1_001 }])
      await (await begun(over)).unknown();
    writeFileSync(join(folder, "torn.json"), "{");
    await journal.found?.({ fingerprint: "0123", submittedAt }, record({ id: "7" }));
    expect(await tasks()).toEqual(["1", "7", "unknown", "unknown", "unreadable"]);
    expect(await journal.find(record({ id: "7" }))).toMatchObject({ fingerprint: "0123", submittedAt });
  });

  test("that was found later is given to none of two creates that may have made it", async () => {
    const submittedAt = 1_000;
    await (await begun({ submittedAt })).unknown();
    await begun({ submittedAt });
    await journal.found?.({ fingerprint: "0123", submittedAt }, record({ id: "7" }));
    expect(await tasks()).toEqual(["sending", "unknown"]);
  });

  test("that succeeded counts in the history: the newest hundred, oldest first", async () => {
    const start = Date.now() - 1_000_000;
    mkdirSync(folder);
    for (let index = 0; index < 103; index++) {
      const at = start + 1000 * index;
      const state = index === 50 ? "failed" : "succeeded";
      const task = record({ id: String(index), createdAt: at, model: "S2V-01", duration: 6 });
      const ended = index === 60 ? { state } : { state, at: at + 60_000 + index };
      const entry = { ...intent({ submittedAt: at }), version: 1, task, ended };
      writeFileSync(join(folder, `${(index * 37) % 103}.json`), JSON.stringify(entry));
    }
    const past = await journal.history();
    expect(past).toHaveLength(100);
    expect(past[0]).toEqual({ kind: "video", model: "S2V-01", duration: 6, milliseconds: 60_001 });
    expect(past.map(({ milliseconds }) => milliseconds)).toEqual(past.map(({ milliseconds }) => milliseconds).sort());
    expect(past.at(-1)?.milliseconds).toBe(60_102);
    expect([await journal.history("global"), await journal.history("china")]).toEqual([past, []]);
  });

  test("that nine processes mark at once keeps both marks", async () => {
    await acceptedTask();
    const others = await Promise.all(Array.from({ length: 8 }, () => openJournal(folder)));
    await Promise.all([
      journal.saved(record(), "fox.mp4"),
      ...others.map((other) => other.ended(record(), { state: "succeeded", at: Date.now() })),
    ]);
    expect(await only()).toMatchObject({ state: "saved", saved: { path: expect.stringContaining("fox.mp4") } });
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

  /** The error of a create that the disk refuses. */
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
    ["is a file", "a/journal", "EEXIST"],
    ["lies below a file", "a", "ENOTDIR"],
  ])("refuses a create before it is sent if the folder %s", async (_, file, code) => {
    folder = place.join("a", "journal");
    journal = await openJournal(folder);
    if (code === "EEXIST") mkdirSync(place.join("a"));
    writeFileSync(place.join(file), "");
    expect((await refusal()).cause).toMatchObject({ code });
  });

  test.each([
    ["is read-only", "open wx", "EACCES"],
    ["is full", "flush", "ENOSPC"],
    ["has no hard links", "link", "EPERM"],
    ["cannot flush a folder", "flush folder", "EIO"],
  ])("that %s refuses a create before it is sent, and keeps no trace of it", async (_, faulty, code) => {
    mkdirSync(folder);
    disk.fault = (name) => (name === faulty ? code : undefined);
    const error = await refusal();
    expect(error.cause).toMatchObject({ code });
    if (faulty === "link") expect(error.message).toContain("hard links");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("without hard links and flushes of folders still keeps creates without a key", async () => {
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
  test("is sorted by time, after files that cannot be read", async () => {
    for (const submittedAt of [3_000, 1_000, 2_000]) await begun({ submittedAt });
    writeFileSync(join(folder, "torn.json"), "{");
    const times = (await journal.list()).map((entry) => entry.state !== "unreadable" && entry.submittedAt);
    expect(times).toEqual([false, 1_000, 2_000, 3_000]);
  });

  // journal-entry.test.ts has all the other files that are no entries.
  test("says why a file cannot be read, and leaves it as it is", async () => {
    await acceptedTask();
    writeFileSync(join(folder, "other.json"), '{"version":1,"kind":"vid');
    writeFileSync(join(folder, "notes.txt"), "mine");
    expect((await states()).sort()).toEqual(["accepted", "unreadable", "unreadable"]);
    const other = (await journal.list()).find(({ id }) => id === "other");
    expect(other).toMatchObject({ problem: "it is not valid JSON" });
    await journal.ended(record(), { state: "succeeded", at: Date.now() });
    await expect(journal.history()).resolves.toHaveLength(1);
    expect(readFileSync(join(folder, "other.json"), "utf8")).toBe('{"version":1,"kind":"vid');
  });

  /** Milliseconds that the processor worked. The machine may be busy with other things. */
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
  }, 30_000);
});

describe("two processes", () => {
  const children = new Set<ChildProcess>();
  let script: string;
  beforeEach(() => {
    script = built("contract-tests/helpers/crash-child.ts", place.path);
  });
  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
    children.clear();
  });

  const order = (over: Partial<Order>): string =>
    JSON.stringify({ server: mock.url, journal: folder, wishes: [], out: place.path, go: true, ...over });

  function start(over: Partial<Order>): ChildProcess {
    const child = fork(script, [order(over)]);
    children.add(child);
    return child;
  }

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

  test("buy nothing more if one is killed while it sends, and the other is told", async () => {
    server.next(silence);
    const child = start({ server: server.url, wishes: [{ prompt: PROMPT, key: "fox" }] });
    await vi.waitFor(() => expect(server.seen).toHaveLength(1), 5000);
    expect(await states()).toEqual(["sending"]);
    const create = client().videos.create({ model: "MiniMax-Hailuo-2.3", prompt: PROMPT }, { key: "fox" });
    const outcome = expect(create).rejects.toThrow(SubmissionUnknownError);
    setTimeout(() => child.kill("SIGKILL"), 150);
    await outcome;
    expect([server.seen.length, await states()]).toEqual([1, ["unknown"]]);
  });

  test.runIf(existsSync("/proc/self/stat"))("count a killed one as dead before its parent has reaped it", async () => {
    server.next(silence);
    const words = ["-c", '"$0" "$1" "$2" & echo $!; exec sleep 60', process.execPath, script];
    const parent = spawn("sh", [...words, order({ server: server.url, wishes: [{ prompt: PROMPT }] })]);
    children.add(parent);
    const [pid] = await once(parent.stdout, "data");
    await vi.waitFor(() => expect(server.seen).toHaveLength(1), 5000);
    expect(await states()).toEqual(["sending"]);
    process.kill(Number(pid), "SIGKILL");
    await vi.waitFor(async () => expect(await states()).toEqual(["unknown"]));
    // Its pid is still taken.
    expect(process.kill(Number(pid), 0)).toBe(true);
  });

  test("fill one folder, and each lists what the other did", async () => {
    const before = mock.creates;
    const wishes = Array.from({ length: 5 }, (_, index) => ({ prompt: `a fox, ${index}` }));
    await Promise.all([1, 2].map(() => once(start({ wishes }), "exit")));
    expect(mock.creates - before).toBe(10);
    expect(await states()).toEqual(Array(10).fill("saved"));
  });
});

test("openJournal takes the folder of MINIMAX_JOURNAL, and does not make it", async () => {
  vi.stubEnv("MINIMAX_JOURNAL", place.join("by-environment"));
  const journal = await openJournal();
  expect([journal.folder, existsSync(journal.folder)]).toEqual([place.join("by-environment"), false]);
  expect(await journal.list()).toEqual([]);
});
