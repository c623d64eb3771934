const listeners = new WeakMap<object, Set<(reason: unknown) => void>>();

/**
 * Calls `callback` once when the signal aborts, or at once if it already has. Returns a function that removes the callback. All share
 * one listener, because Node warns of a leak at eleven, and one signal may end a thousand waits.
 */
export function onAbort(signal: AbortSignal | undefined, callback: (reason: unknown) => void): () => void {
  if (signal?.aborted) callback(signal.reason);
  if (!signal || signal.aborted) return () => {};
  const callbacks = listeners.get(signal) ?? new Set();
  if (callbacks.size === 0) {
    keepSources(signal);
    signal.addEventListener("abort", callAll, { once: true });
  }
  listeners.set(signal, callbacks.add(callback));
  return () => {
    if (callbacks.delete(callback) && callbacks.size === 0) signal.removeEventListener("abort", callAll);
  };
}

function callAll(this: AbortSignal): void {
  const callbacks = [...(listeners.get(this) ?? [])];
  listeners.delete(this);
  for (const callback of callbacks) callback(this.reason);
}

const sources = new WeakMap<object, unknown[]>();

/**
 * Keeps the sources of an `AbortSignal.any` signal as long as that lives. Call it before anything is awaited. HACK: Node 20 holds
 * them weakly, and an `AbortSignal.timeout` that has been collected never aborts. Remove it with Node 20.
 */
export function keepSources(signal: unknown): void {
  if (typeof signal !== "object" || signal === null || sources.has(signal)) return;
  const name = Object.getOwnPropertySymbols(signal).find(({ description }) => description === "kSourceSignals");
  // Node's own set of its own weak references; neither is an instance of the public class.
  const followed = name && Object.getOwnPropertyDescriptor(signal, name)?.value;
  const kept = Array.from(Object(followed), (one) => Object(one).deref?.());
  sources.set(signal, kept);
}
