/** Many videos: bounded, in the order in which they end, and nothing lost whoever fails or leaves. In simulated time. */
import { describe, expect, test } from "vitest";
import { createClient, type Settled, type VideoGenerationReq, type VideoTask } from "../src/index.js";
import { lognormal, seeded, simulatedClock } from "./helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "./helpers/simulated-service.js";

const fox = (number: number): VideoGenerationReq => ({ model: "MiniMax-Hailuo-02", prompt: `fox ${number}` });
const foxes = (count: number) => Array.from({ length: count }, (_, index) => fox(index));

function studio(options: Partial<PretendOptions> = {}, wrap: (send: typeof fetch) => typeof fetch = (send) => send) {
  const clock = simulatedClock(seeded(9));
  const service = pretend(clock, { duration: lognormal(seeded(5), 90_000, 0.35), ...options });
  const { videos } = createClient({ apiKey: "k", clock, fetch: wrap(service.fetch), queriesPerMinute: 6000 });
  return { clock, service, videos };
}

/** Everything that comes out, in its order. */
async function collected(results: AsyncIterable<Settled>): Promise<Settled[]> {
  const all: Settled[] = [];
  for await (const result of results) all.push(result);
  return all;
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("it worked"),
    (error: unknown) => error,
  );

describe("generateAll", () => {
  test("hands out every video once, in the order in which they end", async () => {
    const { clock, service, videos } = studio();
    const all = await clock.until(collected(videos.generateAll(foxes(12), { concurrency: 12 })));
    expect(all.map(({ index }) => index).toSorted((one, other) => one - other)).toEqual(
      foxes(12).map((_, index) => index),
    );
    expect(all.every(({ status }) => status === "fulfilled")).toBe(true);
    const ends = all.map(({ task }) => service.endOf(task?.id ?? ""));
    // A poll comes some seconds after the end, so neighbours may change places.
    for (const [index, end] of ends.entries()) expect(end).toBeGreaterThan((ends[index - 1] ?? 0) - 20_000);
    expect(all.map(({ index }) => index)).not.toEqual(foxes(12).map((_, index) => index));
    expect(service.creates).toBe(12);
  });

  test("buys no more at once than it may, results that nobody has taken included", async () => {
    const { clock, service, videos } = studio();
    const results = videos.generateAll(foxes(20), { concurrency: 3 });
    await clock.until(results.next());
    await clock.until(clock.pause(3_600_000));
    // One was handed out, so a fourth could begin.
    expect(service.creates).toBe(4);
    expect((await clock.until(collected(results))).length).toBe(19);
  });

  test("takes a request only when it is its turn, from an asynchronous source too", async () => {
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
    expect((await clock.until(collected(results))).length).toBe(5);
  });

  test("goes on when one fails, and says which and why; an accepted one keeps its task", async () => {
    const { clock, videos } = studio({}, (send) => async (url, init) => {
      if (/fox 1"/.test(String(init?.body))) throw new Error("socket hang up");
      if (String(url).includes("task_id=100001"))
        return { status: 401, headers: new Headers(), text: async () => "" } as Response;
      return send(url, init);
    });
    const requests = [...foxes(4), { model: "MiniMax-Hailuo-02", prompt: "" } as VideoGenerationReq];
    const all = await clock.until(collected(videos.generateAll(requests)));
    const by = new Map(all.map((result) => [result.index, result]));
    expect(by.get(1)).toMatchObject({ status: "rejected", reason: { name: "SubmissionUnknownError" } });
    expect(by.get(1)?.task).toBeUndefined();
    expect(by.get(2)).toMatchObject({ status: "rejected", reason: { kind: "authentication" }, task: { id: "100001" } });
    expect(by.get(4)).toMatchObject({ status: "rejected", reason: { name: "ValidationError" } });
    expect([by.get(0)?.status, by.get(3)?.status]).toEqual(["fulfilled", "fulfilled"]);
  });

  test("is slowed by 1002 and loses no request to it", async () => {
    let posts = 0;
    const { clock, service, videos } = studio({ createsPerMinute: 5, duration: () => 1000 }, (send) => (url, init) => {
      if (init?.method === "POST") posts++;
      return send(url, init);
    });
    const began = clock.now();
    const all = await clock.until(collected(videos.generateAll(foxes(40), { concurrency: 20 })));
    expect(all.every(({ status }) => status === "fulfilled")).toBe(true);
    expect(service.creates).toBe(40);
    // The limit alone takes seven minutes.
    expect((clock.now() - began) / 60_000).toBeLessThan(11);
    expect(posts).toBeLessThan(120);
  });

  test("stops buying when the consumer leaves, and tells of every task that was bought", async () => {
    const { clock, service, videos } = studio();
    const told: string[] = [];
    const onTask = (task: VideoTask) => told.push(task.id);
    async function first() {
      for await (const result of videos.generateAll(foxes(50), { concurrency: 4, onTask })) return result;
    }
    await clock.until(first());
    const creates = service.creates;
    expect(told.length).toBe(creates);
    expect(creates).toBeLessThanOrEqual(5);
    const queries = service.queries;
    await clock.until(clock.pause(3_600_000));
    expect([service.creates, service.queries]).toEqual([creates, queries]);
  });

  test("never breaks off a create that is under way, and waits for it when the consumer leaves", async () => {
    const told: number[] = [];
    let broken = 0;
    const { clock, service, videos } = studio({ duration: () => 1 }, (send) => async (url, init) => {
      if (init?.method === "POST") {
        await clock.pause(/fox 0"/.test(String(init.body)) ? 10 : 60_000);
        if (init.signal?.aborted) broken++;
      }
      return send(url, init);
    });
    const results = videos.generateAll(foxes(3), { onTask: (_, index) => told.push(index) });
    await clock.until(results.next());
    expect(told).toEqual([0]);
    await clock.until(results.return());
    expect(service.creates).toBe(3);
    expect(told).toEqual([0, 1, 2]);
    expect(broken).toBe(0);
  });

  test("ends at once with the caller's own reason; creates under way are told all the same", async () => {
    const told: number[] = [];
    const { clock, service, videos } = studio({}, (send) => async (url, init) => {
      if (init?.method === "POST") await clock.pause(60_000);
      return send(url, init);
    });
    const controller = new AbortController();
    const all = collected(
      videos.generateAll(foxes(9), { signal: controller.signal, onTask: (_, index) => told.push(index) }),
    );
    await clock.until(clock.pause(30_000));
    const began = clock.now();
    const reason = { mine: true };
    controller.abort(reason);
    expect(await clock.until(caught(all))).toBe(reason);
    expect(clock.now()).toBe(began);
    await clock.until(clock.pause(120_000));
    expect(told).toEqual([0, 1, 2, 3, 4]);
    expect(service.creates).toBe(5);
    expect(await caught(collected(videos.generateAll(foxes(1), { signal: controller.signal })))).toBe(reason);
  });

  test("hands out what was bought before a source that fails, then its error", async () => {
    const { clock, videos } = studio();
    const fault = new Error("the list ends here");
    function* source() {
      yield* foxes(2);
      throw fault;
    }
    const results = videos.generateAll(source());
    const [one, other] = [await clock.until(results.next()), await clock.until(results.next())];
    expect([one.value, other.value]).toMatchObject([{ status: "fulfilled" }, { status: "fulfilled" }]);
    expect(await clock.until(caught(results.next()))).toBe(fault);
  });

  test("a fault of onTask loses no task", async () => {
    const { clock, videos } = studio();
    const fault = new Error("disk full");
    const onTask = () => {
      throw fault;
    };
    const [result] = await clock.until(collected(videos.generateAll(foxes(1), { onTask })));
    expect(result).toMatchObject({
      status: "rejected",
      reason: { name: "MiniMaxError", cause: fault },
      task: { id: "100000" },
    });
  });

  test("tells statuses with the index, and refuses a concurrency that is none", async () => {
    const { clock, videos } = studio();
    const words: string[] = [];
    const onStatus = ({ word }: { word: string }, index: number) => words.push(`${index} ${word}`);
    await clock.until(collected(videos.generateAll(foxes(2), { onStatus })));
    expect(words.toSorted()).toEqual(["0 Processing", "0 Success", "1 Processing", "1 Success"]);
    for (const concurrency of [0, -1, 1.5, Number.NaN])
      expect(await caught(collected(videos.generateAll(foxes(1), { concurrency })))).toMatchObject({
        name: "ValidationError",
        message: expect.stringContaining("whole number"),
      });
    expect(await collected(videos.generateAll([]))).toEqual([]);
  });
});
