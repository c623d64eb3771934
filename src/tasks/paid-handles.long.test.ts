/**
 * Every failure after a create was accepted is an error of this library that has the task. Tries random clients and moments, and
 * a service that creates tasks whatever it replies. A failure prints its seed and the smallest case. `SEED=… npm run test:long --
 * src/tasks/paid-handles` tries other cases.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { seeded, simulatedClock } from "../../contract-tests/helpers/simulated-clock.js";
import {
  ApiError,
  ConnectionError,
  createClient,
  type Journal,
  MiniMaxError,
  SubmissionUnknownError,
  type VideoRequest,
  WaitTimeoutError,
} from "../index.js";

const seed = Number(process.env.SEED ?? 20_261_129);

test("no handle of a paid task is lost, whatever the service replies and the caller's functions do", async () => {
  const property = fc.asyncProperty(cases(), fc.nat(), async (one, random) => {
    expect(await faultsOf(one, random)).toEqual([]);
  });
  await fc.assert(property, { seed, numRuns: 1500 });
}, 240_000);

interface Reply {
  form: keyof typeof FORMS;
  status: number;
  code: number;
  name: keyof typeof NAMES;
  /** The status in the reply to a query. */
  word: string;
  /** Milliseconds of simulated time. */
  delay: number;
}

/** One run. All values are names or numbers, so that a counterexample is readable. */
interface Case {
  call: "generate" | "template" | "all";
  /** The number of videos to generate at the same time. */
  wishes: number;
  creates: Reply[];
  queries: Reply[];
  timeout: number;
  pollInterval: number | undefined;
  maxRetries: number;
  /** What each of the caller's functions does, and from which call on. */
  conducts: { on: (typeof FUNCTIONS)[number]; does: keyof typeof CONDUCTS; from: number }[];
  hasJournal: boolean;
  /** When the caller aborts: at the nth event. */
  stop: { reason: keyof typeof REASONS; isAny: boolean; step: number } | undefined;
  concurrency: number;
  /** The number of results after which the consumer of `generateAll` leaves. */
  leavesAfter: number | undefined;
}

/** The places where a reply may name its task. */
const NAMES = {
  text: (id: string) => `"task_id":"${id}"`,
  number: (id: string) => `"task_id":${id}`,
  "task.id": (id: string) => `"task":{"id":"${id}"}`,
  "data.task_id": (id: string) => `"data":{"task_id":"${id}"}`,
  none: () => `"task_id":""`,
};

const failedFetch = (code: string) => Object.assign(new TypeError("fetch failed"), { cause: { code } });

function unreadable(): Error {
  return Object.defineProperty(new Error(), "message", {
    get() {
      throw new RangeError("cannot be read");
    },
  });
}

/** What happens to a reply on its way. `told` is called once it was read completely. */
const FORMS = {
  json: (text: string, status: number, told: () => void) => {
    const reader = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (!text) told();
          if (!text) return controller.close();
          controller.enqueue(new TextEncoder().encode(text));
          text = "";
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(reader, { status });
  },
  "text() alone": (text: string, status: number, told: () => void) => {
    const read = async () => {
      told();
      return text;
    };
    return { status, headers: new Headers(), text: read } as Response;
  },
  half: (text: string) => new Response(text.slice(0, 5)),
  html: () => new Response("<title>502 Bad Gateway</title>", { status: 502 }),
  empty: () => new Response("", { status: 200 }),
  "wrong types": () => new Response('{"task_id":[1],"status":{},"error":{"message":{"toString":1}},"base_resp":"no"}'),
  cut: (text: string) =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
        pull: (controller) => controller.error(new TypeError("terminated")),
      }),
    ),
  reset: () => Promise.reject(failedFetch("ECONNRESET")),
  unreachable: () => Promise.reject(failedFetch("ECONNREFUSED")),
  never: () => new Promise<never>(() => {}),
  "no response": () => undefined as unknown as Response,
  "an error that cannot be read": () => Promise.reject(unreadable()),
} satisfies Record<string, (text: string, status: number, told: () => void) => Response | Promise<Response>>;

const isWhole = ({ form }: Reply) => form === "json" || form === "text() alone";

/** The service's own failures, which leave the outcome of a create unknown, whatever the HTTP status. */
const OPEN_CODES = [1000, 1001, 1013, 1024, 1033];
const REFUSING_CODES = [1002, 1004, 1008, 1026, 1039, 1041, 2013, 2045, 2049, 2056];
const REFUSING_STATUSES = [400, 401, 403, 404, 429];

