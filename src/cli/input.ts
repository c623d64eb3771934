import { readFile } from "node:fs/promises";
import { ValidationError } from "../errors.js";
import type { ImageMedia } from "../media/media.js";
import { imageFile } from "../node/index.js";
import { Interrupted, UsageError } from "./exit.js";
import type { Io } from "./io.js";

/**
 * JSON from a file, or from stdin for "-".
 * @throws {UsageError} that names the place of a mistake, and quotes nothing of the file: a prompt may stand there.
 */
export async function readJson(path: string, io: Pick<Io, "stdin" | "signal">): Promise<unknown> {
  if (path === "-") return parseJson(await stdinOf(io), "stdin");
  const text = await readFile(path, "utf8").catch((cause) => {
    const why = cause.code === "ENOENT" ? "there is no such file" : (cause.code ?? cause.message);
    throw new UsageError(`Cannot read ${path}: ${why}`, { cause });
  });
  return parseJson(text, path);
}

/** @throws {UsageError} as `readJson` does. */
export function parseJson(text: string, name: string): unknown {
  try {
    // An editor's byte order mark is no mistake of the user's.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const [, at] = /position (\d+)/.exec(String(error)) ?? [];
    const line = at === undefined ? "" : ` (line ${text.slice(0, Number(at)).split("\n").length})`;
    throw new UsageError(`${name} holds no valid JSON${line}`);
  }
}

/** Everything up to the end of stdin, or Ctrl-C: nobody may ever write there. */
async function stdinOf({ stdin, signal }: Pick<Io, "stdin" | "signal">): Promise<string> {
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(new Interrupted("Stopped. Nothing was sent.")), { once: true });
  });
  return Promise.race([collected(stdin), stopped]);
}

async function collected(chunks: Io["stdin"]): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts).toString("utf8");
}

// Longer than any path; without this line, base64 given without its "data:" would come back in an error message.
const LONGEST_PATH = 1024;

/**
 * An image for a request field: a URL or data URL as it is, a local file as bytes to send.
 * @throws {UsageError} for what is none of them; {ValidationError} for a file that is no image the service takes.
 */
export async function imageFrom(option: string, value: string): Promise<ImageMedia | string> {
  if (/^(https?|data):/i.test(value)) return value;
  if (/^[a-z][\w+.-]+:\/\//i.test(value) || value.length > LONGEST_PATH || value === "")
    throw new UsageError(`--${option} takes a file, an http(s) URL or a data URL`);
  return imageFile(value).catch((error) => {
    if (error instanceof ValidationError) throw error;
    throw new UsageError(error.message, { cause: error });
  });
}
