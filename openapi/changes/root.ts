/** One root as it was and as it is: all that changed, and the version number that it asks for. */
import { relative, resolve, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Refusal } from "../command.js";
import { type Document, redoclyCall } from "../documents.js";
import { changesBeside } from "./beside.js";
import { type Change, changesIn } from "./change.js";
import { execute } from "./execute.js";
import { asked, highest, IMPACTS, type Impact, reaches } from "./version.js";
import { changesWitnessed } from "./witnesses.js";

export interface RootReport {
  name: string;
  state: "changed" | "same" | "new" | "gone";
  impact: Impact;
  /** `info.version` at the ref and now. */
  was?: string;
  is?: string;
  /** The lowest number that the changes ask for; nothing where there is nothing to number. */
  asks?: string;
  /** Whether `is` is as high as `asks`. */
  enough: boolean;
  /** What reaches furthest first. */
  changes: Change[];
}

/** One version of a root: its file, and everything as one document. */
export interface Version {
  file: string;
  document: Document;
}

/** Folders in which the files of a change may lie, and what each is called in the report. */
export type Places = Record<string, string>;

export async function reportOf(
  name: string,
  base: Version | undefined,
  revision: Version | undefined,
  places: Places,
  signal: AbortSignal,
): Promise<RootReport> {
  if (!base || !revision) return comeOrGone(name, base, revision);
  const [was, is] = [base, revision].map(({ document }) => String(document.info.version)) as [string, string];
  if (isDeepStrictEqual(base.document, revision.document))
    return { name, state: "same", impact: "none", was, is, asks: was, enough: true, changes: [] };
  const reported = await redoclyDiff(base.file, revision.file, signal);
  const changes = [
    ...reported.map((change) => located(change, places)),
    ...changesBeside(base.document, revision.document),
    ...changesWitnessed(base.document, revision.document),
  ].sort((one, other) => IMPACTS.indexOf(other.impact) - IMPACTS.indexOf(one.impact));
  const impact = highest(changes.map(({ impact }) => impact));
  const asks = asked(was, impact);
  return {
    name,
    state: changes.length ? "changed" : "same",
    impact,
    was,
    is,
    asks,
    enough: reaches(is, asks),
    changes,
  };
}

/** A root that nobody knew breaks nobody; one that is gone breaks whoever used it. */
function comeOrGone(name: string, base: Version | undefined, revision: Version | undefined): RootReport {
  const [was, is] = [base, revision].map((version) => version && String(version.document.info.version));
  return {
    name,
    state: base ? "gone" : "new",
    impact: base ? "major" : "minor",
    ...(was !== undefined && { was }),
    ...(is !== undefined && { is }),
    enough: true,
    changes: [],
  };
}

async function redoclyDiff(base: string, revision: string, signal: AbortSignal): Promise<Change[]> {
  const call = redoclyCall(["diff", base, revision, "--format", "json", "--fail-on", "none", "--lint-config", "off"]);
  const { code, stdout, stderr } = await execute({ ...call, cwd: process.cwd(), signal });
  if (code !== 0) throw new Refusal(`redocly diff failed: ${stderr.trim()}`);
  return changesIn(JSON.parse(stdout));
}

/** Redocly names files from where it runs; here each is named by the folder that it lies in. */
function located(change: Change, places: Places): Change {
  if (change.file === undefined) return change;
  const file = resolve(change.file);
  for (const [folder, called] of Object.entries(places)) {
    const inside = relative(folder, file);
    if (!inside.startsWith("..")) return { ...change, file: `${called}/${inside.split(sep).join("/")}` };
  }
  return change;
}
