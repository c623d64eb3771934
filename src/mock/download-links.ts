/** Download links: signed, valid for an hour, and served as by an object store, with ranges and errors in XML. */
import { createHmac } from "node:crypto";
import { byteReply, type MockReply, type RawReply } from "./mock-reply.js";
import type { MockCall, MockState, StoredFile } from "./mock-state.js";
import { faultsInHeader, mergeFaults } from "./parse-scenarios.js";
import { pickByName, playScenario } from "./play-scenarios.js";
import type { PrismRequest } from "./prism-engine.js";
import type { FileContent } from "./video-clips.js";

const LIFETIME = 3_600_000;
// Without a minimum, links of a fast mock would expire before anyone can follow them.
const SHORTEST_LIFETIME = 60_000;

export interface LinkOptions {
  /** Where the caller reached the mock. */
  origin: string;
  filename?: string;
  /** Whether the link has already expired. */
  expired?: boolean;
}

/** A new link to a file: `/files/<id>/<name>?Expires=…&Signature=…`. */
export function newLink(
  { linkSecret, now, speed }: MockState,
  fileId: string,
  { origin, filename = "output.mp4", expired = false }: LinkOptions,
): string {
  const lifetime = expired ? -LIFETIME : Math.max(SHORTEST_LIFETIME, LIFETIME / speed);
  const expires = String(Math.ceil((now() + lifetime) / 1000));
  // The name of an upload can contain any character.
  const path = `/files/${fileId}/${/^[\w-]+\.\w+$/.test(filename) ? filename : "file"}`;
  return `${origin}${path}?Expires=${expires}&Signature=${signatureOf(linkSecret, path, expires)}`;
}

function signatureOf(secret: string, path: string, expires: string): string {
  return createHmac("sha256", secret).update(`${path}\n${expires}`).digest("base64url");
}

/** The id of the file that a link leads to; undefined for any other path. */
export function linkedFileId(path: string): string | undefined {
  return /^\/files\/(\d+)\/(?:moved\/)?[\w.-]+$/.exec(path)?.[1];
}

/** The reply to a request for a link. HEAD does not count as a download, and no scenario acts on it. */
export async function followLink(
  state: MockState,
  url: URL,
  { method, headers }: Pick<PrismRequest, "method" | "headers">,
): Promise<MockReply> {
  if (method !== "get" && method !== "head") return { raw: byteReply(405, "text/plain", "", { allow: "GET, HEAD" }) };
  const id = linkedFileId(url.pathname) ?? "";
  const file = state.files.get(id);
  const problem = problemWith(state, url);
  if (problem) return refusedLink(problem);
  // The signature is good, so the file existed and has been deleted.
  if (!file) return refusedLink("gone");
  if (method === "head") return { raw: fileReply(file, headers, await file.content()) };

  const asked = mergeFaults(faultsInHeader(headers), { faults: file.faults, problems: [] });
  if (asked.problems.length > 0) return { json: { title: asked.problems.join("; "), status: 400 }, status: 400 };
  const { subject } = file;
  const about = { operation: "download", subject, key: "", faults: asked.faults, id, origin: url.origin } as const;
  const call: MockCall = { ...about, method, path: url.pathname, query: {}, headers };
  return redirection(state, call, url) ?? playScenario(state, call, () => download(state, call, file));
}

function problemWith({ linkSecret, now }: MockState, { pathname, searchParams }: URL): LinkProblem | undefined {
  const expires = searchParams.get("Expires") ?? "";
  const signature = signatureOf(linkSecret, pathname.replace(MOVED, "/"), expires);
  if (searchParams.get("Signature") !== signature) return "forged";
  return Number(expires) * 1000 > now() ? undefined : "expired";
}

type LinkProblem = "expired" | "forged" | "gone";

const PROBLEMS: Record<LinkProblem, [status: number, code: string, message: string]> = {
  expired: [403, "AccessDenied", "Request has expired."],
  forged: [403, "SignatureDoesNotMatch", "The signature of the request does not match the signature you provided."],
  gone: [404, "NoSuchKey", "The specified key does not exist."],
};

function refusedLink(problem: LinkProblem): MockReply {
  const [status, code, message] = PROBLEMS[problem];
  const error = `<Error>\n  <Code>${code}</Code>\n  <Message>${message}</Message>\n</Error>\n`;
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${error}`;
  return { raw: byteReply(status, "application/xml", xml), note: problem };
}

const MOVED = "/moved/";

/** A redirect, if a scenario requests one: to another path and another name of this machine, or to no HTTP. Only once per link. */
function redirection(state: MockState, call: MockCall, url: URL): MockReply | undefined {
  if (url.pathname.includes(MOVED)) return undefined;
  const { host, port, pathname, search } = url;
  const other = host.startsWith("127.0.0.1") ? `localhost:${port}` : `127.0.0.1:${port}`;
  const targets = {
    redirected_link: `http://${other}${pathname.replace(/\/(?=[\w.-]+$)/, MOVED)}${search}`,
    misdirected_link: `ftp://${host}${pathname}${search}`,
  };
  for (const [note, location] of Object.entries(targets))
    if (pickByName(state, call, note)) return { raw: byteReply(302, "text/plain", "", { location }), note };
  return undefined;
}

async function download(state: MockState, call: MockCall, file: StoredFile): Promise<MockReply> {
  const { headers } = call;
  const changed = pickByName(state, call, "file_changed") !== undefined;
  const ignored = headers.range !== undefined && pickByName(state, call, "range_ignored") !== undefined;
  const content = await file.content(changed);
  const whole = byteReply(200, file.type, content.bytes, { etag: content.etag });
  return { raw: ignored ? whole : fileReply(file, headers, content), note: content.note };
}

/** A file, or the requested range of it. */
function fileReply({ type }: StoredFile, requested: PrismRequest["headers"], { bytes, etag }: FileContent): RawReply {
  const isStale = requested["if-range"] !== undefined && requested["if-range"] !== etag;
  const range = byteRange(isStale ? undefined : requested.range, bytes.length);
  const part = (status: number, content: Buffer, headers = {}) =>
    byteReply(status, type, content, { etag, "accept-ranges": "bytes", ...headers });
  if (range === "whole") return part(200, bytes);
  if (range === "unsatisfiable") return part(416, Buffer.alloc(0), { "content-range": `bytes */${bytes.length}` });
  const [start, end] = range;
  return part(206, bytes.subarray(start, end + 1), { "content-range": `bytes ${start}-${end}/${bytes.length}` });
}

/**
 * The first and the last byte that a Range header selects from a file of `size` bytes, both inclusive. "whole" without a header,
 * and for a header that servers may ignore (another unit, several ranges, invalid syntax); "unsatisfiable" if the range starts
 * beyond the end.
 */
export function byteRange(
  header: string | undefined,
  size: number,
): [first: number, last: number] | "whole" | "unsatisfiable" {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (first === "" && last === "") return "whole";
  if (first === "") return last === "0" ? "unsatisfiable" : [Math.max(0, size - Number(last)), size - 1];
  if (last !== "" && Number(last) < Number(first)) return "whole";
  if (Number(first) >= size) return "unsatisfiable";
  return [Number(first), last === "" ? size - 1 : Math.min(Number(last), size - 1)];
}
