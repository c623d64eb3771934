import { keepSources } from "./keep-sources.js";

const listeners = new WeakMap<object, Set<(reason: unknown) => void>>();

/**
 * Calls `callback` once when the signal aborts, at once if it already has. Returns a function that removes the callback. The
 * signal sees one listener however many callbacks there are: Node warns of a leak at eleven, and one signal may end a
 * thousand waits.
 */
export function onAbort(signal: AbortSignal | undefined, callback: (reason: unknown) => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) {
    callback(signal.reason);
    return () => {};
  }
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
