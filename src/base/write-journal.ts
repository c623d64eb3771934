import { bounded } from "./deadline.js";
import type { Journal } from "./journal.js";
import type { Logger } from "./logger.js";

/** Milliseconds that a journal may take to record what has already happened. */
const LONGEST = 10_000;

/** Records in the journal what has already happened. A journal that fails or hangs is logged and ignored. */
export async function writeJournal(
  { journal, logger }: { journal: Journal | undefined; logger: Logger | undefined },
  write: (journal: Journal) => Promise<unknown>,
  signal?: AbortSignal,
  longest = LONGEST,
): Promise<void> {
  if (!journal) return;
  const within = Math.min(longest, LONGEST);
  const writing = (async () => write(journal))()
    .then(() => "")
    .catch((error) => (error instanceof Error ? error.message : "it failed"))
    // Reading an error may throw as well.
    .catch(() => "it failed");
  const reason = (await bounded(writing, within, signal)) ?? `it took longer than ${within / 1000} s`;
  if (reason) logger?.debug("the journal could not be written", { reason });
}
