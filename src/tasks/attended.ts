let attended = 0;
let alive: ReturnType<typeof setInterval> | undefined;

/** Keeps a process alive until it is called off: somebody waits here for something that idle pauses are part of. */
function attend(): () => void {
  if (!attended++) alive = setInterval(() => {}, 2 ** 30);
  return () => {
    if (!--attended) clearInterval(alive);
  };
}

/** A promise whose idle pauses keep a process alive only while somebody waits for it: a forgotten one does not. */
export class Attended<T> extends Promise<T> {
  // What `then` makes is an ordinary promise.
  static override get [Symbol.species]() {
    return Promise;
  }
  // biome-ignore lint/suspicious/noThenProperty: to know who waits is the purpose
  override then<A = T, B = never>(
    done?: ((value: T) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const leave = attend();
    super.then(leave, leave);
    return super.then(done, failed);
  }
}
