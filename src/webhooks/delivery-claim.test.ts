import { describe, expect, test } from "vitest";
import { statusFrom } from "../http/task-status.js";
import { advance, claimOf, release, renew, type Standing, settle, take } from "./delivery-claim.js";
import { memoryStore, type WebhookStore } from "./webhook-store.js";

const SLOT = 120_000;
/** The first moment of a slot. */
const START = 14_000_000 * SLOT;
const status = (word: string, id = "7") => statusFrom({ status: word }, id);

/** The same store behind a network that takes its time. */
function remote({ has, put, remove }: WebhookStore, random = Math.random): WebhookStore {
  const later =
    <T>(call: (taskId: string, mark: string) => T) =>
    async (taskId: string, mark: string): Promise<Awaited<T>> => {
      for (let turns = 3 * random(); turns > 0; turns--) await new Promise(setImmediate);
      const result = await call(taskId, mark);
      for (let turns = 3 * random(); turns > 0; turns--) await new Promise(setImmediate);
      return result;
    };
  return { has: later(has), put: later(put), remove: later(remove) };
}

/** Takes an event as far as telling the user. */
async function begun(store: WebhookStore, word: string, time = START, isShared = true) {
  const claim = claimOf(status(word), store, isShared);
  let standing: Standing = await take(claim, time);
  if (standing === "new") standing = await advance(claim);
  if (standing !== "new") await release(claim);
  return { claim, standing };
}

async function standingOf(store: WebhookStore, word: string, time = START): Promise<Standing> {
  const { claim, standing } = await begun(store, word, time);
  if (standing === "new") await settle(claim);
  return standing;
}

test.each([
  [
    "each once",
    "preparing preparing queueing processing processing success success",
    "preparing queueing processing success",
  ],
  ["never backwards", "processing queueing preparing success processing", "processing success"],
  ["nothing after the end, whichever it was", "failed success processing", "failed"],
  ["one end, in whatever spelling", "success Success SUCCEEDED", "success"],
  ["one word, in whatever spelling", "processing Processing", "processing"],
  ["unknown words, as being made", "Reviewing queued processing Reviewing success", "Reviewing processing success"],
  [
    "words that look like our marks",
    "#3 #2 ! @14000000:processing processing :processing success",
    "#3 #2 ! @14000000:processing processing :processing success",
  ],
  ["version 2", "running queued succeeded running", "running succeeded"],
])("delivers %s", async (_, words, delivered) => {
  for (const store of [memoryStore(), remote(memoryStore())])
    for (const isShared of [true, false]) {
      const news: string[] = [];
      for (const word of words.split(" ")) {
        const claim = claimOf(status(word, String(isShared)), store, isShared);
        if ((await take(claim, START)) !== "new" || (await advance(claim)) !== "new") continue;
        await settle(claim);
        news.push(word);
      }
      expect(news.join(" ")).toBe(delivered);
    }
});

test("a mark stays short, whatever word is called back", () => {
  expect(claimOf(status("Reviewing ".repeat(50)), memoryStore(), true).event).toMatch(/^:reviewing .{54}$/);
});

describe("a claim", () => {
  test("is busy until it is settled or released, for other words of its task it is not", async () => {
    const store = memoryStore();
    const first = await begun(store, "success");
    expect(await standingOf(store, "failed")).toBe("busy");
    await release(first.claim);
    const second = await begun(store, "Fail");
    expect([first.standing, second.standing]).toEqual(["new", "new"]);
    await settle(second.claim);
    expect(await standingOf(store, "success")).toBe("known");
  });

  test.each([
    ["at the start of its slot", START],
    ["at the end of its slot", START + SLOT - 1],
  ])("made %s holds through the next slot, and no longer", async (_, time) => {
    const store = memoryStore();
    await begun(store, "success", time);
    expect(await standingOf(store, "success", START + SLOT - 1)).toBe("busy");
    expect(await standingOf(store, "success", START + 2 * SLOT - 1)).toBe("busy");
    expect(await standingOf(store, "success", START + 2 * SLOT)).toBe("new");
  });

  test("holds as long as it is renewed", async () => {
    const store = memoryStore();
    const { claim } = await begun(store, "success", START);
    for (let time = START; time < START + 5 * SLOT; time += 15_000) {
      await renew(claim, time);
      expect(await standingOf(store, "success", time + 60_000)).toBe("busy");
    }
    await release(claim);
    await renew(claim, START + 6 * SLOT);
    expect(await standingOf(store, "success", START + 5 * SLOT)).toBe("new");
  });

  test("that was released before the store had answered is taken back, and nobody is told", async () => {
    const memory = memoryStore();
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow: WebhookStore = { ...memory, put: (...mark) => gate.then(() => memory.put(...mark)) };
    const claim = claimOf(status("success"), slow, true);
    const taken = take(claim, START);
    await release(claim);
    open();
    expect(await taken).toBe("new");
    expect(await advance(claim)).toBe("busy");
    expect(await standingOf(memory, "success")).toBe("new");
  });

  test("cannot be made with a store whose put() says nothing", async () => {
    const store: WebhookStore = { ...memoryStore(), put: () => undefined as never };
    await expect(take(claimOf(status("success"), store, true), START)).rejects.toThrow("true or false");
  });

  test("may be made with a store that says 1 and 0, or OK and null", async () => {
    const memory = memoryStore();
    const store = {
      has: (...mark: [string, string]) => (memory.has(...mark) ? 1 : 0),
      put: (...mark: [string, string]) => (memory.put(...mark) ? "OK" : null),
      remove: memory.remove,
    } as unknown as WebhookStore; // as Redis answers
    expect([await standingOf(store, "success"), await standingOf(store, "success")]).toEqual(["new", "known"]);
  });
});

/** From 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe.each(Array.from({ length: 40 }, (_, seed) => seed))("in disorder %d", (seed) => {
  test("one process at most takes over from one that died, though clocks differ, and one does in the end", async () => {
    const random = randomFrom(seed);
    const memory = memoryStore();
    const store = remote(memory, random);
    await begun(memory, "success", START);
    const clocks = Array.from({ length: 8 }, () => 30_000 * random());
    let told = 0;
    for (let time = START; told === 0 && time < START + 6 * SLOT; time += 20_000) {
      const results = await Promise.all(clocks.map((ahead) => begun(remote(store, random), "success", time + ahead)));
      told = results.filter(({ standing }) => standing === "new").length;
      if (time + 30_000 < START + 2 * SLOT - 30_000) expect(told).toBe(0);
    }
    expect(told).toBe(1);
  });

  test("no running status is told after the end, nor anything twice, by processes that fail now and then", async () => {
    const random = randomFrom(seed);
    const memory = memoryStore();
    const told: string[] = [];
    const settled: string[] = [];
    const process = async () => {
      const store = remote(memory, random);
      for (const word of ["preparing", "processing", "success", "processing", "success", "success"]) {
        const { claim, standing } = await begun(store, word);
        if (standing !== "new") continue;
        told.push(word);
        if (random() < 0.3) await release(claim);
        else {
          await settle(claim);
          settled.push(word);
        }
      }
    };
    await Promise.all([process(), process(), process()]);
    expect(settled.length).toBe(new Set(settled).size);
    if (told.includes("success"))
      expect(told.slice(told.indexOf("success")).every((word) => word === "success")).toBe(true);
  });
});
