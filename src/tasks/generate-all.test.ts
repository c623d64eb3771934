/** Many videos: with limits, in the order in which they end, and without losses if one fails or the consumer leaves. In simulated time. */
import { describe, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { lognormal, seeded, simulatedClock } from "../../contract-tests/helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "../../contract-tests/helpers/simulated-service.js";
import { createClient, type Settled, type VideoGenerationReq, type VideoTask } from "../index.js";

const fox = (_: unknown, number: number): VideoGenerationReq => ({
  model: "MiniMax-Hailuo-02",
  prompt: `fox ${number}`,
});
const foxes = (length: number) => Array.from({ length }, fox);

type Wrap = (send: typeof fetch, clock: ReturnType<typeof simulatedClock>) => typeof fetch;

function studio(options: Partial<PretendOptions> = {}, wrap: Wrap = (send) => send, server = "global") {
  const clock = simulatedClock(seeded(9));
  const service = pretend(clock, { duration: lognormal(seeded(5), 90_000, 0.35), ...options });
  const { videos } = createClient({
    apiKey: "k",
    server,
    clock,
    fetch: wrap(service.fetch, clock),
    queriesPerMinute: 6000,
  });
  const all = async (...given: Parameters<typeof videos.generateAll>) => {
    const results: Settled[] = [];
    for await (const result of videos.generateAll(...given)) results.push(result);
    return results;
  };
  return { clock, service, videos, all };
}

/** Each create except that of fox 0 takes a minute, and must not be aborted. */
const slowly: Wrap = (send, clock) => async (url, init) => {
  if (init?.method === "POST") await clock.pause(/fox 0"/.test(String(init.body)) ? 10 : 60_000);
  if (init?.method === "POST") expect(init.signal?.aborted).toBe(false);
  return send(url, init);
};

describe("generateAll", () => {
  test("yields every video once, in the order in which they end", async () => {
    const { clock, service, all } = studio();
    const results = await clock.until(all(foxes(12), { concurrency: 12 }));
    const indexes = results.map(({ index }) => index);
    const inOrder = foxes(12).map((_, index) => index);
    expect(indexes.toSorted((one, other) => one - other)).toEqual(inOrder);
    expect(indexes).not.toEqual(inOrder);
    expect(results.every(({ status }) => status === "fulfilled")).toBe(true);
    const ends = results.map(({ task }) => service.endOf(task?.id ?? ""));
    // A query happens some seconds after the end, so neighbours may be swapped.
    for (const [index, end] of ends.entries()) expect(end).toBeGreaterThan((ends[index - 1] ?? 0) - 20_000);
    expect(service.creates).toBe(12);
  });

  test("buys no more than concurrency allows, counting results not yet consumed", async () => {
    const { clock, service, videos } = studio();
    const results = videos.generateAll(foxes(20), { concurrency: 3 });
    await clock.until(results.next());
    await clock.until(clock.pause(3_600_000));
    // One was consumed, so a fourth could begin.
    expect(service.creates).toBe(4);
    await clock.until(results.return());
  });

  test("takes a request from an asynchronous source only when it is its turn", async () => {
    const { clock, videos } = studio();
    let taken = 0;
    async function* source() {
      for (const request of foxes(6)) {
        taken++;
        await clock.pause(10);
        yield request;
      }
    }
    const results = videos.generateAll(source(), { concurrency: 2 });
    expect(taken).toBe(0);
    await clock.until(results.next());
    expect(taken).toBeLessThanOrEqual(4);
    for (let left = 5; left > 0; left--) expect((await clock.until(results.next())).done).toBe(false);
    expect((await clock.until(results.next())).done).toBe(true);
  });

  test("continues if one fails, says which and why, and an accepted one keeps its task", async () => {
    const { clock, all } = studio({}, (send) => async (url, init) => {
      if (/fox 1"/.test(String(init?.body))) throw new Error("socket hang up");
      return String(url).includes("task_id=100001") ? new Response("", { status: 401 }) : send(url, init);
    });
    const wrong = { model: "MiniMax-Hailuo-02", prompt: "" } as const;
    const results = await clock.until(all([...foxes(4), wrong]));
    expect(results.toSorted((one, other) => one.index - other.index)).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { name: "SubmissionUnknownError" } },
      { status: "rejected", reason: { kind: "authentication" }, task: { id: "100001" } },
      { status: "fulfilled" },
      { status: "rejected", reason: { name: "ValidationError" } },
    ]);
    expect(results.find(({ index }) => index === 1)).not.toHaveProperty("task");
  });

  test("is slowed down by 1002 and loses no request to it", async () => {
    let posts = 0;
    const { clock, service, all } = studio({ createsPerMinute: 5, duration: () => 1000 }, (send) => (url, init) => {
      if (init?.method === "POST") posts++;
      return send(url, init);
    });
    const began = clock.now();
    const results = await clock.until(all(foxes(40), { concurrency: 20 }));
    expect(results.every(({ status }) => status === "fulfilled")).toBe(true);
    expect(service.creates).toBe(40);
    // The limit alone takes seven minutes.
    expect((clock.now() - began) / 60_000).toBeLessThan(11);
    expect(posts).toBeLessThan(120);
  });

  /** The time for 200 creates relative to the ideal, if each takes half a second, and the number of refusals. */
  async function pace(options: Partial<PretendOptions>, per: number) {
    let last = 0;
    const { clock, service, all } = studio({ duration: () => 1, ...options }, (send, clock) => async (url, init) => {
      if (init?.method !== "POST") return send(url, init);
      await clock.pause(250);
      const reply = await send(url, init);
      await clock.pause(250);
      last = clock.monotonic();
      return reply;
    });
    await clock.until(all(foxes(200), { concurrency: 200 }));
    expect(service.creates).toBe(200);
    // The first minute begins with the first create.
    return { ratio: last / (60_000 * (200 / per - 1)), refused: service.refusedCreates };
  }

  test.each([
    false,
    true,
  ])("uses the documented 20 creates per minute without refusals (fixed minutes: %s)", async (hasFixedMinutes) => {
    const { ratio, refused } = await pace({ createsPerMinute: 20, hasFixedMinutes }, 20);
    expect(refused).toBe(0);
    expect(ratio).toBeLessThan(1.05);
  });

  test.each([false, true])("finds a limit below the documented one (fixed minutes: %s)", async (hasFixedMinutes) => {
    const { ratio, refused } = await pace({ createsPerMinute: 10, hasFixedMinutes }, 10);
    expect(refused).toBeLessThan(60);
    expect(ratio).toBeLessThan(1.05);
  });

  test.each([
    ["global", 30],
    ["china", 15],
  ])("has no more tasks of MiniMax-H3 in flight than an account may have: %s", async (server, limit) => {
    const request = { model: "MiniMax-H3", prompt: "a fox", duration: 4, resolution: "768P", ratio: "16:9" } as const;
    const ends: number[] = [];
    let most = 0;
    const serve: Wrap = (_, clock) => async (url, init) => {
      const now = clock.now();
      if (init?.method === "POST") {
        ends.push(now + 60_000);
        most = Math.max(most, ends.filter((end) => end > now).length);
        return Response.json({ task_id: String(ends.length) });
      }
      const id = new URL(String(url)).pathname.split("/").at(-1) ?? "";
      const status = (ends[Number(id) - 1] ?? Infinity) <= now ? "succeeded" : "running";
      return Response.json({ task: { id, status, content: { url: "https://example.com/fox.mp4" } } });
    };
    const { clock, all } = studio({}, serve, server);
    const results = await clock.until(all(Array(80).fill(request), { concurrency: 80 }));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(80);
    expect(most).toBe(limit);
  });

  test("gives up after half an hour of only refusals, whatever their messages (B2)", async () => {
    let posts = 0;
    const { clock, all } = studio({}, () => async () => {
      posts++;
      return Response.json({ message: "no luck" }, { status: 429 });
    });
    const began = clock.now();
    const results = await clock.until(all(foxes(9), { concurrency: 2 }));
    expect(results).toHaveLength(9);
    for (const { status, ...rest } of results)
      expect([status, rest]).toMatchObject(["rejected", { reason: { name: "ApiError", kind: "rate_limited" } }]);
    expect((clock.now() - began) / 60_000).toBeGreaterThan(30);
    expect((clock.now() - began) / 60_000).toBeLessThan(40);
    expect(posts).toBeLessThan(200);
  });

  test("continues for as long as some creates are accepted", async () => {
    const { clock, service, all } = studio({ duration: () => 1000 }, (send, clock) => {
      let accepted = clock.now();
      return async (url, init) => {
        if (init?.method !== "POST") return send(url, init);
        if (clock.now() - accepted < 20 * 60_000) return Response.json({ message: "no" }, { status: 429 });
        accepted = clock.now();
        return send(url, init);
      };
    });
    const results = await clock.until(all(foxes(4), { concurrency: 4 }));
    expect([results.every(({ status }) => status === "fulfilled"), service.creates]).toEqual([true, 4]);
  });

  test("stops buying and waiting if the consumer leaves, and calls onTask for every bought task", async () => {
    const { clock, service, videos } = studio();
    const told: string[] = [];
    const onTask = (task: VideoTask) => told.push(task.id);
    const results = videos.generateAll(foxes(50), { concurrency: 4, onTask });
    await clock.until(results.next());
    await clock.until(results.return());
    const { creates, queries } = service;
    expect(told.length).toBe(creates);
    expect(creates).toBeLessThanOrEqual(5);
    await clock.until(clock.pause(3_600_000));
    expect([service.creates, service.queries]).toEqual([creates, queries]);
  });

  test("does not abort a create under way, and waits for it if the consumer leaves", async () => {
    const told: number[] = [];
    const { clock, service, videos } = studio({ duration: () => 1 }, slowly);
    const results = videos.generateAll(foxes(3), { onTask: (_, index) => told.push(index) });
    await clock.until(results.next());
    expect(told).toEqual([0]);
    await clock.until(results.return());
    expect([service.creates, told]).toEqual([3, [0, 1, 2]]);
  });

  test("ends immediately with the caller's own reason, but still calls onTask for creates under way", async () => {
    const told: number[] = [];
    const { clock, service, all } = studio({}, slowly);
    const controller = new AbortController();
    const { signal } = controller;
    const ending = failureOf(all(foxes(9), { signal, onTask: (_, index) => told.push(index) }));
    await clock.until(clock.pause(30_000));
    const began = clock.now();
    const reason = { mine: true };
    controller.abort(reason);
    expect(await clock.until(ending)).toBe(reason);
    expect(clock.now()).toBe(began);
    await clock.until(clock.pause(120_000));
    expect([told, service.creates]).toEqual([[0, 1, 2, 3, 4], 5]);
    expect(await failureOf(all(foxes(1), { signal }))).toBe(reason);
  });

  test("yields what was bought before a source fails, then its error", async () => {
    const { clock, videos } = studio();
    const fault = new Error("the list ends here");
    function* source() {
      yield* foxes(2);
      throw fault;
    }
    const results = videos.generateAll(source());
    for (const _ of foxes(2)) expect((await clock.until(results.next())).value).toMatchObject({ status: "fulfilled" });
    expect(await clock.until(failureOf(results.next()))).toBe(fault);
  });

  test("loses no task if onTask throws", async () => {
    const { clock, all } = studio();
    const cause = new Error("disk full");
    const onTask = () => {
      throw cause;
    };
    const [result] = await clock.until(all(foxes(1), { onTask }));
    expect(result).toMatchObject({
      status: "rejected",
      reason: {
        name: "MiniMaxError",
        message: "onTask threw an error, see its cause; task 100000 is not affected, continue with error.task",
        cause,
      },
      task: { id: "100000" },
    });
  });

  test("does not call onTask for a refused create", async () => {
    const refusing: Wrap = () => async () => Response.json({ base_resp: { status_code: 1008, status_msg: "no" } });
    const { clock, all } = studio({}, refusing);
    const told: unknown[] = [];
    const [result] = await clock.until(all(foxes(1), { onTask: (task) => told.push(task) }));
    expect(result).toMatchObject({ status: "rejected", reason: { kind: "insufficient_balance" } });
    expect([told, result?.task]).toEqual([[], undefined]);
  });

  test("reads nothing from its source once the consumer has left or the signal has aborted, and closes it", async () => {
    const { clock, videos } = studio({ duration: () => 1 });
    let taken = 0;
    let isEnded = false;
    async function* source() {
      try {
        for (const request of foxes(1000)) {
          taken++;
          yield request;
          await clock.pause(1000);
        }
      } finally {
        isEnded = true;
      }
    }
    const results = videos.generateAll(source(), { concurrency: 100 });
    await clock.until(results.next());
    await clock.until(results.return());
    const before = taken;
    await clock.until(clock.pause(60_000));
    expect([taken - before < 2, isEnded]).toEqual([true, true]);
    taken = 0;
    const aborted = videos.generateAll(source(), { signal: AbortSignal.abort("enough") });
    expect([await failureOf(aborted.next()), taken]).toEqual(["enough", 0]);
  });

  test("refuses a request that cannot be read, and continues", async () => {
    const evil = Object.defineProperty(new Map(), "model", {
      get() {
        throw new Error("unreadable");
      },
    });
    const { clock, service, all } = studio();
    const results = await clock.until(all([evil as never, fox(0, 1)]));
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(service.creates).toBe(1);
  });

  test("buys nothing without a key if key() returns none", async () => {
    const { clock, service, all } = studio();
    const [result] = await clock.until(all(foxes(1), { key: () => undefined as never }));
    expect(result).toMatchObject({ status: "rejected", reason: { issues: [{ path: "key" }] } });
    expect(service.creates).toBe(0);
  });

  test.each([undefined, 7, {}])("accepts any iterable of requests, but not %j", async (requests) => {
    const { videos } = studio();
    const words = "Nothing was sent\n  requests: must be a list of requests, or any other iterable";
    expect((await failureOf(videos.generateAll(requests as never).next())).message).toBe(words);
  });

  test("reports statuses with the index of their request", async () => {
    const { clock, all } = studio();
    const words: string[] = [];
    await clock.until(all(foxes(2), { onStatus: ({ word }, index) => words.push(`${index} ${word}`) }));
    expect(words.toSorted()).toEqual(["0 Processing", "0 Success", "1 Processing", "1 Success"]);
    expect(await all([])).toEqual([]);
  });
});
