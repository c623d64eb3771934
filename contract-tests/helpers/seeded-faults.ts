/**
 * A catalogue of small faults in otherwise good servers, with a pattern that a finding about each must match: it must name the
 * operation and the fault. Every third fault of a group was held back while the suite was developed with the others.
 */
import type { Json } from "../../openapi/documents.js";
import { type Bend, type Came, type Fault, KEY, replying, rewritten, type Sent } from "./bent-server.js";

export interface SeededFault extends Fault {
  /** What the server does. */
  title: string;
  /** Matches the line of a finding that names the fault. */
  named: RegExp;
}

const V1 = { model: "MiniMax-Hailuo-02", prompt: "A red paper boat.", duration: 6, resolution: "768P" };
const TEXT = { type: "text", text: "A red paper boat." };
const V2 = { model: "MiniMax-H3", content: [TEXT], resolution: "768P", duration: 4, ratio: "16:9" };
const IR = { model: "MiniMax-H3", content: [TEXT], duration: 4, ratio: "16:9" };
const TEMPLATE = {
  template_id: "393769180141805569",
  text_inputs: [{ value: "lion" }],
  media_inputs: [{ value: "https://x.example/a.png" }],
};

const CREATE = "/v1/video_generation";
const TEMPLATES = "/v1/video_template_generation";
const CREATE_V2 = "/v2/video_generation";
const PROMPTS = "/v2/h3_context_ir";
const REGENERATE = "/v2/video_regeneration";
const QUERY = "/v1/query/video_generation";
const QUERY_TEMPLATE = "/v1/query/video_template_generation";
const LIST_V2 = "/v2/query/video_generation";
const RETRIEVE = "/v1/files/retrieve";
const CONTENT = "/v1/files/retrieve_content";
const UPLOAD = "/v1/files/upload";
const FILES = "/v1/files/list";
const DELETE = "/v1/files/delete";
const BALANCE = "/account/query_balance";
/** The creates that can be made to accept illegal requests: how a finding names them, and a legal request. */
const CREATES = {
  [CREATE]: { operation: "videoGeneration\\b", legal: V1 },
  [TEMPLATES]: { operation: "videoTemplateGeneration", legal: TEMPLATE },
  [CREATE_V2]: { operation: "V2Create\\b", legal: V2 },
  [PROMPTS]: { operation: "h3ContextIR", legal: IR },
};
const OK = { base_resp: { status_code: 0, status_msg: "success" } };
const BROKEN_V2 = {
  type: "error",
  error: { type: "server_error", message: "internal error (1000)", http_code: "500" },
  request_id: "0".repeat(32),
};
const OTHER = "112345678901234";
const CREATED_V2 = { task_id: "212345678901234" };
const WITH_KEY = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };

/** Selects the requests or replies that a fault affects. */
type Meant = (sent: Sent, came: Came) => unknown;
const isAt =
  (...paths: string[]) =>
  ({ path }: Sent) =>
    paths.includes(path);
const isQueryV2 = ({ method, path }: Sent) => method === "GET" && /^\/v2\/query\/video_generation\/./.test(path);
const isRemoval = ({ method, path }: Sent) => method === "DELETE" && /^\/v2\/video_generation\/./.test(path);
const isDownload = ({ path }: Sent) => path.startsWith("/files/");
const refused = (came: Came) => came.status >= 400 || (came.json?.base_resp?.status_code ?? 0) !== 0;
const takenAt = (path: string) => (sent: Sent, came: Came) => sent.path === path && !refused(came);
const refusedAt = (path: string) => (sent: Sent, came: Came) =>
  sent.path === path && (came.status === 400 || came.json?.base_resp?.status_code === 2013);
const keyedAt = (path: string) => (sent: Sent) => sent.path === path && sent.keyed;
const keylessAt = (path: string) => (sent: Sent) => sent.path === path && !sent.headers.has("authorization");
/** Replies of a gateway that wraps them. */
const wrappedAt = (path: string) => (sent: Sent, came: Came) => sent.path === path && came.json?.data;

/** Handles each request differently. */
const bent = (title: string, named: RegExp, bend: Bend): SeededFault => ({ title, named, bend: () => bend });
/** The same for a fault with state, which each server gets separately. */
const remembers = (title: string, named: RegExp, bend: () => Bend): SeededFault => ({ title, named, bend });
const callsBack = (title: string, named: RegExp, callback: (body: Json) => Json): SeededFault => ({
  ...{ title, named, callback },
});

/** Accepts bodies that it should refuse: an illegal create makes a task, as a legal one would. */
function takesBodies(
  path: keyof typeof CREATES,
  word: RegExp,
  title: string,
  isMeant: (body: Json, sent: Sent) => unknown,
): SeededFault {
  const { operation, legal } = CREATES[path];
  return bent(title, new RegExp(`${operation}.*${word.source}`, word.flags), async (sent, pass) => {
    const came = await pass();
    if (sent.path !== path || sent.method !== "POST" || !sent.keyed || !refused(came)) return came;
    return isMeant(sent.json ?? {}, sent) ? pass({ json: legal, headers: new Headers(WITH_KEY) }) : came;
  });
}

/** Accepts some values of a field that it should refuse. */
const takes = (path: keyof typeof CREATES, field: string, title: string, isMeant: (value: Json) => unknown) =>
  takesBodies(path, new RegExp(field), title, (body) => isMeant(body[field]));

/** Refuses requests that it should accept. */
const refuses = (title: string, named: RegExp, path: string, isMeant: (body: Json, sent: Sent) => unknown) =>
  bent(title, named, (sent, pass) => {
    if (sent.path !== path || !sent.keyed || !isMeant(sent.json ?? {}, sent)) return pass();
    return sent.method === "GET"
      ? pass({ query: new URLSearchParams("task_id=x&file_id=x&page_num=x&purpose=x") })
      : pass({ json: {} });
  });

/** Changes whole replies. */
const sends = (title: string, named: RegExp, isMeant: Meant, change: (came: Came, sent: Sent) => Came) =>
  bent(title, named, async (sent, pass) => {
    const came = await pass();
    return isMeant(sent, came) ? change(came, sent) : came;
  });

/** New values of fields. Undefined removes a field. */
type Changes = Record<string, unknown> | ((json: Json, sent: Sent) => Json);
const changed = (json: Json, changes: Changes, sent: Sent) => ({
  ...json,
  ...(typeof changes === "function" ? changes(json, sent) : changes),
});

/** Changes fields of JSON replies. */
const amends = (title: string, named: RegExp, isMeant: Meant, changes: Changes) =>
  sends(title, named, isMeant, (came, sent) => rewritten(came, changed(came.json, changes, sent)));

