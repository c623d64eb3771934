/** What was put here lately. */
export interface Memory<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  remove(key: string): void;
}

/**
 * At most so many keys; the oldest go first. In two halves, of which the older is dropped as a whole: to look for the oldest key
 * of a Map walks over all that were deleted before it.
 */
export function createMemory<T>(limit: number): Memory<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return {
    get: (key) => young.get(key) ?? old.get(key),
    put(key, value) {
      if (young.size >= limit / 2) {
        old = young;
        young = new Map();
      }
      young.set(key, value);
    },
    remove(key) {
      young.delete(key);
      old.delete(key);
    },
  };
}
