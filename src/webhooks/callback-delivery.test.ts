import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebhookError } from "../base/errors.js";
import type { TaskStatus } from "../base/task.js";
import { statusFrom } from "../http/task-status.js";
import { createDelivery, type DeliveryOptions, type Outcome } from "./callback-delivery.js";
import { memoryStore, type WebhookStore } from "./webhook-store.js";

const hang = () => new Promise<never>(() => {});
const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Delivers words to a user who remembers them. */
function delivering(options: Partial<DeliveryOptions> = {}) {
  const told: string[] = [];
  const errors: unknown[] = [];
  const deliver = createDelivery({
    onStatus: ({ word }) => void told.push(word),
    client: undefined,
    confirm: false,
    store: memoryStore(),
    isShared: true,
    answerWithin: 2_500,
    now: Date.now,
    tell: (error) => errors.push(error),
    ...options,
  });
  return { told, errors, deliver: (word: string, id = "7") => deliver(statusFrom({ status: word }, id), "video") };
}

/** A store in memory of which one function hangs as long as it is told to. */
function hanging(name: keyof WebhookStore, count = 1) {
  const memory = memoryStore();
  const waiting: (() => void)[] = [];
  const slow = (taskId: string, mark: string) =>
    count-- > 0
      ? new Promise<void>((resolve) => waiting.push(resolve)).then(() => memory[name](taskId, mark))
      : memory[name](taskId, mark);
  const wake = () => {
    for (const one of waiting.splice(0)) one();
  };
  return { store: { ...memory, [name]: slow } as WebhookStore, wake };
}

/** Fails for the first end that it is asked for, by hanging. */
function hangingClient() {
  let calls = 0;
  const signals: (AbortSignal | undefined)[] = [];
  const heard = vi.fn((status: TaskStatus, { signal }: { signal?: AbortSignal } = {}) => {
    signals.push(signal);
    return calls++ === 0 ? hang() : Promise.resolve(status);
  });
  return { client: { callbacks: { heard, expect: async () => {} } }, heard, signals };
}

describe("a turn of a task", () => {
  const cases: [string, () => Partial<DeliveryOptions>][] = [
    ["a look into the store", () => ({ store: hanging("has").store })],
    ["a claim", () => ({ store: hanging("put").store })],
    ["a confirming query", () => ({ client: hangingClient().client, confirm: true })],
  ];

  test.each(cases)("that hangs in %s ends after a minute as failed, and the next one begins", async (_, make) => {
    const { told, errors, deliver } = delivering(make());
    const first = deliver("success");
    expect(await Promise.race([first, minutes(0.05)])).toBe("pending");
    const later = [deliver("processing"), deliver("success")];
    await minutes(0.93);
    expect([errors, told]).toEqual([[], []]);
    expect(await Promise.all(later)).toEqual(["pending", "pending"]);
    const waiting = deliver("success");
    await minutes(0.1);
    expect(errors).toEqual([new WebhookError("The store or the confirming query took longer than 60 seconds")]);
    expect(await waiting).toBe("delivered");
    expect(told.filter((word) => word === "success")).toHaveLength(1);
    expect(await deliver("success")).toBe("known");
  });

  test("that hangs holds up no other task", async () => {
    const { told, deliver } = delivering({ store: hanging("has").store });
    void deliver("success");
    expect(await deliver("success", "8")).toBe("delivered");
    expect(told).toEqual(["success"]);
  });

  test.each([
    "has",
    "put",
  ] as const)("that was given up tells nobody when its store.%s() answers after all", async (name) => {
    const { store, wake } = hanging(name);
    const { told, errors, deliver } = delivering({ store });
    void deliver("success");
    await minutes(1.5);
    expect(errors).toHaveLength(1);
    wake();
    await minutes(0.1);
    expect(told).toEqual([]);
    expect(await deliver("success")).toBe("delivered");
    expect([told, errors.length]).toEqual([["success"], 1]);
  });

  test("does not count the time of onStatus, which may take an hour and is not called again", async () => {
    let finish = () => {};
    const told: string[] = [];
    const { errors, deliver } = delivering({
      onStatus({ word }) {
        told.push(word);
        return word === "success" ? new Promise<void>((resolve) => (finish = resolve)) : undefined;
      },
    });
    const first = deliver("success");
    await minutes(60);
    expect([await first, errors]).toEqual(["pending", []]);
    const again = deliver("success");
    await minutes(0.01);
    finish();
    expect([await again, told]).toEqual(["known", ["success"]]);
  });
});

