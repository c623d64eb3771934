/** What `redocly diff` finds, with files and lines, and rated as we rate it. */
import { relative, resolve, sep } from "node:path";
import { folder, type Json, redocly, stepsOf } from "../documents.js";
import { type Change, code } from "./changes.js";
import type { Impact } from "./version.js";

/** One entry of Redocly's report, as far as it is read here. */
interface Reported {
  path: string;
  typeName: string;
  kind: "added" | "removed" | "modified";
  impact: Impact;
  property?: string;
  verdicts: { message: string }[];
  base?: { file: string; line: number; value: Json };
  revision?: { file: string; line: number; value: Json };
}

/** What describes the API without changing it: a patch. */
const WORDS = /^(description|summary|title|examples?|externalDocs|tags|termsOfService|contact|license|\$comment)$/;
const WORDY_TYPES = /^(Info|Contact|License|Tag|TagList|ExternalDocs|Example|ExamplesMap|Schema\/examples)$/;

/** Folders with the files of either version, and what each is called in the report. */
export type Places = Record<string, string>;

/** Without `info.version`, which is the answer to all other changes, and without `x-`, which compare/names.ts compares. */
export async function redoclyChanges(base: string, revision: string, places: Places, signal: AbortSignal) {
  const options = ["--format", "json", "--fail-on", "none", "--lint-config", "off"];
  const report: { changes: Reported[] } = JSON.parse(await redocly(["diff", base, revision, ...options], { signal }));
  const changes = report.changes.filter(({ path, property = "" }) => {
    return !(path === "#/info" && property === "version") && !/\/x-|^x-/.test(`${path}/${property}`);
  });
  return changes.map((reported): Change => {
    const { file, line } = reported.revision ?? reported.base ?? {};
    return {
      ...raised(reported),
      place: placeOf(reported.path, reported.property),
      ...(file !== undefined && line !== undefined && { file: locationOf(file, places), line }),
    };
  });
}

/** Redocly names files relative to where it runs; the report names them by the folder of their version. */
function locationOf(file: string, places: Places): string {
  const path = resolve(folder, file);
  const inside = (home: string) => relative(home, path).split(sep).join("/");
  const home = Object.keys(places).find((one) => !inside(one).startsWith(".."));
  return home === undefined ? file : `${places[home]}/${inside(home)}`;
}

/**
 * Redocly's own rating, raised where it is too low for us. It has no rule for a changed default or security requirement, does not
 * know that a closed body refuses a field that is gone, and calls everything without a rule a patch.
 */
function raised(reported: Reported): Pick<Change, "impact" | "message"> {
  const { kind, typeName, property = "", path, impact, base, revision } = reported;
  const told = reported.verdicts.map(({ message }) => message).join(" ");
  const values = valuesText(reported);
  if (impact === "major") return { impact, message: told };
  if (WORDS.test(property) || WORDY_TYPES.test(typeName)) return { impact: "patch", message: `${kind}, in words.` };
  if (property === "default")
    return { impact: "major", message: `${values}: a request that leaves it out now means something else.` };
  if (/^Security/.test(typeName))
    return { impact: "major", message: `${values || kind}: the authentication has changed.` };
  const isField = typeName === "Schema" && /\/properties\/[^/]+$/.test(path);
  if (isField && (kind === "removed" || property === "key"))
    return { impact: "major", message: `${values || kind}: a closed body now refuses it.` };
  if (typeName === "SchemaProperties" && revision?.value === false)
    return { impact: "major", message: "is now refused." };
  if (typeName === "SchemaProperties" && base?.value === false) return { impact: "minor", message: "is now accepted." };
  return { impact: impact === "patch" ? "minor" : impact, message: told || `${values || kind}.` };
}

/** "`6`, was `10`", if it fits on a line. */
function valuesText({ base, revision }: Reported): string {
  const [was, is] = [base?.value, revision?.value].map((value) => (value === undefined ? undefined : code(value)));
  if (`${was}${is}`.length > 120) return "";
  if (was === undefined) return is === undefined ? "" : `added, ${is}`;
  return is === undefined ? `removed, was ${was}` : `${is}, was ${was}`;
}

/** A JSON pointer as `POST /v1/video_generation requestBody.oneOf.0.allOf.1.prompt maxLength`. */
function placeOf(pointer: string, property: string | undefined): string {
  const steps = stepsOf(pointer);
  const [path, method = "", ...rest] = steps[0] === "paths" ? steps.slice(1) : ["", "", ...steps];
  const inner = rest.filter((step) => !/^(content|schema|properties|\w+\/json)$/.test(step));
  return [method.toUpperCase(), path, inner.join("."), property].filter(Boolean).join(" ");
}
