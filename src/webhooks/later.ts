/** Something that may already be there: a callback that has to wait for nothing is answered without a turn of the event loop. */
export type MaybeLater<T> = T | Promise<T>;

/** `next` of a value, at once if it is there. Not called `then`: a module that exports that is taken for a promise. */
export function andThen<T, R>(value: MaybeLater<T>, next: (value: T) => MaybeLater<R>): MaybeLater<R> {
  // Somebody else's promise may be less than one.
  return isLater(value) ? Promise.resolve(value).then(next) : next(value);
}

export function isLater<T>(value: MaybeLater<T>): value is Promise<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** A value, or after some milliseconds another one; the first goes on all the same. */
export function within<T>(milliseconds: number, value: Promise<T>, otherwise: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds, otherwise);
    value.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
