/** The journal in Redis: the promises of every journal, several machines, and a Redis that fails. */
import { once } from "node:events";
import { Cluster, Redis } from "ioredis";
import { createClient as createNodeRedis, RESP_TYPES } from "redis";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test, vi } from "vitest";
import { createClient, ValidationError } from "../src/index.js";
import { JournalError, type StoredJournal } from "../src/node/index.js";
import { type RedisClient, redisBudget, redisJournal, redisWebhookStore } from "../src/redis/index.js";
import { builtWithRedis } from "./helpers/build.js";
import { failureOf } from "./helpers/failure-of.js";
import { fakeServer, silence } from "./helpers/fake-server.js";
import { journalContract } from "./helpers/journal-contract.js";
import { accepted, intent, journalTools, PROMPT, record } from "./helpers/journal-tools.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { processes } from "./helpers/processes.js";
import type { Order } from "./helpers/redis-child.js";
import { startRedis } from "./helpers/redis-server.js";
import { sharedRedis } from "./helpers/shared-redis.js";

const shared = sharedRedis();
const { redis } = shared;
const nodeRedis = createNodeRedis({ url: inject("redis") });
const server = fakeServer();
/** Each test has its own journal. */
let prefix: string;
let journal: StoredJournal;

beforeAll(() => nodeRedis.connect());
afterAll(() => nodeRedis.destroy());
beforeEach(() => {
  ({ prefix } = shared);
  journal = redisJournal(redis, { prefix });
});

const { begun, acceptedTask, known, states } = journalTools(() => journal, server);
const entries = () => `{${prefix}}:entries`;
const BUFFERS = { [RESP_TYPES.BLOB_STRING]: Buffer };

describe.each(
  Object.entries({ ioredis: redis, "node-redis": nodeRedis }),
)("a journal in Redis, with %s,", (_, client) => {
  journalContract({
    open: (options = {}) => redisJournal(client, { prefix, ...options }),
    stored: async () =>
      Object.entries(await redis.hgetall(entries())).map(([id, text]) => {
        return { id, path: `the field ${id} of ${entries()} in Redis`, text };
      }),
    plant: (id, text) => redis.hset(entries(), id, text),
  });
});

