/** Deadlines and signals work whatever the garbage collector, the wall clock and the runtime do. */
import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type Clock, createClient, type Intent, type Journal, type TaskRecord } from "../src/index.js";
import { built } from "./helpers/build.js";
import type { Ended } from "./helpers/deadlines-probe.js";
import { manners, stallingServer } from "./helpers/deadlines-server.js";
import { failureOf } from "./helpers/failure-of.js";
import { commandOf, install, isAvailable } from "./helpers/runtimes.js";
import { lognormal, seeded, simulatedClock } from "./helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "./helpers/simulated-service.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = folderForAll();
const library = join(folder, "dist");
const NODES = (["Node 20", "Node 22", "Node 24"] as const).filter(isAvailable);
type NodeName = (typeof NODES)[number];

beforeAll(async () => {
  execFileSync(process.execPath, ["esbuild.config.js", library], { cwd: root });
  writeFileSync(join(library, "package.json"), '{ "type": "module" }');
  await install();
}, 300_000);

interface Run {
  ended: Ended[];
  isDone: boolean;
  /** Milliseconds from the last line of output to the end of the process. */
  lingered: number;
  code: number | null;
}

/** Runs the probe. Kills it after 200 seconds, or five seconds after it prints "done". */
function probed(node: NodeName, script: string, order: object): Promise<Run> {
  const [program, ...options] = commandOf(node);
  // Single-threaded, because on a busy machine everything would wait for the collector's helper threads.
  const flags = ["--expose-gc", "--single-threaded-gc", ...options];
  const child = spawn(program, [...flags, script, JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 200_000,
    killSignal: "SIGKILL",
  });
  let printed = "";
  let last = performance.now();
  let killing: NodeJS.Timeout | undefined;
  child.stdout.setEncoding("utf8").on("data", (text) => {
    printed += text;
    last = performance.now();
    if (printed.endsWith("done\n")) killing = setTimeout(() => child.kill("SIGKILL"), 5000);
  });
  return new Promise((resolve) => {
    child.once("close", (code) => {
      clearTimeout(killing);
      const lines = printed.trim().split("\n");
      const ended = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
      resolve({ ended, isDone: lines.at(-1) === "done", lingered: performance.now() - last, code });
    });
  });
}

describe("while garbage is collected all the time", () => {
  const runs = new Map<NodeName, Run>();
  beforeAll(async () => {
    const server = await stallingServer();
    const script = built("contract-tests/helpers/deadlines-probe.ts", folder);
    const order = { library, server: server.url, folder: join(folder, "saved") };
    await Promise.all(NODES.map(async (node) => runs.set(node, await probed(node, script, order))));
    server.close();
  }, 300_000);

  describe.each(NODES)("on %s", (node) => {
    test.each(manners)("every call ends with the right error within a second of its limit (I3): %s", (manner) => {
      const all = runs.get(node)?.ended.filter((one) => one.manner === manner) ?? [];
      expect(all.length).toBeGreaterThan(80);
      // A download gives up after six idle connections.
      const isLate = ({ limit, late }: Ended) => late > (limit === "idleTimeout" ? 3000 : 1000);
      expect(all.filter((one) => one.fault || isLate(one))).toEqual([]);
    });

    test("the process then ends by itself", () => {
      expect(runs.get(node)).toMatchObject({ code: 0, isDone: true });
      expect(runs.get(node)?.lingered).toBeLessThan(1500);
    });
  });
});

test("a wait with the default clock ends in time, even if the wall clock jumps (I8)", async () => {
  let looks = 0;
  const { now } = Date;
  vi.spyOn(Date, "now").mockImplementation(() => now() + HOUR * ((looks++ % 3) - 1));
  const fetch = async () => Response.json({ status: "Processing", base_resp: { status_code: 0 } });
  const task = createClient({ apiKey: "k", fetch }).videos.task("7");
  const began = performance.now();
  const error = await failureOf(task.wait({ timeout: 500, pollInterval: 50 }));
  vi.restoreAllMocks();
  expect(error.name).toBe("WaitTimeoutError");
  expect(performance.now() - began).toBeGreaterThan(450);
  expect(performance.now() - began).toBeLessThan(1500);
});

describe("a fetch of the user's own", () => {
  const octets = { "content-type": "application/octet-stream" };

  test("rejects with the signal's reason if it aborts between the head of a file and its bytes", async () => {
    const controller = new AbortController();
    const reason = { enough: true };
    const logger = { debug: (message: string) => message === "reply" && controller.abort(reason) };
    const fetch = async () => new Response("fox", { headers: octets });
    const { files } = createClient({ apiKey: "k", fetch, logger });
    await expect(files.content("9", { signal: controller.signal })).rejects.toBe(reason);
  });

  test("has its reply cancelled if it arrives after a download was aborted", async () => {
    let cancelled = false;
    const body = new ReadableStream({
      cancel() {
        cancelled = true;
      },
    });
    const controller = new AbortController();
    const fetch = async () => {
      controller.abort("enough");
      await new Promise((resolve) => setTimeout(resolve, 20));
      return new Response(body, { headers: octets });
    };
    const { video } = await videoWith("https://files.example.com/fox.mp4", steady);
    await expect(video.blob({ fetch, signal: controller.signal })).rejects.toBe("enough");
    await expect.poll(() => cancelled).toBe(true);
  });
});

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