/** Whether a service with this reply has created a task, which is so unless it clearly refuses. */
function sells(reply: Reply): boolean {
  const { form, code, status, name } = reply;
  if (!isWhole(reply)) return form !== "unreachable";
  if (name !== "none" || OPEN_CODES.includes(code)) return true;
  return !REFUSING_CODES.includes(code) && !REFUSING_STATUSES.includes(status);
}

/** What a caller's function may do. */
const CONDUCTS = {
  throws: () => {
    throw new RangeError("the caller's fault");
  },
  "throws undefined": () => {
    throw undefined;
  },
  "throws one of our errors": () => {
    throw new MiniMaxError("of another call", { taskId: "1" });
  },
  "throws what cannot be read": () => {
    throw unreadable();
  },
  rejects: () => Promise.reject(new RangeError("the caller's fault")),
  "rejects late": () => new Promise((_, reject) => setTimeout(reject, 1, new RangeError("late"))),
  "returns a number": () => 5,
};
const FUNCTIONS = [
  ...(["onTask", "onStatus", "apiKey", "logger", "begin", "accepted", "refused", "unknown", "ended"] as const),
  ...(["history"] as const),
];

const task = createClient({ apiKey: "any" }).videos.task("1");

/** The reasons for which a caller aborts. Errors of this library come from another call. */
const REASONS = {
  undefined: () => undefined,
  null: () => null,
  "a string": () => "enough",
  "a frozen error": () => Object.freeze(new MiniMaxError("enough", { task })),
  "a wait of another task": () => new WaitTimeoutError("enough", { task }),
  "a refusal for the pace": () => new ApiError("enough", { kind: "rate_limited", retryable: true, status: 429, task }),
  "a server that was not reached": () => new ConnectionError("enough", { sent: "no", task }),
};

const WORDS = ["Preparing", "processing", "queued", "Reviewing", "", "Success", "success", "Fail", "failed", "expired"];

const names = <Name extends string>(table: Record<Name, unknown>) => fc.constantFrom(...(Object.keys(table) as Name[]));
const mostly = <T>(usual: T, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: rare });
const DONE: Reply = { form: "json", status: 200, code: 0, name: "text", word: "Success", delay: 0 };

function cases(): fc.Arbitrary<Case> {
  const reply = fc.record<Reply>({
    form: mostly("json", names(FORMS)),
    status: mostly(200, fc.constantFrom(...REFUSING_STATUSES, 500, 502, 529)),
    code: mostly(0, fc.constantFrom(...OPEN_CODES, ...REFUSING_CODES, 7777, -1)),
    name: mostly("text", names(NAMES)),
    word: fc.constantFrom(...WORDS),
    delay: fc.constantFrom(0, 1, 3, 50, 1000),
  });
  const conduct = fc.record({ on: fc.constantFrom(...FUNCTIONS), does: names(CONDUCTS), from: fc.nat(3) });
  const stop = fc.record({ reason: names(REASONS), isAny: fc.boolean(), step: fc.integer({ min: 0, max: 40 }) });
  return fc
    .record<Case>({
      call: fc.constantFrom("generate", "template", "all", "all"),
      wishes: fc.integer({ min: 1, max: 5 }),
      creates: fc.array(reply, { minLength: 1, maxLength: 4 }),
      queries: fc.array(reply, { maxLength: 6 }),
      timeout: fc.constantFrom(0, 0.5, 1000, 60_000, 2 ** 31, Number.POSITIVE_INFINITY),
      pollInterval: fc.constantFrom(undefined, undefined, 0.1, 50, 1000),
      maxRetries: fc.constantFrom(0, 1, 2, 5),
      conducts: fc.array(conduct, { maxLength: 3 }),
      hasJournal: fc.boolean(),
      stop: fc.option(stop, { nil: undefined }),
      concurrency: fc.constantFrom(1, 2, 5, 2 ** 31),
      leavesAfter: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined, freq: 3 }),
    })
    .map((one) => ({
      ...one,
      // A patient create would be sent again forever, and a query without a reply would take real time.
      creates: [...one.creates, DONE],
      queries: [...one.queries.filter(({ form }) => form !== "never"), DONE],
    }));
}

interface Purchase {
  id: string;
  wish: number;
  /** Whether a reply that names it was read completely, and whether that was before the caller aborted. */
  isKnown: boolean;
  isBefore: boolean;
}

