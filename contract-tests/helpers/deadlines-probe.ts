/** Runs every call under each of its limits against a server that stalls, while garbage is collected all the time. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { MiniMax, Video } from "../../src/index.js";
import { type Call, callsWith } from "./deadlines-calls.js";
import { type Manner, manners, stallingAt } from "./deadlines-server.js";

/** The only argument, as JSON. */
export interface Order {
  /** The folder of the built package. */
  library: string;
  server: string;
  /** For what is saved. */
  folder: string;
}

/** How one call ended. Printed as one line of JSON. */
export interface Ended {
  call: string;
  limit: string;
  manner: Manner;
  milliseconds: number;
  /** Milliseconds past its limit, counted in steps; see `measured`. */
  late: number;
  /** What is wrong with how it ended. */
  fault?: string;
}

/** Milliseconds until each call must end. */
const LIMIT = 300;
/** Milliseconds until an idle connection counts as cut. */
const IDLE = 20;
/** Milliseconds past the limit before a call counts as stuck, and the steps in which they are counted. */
const PATIENCE = 3000;
const STEP = 50;
const AT_ONCE = 48;

const { library, server, folder }: Order = JSON.parse(process.argv[2] ?? "");
const load = (entry: string) => import(pathToFileURL(join(library, entry)).href);
const { createClient }: typeof import("../../src/index.js") = await load("index.js");
const calls: Record<string, Call> = callsWith(await load("node/index.js"), folder);

let rest = 0;
/** Takes at most half of the time, so that the calls get theirs. */
function collect(): void {
  const began = performance.now();
  if (began < rest) return;
  globalThis.gc?.();
  const ended = performance.now();
  rest = ended + (ended - began);
}

/** In each turn of the event loop, at each request and at each read. */
function collectForEver(): void {
  setInterval(collect, 1).unref();
  const { fetch } = globalThis;
  globalThis.fetch = (...request) => {
    queueMicrotask(collect);
    return fetch(...request);
  };
  const { read } = ReadableStreamDefaultReader.prototype;
  ReadableStreamDefaultReader.prototype.read = function () {
    queueMicrotask(collect);
    return read.call(this);
  };
}

/** Says what is wrong with the error that ended a call. */
type Judge = (error: unknown) => string | undefined;

const named =
  (name: string): Judge =>
  (error) =>
    error instanceof Error && error.name === name ? undefined : `${error}`;

const aborted = (signal: AbortSignal, judge: Judge) => ({ signal, judge });

/** Aborts at the limit, with a reason that must come back as the same object. */
function reasoned(controller: AbortController): Judge {
  const reason = { enough: true };
  setTimeout(() => controller.abort(reason), LIMIT);
  return (error) => (error === reason ? undefined : `${error} is not the reason`);
}

/** Expects the reason of a signal that nobody keeps: the same object, if the signal is still there. */
function reasonOf(signal: AbortSignal): Judge {
  const kept = new WeakRef(signal);
  return (error) => {
    if (!(error instanceof DOMException) || error.name !== "TimeoutError") return `${error}`;
    return (kept.deref()?.reason ?? error) === error ? undefined : `${error} is not the reason`;
  };
}

const unused = new AbortController();
const BY_TIME = "AbortSignal.any of AbortSignal.timeout";
/** Only the controllers are kept, and no signal. */
const SIGNALS: Record<string, () => { signal: AbortSignal; judge: Judge }> = {
  AbortController: () => {
    const controller = new AbortController();
    return aborted(controller.signal, reasoned(controller));
  },
  [BY_TIME]: () => {
    const signal = AbortSignal.any([AbortSignal.timeout(LIMIT), unused.signal]);
    return aborted(signal, reasonOf(signal));
  },
  "AbortSignal.timeout": () => {
    const signal = AbortSignal.timeout(LIMIT);
    return aborted(signal, reasonOf(signal));
  },
  "AbortSignal.any of AbortController": () => {
    const controller = new AbortController();
    return aborted(AbortSignal.any([unused.signal, controller.signal]), reasoned(controller));
  },
};

