import { bounded } from "../base/clock.js";
import type { Journal } from "../base/journal.js";
import type { Engine } from "./engine.js";

/** Milliseconds that a journal may take to note what has happened already. */
const LONGEST = 10_000;

/**
 * Tells the journal, if there is one, what has happened already. A journal that fails or hangs is logged, and nothing is lost.
 * @throws the reason of `signal`, when that aborts.
 */
export async function noted(
  { journal, logger }: Pick<Engine, "journal" | "logger">,
  write: (journal: Journal) => Promise<unknown>,
  signal?: AbortSignal,
  longest = LONGEST,
): Promise<void> {
  if (!journal) return;
  const within = Math.min(longest, LONGEST);
  let reason = `it took longer than ${within / 1000} s`;
  const writing = Promise.resolve()
    .then(() => write(journal))
    .then(
      () => {
        reason = "";
      },
      (error) => {
        reason = "it failed";
        if (error instanceof Error) reason = error.message;
      },
    )
    // An error need not be readable.
    .catch(() => {});
  await bounded(writing, within, signal);
  if (reason) logger?.debug("the journal could not be written", { reason });
}
