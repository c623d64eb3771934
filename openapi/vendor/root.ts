/** Which of our roots a page is about, and which of its operations are which of ours. */
import type { Operation } from "../compare/operation.js";
import { DocumentError } from "../compare/resolve.js";
import type { Document, Json } from "../documents.js";

/** The root that has one of the page's servers. */
export function rootOf(theirs: Json, documents: Record<string, Document>): string {
  const urls = urlsOf(theirs);
  const hosts = urls.map(hostOf);
  const names = Object.keys(documents);
  const found = names.find((name) => urlsOf(documents[name]).some((our) => hosts.includes(hostOf(our))));
  if (found) return found;
  const told = urls.length ? `its server ${urls.join(", ")} is in none of our roots` : "it names no server";
  throw new DocumentError(`${told}; say which one to compare with: --root ${names.join("|")}`);
}

/** Ours that their path ends with: what stands before it belongs to the server. */
export function counterpart(their: Operation, ours: Operation[]): Operation | undefined {
  const path = anonymous(their.path);
  return ours.find((our) => our.method === their.method && path.endsWith(anonymous(our.path)));
}

/** Their servers as ours are written, with what stands before our path in theirs; nothing where they name none. */
export function serversOf(
  theirs: Json,
  pairs: { their: Operation; our?: Operation | undefined }[],
): string[] | undefined {
  const [prefix = ""] = pairs.flatMap(({ their, our }) => {
    return our ? their.path.slice(0, anonymous(their.path).length - anonymous(our.path).length) : [];
  });
  const urls = urlsOf(theirs).map((url) => url + prefix);
  return urls.length ? urls : undefined;
}

export function urlsOf({ servers }: Json): string[] {
  const named: Json[] = Array.isArray(servers) ? servers.filter((server) => typeof server?.url === "string") : [];
  return named.map(({ url }) => url.replace(/\/+$/, ""));
}

function hostOf(url: string): string {
  return url
    .replace(/^https?:\/\//i, "")
    .replace(/\/.*/, "")
    .toLowerCase();
}

/** `/v1/files/{id}` and `/v1/files/{file_id}` are the same path. */
function anonymous(path: string): string {
  return path.replace(/\{[^}]*\}/g, "{}");
}
