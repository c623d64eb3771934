import { arrayOf, defined, isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import { MODELS } from "../check/meant-request.js";
import { issuesOf, LONGEST_TEXT } from "../check/schema-issues.js";
import type { RequestName, SchemaError } from "../generated/validators.js";
import { validatorsFiles } from "../generated/validators-files.js";
import { kinds } from "../kinds/kinds.js";
import { MODES } from "../kinds/mode.js";
import type { Wording } from "../kinds/request-rules.js";

/** A body that breaks a rule of the spec in one property, and that rule in words. */
export interface NegativeBody {
  readonly value: unknown;
  /** "duration must be one of 6, 10 (got 7)"; absent if only the spec can say it. */
  readonly rule?: string | undefined;
}

type Verdict = { mode: RequestName; errors: SchemaError[]; rule: string };

/** The rules that the body of a create, an upload or a deletion breaks, in words; undefined if it breaks none. */
export async function brokenRule(server: Server, operationId: string, body: unknown): Promise<string | undefined> {
  return (await verdictOn(server, operationId, body)).rule || undefined;
}

async function verdictOn(server: Server, operationId: string, body: unknown): Promise<Verdict> {
  const kind = Object.values(kinds).find(({ create }) => create.operation === operationId);
  const rules = await kind?.rules();
  const known = isRecord(body) ? body : {};
  const modeOfFiles = operationId === "uploadFile" ? "UploadFileReq" : "DeleteFileReq";
  const mode = rules?.modeOf(known, server) ?? modeOfFiles;
  const validate = rules ? await rules.validatorOf(mode, server) : validatorsFiles[modeOfFiles];
  if (!validate) return { mode, errors: [], rule: `this server documents no ${MODES[mode]}` };
  if (!isRecord(body)) return { mode, errors: [], rule: "the body must be an object" };
  if (validate(body)) return { mode, errors: [], rule: "" };
  const errors = validate.errors ?? [];
  const wording: Wording = rules?.wording?.(mode, { body }, server) ?? {};
  const said = issuesOf(errors, body, mode, wording).map(({ path, message }) => `${path || "the body"} ${message}`);
  return { mode, errors, rule: said.join("; ") || "breaks the schema of the body" };
}

/**
 * Makes illegal bodies from legal ones. Each property in turn gets values that are not in its list, just beyond its limits, of
 * another type, null or empty, or is left out; or an unknown property is added. Keeps only what the spec certainly refuses.
 * Returns the same bodies every time.
 */
export async function negativeBodies(server: Server, operationId: string, legal: readonly unknown[]) {
  // All fields of a form are texts.
  if (operationId === "uploadFile") return [];
  const judge = (body: unknown) => verdictOn(server, operationId, body);
  const found = new Map<string, NegativeBody>();
  const done = new Set<string>();
  // The fullest first, so that few bodies show every property.
  for (const body of legal.filter(isRecord).toSorted((one, other) => sizeOf(other) - sizeOf(one))) {
    const { mode } = await judge(body);
    for (const place of placesIn(body)) {
      // What a model offers depends on the mode.
      const key = /^\.(duration|resolution)$/.test(place.path) ? `${mode}${place.path}` : place.path;
      if (done.has(key)) continue;
      done.add(key);
      for (const value of await bentAt(place, judge)) {
        const { rule } = await judge(value);
        if (rule) found.set(JSON.stringify(value), { value, rule });
      }
    }
  }
  return [...found.values()];
}

function sizeOf(body: unknown): number {
  return JSON.stringify(body).replace(/"[^"]{60,}"/g, "").length;
}

interface Place {
  /** ".content.[text].text": items of a list share it if their `type` is the same. */
  readonly path: string;
  readonly name: string;
  readonly value: unknown;
  /** The body with another value there, or without it. */
  readonly put: (instead: unknown) => unknown;
}

/** Every place in a value, and the value itself. */
function placesIn(value: unknown, put: Place["put"] = (instead) => instead, name = "", path = ""): Place[] {
  const inItems = arrayOf(value).flatMap((item, at, items) => {
    const putItem = (instead: unknown) => put(items.with(at, instead).filter((one) => one !== undefined));
    return placesIn(item, putItem, name, `${path}.[${Object(item).type ?? ""}]`);
  });
  const inFields = Object.entries(isRecord(value) ? value : {}).flatMap(([field, part]) => {
    const putField = (instead: unknown) => put(defined({ ...Object(value), [field]: instead }));
    return placesIn(part, putField, field, `${path}.${field}`);
  });
  return [{ path, name, value, put }, ...inItems, ...inFields];
}

async function bentAt({ path, name, value, put }: Place, judge: (body: unknown) => Promise<Verdict>) {
  // An unknown property, and one that is known only elsewhere.
  const properties = [{ unknown_option: true }, { resolution: "768P" }];
  if (path === "") return properties.map((one) => put({ ...Object(value), ...one }));
  const probes = await Promise.all([UNLISTED, "a".repeat(LONGEST_TEXT), -1].map((one) => judge(put(one))));
  const params = probes.flatMap(({ errors }) => errors.map((error) => error.params));
  const listed = params.flatMap(({ allowedValues, allowedValue }) => [allowedValues, allowedValue].flat());
  const numbers = listed.filter((one) => typeof one === "number");
  const limits = params.flatMap(({ limit }) => (typeof limit === "number" ? limit : []));
  const isPart = path.lastIndexOf(".") > 0;
  return [...instead(value, name, isPart), ...besides(value, numbers, limits)].map(put);
}

const UNLISTED = "unlisted";

/** No value, and values of every other kind. The parts of a property get only a few. */
function instead(value: unknown, name: string, isPart: boolean): unknown[] {
  const always = [undefined, null];
  if (typeof value === "number") return [...always, String(value), value + 0.5, 0, -1, 1000, [value], true];
  if (typeof value === "boolean") return [...always, String(value), Number(value), "yes", {}];
  if (Array.isArray(value))
    return [...always, [], UNLISTED, {}, Object(value[0]), [...value, ...value], [...value, null]];
  if (isRecord(value)) return [...always, UNLISTED, [], {}, { ...value, unknown_option: true }];
  const text = String(value);
  const cases = [text.toLowerCase(), text.toUpperCase()].filter((one) => one !== text && text.length < 40);
  const links = /^(https?|data):/.test(text) ? NO_LINKS : [];
  const others = isPart ? [5] : [5, true, [text], {}, ...cases];
  return [...always, "", UNLISTED, ...others, ...links, ...(WORDS[name] ?? [])];
}

const NO_LINKS = ["ftp://x.example/a.png", "//x.example/a.png", "x.example/a.png", "data:text/plain;base64,AAAA"];

/** Similar words that exist or might exist. Each is illegal for some model or mode. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  model: [...new Set(MODELS), "MiniMax-Hailuo-9", " MiniMax-Hailuo-02"],
  resolution: ["360P", "480P", "512P", "720P", "768P", "1080P", "1440P", "2K", "4K", "768", "1280x720"],
  ratio: ["2:1", "5:4", "9:21", "16x9", "16:9 ", "auto", "1.78"],
  role: ["last_frame", "reference_image", "reference_video", "frame", "user"],
};

/** The neighbours of every listed number and every limit. */
function besides(value: unknown, numbers: readonly number[], limits: readonly number[]): unknown[] {
  if (typeof value === "number") return [...numbers, ...limits].flatMap((one) => [one - 1, one + 1]);
  if (typeof value === "string") return limits.map((limit) => "a".repeat(limit + 1));
  if (Array.isArray(value)) return limits.map((limit) => Array.from({ length: limit + 1 }, () => value[0]));
  return [];
}
