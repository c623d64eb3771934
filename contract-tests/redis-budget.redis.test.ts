/** What processes share in Redis besides the journal: the budget of an account, and the marks of callbacks. */
import { once } from "node:events";
import { createClient as createNodeRedis } from "redis";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { ConnectionError, createClient, type SharedBudget, type Turn } from "../src/index.js";
import { redisBudget, redisWebhookStore } from "../src/redis/index.js";
import { memoryStore, type WebhookStore } from "../src/webhooks/index.js";
import type { BudgetOrder } from "./helpers/budget-child.js";
import { builtWithRedis } from "./helpers/build.js";
import { failureOf } from "./helpers/failure-of.js";
import { fakeServer } from "./helpers/fake-server.js";
import { accepted } from "./helpers/journal-tools.js";
import { processes } from "./helpers/processes.js";
import { sharedRedis } from "./helpers/shared-redis.js";

const shared = sharedRedis();
const { redis } = shared;
const nodeRedis = createNodeRedis({ url: inject("redis") });
const server = fakeServer();
let prefix: string;

beforeAll(() => nodeRedis.connect());
afterAll(() => nodeRedis.destroy());
beforeEach(() => {
  ({ prefix } = shared);
});

async function taken(budget: SharedBudget, perMinute: number): Promise<Extract<Turn, { end: unknown }>> {
  const turn = await budget.take("creates", perMinute);
  if (turn.wait !== undefined) throw new Error("there is no room");
  return turn;
}
const waitOf = async (budget: SharedBudget, perMinute: number) => (await budget.take("creates", perMinute)).wait;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.each(
  Object.entries({ ioredis: redis, "node-redis": nodeRedis }),
)("a budget in Redis, with %s,", (_, client) => {
  const budgetOf = (minute = 600, account = "one") => redisBudget(client, { prefix, minute, account });

  test("allows this many calls per minute from all processes, and says when to ask again", async () => {
    const [one, other] = [budgetOf(), budgetOf()];
    for (const budget of [one, other, one]) (await taken(budget, 3)).end(true);
    await pause(20);
    const wait = (await waitOf(other, 3)) ?? 0;
    expect(wait).toBeGreaterThan(0);
    // At most a sixtieth of a minute, because calls under way may be refused, which makes room.
    expect(wait).toBeLessThanOrEqual(10);
    await pause(600);
    expect(await waitOf(other, 3)).toBeUndefined();
  });

  test("counts a call until a minute after its end, and does not count a refused one", async () => {
    const budget = budgetOf();
    const slow = await taken(budget, 1);
    await pause(700);
    expect(await waitOf(budget, 1)).toBeGreaterThan(0);
    slow.end(true);
    await pause(400);
    expect(await waitOf(budget, 1)).toBeGreaterThan(0);
    await pause(300);
    (await taken(budget, 1)).end(false);
    await vi.waitFor(async () => expect(await waitOf(budget, 1)).toBeUndefined());
  });

  test("forgets a call whose process has died after three minutes", async () => {
    const budget = budgetOf(200);
    await taken(budget, 1);
    await pause(450);
    expect(await waitOf(budget, 1)).toBeGreaterThan(0);
    await pause(200);
    expect(await waitOf(budget, 1)).toBeUndefined();
  });

  test("splits limits above twenty into parts of twenty, and spaces limits below one per minute", async () => {
    const many = budgetOf();
    for (let call = 0; call < 20; call++) (await taken(many, 60)).end(true);
    await pause(20);
    expect(await waitOf(many, 60)).toBeGreaterThan(0);
    await pause(200);
    for (let call = 0; call < 20; call++) (await taken(many, 60)).end(true);
    const few = budgetOf(200, "few");
    (await taken(few, 0.5)).end(true);
    await pause(300);
    expect(await waitOf(few, 0.5)).toBeGreaterThan(0);
    await pause(150);
    expect(await waitOf(few, 0.5)).toBeUndefined();
  });

  test("belongs to one account, and leaves no key behind", async () => {
    (await taken(budgetOf(100), 1)).end(true);
    expect(await waitOf(budgetOf(100, "two"), 1)).toBeUndefined();
    await vi.waitFor(async () => expect(await redis.keys(`*${prefix}*`)).toEqual([]));
  });
});

