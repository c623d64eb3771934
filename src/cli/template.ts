import { defined } from "../base/record.js";
import { UsageError } from "./exit-codes.js";
import { buy } from "./generate.js";
import type { Io } from "./io.js";
import { journalFrom } from "./journal.js";
import type { Parsed } from "./parse-command-line.js";
import { imageFrom } from "./read-input.js";
import { openSession } from "./session.js";

/** `minimax-video template`: makes a video from a template and the inputs for its blanks. */
export async function template({ values, argument: template_id }: Parsed<"template">, io: Io): Promise<number> {
  const session = openSession(values, io, await journalFrom(values, io));
  const { text, media, "callback-url": callback_url } = values;
  if (text?.includes("-")) throw new UsageError("--text takes the text itself and does not read stdin");
  const images = media && (await Promise.all(media.map((value) => imageFrom("media", value))));
  const body = defined({
    template_id,
    text_inputs: text?.map((value) => ({ value })),
    media_inputs: images?.map((value) => ({ value })),
    callback_url,
  });
  return buy({ body }, values, session);
}
