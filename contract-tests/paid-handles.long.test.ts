/**
 * Whatever fails after a create was accepted carries the task and is an error of ours. Thousands of clients with odd options,
 * odd functions and odd moments meet a service with odd replies. A failure prints its seed and, in simulated time, the smallest
 * case; `SEED=… npx vitest run --project long contract-tests/paid-handles.long.test.ts` tries others, `SHOW=1` counts.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  ApiError,
  ConnectionError,
  createClient,
  type Journal,
  MiniMaxError,
  type VideoRequest,
  WaitTimeoutError,
} from "../src/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { answers, OK, refusal } from "./helpers/fake-fetch.js";
import { cases, replies } from "./helpers/paid-handles-cases.js";
import { commandFaults, commands } from "./helpers/paid-handles-command.js";
import { type Case, type Played, play, type Stage, stageOf } from "./helpers/paid-handles-play.js";
import { listening } from "./helpers/paid-handles-service.js";
import { faultsOf, kindOf } from "./helpers/paid-handles-verdict.js";

const seed = Number(process.env.SEED ?? 20_261_129);

const counts = { runs: 0, creates: 0, sold: 0, refused: 0, commands: 0, lost: 0 };
const outcomes: Record<string, number> = {};
afterAll(() => {
  if (process.env.SHOW) console.log(`seed ${seed}`, counts, outcomes);
});

/** Promises that nobody catches end a process, and with it every wait. */
const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);
beforeAll(() => void process.on("unhandledRejection", note));
afterAll(() => void process.off("unhandledRejection", note));

let folder: string;
let server: Awaited<ReturnType<typeof listening>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "minimax-video-paid-"));
  server = await listening();
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

async function judged(one: Case, stage: Stage): Promise<string[]> {
  const played = await play(one, stage);
  const faults = faultsOf(one, played);
  // In a crowd nobody knows whose it is.
  if (stage.clock) faults.push(...unhandled.splice(0).map((error) => `nobody caught ${error}`));
  count(one, played, faults);
  return faults;
}

function count(one: Case, { posts, purchases, ...played }: Played, faults: string[]): void {
  counts.runs++;
  counts.creates += posts.length;
  counts.sold += purchases.length;
  counts.refused += one.refused ? 1 : 0;
  counts.lost += faults.length > 0 ? 1 : 0;
  for (const outcome of played.outcomes.values()) {
    const kind = kindOf({ posts, purchases, ...played }, outcome);
    outcomes[kind] = (outcomes[kind] ?? 0) + 1;
  }
}

/** Milliseconds: so long takes none, however busy the machine. */
const LONGEST = 30_000;

