/** Cases nobody would write by hand, for paid-handles.long.test.ts. */
import fc from "fast-check";
import {
  BAD_HOLDERS,
  CLOCKS,
  CONDUCTS,
  DURATIONS,
  HISTORIES,
  HOLDERS,
  NO_OPTIONS,
  NONSENSE,
  REASONS,
  SIGNALS,
} from "./paid-handles-odd.js";
import type { Case } from "./paid-handles-play.js";
import { type Answer, FORMS, type Form, NAMES } from "./paid-handles-service.js";

const CODES = [1000, 1001, 1002, 1004, 1008, 1013, 1024, 1026, 1033, 1039, 1041, 2013, 2045, 2049, 2056, 7777, -1, 0.5];
const STATUSES = [200, 400, 401, 402, 403, 404, 421, 429, 500, 502, 503, 529];
const WORDS = [
  ...["Preparing", "Queueing", "Processing", "PROCESSING", "queued", "running", "Reviewing", "", "constructor"],
  ...["Success", "success", "SUCCESS", "succeeded", "completed"],
  ...["Fail", "fail", "failed", "failure", "cancelled", "canceled", "expired"],
];
/** Moments that many things share, so that they fall on the same tick. */
const MOMENTS = [0, 1, 3, 5, 20, 49.99999, 50, 250, 1000];

/** What no server can reply. */
const UNSERVED: readonly Form[] = ["unreachable", "text() of an object"];

/** Rare: they cost real time, or memory. */
const SLOW: readonly Form[] = ["never", "deaf", "stalls", "huge"];

export interface Lane {
  /** Whether time is simulated: then nothing may wait for a real timer for long. */
  simulated: boolean;
  /** Whether the service is a real server. */
  served: boolean;
  /** Whether its clients wait for two minutes: then everything is answered. */
  patient?: boolean;
}

/** Replies to creates, and to the queries of each task. */
export function replies({ simulated, served, patient }: Lane): fc.Arbitrary<Pick<Case, "creates" | "queries">> {
  const forms = FORMS.filter((form) => !SLOW.includes(form) && !(served && UNSERVED.includes(form)));
  const quick = fc.oneof(
    { weight: 6, arbitrary: fc.constant<Form>("json") },
    { weight: 3, arbitrary: fc.constantFrom(...forms) },
  );
  const usual: { [Name in keyof Answer]: fc.Arbitrary<Answer[Name]> } = {
    form: patient
      ? quick
      : fc.oneof({ weight: 40, arbitrary: quick }, { weight: 1, arbitrary: fc.constantFrom(...SLOW) }),
    status: fc.oneof(
      { weight: 4, arbitrary: fc.constant(200) },
      { weight: 1, arbitrary: fc.constantFrom(...STATUSES) },
    ),
    code: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(...CODES) }),
    name: fc.constantFrom(...NAMES.filter((name) => name !== "other")),
    word: fc.constant(""),
    delay: fc.constantFrom(...(simulated ? MOMENTS : [0, 0, 1, 3, 5])),
    pieces: fc.constantFrom(1, 1, 2, 5),
  };
  const good = { form: fc.constant<Form>("json"), status: fc.constant(200), code: fc.constant(0) };
  const create = fc.oneof(
    { weight: 3, arbitrary: fc.record({ ...usual, ...good, name: fc.constantFrom("text", "number") }) },
    { weight: 2, arbitrary: fc.record(usual) },
  );
  const query = fc.record({
    ...usual,
    // One that is never answered would take its own time, which is not simulated.
    ...(simulated ? { form: quick } : {}),
    name: fc.constantFrom("text", "text", "number", "none", "other"),
    word: fc.constantFrom(...WORDS),
  });
  return fc.record({
    creates: fc.array(create, { minLength: 1, maxLength: 4 }),
    queries: fc.array(query, { minLength: 1, maxLength: 6 }),
  });
}

export function cases(lane: Lane): fc.Arbitrary<Case> {
  const { simulated } = lane;
  const oneOf = (table: object, ...not: string[]) =>
    fc.constantFrom(...Object.keys(table).filter((name) => !not.includes(name)));
  const conduct = fc.record({
    on: fc.constantFrom(
      "onTask",
      "onStatus",
      "apiKey",
      "logger",
      "begin",
      "accepted",
      "refused",
      "unknown",
      "ended",
      "history",
    ),
    does: fc.oneof(oneOf(CONDUCTS), fc.constant("takes a while")),
    from: fc.integer({ min: 1, max: 4 }),
  });
  const stop = fc.record({
    signal: oneOf(SIGNALS),
    reason: oneOf(REASONS),
    at: fc.constantFrom("before", "step", "step", "step", "step", "time", "time") as fc.Arbitrary<
      "before" | "step" | "time"
    >,
    count: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(...MOMENTS)),
  });
  const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 2) => fc.option(arbitrary, { nil: undefined, freq });
  return fc
    .record({
      call: fc.constantFrom("generate", "generate", "template", "all", "all"),
      wishes: fc.integer({ min: 1, max: 5 }),
      replies: replies(lane),
      timeout: maybe(oneOf(DURATIONS), 5),
      pollInterval: maybe(oneOf(DURATIONS, "0"), 5),
      holder: fc.oneof({ weight: 4, arbitrary: fc.constant("plain") }, { weight: 1, arbitrary: oneOf(HOLDERS) }),
      refused: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: refusals() }),
      maxRetries: fc.constantFrom(0, 1, 2, 5),
      queriesPerMinute: fc.constantFrom(480, 480, 6000, 60, 1, 0.01, Infinity),
      exchange: fc.constant(120_000),
      clock: simulated ? fc.oneof(fc.constant("as it should"), oneOf(CLOCKS)) : fc.constant("as it should"),
      reads: fc.integer({ min: 1, max: 30 }),
      conducts: fc.array(conduct, { maxLength: 3 }),
      history: maybe(oneOf(HISTORIES)),
      stop: maybe(stop, 2),
      news: maybe(
        fc.record({
          state: fc.constantFrom("running", "succeeded", "failed", "garbage"),
          at: fc.constantFrom(...MOMENTS),
        }),
        2,
      ),
      concurrency: fc.constantFrom(1, 2, 5, 2 ** 31),
      source: fc.constantFrom("list", "generator", "async generator", "one object") as fc.Arbitrary<Case["source"]>,
      leaves: maybe(
        fc.record({ after: fc.integer({ min: 1, max: 3 }), how: fc.constantFrom("break", "throws") }),
        3,
      ) as fc.Arbitrary<Case["leaves"]>,
    })
    .map(({ replies, ...one }) => sane({ ...one, ...replies }, lane));
}

