/** Which of our roots a page is about, and which of its operations are which of ours. */
import type { Operation } from "../compare/operation.js";
import { DocumentError } from "../compare/resolve.js";
import type { Document, Json } from "../documents.js";

/** The root that has one of the page's servers; `name` decides where none has. */
export function rootOf(theirs: Json, documents: Record<string, Document>, name?: string): string {
  if (name !== undefined) return name;
  const names = Object.keys(documents);
  const urls = urlsOf(theirs);
  const found = names.find((name) =>
    urls.some((url) => urlsOf(documents[name]).some((our) => hostOf(our) === hostOf(url))),
  );
  if (found) return found;
  const told = urls.length ? `its server ${urls.join(", ")} is in none of our roots` : "it names no server";
  throw new DocumentError(`${told}; say which one to compare with: --root ${names.join("|")}`);
}

/** Ours that their path ends with: what stands before it belongs to the server. The longest, where several do. */
export function counterpart(their: Operation, ours: Operation[]): Operation | undefined {
  const path = anonymous(their.path);
  const [found] = ours
    .filter((our) => our.method === their.method && path.endsWith(anonymous(our.path)))
    .sort((one, other) => other.path.length - one.path.length);
  return found;
}

/** Their servers as ours are written, with what stands before our path in theirs. */
export function serversOf(theirs: Json, pairs: [Operation, Operation | undefined][]): string[] {
  const prefixes = pairs.flatMap(([their, our]) => {
    return our ? their.path.slice(0, anonymous(their.path).length - anonymous(our.path).length) : [];
  });
  const [prefix = ""] = prefixes;
  return urlsOf(theirs).map((url) => url + prefix);
}

export function urlsOf({ servers = [] }: Json): string[] {
  return (servers as Json[]).map(({ url }) => String(url).replace(/\/+$/, ""));
}

function hostOf(url: string): string {
  return (
    url
      .replace(/^https?:\/\//i, "")
      .split("/")[0]
      ?.toLowerCase() ?? ""
  );
}

/** `/v1/files/{id}` and `/v1/files/{file_id}` are the same path. */
function anonymous(path: string): string {
  return path.replace(/\{[^}]*\}/g, "{}");
}
