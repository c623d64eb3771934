import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebhookError } from "../base/errors.js";
import type { TaskStatus } from "../base/task.js";
import { statusFrom } from "../http/task-status.js";
import { createDelivery, type DeliveryOptions } from "./callback-delivery.js";
import { memoryStore, type WebhookStore } from "./webhook-store.js";

const hang = () => new Promise<never>(() => {});
const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Delivers these statuses to an `onStatus` that records them. */
function delivering(options: Partial<DeliveryOptions> = {}) {
  const told: string[] = [];
  const errors: unknown[] = [];
  const deliver = createDelivery({
    onStatus: ({ word }) => void told.push(word),
    client: undefined,
    confirm: false,
    store: undefined,
    answerWithin: 2_500,
    now: Date.now,
    tell: (error) => errors.push(error),
    ...options,
  });
  return {
    told,
    errors,
    deliver: (word: string, id = "7") => deliver(statusFrom({ status: word }, id), { kind: "video", callback: "v0.a" }),
  };
}

/** A store whose first call of one function hangs until `wake`. */
function hanging(name: keyof WebhookStore) {
  const memory = memoryStore();
  let wake: (() => void) | undefined;
  const slow = (taskId: string, mark: string) => {
    if (wake) return memory[name](taskId, mark);
    return new Promise<void>((resolve) => (wake = resolve)).then(() => memory[name](taskId, mark));
  };
  return { store: { ...memory, [name]: slow } as WebhookStore, wake: () => wake?.() };
}

/** A client whose first query hangs. */
function hangingClient() {
  let calls = 0;
  const heard = (status: TaskStatus) => (calls++ === 0 ? hang() : Promise.resolve(status));
  return { callbacks: { heard, expect: async () => {} } };
}

test.each([
  [
    "each status once",
    "preparing preparing queueing processing success success",
    "preparing queueing processing success",
  ],
  ["no status that comes too late", "processing queueing preparing success processing", "processing success"],
  ["nothing after an end, whichever it was", "failed success processing", "failed"],
  ["an end once, in any spelling", "success Success SUCCEEDED", "success"],
  ["a word once, in any spelling", "processing Processing", "processing"],
  [
    "unknown statuses while the video is made",
    "Reviewing queued processing Reviewing success",
    "Reviewing processing success",
  ],
  ["words that look like marks of a store", "#3 ! @14000000:processing processing :processing", undefined],
  ["statuses of version 2", "running queued succeeded running", "running succeeded"],
])("delivers %s", async (_, words, expected = words) => {
  for (const store of [undefined, memoryStore()]) {
    const { told, deliver } = delivering({ store });
    for (const word of words.split(" ")) expect(await deliver(word)).toMatch(/delivered|known/);
    expect(told.join(" ")).toBe(expected);
  }
});

