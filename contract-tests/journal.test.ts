/** The journal: what is written down before it is bought, and what a second run, or a second process, makes of it. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
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
import { defaultFolder } from "../src/node/journal-store.js";
import { built } from "./helpers/build.js";
import type { Order } from "./helpers/crash-child.js";
import { disk } from "./helpers/disk.js";
import { cut, fakeServer, json, refused, silence, success } from "./helpers/fake-server.js";

afterEach(() => {
  disk.fault = () => undefined;
});

const PROMPT = "a fox that no journal may hear of";
const KEY = "sk-nobody-may-see-this-key";
const request = { model: "MiniMax-Hailuo-2.3", prompt: PROMPT, duration: 6, resolution: "768P" } as const;

const server = fakeServer();
let mock: Mock;
let place: string;
let folder: string;
let journal: FolderJournal;

beforeAll(async () => {
  mock = await startMock({ speed: 1000 });
  place = mkdtempSync(join(tmpdir(), "minimax-video-journal-"));
});
afterAll(async () => {
  await mock.close();
  rmSync(place, { recursive: true });
});

/** A journal in a folder of its own, which does not exist yet. */
async function fresh(): Promise<FolderJournal> {
  folder = join(mkdtempSync(join(place, "a-")), "journal");
  journal = await openJournal(folder);
  return journal;
}

/** A client at the fake server; no pause between tries is longer than a moment. */
function client(options: ConnectOptions = {}) {
  return createClient({ apiKey: KEY, server: server.url, journal, maxRetries: 0, ...options });
}
const atMock = (options: ConnectOptions = {}) => client({ server: mock.url, queriesPerMinute: Infinity, ...options });

const accepted = (id = "176843862716480") => json({ task_id: id, ...success });

function intent(over: Partial<Intent> = {}): Intent {
  const { fingerprint, ...facts } = { kind: "video", server: "global", model: "S2V-01", fingerprint: "0123", ...over };
  return { ...facts, kind: "video", fingerprint, submittedAt: Date.now(), ...over };
}
function record(over: Partial<TaskRecord> = {}): TaskRecord {
  return { version: 1, id: "4711", kind: "video", server: "global", createdAt: Date.now(), ...over };
}

async function begun(over: Partial<Intent> = {}, at: FolderJournal = journal): Promise<JournalEntry> {
  const result = await at.begin(intent(over));
  if (!("entry" in result)) throw new Error("it was known already");
  return result.entry;
}
async function known(over: Partial<Intent> = {}, at: FolderJournal = journal): Promise<Known> {
  const result = await at.begin(intent(over));
  if ("entry" in result) throw new Error("it was not known");
  return result;
}

const files = () => readdirSync(folder).filter((name) => !name.startsWith("."));
const only = async (): Promise<Listed> => {
  const list = await journal.list();
  expect(list).toHaveLength(1);
  return list[0] as Listed;
};
const states = async () => (await journal.list()).map(({ state }) => state);
/** Changes what the only file says. */
function tamper(change: (content: Record<string, unknown>) => unknown): void {
  const path = join(folder, files()[0] as string);
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
}

