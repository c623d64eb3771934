/** Tests that every journal must pass, wherever it stores its entries. */
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError, SubmissionUnknownError, ValidationError } from "../../src/index.js";
import { JournalError, type Listed, type StoredJournal, type Target } from "../../src/node/index.js";
import { failureOf } from "./failure-of.js";
import { cut, fakeServer, json, refused } from "./fake-server.js";
import { accepted, intent, journalTools, record, request } from "./journal-tools.js";

/** The storage of a journal. It must be empty at the start of each test. */
export interface JournalPlace {
  /** Opens the journal, as another process would. */
  open(options?: { target?: Target }): StoredJournal | Promise<StoredJournal>;
  /** The stored text of each entry, and its location as given in messages. */
  stored(): Promise<{ id: string; path: string; text: string }[]>;
  /** Replaces the stored text of an entry. */
  plant(id: string, text: string): unknown;
}

export function journalContract(place: JournalPlace): void {
  const server = fakeServer();
  let journal: StoredJournal;
  const tools = journalTools(() => journal, server);
  const { client, createFox, begun, known, acceptedTask, only, states, tasks } = tools;
  const onlyStored = async () => {
    const [one, ...others] = await place.stored();
    expect(others).toEqual([]);
    return one as { id: string; path: string; text: string };
  };

  beforeEach(async () => {
    journal = await place.open();
  });

  describe("a create", () => {
    test("is in the journal before it is sent, and has its task before the caller gets it", async () => {
      let seen: Listed[] = [];
      server.next(async (response, asked) => {
        seen = await journal.list();
        accepted()(response, asked);
      });
      const task = await createFox();
      expect(seen).toMatchObject([
        { state: "sending", key: "fox", server: server.url, duration: 6, resolution: "768P" },
      ]);
      expect(await only()).toMatchObject({ state: "accepted", task: task.toJSON(), submittedAt: expect.any(Number) });
    });

    test("with an unknown outcome is sent again in another run if the server supports idempotency keys", async () => {
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

    test("that is refused leaves no entry, and its key is free", async () => {
      server.next(json(refused(1026)), accepted());
      await expect(createFox()).rejects.toThrow(ApiError);
      expect(await place.stored()).toEqual([]);
      expect((await createFox()).id).toBe("176843862716480");
    });

    test("records where its video is to be saved, if the journal has a target", async () => {
      await begun();
      expect(await only()).not.toHaveProperty("target");
      const target = { path: "/videos/", force: true };
      await begun({}, await place.open({ target }));
      expect((await journal.list()).filter((entry) => "target" in entry)).toMatchObject([{ target }]);
    });
  });

  describe("a key", () => {
    test("returns the same task again, even in another run, and sends nothing", async () => {
      server.next(accepted("1"), accepted("2"));
      const first = await createFox();
      const again = await createFox({ journal: await place.open() });
      expect([again.toJSON(), server.seen.length]).toEqual([first.toJSON(), 1]);
    });

    test("is the same however its accents are encoded", async () => {
      server.next(accepted("1"), accepted("2"));
      const [one, other] = ["\u00e9t\u00e9", "e\u0301te\u0301"].map((key) => client().videos.create(request, { key }));
      expect([(await one)?.id, (await other)?.id, server.seen.length]).toEqual(["1", "1", 1]);
    });

    test("is refused for another request, and nothing is sent", async () => {
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

    test("that is being sent has an unknown outcome once its sender reports it", async () => {
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

    test.each<[string, (text: string) => string, string]>([
      ["a torn entry", () => '{"version":', "it is not valid JSON"],
      ["an entry of a later version", (text) => text.replace('"version":1', '"version":2'), "it has version 2"],
      ["an entry of another key", (text) => text.replace('"fox"', '"cat"'), "it belongs to another key"],
      ["an entry of another server", (text) => text.replaceAll('"global"', '"china"'), "it belongs to another key"],
    ])("is blocked by %s in its place", async (_, spoil, problem) => {
      await acceptedTask({ key: "fox" });
      const { id, path, text } = await onlyStored();
      await place.plant(id, spoil(text));
      const error = await failureOf(journal.begin(intent({ key: "fox" })));
      expect(error).toBeInstanceOf(JournalError);
      expect(error.message).toContain(
        `Nothing was sent. The outcome of the key "fox" cannot be read from ${path}: ${problem}`,
      );
      expect(error.message).toMatch(/\. Move it away to buy again$/);
    });
  });

  describe("a sender", () => {
    /** Changes the sender of the only entry. */
    async function tamper(over: object): Promise<void> {
      const { id, text } = await onlyStored();
      const content = JSON.parse(text);
      await place.plant(id, JSON.stringify({ ...content, sender: { ...content.sender, ...over } }));
    }

    // sending-process.test.ts tests the other kinds of dead senders.
    test("that is dead leaves an unknown entry, and its key sends nothing", async () => {
      await begun({ key: "fox" });
      expect(await states()).toEqual(["sending"]);
      await tamper({ pid: 2 ** 22 + 1 });
      expect(await states()).toEqual(["unknown"]);
      expect(await known({ key: "fox" })).not.toHaveProperty("task");
    });

    test("on another machine is waited for, up to ten minutes", async () => {
      await begun({ key: "fox" });
      await tamper({ host: `not ${hostname()}`, pid: 2 ** 22 + 1 });
      expect(await states()).toEqual(["sending"]);
      await tamper({ host: `not ${hostname()}`, at: Date.now() - 3_600_000 });
      expect(await states()).toEqual(["unknown"]);
    });

    test("that resumes after its key was forgotten keeps the key for the task it has bought", async () => {
      const slow = await begun({ key: "fox" });
      await journal.forget((await only()).id);
      await slow.accepted(record({ id: "1" }));
      expect((await known({ key: "fox" })).task?.id).toBe("1");
      expect(await tasks()).toEqual(["1"]);
    });

    test("that resumes after its key was forgotten and reused leaves the new entries unchanged", async () => {
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

    test("of another process is found, even if it was missing at the first lookup", async () => {
      const entry = await begun({}, await place.open());
      await journal.ended(record(), { state: "failed" });
      await entry.accepted(record());
      await journal.ended(record(), { state: "failed" });
      expect(await states()).toEqual(["failed"]);
    });

    test("keeps its first end, and the last path where it was saved", async () => {
      await acceptedTask();
      await journal.ended(record(), { state: "succeeded", at: 1 });
      const other = await place.open();
      await other.ended(record(), { state: "failed", at: 2 });
      expect(await only()).toMatchObject({ state: "succeeded", ended: { at: 1 } });
      await journal.saved(record(), "a.mp4");
      await other.ended(record(), { state: "failed" });
      expect(await states()).toEqual(["saved"]);
      await journal.saved(record(), "b.mp4");
      expect(await only()).toMatchObject({ saved: { path: join(process.cwd(), "b.mp4") } });
    });

    test("that was forgotten does not change the entry that replaced it", async () => {
      await acceptedTask({ key: "fox" });
      const other = await place.open();
      await other.forget((await only()).id);
      await (await begun({ key: "fox" }, other)).accepted(record({ id: "new" }));
      await journal.ended(record(), { state: "failed" });
      await journal.saved(record(), "fox.mp4");
      expect(await only()).toMatchObject({ state: "accepted", task: { id: "new" } });
    });

    test("is found by its key and by its id, for its server only", async () => {
      await acceptedTask({ key: "fox" });
      await place.plant("torn", "{");
      expect(await journal.find({ server: "global", key: "fox" })).toMatchObject({ state: "accepted" });
      expect(await journal.find(record())).toMatchObject({ key: "fox" });
      for (const what of [{ server: "china", key: "fox" }, { server: "global", key: "cat" }, record({ id: "1" })])
        expect(await journal.find(what)).toBeUndefined();
      expect([await journal.known?.("global"), await journal.known?.("china")]).toEqual([["4711"], []]);
    });

    test("that was found later is assigned to the unknown create with its time and request", async () => {
      const submittedAt = 1_000;
      await acceptedTask({ submittedAt }, { id: "1" });
      for (const over of [{ submittedAt }, { submittedAt, fingerprint: "02" }, { submittedAt: 1_001 }])
        await (await begun(over)).unknown();
      await place.plant("torn", "{");
      await journal.found?.({ fingerprint: "0123", submittedAt }, record({ id: "7" }));
      expect(await tasks()).toEqual(["1", "7", "unknown", "unknown", "unreadable"]);
      expect(await journal.find(record({ id: "7" }))).toMatchObject({ fingerprint: "0123", submittedAt });
    });

    test("that was found later is not assigned if two creates may have created it", async () => {
      const submittedAt = 1_000;
      await (await begun({ submittedAt })).unknown();
      await begun({ submittedAt });
      await journal.found?.({ fingerprint: "0123", submittedAt }, record({ id: "7" }));
      expect(await tasks()).toEqual(["sending", "unknown"]);
    });

    test("that succeeded counts in the history: the newest hundred, oldest first", async () => {
      const start = Date.now() - 1_000_000;
      for (let index = 0; index < 103; index++) {
        const createdAt = start + 1000 * index;
        const task = record({ id: String(index), createdAt, model: "S2V-01", duration: 6 });
        await (await begun({ submittedAt: createdAt })).accepted(task);
        const state = index === 50 ? "failed" : "succeeded";
        await journal.ended(task, index === 60 ? { state } : { state, at: createdAt + 60_000 + index });
      }
      const past = await journal.history();
      expect(past).toHaveLength(100);
      expect(past[0]).toEqual({ kind: "video", model: "S2V-01", duration: 6, milliseconds: 60_001 });
      expect(past.map(({ milliseconds }) => milliseconds)).toEqual(past.map(({ milliseconds }) => milliseconds).sort());
      expect(past.at(-1)?.milliseconds).toBe(60_102);
      expect([await journal.history("global"), await journal.history("china")]).toEqual([past, []]);
    });

    test("that nine processes update at once keeps both updates", async () => {
      await acceptedTask();
      const others = await Promise.all(Array.from({ length: 8 }, async () => place.open()));
      await Promise.all([
        journal.saved(record(), "fox.mp4"),
        ...others.map((other) => other.ended(record(), { state: "succeeded", at: Date.now() })),
      ]);
      expect(await only()).toMatchObject({ state: "saved", saved: { path: expect.stringContaining("fox.mp4") } });
    });
  });

  describe("the list", () => {
    test("is sorted by time, with unreadable entries first", async () => {
      for (const submittedAt of [3_000, 1_000, 2_000]) await begun({ submittedAt });
      await place.plant("torn", "{");
      const times = (await journal.list()).map((entry) => entry.state !== "unreadable" && entry.submittedAt);
      expect(times).toEqual([false, 1_000, 2_000, 3_000]);
    });
  });
}