describe("an attempt", () => {
  const cases: [string, () => Partial<DeliveryOptions>][] = [
    ["a look into the store", () => ({ store: hanging("has").store })],
    ["a claim", () => ({ store: hanging("put").store })],
    ["a confirming query", () => ({ client: hangingClient(), confirm: true })],
  ];

  test.each(cases)("that waits in vain for %s fails after a minute, and the next attempt succeeds", async (_, make) => {
    const { told, errors, deliver } = delivering(make());
    const first = deliver("success");
    expect(await Promise.race([first, minutes(0.05)])).toBe("pending");
    expect(await deliver("success", "8")).toBe("delivered");
    await minutes(0.93);
    expect([errors, told]).toEqual([[], ["success"]]);
    const waiting = deliver("success");
    await minutes(0.1);
    expect(errors).toEqual([new WebhookError("The store or the confirming query took longer than 60 seconds")]);
    expect(await waiting).toBe("delivered");
    expect([await deliver("success"), told]).toEqual(["known", ["success", "success"]]);
  });

  test.each(["has", "put"] as const)("that timed out delivers nothing if store.%s() answers later", async (name) => {
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

  test("may take an hour in onStatus, which is not called again meanwhile", async () => {
    let finish = () => {};
    const onStatus = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    const { errors, deliver } = delivering({ onStatus, store: memoryStore() });
    const first = deliver("success");
    await minutes(60);
    expect([await first, errors]).toEqual(["pending", []]);
    const again = deliver("success");
    await minutes(0.01);
    finish();
    expect([await again, onStatus.mock.calls.length]).toEqual(["known", 1]);
  });

  test("renews its claim while onStatus works, so that no other process delivers the same status", async () => {
    const store = memoryStore();
    const other = delivering({ store });
    void delivering({ store, onStatus: hang }).deliver("success");
    for (let minute = 0; minute < 30; minute++) {
      await minutes(1);
      expect(await other.deliver("success")).toBe("busy");
    }
    expect(other.told).toEqual([]);
  });

  test("is not repeated if the store never answers when the delivery is recorded", async () => {
    const memory = memoryStore();
    const put = (taskId: string, mark: string) => (mark === "!" ? hang() : memory.put(taskId, mark));
    const { told, errors, deliver } = delivering({ store: { ...memory, put } });
    const first = deliver("success");
    await minutes(2);
    expect([await first, errors.length]).toEqual(["known", 1]);
    expect([await deliver("success"), told]).toEqual(["known", ["success"]]);
  });

  test("is repeated if its marks were removed from the store", async () => {
    const { told, deliver } = delivering({ store: { has: () => false, put: () => true, remove: () => {} } });
    for (const word of ["success", "processing", "success"]) expect(await deliver(word)).toBe("delivered");
    expect(told).toEqual(["success", "processing", "success"]);
  });

  test("that failed is repeated even if its claim cannot be removed", async () => {
    const onStatus = vi.fn().mockRejectedValueOnce(new Error("no disk"));
    const { errors, deliver } = delivering({ store: { ...memoryStore(), remove: hang }, onStatus });
    void deliver("success");
    await minutes(5);
    expect(errors).toMatchObject([{ message: "no disk" }, { name: "WebhookError" }]);
    expect(await deliver("success")).toBe("delivered");
  });
});

test("a running status is not delivered after an end that overtook it in the store", async () => {
  const memory = memoryStore();
  const has = async (taskId: string, mark: string) => {
    if (mark === "#3") await new Promise((resolve) => setTimeout(resolve, 500));
    return memory.has(taskId, mark);
  };
  const { told, deliver } = delivering({ store: { ...memory, has } });
  const outcomes = Promise.all(["processing", "success"].map((word) => deliver(word)));
  await minutes(0.1);
  expect([await outcomes, told]).toEqual([["known", "delivered"], ["success"]]);
});

test("an end is delivered only if the query confirms it, with the status of the query", async () => {
  const heard = vi.fn(async (_: TaskStatus) => statusFrom({ status: "Processing" }, "7"));
  const { told, deliver } = delivering({ client: { callbacks: { heard, expect: async () => {} } }, confirm: true });
  expect(await deliver("success")).toBe("unconfirmed");
  heard.mockResolvedValue({ ...statusFrom({ status: "Fail" }, "7"), state: "not failed" as never });
  expect(await deliver("success")).toBe("unconfirmed");
  heard.mockResolvedValue(statusFrom({ status: "Fail" }, "7"));
  expect([await deliver("success"), told]).toEqual(["delivered", ["Fail"]]);
  expect(heard).toHaveBeenCalledTimes(3);
});

test("a status that is not delivered is answered when its time is over, neither earlier nor later", async () => {
  const { deliver } = delivering({ onStatus: hang });
  const answered = vi.fn();
  void deliver("processing").then(answered);
  await vi.advanceTimersByTimeAsync(2_499);
  expect(answered).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(answered).toHaveBeenCalledWith("pending");
});

test("no timer is left once nothing is under way", async () => {
  const { deliver } = delivering({ store: memoryStore() });
  for (let times = 0; times < 100; times++) await deliver("success", String(times));
  expect(vi.getTimerCount()).toBe(0);
});
