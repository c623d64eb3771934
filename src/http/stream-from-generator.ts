/** A stream of what is pulled, never pushed: nothing is fetched, or kept, that nobody reads. */
export function pulled<T>(chunks: AsyncGenerator<T, unknown>, cancel: (reason: unknown) => void): ReadableStream<T> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        // What is not the end is a piece.
        else controller.enqueue(value as T);
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
}