describe("a budget in Redis", () => {
  test("treats the retry of a call whose reply was lost as the same call", async () => {
    const call = async (command: string, ...args: string[]) => {
      await redis.call(command, ...args);
      return redis.call(command, ...args);
    };
    const budget = redisBudget({ call }, { prefix });
    await taken(budget, 2);
    await taken(budget, 2);
    expect(await waitOf(budget, 2)).toBeGreaterThan(0);
  });

  test("forgets calls that its clock cannot have seen, because it was set back", async () => {
    const budget = redisBudget(redis, { prefix });
    (await taken(budget, 2)).end(true);
    await taken(budget, 2);
    const key = `${prefix}:budget:default:creates`;
    for (const call of await redis.zrange(key, 0, -1)) await redis.zincrby(key, 120_000, call);
    expect(await waitOf(budget, 2)).toBe(1000);
    for (const call of await redis.zrange(key, 0, -1)) await redis.zincrby(key, 360_000, call);
    expect(await waitOf(budget, 2)).toBeUndefined();
  });

  test("that cannot be reached makes a create fail before it is sent, and delays a wait", async () => {
    server.next(accepted());
    const call = vi.fn(async () => Promise.reject(new Error("Connection is closed.")));
    const budget = redisBudget({ call });
    const minimax = createClient({ apiKey: "any", server: server.url, createsPerMinute: 20, maxRetries: 0, budget });
    const error = await failureOf<ConnectionError>(minimax.videos.create({ model: "T2V-01", prompt: "A red fox" }));
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      sent: "no",
      message: expect.stringContaining("could not be queried, nothing was sent: Con"),
    });
    const wait = failureOf(minimax.videos.task("1").wait({ timeout: 2500 }));
    expect(await wait).toMatchObject({ name: "WaitTimeoutError", cause: { name: "ConnectionError" } });
    expect([server.seen.length, call.mock.calls.length > 2]).toEqual([0, true]);
  });
});

describe("a fleet of four processes", () => {
  const fork = processes(() => builtWithRedis("contract-tests/helpers/budget-child.ts"));

  test("with twenty creates per minute never makes more, and makes at least 95 % of them", async () => {
    const minute = 3000;
    const at: number[] = [];
    server.next((response, seen) => {
      at.push(performance.now());
      accepted(`${at.length}`)(response, seen);
    });
    const order: BudgetOrder = { redis: inject("redis"), prefix, server: server.url, minute, perMinute: 20 };
    const children = Array.from({ length: 4 }, () => fork(order));
    await Promise.all(children.map((child) => once(child, "message")));
    for (const child of children) child.send("go");
    // Ten of the shortened minutes.
    await vi.waitFor(() => expect(at.length).toBeGreaterThan(0), 5000);
    await pause(10 * minute);
    const times = [...at];
    const within = (from: number) => times.filter((time) => time >= from && time < from + minute).length;
    expect(Math.max(...times.map(within))).toBe(20);
    const first = times[0] as number;
    const made = times.filter((time) => time < first + 10 * minute - 10).length;
    expect(made).toBeGreaterThanOrEqual(190);
  }, 120_000);
});

describe.each<[string, () => WebhookStore]>([
  ["in memory", () => memoryStore()],
  ["in Redis, with ioredis", () => redisWebhookStore(redis, { prefix })],
  ["in Redis, with node-redis", () => redisWebhookStore(nodeRedis, { prefix })],
])("a store of callbacks %s", (_, make) => {
  test("has a mark from when it is put until it is removed", async () => {
    const store = make();
    expect(await store.has("7", "!")).toBe(false);
    expect(await store.put("7", "!")).toBe(true);
    expect([await store.has("7", "!"), await store.has("7", "#0"), await store.has("8", "!")]).toEqual([
      true,
      false,
      false,
    ]);
    expect([await store.put("7", "!"), await store.put("7", "#0"), await store.put("8", "!")]).toEqual([
      false,
      true,
      true,
    ]);
    await store.remove("7", "!");
    expect([await store.has("7", "!"), await store.has("7", "#0")]).toEqual([false, true]);
    expect(await store.put("7", "!")).toBe(true);
  });

  test("gives a mark to only one of many concurrent callers", async () => {
    const store = make();
    const results = await Promise.all(Array.from({ length: 50 }, async () => store.put("7", "@1!")));
    expect(results.filter(Boolean)).toHaveLength(1);
  });
});

describe("a store of callbacks in Redis", () => {
  test("treats the retry of a mark whose reply was lost as the same mark, and expires marks", async () => {
    const call = async (command: string, ...args: string[]) => {
      await redis.call(command, ...args);
      return redis.call(command, ...args);
    };
    const store = redisWebhookStore({ call }, { prefix, expiry: 1000 });
    expect([await store.put("7", "!"), await store.put("7", "!")]).toEqual([true, false]);
    const [key = ""] = await redis.keys(`${prefix}*`);
    expect(await redis.ttl(key)).toBeGreaterThan(990);
  });
});
