import { buy } from "./buy.js";
import type { Io } from "./io.js";
import { journalFrom } from "./journal.js";
import { parse } from "./options.js";
import { requestFrom } from "./request.js";
import { openSession } from "./session.js";

/** `minimax-video generate`: one video from words, frames or a face. */
export async function generate(args: readonly string[], io: Io): Promise<number> {
  const { values, argument } = parse("generate", args);
  const session = openSession(values, io, await journalFrom(values, io));
  return buy(await requestFrom(values, argument, io), values, session);
}