describe("a create", () => {
  test("is in the journal before it is sent, and with its task before it is given", async () => {
    await fresh();
    let seen: Listed[] = [];
    server.next(async (response, asked) => {
      seen = await journal.list();
      accepted()(response, asked);
    });
    const task = await client().videos.create(request, { key: "fox" });
    expect(seen).toMatchObject([{ state: "sending", key: "fox", server: server.url, duration: 6, resolution: "768P" }]);
    expect(await only()).toMatchObject({ state: "accepted", task: task.toJSON(), submittedAt: expect.any(Number) });
  });

  test("that was refused leaves nothing, and its key is free", async () => {
    await fresh();
    server.next(json(refused(1026)), accepted());
    await expect(client().videos.create(request, { key: "fox" })).rejects.toThrow(ApiError);
    expect(readdirSync(folder)).toEqual([]);
    expect((await client().videos.create(request, { key: "fox" })).id).toBe("176843862716480");
  });

  test("whose outcome is open stays as unknown, also when it was the caller who broke it off", async () => {
    await fresh();
    server.next(cut);
    await expect(client().videos.create(request)).rejects.toThrow(SubmissionUnknownError);
    const stop = new AbortController();
    server.next(() => stop.abort(new Error("enough")));
    await expect(client().videos.create(request, { signal: stop.signal })).rejects.toThrow("enough");
    expect(await states()).toEqual(["unknown", "unknown"]);
  });

  test("goes through its states as it is waited for and saved", async () => {
    await fresh();
    const task = await atMock().videos.create(request);
    await task.wait({ pollInterval: 20 });
    expect(await only()).toMatchObject({ state: "succeeded", ended: { state: "succeeded", at: expect.any(Number) } });
    await journal.saved(task.toJSON(), "fox.mp4");
    expect(await only()).toMatchObject({ state: "saved", saved: { path: join(process.cwd(), "fox.mp4") } });
    const failing = await atMock().videos.create({ ...request, prompt: "{mock:fail}" });
    await expect(failing.wait({ pollInterval: 20 })).rejects.toThrow(MiniMaxError);
    expect(await states()).toEqual(["saved", "failed"]);
  });

  test("shows no key of the service, no prompt and no image in any file, and is nobody else's to read", async () => {
    await fresh();
    server.next(accepted());
    const image = `data:image/png;base64,${"iVBORw0KGgo".repeat(40)}`;
    const body = { model: "S2V-01", prompt: PROMPT, subject_reference: [{ type: "character", image: [image] }] };
    await client()
      .videos.create(body as never, { key: "fox" })
      .catch(() => client().videos.create(request));
    const [name = ""] = files();
    const text = readFileSync(join(folder, name), "utf8");
    for (const secret of [KEY, PROMPT, "iVBORw0KGgo"]) expect(text).not.toContain(secret);
    expect([statSync(folder).mode & 0o777, statSync(join(folder, name)).mode & 0o777]).toEqual([0o700, 0o600]);
  });
});

