/** Download links that are signed and expire. Pure. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** The verdict on a link that is followed. */
export type LinkVerdict = "good" | "expired" | "forged";

/** Signs and verifies links of the form `/files/<id>/<name>?Expires=…&Signature=…`. Times are in milliseconds. */
export interface LinkSigner {
  /** Path and query of a link to a file. `expires` is rounded up to the second. Default name: output.mp4. */
  sign(fileId: string, expires: number, name?: string): string;
  /** Whether a link may be followed at `now`. A link that is both expired and forged is forged. */
  verify(url: URL, now: number): LinkVerdict;
}

/** Links that only a holder of `secret` can make. */
export function linkSigner(secret: string): LinkSigner {
  const signature = (path: string, expires: string) =>
    createHmac("sha256", secret).update(`${path}\n${expires}`).digest("base64url");
  return {
    sign(fileId, expires, name = "output.mp4") {
      const path = `/files/${fileId}/${name}`;
      const seconds = String(Math.ceil(expires / 1000));
      return `${path}?Expires=${seconds}&Signature=${signature(path, seconds)}`;
    },
    verify({ pathname, searchParams }, now) {
      const expires = searchParams.get("Expires") ?? "";
      const expected = Buffer.from(signature(pathname.replace(MOVED, "/"), expires));
      const given = Buffer.from(searchParams.get("Signature") ?? "");
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return "forged";
      return Number(expires) * 1000 > now ? "good" : "expired";
    },
  };
}

const MOVED = "/moved/";

/** The id of the file that a link leads to; undefined for any other path. */
export function linkedFileId(path: string): string | undefined {
  return /^\/files\/(\d+)\/(?:moved\/)?[\w.-]+$/.exec(path)?.[1];
}

/** The same link at another path, and at another name of this machine; undefined if it has already moved. */
export function movedLink(link: URL): URL | undefined {
  if (link.pathname.includes(MOVED)) return undefined;
  const moved = new URL(link);
  moved.pathname = link.pathname.replace(/\/(?=[\w.-]+$)/, MOVED);
  if (link.hostname === "127.0.0.1") moved.hostname = "localhost";
  else if (link.hostname === "localhost") moved.hostname = "127.0.0.1";
  return moved;
}
