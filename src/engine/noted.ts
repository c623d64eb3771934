import type { Journal } from "../journal.js";
import type { Engine } from "./engine.js";

/** Tells the journal, where there is one, what has happened already: a fault of it is logged, and loses nothing. */
export async function noted(
  { journal, logger }: Pick<Engine, "journal" | "logger">,
  write: (journal: Journal) => Promise<void>,
): Promise<void> {
  if (!journal) return;
  try {
    await write(journal);
  } catch (error) {
    logger?.debug("the journal could not be written", { reason: error instanceof Error ? error.message : "" });
  }
}
