/** The code that sends a request, in four languages. */
import { arrayOf, isRecord } from "../../src/base/record.js";
import { serverFrom } from "../../src/base/server.js";
import { kindOfAny } from "../../src/kinds/kind-of.js";
import { kinds, pathOf } from "../../src/kinds/kinds.js";
import { type Attachment, type Draft, FILE_FIELDS, type FileField, requestOf } from "./draft.js";

export interface CodeSample {
  id: "typescript" | "curl" | "command-line" | "python";
  label: string;
  code: string;
}

/** A file on the disk of the user who copies the code. */
class LocalFile {
  readonly name: string;
  readonly type: string;
  readonly kind: "image" | "video" | "audio";

  constructor(field: FileField, { name, media }: Attachment = {}) {
    this.kind = FILE_FIELDS[field].kind;
    this.type = media?.type ?? STAND_INS[this.kind];
    const given = name ?? `${field.replaceAll("_", "-")}.${this.type.replace(/.*\//, "")}`;
    // A name with a colon could be mistaken for a URL.
    this.name = given.includes(":") ? `./${given}` : given;
  }
}

/** Default types for files that are still missing. */
const STAND_INS = { image: "image/png", video: "video/mp4", audio: "audio/mpeg" } as const;

type Request = Record<string, unknown>;

/** The output file, in the languages that save the video. */
const OUT = "video.mp4";

/** Generates the code for a draft, even an incomplete one. It refers to files by name, and never contains their bytes. */
export async function codeSamples(draft: Draft): Promise<CodeSample[]> {
  const request = requestOf(draft, (file, field) => file?.url ?? new LocalFile(field, file));
  const kind = kinds[kindOfAny(request)];
  const body = (await kind.rules()).toWire?.(request).body ?? request;
  const { baseUrl } = serverFrom(draft.server);
  const call = { url: baseUrl + kind.create.path, query: baseUrl + pathOf(kind.query, ""), body };
  return [
    { id: "typescript", label: "TypeScript", code: typescript(request, draft.server) },
    { id: "curl", label: "curl", code: curl(call) },
    { id: "command-line", label: "Command line", code: commandLine(request, draft.server) },
    { id: "python", label: "Python", code: python(call) },
  ];
}

interface Call {
  url: string;
  /** The URL for the status of a task, up to its id. */
  query: string;
  body: Request;
}

function typescript(request: Request, server: string): string {
  const openers = [...new Set(filesIn(request).map(({ kind }) => `${kind}File`))];
  const calls = request.template_id === undefined ? "videos" : "templates";
  return `import { createClient } from "minimax-video";
import { ${[...openers, "saveVideo"].sort().join(", ")} } from "minimax-video/node";

// The key comes from MINIMAX_API_KEY.
const minimax = createClient({ server: ${JSON.stringify(server)} });
const video = await minimax.${calls}.generate(${written(request, JAVASCRIPT)});
await saveVideo(video, ${JSON.stringify(OUT)});
`;
}

function curl({ url, query, body }: Call): string {
  return `# If you get no reply, do not just send it again: the request may have been accepted.
curl ${shellWord(url)} \\
  --header "Authorization: Bearer $MINIMAX_API_KEY" \\
  --header "Content-Type: application/json" \\
  --data-binary @- ${hereDocument(body)}
# The reply contains the task id. Get the status from ${query}TASK_ID
`;
}

function python({ url, query, body }: Call): string {
  const encodes = filesIn(body).length > 0;
  const helper = `
def data_url(path, media_type):
    with open(path, "rb") as file:
        return f"data:{media_type};base64,{base64.b64encode(file.read()).decode()}"

`;
  return `${encodes ? "import base64\n" : ""}import os

import requests

${encodes ? `${helper}\n` : ""}# If you get no reply, do not just send it again: the request may have been accepted.
response = requests.post(
    ${JSON.stringify(url)},
    headers={"Authorization": f"Bearer {os.environ['MINIMAX_API_KEY']}"},
    json=${written(body, PYTHON, "    ")},
    timeout=300,
)
print(response.json())
# The reply contains the task id. Get the status from ${query}TASK_ID
`;
}

/** The command-line options for a field. Undefined if there is no option for this value. */
const FLAGS: Record<string, (value: unknown) => [flag: string, value?: string][] | undefined> = {
  prompt: (text) => [["--prompt", String(text)]],
  model: (name) => [["--model", String(name)]],
  first_frame_image: (file) => [["--first-frame", pathOrUrl(file)]],
  last_frame_image: (file) => [["--last-frame", pathOrUrl(file)]],
  subject_reference: (subjects) =>
    arrayOf(subjects).flatMap((subject) =>
      arrayOf(Object(subject).image).map((file): [string, string] => ["--subject", pathOrUrl(file)]),
    ),
  reference_images: (files) => references("image", files),
  reference_videos: (files) => references("video", files),
  reference_audios: (files) => references("audio", files),
  media_inputs: (inputs) => arrayOf(inputs).map((input) => ["--media", pathOrUrl(Object(input).value)]),
  text_inputs: (inputs) => arrayOf(inputs).map((input) => ["--text", String(Object(input).value)]),
  duration: (seconds) => [["--duration", String(seconds)]],
  resolution: (size) => [["--resolution", String(size)]],
  ratio: (ratio) => [["--ratio", String(ratio)]],
  prompt_optimizer: (value) => (value === false ? [["--no-prompt-optimizer"]] : undefined),
  fast_pretreatment: (value) => (value === true ? [["--fast-pretreatment"]] : undefined),
  aigc_watermark: (value) => (value === true ? [["--watermark"]] : undefined),
  callback_url: (url) => [["--callback-url", String(url)]],
};

