/** Plays one case: a client, its wishes, a service, and whatever goes wrong between them. For paid-handles.long.test.ts. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type Settled, type VideoRequest, type VideoTask } from "../../src/index.js";
import {
  BAD_HOLDERS,
  CLOCKS,
  CONDUCTS,
  DURATIONS,
  type Fate,
  HISTORIES,
  HOLDERS,
  NO_OPTIONS,
  NONSENSE,
  oddJournal,
  REASONS,
  SIGNALS,
  type Stopper,
} from "./paid-handles-odd.js";
import { type Answer, openService, type Purchase, READ, type Service } from "./paid-handles-service.js";
import { seeded, simulatedClock } from "./simulated-clock.js";

/** Everything is a name or a number, so that a counterexample can be read, and typed in again. */
export interface Case {
  call: "generate" | "template" | "all";
  /** How many videos are wanted, at the same time. */
  wishes: number;
  creates: Answer[];
  queries: Answer[];
  timeout: string | undefined;
  pollInterval: string | undefined;
  /** What holds the options. */
  holder: string;
  /** One option that is none, or something else that has to be refused. */
  refused: { option: string; value: string } | undefined;
  maxRetries: number;
  queriesPerMinute: number;
  /** Milliseconds of real time for one exchange. */
  exchange: number;
  /** The clock, and how often it can be looked at before it goes wrong. */
  clock: string;
  reads: number;
  /** What functions of the caller's do, and at which of their calls. */
  conducts: { on: string; does: string; from: number }[];
  history: string | undefined;
  /** When the caller aborts: at the nth thing that happens, or at a time. */
  stop: { signal: string; reason: string; at: "before" | "step" | "time"; count: number } | undefined;
  /** A callback that comes in, at a time, about the first task. */
  news: { state: string; at: number } | undefined;
  /** Of `generateAll`. */
  concurrency: number;
  source: "list" | "generator" | "async generator" | "one object";
  /** After how many results the consumer leaves, and how. */
  leaves: { after: number; how: "break" | "throws" } | undefined;
}

/** What came of one wish. */
export type Outcome =
  | { is: "video"; taskId: string; handle: string | undefined }
  | { is: "error"; error: unknown; handle: string | undefined };

export interface Played {
  purchases: Purchase[];
  posts: number[];
  outcomes: Map<number, Outcome>;
  /** Ids that `onTask` was told. */
  told: string[];
  /** What `createClient`, or the loop over `generateAll`, threw. */
  thrown: { error: unknown } | undefined;
  fates: Fate[] | undefined;
  stopper: Stopper | undefined;
  /** What the caller's reason looked like, before and after. */
  reason: { before: string; after: string };
}

/** Where a case is played: how its time passes, and where its service is. */
export interface Stage {
  clock: ReturnType<typeof simulatedClock> | undefined;
  /** A real server that shows this service; without one it is reached by a `fetch` of its own. */
  show?: (service: Service) => string;
}

/** Code that is still being loaded takes real time, while simulated time goes on. */
const loaded = createClient({ apiKey: "any" }).videos.check({});

/** How often in a row a function goes wrong: a key that can never be had again would be waited for until the time-out. */
const TIMES = 3;

export async function play(one: Case, { clock, show }: Stage): Promise<Played> {
  await loaded;
  const pause = (milliseconds: number) => (clock ? clock.pause(milliseconds) : sleep(milliseconds));
  const until = <T>(promise: Promise<T>) => (clock ? clock.until(promise) : promise);
  const reason = one.stop && (REASONS[one.stop.reason] as () => unknown)();
  const stopper = one.stop && (SIGNALS[one.stop.signal] as (reason: unknown) => Stopper)(reason);
  const before = looksOf(reason);
  let steps = 0;
  const step = () => {
    if (one.stop?.at === "step" && ++steps === one.stop.count) stopper?.abort();
  };
  const service = openService(one.creates, one.queries, {
    step,
    pause,
    aborted: () => stopper?.signal.aborted === true,
  });
  const calls = new Map<string, number>();
  /** Does what the case says for the nth call of a function, and nothing else before that. */
  const conduct = (name: string): unknown => {
    step();
    const count = (calls.get(name) ?? 0) + 1;
    calls.set(name, count);
    const odd = one.conducts.find(({ on, from }) => on === name && count >= from && count < from + TIMES);
    if (!odd) return undefined;
    return odd.does === "takes a while" ? pause(30) : (CONDUCTS[odd.does] as () => unknown)();
  };
  const told: string[] = [];
  const outcomes = new Map<number, Outcome>();
  const journal = one.history === undefined ? undefined : oddJournal(conduct, HISTORIES[one.history] as () => unknown);
  const played = (thrown?: Played["thrown"]): Played => ({
    purchases: service.purchases,
    posts: service.posts,
    outcomes,
    told,
    thrown,
    fates: journal && [...journal.fates.values()],
    stopper,
    reason: { before, after: looksOf(reason) },
  });

  const settings: Record<string, unknown> = {
    apiKey: () => conduct("apiKey") ?? "any",
    server: show ? show(service) : "global",
    ...(show ? {} : { fetch: service.fetch }),
    timeout: one.exchange,
    maxRetries: one.maxRetries,
    queriesPerMinute: one.queriesPerMinute,
    logger: { debug: () => conduct("logger") },
    ...(journal ? { journal: journal.journal } : {}),
    ...(clock ? { clock: CLOCKS[one.clock]?.(asTimers(clock), { left: one.reads }) } : {}),
  };
  const { refused } = one;
  const [owner, option = ""] = refused?.option.split(".") ?? [];
  const bad = () => (NONSENSE[refused?.value ?? ""] as () => unknown)();
  if (owner === "client") settings[option] = bad();
  let client: ReturnType<typeof createClient>;
  try {
    client = createClient(settings);
  } catch (error) {
    return played({ error });
  }

  const onTask = (task: VideoTask) => {
    told.push(task.id);
    return conduct("onTask");
  };
  const onStatus = () => conduct("onStatus");
  const isAll = one.call === "all";
  const plain: Record<string, unknown> = {
    ...(one.timeout === undefined ? {} : { timeout: DURATIONS[one.timeout] }),
    ...(one.pollInterval === undefined ? {} : { pollInterval: DURATIONS[one.pollInterval] }),
    ...(stopper ? { signal: stopper.signal } : {}),
    ...(isAll ? { concurrency: one.concurrency } : {}),
    onStatus,
    onTask,
  };
  if (owner === "call") plain[option] = bad();
  const options = optionsFrom(plain, one.holder, owner, option);

  if (one.stop?.at === "before") stopper?.abort();
  if (one.stop?.at === "time") void pause(one.stop.count).then(() => stopper?.abort());
  if (one.news) void pause(one.news.at).then(() => tell(client, service, one.news as { state: string }));
  const work = isAll
    ? collect(client, one, options as object, outcomes)
    : Promise.all(
        Array.from({ length: one.wishes }, async (_, index) => {
          outcomes.set(index, await outcomeOf(start(client, one.call, index, options as object)));
        }),
      );
  const thrown = await until(
    Promise.resolve(work).then(
      () => undefined,
      (error: unknown) => ({ error }),
    ),
  );
  const mayCome = isAll && outcomes.size < one.wishes;
  if (show) await sleep(READ + 20);
  await rest((turn) => {
    return (mayCome && turn < 3) || service.purchases.some((purchase) => isOpen(purchase, outcomes, told));
  }, clock);
  return played(thrown);
}