/** The same for replies that succeed. */
const replies = (title: string, named: RegExp, isMeant: Meant, changes: Changes) =>
  amends(
    title,
    named,
    (sent, came) => came.json && came.status < 300 && !refused(came) && isMeant(sent, came),
    changes,
  );

const repliesOfFile = (title: string, named: RegExp, path: string, changes: Changes) =>
  replies(title, named, isAt(path), ({ file }: Json, sent: Sent) => ({ file: changed(file, changes, sent) }));

const aboutV2 = (title: string, named: RegExp, changes: Changes) =>
  replies(title, named, isQueryV2, ({ task }: Json, sent: Sent) => ({ task: changed(task, changes, sent) }));

/** Answers instead of forwarding the request. */
const answers = (title: string, named: RegExp, isMeant: (sent: Sent) => unknown, json: Changes) =>
  bent(title, named, (sent, pass) => (isMeant(sent) ? replying(changed({}, json, sent)) : pass()));

/** Replies with success to an unknown id. */
const unknown = (title: string, named: RegExp, isMeant: (sent: Sent) => boolean, json: (sent: Sent) => Json) =>
  sends(
    title,
    named,
    (sent, came) =>
      sent.keyed &&
      isMeant(sent) &&
      refused(came) &&
      /\d{15}/.test(sent.path + sent.query + JSON.stringify(sent.json ?? "")),
    (_, sent) => replying(json(sent)),
  );

/** Changes requests before they are answered. */
const reads = (title: string, named: RegExp, isMeant: (sent: Sent) => unknown, change: (sent: Sent) => Partial<Sent>) =>
  bent(title, named, (sent, pass) => (isMeant(sent) ? pass(change(sent)) : pass()));

/** Treats an illegal parameter of the list as this query. */
const readsFilter = (title: string, name: string, value: string, query: string) =>
  reads(
    title,
    new RegExp(`V2List.*${name}`),
    (sent) => sent.path === LIST_V2 && sent.query.get(name) === value,
    () => ({ query: new URLSearchParams(query) }),
  );

/** Validates a parameter and then ignores it. */
const forgets = (title: string, named: RegExp, path: string, name: string) =>
  bent(title, named, async (sent, pass) => {
    const came = await pass();
    if (sent.path !== path || came.status >= 400) return came;
    return pass({ query: new URLSearchParams([...sent.query].filter(([other]) => other !== name)) });
  });

/** Accepts requests without a key, or with another key. */
const letsIn = (title: string, named: RegExp, isMeant: (sent: Sent) => boolean, isKey: (key: string) => boolean) =>
  reads(
    title,
    named,
    (sent) => isMeant(sent) && isKey(keyOf(sent)),
    ({ headers }) => ({ headers: new Headers({ ...Object.fromEntries(headers), authorization: `Bearer ${KEY}` }) }),
  );
const none = (text: string) => text === "";
const wrong = (text: string) => text.includes("invalid");
const basic = (text: string) => text.startsWith("Basic");

/** Replies about a deleted file as before the deletion. */
const keepsDeleted = (title: string, named: RegExp, path: string, isKept: (came: Came) => unknown) =>
  remembers(title, named, () => {
    const kept = new Map<string, Came>();
    return async (sent, pass) => {
      const file_id = String(sent.json?.file_id);
      if (sent.path === DELETE && sent.keyed && sent.json) {
        const query = new URLSearchParams({ file_id });
        kept.set(file_id, await pass({ path, method: "GET", query, bytes: new Uint8Array(0) }));
      }
      const came = await pass();
      const old = kept.get(sent.query.get("file_id") ?? "");
      return sent.path === path && refused(came) && sent.keyed && old && isKept(old) ? old : came;
    };
  });

/** Puts the id of the first reply at a path into every later one. */
const repeats = (title: string, named: RegExp, path: string, at: (json: Json) => Json, name: string) =>
  remembers(title, named, () => {
    let first: Json;
    return async (sent, pass) => {
      const came = await pass();
      const place = sent.path === path && Object(at(came.json));
      if (!place?.[name]) return came;
      first ??= place[name];
      place[name] = first;
      return rewritten(came, came.json);
    };
  });

const typed = (came: Came, type: string): Came => {
  const headers = new Headers(came.headers);
  if (type) headers.set("content-type", type);
  else headers.delete("content-type");
  return { ...came, headers };
};
const keyOf = ({ headers }: Sent) => headers.get("authorization") ?? "";
const contentType = ({ headers }: Sent) => headers.get("content-type") ?? "";
const isHalfJson = (_: Json, sent: Sent) =>
  sent.json === undefined && sent.bytes.length > 2 && contentType(sent) === "application/json";
const bodyText = ({ bytes }: Sent) => new TextDecoder().decode(bytes);
const isUpload = (sent: Sent, text: string) =>
  keyedAt(UPLOAD)(sent) && contentType(sent).startsWith("multipart") && bodyText(sent).includes(text);
const tasks = (json: Json): Json[] => json.items ?? [];
const idIn = ({ path, query }: Sent) => /\d{15,}/.exec(path)?.[0] ?? query.get("task_id") ?? query.get("file_id") ?? "";
const item = (body: Json) => body.content?.find?.((one: Json) => one?.type !== "text") ?? {};
const text = (body: Json) => body.content?.find?.((one: Json) => one?.type === "text") ?? {};
const file = (filename: string, purpose: string, file_id = 176844028768321) => ({
  ...{ file_id, bytes: 4, created_at: 1785125529, filename, purpose },
});

/** The faults of a gateway. */
const played = (like: "aimanyi" | "quickrouter", faults: SeededFault[]) =>
  faults.map((fault) => ({ ...fault, like, title: `${like}: ${fault.title}` }));