describe("a journal in Redis", () => {
  test("treats a write that a client repeats after a lost reply as a single write", async () => {
    // ioredis and others repeat it by themselves if a connection breaks.
    const twice = {
      call: (command: string, ...args: string[]) =>
        redis.call(command, ...args).then(() => redis.call(command, ...args)),
    };
    journal = redisJournal(twice, { prefix });
    await acceptedTask({ key: "fox" });
    expect(await known({ key: "fox" })).toMatchObject({ task: { id: "4711" } });
    await (await begun({ key: "cat" })).refused();
    await begun({ key: "cat" });
    expect(await states()).toEqual(["accepted", "sending"]);
    await journal.ended(record(), { state: "succeeded", at: Date.now() + 1000 });
    expect(await journal.history()).toHaveLength(1);
  });

  test("keeps a thousand past tasks, and nothing of an entry that was forgotten", async () => {
    for (let index = 0; index < 3; index++) {
      await acceptedTask({ key: `fox ${index}` }, { id: `${index}` });
      await journal.ended(record({ id: `${index}` }), { state: "succeeded", at: Date.now() + 1000 });
    }
    const text = (await redis.lindex(`{${prefix}}:past`, 0)) as string;
    await redis.rpush(`{${prefix}}:past`, ...Array(1200).fill(text));
    await acceptedTask({ key: "last" }, { id: "last" });
    await journal.ended(record({ id: "last" }), { state: "succeeded", at: Date.now() + 1000 });
    expect(await redis.llen(`{${prefix}}:past`)).toBe(1000);
    for (const { id } of await journal.list()) await journal.forget(id);
    expect([await redis.exists(entries()), await redis.exists(`{${prefix}}:tasks`)]).toEqual([0, 0]);
  });

  test("makes a create fail before it is sent if Redis cannot be written, and frees its key", async () => {
    server.next(accepted());
    const failing = {
      call: vi.fn(async () => Promise.reject(new Error("READONLY You can't write against a read only replica."))),
    };
    const create = (client: typeof failing | Redis) =>
      createClient({ apiKey: "any", server: server.url, journal: redisJournal(client, { prefix }) }).videos.create(
        { model: "MiniMax-Hailuo-2.3", prompt: PROMPT },
        { key: "fox" },
      );
    const error = await failureOf(create(failing));
    expect(error).toBeInstanceOf(JournalError);
    expect(error.message).toMatch(/^Nothing was sent\. The journal in Redis cannot be read: READONLY/);
    expect(server.seen).toEqual([]);
    await create(redis);
    expect(server.seen).toHaveLength(1);
  });

  test("frees a key whose entry was written even if Redis' reply was lost", async () => {
    let lost = 0;
    const lossy = {
      async call(command: string, ...args: string[]) {
        const isLost = command === "EVAL" && ++lost <= 3;
        // Only the first one arrives.
        const reply = isLost && lost > 1 ? undefined : await redis.call(command, ...args);
        if (!isLost) return reply;
        throw new Error("Connection is closed.");
      },
    };
    const error = await failureOf(redisJournal(lossy, { prefix }).begin(intent({ key: "fox" })));
    expect(error.message).toBe("Nothing was sent. The journal in Redis cannot be written: Connection is closed.");
    await vi.waitFor(async () => expect(await states()).toEqual([]), 5000);
  });

  test("makes a create fail that too few replicas have recorded, and frees its key", async () => {
    journal = redisJournal(redis, { prefix, replicas: 1, replicaTimeout: 20 });
    const error = await failureOf(journal.begin(intent({ key: "fox" })));
    expect(error.message).toBe(
      "Nothing was sent. The journal in Redis cannot be written: only 0 of 1 replicas have it",
    );
    await vi.waitFor(async () => expect(await states()).toEqual([]));
  });

  test("refuses a create whose record was lost in a failover before the replicas were asked", async () => {
    const promoted = new Redis(inject("redis"), { keyPrefix: "promoted:" });
    onTestFinished(() => promoted.disconnect());
    // The client asks the new primary, whose replicas have all that it has.
    let primary = redis;
    const call = async (command: string, ...args: string[]) => {
      if (command === "WAIT") primary = promoted;
      return command === "WAIT" ? 1 : primary.call(command, ...args);
    };
    journal = redisJournal({ call }, { prefix, replicas: 1 });
    const error = await failureOf(journal.begin(intent({ key: "fox" })));
    expect(error.message).toBe("Nothing was sent. The journal in Redis cannot be written: a failover has lost it");
  });

  test.each<[string, () => RedisClient & { disconnect(): unknown }]>([
    ["numbers as texts", () => new Redis(inject("redis"), { stringNumbers: true })],
    ["texts as Buffers", () => nodeRedis.duplicate({ commandOptions: { typeMapping: BUFFERS } }) as never],
  ])("works with a client that returns %s", async (_, open) => {
    const client = open();
    if (!("call" in client)) await (client as typeof nodeRedis).connect();
    onTestFinished(() => void client.disconnect());
    journal = redisJournal(client, { prefix });
    await acceptedTask({ key: "fox" });
    await journal.ended(record(), { state: "succeeded", at: Date.now() + 1000 });
    expect(await known({ key: "fox" })).toMatchObject({ task: { id: "4711" } });
    expect([await states(), await journal.history()]).toMatchObject([["succeeded"], [{ kind: "video" }]]);
    expect(await redisWebhookStore(client, { prefix }).put("7", "!")).toBe(true);
    expect(await redisBudget(client, { prefix }).take("creates", 1)).toEqual({ end: expect.any(Function) });
  });

  test("refuses an invalid client and unknown options", () => {
    expect(() => redisJournal({} as never)).toThrow(ValidationError);
    expect(() => redisJournal(undefined as never)).toThrow("must be a client of ioredis or of redis (node-redis)");
    expect(() => redisJournal(redis, { prefx: "x" } as never)).toThrow("did you mean prefix?");
  });
});