type Outcome = { video: string; handle: string } | { error: unknown; handle: string | undefined };

/** Runs a case in simulated time. Returns one line per fault, and nothing if the caller has the handle of every created task. */
async function faultsOf(one: Case, seed: number): Promise<string[]> {
  const clock = simulatedClock(seeded(seed));
  const controller = new AbortController();
  const signal = one.stop?.isAny ? AbortSignal.any([controller.signal]) : controller.signal;
  const reason = one.stop && REASONS[one.stop.reason]();
  const looks = () => (reason instanceof Error ? JSON.stringify({ ...reason, message: reason.message }) : "");
  const before = looks();
  let steps = 0;
  const step = () => {
    if (one.stop && steps++ === one.stop.step) controller.abort(reason);
  };

  const purchases: Purchase[] = [];
  const posts: number[] = [];
  const asked = new Map<string, number>();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    step();
    init?.signal?.throwIfAborted();
    const isCreate = init?.method === "POST";
    const asks = new URL(String(input)).searchParams.get("task_id") ?? "";
    const turn = isCreate ? posts.length : (asked.get(asks) ?? 0);
    const replies = isCreate ? one.creates : one.queries;
    const reply = replies[Math.min(turn, replies.length - 1)] as Reply;
    const id = isCreate ? `17684386271648${1000 + posts.length}` : asks;
    let purchase: Purchase | undefined;
    if (isCreate) {
      const wish = Number(/fox (\d+)/.exec(String(init?.body))?.[1]);
      posts.push(wish);
      purchase = { id, wish, isKnown: false, isBefore: false };
      if (sells(reply)) purchases.push(purchase);
    } else asked.set(id, turn + 1);
    // A reply that breaks off counts as read up to there.
    await clock.pause(reply.delay, init?.signal ?? undefined);
    step();
    const status = isCreate ? "" : `"status":"${reply.word}","file_id":"9",`;
    const text = `{${NAMES[reply.name](id)},${status}"base_resp":{"status_code":${reply.code}}}`;
    return FORMS[reply.form](text, reply.status, () => {
      if (purchase && reply.name !== "none")
        Object.assign(purchase, { isKnown: !init?.signal?.aborted, isBefore: !controller.signal.aborted });
    });
  };

  const calls = new Map<string, number>();
  const conduct = (on: string): unknown => {
    step();
    const count = calls.get(on) ?? 0;
    calls.set(on, count + 1);
    // A key that is never available would be requested until the time-out.
    const odd = one.conducts.find((odd) => odd.on === on && count >= odd.from && count < odd.from + 3);
    return odd && CONDUCTS[odd.does]();
  };
  const { journal, fates } = recorder(conduct);
  const client = createClient({
    apiKey: () => (conduct("apiKey") as string | undefined) ?? "any",
    clock,
    fetch,
    maxRetries: one.maxRetries,
    logger: { debug: () => conduct("logger") as undefined },
    // Milliseconds of real time. Only a reply that never arrives may take this long.
    timeout: one.creates.some(({ form }) => form === "never") ? 10 : 120_000,
    ...(one.hasJournal ? { journal } : {}),
  });
  const told: string[] = [];
  const outcomes = new Map<number, Outcome>();
  const options = {
    timeout: one.timeout,
    pollInterval: one.pollInterval,
    signal,
    onStatus: () => conduct("onStatus") as undefined,
    onTask: ({ id }: { id: string }) => {
      told.push(id);
      return conduct("onTask") as undefined;
    },
  };
  const fox = (index: number): VideoRequest => ({ model: "MiniMax-Hailuo-2.3", prompt: `fox ${index}` });
  const single = async (index: number) => {
    const template = { template_id: "394125185182695432", text_inputs: [{ value: `fox ${index}` }] };
    const { videos, templates } = client;
    const work = one.call === "template" ? templates.generate(template, options) : videos.generate(fox(index), options);
    const outcome = await work.then(
      ({ taskId, task }) => ({ video: taskId, handle: task.id }),
      (error: unknown) => ({ error, handle: undefined }),
    );
    outcomes.set(index, outcome);
  };
  const indexes = Array.from({ length: one.wishes }, (_, index) => index);
  const batch = async () => {
    const { concurrency } = one;
    for await (const result of client.videos.generateAll(indexes.map(fox), { ...options, concurrency })) {
      const handle = result.task?.id;
      if (result.status === "fulfilled")
        outcomes.set(result.index, { video: result.value.taskId, handle: handle ?? "" });
      else outcomes.set(result.index, { error: result.reason, handle });
      if (outcomes.size === one.leavesAfter) break;
    }
  };
  const isOwn = (error: unknown) => controller.signal.aborted && Object.is(error, signal.reason);
  const working = one.call === "all" ? batch() : Promise.all(indexes.map(single));
  const thrown = await clock.until(
    working.then(
      () => [],
      (error: unknown) => [error],
    ),
  );
  // Waits for everything still under way, because fingerprints and unanswered requests take real time.
  const isPending = ({ id, wish, isKnown }: Purchase) => isKnown && !told.includes(id) && !outcomes.has(wish);
  for (let turn = 0; turn < 10 || (turn < 1000 && purchases.some(isPending)); turn++) {
    await clock.until(clock.pause(3_600_000));
    if (one.call === "all") await new Promise((resolve) => setTimeout(resolve, 2));
  }

  const faults: string[] = [];
  if (looks() !== before) faults.push(`the caller's reason has changed: ${looks()}`);
  for (const error of thrown)
    if (!isOwn(error) && !(error instanceof MiniMaxError)) faults.push(`generateAll threw ${error}`);
  for (const wish of indexes)
    if (purchases.filter((one) => one.wish === wish).length > 1) faults.push(`wish ${wish} was sold twice`);
  for (const purchase of purchases) {
    const fault = lossOf(purchase, outcomes.get(purchase.wish), told.includes(purchase.id), isOwn, one);
    if (fault) faults.push(`task ${purchase.id}: ${fault}`);
  }
  for (const [wish, outcome] of outcomes) {
    if (purchases.some((one) => one.wish === wish)) continue;
    if ("video" in outcome) faults.push(`wish ${wish} is a video that nobody sold`);
    // An error that the journal throws before anything is sent is the caller's own.
    else if (!isOwn(outcome.error) && !(outcome.error instanceof MiniMaxError) && posts.includes(wish))
      if (!one.conducts.some(({ on }) => on === "begin")) faults.push(`wish ${wish}: ${outcome.error}`);
  }
  const open = fates.filter((fate) => fate === "sending" || fate === "unknown").length;
  const lost = one.hasJournal ? purchases.filter(({ id }) => !fates.includes(id)).length : 0;
  if (lost > open) faults.push(`the journal has lost ${lost - open}`);
  return faults;
}