test("a delivery whose mark hangs for a minute is told to onError, and not made again", async () => {
  for (const isShared of [true, false]) {
    const memory = memoryStore();
    const put = (taskId: string, mark: string) => (mark === "!" ? hang() : memory.put(taskId, mark));
    const { told, errors, deliver } = delivering({ store: { ...memory, put }, isShared });
    const first = deliver("success");
    await minutes(2);
    expect([await first, errors.length]).toEqual(["delivered", 1]);
    expect([await deliver("success"), told]).toEqual(["known", ["success"]]);
  }
});

test("a status that failed, and whose claim hangs while it is taken back, is delivered when it comes again", async () => {
  let isBroken = true;
  const { deliver } = delivering({
    store: { ...memoryStore(), remove: hang },
    isShared: false,
    onStatus() {
      if (isBroken) throw new Error("no disk");
    },
  });
  void deliver("success");
  await minutes(2);
  isBroken = false;
  expect(await deliver("success")).toBe("delivered");
});

test("a claim is renewed while onStatus works, so that nobody else delivers the same", async () => {
  const store = memoryStore();
  const slow = delivering({ store, onStatus: hang });
  const other = delivering({ store });
  void slow.deliver("success");
  for (let minute = 0; minute < 30; minute++) {
    await minutes(1);
    expect(await other.deliver("success")).toBe("busy");
  }
  expect(other.told).toEqual([]);
});

test("a status that is not delivered is answered within the time for it, and never after it", async () => {
  const { deliver } = delivering({ onStatus: hang });
  let answered: Outcome | undefined;
  for (const ahead of [0, 7, 133, 249]) {
    void deliver("processing", "8");
    await vi.advanceTimersByTimeAsync(ahead);
    answered = undefined;
    void deliver("processing").then((outcome) => {
      answered = outcome;
    });
    await vi.advanceTimersByTimeAsync(2_200);
    expect(answered).toBeUndefined();
    await vi.advanceTimersByTimeAsync(300);
    expect(answered).toBe("pending");
  }
});

test("nothing is left to do once nothing is under way", async () => {
  const { deliver } = delivering();
  for (let times = 0; times < 100; times++) await deliver("success", String(times));
  await minutes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("a timer that a host has ended is replaced by the next callback", async () => {
  const { deliver } = delivering({ onStatus: hang });
  void deliver("processing");
  vi.clearAllTimers();
  await minutes(0.1);
  const next = deliver("success");
  expect(await Promise.race([next, minutes(0.1)])).toBe("pending");
});

test("the user is told in the order of the callbacks, though the store is slow for some", async () => {
  const memory = memoryStore();
  let calls = 0;
  const has = async (taskId: string, mark: string) => {
    await new Promise((resolve) => setTimeout(resolve, 500 - 60 * calls++));
    return memory.has(taskId, mark);
  };
  const { told, deliver } = delivering({ store: { ...memory, has }, answerWithin: Number.POSITIVE_INFINITY });
  const outcomes = Promise.all(
    ["preparing", "queueing", "processing", "success", "processing"].map((word) => deliver(word)),
  );
  await minutes(1);
  expect(await outcomes).toEqual(["delivered", "delivered", "delivered", "delivered", "known"]);
  expect(told).toEqual(["preparing", "queueing", "processing", "success"]);
});