interface Case {
  name: string;
  call: Call;
  limit: string;
  manner: Manner;
}

interface Prepared extends Case {
  minimax: MiniMax;
  video: Video;
}

const CLIENT = "createClient({ timeout })";
const ITS_OWN = "timeout";
const IDLING = "idleTimeout";

/** A call that meets every manner gets half of the signals in each, by turns. */
function limitsOf({ client, timeout, idle, ...call }: Call, manner: Manner, turn: number): string[] {
  if (call.manners && !call.manners.includes(manner)) return [];
  const trickles = ["trickle", "chunks", "gzip"].includes(manner);
  const signals = Object.keys(SIGNALS).filter((_, index) => call.manners || (index + turn) % 2 === 0);
  return [
    ...(client ? [CLIENT] : []),
    ...(timeout ? [ITS_OWN] : []),
    ...(idle && !trickles ? [IDLING] : []),
    ...signals,
  ];
}

/** A clock without pauses, because a download tries six times. */
const hurried = {
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  pause: () => new Promise<void>((resolve) => setTimeout(resolve, 1)),
};

async function prepared(one: Case): Promise<Prepared> {
  const { call, limit, manner } = one;
  const { step = "all", settings, first } = call;
  const minimax = createClient({
    apiKey: "k",
    server: stallingAt(server, step, manner),
    maxRetries: 0,
    ...settings,
    ...(limit === CLIENT ? { timeout: LIMIT } : {}),
    ...(limit === IDLING ? { clock: hurried } : {}),
  });
  // Calls that use no video have no `first`.
  return { ...one, minimax, video: (await first?.(minimax)) as Video };
}

/** Not async: the frame of an async function would keep the signal. */
function begun({ call, limit, minimax, video }: Prepared): { promise: Promise<unknown>; judge: Judge } {
  const { client = "", timeout = "", idle = "" } = call;
  const { signal, judge } = SIGNALS[limit]?.() ?? {};
  if (signal && judge) return { promise: call.does(minimax, { signal }, video), judge };
  if (limit === ITS_OWN) return { promise: call.does(minimax, { timeout: LIMIT }, video), judge: named(timeout) };
  if (limit === IDLING) return { promise: call.does(minimax, { idleTimeout: IDLE }, video), judge: named(idle) };
  return { promise: call.does(minimax, {}, video), judge: named(client) };
}

/** Counts how late a call ends in short timers: on a busy machine these stretch as much as the call itself. */
function measured(prepared: Prepared): Promise<Ended> {
  const { name, limit, manner } = prepared;
  const began = performance.now();
  const { promise, judge } = begun(prepared);
  return new Promise((resolve) => {
    let late = 0;
    let timer = setTimeout(wait, LIMIT);
    function wait(): void {
      if (late >= PATIENCE) return void end("never ended");
      late += STEP;
      timer = setTimeout(wait, STEP);
    }
    function end(fault: string | undefined): void {
      clearTimeout(timer);
      const milliseconds = Math.round(performance.now() - began);
      const early = limit !== IDLING && milliseconds < 0.9 * LIMIT ? "it was too early" : undefined;
      const wrong = fault ?? early;
      resolve({ call: name, limit, manner, milliseconds, late, ...(wrong ? { fault: wrong } : {}) });
    }
    promise.then(
      () => end("it worked"),
      (error) => end(judge(error)),
    );
  });
}

const cases = manners.flatMap((manner, turn) =>
  Object.entries(calls).flatMap(([name, call], index) =>
    limitsOf(call, manner, turn + index).map((limit): Case => ({ name, call, limit, manner })),
  ),
);

async function work(): Promise<void> {
  for (let next = cases.shift(); next; next = cases.shift())
    console.log(JSON.stringify(await measured(await prepared(next))));
}

collectForEver();
await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log("done");
