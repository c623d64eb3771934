/** One root as it was and as it is: all that changed, and the version number that it asks for. */
import { relative, resolve, sep } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Refusal } from "../command.js";
import { type Document, redoclyCall } from "../documents.js";
import { changesBeside } from "./beside.js";
import { type Change, changesIn } from "./change.js";
import { execute } from "./execute.js";
import { asked, atLeast, highest, IMPACTS, type Impact, reaches } from "./version.js";
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
  /** Whether `is` is as high as `asks`; for words alone it may wait. */
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
  const [was, is] = [base, revision].map((version) => version && String(version.document.info.version));
  // A root that nobody knew breaks nobody; one that is gone breaks whoever used it.
  if (is === undefined || !revision)
    return { name, state: "gone", impact: "major", ...(was !== undefined && { was }), enough: true, changes: [] };
  if (was === undefined || !base) return { name, state: "new", impact: "minor", is, enough: true, changes: [] };
  const isSame = isDeepStrictEqual(base.document, revision.document);
  const changes = isSame ? [] : await changesBetween(base, revision, places, signal);
  const impact = highest(changes.map(({ impact }) => impact));
  const asks = asked(was, impact);
  const enough = reaches(is, asks) || !atLeast(impact, "minor");
  return { name, state: changes.length ? "changed" : "same", impact, was, is, asks, enough, changes };
}

async function changesBetween(
  base: Version,
  revision: Version,
  places: Places,
  signal: AbortSignal,
): Promise<Change[]> {
  const changes = [
    ...(await redoclyDiff(base.file, revision.file, places, signal)),
    ...changesBeside(base.document, revision.document),
    ...changesWitnessed(base.document, revision.document),
  ];
  return changes.sort((one, other) => IMPACTS.indexOf(other.impact) - IMPACTS.indexOf(one.impact));
}

async function redoclyDiff(base: string, revision: string, places: Places, signal: AbortSignal): Promise<Change[]> {
  const options = ["--format", "json", "--fail-on", "none", "--lint-config", "off"];
  const { file, args, env } = redoclyCall(["diff", base, revision, ...options]);
  const { code, stdout, stderr } = await execute(file, args, { env, signal });
  if (code !== 0) throw new Refusal(`redocly diff failed: ${stderr.trim()}`);
  return changesIn(JSON.parse(stdout)).map((change) => located(change, places));
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
