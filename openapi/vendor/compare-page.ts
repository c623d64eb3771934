/** Compares a vendor's page with one of our roots, in what vendors write in a comparable way. */
import { arrayOf } from "../../src/base/record.js";
import { anonymous, callsIn, compareOperations } from "../compare/compare-operations.js";
import { type Difference, difference } from "../compare/outlines.js";
import { type Document, type Json, Refusal } from "../documents.js";
import type { Operation } from "../operations.js";
import { compareExamples, inMeantMode } from "./examples.js";
import { type Known, knownFor } from "./known-differences.js";
import type { Found } from "./page.js";

/** What a page says about the operations of one of our roots. */
export interface Comparison {
  what: string;
  root: string;
  /** Names of the page's operations. */
  operations: string[];
  /** Differences that are not decided yet. */
  news: Difference[];
  known: (Difference & { heading: string })[];
}

/** `root` is the name of our root. Default: the one that has the page's server. */
export function comparePage(
  { what, document }: Found,
  documents: Record<string, Document>,
  known: Known[],
  root?: string,
): Comparison {
  const [name, ours] = rootOf(document, documents, root);
  const operations = callsIn(document, pathToFold(document, ours)).map((operation) => operation.name);
  if (operations.length === 0) throw new Refusal(`${what} has no operations`);
  const found: Comparison = { what, root: name, operations, news: [], known: [] };
  for (const difference of compareVendor(document, ours)) {
    const decided = knownFor(name, difference, known);
    if (decided) found.known.push({ ...difference, heading: decided.heading });
    else found.news.push(difference);
  }
  return found;
}

/** Finds the named root, or the one that has one of the page's servers. */
function rootOf(theirs: Json, documents: Record<string, Document>, root?: string): [name: string, document: Document] {
  const urls = urlsOf(theirs);
  const hosts = urls.map(hostOf);
  const found = Object.entries(documents).find(([name, document]) => {
    return root === undefined ? urlsOf(document).some((url) => hosts.includes(hostOf(url))) : name === root;
  });
  if (found) return found;
  const reason = urls.length ? `its server ${urls.join(", ")} is in none of our roots` : "it names no server";
  throw new Refusal(`${reason}; name one to compare with: --root ${Object.keys(documents).join("|")}`);
}

function hostOf(url: string): string {
  const [host = ""] = url.replace(/^https?:\/\//i, "").split("/");
  return host.toLowerCase();
}

/** Compares all operations of a vendor's document with ours. */
export function compareVendor(theirs: Document, ours: Document): Difference[] {
  const ourCalls = callsIn(ours);
  const folded = pathToFold(theirs, ours);
  const pairs = callsIn(theirs, folded).map((their) => ({ their, our: counterpart(their, ourCalls) }));
  const paired = pairs.flatMap(({ our }) => our ?? []);
  // Other pages describe the other operations: a page with one operation lacks none, and a page about V2 lacks nothing of V1.
  const told = pairs.length > 1 ? paired.map(versionOf) : [];
  const missing = ourCalls.filter((our) => !paired.includes(our) && told.includes(versionOf(our)));
  const [prefix = ""] = pairs.flatMap(({ their, our }) =>
    our ? their.path.slice(0, anonymous(their.path).length - anonymous(our.path).length) : [],
  );
  const urls = urlsOf(theirs).flatMap((url) => url.slice(0, url.length - folded.length) + prefix || []);
  return [
    ...difference("servers", "values", urls.length ? urls : undefined, urlsOf(ours)),
    ...pairs.flatMap(({ their, our }) => compareCalls(their, our)),
    ...missing.flatMap((our) => compareCalls(undefined, our)),
  ];
}

/** Compares one operation of both. Either may be absent. */
export function compareCalls(theirs?: Operation, ours?: Operation): Difference[] {
  const meant = theirs && ours ? inMeantMode(theirs, ours) : ours;
  const facts = compareOperations(theirs && comparable(theirs), meant && comparable(meant));
  return [
    // Not every page has an operationId.
    ...facts.filter(({ aspect, theirs }) => aspect !== "operationId" || theirs !== undefined),
    ...(theirs && meant ? compareExamples(theirs, meant) : []),
  ].map((one) => ({ ...one, aspect: one.aspect.replace("list of ", "") }));
}

/** What vendors write about an operation in a comparable way: its parameters, its JSON bodies, and what they call it. */
function comparable(operation: Operation): Operation {
  const places = operation.places.map((place) => ({ ...place, headers: [], ...(place.form && { schema: undefined }) }));
  return { ...operation, security: undefined, callbacks: [], places };
}

/** The path that all of their servers share (`/v1` for `https://a.example/v1`). Empty if one of their servers is also ours. */
function pathToFold(theirs: Document, ours: Document): string {
  const urls = urlsOf(theirs);
  const [path = "", ...others] = new Set(urls.map((url) => url.replace(/^[a-z]+:\/\/[^/]*/i, "")));
  return others.length || urls.some((url) => urlsOf(ours).includes(url)) ? "" : path;
}

/** Finds our operation with the path that theirs ends with: the beginning may belong to the server. */
function counterpart(their: Operation, ours: Operation[]): Operation | undefined {
  return ours.find((our) => our.method === their.method && anonymous(their.path).endsWith(anonymous(our.path)));
}

/** `v2` of `/v2/video_generation`. */
function versionOf({ path }: Operation): string | undefined {
  return path.split("/")[1];
}

/** The URLs of a document's servers, without trailing slashes. */
function urlsOf({ servers }: { servers?: Json }): string[] {
  const urls = arrayOf(servers).map((server: Json) => server?.url);
  return urls.filter((url) => typeof url === "string").map((url) => url.replace(/\/+$/, ""));
}