describe("a separate Redis", () => {
  const start = async (...options: string[]) => {
    const own = await startRedis(...options);
    const client = new Redis(own.url, { retryStrategy: () => 20 });
    client.on("error", () => {});
    onTestFinished(async () => {
      client.disconnect();
      await own.stop();
    });
    return { own, client };
  };

  test("that is killed keeps acknowledged entries, with appendfsync always", async () => {
    const { own, client } = await start("--appendonly", "yes", "--appendfsync", "always");
    journal = redisJournal(client);
    const entry = await begun({ key: "fox" });
    await own.restart();
    await entry.accepted(record());
    await own.restart();
    expect(await known({ key: "fox" })).toMatchObject({ task: { id: "4711" } });
  });

  test("that cannot be written for a moment, as in a failover, records the outcome of each create afterwards", async () => {
    const { client } = await start();
    journal = redisJournal(client);
    const [fox, cat] = [await begun({ key: "fox" }), await begun({ key: "cat" })];
    await client.replicaof("127.0.0.1", 1);
    setTimeout(() => client.replicaof("NO", "ONE"), 700);
    await Promise.all([fox.accepted(record()), cat.refused()]);
    expect([await known({ key: "fox" }), await states()]).toMatchObject([{ task: { id: "4711" } }, ["accepted"]]);
  });

  test("with a replica records each create there before it is sent", async () => {
    const { own, client } = await start();
    const replica = await start("--replicaof", "127.0.0.1", new URL(own.url).port);
    await vi.waitFor(async () => expect(await client.info("replication")).toContain("connected_slaves:1"), 10_000);
    journal = redisJournal(client, { replicas: 1, replicaTimeout: 10_000 });
    await acceptedTask({ key: "fox" });
    await own.stop();
    await replica.client.replicaof("NO", "ONE");
    journal = redisJournal(replica.client);
    expect(await known({ key: "fox" })).toMatchObject({ task: { id: "4711" } });
  });
});

test("a cluster, and a client with its own prefix, keep the same promises", async () => {
  const own = await startRedis("--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1");
  const node = new Redis(own.url);
  const port = Number(new URL(own.url).port);
  await node.call("CLUSTER", "ADDSLOTS", ...Array.from({ length: 16_384 }, (_, slot) => String(slot)));
  await vi.waitFor(async () => expect(await node.call("CLUSTER", "INFO")).toContain("cluster_state:ok"), 10_000);
  const cluster = new Cluster([{ host: "127.0.0.1", port }], { keyPrefix: "app:" });
  onTestFinished(async () => {
    cluster.disconnect();
    node.disconnect();
    await own.stop();
  });
  journal = redisJournal(cluster);
  await acceptedTask({ key: "fox" });
  await journal.ended(record(), { state: "succeeded", at: Date.now() + 1000 });
  expect(await known({ key: "fox" })).toMatchObject({ task: { id: "4711" } });
  expect([await states(), await journal.history()]).toMatchObject([["succeeded"], [{ kind: "video" }]]);
  expect(await redisWebhookStore(cluster).put("7", "!")).toBe(true);
  expect(await redisBudget(cluster).take("creates", 1)).toEqual({ end: expect.any(Function) });
  const keys = ["app:minimax-video:budget:default:creates", "app:minimax-video:callback:7!"];
  const entries = ["entries", "past", "tasks"].map((name) => `app:{minimax-video}:${name}`);
  expect((await node.keys("*")).sort()).toEqual([...keys, ...entries].sort());
});

describe("many processes", () => {
  const fork = processes(() => script);
  let script: string;
  const mock = mockForAll({ speed: 1000 });
  beforeAll(async () => {
    script = builtWithRedis("contract-tests/helpers/redis-child.ts");
  });
  function start(over: Partial<Order>) {
    const order: Order = { redis: inject("redis"), prefix, server: mock.url, prompt: PROMPT, key: "fox", ...over };
    return fork(order);
  }

  test("with one key buy once, even if twenty start at once, and all have the task", async () => {
    const before = mock.creates;
    const fleet = Array.from({ length: 20 }, () => start({ prompt: "a fox {mock:slow_headers=300}" }));
    await Promise.all(fleet.map((child) => once(child, "message")));
    const answers = fleet.map((child) => once(child, "message"));
    for (const child of fleet) child.send("go");
    const ids = (await Promise.all(answers)).map(([answer]) => answer.id);
    expect([mock.creates - before, ids]).toEqual([1, Array(20).fill(mock.taskIds.at(-1))]);
  }, 120_000);

  test("buy nothing more if one is killed while it sends", async () => {
    server.next(silence);
    const child = start({ server: server.url });
    await once(child, "message");
    child.send("go");
    await vi.waitFor(() => expect(server.seen).toHaveLength(1), 5000);
    const again = start({ server: server.url });
    await once(again, "message");
    const told = once(again, "message");
    again.send("go");
    setTimeout(() => child.kill("SIGKILL"), 200);
    expect((await told)[0]).toEqual({ error: "SubmissionUnknownError" });
    expect([server.seen.length, await states()]).toEqual([1, ["unknown"]]);
  });
});
