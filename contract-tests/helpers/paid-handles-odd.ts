/** What careless callers hand over, by the names that a counterexample shows: for paid-handles.long.test.ts. */
import {
  ApiError,
  type Clock,
  ConnectionError,
  createClient,
  type Journal,
  MiniMaxError,
  WaitTimeoutError,
} from "../../src/index.js";

/** Milliseconds that an option may be; 0 is a time-out, and no interval. */
export const DURATIONS: Record<string, number> = {
  "0": 0,
  "1e-9": 1e-9,
  "0.1": 0.1,
  "0.5": 0.5,
  "1.0000001": 1.0000001,
  "3": 3,
  "7.3": 7.3,
  "20": 20,
  "49.99999": 49.99999,
  "250": 250,
  "1000": 1000,
  "60000": 60_000,
  "2**31-1": 2 ** 31 - 1,
  "2**31": 2 ** 31,
  "2**31+1": 2 ** 31 + 1,
  Infinity: Number.POSITIVE_INFINITY,
};

/** What no option may be. Made anew each time, because some of them can be used once. */
export const NONSENSE: Record<string, () => unknown> = {
  NaN: () => Number.NaN,
  "-1": () => -1,
  "-1e-9": () => -1e-9,
  "-Infinity": () => Number.NEGATIVE_INFINITY,
  '"5m"': () => "5m",
  '"5000"': () => "5000",
  '""': () => "",
  null: () => null,
  true: () => true,
  "5n": () => 5n,
  "{}": () => ({}),
  "[]": () => [],
  "[5]": () => [5],
  "new Number(5)": () => new Number(5),
  "a date": () => new Date(),
  "a symbol": () => Symbol("5"),
  "a regular expression": () => /5/,
  "a promise": () => Promise.resolve(5),
  "a proxy": () => new Proxy({}, {}),
  "a proxy that throws": () => thrower(),
  "{ aborted: 1 }": () => ({ aborted: 1, addEventListener() {}, removeEventListener() {} }),
};

function thrower(): object {
  const trap = () => {
    throw new RangeError("a trap of the caller's");
  };
  return new Proxy({}, { get: trap, has: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap });
}

/** What is no options object at all. */
export const NO_OPTIONS: Record<string, () => unknown> = {
  null: () => null,
  '"fast"': () => "fast",
  "5": () => 5,
  "[]": () => [],
  "a function": () => () => {},
  "a symbol": () => Symbol("options"),
};

/** Objects that hold the same options. */
export const HOLDERS: Record<string, (options: object) => object> = {
  plain: (options) => options,
  frozen: (options) => Object.freeze({ ...options }),
  "without a prototype": (options) => Object.assign(Object.create(null), options),
  "with absent ones": (options) => ({ wait: undefined, ...options }),
  "a proxy": (options) => new Proxy(options, {}),
  getters: (options) => withGetters(options, (value) => () => value),
  "getters that change their minds": (options) =>
    withGetters(options, (value) => {
      let reads = 0;
      return () => (reads++ === 0 ? value : Number.NaN);
    }),
  inherited: (options) => Object.create(options),
};

/** Objects that must be refused, or fail to be read. */
export const BAD_HOLDERS: Record<string, (options: object) => object> = {
  "an unknown name": (options) => ({ ...options, timeOut: 5 }),
  "a name of every object": (options) => ({ ...options, toString: 5 }),
  "__proto__ as a name": (options) => Object.assign(JSON.parse('{"__proto__":5}'), options),
  "a getter that throws": (options) =>
    Object.defineProperty({ ...options }, "timeout", {
      enumerable: true,
      get() {
        throw new RangeError("a getter of the caller's");
      },
    }),
  "a proxy that throws": () => thrower(),
};

function withGetters(options: object, getter: (value: unknown) => () => unknown): object {
  const entries = Object.entries(options).map(([name, value]) => [name, { enumerable: true, get: getter(value) }]);
  return Object.defineProperties({}, Object.fromEntries(entries));
}

