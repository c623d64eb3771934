/** Download links: signed, valid for an hour, and served as by an object store, with ranges and errors in XML. */
import { createHmac } from "node:crypto";
import { byteReply, jsonReply, type MockReply } from "./mock-reply.js";
import type { Exchange, MockCall, MockState, StoredFile } from "./mock-state.js";
import { requestedFaults } from "./parse-scenarios.js";
import { isPlayed, playScenario } from "./play-scenarios.js";
import type { FileContent } from "./video-clips.js";

// The documented hour, at any speed of the mock. The scenario `expired_link` plays its end.
const LIFETIME = 3_600_000;

/** A new link to a file, or one that has already expired: `/files/<id>/<name>?Expires=…&Signature=…`. */
export function newLink({ mock, origin }: Exchange, fileId: string, expired = false, filename = "output.mp4"): string {
  const expires = String(Math.ceil((mock.now() + (expired ? -LIFETIME : LIFETIME)) / 1000));
  // The name of an upload can contain any character.
  const path = `/files/${fileId}/${/^[\w-]+\.\w+$/.test(filename) ? filename : "file"}`;
  return `${origin}${path}?Expires=${expires}&Signature=${signatureOf(mock, path, expires)}`;
}

function signatureOf({ linkSecret }: MockState, path: string, expires: string): string {
  return createHmac("sha256", linkSecret).update(`${path}\n${expires}`).digest("base64url");
}

/** The id of the file that a link leads to; undefined for any other path. */
export function linkedFileId(path: string): string | undefined {
  return /^\/files\/(\d+)\/(?:moved\/)?[\w.-]+$/.exec(path)?.[1];
}

/** The reply to a request for a link. HEAD does not count as a download, and no scenario acts on it. */
export async function followLink(exchange: Exchange, id: string): Promise<MockReply> {
  const { mock, method, path, headers, query } = exchange;
  if (method !== "get" && method !== "head")
    return byteReply("text/plain", "", { status: 405, headers: { allow: "GET, HEAD" } });
  const file = mock.files.get(id);
  if (query.Signature !== signatureOf(mock, path.replace(MOVED, "/"), String(query.Expires)))
    return refusedLink("forged");
  if (Number(query.Expires) * 1000 <= mock.now()) return refusedLink("expired");
  // The signature is good, so the file existed and has been deleted.
  if (!file) return refusedLink("gone");
  if (method === "head") return fileReply(file, headers, await file.content());

  const { faults, problem } = requestedFaults({ headers, earlier: file.task?.faults });
  if (problem) return jsonReply({ title: problem, status: 400 }, { status: 400 });
  const call: MockCall = { ...exchange, operation: "download", subject: file.task?.taskId ?? id, key: "", faults, id };
  return redirection(call) ?? playScenario(call, () => download(call, file));
}

const PROBLEMS = {
  expired: [403, "AccessDenied", "Request has expired."],
  forged: [403, "SignatureDoesNotMatch", "The signature of the request does not match the signature you provided."],
  gone: [404, "NoSuchKey", "The specified key does not exist."],
} as const;

function refusedLink(note: keyof typeof PROBLEMS): MockReply {
  const [status, code, message] = PROBLEMS[note];
  const error = `<Error>\n  <Code>${code}</Code>\n  <Message>${message}</Message>\n</Error>\n`;
  return byteReply("application/xml", `<?xml version="1.0" encoding="UTF-8"?>\n${error}`, { status, note });
}

const MOVED = "/moved/";

/** A redirect, if a scenario requests one: to another path and another name of this machine, or to ftp. Only once per link. */
function redirection(call: MockCall): MockReply | undefined {
  const { origin, path, query } = call;
  if (path.includes(MOVED)) return undefined;
  const here = new URL(`${origin}${path}?Expires=${query.Expires}&Signature=${query.Signature}`);
  const elsewhere = new URL(here);
  elsewhere.hostname = here.hostname === "127.0.0.1" ? "localhost" : "127.0.0.1";
  elsewhere.pathname = path.replace(/\/(?=[\w.-]+$)/, MOVED);
  const targets = { redirected_link: elsewhere.href, misdirected_link: here.href.replace(/^https?/, "ftp") };
  const [note, location = ""] = Object.entries(targets).find(([name]) => isPlayed(call, name)) ?? [];
  return note === undefined ? undefined : byteReply("text/plain", "", { status: 302, headers: { location }, note });
}

async function download(call: MockCall, file: StoredFile): Promise<MockReply> {
  const content = await file.content(isPlayed(call, "file_changed"));
  const { bytes, etag, note } = content;
  if (call.headers.range !== undefined && isPlayed(call, "range_ignored"))
    return byteReply(file.type, bytes, { headers: { etag }, note });
  return fileReply(file, call.headers, content);
}

/** A file, or the requested range of it. */
function fileReply({ type }: StoredFile, sent: Exchange["headers"], { bytes, etag, note }: FileContent): MockReply {
  const isStale = sent["if-range"] !== undefined && sent["if-range"] !== etag;
  const range = isStale ? undefined : byteRange(sent.range, bytes.length);
  const headers = { etag, "accept-ranges": "bytes" };
  if (!range) return byteReply(type, bytes, { headers, note });
  const [first, last] = range;
  const isThere = first <= last;
  const place = `bytes ${isThere ? `${first}-${last}` : "*"}/${bytes.length}`;
  const extras = { status: isThere ? 206 : 416, headers: { ...headers, "content-range": place }, note };
  return byteReply(type, bytes.subarray(first, last + 1), extras);
}

/**
 * The first and the last byte that a Range header selects from a file of `size` bytes. The first comes after the last if the range
 * starts beyond the end. Undefined without a header, and for one that servers may ignore: another unit, several ranges.
 */
export function byteRange(header = "", size: number): [first: number, last: number] | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header.trim()) ?? [];
  if (from === "") return to === "" ? undefined : [Math.max(0, size - Number(to)), size - 1];
  if (to !== "" && Number(to) < Number(from)) return undefined;
  return [Number(from), to === "" ? size - 1 : Math.min(Number(to), size - 1)];
}
