/** Where a page comes from: a file, the standard input, or an http(s) address. */
import { createReadStream } from "node:fs";
import { type Io, Refusal } from "../command.js";

/** No documentation page is larger; whatever is, is something else. */
const MOST_BYTES = 5 * 1024 * 1024;

/** The text of the page. Throws a {@link Refusal} that names the source, without the query of an address. */
export async function pageFrom(source: string, { stdin, signal }: Pick<Io, "stdin" | "signal">): Promise<string> {
  if (/^[a-z][a-z+.-]+:\/\//i.test(source) && !isAddress(source))
    throw new Refusal("An address must begin with https:// or http://.");
  try {
    if (source === "-") return await collect(stdin);
    if (!isAddress(source)) return await collect(createReadStream(source));
    return await download(source, signal);
  } catch (error) {
    throw new Refusal(
      `${nameOf(source)} ${error instanceof Unfit ? error.message : `cannot be read: ${reasonOf(error)}`}.`,
    );
  }
}

/** The name under which a source is told. */
export function nameOf(source: string): string {
  if (source === "-") return "standard input";
  return isAddress(source) ? source.replace(/[?#].*/, "").replace(/\/\/[^/]*@/, "//") : source;
}

function isAddress(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/** What arrived is no page. */
class Unfit extends Error {}

async function download(address: string, signal: AbortSignal): Promise<string> {
  const accept = "text/markdown, application/yaml, application/json, text/plain, */*;q=0.1";
  const response = await fetch(address, { signal, headers: { accept } });
  if (!response.ok) throw new Unfit(`answered HTTP ${response.status}`);
  return await collect(response.body ?? []);
}

async function collect(chunks: AsyncIterable<Uint8Array | string> | Iterable<never>): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new Unfit("is larger than 5 MB, which no page is");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** `ENOENT` and the like, which lie at the bottom of what fetch throws; nothing that may quote an address. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "it did not answer in time";
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "the connection failed";
}