/** Whether more is to be heard of a purchase. */
function isOpen({ id, wish, named, delivered, over }: Purchase, outcomes: Played["outcomes"], told: string[]): boolean {
  if (outcomes.has(wish) || told.includes(id)) return false;
  return !over || (named && delivered);
}

/** What is still under way ends, and is heard of. Fingerprints and exchanges take real time in any case. */
async function rest(goesOn: (turn: number) => boolean, clock: Stage["clock"]): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    if (clock) await clock.until(clock.pause(3_600_000));
    if (!goesOn(turn)) break;
    await sleep(1);
  }
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
}

function start(client: ReturnType<typeof createClient>, call: Case["call"], index: number, options: object) {
  if (call === "template")
    return client.templates.generate(
      { template_id: "394125185182695432", text_inputs: [{ value: `fox ${index}` }] },
      options,
    );
  return client.videos.generate(fox(index), options);
}

function fox(index: number): VideoRequest {
  return { model: "MiniMax-Hailuo-2.3", prompt: `fox ${index}` };
}

function outcomeOf(work: Promise<{ taskId: string; task: VideoTask }>): Promise<Outcome> {
  return work.then(
    ({ taskId, task }) => ({ is: "video", taskId, handle: task.id }),
    (error: unknown) => ({ is: "error", error, handle: undefined }),
  );
}

async function collect(
  client: ReturnType<typeof createClient>,
  one: Case,
  options: object,
  outcomes: Played["outcomes"],
) {
  const results: AsyncIterable<Settled> = client.videos.generateAll(requestsFrom(one), options);
  for await (const result of results) {
    const handle = result.task?.id;
    const { index } = result;
    if (result.status === "fulfilled") outcomes.set(index, { is: "video", taskId: result.value.taskId, handle });
    else outcomes.set(index, { is: "error", error: result.reason, handle });
    if (!one.leaves || outcomes.size < one.leaves.after) continue;
    if (one.leaves.how === "break") break;
    throw new RangeError("the consumer failed");
  }
}

function requestsFrom({ source, wishes }: Case): Iterable<VideoRequest> | AsyncIterable<VideoRequest> {
  const list = Array.from({ length: wishes }, (_, index) => fox(index));
  if (source === "generator") return list.values();
  if (source === "async generator")
    return (async function* () {
      yield* list;
    })();
  if (source === "list") return list;
  return (function* () {
    const same = { ...(list[0] as VideoRequest) };
    for (const next of list) yield Object.assign(same, next);
  })();
}

function optionsFrom(plain: object, holder: string, owner: string | undefined, option: string): unknown {
  if (owner === "holder") return (BAD_HOLDERS[option] as (options: object) => object)(plain);
  if (owner === "all") return (NO_OPTIONS[option] as () => unknown)();
  return (HOLDERS[holder] as (options: object) => object)(plain);
}

function tell({ callbacks }: ReturnType<typeof createClient>, { purchases }: Service, { state }: { state: string }) {
  const taskId = purchases[0]?.id ?? "";
  const news = { state, taskId, word: state === "garbage" ? 5 : state, fileId: "205258526306433" };
  // What comes in need not be a status at all.
  callbacks.heard(news as never, { confirm: false }).catch(() => {});
}

/** No timer is shorter than a millisecond; else a pause of a billionth of one would never let time pass. */
function asTimers(clock: ReturnType<typeof simulatedClock>) {
  return {
    ...clock,
    pause: ((milliseconds, ...more) => clock.pause(Math.max(1, milliseconds), ...more)) as typeof clock.pause,
  };
}

/** A clock of its own for each case. */
export function stageOf(seed: number): Stage {
  return { clock: simulatedClock(seeded(seed)) };
}

/** Everything of a reason that a caller could see change. */
function looksOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(typeof reason);
  const { message, cause } = reason;
  return JSON.stringify({ ...reason, message, cause: String(cause) });
}