/** How the caller has lost a created task. Undefined if it has the handle, or if the id cannot be known. */
function lossOf(
  { id, isKnown, isBefore }: Purchase,
  outcome: Outcome | undefined,
  isTold: boolean,
  isOwn: (error: unknown) => boolean,
  { call }: Case,
): string | undefined {
  if (!outcome) return isTold || !isKnown ? undefined : "nobody has heard of it";
  if ("video" in outcome) return outcome.video === id && outcome.handle === id ? undefined : "another video";
  const { error, handle } = outcome;
  if (isOwn(error)) {
    // After an abort during a create, the outcome is unknown.
    const mayBeLost = call === "all" ? !isKnown : !isBefore;
    return isTold || mayBeLost ? undefined : "aborted after its reply, and onTask was not called";
  }
  if (!(error instanceof MiniMaxError)) return `${error} is not one of our errors`;
  const found = handle ?? error.task?.id ?? error.taskId;
  if (found !== undefined) return found === id ? undefined : `the error has task ${found}`;
  return isKnown || !(error instanceof SubmissionUnknownError) ? `${error.name} without its handle` : undefined;
}

/** A journal that works, and then behaves as `conduct` says for that function. A fate is an id or a word. */
function recorder(conduct: (on: string) => unknown) {
  const fates: string[] = [];
  const begin = async () => {
    const odd = await conduct("begin");
    if (odd !== undefined) return odd;
    const index = fates.push("sending") - 1;
    const settle = (on: string, fate: string) => {
      fates[index] = fate;
      return conduct(on);
    };
    const entry = {
      accepted: ({ id }: { id: string }) => settle("accepted", id),
      refused: () => settle("refused", "refused"),
      unknown: () => settle("unknown", "unknown"),
    };
    return { entry };
  };
  const journal = {
    begin,
    ended: () => conduct("ended"),
    saved: () => conduct("saved"),
    history: () => conduct("history") ?? Promise.resolve([]),
  };
  // Its functions may return anything, which is the point of the test.
  return { journal: journal as unknown as Journal, fates };
}