const references = (kind: string, files: unknown) =>
  arrayOf(files).map((file): [string, string] => ["--reference", `${kind}:${pathOrUrl(file)}`]);
const pathOrUrl = (file: unknown) => (file instanceof LocalFile ? file.name : String(file));

function commandLine(request: Request, server: string): string {
  const { template_id, ...fields } = request;
  const end = [option(["--out", OUT]), option(["--server", server])];
  const spelt = Object.entries(fields).map(([field, value]) => FLAGS[field]?.(value));
  const flags = spelt.flatMap((some) => some ?? []);
  const words = [String(template_id ?? ""), ...flags.map(([, value = ""]) => value)];
  // Values that options cannot express are passed as JSON.
  if (spelt.includes(undefined) || words.some((word) => UNTYPABLE.test(word)))
    return `${PROGRAM} generate - ${end.join(" ")} ${hereDocument(request)}\n`;
  const start = template_id === undefined ? "generate" : `template ${shellWord(String(template_id))}`;
  return `${[`${PROGRAM} ${start}`, ...flags.map(option), ...end].join(" \\\n  ")}\n`;
}

/** A single dash means stdin. The other characters get lost in a terminal, or could deceive a user who pastes them into one. */
const UNTYPABLE = /^-$|(?![\n\t])[\p{Cc}\p{Bidi_C}]/u;

/** Does not download the package if it is not installed. */
const PROGRAM = "npx --no-install minimax-video";

function option([flag = "", value]: readonly (string | undefined)[]): string {
  if (value === undefined) return flag;
  return `${flag}${value.startsWith("-") ? "=" : " "}${shellWord(value)}`;
}

/** Quotes a word for a POSIX shell, if necessary. */
function shellWord(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A body for stdin. The shell expands it only if it has files to encode. */
function hereDocument(body: Request): string {
  const expands = filesIn(body).length > 0;
  const json = written(body, expands ? EXPANDED_JSON : JSON_TEXT);
  return `<<${expands ? "JSON" : "'JSON'"}\n${json}\nJSON`;
}

/** The notation of values in a language. */
interface Language {
  key(name: string): string;
  atom(value: unknown): string;
  file(file: LocalFile): string;
  indent: string;
  /** The text between a brace and its content on one line. */
  padding: string;
  /** A comma, if the last entry of a multi-line list is followed by one. */
  trailing: string;
}

const JSON_TEXT: Language = {
  key: quoted,
  atom: quoted,
  file: ({ name }) => quoted(name),
  indent: "  ",
  padding: " ",
  trailing: "",
};

/** JSON in which the shell expands `$( )`. */
const EXPANDED_JSON: Language = {
  ...JSON_TEXT,
  atom: (value) => quoted(value).replace(/[\\$`]/g, "\\$&"),
  file: ({ name, type }) => `"data:${type};base64,$(base64 < ${shellWord(name)} | tr -d '\\n')"`,
};

const JAVASCRIPT: Language = {
  ...JSON_TEXT,
  key: (name) => name,
  file: ({ kind, name }) => `await ${kind}File(${quoted(name)})`,
  trailing: ",",
};

const PYTHON: Language = {
  ...JSON_TEXT,
  atom: (value) => (typeof value === "boolean" ? (value ? "True" : "False") : quoted(value)),
  file: ({ name, type }) => `data_url(${quoted(name)}, ${quoted(type)})`,
  indent: "    ",
  padding: "",
  trailing: ",",
};

/** Prints a value as JSON, and escapes control characters and other invisible ones. */
function quoted(value: unknown): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(/[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}]/gu, escaped);
}

/** Objects inside a request are printed on one line up to this width. */
const WIDTH = 72;

function written(value: unknown, language: Language, margin = ""): string {
  if (value instanceof LocalFile) return language.file(value);
  if (typeof value !== "object" || value === null) return language.atom(value);
  const inner = margin + language.indent;
  const isList = Array.isArray(value);
  const entries = isList
    ? value.map((item) => written(item, language, inner))
    : Object.entries(value).map(([name, item]) => `${language.key(name)}: ${written(item, language, inner)}`);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const line = isList ? `[${entries.join(", ")}]` : `{${language.padding}${entries.join(", ")}${language.padding}}`;
  if (margin !== "" && line.length <= WIDTH && !line.includes("\n")) return entries.length ? line : open + close;
  if (isList && entries.length === 1) return `[${written(value[0], language, margin)}]`;
  return `${open}\n${entries.map((entry) => inner + entry).join(",\n")}${language.trailing}\n${margin}${close}`;
}

function filesIn(value: unknown): LocalFile[] {
  if (value instanceof LocalFile) return [value];
  if (Array.isArray(value) || isRecord(value)) return Object.values(value).flatMap(filesIn);
  return [];
}
