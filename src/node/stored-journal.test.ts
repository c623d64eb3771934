/** What a journal does with entries that other processes have changed, removed or damaged. See also journal-contract.ts. */
import { readFileSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { intent, journalTools, record } from "../../contract-tests/helpers/journal-tools.js";
import { temporaryFolder } from "../../contract-tests/helpers/temporary-folder.js";
import { storeIn } from "./journal-files.js";
import { type EntryStore, idOfKey, JournalError, journalOn, type StoredJournal } from "./stored-journal.js";

const above = temporaryFolder();
let store: EntryStore;
let journal: StoredJournal;
beforeEach(() => {
  store = storeIn(above.join("journal"));
  journal = journalOn(store);
});
const { begun, acceptedTask, known, states, tasks } = journalTools(() => journal, { url: "" });
const FOX = idOfKey({ server: "global", key: "fox" });

describe("a create that is late, because its key was forgotten,", () => {
  test("keeps its task beside that of the create that took its key, even if that one has its task already", async () => {
    const slow = await begun({ key: "fox" });
    await journal.forget(FOX);
    await acceptedTask({ key: "fox" }, { id: "2" });
    await slow.accepted(record({ id: "1" }));
    expect([await tasks(), (await known({ key: "fox" })).task?.id]).toEqual([["1", "2"], "2"]);
  });

  test("neither leaves nor removes an entry if it is refused", async () => {
    const slow = await begun({ key: "fox" });
    await journal.forget(FOX);
    await slow.refused();
    expect(await states()).toEqual([]);
    const slower = await begun({ key: "fox" });
    await journal.forget(FOX);
    await begun({ key: "fox" });
    await slower.refused();
    expect(await states()).toEqual(["sending"]);
  });

  test("keeps its task even if the disk has no hard links, because nothing else can take the name of its entry", async () => {
    let hasLinks = true;
    const create: EntryStore["create"] = async (id, entry, options) => {
      if (!hasLinks && id !== FOX && !options?.unique) throw new Error("EPERM");
      return store.create(id, entry, options);
    };
    journal = journalOn({ ...store, create });
    const late = [await begun({ key: "fox" }), await begun()];
    for (const { id } of await journal.list()) await journal.forget(id);
    await begun({ key: "fox" });
    hasLinks = false;
    for (const [index, entry] of late.entries()) await entry.accepted(record({ id: `${index}` }));
    expect(await tasks()).toEqual(["0", "1", "sending"]);
  });
});

test.each([
  ["damaged", () => "{"],
  ["edited, so that its outcome seems unknown", (text: string) => text.replace(/,"sender":\{[^}]*\}/, "")],
])("the task of a create whose entry is %s while it is sent is found under its key", async (_, edited) => {
  const entry = await begun({ key: "fox" });
  writeFileSync(store.pathOf(FOX), edited(readFileSync(store.pathOf(FOX), "utf8")));
  await entry.accepted(record({ id: "1" }));
  expect((await known({ key: "fox" })).task?.id).toBe("1");
});

test("a task whose key was forgotten and is used again is not that of the key's new entry", async () => {
  const find = () => journal.find(record());
  await acceptedTask({ key: "fox" });
  await journal.forget(FOX);
  await begun({ key: "fox" });
  await journal.ended(record(), { state: "succeeded" });
  expect([await states(), await find()]).toEqual([["sending"], undefined]);
  writeFileSync(store.pathOf(FOX), "torn");
  expect(await find()).toBeUndefined();
});

describe("a task that was found later", () => {
  const facts = { fingerprint: "0123", submittedAt: 1_000 };
  const found = () => journal.found?.(facts, { version: 1, id: "7", kind: "video", server: "global" });

  test("has the facts of its create, which then leads to it", async () => {
    await (await begun(facts)).unknown();
    expect(await journal.taskOf?.(facts)).toBeUndefined();
    await found();
    expect(await journal.taskOf?.(facts)).toMatchObject({ id: "7", model: "S2V-01", createdAt: 1_000 });
    expect(await journal.taskOf?.({ ...facts, submittedAt: 1_001 })).toBeUndefined();
  });

  test.each<[string, () => Promise<unknown>, string[]]>([
    ["there is no create", async () => {}, []],
    ["the create is still being sent", () => begun(facts), ["sending"]],
    [
      "several creates may have made it",
      async () => {
        for (const entry of [await begun(facts), await begun(facts)]) await entry.unknown();
      },
      ["unknown", "unknown"],
    ],
    [
      "it is that of another create",
      async () => {
        await acceptedTask({ submittedAt: 2_000 }, { id: "7" });
        await (await begun(facts)).unknown();
      },
      ["7", "unknown"],
    ],
  ])("is assigned to no create if %s", async (_, prepare, expected) => {
    await prepare();
    await found();
    expect(await tasks()).toEqual(expected);
  });
});

test("a key whose entry the system cannot read is blocked for the reason of the system, without advice to move it", async () => {
  const cause = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
  journal = journalOn({ ...store, read: (id) => ({ id, problem: "it cannot be read: EACCES", cause }) });
  const error = await failureOf(journal.begin(intent({ key: "fox" })));
  expect(error).toBeInstanceOf(JournalError);
  expect(error).toMatchObject({ cause, message: expect.stringMatching(/: it cannot be read: EACCES$/) });
});
