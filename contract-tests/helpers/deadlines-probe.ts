/** Runs every call under each of its limits against a server that stalls, while garbage is collected all the time. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Video } from "../../src/index.js";
import { type Call, callsWith } from "./deadlines-calls.js";
import { manners, stallingAt } from "./deadlines-server.js";

/** How one call ended. Printed as one line of JSON. */
export interface Ended {
  call: string;
  limit: string;
  manner: string;
  /** Milliseconds past its limit, counted with short timers, which a busy machine delays as much as the call itself. */
  late: number;
  /** What is wrong with how it ended. */
  fault?: string | undefined;
}

/** Milliseconds until each call must end, and until an idle connection counts as cut. */
const LIMIT = 300;
const IDLE = 20;
/** Milliseconds past the limit until a call counts as stuck, and the steps in which they are counted. */
const PATIENCE = 3000;
const STEP = 50;
const AT_ONCE = 48;

const { library, server, folder }: Record<"library" | "server" | "folder", string> = JSON.parse(process.argv[2] ?? "");
const load = (entry: string) => import(pathToFileURL(join(library, entry)).href);
const { createClient }: typeof import("../../src/index.js") = await load("index.js");

let rest = 0;
/** Uses at most half of the time, so that the calls can run. */
function collect(): void {
  const began = performance.now();
  if (began < rest) return;
  globalThis.gc?.();
  const ended = performance.now();
  rest = ended + (ended - began);
}

/** Collects garbage in each turn of the event loop, at each request and at each read. */
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
  (name = ""): Judge =>
  (error) =>
    error instanceof Error && error.name === name ? undefined : `${error}`;

/** Aborts at the limit, with a reason that must come back as the same object. */
function reasoned(controller: AbortController): Judge {
  const reason = { enough: true };
  setTimeout(() => controller.abort(reason), LIMIT);
  return (error) => (error === reason ? undefined : `${error} is not the reason`);
}

const unused = new AbortController();
/** Only the controllers are kept alive, not the signals. */
const SIGNALS: Record<string, () => { signal: AbortSignal; judge: Judge }> = {
  AbortController: () => {
    const controller = new AbortController();
    return { signal: controller.signal, judge: reasoned(controller) };
  },
  "AbortSignal.any of AbortSignal.timeout": () => {
    const signal = AbortSignal.any([AbortSignal.timeout(LIMIT), unused.signal]);
    return { signal, judge: named("TimeoutError") };
  },
  "AbortSignal.timeout": () => ({ signal: AbortSignal.timeout(LIMIT), judge: named("TimeoutError") }),
  "AbortSignal.any of AbortController": () => {
    const controller = new AbortController();
    return { signal: AbortSignal.any([unused.signal, controller.signal]), judge: reasoned(controller) };
  },
};

const CLIENT = "createClient({ timeout })";

/** A call that is tried with every manner gets half of the signals in each, alternately. */
function limitsOf(call: Call, manner: string, turn: number): string[] {
  if (call.manners && !call.manners.includes(manner)) return [];
  const signals = Object.keys(SIGNALS).filter((_, index) => call.manners || (index + turn) % 2 === 0);
  const isIdle = call.idle && manner !== "trickle" && manner !== "chunks";
  return [
    ...(call.client ? [CLIENT] : []),
    ...(call.timeout ? ["timeout"] : []),
    ...(isIdle ? ["idleTimeout"] : []),
    ...signals,
  ];
}

/** A clock that shortens pauses, because a download is tried six times. */
const hurried = {
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  pause: () => new Promise<void>((resolve) => setTimeout(resolve, 1)),
};

async function ended(call: Call, limit: string, manner: string): Promise<Ended> {
  const minimax = createClient({
    apiKey: "k",
    server: stallingAt(server, call.step ?? "all", manner),
    maxRetries: 0,
    ...call.settings,
    ...(limit === CLIENT ? { timeout: LIMIT } : {}),
    ...(limit === "idleTimeout" ? { clock: hurried } : {}),
  });
  // Undefined for calls that use no video.
  const video = (call.ofVideo ? await minimax.videos.task("7").wait() : undefined) as Video;
  return measured(call, limit, manner, () => {
    const { signal, judge } = SIGNALS[limit]?.() ?? {};
    if (signal && judge) return { promise: call.does(minimax, { signal }, video), judge };
    const limits = limit === CLIENT ? {} : { [limit]: limit === "timeout" ? LIMIT : IDLE };
    const name = limit === CLIENT ? call.client : limit === "timeout" ? call.timeout : call.idle;
    return { promise: call.does(minimax, limits, video), judge: named(name) };
  });
}

/** `begin` must not be async, because the frame of an async function would keep the signal alive. */
function measured(
  { name }: Call,
  limit: string,
  manner: string,
  begin: () => { promise: Promise<unknown>; judge: Judge },
): Promise<Ended> {
  const began = performance.now();
  const { promise, judge } = begin();
  return new Promise((resolve) => {
    let late = 0;
    let timer = setTimeout(wait, LIMIT);
    function wait(): void {
      late += STEP;
      if (late > PATIENCE) end("never ended");
      else timer = setTimeout(wait, STEP);
    }
    function end(fault: string | undefined): void {
      clearTimeout(timer);
      const isEarly = limit !== "idleTimeout" && performance.now() - began < 0.9 * LIMIT;
      resolve({ call: name, limit, manner, late, fault: fault ?? (isEarly ? "it was too early" : undefined) });
    }
    promise.then(
      () => end("it worked"),
      (error) => end(judge(error)),
    );
  });
}

const calls = callsWith(await load("node/index.js"), folder);
const cases = manners.flatMap((manner, turn) =>
  calls.flatMap((call, index) => limitsOf(call, manner, turn + index).map((limit) => ({ call, limit, manner }))),
);

async function work(): Promise<void> {
  for (let next = cases.shift(); next; next = cases.shift())
    console.log(JSON.stringify(await ended(next.call, next.limit, next.manner)));
}

collectForEver();
await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log("done");
