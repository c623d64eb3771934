/** Links that contain a request, except its files, in the fragment, which browsers do not send to any server. */
import { servers } from "../../src/generated/servers.js";
import { type Draft, FILE_FIELDS, type FileField, isScene, schemaOf } from "./draft.js";

/** Longer fragments are neither created nor read. The longest prompt, in Chinese, takes 63,000 characters. */
const LONGEST = 200_000;

/** A link may contain files only as URLs, not as bytes. */
const LINKS = /^(https?|mm_file):\/\//i;

/** The fields of a draft that are not in the spec's table of fields. */
const OTHERS = ["template_id", "text_inputs"];

/** The fragment for a draft, without "#". Undefined if it would be too long. */
export function fragmentOf({ server, scene, values, files }: Draft): string | undefined {
  const entries = new URLSearchParams(Object.hasOwn(servers, server) ? { server, scene } : { scene });
  for (const [field, value] of Object.entries(values))
    for (const one of Array.isArray(value) ? value : [value]) entries.append(field, String(one));
  for (const [field, attached] of Object.entries(files))
    for (const { url = "" } of attached) if (LINKS.test(url)) entries.append(field, url);
  const text = entries.toString();
  return text.length > LONGEST ? undefined : text;
}

/** Parses a fragment. `problem` says why it is not a request of this playground. `server` is the default server. */
export function draftIn(fragment: string, server: string): Draft | { problem: string } | undefined {
  const text = fragment.replace(/^#/, "");
  if (text === "") return undefined;
  if (text.length > LONGEST) return { problem: "it is too long" };
  if (!text.includes("=")) return { problem: "it contains no request" };
  const draft: Draft = { server, scene: "text", values: {}, files: {} };
  for (const [name, value] of new URLSearchParams(text)) {
    const problem = put(draft, name, value);
    if (problem) return { problem };
  }
  return draft;
}

function put(draft: Draft, name: string, value: string): string | undefined {
  if (name === "server") {
    if (!Object.hasOwn(servers, value) || !servers[value as keyof typeof servers].baseUrl)
      return "it names an unknown server";
    draft.server = value;
  } else if (name === "scene") {
    if (!isScene(value)) return "it names an unknown kind of request";
    draft.scene = value;
  } else if (Object.hasOwn(FILE_FIELDS, name)) {
    if (!LINKS.test(value)) return "it contains a file that is not a link";
    const field = name as FileField;
    draft.files[field] = [...(draft.files[field] ?? []), { url: value }];
  } else if (name === "text_inputs") {
    draft.values[name] = [...(Array.isArray(draft.values[name]) ? draft.values[name] : []), value];
  } else {
    const { type } = schemaOf(name);
    if (type === undefined && !OTHERS.includes(name)) return "it contains an unknown field";
    const read = valueIn(value, type);
    if (read === undefined) return `${name} is not of type ${type}`;
    draft.values[name] = read;
  }
  return undefined;
}

/** Parses a value by the type of its field. Undefined if it has another type. The check decides whether it is legal. */
function valueIn(text: string, type: string | undefined): unknown {
  if (type === "boolean") return { true: true, false: false }[text];
  if (type === "integer") return /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
  return type === undefined || type === "string" ? text : undefined;
}
