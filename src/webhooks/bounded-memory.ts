/**
 * What fills up, in two halves, of which the older is dropped as a whole: to look for the oldest key of a Map walks over all that
 * were deleted before it.
 */
export interface Halves<T> {
  readonly young: T;
  readonly old: T;
  /** Before each addition to the young half: both together hold at most so many as `limit` says. */
  grow(): void;
}

export function createHalves<T>(limit: number, empty: () => T): Halves<T> {
  let size = 0;
  const halves = {
    young: empty(),
    old: empty(),
    grow() {
      if (++size <= limit / 2) return;
      size = 1;
      halves.old = halves.young;
      halves.young = empty();
    },
  };
  return halves;
}

/** What was put here lately. */
export interface Memory<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
}

/** At most so many keys; the oldest go first. */
export function createMemory<T>(limit: number): Memory<T> {
  const halves = createHalves(limit, () => new Map<string, T>());
  return {
    get: (key) => halves.young.get(key) ?? halves.old.get(key),
    put(key, value) {
      halves.grow();
      halves.young.set(key, value);
    },
  };
}
