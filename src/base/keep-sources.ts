import { isRecord } from "./record.js";

/** The signals that a signal of `AbortSignal.any` follows, kept for as long as that signal lives. */
const sources = new WeakMap<object, unknown[]>();

/**
 * Keeps the sources of a signal from being garbage-collected. Call it before anything is awaited.
 *
 * HACK: Node 20 holds the sources of `AbortSignal.any` by weak references only, and an `AbortSignal.timeout` that has been
 * collected never aborts. Remove it with Node 20.
 */
export function keepSources(signal: unknown): void {
  if (typeof signal !== "object" || signal === null || sources.has(signal)) return;
  const name = Object.getOwnPropertySymbols(signal).find(({ description }) => description === "kSourceSignals");
  const followed: unknown = name && Object.getOwnPropertyDescriptor(signal, name)?.value;
  // Node's own set of its own weak references; neither is an instance of the public class.
  const references =
    isRecord(followed) && Symbol.iterator in followed ? (followed as unknown as Iterable<WeakRef<object>>) : [];
  sources.set(
    signal,
    Array.from(references, (one) => one?.deref?.()),
  );
}
