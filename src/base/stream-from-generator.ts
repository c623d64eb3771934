/** A stream that pulls a chunk from the generator only when one is read, so that nothing is fetched ahead of its reader. */
export function streamFromGenerator<T>(
  chunks: AsyncGenerator<T, unknown>,
  cancel: (reason: unknown) => unknown = () => chunks.return(undefined),
): ReadableStream<T> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        // If it is not the end, it is a chunk.
        else controller.enqueue(value as T);
      },
      cancel: async (reason) => void (await cancel(reason)),
    },
    { highWaterMark: 0 },
  );
}
