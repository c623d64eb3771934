/** Deadlines and signals hold whatever the garbage collector, the wall clock and the runtime do. `SHOW=1` prints all times. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Clock, createClient, type Intent, type Journal, type TaskRecord } from "../src/index.js";
import { built } from "./helpers/build.js";
import type { Measured } from "./helpers/deadlines-clocks.js";
import type { Ended } from "./helpers/deadlines-probe.js";
import { manners, type StallingServer, stallingServer } from "./helpers/deadlines-server.js";
import { commandOf, install, isAvailable } from "./helpers/runtimes.js";
import { lognormal, seeded, simulatedClock } from "./helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "./helpers/simulated-service.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "minimax-video-deadlines-"));
// DEADLINES_LIBRARY names another build to test, such as that of an older version.
const library = process.env.DEADLINES_LIBRARY ?? join(folder, "dist");
const NODES = (["Node 20", "Node 22", "Node 24"] as const).filter(isAvailable);
type NodeName = (typeof NODES)[number];

beforeAll(async () => {
  if (!process.env.DEADLINES_LIBRARY) {
    execFileSync(process.execPath, ["esbuild.config.js", library], { cwd: root });
    writeFileSync(join(library, "package.json"), '{ "type": "module" }');
  }
  await install();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  lines: string[];
  /** Milliseconds from the last line to the end of the process. */
  lingered: number;
  code: number | null;
}

/** Runs a script. Kills it after `timeout` milliseconds, or five seconds after it prints "done". */
function ran(node: NodeName, script: string, order: object, timeout: number): Promise<Run> {
  const [program, ...options] = commandOf(node);
  // Single-threaded: on a busy machine everything would wait for the collector's helper threads.
  const flags = ["--expose-gc", "--single-threaded-gc", ...options];
  const child = spawn(program, [...flags, script, JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout,
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
      resolve({ lines: printed.trim().split("\n"), lingered: performance.now() - last, code });
    });
  });
}

describe("while garbage is collected all the time", () => {
  const ended = new Map<NodeName, Ended[]>();
  const runs = new Map<NodeName, Run>();
  let server: StallingServer;
  beforeAll(async () => {
    server = await stallingServer();
    const script = built("contract-tests/helpers/deadlines-probe.ts", folder);
    const order = { library, server: server.url, folder: join(folder, "saved") };
    const each = async (node: NodeName) => {
      const run = await ran(node, script, order, 200_000);
      runs.set(node, run);
      ended.set(
        node,
        run.lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)),
      );
    };
    await Promise.all(NODES.map(each));
    if (process.env.SHOW) show(ended);
  }, 300_000);
  afterAll(() => server.close());

  describe.each(NODES)("on %s", (node) => {
    test.each(manners)("every call ends with the right error within a second of its limit: %s", (manner) => {
      const all = ended.get(node)?.filter((one) => one.manner === manner) ?? [];
      expect(all.length).toBeGreaterThan(80);
      // A download gives up after six idle connections.
      const isLate = ({ limit, late }: Ended) => late > (limit === "idleTimeout" ? 3000 : 1000);
      expect(all.filter((one) => one.fault || isLate(one))).toEqual([]);
    });

    test("the process then ends by itself", () => {
      expect(runs.get(node)).toMatchObject({ code: 0 });
      expect(runs.get(node)?.lines.at(-1)).toBe("done");
      expect(runs.get(node)?.lingered).toBeLessThan(1500);
    });
  });
});

/** Prints the milliseconds of each call under each limit in each manner, and what was wrong. */
function show(ended: Map<NodeName, Ended[]>): void {
  for (const [node, all] of ended) {
    const rows = new Map<string, string[]>();
    for (const { call, limit, manner, milliseconds, fault } of all) {
      const name = `${call} | ${limit}`;
      const row = rows.get(name) ?? [];
      rows.set(name, [...row, `${manner} ${milliseconds}${fault ? ` (${fault.slice(0, 60)})` : ""}`]);
    }
    const lines = [...rows].map(([name, row]) => `${name} | ${row.join(", ")}`);
    console.log([node, ...lines.sort()].join("\n"));
  }
}

describe("in a process whose wall clock jumps by an hour", () => {
  let script: string;
  beforeAll(() => {
    script = built("contract-tests/helpers/deadlines-clocks.ts", folder);
  });

  test.each(NODES)("on %s waits end in time, creates and queries go on, and dates stay dates", async (node) => {
    const { lines, code } = await ran(node, script, { library, folder: join(folder, `journal of ${node}`) }, 30_000);
    expect(code).toBe(0);
    const { waits, unanswered, creates, queries, dates }: Measured = JSON.parse(lines[0] ?? "");
    for (const { error } of waits) expect(error).toBe("WaitTimeoutError");
    expect(Math.min(...waits.map(({ milliseconds }) => milliseconds))).toBeGreaterThanOrEqual(900);
    expect(unanswered.error).toBe("SubmissionUnknownError");
    expect(unanswered.milliseconds).toBeGreaterThanOrEqual(270);
    for (const ended of [creates, queries]) expect(ended.error).toBe("none");
    for (const { late } of [...waits, unanswered, creates, queries]) expect(late).toBeLessThan(1000);
    // No date is further off than the clock was.
    for (const [name, error] of Object.entries(dates)) expect(error, name).toBeLessThan(HOUR + 60_000);
  });
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

  test("has its reply cancelled if it comes after a download was aborted", async () => {
    let cancelled = false;
    const body = new ReadableStream({
      cancel() {
        cancelled = true;
      },
    });
    let answer = (_: Response) => {};
    const late = new Promise<Response>((resolve) => {
      answer = resolve;
    });
    const { video } = await videoWith("https://a.test/fox.mp4", steady);
    const download = video.blob({ fetch: () => late, signal: AbortSignal.timeout(50) });
    await expect(download).rejects.toMatchObject({ name: "TimeoutError" });
    answer(new Response(body, { headers: octets }));
    await expect.poll(() => cancelled).toBe(true);
  });
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;

/** A clock that is an hour behind, right or an hour ahead, in turn. */
const restless = (clock: Clock): Clock => {
  let looks = 0;
  return { ...clock, now: () => clock.now() + HOUR * ((looks++ % 3) - 1) };
};
const steady = (clock: Clock): Clock => clock;

/** A service with the true time, and a client with the clock that `seen` makes of it. */
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
  // Refusals for the pace end no create.
  const { videos } = createClient({ apiKey: "k", clock: seen(clock), fetch, maxRetries: 99, ...more });
  return { clock, service, videos, asked };
}

describe("a client whose wall clock jumps by an hour each time it is read", () => {
  test("sends creates and queries at the same times as one with a steady clock, also after refusals for the pace", async () => {
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

  test("gives the journal dates that are no further off than the clock was", async () => {
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