/** The faults by group. */
export const seededFaults: Record<string, SeededFault[]> = {
  "takes values outside the listed ones, version 1": [
    takes(CREATE, "duration", "takes a duration of 7", (value) => value === 7),
    takes(CREATE, "duration", "takes any whole number as a duration", (value) => Number.isInteger(value)),
    takes(CREATE, "duration", "takes a duration as a string", (value) => value === "6"),
    takes(CREATE, "duration", "takes a duration of 6.5", (value) => Number.isFinite(value) && value % 1 !== 0),
    takes(CREATE, "duration", "takes null for a duration", (value) => value === null),
    takes(CREATE, "duration", "takes a negative duration", (value) => value < 0),
    takes(CREATE, "resolution", "takes 4K", (value) => value === "4K"),
    takes(
      CREATE,
      "resolution",
      "takes any resolution in words",
      (value) => typeof value === "string" && !/^\d+P$/.test(value),
    ),
    takes(CREATE, "resolution", "takes resolutions in small letters", (value) => /^\d+p$/.test(value)),
    takes(CREATE, "resolution", "takes an empty resolution", (value) => value === ""),
    takes(CREATE, "model", "takes an unknown model", (value) => typeof value === "string" && !/hailuo|2V/i.test(value)),
    takes(
      CREATE,
      "model",
      "takes models in small letters",
      (value) => typeof value === "string" && value !== "" && value === value.toLowerCase(),
    ),
    takes(CREATE, "model", "takes an empty model", (value) => value === ""),
    takesBodies(CREATE, /model/, "takes a create without a model", (body, { json }) => json && !("model" in body)),
    takes(CREATE, "prompt_optimizer", 'takes "true" for prompt_optimizer', (value) => typeof value === "string"),
    takes(CREATE, "aigc_watermark", "takes 1 for aigc_watermark", (value) => typeof value === "number"),
    takes(CREATE, "prompt_optimizer", "takes null for prompt_optimizer", (value) => value === null),
    takesBodies(
      CREATE,
      /fast_pretreatment/,
      "takes fast_pretreatment with T2V-01",
      ({ model, fast_pretreatment }) => /^T2V/.test(model) && typeof fast_pretreatment === "boolean",
    ),
    takes(CREATE, "prompt", "takes a prompt of 2001 characters", (value) => value?.length > 2000),
    takes(CREATE, "prompt", "takes an empty prompt", (value) => value === ""),
    takes(CREATE, "prompt", "takes a list for a prompt", (value) => Array.isArray(value)),
    takesBodies(CREATE, /(unknown|unlisted|known field)/, "takes unknown fields", (body) =>
      Object.keys(body).some(
        (name) => !/^(model|prompt|duration|resolution|prompt_opt|fast|callback|aigc|first|last|subject)/.test(name),
      ),
    ),
    takes(CREATE, "subject_reference", "takes two subjects", (value) => value?.length > 1),
    takesBodies(
      CREATE,
      /subject_reference.*type/,
      "takes any type of subject",
      ({ subject_reference }) => subject_reference?.[0]?.type !== "character" && subject_reference?.[0]?.image,
    ),
    takes(
      CREATE,
      "subject_reference",
      "takes unknown fields in a subject",
      (value) => value?.[0]?.image && Object.keys(value[0]).length > 2,
    ),
    takes(
      CREATE,
      "first_frame_image",
      "takes a first frame by ftp",
      (value) => typeof value === "string" && !/^(https?:|data:)/.test(value),
    ),
    takes(CREATE, "first_frame_image", "takes a number for a frame", (value) => typeof value === "number"),
  ],
  "takes values outside the listed ones, version 2": [
    takes(CREATE_V2, "duration", "takes 3 seconds", (value) => value === 3),
    takes(CREATE_V2, "duration", "takes 16 seconds", (value) => value === 16),
    takes(CREATE_V2, "duration", "takes seconds as a string", (value) => typeof value === "string"),
    takesBodies(CREATE_V2, /duration/, "takes no duration", (body, { json }) => json && !("duration" in body)),
    takesBodies(
      CREATE_V2,
      /resolution/,
      "takes MiniMax-H3-Max at 2K",
      ({ model, resolution }) => model === "MiniMax-H3-Max" && resolution === "2K",
    ),
    takes(CREATE_V2, "resolution", "takes 1080P", (value) => /\d/.test(value) && !/^(480P|768P|2K)$/.test(value)),
    takes(
      CREATE_V2,
      "model",
      "takes a model of version 1",
      (value) => typeof value === "string" && !/^MiniMax-H3(-Max)?$/.test(value),
    ),
    takes(
      CREATE_V2,
      "ratio",
      "takes an unlisted ratio",
      (value) => typeof value === "string" && !/^(\d+:\d+|adaptive|)$/.test(value),
    ),
    takes(CREATE_V2, "content", "takes content without items", (value) => Array.isArray(value) && value.length === 0),
    takes(CREATE_V2, "content", "takes content that is a string", (value) => typeof value === "string"),
    takesBodies(CREATE_V2, /text/, "takes an empty text", (body) => text(body).text === ""),
    takesBodies(CREATE_V2, /text/, "takes a text of any length", (body) => text(body).text?.length > 3000),
    takesBodies(
      CREATE_V2,
      /role/,
      "takes an unknown role",
      (body) => typeof item(body).role === "string" && !/frame$|^reference_|^base/.test(item(body).role),
    ),
    takesBodies(
      CREATE_V2,
      /image_url/,
      "takes an image_url that is a string",
      (body) => typeof item(body).image_url === "string",
    ),
    takesBodies(CREATE_V2, /(unknown|known field)/, "takes unknown fields", (body) =>
      Object.keys(body).some((name) => /unknown|unlisted|extra_|x_/.test(name)),
    ),
    takes(CREATE_V2, "content", "takes unknown fields in content", (value) =>
      value?.some?.((one: Json) =>
        Object.keys(Object(one)).some((name) => !/^(type|text|role|image_url|video_url|audio_url)$/.test(name)),
      ),
    ),
    takes(CREATE_V2, "aigc_watermark", "takes a string for aigc_watermark", (value) => typeof value === "string"),
    takes(PROMPTS, "duration", "expands a prompt for 16 seconds", (value) => value === 16),
    takes(PROMPTS, "model", "expands for an unknown model", (value) => value !== "MiniMax-H3" && value !== undefined),
    takesBodies(PROMPTS, /resolution/, "expands a prompt with a resolution", (body) => "resolution" in body),
    answers(
      "regenerates at an illegal resolution",
      /videoRegeneration.*resolution/,
      (sent) => sent.path === REGENERATE && sent.keyed && sent.json && sent.json.resolution !== "2K",
      CREATED_V2,
    ),
  ],
  "takes what is illegal elsewhere": [
    takes(TEMPLATES, "template_id", "takes a number as a template_id", (value) => typeof value === "number"),
    takesBodies(TEMPLATES, /(unknown|known field)/, "takes an unknown field of templates", (body) =>
      Object.keys(body).some((name) => !/^(template_id|text_inputs|media_inputs|callback_url)$/.test(name)),
    ),
    takes(TEMPLATES, "text_inputs", "takes texts that are not in objects", (value) =>
      value?.some?.((one: unknown) => typeof one === "string"),
    ),
    takes(TEMPLATES, "text_inputs", "takes null for text_inputs", (value) => value === null),
    answers(
      "deletes a file by an id that is a string",
      /deleteFile.*file_id/,
      (sent) => sent.path === DELETE && sent.keyed && typeof sent.json?.file_id === "string",
      { file_id: 176844028768320, ...OK },
    ),
    answers(
      "deletes a file whatever its purpose",
      /deleteFile.*purpose/,
      (sent) =>
        sent.path === DELETE && sent.keyed && sent.json && !["video_generation_input"].includes(sent.json.purpose),
      (_, sent) => ({ file_id: Number(sent.json.file_id) || 1, ...OK }),
    ),
    sends(
      "takes uploads for an unknown purpose",
      /uploadFile.*purpose/,
      (sent, came) => isUpload(sent, "unlisted") && refused(came),
      () => replying({ file: file("a.png", "unlisted"), ...OK }),
    ),
    answers(
      "lists files of an unknown purpose",
      /listFiles.*purpose/,
      (sent) => sent.path === FILES && sent.keyed && sent.query.get("purpose") === "unlisted",
      { files: [], ...OK },
    ),
    readsFilter("takes page 0 of a list", "page_num", "0", "page_num=1"),
    readsFilter("takes a page size of 0", "page_size", "0", "page_size=20"),
    readsFilter("takes an unlisted status to filter by", "filter.status", "unlisted", ""),
    readsFilter("takes an unlisted task_type to filter by", "filter.task_type", "unlisted", ""),
  ],
  "refuses what is legal": [
    refuses("refuses ten seconds", /(videoGeneration|10 s)/, CREATE, ({ duration }) => duration === 10),
    refuses("refuses 512P", /512P|videoGeneration.*legal/, CREATE, ({ resolution }) => resolution === "512P"),
    refuses(
      "refuses a prompt of 2000 characters",
      /videoGeneration\b.*(prompt|legal)/,
      CREATE,
      ({ prompt }) => prompt?.length === 2000,
    ),
    refuses("refuses one of its models", /videoGeneration|S2V-01/, CREATE, ({ model }) => model === "S2V-01"),
    refuses("refuses prompt_optimizer", /videoGeneration\b.*legal/, CREATE, (body) => "prompt_optimizer" in body),
    refuses("refuses 15 seconds in V2", /V2Create.*(legal|duration)/, CREATE_V2, ({ duration }) => duration === 15),
    refuses("refuses an aspect ratio", /V2Create.*(legal|ratio)/, CREATE_V2, ({ ratio }) => ratio === "21:9"),
    refuses("refuses a second page", /V2List/, LIST_V2, (_, { query }) => Number(query.get("page_num")) > 1),
    refuses(
      "refuses to filter by two ids",
      /V2List.*task_ids/,
      LIST_V2,
      (_, { query }) => query.getAll("filter.task_ids").length > 1,
    ),
    refuses("refuses a charset beside JSON", /charset/, CREATE, (_, sent) => contentType(sent) !== "application/json"),
    refuses(
      "refuses one purpose of files",
      /listFiles.*purpose/,
      FILES,
      (_, { query }) => query.get("purpose") === "t2a_async",
    ),
    remembers("refuses the same create sent twice", /videoGeneration\b/, () => {
      const seen = new Set<string>();
      return (sent, pass) => {
        const body = bodyText(sent);
        if (sent.path !== CREATE || !sent.keyed || !sent.json) return pass();
        const isKnown = seen.has(body);
        seen.add(body);
        return isKnown ? pass({ json: {} }) : pass();
      };
    }),
  ],
  "malformed bodies and content types": [
    takesBodies(CREATE, /(JSON|malformed)/i, "takes half a JSON document", isHalfJson),
    takesBodies(CREATE_V2, /(JSON|malformed)/i, "takes malformed JSON in version 2", isHalfJson),
    bent("breaks down at malformed JSON", /(JSON|malformed|server error)/i, (sent, pass) =>
      sent.path === CREATE && sent.bytes.length > 0 && isHalfJson({}, sent)
        ? replying("oops", 500, "text/plain")
        : pass(),
    ),
    bent("takes an empty body", /videoGeneration\b.*(empty|body)/i, (sent, pass) =>
      sent.path === CREATE && sent.keyed && sent.method === "POST" && sent.bytes.length === 0
        ? pass({ json: V1, headers: new Headers(WITH_KEY) })
        : pass(),
    ),
    takesBodies(CREATE, /./, "takes a list with the request in it", (_, { json }) => Array.isArray(json)),
    takesBodies(CREATE_V2, /./, "takes JSON within JSON", (_, { json }) => typeof json === "string"),
    takesBodies(CREATE, /content.type/, "takes text/plain", (_, sent) => contentType(sent) === "text/plain"),
    takesBodies(CREATE_V2, /content.type/, "takes text/plain in V2", (_, sent) => contentType(sent) === "text/plain"),
    takesBodies(CREATE, /content.type/, "takes a create as a form", (_, sent) => /urlencoded/.test(contentType(sent))),
    takesBodies(TEMPLATES, /content.type/, "takes templates as XML", (_, sent) => /xml/.test(contentType(sent))),
    takesBodies(
      PROMPTS,
      /content.type/,
      "takes an expansion of any content type",
      (_, sent) => !/json/.test(contentType(sent)),
    ),
    answers(
      "deletes files for text/plain",
      /deleteFile.*content.type/,
      (sent) => sent.path === DELETE && sent.keyed && contentType(sent) === "text/plain",
      { file_id: 176844028768320, ...OK },
    ),
  ],
  "keys and methods": [
    letsIn("creates without a key", /videoGeneration\b.*key/, isAt(CREATE), none),
    letsIn("creates in version 2 with a wrong key", /V2Create\b.*key/, isAt(CREATE_V2), wrong),
    letsIn("lists tasks without a key", /V2List.*key/, isAt(LIST_V2), none),
    letsIn("lists files with a wrong key", /listFiles.*key/, isAt(FILES), wrong),
    letsIn("accepts Basic authentication", /queryVideoGenerationTask.*(basic|key)/i, isAt(QUERY), basic),
    letsIn("deletes files without a key", /deleteFile.*key/, isAt(DELETE), none),
    letsIn("shows the bytes of files without a key", /retrieveFileContent.*key/, isAt(CONTENT), none),
    letsIn("cancels with a wrong key", /V2Delete.*key/, isRemoval, wrong),
    letsIn("shows the balance without a key", /getAccountBalance.*key/, isAt(BALANCE), none),
    letsIn("takes a key without Bearer", /retrieveFile\b.*key/, isAt(RETRIEVE), (value) => value === KEY),
    sends("reports invalid parameters for a missing key", /queryVideoGenerationTask.*key/, keylessAt(QUERY), (came) =>
      rewritten(came, { task_id: "", base_resp: { status_code: 2013, status_msg: "invalid params" } }),
    ),
    sends("breaks down without a key", /listFiles.*(key|server error)/, keylessAt(FILES), () =>
      replying("oops", 500, "text/plain"),
    ),
    reads(
      "creates by PUT",
      /videoGeneration\b.*(PUT|method)/,
      ({ path, method }) => path === CREATE && method === "PUT",
      () => ({ method: "POST" }),
    ),
    answers(
      "creates by GET",
      /V2Create\b.*(GET|method)/,
      (sent) => sent.path === CREATE_V2 && sent.method === "GET",
      CREATED_V2,
    ),
    answers(
      "lists files by DELETE",
      /listFiles.*(DELETE|method)/,
      (sent) => sent.path === FILES && sent.method === "DELETE",
      { files: [], ...OK },
    ),
    amends(
      "repeats the key in the message of a refusal",
      /key|secret/,
      (sent, came) => sent.keyed && came.json?.base_resp?.status_code === 2013,
      ({ base_resp }) => ({ base_resp: { ...base_resp, status_msg: `bad request of ${KEY}` } }),
    ),
    bent("repeats the key in a header", /key|secret/, async (sent, pass) => {
      const came = await pass();
      if (sent.keyed && sent.path === LIST_V2) came.headers.set("x-debug", `key=${KEY}`);
      return came;
    }),
    amends(
      "repeats the wrong key in its refusal",
      /key|secret/,
      (sent, came) => wrong(keyOf(sent)) && came.json?.base_resp,
      (_, sent) => ({ base_resp: { status_code: 2049, status_msg: `invalid api key ${keyOf(sent)}` } }),
    ),
    aboutV2("shows half of the key in a task", /key|secret/, { owner: KEY.slice(0, 20) }),
  ],
  "lists that ignore their parameters": [
    forgets("ignores filter.status", /V2List.*filter\.status/, LIST_V2, "filter.status"),
    forgets("ignores filter.task_ids", /V2List.*filter\.task_ids/, LIST_V2, "filter.task_ids"),
    forgets("ignores filter.model", /V2List.*filter\.model/, LIST_V2, "filter.model"),
    forgets("ignores filter.task_type", /V2List.*filter\.task_type/, LIST_V2, "filter.task_type"),
    bent("reads only the first of several ids", /V2List.*filter\.task_ids/, async (sent, pass) => {
      const came = await pass();
      const [first] = sent.query.getAll("filter.task_ids");
      if (sent.path !== LIST_V2 || came.status >= 400 || first === undefined) return came;
      const query = new URLSearchParams(sent.query);
      query.set("filter.task_ids", first);
      return pass({ query });
    }),
    forgets("ignores page_num", /V2List.*page/, LIST_V2, "page_num"),
    forgets("ignores page_size", /V2List.*page_size/, LIST_V2, "page_size"),
    reads(
      "gives one task too many on each page",
      /V2List.*page_size/,
      ({ path, query }) => path === LIST_V2 && Number(query.get("page_size")) > 0,
      ({ query }) => {
        const more = new URLSearchParams(query);
        more.set("page_size", String(Number(query.get("page_size")) + 1));
        return { query: more };
      },
    ),
    replies("counts only the page", /V2List.*total/, isAt(LIST_V2), (json) => ({ total: tasks(json).length })),
    replies("counts one too many", /V2List.*total/, isAt(LIST_V2), (json) => ({ total: json.total + 1 })),
    replies("counts none", /V2List.*total/, isAt(LIST_V2), { total: 0 }),
    bent("counts all tasks, ignoring filters", /V2List.*total/, async (sent, pass) => {
      const came = await pass();
      if (sent.path !== LIST_V2 || came.status >= 400) return came;
      const all = await pass({ query: new URLSearchParams() });
      return rewritten(came, { ...came.json, total: all.json.total });
    }),
    replies("lists a task twice", /V2List.*(twice|once|page|unique)/, isAt(LIST_V2), (json) => ({
      items: tasks(json).length > 1 ? [json.items[0], json.items[0], ...json.items.slice(2)] : json.items,
    })),
    bent("leaves the newest task out", /V2List/, async (sent, pass) => {
      const came = await pass();
      if (sent.path !== LIST_V2 || came.status >= 400 || sent.query.has("filter.task_ids")) return came;
      return sent.query.get("page_num") === "2"
        ? came
        : rewritten(came, { items: tasks(came.json).slice(1), total: came.json.total - 1 });
    }),
    replies("lists another status than the query", /V2List.*status/, isAt(LIST_V2), (json) => ({
      items: tasks(json).map((one) => (one.status === "succeeded" ? { ...one, status: "running" } : one)),
    })),
    replies("lists another model than was asked for", /V2List.*model/, isAt(LIST_V2), (json) => ({
      items: tasks(json).map((one) => ({ ...one, model: "MiniMax-H3-Max" })),
    })),
    replies("lists files of every purpose", /listFiles.*purpose/, isAt(FILES), (json) => ({
      files: [
        ...json.files,
        { file_id: 176844028768399, bytes: 1, created_at: 1785125529, filename: "a.mp3", purpose: "voice_clone" },
      ],
    })),
    replies("lists no file", /listFiles/, isAt(FILES), { files: [] }),
    remembers("lists a deleted file", /(listFiles|uploadFile|deleteFile).*delete/, () => {
      const listed = new Map<number, Json>();
      return async (sent, pass) => {
        const came = await pass();
        if (sent.path === UPLOAD && came.json?.file) listed.set(came.json.file.file_id, came.json.file);
        return sent.path === FILES && came.json?.files && sent.query.get("purpose") === "video_generation_input"
          ? rewritten(came, { ...came.json, files: [...listed.values()] })
          : came;
      };
    }),
  ],
  "ids and unknown things": [
    repeats("gives every create the same id", /videoGeneration\b.*(id|unique)/, CREATE, (json) => json, "task_id"),
    repeats("gives every create of V2 the same id", /V2Create\b.*(id|unique)/, CREATE_V2, (json) => json, "task_id"),
    repeats("gives every upload the same id", /uploadFile/, UPLOAD, (json) => json?.file, "file_id"),
    unknown("reports Queueing for an unknown task", /queryVideoGenerationTask.*unknown/, isAt(QUERY), (sent) => ({
      task_id: idIn(sent),
      status: "Queueing",
      file_id: "",
      video_width: 0,
      video_height: 0,
      ...OK,
    })),
    unknown("reports Success for an unknown task", /queryVideoGenerationTask.*unknown/, isAt(QUERY), (sent) => ({
      task_id: idIn(sent),
      status: "Success",
      file_id: "176844028768320",
      video_width: 1366,
      video_height: 768,
      ...OK,
    })),
    unknown(
      "reports Processing for an unknown template task",
      /queryVideoTemplateGenerationTask.*unknown/,
      isAt(QUERY_TEMPLATE),
      (sent) => ({ task_id: idIn(sent), status: "Processing", video_url: "", ...OK }),
    ),
    unknown("reports queued for an unknown V2 task", /V2Query.*unknown/, isQueryV2, (sent) => ({
      task: { id: idIn(sent), status: "queued" },
    })),
    unknown("retrieves an unknown file", /retrieveFile\b.*unknown/, isAt(RETRIEVE), (sent) => ({
      file: {
        file_id: Number(idIn(sent)),
        bytes: 0,
        created_at: 1785125529,
        filename: "output.mp4",
        purpose: "video_generation",
        download_url: "https://x.example/a.mp4?Expires=4000000000",
      },
      ...OK,
    })),
    sends(
      "returns bytes for an unknown file",
      /retrieveFileContent.*unknown/,
      (sent, came) =>
        sent.path === CONTENT && sent.keyed && refused(came) && /^\d{15}$/.test(sent.query.get("file_id") ?? ""),
      (_) => replying("????", 200, "application/octet-stream"),
    ),
    unknown(
      "deletes an unknown file",
      /deleteFile.*unknown/,
      (sent) =>
        sent.path === DELETE &&
        Object.keys(sent.json ?? {}).length === 2 &&
        /^\d{15}$/.test(String(sent.json.file_id)) &&
        sent.json.purpose === "video_generation_input",
      (sent) => ({ file_id: sent.json.file_id, ...OK }),
    ),
    unknown("cancels an unknown task", /V2Delete.*unknown/, isRemoval, (sent) => ({
      task_id: idIn(sent),
      action: "cancelled",
      status: "cancelled",
    })),
    replies("answers a query with another task", /queryVideoGenerationTask.*task_id/, isAt(QUERY), { task_id: OTHER }),
    aboutV2("answers the query of version 2 with another task", /V2Query.*id/, { id: OTHER }),
    replies(
      "rounds long ids of templates",
      /queryVideoTemplateGenerationTask.*task_id/,
      isAt(QUERY_TEMPLATE),
      (json) => ({ task_id: `${String(json.task_id).slice(0, 15)}000` }),
    ),
    repliesOfFile("returns another file than requested", /retrieveFile\b.*file_id/, RETRIEVE, (file) => ({
      file_id: file.file_id + 1,
    })),
    replies("confirms that another file is deleted", /deleteFile.*file_id/, isAt(DELETE), (json) => ({
      file_id: json.file_id + 1,
    })),
    replies("confirms that another task is cancelled", /V2Delete.*task_id/, isRemoval, { task_id: OTHER }),
    bent("gives ids of twenty digits", /videoGeneration\b.*(task_id|digits)/, async (sent, pass) => {
      const long = (id: string) => `99${id}000`;
      const query = new URLSearchParams(sent.query);
      const asked = /^99(\d+)000$/.exec(query.get("task_id") ?? "")?.[1];
      if (asked) query.set("task_id", asked);
      const came = await pass({ query });
      const isV1 = [CREATE, QUERY].includes(sent.path) && came.json?.task_id;
      return isV1 ? rewritten(came, { ...came.json, task_id: long(came.json.task_id) }) : came;
    }),
    answers(
      "regenerates an unknown source",
      /videoRegeneration.*(unknown|source)/,
      (sent) =>
        sent.path === REGENERATE &&
        sent.keyed &&
        /^\d{15}$/.test(sent.json?.source_task_id) &&
        sent.json.resolution === "2K" &&
        Object.keys(sent.json).length === 3,
      CREATED_V2,
    ),
    bent("uses an unknown upload", /V2Create.*(unknown|mm_file|file)/, (sent, pass) =>
      sent.path === CREATE_V2 && sent.keyed && bodyText(sent).includes("mm_file://") ? pass({ json: V2 }) : pass(),
    ),
  ],
  "facts about tasks": [
    remembers(
      "goes back from Success to Processing",
      /(queryVideoGenerationTask|videoGeneration).*status|back/i,
      () => {
        const ended = new Map<string, number>();
        return async (sent, pass) => {
          const came = await pass();
          if (sent.path !== QUERY || came.json?.status !== "Success") return came;
          const times = (ended.get(came.json.task_id) ?? 0) + 1;
          ended.set(came.json.task_id, times);
          return times > 1
            ? rewritten(came, { ...came.json, status: "Processing", file_id: "", video_width: 0, video_height: 0 })
            : came;
        };
      },
    ),
    remembers("goes from Processing back to Queueing", /queryVideoGenerationTask.*status|back/i, () => {
      let last = "";
      return async (sent, pass) => {
        const came = await pass();
        if (sent.path !== QUERY || !came.json?.status) return came;
        const status = came.json.status === "Processing" && last === "Processing" ? "Queueing" : came.json.status;
        last = status;
        return rewritten(came, { ...came.json, status });
      };
    }),
    aboutV2("reports another model", /V2Query.*model/, { model: "MiniMax-H3-Max" }),
    aboutV2("reports another resolution", /V2Query.*resolution/, (task) => task.resolution && { resolution: "2K" }),
    aboutV2("reports another duration", /V2Query.*duration/, (task) => ({ duration: task.duration + 1 })),
    aboutV2("reports another aspect ratio", /V2Query.*ratio/, { ratio: "9:16" }),
    aboutV2("reports another task_type", /V2Query.*task_type/, { task_type: "regeneration" }),
    aboutV2("charges more seconds than it made", /V2Query.*usage/, (task) => ({
      usage: task.usage?.output_seconds ? { ...task.usage, output_seconds: task.usage.output_seconds + 5 } : task.usage,
    })),
    aboutV2("adds up tokens wrongly", /V2Query.*usage/, (task) => ({
      usage: task.usage?.total_tokens ? { ...task.usage, total_tokens: 1 } : task.usage,
    })),
    aboutV2("counts an image that was not sent", /V2Query.*usage/, (task) => ({
      usage: task.usage?.total_seconds ? { ...task.usage, input_image_count: 7 } : task.usage,
    })),
    aboutV2("is updated before it is created", /V2Query.*updated_at/, (task) => ({ updated_at: task.created_at - 60 })),
    aboutV2("reports times in milliseconds", /created_at/, (task) => ({
      created_at: task.created_at * 1000,
      updated_at: task.updated_at * 1000,
    })),
    aboutV2("was created a year ago", /created_at/, (task) => ({ created_at: task.created_at - 31_536_000 })),
    replies(
      "has a video of the wrong size",
      /queryVideoGenerationTask.*video_(width|height)/,
      isAt(QUERY),
      (json) => json.video_width && { video_width: 320, video_height: 240 },
    ),
    replies("succeeds without a file", /videoGeneration|file_id/, isAt(QUERY), { file_id: "" }),
    replies(
      "names a file before it succeeds",
      /empty-before-success|file_id/,
      isAt(QUERY),
      (json) => json.status === "Processing" && { file_id: "176844028768320" },
    ),
    replies("writes statuses in capitals", /queryVideoGenerationTask.*status/, isAt(QUERY), (json) => ({
      status: String(json.status).toUpperCase(),
    })),
    aboutV2("uses an undocumented status in version 2", /V2Query.*status|v2-status-words/, (task) => ({
      status: task.status === "running" ? "rendering" : task.status,
    })),
    aboutV2(
      "expands nothing",
      /h3ContextIR|v2-prompt-in-task|prompt/,
      (task) => task.content?.prompt && { content: { prompt: "" } },
    ),
    aboutV2(
      "confirms a cancellation and continues",
      /V2(Create|Delete).*cancel/,
      (task) => task.status === "cancelled" && { status: "running" },
    ),
    replies("cancels a task that has ended", /V2Delete/, isRemoval, { action: "cancelled", status: "cancelled" }),
    remembers("keeps a task that it has deleted", /V2(Delete|Query|Create|List).*deleted task/, () => {
      const kept = new Map<string, Came>();
      return async (sent, pass) => {
        const came = await pass();
        const id = idIn(sent);
        if (isQueryV2(sent) && came.status === 200) kept.set(id, came);
        return isQueryV2(sent) && came.status === 400 && sent.keyed ? (kept.get(id) ?? came) : came;
      };
    }),
  ],
  "files, links and bytes": [
    sends(
      "changes one byte of an upload",
      /retrieveFileContent|uploadFile.*bytes|content/,
      (sent, came) => sent.path === CONTENT && came.bytes.length > 100 && !came.json,
      (came) => ({ ...came, bytes: came.bytes.map((byte, at) => (at === 60 ? byte ^ 1 : byte)) }),
    ),
    sends(
      "cuts the last byte of an upload",
      /retrieveFileContent|uploadFile.*bytes|content/,
      (sent, came) => sent.path === CONTENT && !came.json,
      (came) => ({ ...came, bytes: came.bytes.slice(0, -1) }),
    ),
    repliesOfFile("reports a wrong upload size", /uploadFile.*bytes/, UPLOAD, (file) => ({ bytes: file.bytes + 1 })),
    repliesOfFile("reports a wrong upload purpose", /uploadFile.*purpose/, UPLOAD, { purpose: "voice_clone" }),
    repliesOfFile("renames uploads", /uploadFile.*filename/, UPLOAD, { filename: "blob" }),
    replies("lists sizes that differ from the uploads", /listFiles.*bytes/, isAt(FILES), (json) => ({
      files: json.files.map((one: Json) => ({ ...one, bytes: 0 })),
    })),
    keepsDeleted(
      "retrieves a deleted file",
      /(uploadFile|retrieveFile|deleteFile).*delete/,
      RETRIEVE,
      ({ json }) => json?.file,
    ),
    keepsDeleted(
      "still returns the bytes of a deleted file",
      /(uploadFile|retrieveFileContent|deleteFile).*delete/,
      CONTENT,
      ({ json }) => !json,
    ),
    reads(
      "answers every Range with the first bytes",
      /range/i,
      (sent) => isDownload(sent) && sent.headers.has("range"),
      () => ({ headers: new Headers({ range: "bytes=0-99" }) }),
    ),
    reads("ignores Range", /range|link-takes-ranges/i, isDownload, () => ({ headers: new Headers() })),
    sends(
      "sends one byte too few for a Range",
      /range/i,
      (sent, came) => isDownload(sent) && came.status === 206,
      (came) => ({ ...came, bytes: came.bytes.slice(0, -1) }),
    ),
    sends(
      "requires a key for its links",
      /link|download/,
      (sent) => isDownload(sent) && !sent.headers.has("authorization"),
      () => replying("<Error/>", 403, "application/xml"),
    ),
    sends("links to a page", /download|video-is-mp4/, isDownload, () => replying("<html></html>", 200, "text/html")),
    sends("sends videos as octet-stream", /video-is-mp4|video\/mp4/, isDownload, (came) =>
      typed(came, "application/octet-stream"),
    ),
    repliesOfFile("gives links that have expired", /link-|expire/i, RETRIEVE, (file) => ({
      download_url: file.download_url.replace(/Expires=\d+/, "Expires=1600000000"),
    })),
    repliesOfFile("gives links for a minute", /link-lives-an-hour/, RETRIEVE, (file) => ({
      download_url: file.download_url.replace(/Expires=\d+/, `Expires=${Math.floor(Date.now() / 1000) + 60}`),
    })),
    aboutV2(
      "links to a host that does not exist",
      /link|download|flow/,
      ({ content }) => content?.url && { content: { url: "http://127.0.0.1:9/a.mp4?Expires=4000000000" } },
    ),
    sends(
      "accepts a text as a picture",
      /uploadFile/,
      (sent, came) => isUpload(sent, "no picture") && came.status === 400,
      () => replying({ file: file("file.png", "video_generation_input"), ...OK }),
    ),
  ],
  callbacks: [
    callsBack("makes no callback after the challenge", /callback/, (body) =>
      body?.challenge === undefined ? undefined : body,
    ),
    callsBack("makes no callback about the end", /callback/, (body) =>
      /^succe/i.test(body?.status ?? body?.task?.status ?? "") ? undefined : body,
    ),
    callsBack("calls back about another task", /callback.*(id|task)/, (body) =>
      body?.task_id ? { ...body, task_id: OTHER } : body?.task ? { task: { ...body.task, id: OTHER } } : body,
    ),
    takesBodies(
      CREATE,
      /challenge/,
      "takes any answer to a challenge",
      ({ callback_url }, { json }) => typeof callback_url === "string" && json?.prompt && /^https?:/.test(callback_url),
    ),
    callsBack("calls back without a challenge", /challenge/, (body) =>
      body?.challenge === undefined ? body : undefined,
    ),
    callsBack("calls back with an undocumented status", /callback.*status/, (body) =>
      body?.status ? { ...body, status: "DONE" } : body?.task ? { task: { ...body.task, status: "DONE" } } : body,
    ),
    callsBack("leaves base_resp out of its callbacks", /callback.*base_resp/, (body) =>
      body?.base_resp ? { ...body, base_resp: undefined } : body,
    ),
    reads(
      "ignores callback_url",
      /callback/,
      ({ json }) => json?.callback_url?.includes?.("/inbox/"),
      ({ json }) => ({ json: { ...json, callback_url: undefined } }),
    ),
    reads(
      "ignores callback_url in version 2",
      /callback/,
      ({ json, path }) => path === CREATE_V2 && json?.callback_url?.includes?.("/inbox/"),
      ({ json }) => ({ json: { ...json, callback_url: undefined } }),
    ),
  ],
  "statuses, headers and shapes of replies": [
    sends("answers a create with 201", /videoGeneration\b.*(status|201)/, takenAt(CREATE), (came) => ({
      ...came,
      status: 201,
    })),
    sends("refuses under HTTP 400 in version 1", /refused-under-200|status/, refusedAt(CREATE), (came) => ({
      ...came,
      status: 400,
    })),
    sends("refuses under HTTP 200 in version 2", /V2|v2-/, refusedAt(CREATE_V2), (came) => ({ ...came, status: 200 })),
    sends(
      "answers with HTTP 404 for an unknown task",
      /V2Query.*(404|status)/,
      (sent, came) => isQueryV2(sent) && came.status === 400,
      (came) => ({ ...came, status: 404 }),
    ),
    bent("redirects its list", /listFiles.*(307|status)/, (sent, pass) =>
      sent.path === FILES && sent.keyed
        ? { ...replying("", 307, ""), headers: new Headers({ location: "/v1/files/list/" }) }
        : pass(),
    ),
    sends(
      "sends JSON as text/plain",
      /queryVideoGenerationTask.*(text\/plain|application\/json)/,
      isAt(QUERY),
      (came) => typed(came, "text/plain"),
    ),
    sends("sends JSON without a type", /listFiles.*(type|application\/json)/, isAt(FILES), (came) => typed(came, "")),
    sends("sends a page instead of JSON", /retrieveFile\b.*(text\/html|json)/i, keyedAt(RETRIEVE), () =>
      replying("<html></html>", 200, "text/html"),
    ),
    sends(
      "sends broken JSON",
      /V2List.*(JSON|absent|required|object)/,
      (sent, came) => sent.path === LIST_V2 && came.status === 200,
      (came) => ({ ...came, bytes: came.bytes.slice(0, -2) }),
    ),
    sends("writes task_id as a number", /videoGeneration\b.*task_id/, takenAt(CREATE), (came) => ({
      ...came,
      bytes: new TextEncoder().encode(
        new TextDecoder().decode(came.bytes).replace(/"task_id":"(\d+)"/, '"task_id":$1'),
      ),
    })),
    repliesOfFile("writes file_id as text", /file_id|file-id/, RETRIEVE, (file) => ({ file_id: String(file.file_id) })),
    amends("writes status_code as a string", /base_resp\.status_code/, isAt(QUERY), (json) => ({
      base_resp: { ...json?.base_resp, status_code: String(json?.base_resp?.status_code) },
    })),
    replies("leaves base_resp out", /listFiles.*base_resp/, isAt(FILES), { base_resp: undefined }),
    replies("leaves total out of its list", /V2List.*total/, isAt(LIST_V2), { total: undefined }),
    amends(
      "puts a base_resp into version 2",
      /v2-without-base-resp|base_resp/,
      (sent, came) => isQueryV2(sent) && came.status === 200,
      OK,
    ),
    replies("says ok instead of success", /success-in-words|status_msg/, isAt(CREATE), {
      base_resp: { status_code: 0, status_msg: "ok" },
    }),
    amends("refuses with an unknown code", /known-codes|code/, refusedAt(RETRIEVE), {
      base_resp: { status_code: 777, status_msg: "no" },
    }),
    amends(
      "refuses version 2 without a code in its message",
      /v2-code-in-message|message/,
      refusedAt(CREATE_V2),
      (json) => ({ error: { ...json.error, message: "invalid" } }),
    ),
    amends("refuses V2 without a request_id", /V2Create.*request_id/, refusedAt(CREATE_V2), { request_id: undefined }),
    amends("names the wrong type of error", /error\.type|v2-type-of-status/, refusedAt(CREATE_V2), (json) => ({
      error: { ...json.error, type: "server_error" },
    })),
    bent("breaks down at 21:9", /server error|500/, (sent, pass) =>
      sent.json?.ratio === "21:9" ? replying(BROKEN_V2, 500) : pass(),
    ),
    bent("breaks down at long prompts", /server error|500|V2Create/, (sent, pass) =>
      sent.path === CREATE_V2 && sent.bytes.length > 3000 ? replying("oops", 502, "text/html") : pass(),
    ),
    bent("cuts the reply of its list", /listFiles.*(no reply|broke)/, (sent, pass) =>
      sent.path === FILES && sent.keyed ? { ...replying(""), status: 0 } : pass(),
    ),
    amends("refuses a create and gives an id", /refused-without-id|task_id/, refusedAt(CREATE), { task_id: OTHER }),
    replies("writes the numbers of the balance as text", /getAccountBalance/, isAt(BALANCE), {
      available_amount: true,
      balance: true,
    }),
  ],
  gateways: [
    ...played("aimanyi", [
      bent("takes a first frame", /videoGeneration\b.*image to video/, (sent, pass) =>
        sent.method === "POST" && sent.keyed && sent.json?.first_frame_image ? pass({ json: V1 }) : pass(),
      ),
      amends("has no request_id in its envelope", /videoGeneration\b.*request_id/, wrappedAt(CREATE), {
        request_id: undefined,
      }),
      amends("has no data in its envelope", /videoGeneration\b/, wrappedAt(CREATE), { data: null }),
      amends(
        "answers the query of one task with another",
        /queryVideoGenerationTask.*task_id/,
        wrappedAt(QUERY),
        (json) => ({ data: { ...json.data, task_id: OTHER, data: { ...json.data.data, task_id: OTHER } } }),
      ),
      amends("has no status in its envelope", /queryVideoGenerationTask/, wrappedAt(QUERY), (json) => ({
        data: { task_id: json.data.task_id },
      })),
      amends("writes times as words", /videoGeneration\b.*created_at/, wrappedAt(CREATE), (json) => ({
        data: { ...json.data, created_at: "now" },
      })),
      letsIn("accepts a wrong key", /videoGeneration\b.*key/, isAt(CREATE), wrong),
    ]),
    ...played("quickrouter", [
      bent("takes creates without a duration", /videoGeneration\b.*duration|no duration/, (sent, pass) =>
        sent.method === "POST" && sent.keyed && sent.json?.prompt && sent.json.model && sent.json.duration === undefined
          ? pass({ json: V1 })
          : pass(),
      ),
      amends("gives every create the same id", /videoGeneration\b.*(id|unique)/, takenAt(CREATE), { task_id: OTHER }),
      bent("takes a duration of 7", /videoGeneration\b.*duration/, (sent, pass) =>
        sent.method === "POST" && sent.keyed && sent.json?.duration === 7 ? pass({ json: V1 }) : pass(),
      ),
    ]),
  ],
};
