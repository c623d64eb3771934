/** Download links that are signed and expire, and the part of a file that a Range header asks for. Pure. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** What a link turns out to be when it is used. */
export type LinkVerdict = "good" | "expired" | "forged";

/** Makes and judges links of the form `/files/<id>/<name>?Expires=…&Signature=…`. Times are in milliseconds. */
export interface Links {
  /** Path and query of a link to a file, good until `expires`, which is rounded up to the second. Default name: output.mp4. */
  sign(fileId: string, expires: number, name?: string): string;
  /** Whether a link may be followed at `now`. A link that is both expired and forged is forged. */
  judge(url: URL, now: number): LinkVerdict;
}

/** Links that only the holder of `secret` can make. */
export function signer(secret: string): Links {
  const signature = (path: string, expires: string) =>
    createHmac("sha256", secret).update(`${path}\n${expires}`).digest("base64url");
  return {
    sign(fileId, expires, name = "output.mp4") {
      const path = `/files/${fileId}/${name}`;
      const seconds = String(Math.ceil(expires / 1000));
      return `${path}?Expires=${seconds}&Signature=${signature(path, seconds)}`;
    },
    judge({ pathname, searchParams }, now) {
      const expires = searchParams.get("Expires") ?? "";
      const expected = Buffer.from(signature(pathname.replace(MOVED, "/"), expires));
      const given = Buffer.from(searchParams.get("Signature") ?? "");
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "forged";
      return Number(expires) * 1000 > now ? "good" : "expired";
    },
  };
}

const MOVED = "/moved/";

/** The id of the file that a path leads to; undefined for any other path. */
export function fileIdIn(path: string): string | undefined {
  return /^\/files\/(\d+)\/(?:moved\/)?[\w.-]+$/.exec(path)?.[1];
}

/** The same link on another path, and on this machine by another name of it too; undefined when it has already moved. */
export function movedFrom(link: URL): URL | undefined {
  if (link.pathname.includes(MOVED)) return undefined;
  const moved = new URL(link);
  moved.pathname = link.pathname.replace(/\/(?=[\w.-]+$)/, MOVED);
  if (link.hostname === "127.0.0.1") moved.hostname = "localhost";
  else if (link.hostname === "localhost") moved.hostname = "127.0.0.1";
  return moved;
}

/** First and last byte, both included. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The bytes that a Range header asks for, of a file of `size` bytes. "whole" without a header, and for what a server may
 * ignore (another unit, several ranges, nonsense); "unsatisfiable" when the range begins behind the end.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | "whole" | "unsatisfiable" {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "") ?? [];
  if (first === "" && last === "") return "whole";
  if (first === "") return last === "0" ? "unsatisfiable" : { start: Math.max(0, size - Number(last)), end: size - 1 };
  if (last !== "" && Number(last) < Number(first)) return "whole";
  if (Number(first) >= size) return "unsatisfiable";
  return { start: Number(first), end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}
