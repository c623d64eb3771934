/** Where a page comes from: a file, the standard input, or an http(s) address. */
import { createReadStream } from "node:fs";
import { type Io, Refusal } from "../command.js";

/** No documentation page is larger; whatever is, is something else. */
const MOST_BYTES = 5 * 1024 * 1024;
const TIMEOUT = 20_000;

interface SourceOptions {
  /** Milliseconds until an address must have answered to the end. Default 20 seconds. */
  timeout?: number;
}

/** The text of the page. Throws a {@link Refusal} that names the source, without the query of an address. */
export async function pageFrom(
  source: string,
  { stdin, signal }: Pick<Io, "stdin" | "signal">,
  { timeout = TIMEOUT }: SourceOptions = {},
): Promise<string> {
  if (source === "-") return collect(stdin, "the standard input");
  if (/^https?:\/\//i.test(source)) return download(source, AbortSignal.any([signal, AbortSignal.timeout(timeout)]));
  if (/^[a-z][a-z+.-]+:\/\//i.test(source)) throw new Refusal("An address must begin with https:// or http://.");
  try {
    return await collect(createReadStream(source), source);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(`${source} cannot be read: ${reasonOf(error)}.`);
  }
}

/** The name under which a source is told. */
export function nameOf(source: string): string {
  if (source === "-") return "standard input";
  if (!URL.canParse(source)) return source;
  const { origin, pathname } = new URL(source);
  return /^https?:/i.test(source) ? origin + pathname : source;
}

async function download(address: string, signal: AbortSignal): Promise<string> {
  const name = nameOf(address);
  try {
    const headers = { accept: "text/markdown, application/yaml, application/json, text/plain, */*;q=0.1" };
    const response = await fetch(address, { signal, headers });
    if (!response.ok) throw new Refusal(`${name} answered HTTP ${response.status}.`);
    return await collect(response.body ?? [], name);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const late = error instanceof Error && error.name === "TimeoutError";
    throw new Refusal(`${name} cannot be read: ${late ? "it did not answer in time" : reasonOf(error)}.`);
  }
}

async function collect(chunks: AsyncIterable<Uint8Array | string> | Iterable<never>, name: string): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Refusal(`${name} is larger than 5 MB, which no page is.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** `ENOENT` and the like, which lie at the bottom of what fetch throws; nothing that may quote an address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "the connection failed";
}
