import { onlyGiven } from "./build-request.js";
import { parse, type Values } from "./command-options.js";
import { UsageError } from "./exit-codes.js";
import { buy } from "./generate.js";
import type { Io } from "./io.js";
import { journalFrom } from "./journal.js";
import { imageFrom } from "./read-input.js";
import { openSession } from "./session.js";

/** `minimax-video template`: makes a video from a template and the inputs for its blanks. */
export async function template(args: readonly string[], io: Io): Promise<number> {
  const { values, argument } = parse("template", args);
  if (argument === undefined)
    throw new UsageError("Say which template: give its id, which has only digits (--help lists them)");
  const session = openSession(values, io, await journalFrom(values, io));
  return buy({ body: await templateBodyFrom(argument, values) }, values, session);
}

async function templateBodyFrom(
  id: string,
  { text, media, "callback-url": callback }: Values<"template">,
): Promise<unknown> {
  if (text?.includes("-")) throw new UsageError("--text takes the text itself and does not read stdin");
  const images = media && (await Promise.all(media.map((value) => imageFrom("media", value))));
  return onlyGiven({
    template_id: id,
    text_inputs: text?.map((value) => ({ value })),
    media_inputs: images?.map((value) => ({ value })),
    callback_url: callback,
  });
}
