/** What many processes share in Redis besides the journal: the budget of an account, and the marks of callbacks. */
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

  test("has room for so many calls a minute from all processes, and says when to ask again", async () => {
    const [one, other] = [budgetOf(), budgetOf()];
    for (const budget of [one, other, one]) (await taken(budget, 3)).end(true);
    await pause(20);
    const wait = (await waitOf(other, 3)) ?? 0;
    expect(wait).toBeGreaterThan(0);
    // Not longer than a sixtieth of a minute: calls that are under way may be refused, and leave room.
    expect(wait).toBeLessThanOrEqual(10);
    await pause(600);
    expect(await waitOf(other, 3)).toBeUndefined();
  });

  test("counts a call until a minute after its end, and a refused one not at all", async () => {
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

  test("spends more than twenty in parts of twenty, and less than one a minute apart", async () => {
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
  test("takes the second try of a call, whose reply was lost, for the first", async () => {
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

  test("that cannot be asked refuses a create before it is sent, and delays a wait", async () => {
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

  test("is asked for creates by version and for queries, but not where nothing is limited", async () => {
    server.next(accepted());
    const take = vi.fn(async (): Promise<Turn> => ({ end() {} }));
    const minimax = createClient({ apiKey: "any", server: server.url, createsPerMinute: 20, budget: { take } });
    await minimax.videos.create({ model: "T2V-01", prompt: "A red fox" });
    await failureOf(minimax.videos.task("1").wait({ timeout: 50 }));
    expect(take.mock.calls.slice(0, 2)).toEqual([
      [`${server.url} creates v1`, 20],
      [`${server.url} queries`, 480],
    ]);
    take.mockClear();
    const unlimited = createClient({ apiKey: "any", server: server.url, budget: { take } });
    await unlimited.videos.create({ model: "T2V-01", prompt: "A red fox" });
    expect(take).not.toHaveBeenCalled();
  });
});

test.each<[string, SharedBudget["take"], RegExp]>([
  [
    "throws at once",
    () => {
      throw new Error("mine");
    },
    /^mine$/,
  ],
  ["returns nothing", async () => undefined as never, /did not return a turn/],
])("a budget of the user's own that %s refuses the call alone, and the next one goes on", async (_, take, words) => {
  server.next(accepted());
  let calls = 0;
  const budget: SharedBudget = {
    take: (...args) =>
      calls++ === 0
        ? take(...args)
        : Promise.resolve({
            end: () => {
              throw new Error("mine");
            },
          }),
  };
  const minimax = createClient({ apiKey: "any", server: server.url, createsPerMinute: 20, budget });
  const create = () => minimax.videos.create({ model: "T2V-01", prompt: "A red fox" });
  expect((await failureOf(create())).message).toMatch(words);
  expect((await create()).id).toBe("176843862716480");
  expect(server.seen).toHaveLength(1);
});

describe("a fleet of four processes", () => {
  const { fork } = processes(() => builtWithRedis("contract-tests/helpers/budget-child.ts"));

  test("with twenty creates a minute never makes more, and makes at least 95 % of them", async () => {
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
    // Ten minutes, as they pass there.
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
  test("has a mark once it is put, until it is removed", async () => {
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

  test("gives a mark to one of many who put it at once", async () => {
    const store = make();
    const results = await Promise.all(Array.from({ length: 50 }, async () => store.put("7", "@1!")));
    expect(results.filter(Boolean)).toHaveLength(1);
  });
});

describe("a store of callbacks in Redis", () => {
  test("takes the second try of a mark, whose reply was lost, for the first; marks expire", async () => {
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
