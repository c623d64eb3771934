import { describe, expect, test } from "vitest";
import { statusFrom } from "../http/task-status.js";
import { claimOf, type Standing } from "./delivery-claim.js";
import { eventOf } from "./task-event.js";
import { memoryStore, type WebhookStore } from "./webhook-store.js";

const SLOT = 120_000;
/** The first moment of a slot. */
const START = 14_000_000 * SLOT;
const claimed = (word: string, store: WebhookStore) => claimOf(eventOf(statusFrom({ status: word }, "7")), store);

/** A store with a slow network. */
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

/** Claims an event, up to the call of `onStatus`. */
async function begun(store: WebhookStore, word: string, time = START) {
  const claim = claimed(word, store);
  let standing: Standing = await claim.take(time);
  if (standing === "new") standing = await claim.advance();
  if (standing !== "new") await claim.release();
  return { claim, standing };
}

async function standingOf(store: WebhookStore, word: string, time = START): Promise<Standing> {
  const { claim, standing } = await begun(store, word, time);
  if (standing === "new") await claim.settle();
  return standing;
}

test("the mark of an event stays short, whatever the status of the callback", () => {
  expect(eventOf(statusFrom({ status: "Reviewing ".repeat(50) }, "7")).mark).toMatch(/^:reviewing .{54}$/);
});

describe("a claim", () => {
  test("makes the event busy until it is settled or released", async () => {
    const store = memoryStore();
    const first = await begun(store, "success");
    expect(await standingOf(store, "failed")).toBe("busy");
    await first.claim.release();
    const second = await begun(store, "Fail");
    expect([first.standing, second.standing]).toEqual(["new", "new"]);
    await second.claim.settle();
    expect(await standingOf(store, "success")).toBe("known");
  });

  test.each([
    ["the first", START],
    ["the last", START + SLOT - 1],
  ])("made at %s moment of a slot lasts through the next slot, and no longer", async (_, time) => {
    const store = memoryStore();
    await begun(store, "success", time);
    expect(await standingOf(store, "success", START + SLOT - 1)).toBe("busy");
    expect(await standingOf(store, "success", START + 2 * SLOT - 1)).toBe("busy");
    expect(await standingOf(store, "success", START + 2 * SLOT)).toBe("new");
  });

  test("yields to one in the next slot, by a process whose clock is ahead", async () => {
    const store = memoryStore();
    await begun(store, "success", START + SLOT);
    expect(await standingOf(store, "success", START + SLOT - 1)).toBe("busy");
  });

  test("lasts as long as it is renewed, and is not renewed once it is released", async () => {
    const store = memoryStore();
    const { claim } = await begun(store, "success", START);
    for (let time = START; time < START + 5 * SLOT; time += 15_000) {
      await claim.renew(() => time);
      expect(await standingOf(store, "success", time + 60_000)).toBe("busy");
    }
    await claim.release();
    await claim.renew(() => START + 6 * SLOT);
    expect(await standingOf(store, "success", START + 5 * SLOT)).toBe("new");
  });

  test("that was released before the store answered is removed, and may not deliver", async () => {
    const memory = memoryStore();
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const claim = claimed("success", { ...memory, put: (...mark) => gate.then(() => memory.put(...mark)) });
    const taken = claim.take(START);
    await claim.release();
    open();
    expect(await taken).toBe("new");
    expect(await claim.advance()).toBe("busy");
    expect(await standingOf(memory, "success")).toBe("new");
  });

  test("cannot be made if put() of the store returns nothing", async () => {
    const store: WebhookStore = { ...memoryStore(), put: () => undefined as never };
    await expect(claimed("success", store).take(START)).rejects.toThrow("true or false");
  });

  test("works with a store that returns 1 and 0, or OK and null, as Redis does", async () => {
    const memory = memoryStore();
    const store = {
      has: (...mark: [string, string]) => (memory.has(...mark) ? 1 : 0),
      put: (...mark: [string, string]) => (memory.put(...mark) ? "OK" : null),
      remove: memory.remove,
    } as unknown as WebhookStore; // the types require booleans
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

describe.each(Array.from({ length: 40 }, (_, seed) => seed))("in random order %d", (seed) => {
  test("exactly one process takes over from one that died, although their clocks differ", async () => {
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

  test("processes that fail occasionally deliver nothing twice, and no running status after the end", async () => {
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
        if (random() < 0.3) await claim.release();
        else {
          await claim.settle();
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