function thenable(then: () => unknown): object {
  // biome-ignore lint/suspicious/noThenProperty: that is what it is about
  return Object.defineProperty({}, "then", { get: then });
}

/** What a function of the caller's may do besides what it is for. */
export const CONDUCTS: Record<string, () => unknown> = {
  fine: () => undefined,
  throws: () => {
    throw new RangeError("a fault of the caller's");
  },
  "throws undefined": () => {
    throw undefined;
  },
  "throws an error of ours": () => {
    throw new MiniMaxError("a fault of another call", { taskId: "1" });
  },
  "throws what cannot be read": () => {
    throw thrower();
  },
  rejects: async () => {
    throw new RangeError("a fault of the caller's");
  },
  "rejects late": () => new Promise((_, reject) => setTimeout(reject, 1, new RangeError("late"))),
  hangs: () => new Promise(() => {}),
  "gives a number": () => 5,
  "gives a thenable": () => thenable(() => (done: (value: unknown) => void) => done(5)),
  "gives a thenable that throws": () => thenable(() => fails()),
  "gives a proxy that throws": () => thrower(),
};

const task = createClient({ apiKey: "any" }).videos.task("1");

/** Why a caller aborts. A reason of ours is one that came from another call. */
export const REASONS: Record<string, () => unknown> = {
  "none given": () => undefined,
  null: () => null,
  '"enough"': () => "enough",
  0: () => 0,
  "an error": () => new Error("enough"),
  "a frozen error": () => Object.freeze(new MiniMaxError("enough", { task })),
  "a thenable": () => thenable(() => () => {}),
  "a wait of another task": () => new WaitTimeoutError("enough", { task }),
  "a refusal for the pace": () => new ApiError("enough", { kind: "rate_limited", retryable: true, status: 429, task }),
  "a host that was not reached": () => new ConnectionError("enough", { sent: "no", task }),
  "a refusal of the key": () => new ApiError("enough", { kind: "authentication", retryable: false, status: 401, task }),
};

export interface Stopper {
  signal: AbortSignal;
  abort(): void;
}

/** Ways to a signal that a call may end by. `reason` is what it says once it is aborted. */
export const SIGNALS: Record<string, (reason: unknown) => Stopper> = {
  "of a controller": (reason) => {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort(reason) };
  },
  "one of any": (reason) => {
    const controller = new AbortController();
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(1e9), new AbortController().signal]);
    return { signal, abort: () => controller.abort(reason) };
  },
  "of a time-out": () => {
    const signal = AbortSignal.timeout(5);
    return { signal, abort() {} };
  },
  "of another library": (reason) => {
    const events = new EventTarget();
    const signal = Object.assign(events, { aborted: false, reason: undefined as unknown }) as unknown as AbortSignal;
    return {
      signal,
      abort() {
        Object.assign(signal, { aborted: true, reason });
        events.dispatchEvent(new Event("abort"));
      },
    };
  },
  "that cannot be left": (reason) => {
    const { signal, abort } = (SIGNALS["of another library"] as (reason: unknown) => Stopper)(reason);
    return { signal: Object.assign(signal, { removeEventListener: undefined }), abort };
  },
};

type Wrong = (clock: Required<Clock>, reads: { left: number }) => Clock;

