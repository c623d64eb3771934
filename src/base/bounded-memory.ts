export type Memory<T> = ReturnType<typeof createMemory<T>>;

/** Creates a memory for at most `limit` keys. The oldest are dropped first. */
export function createMemory<T>(limit: number) {
  const values = new Map<string, T>();
  // Reused, because a new iterator would step over every deleted key again.
  const oldest = values.keys();
  return {
    get: (key: string) => values.get(key),
    put(key: string, value: T): void {
      values.set(key, value);
      if (values.size > limit) values.delete(oldest.next().value as string); // not empty
    },
  };
}
