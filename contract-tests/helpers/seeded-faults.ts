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
const INPUT = "video_generation_input";
const DELETED = { file_id: 176844028768320, ...OK };
const NO_FILES = { files: [], ...OK };
const LINK = "https://x.example/a.mp4?Expires=4000000000";
const PAGE = replying("<html></html>", 200, "text/html");
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
const isRanged = (sent: Sent) => isDownload(sent) && sent.headers.has("range");
const isPart: Meant = (sent, came) => isDownload(sent) && came.status === 206;
const answersQueryV2: Meant = (sent, came) => isQueryV2(sent) && came.status === 200;
const refusesQueryV2: Meant = (sent, came) => isQueryV2(sent) && came.status === 400;
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
/** Turns a table of one sort of fault, by title, into faults. */
const table =
  <Row extends unknown[]>(fault: (title: string, ...row: Row) => SeededFault) =>
  (rows: Record<string, Row>) =>
    Object.entries(rows).map(([title, row]) => fault(title, ...row));

const callsBack = table((title, named: RegExp, callback: (body: Json) => Json) => ({ title, named, callback }));

/**
 * Accepts creates that it should refuse: an illegal one makes a task, as a legal one would. `named` is the name of the field whose
 * value is tested, or matches what else a finding says.
 */
const takes = (path: keyof typeof CREATES) =>
  table((title, named: RegExp, isMeant: (value: Json, body: Json, sent: Sent) => unknown) => {
    const { operation, legal } = CREATES[path];
    return bent(title, new RegExp(`${operation}.*${named.source}`, named.flags), async (sent, pass) => {
      const came = await pass();
      if (sent.path !== path || sent.method !== "POST" || !sent.keyed || !refused(came)) return came;
      const body = sent.json ?? {};
      const isTaken = isMeant(body[named.source], body, sent);
      return isTaken ? pass({ json: legal, headers: new Headers(WITH_KEY) }) : came;
    });
  });
const is = (expected: unknown) => (value: Json) => value === expected;
const isText = (value: Json) => typeof value === "string";
const isNumber = (value: Json) => typeof value === "number";
const isUnlisted = (listed: RegExp) => (value: Json) => isText(value) && !listed.test(value);
const hasOther = (known: RegExp) => (_: Json, body: Json) => Object.keys(body).some((name) => !known.test(name));
const lacks = (name: string) => (_: Json, body: Json, sent: Sent) => sent.json && !Object.hasOwn(body, name);
const hasType = (type: RegExp) => (_: Json, __: Json, sent: Sent) => type.test(contentType(sent));

const isPlain = hasType(/^text\/plain$/);

/** Refuses requests that it should accept. */
const refuses = (path: string) =>
  table((title, named: RegExp, isMeant: (body: Json, sent: Sent) => unknown) =>
    bent(title, named, (sent, pass) => {
      if (!keyedAt(path)(sent) || !isMeant(sent.json ?? {}, sent)) return pass();
      const query = new URLSearchParams("task_id=x&file_id=x&page_num=x&purpose=x");
      return sent.method === "GET" ? pass({ query }) : pass({ json: {} });
    }),
  );

