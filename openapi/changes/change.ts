/** What `redocly diff` found, as we rate it. */
import type { Json } from "../documents.js";
import type { Impact } from "./version.js";

export interface Change {
  impact: Impact;
  /** As `POST /v1/video_generation requestBody.oneOf.0.allOf.1.prompt maxLength`. */
  place: string;
  message: string;
  file?: string;
  line?: number;
}

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

const MOST_CHARACTERS = 300;

/** What describes and does not oblige: a change of it is a patch. */
const WORDS = /^(description|summary|title|examples?|externalDocs|tags|termsOfService|contact|license|\$comment)$/;
const WORDY_TYPES = /^(Info|Contact|License|Tag|TagList|ExternalDocs|Example|ExamplesMap|Schema\/examples)$/;

/** Everything that Redocly reports but `info.version`, which is the answer to the rest, and `x-`, which we compare ourselves. */
export function changesIn(report: { changes: Reported[] }): Change[] {
  return report.changes
    .filter(
      ({ path, property = "" }) =>
        !(path === "#/info" && property === "version") && !/\/x-|^x-/.test(`${path}/${property}`),
    )
    .map((reported) => {
      const { file, line } = reported.revision ?? reported.base ?? {};
      return {
        ...rated(reported),
        place: placeOf(reported.path, reported.property),
        ...(file !== undefined && line !== undefined && { file, line }),
      };
    });
}

/**
 * Redocly's own rating, raised where it is too low for us. It knows no place where a default or a lock may not change, sees a
 * closed body only where the property itself stands, and calls a patch whatever it has no rule for.
 */
function rated(reported: Reported): Pick<Change, "impact" | "message"> {
  const { kind, typeName, property = "", path, impact, base, revision } = reported;
  const told = reported.verdicts.map(({ message }) => message).join(" ");
  const values = valuesText(reported);
  if (impact === "major") return { impact, message: told };
  if (WORDS.test(property) || WORDY_TYPES.test(typeName)) return { impact: "patch", message: `${kind}, in words.` };
  if (property === "default")
    return { impact: "major", message: `${values}: a request that leaves it out means something else.` };
  if (/^Security/.test(typeName))
    return { impact: "major", message: `${values || kind}: who has to have a key has changed.` };
  const isField = typeName === "Schema" && /\/properties\/[^/]+$/.test(path);
  if (isField && (kind === "removed" || property === "key"))
    return { impact: "major", message: `${values || kind}: a closed body refuses what was.` };
  if (typeName === "SchemaProperties" && revision?.value === false)
    return { impact: "major", message: "is refused now." };
  if (typeName === "SchemaProperties" && base?.value === false) return { impact: "minor", message: "is accepted now." };
  return { impact: impact === "patch" ? "minor" : impact, message: told || `${values || kind}.` };
}

/** "`6`, was `10`": for what fits in a line. */
function valuesText({ base, revision }: Reported): string {
  const [was, is] = [base?.value, revision?.value].map((value) => (value === undefined ? undefined : code(value)));
  if (`${was}${is}`.length > 120) return "";
  if (was === undefined) return is === undefined ? "" : `added, ${is}`;
  return is === undefined ? `removed, was ${was}` : `${is}, was ${was}`;
}

/** A value as Markdown shows it letter by letter. */
export function code(value: Json): string {
  const text = JSON.stringify(value).replaceAll("`", "\\u0060");
  return `\`${text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text}\``;
}

/** A JSON pointer as a reader of the specs would say it. */
function placeOf(pointer: string, property: string | undefined): string {
  const steps = pointer
    .slice(2)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const [head, path, method, ...rest] = steps;
  const inner = (head === "paths" ? rest : steps).filter(
    (step) => !/^(content|schema|properties|\w+\/json)$/.test(step),
  );
  const operation = head === "paths" && [method?.toUpperCase(), path].filter(Boolean).join(" ");
  return [operation, inner.join("."), property].filter(Boolean).join(" ");
}