describe("a key", () => {
  test("gives the same task again, in another run too, and sends nothing", async () => {
    await fresh();
    server.next(accepted("1"), accepted("2"));
    const first = await client().videos.create(request, { key: "fox" });
    const again = await client({ journal: await openJournal(folder) }).videos.create(request, { key: "fox" });
    expect([again.toJSON(), server.seen.length]).toEqual([first.toJSON(), 1]);
  });

  test("is one wish: with another request it is refused, and nothing is sent", async () => {
    await fresh();
    server.next(accepted());
    await client().videos.create(request, { key: "fox" });
    const other = client().videos.create({ ...request, duration: 10 }, { key: "fox" });
    await expect(other).rejects.toThrow(ValidationError);
    expect(server.seen).toHaveLength(1);
  });

  test("at another server is another wish; so is another key, and none", async () => {
    await fresh();
    await begun({ key: "fox" }).then(({ accepted }) => accepted(record({ id: "1" })));
    await begun({ key: "fox", server: "china" });
    await begun({ key: "foxes" });
    await begun();
    expect(await journal.list()).toHaveLength(4);
  });

  test("whose create is open sends nothing, until the entry is forgotten", async () => {
    await fresh();
    server.next(cut, accepted());
    const create = () => client().videos.create(request, { key: "fox" });
    await expect(create()).rejects.toThrow(SubmissionUnknownError);
    await expect(create()).rejects.toThrow(/under the key "fox".*not sent again/);
    expect(server.seen).toHaveLength(1);
    await journal.forget((await only()).id);
    expect((await create()).id).toBe("176843862716480");
  });

  test("used twice at once in one process buys once", async () => {
    await fresh();
    server.next(accepted("1"), accepted("2"));
    const tasks = await Promise.all([1, 2, 3].map(() => client().videos.create(request, { key: "fox" })));
    expect([tasks.map(({ id }) => id), server.seen.length]).toEqual([["1", "1", "1"], 1]);
  });

  test("that is being sent is waited for; after a refusal exactly one of those who wait sends", async () => {
    await fresh();
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

  test("that is being sent is answered as open once its sender says so", async () => {
    await fresh();
    const first = await begun({ key: "fox" });
    const other = known({ key: "fox" });
    await first.unknown();
    expect(await other).not.toHaveProperty("task");
  });

  test("that is being sent is waited for no longer than the caller wants, and at once", async () => {
    await fresh();
    await begun({ key: "fox" });
    const reason = new Error("enough");
    const waiting = journal.begin(intent({ key: "fox" }), { signal: AbortSignal.any([abortedAfter(30, reason)]) });
    const started = Date.now();
    await expect(waiting).rejects.toBe(reason);
    expect(Date.now() - started).toBeLessThan(90);
    await expect(journal.begin(intent(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await journal.list()).toHaveLength(1);
  });

  test("of a caller who gives up while it is written down is free again", async () => {
    await fresh();
    const stop = new AbortController();
    disk.fault = (name) => {
      if (name === "link") stop.abort(new Error("enough"));
      return undefined;
    };
    await expect(journal.begin(intent({ key: "fox" }), { signal: stop.signal })).rejects.toThrow("enough");
    expect(await journal.list()).toEqual([]);
  });
});

function abortedAfter(milliseconds: number, reason: unknown): AbortSignal {
  const stop = new AbortController();
  setTimeout(() => stop.abort(reason), milliseconds);
  return stop.signal;
}

describe("a sender that is gone", () => {
  const sender = { host: hostname(), pid: process.pid, at: Date.now(), once: "x" };

  test.each<[string, object]>([
    ["a process that has ended", { pid: 2 ** 22 + 1 }],
    ["a process that began later under the same number", { born: "another" }],
    ["one that has been at it for longer than any exchange takes", { at: Date.now() - 3_600_000 }],
    ["one whose clock was wrong by an hour", { at: Date.now() + 3_600_000 }],
    ["a machine that has said nothing for long", { host: "elsewhere", at: Date.now() - 3_600_000 }],
  ])("%s leaves an unknown entry, and its key sends nothing", async (_, over) => {
    await fresh();
    await begun({ key: "fox" });
    expect(await states()).toEqual(["sending"]);
    tamper((content) => ({ ...content, sender: { ...(content.sender as object), ...over } }));
    expect(await states()).toEqual(["unknown"]);
    expect(await known({ key: "fox" })).not.toHaveProperty("task");
  });

  test("cannot be told on another machine: it is waited for", async () => {
    await fresh();
    await begun({ key: "fox" });
    tamper((content) => ({ ...content, sender: { ...sender, host: "elsewhere", pid: 2 ** 22 + 1 } }));
    expect(await states()).toEqual(["sending"]);
  });

  test("and comes back after all does not touch what another has begun since under its key", async () => {
    await fresh();
    const slow = await begun({ key: "fox" });
    const later = await begun({ key: "cat" });
    for (const { id } of await journal.list()) await journal.forget(id);
    const other = await begun({ key: "fox" });
    const another = await begun({ key: "cat" });
    await slow.accepted(record({ id: "1" }));
    await later.refused();
    await other.accepted(record({ id: "2" }));
    await another.accepted(record({ id: "3" }));
    const tasks = (await journal.list()).map((entry) => ("task" in entry ? entry.task?.id : entry.state));
    expect(tasks.sort()).toEqual(["1", "2", "3"]);
    expect((await known({ key: "cat" })).task?.id).toBe("3");
    expect((await known({ key: "fox" })).task?.id).toBe("2");
  });
});

describe("tasks", () => {
  test("that this journal did not see begin are not its business", async () => {
    await fresh();
    await begun().then(({ accepted }) => accepted(record()));
    for (const other of [record({ id: "1" }), record({ server: "china" })]) {
      await journal.ended(other, { state: "succeeded" });
      await journal.saved(other, "fox.mp4");
    }
    expect(await states()).toEqual(["accepted"]);
  });

  test("of another process are found, also when they were not there at the first look", async () => {
    await fresh();
    const other = await openJournal(folder);
    const entry = await begun({}, other);
    await journal.ended(record(), { state: "failed" });
    await entry.accepted(record());
    await journal.ended(record(), { state: "failed" });
    expect(await states()).toEqual(["failed"]);
  });

  test("that ended once stay as they ended, and what is saved stays saved", async () => {
    await fresh();
    await begun().then(({ accepted }) => accepted(record()));
    await journal.ended(record(), { state: "succeeded", at: 1 });
    await (await openJournal(folder)).ended(record(), { state: "failed", at: 2 });
    expect(await only()).toMatchObject({ state: "succeeded", ended: { at: 1 } });
    await journal.saved(record(), "a.mp4");
    await (await openJournal(folder)).ended(record(), { state: "failed" });
    expect(await states()).toEqual(["saved"]);
    await journal.saved(record(), "b.mp4");
    expect(await only()).toMatchObject({ saved: { path: join(process.cwd(), "b.mp4") } });
  });

  test("that were forgotten leave alone what has taken their place", async () => {
    await fresh();
    await begun({ key: "fox" }).then(({ accepted }) => accepted(record()));
    const other = await openJournal(folder);
    await other.forget((await only()).id);
    await begun({ key: "fox" }, other).then(({ accepted }) => accepted(record({ id: "new" })));
    await journal.ended(record(), { state: "failed" });
    await journal.saved(record(), "fox.mp4");
    expect(await only()).toMatchObject({ state: "accepted", task: { id: "new" } });
  });

  test("are found by key and by id", async () => {
    await fresh();
    await begun({ key: "fox" }).then(({ accepted }) => accepted(record()));
    expect(await journal.find({ server: "global", key: "fox" })).toMatchObject({ state: "accepted" });
    expect(await journal.find(record())).toMatchObject({ key: "fox" });
    expect(await journal.find({ server: "china", key: "fox" })).toBeUndefined();
    expect(await journal.find(record({ id: "1" }))).toBeUndefined();
  });

  test("teach how long tasks take: those that succeeded, the newest hundred, oldest first", async () => {
    await fresh();
    const start = Date.now() - 1_000_000;
    mkdirSync(folder);
    for (const index of Array.from({ length: 103 }).keys()) {
      const at = start + 1000 * index;
      const state = index === 50 ? "failed" : "succeeded";
      const entry = {
        ...intent({ submittedAt: at }),
        version: 1,
        task: record({ id: String(index), createdAt: at, model: "S2V-01", duration: 6 }),
        ended: index === 60 ? { state } : { state, at: at + 60_000 + index },
      };
      writeFileSync(join(folder, `${(index * 37) % 103}.json`), JSON.stringify(entry));
    }
    const past = await (await openJournal(folder)).history();
    expect(past).toHaveLength(100);
    expect(past[0]).toEqual({ kind: "video", model: "S2V-01", duration: 6, milliseconds: 60_001 });
    expect(past.map(({ milliseconds }) => milliseconds)).toEqual(past.map(({ milliseconds }) => milliseconds).sort());
    expect(past.at(-1)?.milliseconds).toBe(60_102);
    expect(await journal.history("global")).toEqual(past);
    expect(await journal.history("china")).toEqual([]);
  });

  test("of two processes that mark one entry at once are both kept", async () => {
    await fresh();
    await begun().then(({ accepted }) => accepted(record()));
    const others = await Promise.all(Array.from({ length: 8 }, () => openJournal(folder)));
    await Promise.all([
      journal.saved(record(), "fox.mp4"),
      ...others.map((other) => other.ended(record(), { state: "succeeded", at: Date.now() })),
    ]);
    expect(await only()).toMatchObject({ state: "saved", saved: { path: expect.stringContaining("fox.mp4") } });
  });
});

describe("the disk", () => {
  test("has flushed a file before it gets its name, and its name before anything is sent", async () => {
    await fresh();
    const asked: string[] = [];
    server.next((response, seen) => {
      asked.push(...disk.log);
      disk.log.length = 0;
      accepted()(response, seen);
    });
    mkdirSync(folder);
    disk.log.length = 0;
    await client().videos.create(request, { key: "fox" });
    expect(asked).toEqual(["open wx", "flush", "link", "open r", "flush folder"]);
    expect(disk.log).toEqual(["open wx", "flush", "rename", "open r", "flush folder"]);
    expect(readdirSync(folder)).toEqual(files());
  });

  /** A create that is refused here. */
  async function refusal(): Promise<JournalError> {
    server.next(accepted());
    const error = await client()
      .videos.create(request, { key: "fox" })
      .catch((error) => error);
    expect(error).toBeInstanceOf(JournalError);
    expect(error).toBeInstanceOf(MiniMaxError);
    expect(error.message).toMatch(/^Nothing was sent.*another folder/);
    expect(error.message).toContain(folder);
    expect(server.seen).toEqual([]);
    return error;
  }

  test.each([
    ["is a file", (path: string) => writeFileSync(path, ""), "EEXIST"],
    ["lies below a file", (path: string) => writeFileSync(join(path, ".."), ""), "ENOTDIR"],
  ])("whose folder %s refuses the create before it is sent: what, where, and what to do", async (_, spoil, code) => {
    await fresh();
    folder = join(folder, "deep", "er");
    journal = await openJournal(folder);
    mkdirSync(join(folder, "..", code === "EEXIST" ? "" : ".."), { recursive: true });
    spoil(folder);
    expect((await refusal()).cause).toMatchObject({ code });
  });

  test.each([
    ["is read-only", "open wx", "EACCES"],
    ["is full", "flush", "ENOSPC"],
    ["knows no links", "link", "EPERM"],
    ["cannot flush a folder", "flush folder", "EIO"],
  ])("that %s refuses the create before it is sent, and keeps no trace of it", async (_, faulty, code) => {
    await fresh();
    mkdirSync(folder);
    disk.fault = (name) => (name === faulty ? code : undefined);
    const error = await refusal();
    expect(error.cause).toMatchObject({ code });
    if (faulty === "link") expect(error.message).toContain("hard links");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("that knows no links keeps creates without a key, and one that never flushes folders all of them", async () => {
    await fresh();
    disk.fault = (name) => ({ link: "EPERM", "flush folder": "EINVAL" })[name];
    await begun();
    expect(await states()).toEqual(["sending"]);
  });

  test("that is full after the create loses no task: it is given, known here, and written as soon as that goes", async () => {
    await fresh();
    const debug = vi.fn();
    server.next((response, seen) => {
      disk.fault = (name) => (name === "flush" ? "ENOSPC" : undefined);
      accepted("1")(response, seen);
    }, accepted("2"));
    const create = () => client({ logger: { debug } }).videos.create(request, { key: "fox" });
    const task = await create();
    expect([task.id, (await create()).id, server.seen.length]).toEqual(["1", "1", 1]);
    expect(debug).toHaveBeenCalledWith(expect.stringContaining("journal"), {
      reason: expect.stringContaining("ENOSPC"),
    });
    const other = await openJournal(folder);
    expect((await other.list()).map(({ state }) => state)).toEqual(["sending"]);
    disk.fault = () => undefined;
    await journal.ended(task.toJSON(), { state: "succeeded" });
    expect(await other.list()).toMatchObject([{ state: "succeeded", task: { id: "1" } }]);
  });

  test("where something else took the place of the entry gets the task all the same", async () => {
    await fresh();
    server.next((response, seen) => {
      const [name = ""] = files();
      rmSync(join(folder, name));
      mkdirSync(join(folder, name));
      accepted("1")(response, seen);
    });
    await client().videos.create(request, { key: "fox" });
    const found = (await journal.list()).map((entry) => ("task" in entry ? entry.task?.id : entry.state));
    expect(found.sort()).toEqual(["1", "unreadable"]);
  });

  test("that cannot be read says so instead of showing nothing", async () => {
    await fresh();
    writeFileSync(folder, "");
    await expect(journal.list()).rejects.toThrow(/cannot be read: ENOTDIR/);
  });
});

describe("a file that is no entry", () => {
  test.each<[string, string, RegExp]>([
    ["torn", '{"version":1,"kind":"vid', /not valid JSON/],
    ["empty", "", /not valid JSON/],
    ["of a later version", JSON.stringify({ ...intent(), version: 2 }), /version 2.*update/i],
    ["foreign", '{"some":"settings"}', /not a journal entry/],
    ["foreign JSON", "null", /not a journal entry/],
    ["half right", JSON.stringify({ ...intent(), version: 1, task: { id: 7 } }), /not a journal entry/],
  ])("%s: is listed as unreadable with its reason, stays, and stops nothing else", async (_, text, problem) => {
    await fresh();
    await begun().then(({ accepted }) => accepted(record()));
    writeFileSync(join(folder, "other.json"), text);
    writeFileSync(join(folder, "notes.txt"), "mine");
    const list = await journal.list();
    expect(list.map(({ state }) => state).sort()).toEqual(["accepted", "unreadable", "unreadable"]);
    expect(list.find(({ id }) => id === "other")).toMatchObject({ problem: expect.stringMatching(problem) });
    await journal.ended(record(), { state: "succeeded", at: Date.now() });
    await expect(journal.history()).resolves.toHaveLength(1);
    expect(readFileSync(join(folder, "other.json"), "utf8")).toBe(text);
  });

  test.each([
    ["torn", () => '{"version":'],
    ["of a later version", (text: string) => text.replace('"version":1', '"version":2')],
    ["of another key", (text: string) => text.replace('"fox"', '"cat"')],
  ])("%s: blocks the key whose place it takes, and says where it lies", async (_, spoil) => {
    await fresh();
    server.next(accepted());
    await client().videos.create(request, { key: "fox" });
    const path = join(folder, files()[0] as string);
    writeFileSync(path, spoil(readFileSync(path, "utf8")));
    const again = client().videos.create(request, { key: "fox" });
    await expect(again).rejects.toThrow(JournalError);
    await expect(again).rejects.toThrow(path);
    expect([server.seen.length, files().length]).toEqual([1, 1]);
  });
});

describe("two processes", () => {
  let script: string;
  const children = new Set<ChildProcess>();
  beforeAll(() => {
    script = built("contract-tests/helpers/crash-child.ts", place);
  });
  afterEach(() => {
    for (const child of children) child.kill("SIGKILL");
    children.clear();
  });

  function start(order: Partial<Order>): ChildProcess {
    const all: Order = { server: mock.url, journal: folder, wishes: [], out: place, go: false, ...order };
    const child = fork(script, [JSON.stringify(all)]);
    children.add(child);
    return child;
  }

  test("that share a journal and a key buy once, and both have the task", async () => {
    await fresh();
    const before = mock.creates;
    const wishes = [{ prompt: "a fox {mock:slow_headers=200}", key: "fox" }];
    const pair = [start({ wishes }), start({ wishes })];
    await Promise.all(pair.map((child) => once(child, "message")));
    const tasks = pair.map((child) => once(child, "message"));
    const exits = pair.map((child) => once(child, "exit"));
    for (const child of pair) child.send("go");
    const ids = (await Promise.all(tasks)).map(([message]) => message.id);
    expect([mock.creates - before, ids[0]]).toEqual([1, mock.taskIds.at(-1)]);
    expect(ids[1]).toBe(ids[0]);
    await Promise.all(exits);
    expect(await states()).toEqual(["saved"]);
  });

  test("of which one is killed while it sends: the other is told, and buys nothing", async () => {
    await fresh();
    server.next(silence);
    const child = start({ server: server.url, wishes: [{ prompt: PROMPT, key: "fox" }], go: true });
    await vi.waitFor(() => expect(server.seen).toHaveLength(1), 5000);
    expect(await states()).toEqual(["sending"]);
    const create = client().videos.create({ model: "MiniMax-Hailuo-2.3", prompt: PROMPT }, { key: "fox" });
    const outcome = expect(create).rejects.toThrow(SubmissionUnknownError);
    setTimeout(() => child.kill("SIGKILL"), 150);
    await outcome;
    expect([server.seen.length, await states()]).toEqual([1, ["unknown"]]);
  });

  test.runIf(existsSync("/proc/self/stat"))(
    "of which one was killed and never buried by its parent: it is gone",
    async () => {
      await fresh();
      server.next(silence);
      const order: Order = { server: server.url, journal: folder, out: place, wishes: [{ prompt: PROMPT }], go: true };
      const words = ["-c", '"$0" "$1" "$2" & echo $!; exec sleep 60', process.execPath, script, JSON.stringify(order)];
      const parent = spawn("sh", words);
      children.add(parent);
      const [pid] = await once(parent.stdout, "data");
      await vi.waitFor(() => expect(server.seen).toHaveLength(1), 5000);
      expect(await states()).toEqual(["sending"]);
      process.kill(Number(pid), "SIGKILL");
      await vi.waitFor(async () => expect(await states()).toEqual(["unknown"]));
      // It still has its number.
      expect(process.kill(Number(pid), 0)).toBe(true);
    },
  );

  test("fill one folder side by side, and each lists what the other did", async () => {
    await fresh();
    const before = mock.creates;
    const wishes = Array.from({ length: 5 }, (_, index) => ({ prompt: `a fox, ${index}` }));
    await Promise.all([1, 2].map(() => once(start({ wishes, go: true }), "exit")));
    expect(mock.creates - before).toBe(10);
    expect(new Set(await states())).toEqual(new Set(["saved"]));
    expect(await journal.list()).toHaveLength(10);
  });
});

describe("ten thousand entries", () => {
  test("list in well under two seconds", async () => {
    await fresh();
    await begun().then(({ accepted }) => accepted(record()));
    await journal.ended(record(), { state: "succeeded", at: Date.now() });
    const text = readFileSync(join(folder, files()[0] as string), "utf8");
    for (const index of Array.from({ length: 9_999 }).keys())
      writeFileSync(join(folder, `${index}.json`), text.replace("4711", String(index)));
    const started = performance.now();
    expect(await journal.list()).toHaveLength(10_000);
    expect(performance.now() - started).toBeLessThan(2000);
    const again = await openJournal(folder);
    const searched = performance.now();
    await again.ended(record({ id: "restored" }), { state: "succeeded" });
    const first = performance.now() - searched;
    for (const index of Array.from({ length: 100 }).keys())
      await again.ended(record({ id: `r${index}` }), { state: "failed" });
    // Files that were read once are not read again: a hundred tasks cost not a hundred times as much as one.
    expect(performance.now() - searched).toBeLessThan(20 * first + 500);
  }, 30_000);
});

describe("the default folder", () => {
  test.each<[string, NodeJS.Platform, Record<string, string>, string]>([
    ["MINIMAX_JOURNAL", "linux", { MINIMAX_JOURNAL: "/j", XDG_STATE_HOME: "/s" }, "/j"],
    ["XDG_STATE_HOME", "linux", { XDG_STATE_HOME: "/s" }, "/s/minimax-video"],
    [
      "home, as a relative XDG_STATE_HOME is to be ignored",
      "linux",
      { XDG_STATE_HOME: "s", HOME: "/h" },
      "/h/.local/state/minimax-video",
    ],
    ["home", "darwin", { HOME: "/h" }, "/h/.local/state/minimax-video"],
    ["LOCALAPPDATA", "win32", { LOCALAPPDATA: "/l", HOME: "/h" }, "/l/minimax-video"],
  ])("follows %s", (_, platform, env, expected) => {
    expect(defaultFolder(env, platform)).toBe(expected);
  });

  test("is what openJournal takes when nothing is said", async () => {
    vi.stubEnv("MINIMAX_JOURNAL", join(place, "by-environment"));
    const { folder } = await openJournal();
    expect([folder, existsSync(folder)]).toEqual([join(place, "by-environment"), false]);
    expect(await (await openJournal()).list()).toEqual([]);
  });
});