/** Changes whole replies. */
const sends = (title: string, named: RegExp, isMeant: Meant, change: (came: Came, sent: Sent) => Partial<Came>) =>
  bent(title, named, async (sent, pass) => {
    const came = await pass();
    return isMeant(sent, came) ? { ...came, ...change(came, sent) } : came;
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
const replies = (title: string, named: RegExp, isMeant: Meant, changes: Changes) => {
  const succeeds: Meant = (sent, came) => came.json && came.status < 300 && !refused(came) && isMeant(sent, came);
  return amends(title, named, succeeds, changes);
};
const repliesAt = (path: string) =>
  table((title, named: RegExp, changes: Changes) => replies(title, named, isAt(path), changes));

/** Changes fields of the error in refusals of version 2. */
const refusesV2 = table((title, named: RegExp, changes: Changes) =>
  amends(title, named, refusedAt(CREATE_V2), ({ error }, sent) => ({ error: changed(error, changes, sent) })),
);

const repliesOfFile = (path: string) =>
  table((title, named: RegExp, changes: Changes) =>
    replies(title, named, isAt(path), ({ file }: Json, sent: Sent) => ({ file: changed(file, changes, sent) })),
  );

const aboutV2 = table((title, named: RegExp, changes: Changes) =>
  replies(title, named, isQueryV2, ({ task }: Json, sent: Sent) => ({ task: changed(task, changes, sent) })),
);

/** Changes the bytes of uploads when they are read. */
const spoilsUploads = (changes: Record<string, (bytes: Came["bytes"]) => Came["bytes"]>) =>
  Object.entries(changes).map(([title, change]) =>
    sends(title, /retrieveFileContent|uploadFile.*bytes|content/, isUploaded, ({ bytes }) => ({
      bytes: change(bytes),
    })),
  );

/** Answers requests to a path instead of forwarding them. */
const answers = (path: string) =>
  table((title, named: RegExp, isMeant: (sent: Sent) => unknown, json: Changes) =>
    bent(title, named, (sent, pass) =>
      sent.path === path && isMeant(sent) ? replying(changed({}, json, sent)) : pass(),
    ),
  );

/** Takes an upload that contains a text. */
const uploads = table((title, named: RegExp, text: string, purpose: string) =>
  sends(
    title,
    named,
    (sent, came) => isUpload(sent, text) && refused(came),
    () => replying({ file: file("a.png", purpose), ...OK }),
  ),
);

/** Replies with success to an unknown id. */
const knows = table(
  (title, named: RegExp, isMeant: (sent: Sent) => boolean, json: (id: string, sent: Sent) => Json): SeededFault => {
    const hasId = ({ path, query, json }: Sent) => /\d{15}/.test(path + query + JSON.stringify(json ?? ""));
    const isUnknown: Meant = (sent, came) => sent.keyed && isMeant(sent) && refused(came) && hasId(sent);
    return sends(title, named, isUnknown, (_, sent) => replying(json(idIn(sent), sent)));
  },
);

/** Changes requests before they are answered. */
const reads = (title: string, named: RegExp, isMeant: (sent: Sent) => unknown, change: (sent: Sent) => Partial<Sent>) =>
  bent(title, named, (sent, pass) => (isMeant(sent) ? pass(change(sent)) : pass()));

/** Treats an illegal parameter of the list as this query. */
const readsFilter = table((title, name: string, value: string, query: string) =>
  reads(
    title,
    new RegExp(`V2List.*${name}`),
    (sent) => sent.path === LIST_V2 && sent.query.get(name) === value,
    () => ({ query: new URLSearchParams(query) }),
  ),
);

/** Changes the query of the list after it was validated. `change` returns the new parameters, if any. */
const lists = (title: string, named: RegExp, change: (query: URLSearchParams) => object | false | undefined) =>
  bent(title, named, async (sent, pass) => {
    const came = await pass();
    const changes = sent.path === LIST_V2 && came.status < 400 && change(sent.query);
    if (!changes) return came;
    const kept = [...sent.query].filter(([name]) => !Object.hasOwn(changes, name));
    const set = Object.entries(changes).flatMap(([name, value]) => (value ? [[name, String(value)]] : []));
    return pass({ query: new URLSearchParams([...kept, ...set]) });
  });
const ignores = (name: string) =>
  lists(`ignores ${name}`, new RegExp(`V2List.*${name}`), () => ({ [name]: undefined }));

/** Accepts requests without a key, or with another key. */
const letsIn = table((title, named: RegExp, isMeant: (sent: Sent) => boolean, isKey: (key: string) => boolean) =>
  reads(
    title,
    named,
    (sent) => isMeant(sent) && isKey(keyOf(sent)),
    ({ headers }) => ({ headers: new Headers({ ...Object.fromEntries(headers), authorization: `Bearer ${KEY}` }) }),
  ),
);
const none = (text: string) => text === "";
const wrong = (text: string) => text.includes("invalid");
const basic = (text: string) => text.startsWith("Basic");

/** Replies about a deleted file as before the deletion. */
const keepsDeleted = (title: string, path: string, isKept: (came: Came) => unknown) =>
  remembers(title, /(uploadFile|retrieveFile|deleteFile).*delete/, () => {
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

/** Changes the status of a task, knowing those that it has told before. */
const tells = (title: string, named: RegExp, next: (status: string, told: string[]) => string) =>
  remembers(title, named, () => {
    const told: Record<string, string[]> = {};
    return async (sent, pass) => {
      const came = await pass();
      if (sent.path !== QUERY || !came.json?.status) return came;
      told[came.json.task_id] ??= [];
      const status = next(came.json.status, told[came.json.task_id] as string[]);
      told[came.json.task_id]?.push(status);
      const early = status === "Success" ? {} : { file_id: "", video_width: 0, video_height: 0 };
      return rewritten(came, { ...came.json, ...early, status });
    };
  });

const typed = (type: string) => (came: Came) => {
  const headers = new Headers(came.headers);
  if (type) headers.set("content-type", type);
  else headers.delete("content-type");
  return { headers };
};
const keyOf = ({ headers }: Sent) => headers.get("authorization") ?? "";
const contentType = ({ headers }: Sent) => headers.get("content-type") ?? "";
const isHalfJson = (_: Json, __: Json, sent: Sent) =>
  sent.json === undefined && sent.bytes.length > 2 && contentType(sent) === "application/json";
const bodyText = ({ bytes }: Sent) => new TextDecoder().decode(bytes);
const isUpload = (sent: Sent, text: string) =>
  keyedAt(UPLOAD)(sent) && contentType(sent).startsWith("multipart") && bodyText(sent).includes(text);
const isUploaded: Meant = (sent, came) => sent.path === CONTENT && came.bytes.length > 100 && !came.json;
const isChallenge = (body: Json) => body?.challenge !== undefined;
/** Changes a callback of version 1, or the task in one of version 2. */
const withTask = (v1: object, v2: object) => (body: Json) =>
  body?.task ? { task: { ...body.task, ...v2 } } : body?.task_id ? { ...body, ...v1 } : body;
const callsInbox = ({ json }: Sent) => json?.callback_url?.includes?.("/inbox/");
const callsInboxV2 = (sent: Sent) => sent.path === CREATE_V2 && callsInbox(sent);
const withoutCallback = ({ json }: Sent) => ({ json: { ...json, callback_url: undefined } });
const usage = (counts: object) => (task: Json) => task.usage?.total_seconds && { usage: { ...task.usage, ...counts } };
const expiring = (seconds: () => number) => (file: Json) => ({
  download_url: file.download_url.replace(/Expires=\d+/, `Expires=${seconds()}`),
});
const isRegeneration = ({ json, keyed }: Sent) =>
  keyed && /^\d{15}$/.test(json?.source_task_id) && json.resolution === "2K" && Object.keys(json).length === 3;
const tasks = (json: Json): Json[] => json.items ?? [];
const idIn = ({ path, query }: Sent) => /\d{15,}/.exec(path)?.[0] ?? query.get("task_id") ?? query.get("file_id") ?? "";
const item = (body: Json) => body.content?.find?.((one: Json) => one?.type !== "text") ?? {};
const text = (body: Json) => body.content?.find?.((one: Json) => one?.type === "text") ?? {};
const file = (filename: string, purpose: string, file_id = 176844028768321) => {
  return { file_id, bytes: 4, created_at: 1785125529, filename, purpose };
};

/** The faults of a gateway. */
const played = (like: "aimanyi" | "quickrouter", faults: SeededFault[]) =>
  faults.map((fault) => ({ ...fault, like, title: `${like}: ${fault.title}` }));

/** The faults by group. */
export const seededFaults: Record<string, SeededFault[]> = {
  "takes values outside the listed ones, version 1": takes(CREATE)({
    "takes a duration of 7": [/duration/, is(7)],
    "takes any whole number as a duration": [/duration/, Number.isInteger],
    "takes a duration as a string": [/duration/, is("6")],
    "takes a duration of 6.5": [/duration/, (value) => isNumber(value) && value % 1 !== 0],
    "takes null for a duration": [/duration/, is(null)],
    "takes a negative duration": [/duration/, (value) => value < 0],
    "takes 4K": [/resolution/, is("4K")],
    "takes any resolution in words": [/resolution/, isUnlisted(/^\d+P$/)],
    "takes resolutions in small letters": [/resolution/, (value) => /^\d+p$/.test(value)],
    "takes an empty resolution": [/resolution/, is("")],
    "takes an unknown model": [/model/, isUnlisted(/hailuo|2V/i)],
    "takes models in small letters": [/model/, isUnlisted(/[A-Z]|^$/)],
    "takes an empty model": [/model/, is("")],
    "takes a create without a model": [/model/, lacks("model")],
    'takes "true" for prompt_optimizer': [/prompt_optimizer/, isText],
    "takes 1 for aigc_watermark": [/aigc_watermark/, isNumber],
    "takes null for prompt_optimizer": [/prompt_optimizer/, is(null)],
    "takes fast_pretreatment with T2V-01": [
      /fast_pretreatment/,
      (fast, { model }) => is(!!fast)(fast) && /^T2V/.test(model),
    ],
    "takes a prompt of 2001 characters": [/prompt/, (value) => value?.length > 2000],
    "takes an empty prompt": [/prompt/, is("")],
    "takes a list for a prompt": [/prompt/, Array.isArray],
    "takes unknown fields": [
      /(unknown|unlisted|known field)/,
      hasOther(/^(model|prompt|duration|resolution|prompt_opt|fast|callback|aigc|first|last|subject)/),
    ],
    "takes two subjects": [/subject_reference/, (value) => value?.length > 1],
    "takes any type of subject": [
      /subject_reference.*type/,
      (_, { subject_reference: [one] = [] }) => one?.type !== "character" && one?.image,
    ],
    "takes unknown fields in a subject": [
      /subject_reference/,
      (value) => value?.[0]?.image && Object.keys(value[0]).length > 2,
    ],
    "takes a first frame by ftp": [/first_frame_image/, isUnlisted(/^(https?:|data:)/)],
    "takes a number for a frame": [/first_frame_image/, isNumber],
  }),
  "takes values outside the listed ones, version 2": [
    ...takes(CREATE_V2)({
      "takes 3 seconds": [/duration/, is(3)],
      "takes 16 seconds": [/duration/, is(16)],
      "takes seconds as a string": [/duration/, isText],
      "takes no duration": [/duration/, lacks("duration")],
      "takes MiniMax-H3-Max at 2K": [/resolution/, (value, { model }) => value === "2K" && model === "MiniMax-H3-Max"],
      "takes 1080P": [/resolution/, (value) => /\d/.test(value) && !/^(480P|768P|2K)$/.test(value)],
      "takes a model of version 1": [/model/, isUnlisted(/^MiniMax-H3(-Max)?$/)],
      "takes an unlisted ratio": [/ratio/, isUnlisted(/^(\d+:\d+|adaptive|)$/)],
      "takes content without items": [/content/, (value) => Array.isArray(value) && value.length === 0],
      "takes content that is a string": [/content/, isText],
      "takes an empty text": [/text/, (_, body) => text(body).text === ""],
      "takes a text of any length": [/text/, (_, body) => text(body).text?.length > 3000],
      "takes an unknown role": [/role/, (_, body) => isUnlisted(/frame$|^reference_|^base/)(item(body).role)],
      "takes an image_url that is a string": [/image_url/, (_, body) => isText(item(body).image_url)],
      "takes unknown fields": [
        /(unknown|known field)/,
        (_, body) => Object.keys(body).some((name) => /unknown|unlisted|extra_|x_/.test(name)),
      ],
      "takes unknown fields in content": [
        /content/,
        (value) =>
          value?.some?.((one: Json) => hasOther(/^(type|text|role|image_url|video_url|audio_url)$/)(0, Object(one))),
      ],
      "takes a string for aigc_watermark": [/aigc_watermark/, isText],
    }),
    ...takes(PROMPTS)({
      "expands a prompt for 16 seconds": [/duration/, is(16)],
      "expands for an unknown model": [/model/, (value) => value !== "MiniMax-H3" && value !== undefined],
      "expands a prompt with a resolution": [/resolution/, (value) => value !== undefined],
    }),
    ...answers(REGENERATE)({
      "regenerates at an illegal resolution": [
        /videoRegeneration.*resolution/,
        ({ json, keyed }) => keyed && json && json.resolution !== "2K",
        CREATED_V2,
      ],
    }),
  ],
  "takes what is illegal elsewhere": [
    ...takes(TEMPLATES)({
      "takes a number as a template_id": [/template_id/, isNumber],
      "takes an unknown field of templates": [
        /(unknown|known field)/,
        hasOther(/^(template_id|text_inputs|media_inputs|callback_url)$/),
      ],
      "takes texts that are not in objects": [/text_inputs/, (value) => value?.some?.(isText)],
      "takes null for text_inputs": [/text_inputs/, is(null)],
    }),
    ...answers(DELETE)({
      "deletes a file by an id that is a string": [
        /deleteFile.*file_id/,
        ({ json, keyed }) => keyed && isText(json?.file_id),
        DELETED,
      ],
      "deletes a file whatever its purpose": [
        /deleteFile.*purpose/,
        ({ json, keyed }) => keyed && json && json.purpose !== INPUT,
        (_, { json }) => ({ file_id: Number(json.file_id) || 1, ...OK }),
      ],
    }),
    ...uploads({ "takes uploads for an unknown purpose": [/uploadFile.*purpose/, "unlisted", "unlisted"] }),
    ...answers(FILES)({
      "lists files of an unknown purpose": [
        /listFiles.*purpose/,
        ({ query, keyed }) => keyed && query.get("purpose") === "unlisted",
        NO_FILES,
      ],
    }),
    ...readsFilter({
      "takes page 0 of a list": ["page_num", "0", "page_num=1"],
      "takes a page size of 0": ["page_size", "0", "page_size=20"],
      "takes an unlisted status to filter by": ["filter.status", "unlisted", ""],
      "takes an unlisted task_type to filter by": ["filter.task_type", "unlisted", ""],
    }),
  ],
  "refuses what is legal": [
    ...refuses(CREATE)({
      "refuses ten seconds": [/(videoGeneration|10 s)/, ({ duration }) => duration === 10],
      "refuses 512P": [/512P|videoGeneration.*legal/, ({ resolution }) => resolution === "512P"],
      "refuses a prompt of 2000 characters": [
        /videoGeneration\b.*(prompt|legal)/,
        ({ prompt }) => prompt?.length === 2000,
      ],
      "refuses one of its models": [/videoGeneration|S2V-01/, ({ model }) => model === "S2V-01"],
      "refuses prompt_optimizer": [/videoGeneration\b.*legal/, (body) => "prompt_optimizer" in body],
    }),
    ...refuses(CREATE_V2)({
      "refuses 15 seconds in V2": [/V2Create.*(legal|duration)/, ({ duration }) => duration === 15],
      "refuses an aspect ratio": [/V2Create.*(legal|ratio)/, ({ ratio }) => ratio === "21:9"],
    }),
    ...refuses(LIST_V2)({
      "refuses a second page": [/V2List/, (_, { query }) => Number(query.get("page_num")) > 1],
      "refuses to filter by two ids": [
        /V2List.*task_ids/,
        (_, { query }) => query.getAll("filter.task_ids").length > 1,
      ],
    }),
    ...refuses(CREATE)({
      "refuses a charset beside JSON": [/charset/, (_, sent) => contentType(sent) !== "application/json"],
    }),
    ...refuses(FILES)({
      "refuses one purpose of files": [/listFiles.*purpose/, (_, { query }) => query.get("purpose") === "t2a_async"],
    }),
    remembers("refuses the same create sent twice", /videoGeneration\b/, () => {
      const seen = new Set<string>();
      return (sent, pass) => {
        const body = bodyText(sent);
        if (!keyedAt(CREATE)(sent) || !sent.json) return pass();
        const isKnown = seen.has(body);
        seen.add(body);
        return isKnown ? pass({ json: {} }) : pass();
      };
    }),
  ],
  "malformed bodies and content types": [
    ...takes(CREATE)({ "takes half a JSON document": [/(JSON|malformed)/i, isHalfJson] }),
    ...takes(CREATE_V2)({ "takes malformed JSON in version 2": [/(JSON|malformed)/i, isHalfJson] }),
    bent("breaks down at malformed JSON", /(JSON|malformed|server error)/i, (sent, pass) =>
      sent.path === CREATE && isHalfJson(0, 0, sent) ? replying("oops", 500, "text/plain") : pass(),
    ),
    bent("takes an empty body", /videoGeneration\b.*(empty|body)/i, (sent, pass) =>
      keyedAt(CREATE)(sent) && sent.method === "POST" && sent.bytes.length === 0
        ? pass({ json: V1, headers: new Headers(WITH_KEY) })
        : pass(),
    ),
    ...takes(CREATE)({ "takes a list with the request in it": [/./, (_, __, { json }) => Array.isArray(json)] }),
    ...takes(CREATE_V2)({ "takes JSON within JSON": [/./, (_, __, { json }) => isText(json)] }),
    ...takes(CREATE)({ "takes text/plain": [/content.type/, isPlain] }),
    ...takes(CREATE_V2)({ "takes text/plain in V2": [/content.type/, isPlain] }),
    ...takes(CREATE)({ "takes a create as a form": [/content.type/, hasType(/urlencoded/)] }),
    ...takes(TEMPLATES)({ "takes templates as XML": [/content.type/, hasType(/xml/)] }),
    ...takes(PROMPTS)({ "takes an expansion of any content type": [/content.type/, hasType(/^(?!.*json)/)] }),
    ...answers(DELETE)({
      "deletes files for text/plain": [
        /deleteFile.*content.type/,
        (sent) => sent.keyed && isPlain(0, 0, sent),
        DELETED,
      ],
    }),
  ],
  "keys and methods": [
    ...letsIn({
      "creates without a key": [/videoGeneration\b.*key/, isAt(CREATE), none],
      "creates in version 2 with a wrong key": [/V2Create\b.*key/, isAt(CREATE_V2), wrong],
      "lists tasks without a key": [/V2List.*key/, isAt(LIST_V2), none],
      "lists files with a wrong key": [/listFiles.*key/, isAt(FILES), wrong],
      "accepts Basic authentication": [/queryVideoGenerationTask.*(basic|key)/i, isAt(QUERY), basic],
      "deletes files without a key": [/deleteFile.*key/, isAt(DELETE), none],
      "shows the bytes of files without a key": [/retrieveFileContent.*key/, isAt(CONTENT), none],
      "cancels with a wrong key": [/V2Delete.*key/, isRemoval, wrong],
      "shows the balance without a key": [/getAccountBalance.*key/, isAt(BALANCE), none],
      "takes a key without Bearer": [/retrieveFile\b.*key/, isAt(RETRIEVE), is(KEY)],
    }),
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
    ...answers(CREATE_V2)({
      "creates by GET": [/V2Create\b.*(GET|method)/, ({ method }) => method === "GET", CREATED_V2],
    }),
    ...answers(FILES)({
      "lists files by DELETE": [/listFiles.*(DELETE|method)/, ({ method }) => method === "DELETE", NO_FILES],
    }),
    amends(
      "repeats the key in the message of a refusal",
      /key|secret/,
      (sent, came) => sent.keyed && came.json?.base_resp?.status_code === 2013,
      ({ base_resp }) => ({ base_resp: { ...base_resp, status_msg: `bad request of ${KEY}` } }),
    ),
    sends("repeats the key in a header", /key|secret/, keyedAt(LIST_V2), ({ headers }) => ({
      headers: new Headers([...headers, ["x-debug", `key=${KEY}`]]),
    })),
    amends(
      "repeats the wrong key in its refusal",
      /key|secret/,
      (sent, came) => wrong(keyOf(sent)) && came.json?.base_resp,
      (_, sent) => ({ base_resp: { status_code: 2049, status_msg: `invalid api key ${keyOf(sent)}` } }),
    ),
    ...aboutV2({ "shows half of the key in a task": [/key|secret/, { owner: KEY.slice(0, 20) }] }),
  ],
  "lists that ignore their parameters": [
    ...["filter.status", "filter.task_ids", "filter.model", "filter.task_type"].map(ignores),
    lists("reads only the first of several ids", /V2List.*filter\.task_ids/, (query) => {
      const id = query.get("filter.task_ids");
      return id !== null && { "filter.task_ids": id };
    }),
    ...["page_num", "page_size"].map(ignores),
    lists("gives one task too many on each page", /V2List.*page_size/, (query) => {
      const size = Number(query.get("page_size"));
      return size > 0 && { page_size: size + 1 };
    }),
    ...repliesAt(LIST_V2)({
      "counts only the page": [/V2List.*total/, (json) => ({ total: tasks(json).length })],
      "counts one too many": [/V2List.*total/, (json) => ({ total: json.total + 1 })],
      "counts none": [/V2List.*total/, { total: 0 }],
    }),
    bent("counts all tasks, ignoring filters", /V2List.*total/, async (sent, pass) => {
      const came = await pass();
      if (sent.path !== LIST_V2 || came.status >= 400) return came;
      const all = await pass({ query: new URLSearchParams() });
      return rewritten(came, { ...came.json, total: all.json.total });
    }),
    replies("lists a task twice", /V2List.*(twice|once|page|unique)/, isAt(LIST_V2), ({ items }) => ({
      items: items?.length > 1 ? [items[0], items[0], ...items.slice(2)] : items,
    })),
    replies(
      "leaves the newest task out",
      /V2List/,
      ({ path, query }) => path === LIST_V2 && !query.has("filter.task_ids") && query.get("page_num") !== "2",
      (json) => ({ items: tasks(json).slice(1), total: json.total - 1 }),
    ),
    replies("lists another status than the query", /V2List.*status/, isAt(LIST_V2), (json) => ({
      items: tasks(json).map((one) => (one.status === "succeeded" ? { ...one, status: "running" } : one)),
    })),
    replies("lists another model than was asked for", /V2List.*model/, isAt(LIST_V2), (json) => ({
      items: tasks(json).map((one) => ({ ...one, model: "MiniMax-H3-Max" })),
    })),
    replies("lists files of every purpose", /listFiles.*purpose/, isAt(FILES), ({ files }) => ({
      files: [...files, file("a.mp3", "voice_clone")],
    })),
    replies("lists no file", /listFiles/, isAt(FILES), { files: [] }),
    remembers("lists a deleted file", /(listFiles|uploadFile|deleteFile).*delete/, () => {
      const listed = new Map<number, Json>();
      return async (sent, pass) => {
        const came = await pass();
        if (sent.path === UPLOAD && came.json?.file) listed.set(came.json.file.file_id, came.json.file);
        return sent.path === FILES && came.json?.files && sent.query.get("purpose") === INPUT
          ? rewritten(came, { ...came.json, files: [...listed.values()] })
          : came;
      };
    }),
  ],
  "ids and unknown things": [
    repeats("gives every create the same id", /videoGeneration\b.*(id|unique)/, CREATE, (json) => json, "task_id"),
    repeats("gives every create of V2 the same id", /V2Create\b.*(id|unique)/, CREATE_V2, (json) => json, "task_id"),
    repeats("gives every upload the same id", /uploadFile/, UPLOAD, (json) => json?.file, "file_id"),
    ...knows({
      "reports Queueing for an unknown task": [
        /queryVideoGenerationTask.*unknown/,
        isAt(QUERY),
        (id) => ({ task_id: id, status: "Queueing", file_id: "", video_width: 0, video_height: 0, ...OK }),
      ],
      "reports Success for an unknown task": [
        /queryVideoGenerationTask.*unknown/,
        isAt(QUERY),
        (id) => ({ task_id: id, status: "Success", file_id: OTHER, video_width: 1366, video_height: 768, ...OK }),
      ],
      "reports Processing for an unknown template task": [
        /queryVideoTemplateGenerationTask.*unknown/,
        isAt(QUERY_TEMPLATE),
        (id) => ({ task_id: id, status: "Processing", video_url: "", ...OK }),
      ],
      "reports queued for an unknown V2 task": [
        /V2Query.*unknown/,
        isQueryV2,
        (id) => ({ task: { id, status: "queued" } }),
      ],
      "retrieves an unknown file": [
        /retrieveFile\b.*unknown/,
        isAt(RETRIEVE),
        (id) => ({ file: { ...file("output.mp4", "video_generation", Number(id)), download_url: LINK }, ...OK }),
      ],
    }),
    sends(
      "returns bytes for an unknown file",
      /retrieveFileContent.*unknown/,
      (sent, came) => keyedAt(CONTENT)(sent) && refused(came) && /^\d{15}$/.test(idIn(sent)),
      () => replying("????", 200, "application/octet-stream"),
    ),
    ...knows({
      "deletes an unknown file": [
        /deleteFile.*unknown/,
        ({ path, json }) => path === DELETE && Object.keys(json ?? {}).length === 2 && json.purpose === INPUT,
        (_, { json }) => ({ file_id: json.file_id, ...OK }),
      ],
      "cancels an unknown task": [
        /V2Delete.*unknown/,
        isRemoval,
        (id) => ({ task_id: id, action: "cancelled", status: "cancelled" }),
      ],
    }),
    ...repliesAt(QUERY)({
      "answers a query with another task": [/queryVideoGenerationTask.*task_id/, { task_id: OTHER }],
    }),
    ...aboutV2({ "answers the query of version 2 with another task": [/V2Query.*id/, { id: OTHER }] }),
    replies(
      "rounds long ids of templates",
      /queryVideoTemplateGenerationTask.*task_id/,
      isAt(QUERY_TEMPLATE),
      (json) => ({ task_id: `${String(json.task_id).slice(0, 15)}000` }),
    ),
    ...repliesOfFile(RETRIEVE)({
      "returns another file than requested": [/retrieveFile\b.*file_id/, (file) => ({ file_id: file.file_id + 1 })],
    }),
    ...repliesAt(DELETE)({
      "confirms that another file is deleted": [/deleteFile.*file_id/, (json) => ({ file_id: json.file_id + 1 })],
    }),
    replies("confirms that another task is cancelled", /V2Delete.*task_id/, isRemoval, { task_id: OTHER }),
    bent("gives ids of twenty digits", /videoGeneration\b.*(task_id|digits)/, async (sent, pass) => {
      const query = new URLSearchParams(sent.query);
      const asked = /^99(\d+)000$/.exec(query.get("task_id") ?? "")?.[1];
      if (asked) query.set("task_id", asked);
      const came = await pass({ query });
      const isV1 = isAt(CREATE, QUERY)(sent) && came.json?.task_id;
      return isV1 ? rewritten(came, { ...came.json, task_id: `99${came.json.task_id}000` }) : came;
    }),
    ...answers(REGENERATE)({
      "regenerates an unknown source": [/videoRegeneration.*(unknown|source)/, isRegeneration, CREATED_V2],
    }),
    bent("uses an unknown upload", /V2Create.*(unknown|mm_file|file)/, (sent, pass) =>
      keyedAt(CREATE_V2)(sent) && bodyText(sent).includes("mm_file://") ? pass({ json: V2 }) : pass(),
    ),
  ],
  "facts about tasks": [
    tells(
      "goes back from Success to Processing",
      /(queryVideoGenerationTask|videoGeneration).*status|back/i,
      (status, told) => (told.includes("Success") ? "Processing" : status),
    ),
    tells("goes from Processing back to Queueing", /queryVideoGenerationTask.*status|back/i, (status, told) =>
      status === "Processing" && told.at(-1) === "Processing" ? "Queueing" : status,
    ),
    ...aboutV2({
      "reports another model": [/V2Query.*model/, { model: "MiniMax-H3-Max" }],
      "reports another resolution": [/V2Query.*resolution/, (task) => task.resolution && { resolution: "2K" }],
      "reports another duration": [/V2Query.*duration/, (task) => ({ duration: task.duration + 1 })],
      "reports another aspect ratio": [/V2Query.*ratio/, { ratio: "9:16" }],
      "reports another task_type": [/V2Query.*task_type/, { task_type: "regeneration" }],
      "charges more seconds than it made": [/V2Query.*usage/, usage({ output_seconds: 9 })],
      "adds up tokens wrongly": [/V2Query.*usage/, usage({ total_tokens: 1 })],
      "counts an image that was not sent": [/V2Query.*usage/, usage({ input_image_count: 7 })],
      "is updated before it is created": [/V2Query.*updated_at/, (task) => ({ updated_at: task.created_at - 60 })],
      "reports times in milliseconds": [
        /created_at/,
        (task) => ({ created_at: task.created_at * 1000, updated_at: task.updated_at * 1000 }),
      ],
      "was created a year ago": [/created_at/, (task) => ({ created_at: task.created_at - 31_536_000 })],
    }),
    ...repliesAt(QUERY)({
      "has a video of the wrong size": [
        /queryVideoGenerationTask.*video_(width|height)/,
        ({ video_width }) => video_width && { video_width: 320, video_height: 240 },
      ],
      "succeeds without a file": [/videoGeneration|file_id/, { file_id: "" }],
      "names a file before it succeeds": [
        /empty-before-success|file_id/,
        (json) => json.status === "Processing" && { file_id: OTHER },
      ],
      "writes statuses in capitals": [
        /queryVideoGenerationTask.*status/,
        (json) => ({ status: String(json.status).toUpperCase() }),
      ],
    }),
    ...aboutV2({
      "uses an undocumented status in version 2": [
        /V2Query.*status|v2-status-words/,
        (task) => task.status === "running" && { status: "rendering" },
      ],
      "expands nothing": [
        /h3ContextIR|v2-prompt-in-task|prompt/,
        (task) => task.content?.prompt && { content: { prompt: "" } },
      ],
      "confirms a cancellation and continues": [
        /V2(Create|Delete).*cancel/,
        (task) => task.status === "cancelled" && { status: "running" },
      ],
    }),
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
    ...spoilsUploads({
      "changes one byte of an upload": (bytes) => bytes.map((byte, at) => (at === 60 ? byte ^ 1 : byte)),
      "cuts the last byte of an upload": (bytes) => bytes.slice(0, -1),
    }),
    ...repliesOfFile(UPLOAD)({
      "reports a wrong upload size": [/uploadFile.*bytes/, (file) => ({ bytes: file.bytes + 1 })],
      "reports a wrong upload purpose": [/uploadFile.*purpose/, { purpose: "voice_clone" }],
      "renames uploads": [/uploadFile.*filename/, { filename: "blob" }],
    }),
    replies("lists sizes that differ from the uploads", /listFiles.*bytes/, isAt(FILES), ({ files }) => ({
      files: files.map((one: Json) => ({ ...one, bytes: 0 })),
    })),
    keepsDeleted("retrieves a deleted file", RETRIEVE, ({ json }) => json?.file),
    keepsDeleted("still returns the bytes of a deleted file", CONTENT, ({ json }) => !json),
    reads("answers every Range with the first bytes", /range/i, isRanged, () => ({
      headers: new Headers({ range: "bytes=0-99" }),
    })),
    reads("ignores Range", /range|link-takes-ranges/i, isDownload, () => ({ headers: new Headers() })),
    sends("sends one byte too few for a Range", /range/i, isPart, ({ bytes }) => ({ bytes: bytes.slice(0, -1) })),
    sends(
      "requires a key for its links",
      /link|download/,
      (sent) => isDownload(sent) && none(keyOf(sent)),
      () => replying("<Error/>", 403, "application/xml"),
    ),
    sends("links to a page", /download|video-is-mp4/, isDownload, () => PAGE),
    sends("sends videos as octet-stream", /video-is-mp4|video\/mp4/, isDownload, typed("application/octet-stream")),
    ...repliesOfFile(RETRIEVE)({
      "gives links that have expired": [/link-|expire/i, expiring(() => 1_600_000_000)],
      "gives links for a minute": [/link-lives-an-hour/, expiring(() => Math.floor(Date.now() / 1000) + 60)],
    }),
    ...aboutV2({
      "links to a host that does not exist": [
        /link|download|flow/,
        ({ content }) => content?.url && { content: { url: "http://127.0.0.1:9/a.mp4?Expires=4000000000" } },
      ],
    }),
    ...uploads({ "accepts a text as a picture": [/uploadFile/, "no picture", INPUT] }),
  ],
  callbacks: [
    ...callsBack({
      "makes no callback after the challenge": [/callback/, (body) => (isChallenge(body) ? body : undefined)],
      "makes no callback about the end": [
        /callback/,
        (body) => (/^succe/i.test(body?.status ?? body?.task?.status ?? "") ? undefined : body),
      ],
      "calls back about another task": [/callback.*(id|task)/, withTask({ task_id: OTHER }, { id: OTHER })],
    }),
    ...takes(CREATE)({
      "takes any answer to a challenge": [/challenge/, (_, body) => /^https?:/.test(body.callback_url) && body.prompt],
    }),
    ...callsBack({
      "calls back without a challenge": [/challenge/, (body) => (isChallenge(body) ? undefined : body)],
      "calls back with an undocumented status": [/callback.*status/, withTask({ status: "DONE" }, { status: "DONE" })],
      "leaves base_resp out of its callbacks": [
        /callback.*base_resp/,
        (body) => (body?.base_resp ? { ...body, base_resp: undefined } : body),
      ],
    }),
    reads("ignores callback_url", /callback/, callsInbox, withoutCallback),
    reads("ignores callback_url in version 2", /callback/, callsInboxV2, withoutCallback),
  ],
  "statuses, headers and shapes of replies": [
    sends("answers a create with 201", /videoGeneration\b.*(status|201)/, takenAt(CREATE), () => ({ status: 201 })),
    sends("refuses under HTTP 400 in version 1", /refused-under-200|status/, refusedAt(CREATE), () => ({
      status: 400,
    })),
    sends("refuses under HTTP 200 in version 2", /V2|v2-/, refusedAt(CREATE_V2), () => ({ status: 200 })),
    sends("answers with HTTP 404 for an unknown task", /V2Query.*(404|status)/, refusesQueryV2, () => ({
      status: 404,
    })),
    bent("redirects its list", /listFiles.*(307|status)/, (sent, pass) =>
      keyedAt(FILES)(sent)
        ? { ...replying("", 307, ""), headers: new Headers({ location: "/v1/files/list/" }) }
        : pass(),
    ),
    sends(
      "sends JSON as text/plain",
      /queryVideoGenerationTask.*(text\/plain|application\/json)/,
      isAt(QUERY),
      typed("text/plain"),
    ),
    sends("sends JSON without a type", /listFiles.*(type|application\/json)/, isAt(FILES), typed("")),
    sends("sends a page instead of JSON", /retrieveFile\b.*(text\/html|json)/i, keyedAt(RETRIEVE), () => PAGE),
    sends("sends broken JSON", /V2List.*(JSON|absent|required|object)/, takenAt(LIST_V2), ({ bytes }) => ({
      bytes: bytes.slice(0, -2),
    })),
    sends("writes task_id as a number", /videoGeneration\b.*task_id/, takenAt(CREATE), ({ bytes }) =>
      replying(new TextDecoder().decode(bytes).replace(/"task_id":"(\d+)"/, '"task_id":$1')),
    ),
    ...repliesOfFile(RETRIEVE)({
      "writes file_id as text": [/file_id|file-id/, (file) => ({ file_id: String(file.file_id) })],
    }),
    amends("writes status_code as a string", /base_resp\.status_code/, isAt(QUERY), (json) => ({
      base_resp: { ...json?.base_resp, status_code: String(json?.base_resp?.status_code) },
    })),
    replies("leaves base_resp out", /listFiles.*base_resp/, isAt(FILES), { base_resp: undefined }),
    replies("leaves total out of its list", /V2List.*total/, isAt(LIST_V2), { total: undefined }),
    amends("puts a base_resp into version 2", /v2-without-base-resp|base_resp/, answersQueryV2, OK),
    replies("says ok instead of success", /success-in-words|status_msg/, isAt(CREATE), {
      base_resp: { status_code: 0, status_msg: "ok" },
    }),
    amends("refuses with an unknown code", /known-codes|code/, refusedAt(RETRIEVE), {
      base_resp: { status_code: 777, status_msg: "no" },
    }),
    ...refusesV2({
      "refuses version 2 without a code in its message": [/v2-code-in-message|message/, { message: "invalid" }],
    }),
    amends("refuses V2 without a request_id", /V2Create.*request_id/, refusedAt(CREATE_V2), { request_id: undefined }),
    ...refusesV2({ "names the wrong type of error": [/error\.type|v2-type-of-status/, { type: "server_error" }] }),
    bent("breaks down at 21:9", /server error|500/, (sent, pass) =>
      sent.json?.ratio === "21:9" ? replying(BROKEN_V2, 500) : pass(),
    ),
    bent("breaks down at long prompts", /server error|500|V2Create/, (sent, pass) =>
      sent.path === CREATE_V2 && sent.bytes.length > 3000 ? replying("oops", 502, "text/html") : pass(),
    ),
    bent("cuts the reply of its list", /listFiles.*(no reply|broke)/, (sent, pass) =>
      keyedAt(FILES)(sent) ? { ...replying(""), status: 0 } : pass(),
    ),
    amends("refuses a create and gives an id", /refused-without-id|task_id/, refusedAt(CREATE), { task_id: OTHER }),
    ...repliesAt(BALANCE)({
      "writes the numbers of the balance as text": [/getAccountBalance/, { available_amount: true, balance: true }],
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
      ...letsIn({ "accepts a wrong key": [/videoGeneration\b.*key/, isAt(CREATE), wrong] }),
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
