/** When waits query, and what they cost: learned intervals and a shared budget. In simulated time. */
import { describe, expect, test } from "vitest";
import { answers, OK, refusal } from "../../contract-tests/helpers/fake-fetch.js";
import { lognormal, seeded, simulatedClock } from "../../contract-tests/helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "../../contract-tests/helpers/simulated-service.js";
import { type ConnectOptions, createClient, type Journal, type PastTask } from "../index.js";

const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function studio(options: Partial<PretendOptions> = {}, seed = 1, more: ConnectOptions = {}) {
  const clock = simulatedClock(seeded(seed));
  const service = pretend(clock, { duration: lognormal(seeded(seed + 50), 90_000, 0.35), ...options });
  const { videos } = createClient({ apiKey: "k", clock, fetch: service.fetch, ...more });
  /** Makes a video. Resolves with the delay in milliseconds until its end was noticed. */
  async function delayOfOne(): Promise<number> {
    const task = await videos.create(request);
    await task.wait();
    return clock.now() - service.endOf(task.id);
  }
  return { clock, service, videos, delayOfOne };
}

describe("waits in simulated time", () => {
  test.each([
    1, 2,
  ])("cost at most 6 queries at a mean delay of at most 5.5 s, from the first task on (seed %i)", async (seed) => {
    const { clock, service, delayOfOne } = studio({}, seed);
    const delays: number[] = [];
    for (let task = 0; task < 300; task++) delays.push(await clock.until(delayOfOne()));
    expect(service.queries / 300).toBeLessThan(6);
    expect(mean(delays)).toBeLessThan(5500);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  });

  test("stay below a limit of 600 queries per minute if there are 100, so that none is refused", async () => {
    const { clock, service, delayOfOne } = studio({ queriesPerMinute: 600 });
    const delays = await clock.until(Promise.all(times(100, delayOfOne)));
    expect(service.refused).toBe(0);
    expect(mean(delays)).toBeLessThan(6000);
  });

  test("adapt to an unknown limit: none of 100 fails, few queries are refused", async () => {
    const { clock, service, delayOfOne } = studio({ queriesPerMinute: 60 });
    const delays = await clock.until(Promise.all(times(100, delayOfOne)));
    expect(service.refused).toBeLessThan(service.queries / 5);
    // With 60 per minute for 100 tasks, each is queried every 100 s at best.
    expect(mean(delays)).toBeLessThan(100_000);
  });

  test("stay within the given budget", async () => {
    const { clock, service, delayOfOne } = studio({ queriesPerMinute: 80 }, 1, { queriesPerMinute: 50 });
    await clock.until(Promise.all(times(60, delayOfOne)));
    expect(service.refused).toBe(0);
  });

  test("start with the journal's history of tasks at this server", async () => {
    const duration = () => 600_000;
    const history = async (server: string): Promise<PastTask[]> =>
      times(server === "global" ? 40 : 0, () => ({ kind: "video", model: request.model, milliseconds: 600_000 }));
    const entry = { accepted: async () => {}, refused: async () => {}, unknown: async () => {} };
    const journal: Journal = { begin: async () => ({ entry }), ended: async () => {}, saved: async () => {}, history };
    const usual = studio({ duration });
    const informed = studio({ duration }, 1, { journal });
    for (const { clock, delayOfOne } of [usual, informed]) await clock.until(delayOfOne());
    expect(informed.service.queries).toBeLessThan(usual.service.queries / 2);
  });

  test("query a restored task at once, then by its age", async () => {
    const { clock, service, videos } = studio({ duration: () => 200_000 });
    const saved = (await clock.until(videos.create(request))).toJSON();
    await clock.until(clock.pause(100_000));
    const again = videos.task(saved).wait();
    await clock.until(clock.pause(1));
    expect(service.queries).toBe(1);
    await clock.until(again);
  });

  test.each([
    ["code 1002", refusal(1002, "too many")],
    ["HTTP 429", () => new Response("", { status: 429 })],
  ])("continue soon after a rate limit, however long their interval is: %s", async (_, tooFast) => {
    const { options, clock, sent } = answers(tooFast, { status: "Success", file_id: "9", ...OK });
    const { videos } = createClient(options);
    const began = clock.now();
    const both = [videos.task("7"), videos.task("8")].map((task) => task.wait({ pollInterval: 60_000 }));
    expect(await clock.until(Promise.all(both))).toMatchObject([{ fileId: "9" }, { fileId: "9" }]);
    expect(sent.length).toBe(3);
    expect(clock.now() - began).toBeGreaterThan(200);
    expect(clock.now() - began).toBeLessThan(2000);
  });
});
