/** Remembers the latest values. */
export interface Memory<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
}

/** A memory of at most `limit` keys. The oldest go first. */
export function createMemory<T>(limit: number): Memory<T> {
  const values = new Map<string, T>();
  // One iterator for good: a new one would walk over every deleted key again.
  const oldest = values.keys();
  return {
    get: (key) => values.get(key),
    put(key, value) {
      values.set(key, value);
      if (values.size > limit) values.delete(oldest.next().value as string); // not empty
    },
  };
}