/** Options of the call, of the client, what holds them, or all of them; nonsense, but for what would do. */
function refusals(): fc.Arbitrary<{ option: string; value: string }> {
  const numbers = [
    "call.timeout",
    "call.pollInterval",
    "client.timeout",
    "client.maxRetries",
    "client.queriesPerMinute",
  ];
  const others = [
    "call.signal",
    "call.key",
    "call.onTask",
    "call.onStatus",
    "client.apiKey",
    "client.logger",
    "client.journal",
    "client.fetch",
  ];
  const values = Object.keys(NONSENSE);
  const nonsense = fc.record({ option: fc.constantFrom(...numbers, ...others), value: fc.constantFrom(...values) });
  return fc.oneof(
    nonsense.filter(({ option, value }) => !(value.startsWith('"') && value !== '""' && /key$/i.test(option))),
    fc.record({
      option: fc.constantFrom(...Object.keys(BAD_HOLDERS).map((name) => `holder.${name}`)),
      value: fc.constant(""),
    }),
    fc.record({
      option: fc.constantFrom(...Object.keys(NO_OPTIONS).map((name) => `all.${name}`)),
      value: fc.constant(""),
    }),
  );
}

const DONE: Answer = { form: "json", status: 200, code: 0, name: "text", word: "Success", delay: 0, pieces: 1 };
const FOR_THE_PACE = [1002, 1039, 1041, 2045];
const isForThePace = ({ code, status }: Answer) => FOR_THE_PACE.includes(code) || status === 429;

/** What would rightly never end, ends; what waits for real timers does so briefly. */
function sane(one: Case, { simulated, served }: Lane): Case {
  const { creates, conducts, clock } = one;
  // Where a clock fails, real time passes from then on.
  const timeout = /^(durations|pauses)/.test(clock) ? "20" : (one.timeout ?? "");
  const isShort = Number(timeout || "60001") <= (simulated ? 1000 : 60);
  const replies = simulated ? creates : [...creates, ...one.queries];
  const isSlow = replies.some(({ form }) => SLOW.includes(form)) || conducts.some(({ does }) => does === "hangs");
  const holder = one.refused ? "plain" : one.holder;
  const ends = { ...one, holder, timeout: timeout || undefined, ...(isShort ? {} : ending(one, simulated)) };
  return {
    ...ends,
    // `generateAll` buys until the service no longer refuses for the pace.
    creates: one.call === "all" ? [...creates, DONE] : creates,
    conducts: conducts.map(bounded),
    exchange: !isSlow ? 120_000 : simulated ? 10 : served ? 1000 : 30,
    ...(simulated ? {} : inRealTime(ends)),
  };
}

function ending({ timeout, pollInterval, queries }: Case, simulated: boolean): Partial<Case> {
  const never = timeout?.startsWith("2**31") || timeout === "Infinity";
  const rarely = pollInterval?.startsWith("2**31") || pollInterval === "Infinity";
  return {
    queries: [...(simulated ? queries : queries.filter((answer) => !isForThePace(answer))), DONE],
    ...(never && rarely ? { pollInterval: "1000" } : {}),
    ...(simulated ? {} : { pollInterval: "3", queriesPerMinute: Infinity }),
  };
}

/** After a refusal for the pace, and after one that was certainly not accepted, half a second goes by. */
function inRealTime({ creates, call }: Case): Partial<Case> {
  const rest = creates.filter((answer) => !isForThePace(answer));
  return { maxRetries: call === "all" ? 1 : 0, creates: call === "all" ? [...rest, DONE] : creates };
}

/** A journal that hangs is waited for, ten seconds of real time; one that hangs before anything is sent, for ever. */
function bounded(conduct: Case["conducts"][number]): Case["conducts"][number] {
  const isJournal = !["onTask", "onStatus", "apiKey", "logger"].includes(conduct.on);
  return conduct.does === "hangs" && isJournal ? { ...conduct, does: "takes a while" } : conduct;
}