/** Clocks that go wrong after so many reads. */
export const CLOCKS: Record<string, Wrong> = {
  "as it should": (clock) => clock,
  "without durations": ({ monotonic: _, ...clock }) => clock,
  "set forward": (clock, reads) => ({ ...clock, now: () => clock.now() + (reads.left-- > 0 ? 0 : 3e11) }),
  "set back": (clock, reads) => ({ ...clock, now: () => clock.now() - (reads.left-- > 0 ? 0 : 3e11) }),
  "set back, without durations": ({ monotonic: _, ...clock }, reads) => {
    return { ...clock, now: () => clock.now() - (reads.left-- > 0 ? 0 : 3e7) };
  },
  "set at each look": (clock) => ({ ...clock, now: () => clock.now() + (clock.random() - 0.5) * 6e11 }),
  "a date that throws": (clock, reads) => ({ ...clock, now: () => (reads.left-- > 0 ? clock.now() : fails()) }),
  "a date that is none": (clock, reads) => ({ ...clock, now: () => (reads.left-- > 0 ? clock.now() : Number.NaN) }),
  "durations that throw": (clock, reads) => {
    return { ...clock, monotonic: () => (reads.left-- > 0 ? clock.monotonic() : fails()) };
  },
  "durations that are none": (clock, reads) => {
    return { ...clock, monotonic: () => (reads.left-- > 0 ? clock.monotonic() : Number.NaN) };
  },
  "durations that are texts": (clock, reads) => {
    return { ...clock, monotonic: () => (reads.left-- > 0 ? clock.monotonic() : ("soon" as unknown as number)) };
  },
  "pauses that throw": (clock, reads) => {
    return { ...clock, pause: (...pause) => (reads.left-- > 0 ? clock.pause(...pause) : fails()) };
  },
  "pauses that reject": (clock, reads) => {
    return { ...clock, pause: async (...pause) => (reads.left-- > 0 ? clock.pause(...pause) : fails()) };
  },
  "chance that throws": (clock, reads) => ({ ...clock, random: () => (reads.left-- > 0 ? clock.random() : fails()) }),
  "chance that is none": (clock) => ({ ...clock, random: () => Number.NaN }),
  "chance above one": (clock) => ({ ...clock, random: () => 1e9 }),
};

function fails(): never {
  throw new RangeError("a clock of the caller's");
}

/** What a journal remembers of earlier tasks, if it does. */
export const HISTORIES: Record<string, () => unknown> = {
  none: () => [],
  undefined: () => undefined,
  null: () => null,
  "a number": () => 5,
  "a text": () => "past",
  "[null]": () => [null],
  "without durations": () => [{ kind: "video", model: "MiniMax-Hailuo-2.3" }],
  "durations that are none": () => [{ kind: "video", model: "MiniMax-Hailuo-2.3", milliseconds: Number.NaN }],
  "endless ones": () => [{ kind: "video", model: "MiniMax-Hailuo-2.3", milliseconds: Number.POSITIVE_INFINITY }],
  "negative ones": () => [{ kind: "video", model: "MiniMax-Hailuo-2.3", milliseconds: -5000 }],
  "of eons": () => [{ kind: "video", model: "MiniMax-Hailuo-2.3", milliseconds: 1e300 }],
};

/** What is known of a create, as a second run would find it. */
export type Fate = "sending" | "refused" | "unknown" | { id: string };

/** A journal that does what it is for, and then what `conduct` says for that place. */
export function oddJournal(conduct: (place: string) => unknown, history: () => unknown) {
  const fates = new Map<number, Fate>();
  let begun = 0;
  const journal = {
    begin() {
      const result = conduct("begin");
      if (result === undefined) return Promise.resolve(entry());
      return result instanceof Promise ? result.then((value) => value ?? entry()) : result;
    },
    ended: () => conduct("ended"),
    saved: () => conduct("saved"),
    history: () => conduct("history") ?? Promise.resolve(history()),
  };

  function entry() {
    const number = begun++;
    const settle = (place: string, fate: Fate) => {
      fates.set(number, fate);
      return conduct(place);
    };
    fates.set(number, "sending");
    return {
      entry: {
        accepted: ({ id }: { id: string }) => settle("accepted", { id }),
        refused: () => settle("refused", "refused"),
        unknown: () => settle("unknown", "unknown"),
      },
    };
  }

  // Its methods give whatever they like: that is what it is for.
  return { journal: journal as unknown as Journal, fates };
}