/** Judges many at the same time; tells the first that fails. */
async function crowd<T>(all: T[], atOnce: number, judge: (one: T) => Promise<string[]>): Promise<void> {
  const left = all.values();
  const wrong: { faults: string[]; one: T }[] = [];
  const worker = async () => {
    for (const one of left) {
      const faults = await Promise.race([judge(one), sleep(LONGEST, ["it hangs"], { ref: false })]);
      if (faults.length > 0) wrong.push({ faults, one });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  expect(wrong.length > 0 && `seed ${seed}: ${wrong.length} of ${all.length}, ${JSON.stringify(wrong[0])}`).toBe(false);
  expect(unhandled.splice(0)).toEqual([]);
}

describe("no handle of a paid task is lost", () => {
  test("in simulated time", async () => {
    let run = 0;
    const any = cases({ simulated: true, served: false });
    const property = fc.asyncProperty(any, async (one) => {
      expect(await judged(one, stageOf(++run))).toEqual([]);
    });
    await fc.assert(property, { seed, numRuns: 3000 });
  }, 240_000);

  test("in real time, where timers of a few milliseconds meet", async () => {
    const all = fc.sample(cases({ simulated: false, served: false }), { seed, numRuns: 1500 });
    await crowd(all, 40, (one) => judged(one, { clock: undefined }));
  }, 240_000);

  test("at a real server", async () => {
    const all = fc.sample(cases({ simulated: false, served: true }), { seed, numRuns: 400 });
    await crowd(all, 25, (one) => judged(one, { clock: undefined, show: server.show }));
  }, 240_000);

  test("on the command line", async () => {
    const lane = { simulated: false, served: true, patient: true };
    const all = fc.sample(commands(replies(lane)), { seed, numRuns: 150 });
    await crowd(all, 10, (one) => commandFaults(one, join(folder, String(counts.commands++)), server.show));
  }, 240_000);
});

const REQUEST: VideoRequest = { model: "MiniMax-Hailuo-2.3", prompt: "a fox" };
const ACCEPTED = { task_id: "176843862716480", ...OK };
const DONE = { task_id: "176843862716480", status: "Success", file_id: "9", ...OK };
const RUNNING = { ...DONE, status: "Processing" };
const HANDLE = { taskId: "176843862716480", task: { id: "176843862716480" } };
const OPEN = { name: "SubmissionUnknownError" };

describe("what has lost a handle before", () => {
  beforeEach(() => void unhandled.splice(0));
  afterEach(() => expect(unhandled).toEqual([]));

  test("a reason of ours, for the pace, ends generateAll", async () => {
    const { options, clock } = answers(refusal(1002, "too fast"));
    const { videos } = createClient(options);
    await videos.check(REQUEST);
    const controller = new AbortController();
    const reason = new ApiError("enough", { kind: "rate_limited", retryable: true, status: 429 });
    const { signal } = controller;
    const all = failureOf(videos.generateAll([REQUEST, REQUEST], { signal }).next());
    void clock.pause(10_000).then(() => controller.abort(reason));
    expect(await clock.until(all)).toBe(reason);
  });

  test("a reason about another task is still about that task", async () => {
    const { options } = answers(() => new Response(new ReadableStream()));
    const { videos } = createClient({ ...options, clock: undefined });
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = failureOf(videos.task("2").wait({ signal }));
    await videos.check(REQUEST);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const reason = new WaitTimeoutError("too long", { task: videos.task("1") });
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    expect(reason).toMatchObject({ taskId: "1", task: { id: "1" } });
  });

  test("a reason of ours gets no task of another wait", async () => {
    const { options } = answers(() => new Response(new ReadableStream()));
    const { videos } = createClient({ ...options, clock: undefined });
    const controller = new AbortController();
    const waiting = failureOf(videos.task("2").wait({ signal: controller.signal }));
    await videos.check(REQUEST);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const reason = new MiniMaxError("enough");
    controller.abort(reason);
    expect(await waiting).toBe(reason);
    expect(reason.task).toBe(undefined);
  });

  test("a reason of ours while the create is under way passes through", async () => {
    const reason = new WaitTimeoutError("enough");
    const controller = new AbortController();
    const { options } = answers(() => {
      controller.abort(reason);
      return new Response(new ReadableStream());
    });
    const generating = createClient(options).videos.generate(REQUEST, { signal: controller.signal });
    expect(await failureOf(generating)).toBe(reason);
  });

  test("an error of another task, thrown by the caller's fetch, is only the cause", async () => {
    const another = new MiniMaxError("mine", { taskId: "1" });
    const { options, clock } = answers(ACCEPTED, another);
    const generating = failureOf(createClient(options).videos.generate(REQUEST));
    const error = await clock.until(generating);
    expect(error).toMatchObject(HANDLE);
  });

  test("a consumer that left hears of a task that a refusal names", async () => {
    const { options, clock } = answers(ACCEPTED, DONE, { task_id: "2", ...refusal(1008, "no money") });
    const { videos } = createClient(options);
    await videos.check(REQUEST);
    const told: string[] = [];
    const onTask = ({ id }: { id: string }) => told.push(id);
    const all = videos.generateAll([REQUEST, REQUEST], { concurrency: 1, onTask });
    await clock.until(all.next());
    await clock.until(all.return());
    expect(told).toEqual([HANDLE.taskId, "2"]);
  });

  test.each([
    ["an error message that is an object", () => Response.json({ type: "error", error: { message: { toString: 1 } } })],
    ["a text that is none", () => ({ status: 200, headers: new Headers(), text: async () => ({}) }) as Response],
    ["a refusal without headers", () => ({ status: 500, text: async () => "" }) as Response],
  ])("%s leaves a create open", async (_, reply) => {
    const { options, clock } = answers(reply);
    expect(await clock.until(failureOf(createClient(options).videos.generate(REQUEST)))).toMatchObject(OPEN);
  });

  test("a journal whose error cannot be read has the task all the same", async () => {
    const written: string[] = [];
    const unreadable = Object.defineProperty(new Error(), "message", {
      get() {
        throw new RangeError("unreadable");
      },
    });
    const entry = {
      accepted: async () => {
        written.push("accepted");
        throw unreadable;
      },
      refused: async () => void written.push("refused"),
      unknown: async () => void written.push("unknown"),
    };
    const journal = { begin: async () => ({ entry }), ended: async () => {}, saved: async () => {} } as Journal;
    const { options, clock } = answers(ACCEPTED, DONE);
    const video = await clock.until(createClient({ ...options, journal }).videos.generate(REQUEST));
    expect([video.taskId, ...written]).toEqual([HANDLE.taskId, "accepted"]);
  });

  test("generateAll sends nothing that its journal writes down only after the abort", async () => {
    const { options, clock, sent } = answers(ACCEPTED);
    const entry = { accepted: async () => {}, refused: async () => {}, unknown: async () => {} };
    const begin = () => clock.pause(1000).then(() => ({ entry }));
    const journal: Journal = { begin, ended: async () => {}, saved: async () => {} };
    const { videos } = createClient({ ...options, journal });
    await videos.check(REQUEST);
    const controller = new AbortController();
    const all = failureOf(videos.generateAll([REQUEST], { signal: controller.signal }).next());
    // A fingerprint takes real time.
    await sleep(20);
    controller.abort("enough");
    expect(await clock.until(all)).toBe("enough");
    await clock.until(clock.pause(5000));
    expect(sent).toEqual([]);
  });

  test("generateAll sends each request as it was when it was taken", async () => {
    const { options, clock, sent } = answers(ACCEPTED);
    const { videos } = createClient(options);
    function* requests() {
      const same = { ...REQUEST };
      for (const prompt of ["one fox", "two foxes"]) yield Object.assign(same, { prompt });
    }
    const all = videos.generateAll(requests(), { timeout: 0 });
    await clock.until(all.next());
    await clock.until(all.return());
    expect(sent.map(({ body }) => JSON.parse(body).prompt)).toEqual(["one fox", "two foxes"]);
  });

  test("create sends a request as it was when it was called", async () => {
    const { options, clock, sent } = answers(ACCEPTED);
    const { videos } = createClient(options);
    const same = { ...REQUEST };
    const creates = ["one fox", "two foxes"].map((prompt) => videos.create(Object.assign(same, { prompt })));
    await clock.until(Promise.all(creates));
    expect(sent.map(({ body }) => JSON.parse(body).prompt)).toEqual(["one fox", "two foxes"]);
  });

  test("a signal that cannot be left is refused before anything is sent", async () => {
    const { options, sent } = answers(ACCEPTED, DONE);
    const signal = { aborted: false, addEventListener() {} } as unknown as AbortSignal;
    const error = await failureOf(createClient(options).videos.generate(REQUEST, { signal }));
    expect([error.name, sent]).toEqual(["ValidationError", []]);
  });

  test("an option that is inherited is checked as well", async () => {
    const { options, sent } = answers(ACCEPTED, DONE);
    const error = await failureOf(createClient(options).videos.generate(REQUEST, Object.create({ onTask: 5 })));
    expect([error.name, sent]).toEqual(["ValidationError", []]);
  });

  test("a clock that fails after the reply", async () => {
    const { options, sent } = answers(ACCEPTED, DONE);
    const late = () => {
      if (sent.length > 0) throw new RangeError("a clock");
      return 1;
    };
    const clock = { now: late, monotonic: late, random: late, pause: async () => {} };
    expect(await createClient({ ...options, clock }).videos.generate(REQUEST)).toMatchObject(HANDLE);
  });

  test("a logger that rejects", async () => {
    const { options, clock } = answers(ACCEPTED, DONE);
    const logger = { debug: () => Promise.reject(new RangeError("a logger")) };
    // A promise where none is expected, as an async function gives it.
    const { videos } = createClient({ ...options, logger: logger as never });
    expect(await clock.until(videos.generate(REQUEST))).toMatchObject(HANDLE);
    await new Promise(setImmediate);
  });

  test("a reply that comes too late and cannot be cancelled", async () => {
    const late = new Promise((resolve) => setTimeout(resolve, 20, { status: 200, body: {} }));
    const { options } = answers(() => late as unknown as Response);
    const { videos } = createClient({ ...options, timeout: 5 });
    expect(await failureOf(videos.generate(REQUEST))).toMatchObject(OPEN);
    await new Promise((resolve) => setTimeout(resolve, 30));
  });

  test("a journal that remembers tasks without durations", async () => {
    const entry = { accepted: async () => {}, refused: async () => {}, unknown: async () => {} };
    const past = [{ kind: "video", model: REQUEST.model }];
    const journal = { begin: async () => ({ entry }), ended: async () => {}, history: async () => past };
    const { options, clock } = answers(ACCEPTED, RUNNING, DONE);
    const { videos } = createClient({ ...options, journal: journal as never });
    expect(await clock.until(videos.generate(REQUEST))).toMatchObject(HANDLE);
  });

  test("a time-out of 25 days does not end at once", async () => {
    const slow = () => new Promise((resolve) => setTimeout(resolve, 20, Response.json(ACCEPTED)));
    const { options, clock } = answers(slow as unknown as () => Response, DONE);
    const { videos } = createClient({ ...options, timeout: 2 ** 31 - 0.5 });
    expect(await clock.until(videos.generate(REQUEST))).toMatchObject(HANDLE);
  });

  test.each([
    ["a title", () => new Response(`<title>${" ".repeat(300_000)}`, { status: 502 })],
    ["a message", () => Response.json({ type: "error", error: { message: " ".repeat(300_000) } })],
  ])("%s of spaces without end takes no time", async (_, reply) => {
    const { options, clock } = answers(reply);
    const began = performance.now();
    expect(await clock.until(failureOf(createClient(options).videos.generate(REQUEST)))).toMatchObject(OPEN);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test("a reply that breaks off behind the id of its task", async () => {
    const half = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"task_id":"176843862716480","base_resp":')),
      pull: (controller) => controller.error(new TypeError("terminated")),
    });
    const { options, clock } = answers(() => new Response(half));
    const error = await clock.until(failureOf(createClient(options).videos.generate(REQUEST)));
    expect(error).toMatchObject({ ...OPEN, ...HANDLE });
  });

  test("an error of ours from the caller's fetch is no proof of anything", async () => {
    const { options, clock, sent } = answers(new ConnectionError("no", { sent: "no" }));
    const error = await clock.until(failureOf(createClient(options).videos.generate(REQUEST)));
    expect([error.name, sent.length]).toEqual(["SubmissionUnknownError", 1]);
  });
});
