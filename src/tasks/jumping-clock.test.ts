/** Nothing depends on the wall clock, which may jump at any time. In simulated time. */
import { describe, expect, test } from "vitest";
import { lognormal, seeded, simulatedClock } from "../../contract-tests/helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "../../contract-tests/helpers/simulated-service.js";
import { type Clock, createClient, type Intent, type Journal, type TaskRecord } from "../index.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;

/** A clock that is alternately an hour behind, right, and an hour ahead. */
const restless = (clock: Clock): Clock => {
  let looks = 0;
  return { ...clock, now: () => clock.now() + HOUR * ((looks++ % 3) - 1) };
};
const steady = (clock: Clock): Clock => clock;

/** A service with the true time, and a client with the clock that `seen` derives from it. */
function studio(
  seen: (clock: Clock) => Clock,
  options: Partial<PretendOptions> = {},
  more: { journal?: Journal } = {},
) {
  const clock = simulatedClock(seeded(1));
  const service = pretend(clock, { duration: lognormal(seeded(51), 90_000, 0.35), ...options });
  const asked: number[] = [];
  const fetch: typeof globalThis.fetch = (...given) => {
    asked.push(clock.monotonic());
    return service.fetch(...given);
  };
  // Creates that are rate limited are repeated.
  const { videos } = createClient({ apiKey: "k", clock: seen(clock), fetch, maxRetries: 99, ...more });
  return { clock, service, videos, asked };
}

describe("a client whose wall clock jumps by an hour each time it is read", () => {
  test("sends creates and queries at the same times as one with a steady clock, even after rate limits", async () => {
    const timesOf = async (seen: (clock: Clock) => Clock) => {
      const { clock, service, videos, asked } = studio(seen, { queriesPerMinute: 60, createsPerMinute: 10 });
      await clock.until(Promise.all(Array.from({ length: 30 }, () => videos.generate(request))));
      expect(service.refused).toBeGreaterThan(0);
      return asked;
    };
    expect(await timesOf(restless)).toEqual(await timesOf(steady));
  });

  test.each([1000, 10 * MINUTE])("ends a wait of %i ms in time, and queries until then", async (timeout) => {
    const { clock, videos, asked } = studio(restless, { duration: () => Number.POSITIVE_INFINITY });
    const task = await clock.until(videos.create(request));
    const began = clock.monotonic();
    const error = await clock.until(task.wait({ timeout }).catch((error: unknown) => error));
    expect(error).toMatchObject({ name: "WaitTimeoutError" });
    expect(clock.monotonic() - began).toBeLessThanOrEqual(timeout);
    expect(clock.monotonic() - began).toBeGreaterThanOrEqual(0.9 * timeout);
    expect(asked.filter((at) => at > began).length).toBeGreaterThanOrEqual(timeout < MINUTE ? 0 : 5);
  });

  test("queries a restored task about as often as one with a steady clock", async () => {
    const askedIn10Minutes = async (seen: (clock: Clock) => Clock, createdAgo: number) => {
      const { clock, videos, asked } = studio(seen, { duration: () => Number.POSITIVE_INFINITY });
      const record = videos.task("7").toJSON();
      const task = videos.task({ ...record, model: request.model, createdAt: clock.now() - createdAgo });
      await clock.until(task.wait({ timeout: 10 * MINUTE }).catch(() => {}));
      return asked.length;
    };
    for (const ago of [0, 90_000, HOUR]) {
      const [usual, now] = [await askedIn10Minutes(steady, ago), await askedIn10Minutes(restless, ago)];
      expect(now).toBeGreaterThanOrEqual(usual / 2);
      expect(now).toBeLessThanOrEqual(3 * usual + 5);
    }
  });

  test("keeps a link for half an hour of true time", async () => {
    const { clock, asked, video } = await videoWith("https://a.test/fox.mp4", restless);
    const before = asked.length;
    await clock.until(video.url());
    await clock.until(clock.pause(29 * MINUTE));
    await clock.until(video.url());
    expect(asked.length - before).toBe(1);
    await clock.until(clock.pause(2 * MINUTE));
    await clock.until(video.url());
    expect(asked.length - before).toBe(2);
  });

  test("keeps a link until five minutes before the end it names, if the clock jumps after it was fetched", async () => {
    let shift = 0;
    const seen = (clock: Clock): Clock => ({ ...clock, now: () => clock.now() + shift });
    const end = Math.round((START + HOUR) / 1000);
    const { clock, asked, video } = await videoWith(`https://a.test/fox.mp4?Expires=${end}`, seen);
    const before = asked.length;
    await clock.until(video.url());
    for (shift of [-HOUR, HOUR]) await clock.until(video.url());
    await clock.until(clock.pause(54 * MINUTE));
    for (shift of [-HOUR, HOUR]) await clock.until(video.url());
    expect(asked.length - before).toBe(1);
    await clock.until(clock.pause(2 * MINUTE));
    shift = -HOUR;
    await clock.until(video.url());
    expect(asked.length - before).toBe(2);
  });

  test("writes dates into the journal that are no further off than the clock was", async () => {
    const told: Record<string, number | undefined> = {};
    const journal = {
      begin: async ({ submittedAt }: Intent) => {
        Object.assign(told, { submittedAt });
        return { entry: { accepted: async ({ createdAt }: TaskRecord) => Object.assign(told, { createdAt }) } };
      },
      ended: async (_: TaskRecord, { at }: { at?: number }) => Object.assign(told, { at }),
    } as unknown as Journal;
    const { clock, videos } = studio(restless, {}, { journal });
    await clock.until(videos.generate(request));
    expect(Object.keys(told)).toEqual(["submittedAt", "createdAt", "at"]);
    for (const date of Object.values(told)) {
      expect(date).toBeGreaterThanOrEqual(START - HOUR);
      expect(date).toBeLessThanOrEqual(clock.now() + HOUR);
    }
  });
});

const START = simulatedClock().now();

/** A finished video with this link. */
async function videoWith(download_url: string, seen: (clock: Clock) => Clock) {
  const clock = simulatedClock();
  const asked: string[] = [];
  const success = { base_resp: { status_code: 0 } };
  const fetch = async (url: unknown) => {
    asked.push(String(url));
    const answer = String(url).includes("/query/")
      ? { status: "Success", file_id: "9", ...success }
      : { file: { file_id: "9", download_url }, ...success };
    return { status: 200, ok: true, headers: new Headers(), text: async () => JSON.stringify(answer) } as Response;
  };
  const { videos } = createClient({ apiKey: "k", clock: seen(clock), fetch: fetch as typeof globalThis.fetch });
  return { clock, asked, video: await clock.until(videos.task("7").wait()) };
}
