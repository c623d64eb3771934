/** The specs at a commit compared with those in the working tree, root by root, and the version number each must have. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { parse } from "yaml";
import { bundles, type Document, folder, Refusal, rootsIn } from "../documents.js";
import { type Change, changesBetween } from "./changes.js";
import { withPast } from "./git-past.js";
import { asked, atLeast, highest, IMPACTS, type Impact, reaches } from "./version.js";

export interface Report {
  ref: string;
  commit: string;
  /** Of all roots. */
  impact: Impact;
  roots: RootReport[];
}

export interface RootReport {
  name: string;
  state: "changed" | "same" | "new" | "gone";
  impact: Impact;
  /** `info.version` at the ref and now. */
  was?: string;
  is?: string;
  /** The lowest number that the changes allow; absent for a root that is new or gone. */
  asks?: string;
  /** Whether `is` is as high as `asks`; changes of words alone may wait. */
  enough: boolean;
  /** The highest impact first. */
  changes: Change[];
}

/** `at` is the folder of the specs. Default ours. */
export function compareWith(ref: string, signal: AbortSignal, at = folder): Promise<Report> {
  return withPast(ref, at, signal, async ({ commit, folder: past }) => {
    // One after the other: if one fails, the other must not still be writing files.
    const revision = await documentsAt(at, "in the working tree", signal);
    const base = await documentsAt(past, `at ${ref}`, signal);
    const names = [...new Set([...Object.keys(revision), ...Object.keys(base)])];
    const roots = names.map((name) => reportOf(name, base[name], revision[name], at));
    return { ref, commit, impact: highest(roots.map(({ impact }) => impact)), roots };
  });
}

/** Bundling also proves that every reference leads somewhere, which the diff would not notice. */
function documentsAt(at: string, where: string, signal: AbortSignal): Promise<Record<string, Document>> {
  return bundles({ at, signal }).catch((error) => {
    throw error instanceof Refusal ? new Refusal(`The specs ${where} cannot be bundled. ${error.message}`) : error;
  });
}

function reportOf(name: string, base: Document | undefined, revision: Document | undefined, at: string): RootReport {
  const [was, is] = [base, revision].map((document) => String(document?.info.version)) as [string, string];
  // A new root breaks nobody; one that is gone breaks its users.
  if (!revision) return { name, state: "gone", impact: "major", was, enough: true, changes: [] };
  if (!base) return { name, state: "new", impact: "minor", is, enough: true, changes: [] };
  const { [name]: root = "" } = rootsIn(at);
  const changes = changesBetween(base, revision).map((change) => {
    const file = fileOf(change.place, root, at);
    return file === undefined ? change : { ...change, file };
  });
  changes.sort((one, other) => IMPACTS.indexOf(other.impact) - IMPACTS.indexOf(one.impact));
  const impact = highest(changes.map((change) => change.impact));
  const asks = asked(was, impact);
  const enough = reaches(is, asks) || !atLeast(impact, "minor");
  return { name, state: changes.length ? "changed" : "same", impact, was, is, asks, enough, changes };
}

/** The file of the path or the schema that a change is about; undefined if it is gone. */
function fileOf(place: string, root: string, at: string): string | undefined {
  const [, path, schema] = /^[A-Z]+ (\/\S+)|^components\.schemas\.(\w+)/.exec(place) ?? [];
  const item = path && parse(readFileSync(root, "utf8")).paths?.[path];
  const file = schema
    ? join(at, "schemas", `${schema}.yaml`)
    : item && join(dirname(root), item.$ref ?? basename(root));
  return file && existsSync(file) ? ["openapi", ...relative(at, file).split(sep)].join("/") : undefined;
}
