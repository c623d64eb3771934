/** Remembers the most recent values. */
export interface Memory<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
}

/** Creates a memory for at most `limit` keys. The oldest are dropped first. */
export function createMemory<T>(limit: number): Memory<T> {
  const values = new Map<string, T>();
  // Reused, because a new iterator would step over every deleted key again.
  const oldest = values.keys();
  return {
    get: (key) => values.get(key),
    put(key, value) {
      values.set(key, value);
      if (values.size > limit) values.delete(oldest.next().value as string); // not empty
    },
  };
}
