/**
 * A catalogue of small faults in otherwise good servers, and what a finding about each must name: the operation, and what of it
 * is wrong. Every third one of a group was kept unseen while the suite was made to find the others.
 */
import type { Json } from "../../openapi/documents.js";
import { type Came, type Fault, KEY, replying, rewritten, type Sent } from "./bent-server.js";

export interface SeededFault extends Fault {
  /** What the server does. */
  title: string;
  /** Occurs in the line of a finding that names the fault. */
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
const LEGAL: Record<string, Json> = { [CREATE]: V1, [TEMPLATES]: TEMPLATE, [CREATE_V2]: V2, [PROMPTS]: IR };

const isQueryV2 = ({ method, path }: Sent) => method === "GET" && /^\/v2\/query\/video_generation\/./.test(path);
const isRemoval = ({ method, path }: Sent) => method === "DELETE" && /^\/v2\/video_generation\/./.test(path);
const isDownload = ({ path }: Sent) => path.startsWith("/files/");
const isAt =
  (...paths: string[]) =>
  ({ path }: Sent) =>
    paths.includes(path);

/** Takes what it should refuse: an illegal create becomes a task as a legal one would. */
function takes(path: string, isMeant: (body: Json, sent: Sent) => unknown): Pick<Fault, "bend"> {
  return {
    bend: () => async (sent, pass) => {
      const came = await pass();
      const isRefused = came.status >= 400 || (came.json?.base_resp?.status_code ?? 0) !== 0;
      if (sent.path !== path || sent.method !== "POST" || !sent.keyed || !isRefused) return came;
      if (!isMeant(sent.json ?? {}, sent)) return came;
      return pass({
        json: LEGAL[path],
        headers: new Headers({ authorization: `Bearer ${KEY}`, "content-type": "application/json" }),
      });
    },
  };
}

/** Refuses what it should take. */
function refuses(path: string, isMeant: (body: Json, sent: Sent) => unknown): Pick<Fault, "bend"> {
  return {
    bend: () => (sent, pass) => {
      const isHit = sent.path === path && sent.keyed && isMeant(sent.json ?? {}, sent);
      if (!isHit) return pass();
      return sent.method === "GET"
        ? pass({ query: new URLSearchParams("task_id=x&file_id=x&page_num=x&purpose=x") })
        : pass({ json: {} });
    },
  };
}

/** Changes the JSON of replies that succeed. */
function replies(isMeant: (sent: Sent) => boolean, change: (json: Json, sent: Sent) => Json): Pick<Fault, "bend"> {
  return {
    bend: () => async (sent, pass) => {
      const came = await pass();
      const isSuccess = came.status < 300 && came.json && (came.json.base_resp?.status_code ?? 0) === 0;
      return isMeant(sent) && isSuccess ? rewritten(came, change(came.json, sent)) : came;
    },
  };
}

/** Changes whole replies. */
function sends(
  isMeant: (sent: Sent, came: Came) => unknown,
  change: (came: Came, sent: Sent) => Came,
): Pick<Fault, "bend"> {
  return {
    bend: () => async (sent, pass) => {
      const came = await pass();
      return isMeant(sent, came) ? change(came, sent) : came;
    },
  };
}

/** Changes requests before they are answered. */
function reads(isMeant: (sent: Sent) => unknown, change: (sent: Sent) => Partial<Sent>): Pick<Fault, "bend"> {
  return { bend: () => (sent, pass) => (isMeant(sent) ? pass(change(sent)) : pass()) };
}

/** Validates a parameter and then ignores it. */
function forgets(path: string, ...names: string[]): Pick<Fault, "bend"> {
  return {
    bend: () => async (sent, pass) => {
      const came = await pass();
      if (sent.path !== path || came.status >= 400) return came;
      return pass({ query: new URLSearchParams([...sent.query].filter(([name]) => !names.includes(name))) });
    },
  };
}

const withKey = () => ({
  headers: new Headers({ authorization: `Bearer ${KEY}`, "content-type": "application/json" }),
});
/** Lets requests in that have no key, or another. */
function letsIn(isMeant: (sent: Sent) => boolean, isKey: (authorization: string) => boolean): Pick<Fault, "bend"> {
  return reads(
    (sent) => isMeant(sent) && isKey(sent.headers.get("authorization") ?? ""),
    ({ headers }) => {
      const kept = new Headers(headers);
      kept.set("authorization", `Bearer ${KEY}`);
      return { headers: kept };
    },
  );
}
const none = (text: string) => text === "";
const wrong = (text: string) => text.includes("invalid");
const basic = (text: string) => text.startsWith("Basic");

const typed = (came: Came, type: string): Came => {
  const headers = new Headers(came.headers);
  if (type) headers.set("content-type", type);
  else headers.delete("content-type");
  return { ...came, headers };
};
const refused = (came: Came) => came.status >= 400 || (came.json?.base_resp?.status_code ?? 0) !== 0;
const tasks = (json: Json): Json[] => json.items ?? [];
const aboutV2 = (change: (task: Json) => Json) => replies(isQueryV2, (json) => ({ ...json, task: change(json.task) }));
const isForm = ({ headers }: Sent) => (headers.get("content-type") ?? "").startsWith("multipart");
const bodyText = ({ bytes }: Sent) => new TextDecoder().decode(bytes);
/** Answers an id that nobody made. */
const unknown = (isMeant: (sent: Sent) => boolean, json: (sent: Sent) => Json): Pick<Fault, "bend"> =>
  sends(
    (sent, came) =>
      sent.keyed &&
      isMeant(sent) &&
      refused(came) &&
      /\d{15}/.test(sent.path + sent.query + JSON.stringify(sent.json ?? "")),
    (_, sent) => replying(json(sent)),
  );
const OK = { base_resp: { status_code: 0, status_msg: "success" } };
const idIn = ({ path, query }: Sent) => /\d{15,}/.exec(path)?.[0] ?? query.get("task_id") ?? query.get("file_id") ?? "";
const item = (body: Json) => body.content?.find?.((one: Json) => one?.type !== "text") ?? {};
const text = (body: Json) => body.content?.find?.((one: Json) => one?.type === "text") ?? {};

/** The faults by group. */
export const seededFaults: Record<string, SeededFault[]> = {
  "takes values outside the listed ones, version 1": [
    {
      title: "takes a duration of 7",
      named: /videoGeneration\b.*duration/,
      ...takes(CREATE, ({ duration }) => duration === 7),
    },
    {
      title: "takes any whole number as a duration",
      named: /videoGeneration\b.*duration/,
      ...takes(CREATE, ({ duration }) => Number.isInteger(duration)),
    },
    {
      title: "takes a duration as a string",
      named: /videoGeneration\b.*duration/,
      ...takes(CREATE, ({ duration }) => duration === "6"),
    },
    {
      title: "takes a duration of 6.5",
      named: /videoGeneration\b.*duration/,
      ...takes(CREATE, ({ duration }) => typeof duration === "number" && !Number.isInteger(duration)),
    },
    {
      title: "takes null for a duration",
      named: /videoGeneration\b.*duration/,
      ...takes(CREATE, ({ duration }) => duration === null),
    },
    {
      title: "takes a negative duration",
      named: /videoGeneration\b.*duration/,
      ...takes(CREATE, ({ duration }) => duration < 0),
    },
    {
      title: "takes 4K",
      named: /videoGeneration\b.*resolution/,
      ...takes(CREATE, ({ resolution }) => resolution === "4K"),
    },
    {
      title: "takes any resolution in words",
      named: /videoGeneration\b.*resolution/,
      ...takes(CREATE, ({ resolution }) => typeof resolution === "string" && !/^\d+P$/.test(resolution)),
    },
    {
      title: "takes resolutions in small letters",
      named: /videoGeneration\b.*resolution/,
      ...takes(CREATE, ({ resolution }) => /^\d+p$/.test(resolution)),
    },
    {
      title: "takes an empty resolution",
      named: /videoGeneration\b.*resolution/,
      ...takes(CREATE, ({ resolution }) => resolution === ""),
    },
    {
      title: "takes an unknown model",
      named: /videoGeneration\b.*model/,
      ...takes(CREATE, ({ model }) => typeof model === "string" && !/hailuo|2V/i.test(model)),
    },
    {
      title: "takes models in small letters",
      named: /videoGeneration\b.*model/,
      ...takes(CREATE, ({ model }) => typeof model === "string" && model !== "" && model === model.toLowerCase()),
    },
    { title: "takes an empty model", named: /videoGeneration\b.*model/, ...takes(CREATE, ({ model }) => model === "") },
    {
      title: "takes a create without a model",
      named: /videoGeneration\b.*model/,
      ...takes(CREATE, (body, { json }) => json && !("model" in body)),
    },
    {
      title: 'takes "true" for prompt_optimizer',
      named: /videoGeneration\b.*prompt_optimizer/,
      ...takes(CREATE, ({ prompt_optimizer }) => typeof prompt_optimizer === "string"),
    },
    {
      title: "takes 1 for aigc_watermark",
      named: /videoGeneration\b.*aigc_watermark/,
      ...takes(CREATE, ({ aigc_watermark }) => typeof aigc_watermark === "number"),
    },
    {
      title: "takes null for prompt_optimizer",
      named: /videoGeneration\b.*prompt_optimizer/,
      ...takes(CREATE, ({ prompt_optimizer }) => prompt_optimizer === null),
    },
    {
      title: "takes fast_pretreatment with T2V-01",
      named: /videoGeneration\b.*fast_pretreatment/,
      ...takes(CREATE, ({ model, fast_pretreatment }) => /^T2V/.test(model) && typeof fast_pretreatment === "boolean"),
    },
    {
      title: "takes a prompt of 2001 characters",
      named: /videoGeneration\b.*prompt/,
      ...takes(CREATE, ({ prompt }) => prompt?.length > 2000),
    },
    {
      title: "takes an empty prompt",
      named: /videoGeneration\b.*prompt/,
      ...takes(CREATE, ({ prompt }) => prompt === ""),
    },
    {
      title: "takes a list for a prompt",
      named: /videoGeneration\b.*prompt/,
      ...takes(CREATE, ({ prompt }) => Array.isArray(prompt)),
    },
    {
      title: "takes unknown fields",
      named: /videoGeneration\b.*(unknown|unlisted|known field)/,
      ...takes(CREATE, (body) =>
        Object.keys(body).some(
          (name) => !/^(model|prompt|duration|resolution|prompt_opt|fast|callback|aigc|first|last|subject)/.test(name),
        ),
      ),
    },
    {
      title: "takes two subjects",
      named: /videoGeneration\b.*subject_reference/,
      ...takes(CREATE, ({ subject_reference }) => subject_reference?.length > 1),
    },
    {
      title: "takes any type of subject",
      named: /videoGeneration\b.*subject_reference.*type/,
      ...takes(
        CREATE,
        ({ subject_reference }) => subject_reference?.[0]?.type !== "character" && subject_reference?.[0]?.image,
      ),
    },
    {
      title: "takes unknown fields in a subject",
      named: /videoGeneration\b.*subject_reference/,
      ...takes(
        CREATE,
        ({ subject_reference }) => subject_reference?.[0]?.image && Object.keys(subject_reference[0]).length > 2,
      ),
    },
    {
      title: "takes a first frame by ftp",
      named: /videoGeneration\b.*first_frame_image/,
      ...takes(
        CREATE,
        ({ first_frame_image }) => typeof first_frame_image === "string" && !/^(https?:|data:)/.test(first_frame_image),
      ),
    },
    {
      title: "takes a number for a frame",
      named: /videoGeneration\b.*first_frame_image/,
      ...takes(CREATE, ({ first_frame_image }) => typeof first_frame_image === "number"),
    },
  ],
  "takes values outside the listed ones, version 2": [
    { title: "takes 3 seconds", named: /V2Create\b.*duration/, ...takes(CREATE_V2, ({ duration }) => duration === 3) },
    {
      title: "takes 16 seconds",
      named: /V2Create\b.*duration/,
      ...takes(CREATE_V2, ({ duration }) => duration === 16),
    },
    {
      title: "takes seconds as a string",
      named: /V2Create\b.*duration/,
      ...takes(CREATE_V2, ({ duration }) => typeof duration === "string"),
    },
    {
      title: "takes a create without a duration",
      named: /V2Create\b.*duration/,
      ...takes(CREATE_V2, (body, { json }) => json && !("duration" in body)),
    },
    {
      title: "takes MiniMax-H3-Max at 2K",
      named: /V2Create\b.*resolution/,
      ...takes(CREATE_V2, ({ model, resolution }) => model === "MiniMax-H3-Max" && resolution === "2K"),
    },
    {
      title: "takes 1080P",
      named: /V2Create\b.*resolution/,
      ...takes(CREATE_V2, ({ resolution }) => /\d/.test(resolution) && !["480P", "768P", "2K"].includes(resolution)),
    },
    {
      title: "takes a model of version 1",
      named: /V2Create\b.*model/,
      ...takes(CREATE_V2, ({ model }) => typeof model === "string" && !/^MiniMax-H3(-Max)?$/.test(model)),
    },
    {
      title: "takes an unlisted ratio",
      named: /V2Create\b.*ratio/,
      ...takes(CREATE_V2, ({ ratio }) => typeof ratio === "string" && !/^(\d+:\d+|adaptive|)$/.test(ratio)),
    },
    {
      title: "takes content without items",
      named: /V2Create\b.*content/,
      ...takes(CREATE_V2, ({ content }) => Array.isArray(content) && content.length === 0),
    },
    {
      title: "takes content that is a string",
      named: /V2Create\b.*content/,
      ...takes(CREATE_V2, ({ content }) => typeof content === "string"),
    },
    { title: "takes an empty text", named: /V2Create\b.*text/, ...takes(CREATE_V2, (body) => text(body).text === "") },
    {
      title: "takes a text of any length",
      named: /V2Create\b.*text/,
      ...takes(CREATE_V2, (body) => text(body).text?.length > 3000),
    },
    {
      title: "takes an unknown role",
      named: /V2Create\b.*role/,
      ...takes(
        CREATE_V2,
        (body) => typeof item(body).role === "string" && !/frame$|^reference_|^base/.test(item(body).role),
      ),
    },
    {
      title: "takes an image_url that is a string",
      named: /V2Create\b.*image_url/,
      ...takes(CREATE_V2, (body) => typeof item(body).image_url === "string"),
    },
    {
      title: "takes unknown fields",
      named: /V2Create\b.*(unknown|known field)/,
      ...takes(CREATE_V2, (body) => Object.keys(body).some((name) => /unknown|unlisted|extra_|x_/.test(name))),
    },
    {
      title: "takes unknown fields in content",
      named: /V2Create\b.*content/,
      ...takes(CREATE_V2, ({ content }) =>
        content?.some?.((one: Json) =>
          Object.keys(Object(one)).some((name) => !/^(type|text|role|image_url|video_url|audio_url)$/.test(name)),
        ),
      ),
    },
    {
      title: "takes a string for aigc_watermark",
      named: /V2Create\b.*aigc_watermark/,
      ...takes(CREATE_V2, ({ aigc_watermark }) => typeof aigc_watermark === "string"),
    },
    {
      title: "expands a prompt for 16 seconds",
      named: /h3ContextIR.*duration/,
      ...takes(PROMPTS, ({ duration }) => duration === 16),
    },
    {
      title: "expands a prompt of an unknown model",
      named: /h3ContextIR.*model/,
      ...takes(PROMPTS, ({ model }) => model !== "MiniMax-H3" && model !== undefined),
    },
    {
      title: "expands a prompt with a resolution",
      named: /h3ContextIR.*resolution/,
      ...takes(PROMPTS, (body) => "resolution" in body),
    },
    {
      title: "regenerates at another size",
      named: /videoRegeneration.*resolution/,
      bend: () => async (sent, pass) =>
        sent.path === REGENERATE && sent.keyed && sent.json && sent.json.resolution !== "2K"
          ? replying({ task_id: "212345678901234" })
          : pass(),
    },
  ],
  "takes what is illegal elsewhere": [
    {
      title: "takes a number as a template_id",
      named: /videoTemplateGeneration.*template_id/,
      ...takes(TEMPLATES, ({ template_id }) => typeof template_id === "number"),
    },
    {
      title: "takes an unknown field of templates",
      named: /videoTemplateGeneration.*(unknown|known field)/,
      ...takes(TEMPLATES, (body) =>
        Object.keys(body).some((name) => !/^(template_id|text_inputs|media_inputs|callback_url)$/.test(name)),
      ),
    },
    {
      title: "takes texts that are not in objects",
      named: /videoTemplateGeneration.*text_inputs/,
      ...takes(TEMPLATES, ({ text_inputs }) => text_inputs?.some?.((one: unknown) => typeof one === "string")),
    },
    {
      title: "takes null for text_inputs",
      named: /videoTemplateGeneration.*text_inputs/,
      ...takes(TEMPLATES, ({ text_inputs }) => text_inputs === null),
    },
    {
      title: "deletes a file by an id that is a string",
      named: /deleteFile.*file_id/,
      bend: () => async (sent, pass) =>
        sent.path === DELETE && sent.keyed && typeof sent.json?.file_id === "string"
          ? replying({ file_id: 176844028768320, ...OK })
          : pass(),
    },
    {
      title: "deletes a file whatever its purpose",
      named: /deleteFile.*purpose/,
      bend: () => async (sent, pass) =>
        sent.path === DELETE && sent.keyed && sent.json && !["video_generation_input"].includes(sent.json.purpose)
          ? replying({ file_id: Number(sent.json.file_id) || 1, ...OK })
          : pass(),
    },
    {
      title: "takes uploads for an unknown purpose",
      named: /uploadFile.*purpose/,
      bend: () => async (sent, pass) => {
        const came = await pass();
        const isHit =
          sent.path === UPLOAD && sent.keyed && isForm(sent) && refused(came) && /unlisted/.test(bodyText(sent));
        return isHit
          ? replying({
              file: {
                file_id: 176844028768321,
                bytes: 4,
                created_at: 1785125529,
                filename: "a.png",
                purpose: "unlisted",
              },
              ...OK,
            })
          : came;
      },
    },
    {
      title: "lists files of an unknown purpose",
      named: /listFiles.*purpose/,
      bend: () => async (sent, pass) =>
        sent.path === FILES && sent.keyed && sent.query.get("purpose") === "unlisted"
          ? replying({ files: [], ...OK })
          : pass(),
    },
    {
      title: "takes page 0 of a list",
      named: /V2List.*page_num/,
      ...reads(isAt(LIST_V2), ({ query }) =>
        query.get("page_num") === "0" ? { query: new URLSearchParams("page_num=1") } : {},
      ),
    },
    {
      title: "takes a page size of 0",
      named: /V2List.*page_size/,
      ...reads(isAt(LIST_V2), ({ query }) =>
        query.get("page_size") === "0" ? { query: new URLSearchParams("page_size=20") } : {},
      ),
    },
    {
      title: "takes an unlisted status to filter by",
      named: /V2List.*filter\.status/,
      ...reads(isAt(LIST_V2), ({ query }) =>
        query.get("filter.status") === "unlisted" ? { query: new URLSearchParams() } : {},
      ),
    },
    {
      title: "takes an unlisted task_type to filter by",
      named: /V2List.*filter\.task_type/,
      ...reads(isAt(LIST_V2), ({ query }) =>
        query.get("filter.task_type") === "unlisted" ? { query: new URLSearchParams() } : {},
      ),
    },
  ],
  "refuses what is legal": [
    {
      title: "refuses ten seconds",
      named: /(videoGeneration|10 s)/,
      ...refuses(CREATE, ({ duration }) => duration === 10),
    },
    {
      title: "refuses 512P",
      named: /512P|videoGeneration.*legal/,
      ...refuses(CREATE, ({ resolution }) => resolution === "512P"),
    },
    {
      title: "refuses a prompt of 2000 characters",
      named: /videoGeneration\b.*(prompt|legal)/,
      ...refuses(CREATE, ({ prompt }) => prompt?.length === 2000),
    },
    {
      title: "refuses one of its models",
      named: /videoGeneration|S2V-01/,
      ...refuses(CREATE, ({ model }) => model === "S2V-01"),
    },
    {
      title: "refuses prompt_optimizer",
      named: /videoGeneration\b.*legal/,
      ...refuses(CREATE, (body) => "prompt_optimizer" in body),
    },
    {
      title: "refuses 15 seconds in version 2",
      named: /V2Create.*(legal|duration)/,
      ...refuses(CREATE_V2, ({ duration }) => duration === 15),
    },
    {
      title: "refuses an aspect ratio",
      named: /V2Create.*(legal|ratio)/,
      ...refuses(CREATE_V2, ({ ratio }) => ratio === "21:9"),
    },
    {
      title: "refuses a second page",
      named: /V2List/,
      ...refuses(LIST_V2, (_, { query }) => Number(query.get("page_num")) > 1),
    },
    {
      title: "refuses to filter by two ids",
      named: /V2List.*task_ids/,
      ...refuses(LIST_V2, (_, { query }) => query.getAll("filter.task_ids").length > 1),
    },
    {
      title: "refuses a charset beside JSON",
      named: /charset/,
      ...refuses(CREATE, (_, { headers }) => headers.get("content-type") !== "application/json"),
    },
    {
      title: "refuses one purpose of files",
      named: /listFiles.*purpose/,
      ...refuses(FILES, (_, { query }) => query.get("purpose") === "t2a_async"),
    },
    {
      title: "refuses the same create sent twice",
      named: /videoGeneration\b/,
      bend: () => {
        const seen = new Set<string>();
        return (sent, pass) => {
          const body = bodyText(sent);
          if (sent.path !== CREATE || !sent.keyed || !sent.json) return pass();
          const isKnown = seen.has(body);
          seen.add(body);
          return isKnown ? pass({ json: {} }) : pass();
        };
      },
    },
  ],
  "malformed bodies and content types": [
    {
      title: "takes half a JSON document",
      named: /videoGeneration\b.*(JSON|malformed)/i,
      ...takes(
        CREATE,
        (_, { json, headers, bytes }) =>
          json === undefined && bytes.length > 2 && headers.get("content-type") === "application/json",
      ),
    },
    {
      title: "takes malformed JSON in version 2",
      named: /V2Create\b.*(JSON|malformed)/i,
      ...takes(
        CREATE_V2,
        (_, { json, headers, bytes }) =>
          json === undefined && bytes.length > 2 && headers.get("content-type") === "application/json",
      ),
    },
    {
      title: "breaks down at malformed JSON",
      named: /(JSON|malformed|server error)/i,
      bend: () => (sent, pass) =>
        sent.path === CREATE &&
        sent.json === undefined &&
        sent.bytes.length > 0 &&
        sent.headers.get("content-type") === "application/json"
          ? replying("oops", 500, "text/plain")
          : pass(),
    },
    {
      title: "takes an empty body",
      named: /videoGeneration\b.*(empty|body)/i,
      bend: () => (sent, pass) =>
        sent.path === CREATE && sent.keyed && sent.method === "POST" && sent.bytes.length === 0
          ? pass({ json: V1, headers: withKey().headers })
          : pass(),
    },
    {
      title: "takes a list with the request in it",
      named: /videoGeneration\b/,
      ...takes(CREATE, (_, { json }) => Array.isArray(json)),
    },
    {
      title: "takes JSON within JSON",
      named: /V2Create\b/,
      ...takes(CREATE_V2, (_, { json }) => typeof json === "string"),
    },
    {
      title: "takes a create as text/plain",
      named: /videoGeneration\b.*content.type/,
      ...takes(CREATE, (_, { headers }) => headers.get("content-type") === "text/plain"),
    },
    {
      title: "takes a create of version 2 as text/plain",
      named: /V2Create\b.*content.type/,
      ...takes(CREATE_V2, (_, { headers }) => headers.get("content-type") === "text/plain"),
    },
    {
      title: "takes a create as a form",
      named: /videoGeneration\b.*content.type/,
      ...takes(CREATE, (_, { headers }) => /urlencoded/.test(headers.get("content-type") ?? "")),
    },
    {
      title: "takes templates as XML",
      named: /videoTemplateGeneration.*content.type/,
      ...takes(TEMPLATES, (_, { headers }) => /xml/.test(headers.get("content-type") ?? "")),
    },
    {
      title: "takes an expansion of any content type",
      named: /h3ContextIR.*content.type/,
      ...takes(PROMPTS, (_, { headers }) => !/json/.test(headers.get("content-type") ?? "")),
    },
    {
      title: "deletes files for text/plain",
      named: /deleteFile.*content.type/,
      bend: () => (sent, pass) =>
        sent.path === DELETE && sent.keyed && sent.headers.get("content-type") === "text/plain"
          ? replying({ file_id: 176844028768320, ...OK })
          : pass(),
    },
  ],
  "keys and methods": [
    { title: "creates without a key", named: /videoGeneration\b.*key/, ...letsIn(isAt(CREATE), none) },
    { title: "creates in version 2 with a wrong key", named: /V2Create\b.*key/, ...letsIn(isAt(CREATE_V2), wrong) },
    { title: "lists tasks without a key", named: /V2List.*key/, ...letsIn(isAt(LIST_V2), none) },
    { title: "lists files with a wrong key", named: /listFiles.*key/, ...letsIn(isAt(FILES), wrong) },
    { title: "takes Basic for a key", named: /queryVideoGenerationTask.*(basic|key)/i, ...letsIn(isAt(QUERY), basic) },
    { title: "deletes files without a key", named: /deleteFile.*key/, ...letsIn(isAt(DELETE), none) },
    {
      title: "shows the bytes of files without a key",
      named: /retrieveFileContent.*key/,
      ...letsIn(isAt(CONTENT), none),
    },
    { title: "cancels with a wrong key", named: /V2Delete.*key/, ...letsIn(isRemoval, wrong) },
    { title: "shows the balance without a key", named: /getAccountBalance.*key/, ...letsIn(isAt(BALANCE), none) },
    {
      title: "takes a key without Bearer",
      named: /retrieveFile\b.*key/,
      ...letsIn(isAt(RETRIEVE), (value) => value === KEY),
    },
    {
      title: "calls a missing key invalid parameters",
      named: /queryVideoGenerationTask.*key/,
      ...sends(
        (sent) => sent.path === QUERY && !sent.headers.has("authorization"),
        (came) => rewritten(came, { task_id: "", base_resp: { status_code: 2013, status_msg: "invalid params" } }),
      ),
    },
    {
      title: "breaks down without a key",
      named: /listFiles.*(key|server error)/,
      ...sends(
        (sent) => sent.path === FILES && !sent.headers.has("authorization"),
        () => replying("oops", 500, "text/plain"),
      ),
    },
    {
      title: "creates by PUT",
      named: /videoGeneration\b.*(PUT|method)/,
      ...reads(
        ({ path, method }) => path === CREATE && method === "PUT",
        () => ({ method: "POST" }),
      ),
    },
    {
      title: "creates by GET",
      named: /V2Create\b.*(GET|method)/,
      bend: () => (sent, pass) =>
        sent.path === CREATE_V2 && sent.method === "GET" ? replying({ task_id: "212345678901234" }) : pass(),
    },
    {
      title: "lists files by DELETE",
      named: /listFiles.*(DELETE|method)/,
      bend: () => (sent, pass) =>
        sent.path === FILES && sent.method === "DELETE" ? replying({ files: [], ...OK }) : pass(),
    },
    {
      title: "repeats the key in the message of a refusal",
      named: /key|secret/,
      bend: () => async (sent, pass) => {
        const came = await pass();
        const said = sent.keyed && came.json?.base_resp?.status_code === 2013;
        return said
          ? rewritten(came, {
              ...came.json,
              base_resp: { ...came.json.base_resp, status_msg: `bad request of ${KEY}` },
            })
          : came;
      },
    },
    {
      title: "repeats the key in a header",
      named: /key|secret/,
      bend: () => async (sent, pass) => {
        const came = await pass();
        if (sent.keyed && sent.path === LIST_V2) came.headers.set("x-debug", `key=${KEY}`);
        return came;
      },
    },
    {
      title: "repeats the wrong key in its refusal",
      named: /key|secret/,
      bend: () => async (sent, pass) => {
        const came = await pass();
        const key = sent.headers.get("authorization") ?? "";
        return wrong(key) && came.json?.base_resp
          ? rewritten(came, { ...came.json, base_resp: { status_code: 2049, status_msg: `invalid api key ${key}` } })
          : came;
      },
    },
    {
      title: "shows half of the key in a task",
      named: /key|secret/,
      ...aboutV2((task) => ({ ...task, owner: KEY.slice(0, 20) })),
    },
  ],
  "lists that ignore what they are asked for": [
    { title: "ignores filter.status", named: /V2List.*filter\.status/, ...forgets(LIST_V2, "filter.status") },
    { title: "ignores filter.task_ids", named: /V2List.*filter\.task_ids/, ...forgets(LIST_V2, "filter.task_ids") },
    { title: "ignores filter.model", named: /V2List.*filter\.model/, ...forgets(LIST_V2, "filter.model") },
    { title: "ignores filter.task_type", named: /V2List.*filter\.task_type/, ...forgets(LIST_V2, "filter.task_type") },
    {
      title: "reads only the first of several ids",
      named: /V2List.*filter\.task_ids/,
      bend: () => async (sent, pass) => {
        const came = await pass();
        const [first] = sent.query.getAll("filter.task_ids");
        if (sent.path !== LIST_V2 || came.status >= 400 || first === undefined) return came;
        const query = new URLSearchParams(sent.query);
        query.set("filter.task_ids", first);
        return pass({ query });
      },
    },
    { title: "ignores page_num", named: /V2List.*page/, ...forgets(LIST_V2, "page_num") },
    { title: "ignores page_size", named: /V2List.*page_size/, ...forgets(LIST_V2, "page_size") },
    {
      title: "gives one task too many on each page",
      named: /V2List.*page_size/,
      ...reads(
        ({ path, query }) => path === LIST_V2 && Number(query.get("page_size")) > 0,
        ({ query }) => {
          const more = new URLSearchParams(query);
          more.set("page_size", String(Number(query.get("page_size")) + 1));
          return { query: more };
        },
      ),
    },
    {
      title: "counts the page instead of all",
      named: /V2List.*total/,
      ...replies(isAt(LIST_V2), (json) => ({ ...json, total: tasks(json).length })),
    },
    {
      title: "counts one too many",
      named: /V2List.*total/,
      ...replies(isAt(LIST_V2), (json) => ({ ...json, total: json.total + 1 })),
    },
    { title: "counts none", named: /V2List.*total/, ...replies(isAt(LIST_V2), (json) => ({ ...json, total: 0 })) },
    {
      title: "counts all tasks, whatever it is asked for",
      named: /V2List.*total/,
      bend: () => async (sent, pass) => {
        const came = await pass();
        if (sent.path !== LIST_V2 || came.status >= 400) return came;
        const all = await pass({ query: new URLSearchParams() });
        return rewritten(came, { ...came.json, total: all.json.total });
      },
    },
    {
      title: "lists a task twice",
      named: /V2List.*(twice|once|page|unique)/,
      ...replies(isAt(LIST_V2), (json) => ({
        ...json,
        items: tasks(json).length > 1 ? [json.items[0], json.items[0], ...json.items.slice(2)] : json.items,
      })),
    },
    {
      title: "leaves the newest task out",
      named: /V2List/,
      bend: () => async (sent, pass) => {
        const came = await pass();
        if (sent.path !== LIST_V2 || came.status >= 400 || sent.query.has("filter.task_ids")) return came;
        return sent.query.get("page_num") === "2"
          ? came
          : rewritten(came, { items: tasks(came.json).slice(1), total: came.json.total - 1 });
      },
    },
    {
      title: "lists another status than the query says",
      named: /V2List.*status/,
      ...replies(isAt(LIST_V2), (json) => ({
        ...json,
        items: tasks(json).map((one) => (one.status === "succeeded" ? { ...one, status: "running" } : one)),
      })),
    },
    {
      title: "lists another model than was asked for",
      named: /V2List.*model/,
      ...replies(isAt(LIST_V2), (json) => ({
        ...json,
        items: tasks(json).map((one) => ({ ...one, model: "MiniMax-H3-Max" })),
      })),
    },
    {
      title: "lists files of every purpose",
      named: /listFiles.*purpose/,
      ...replies(isAt(FILES), (json) => ({
        ...json,
        files: [
          ...json.files,
          { file_id: 176844028768399, bytes: 1, created_at: 1785125529, filename: "a.mp3", purpose: "voice_clone" },
        ],
      })),
    },
    { title: "lists no file", named: /listFiles/, ...replies(isAt(FILES), (json) => ({ ...json, files: [] })) },
    {
      title: "lists a deleted file",
      named: /(listFiles|uploadFile|deleteFile).*delete/,
      bend: () => {
        const listed = new Map<number, Json>();
        return async (sent, pass) => {
          const came = await pass();
          if (sent.path === UPLOAD && came.json?.file) listed.set(came.json.file.file_id, came.json.file);
          return sent.path === FILES && came.json?.files && sent.query.get("purpose") === "video_generation_input"
            ? rewritten(came, { ...came.json, files: [...listed.values()] })
            : came;
        };
      },
    },
  ],
  "ids and unknown things": [
    {
      title: "gives every create the same id",
      named: /videoGeneration\b.*(id|unique)/,
      bend: () => {
        let first: string | undefined;
        return async (sent, pass) => {
          const came = await pass();
          const id = sent.path === CREATE ? came.json?.task_id : "";
          if (!id) return came;
          first ??= id;
          return rewritten(came, { ...came.json, task_id: first });
        };
      },
    },
    {
      title: "gives every create of version 2 the same id",
      named: /V2Create\b.*(id|unique)/,
      bend: () => {
        let first: string | undefined;
        return async (sent, pass) => {
          const came = await pass();
          const id = sent.path === CREATE_V2 ? came.json?.task_id : "";
          if (!id) return came;
          first ??= id;
          return rewritten(came, { ...came.json, task_id: first });
        };
      },
    },
    {
      title: "gives every upload the same id",
      named: /uploadFile/,
      bend: () => {
        let first: number | undefined;
        return async (sent, pass) => {
          const came = await pass();
          const id = sent.path === UPLOAD ? came.json?.file?.file_id : undefined;
          if (!id) return came;
          first ??= id;
          return rewritten(came, { ...came.json, file: { ...came.json.file, file_id: first } });
        };
      },
    },
    {
      title: "says Queueing of an unknown task",
      named: /queryVideoGenerationTask.*unknown/,
      ...unknown(isAt(QUERY), (sent) => ({
        task_id: idIn(sent),
        status: "Queueing",
        file_id: "",
        video_width: 0,
        video_height: 0,
        ...OK,
      })),
    },
    {
      title: "says Success of an unknown task",
      named: /queryVideoGenerationTask.*unknown/,
      ...unknown(isAt(QUERY), (sent) => ({
        task_id: idIn(sent),
        status: "Success",
        file_id: "176844028768320",
        video_width: 1366,
        video_height: 768,
        ...OK,
      })),
    },
    {
      title: "says Processing of an unknown template task",
      named: /queryVideoTemplateGenerationTask.*unknown/,
      ...unknown(isAt(QUERY_TEMPLATE), (sent) => ({ task_id: idIn(sent), status: "Processing", video_url: "", ...OK })),
    },
    {
      title: "says queued of an unknown task of version 2",
      named: /V2Query.*unknown/,
      ...unknown(isQueryV2, (sent) => ({ task: { id: idIn(sent), status: "queued" } })),
    },
    {
      title: "retrieves an unknown file",
      named: /retrieveFile\b.*unknown/,
      ...unknown(isAt(RETRIEVE), (sent) => ({
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
    },
    {
      title: "has bytes of an unknown file",
      named: /retrieveFileContent.*unknown/,
      ...sends(
        (sent, came) =>
          sent.path === CONTENT && sent.keyed && refused(came) && /^\d{15}$/.test(sent.query.get("file_id") ?? ""),
        (_) => replying("????", 200, "application/octet-stream"),
      ),
    },
    {
      title: "deletes an unknown file",
      named: /deleteFile.*unknown/,
      ...unknown(
        (sent) =>
          sent.path === DELETE &&
          Object.keys(sent.json ?? {}).length === 2 &&
          /^\d{15}$/.test(String(sent.json.file_id)) &&
          sent.json.purpose === "video_generation_input",
        (sent) => ({ file_id: sent.json.file_id, ...OK }),
      ),
    },
    {
      title: "cancels an unknown task",
      named: /V2Delete.*unknown/,
      ...unknown(isRemoval, (sent) => ({ task_id: idIn(sent), action: "cancelled", status: "cancelled" })),
    },
    {
      title: "answers the query of one task with another",
      named: /queryVideoGenerationTask.*task_id/,
      ...replies(isAt(QUERY), (json) => ({ ...json, task_id: "112345678901234" })),
    },
    {
      title: "answers the query of version 2 with another task",
      named: /V2Query.*id/,
      ...aboutV2((task) => ({ ...task, id: "112345678901234" })),
    },
    {
      title: "rounds long ids of templates",
      named: /queryVideoTemplateGenerationTask.*task_id/,
      ...replies(isAt(QUERY_TEMPLATE), (json) => ({ ...json, task_id: `${String(json.task_id).slice(0, 15)}000` })),
    },
    {
      title: "answers another file than the one asked for",
      named: /retrieveFile\b.*file_id/,
      ...replies(isAt(RETRIEVE), (json) => ({ ...json, file: { ...json.file, file_id: json.file.file_id + 1 } })),
    },
    {
      title: "confirms that another file is deleted",
      named: /deleteFile.*file_id/,
      ...replies(isAt(DELETE), (json) => ({ ...json, file_id: json.file_id + 1 })),
    },
    {
      title: "confirms that another task is cancelled",
      named: /V2Delete.*task_id/,
      ...replies(isRemoval, (json) => ({ ...json, task_id: "112345678901234" })),
    },
    {
      title: "gives ids of twenty digits",
      named: /videoGeneration\b.*(task_id|digits)/,
      bend: () => async (sent, pass) => {
        const long = (id: string) => `99${id}000`;
        const query = new URLSearchParams(sent.query);
        const asked = /^99(\d+)000$/.exec(query.get("task_id") ?? "")?.[1];
        if (asked) query.set("task_id", asked);
        const came = await pass({ query });
        const isV1 = [CREATE, QUERY].includes(sent.path) && came.json?.task_id;
        return isV1 ? rewritten(came, { ...came.json, task_id: long(came.json.task_id) }) : came;
      },
    },
    {
      title: "regenerates a source that nobody made",
      named: /videoRegeneration.*(unknown|source)/,
      bend: () => (sent, pass) =>
        sent.path === REGENERATE &&
        sent.keyed &&
        /^\d{15}$/.test(sent.json?.source_task_id) &&
        sent.json.resolution === "2K" &&
        Object.keys(sent.json).length === 3
          ? replying({ task_id: "212345678901234" })
          : pass(),
    },
    {
      title: "uses an upload that nobody made",
      named: /V2Create.*(unknown|mm_file|file)/,
      bend: () => (sent, pass) =>
        sent.path === CREATE_V2 && sent.keyed && bodyText(sent).includes("mm_file://") ? pass({ json: V2 }) : pass(),
    },
  ],
  "what tasks say of themselves": [
    {
      title: "goes back from Success to Processing",
      named: /(queryVideoGenerationTask|videoGeneration).*status|back/i,
      bend: () => {
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
    },
    {
      title: "goes from Processing back to Queueing",
      named: /queryVideoGenerationTask.*status|back/i,
      bend: () => {
        let last = "";
        return async (sent, pass) => {
          const came = await pass();
          if (sent.path !== QUERY || !came.json?.status) return came;
          const status = came.json.status === "Processing" && last === "Processing" ? "Queueing" : came.json.status;
          last = status;
          return rewritten(came, { ...came.json, status });
        };
      },
    },
    {
      title: "reports another model",
      named: /V2Query.*model/,
      ...aboutV2((task) => ({ ...task, model: "MiniMax-H3-Max" })),
    },
    {
      title: "reports another resolution",
      named: /V2Query.*resolution/,
      ...aboutV2((task) => (task.resolution ? { ...task, resolution: "2K" } : task)),
    },
    {
      title: "reports another duration",
      named: /V2Query.*duration/,
      ...aboutV2((task) => ({ ...task, duration: task.duration + 1 })),
    },
    {
      title: "reports another aspect ratio",
      named: /V2Query.*ratio/,
      ...aboutV2((task) => ({ ...task, ratio: "9:16" })),
    },
    {
      title: "reports another task_type",
      named: /V2Query.*task_type/,
      ...aboutV2((task) => ({ ...task, task_type: "regeneration" })),
    },
    {
      title: "charges more seconds than it made",
      named: /V2Query.*usage/,
      ...aboutV2((task) => ({
        ...task,
        usage: task.usage?.output_seconds
          ? { ...task.usage, output_seconds: task.usage.output_seconds + 5 }
          : task.usage,
      })),
    },
    {
      title: "adds up tokens wrongly",
      named: /V2Query.*usage/,
      ...aboutV2((task) => ({
        ...task,
        usage: task.usage?.total_tokens ? { ...task.usage, total_tokens: 1 } : task.usage,
      })),
    },
    {
      title: "counts an image that was not sent",
      named: /V2Query.*usage/,
      ...aboutV2((task) => ({
        ...task,
        usage: task.usage?.total_seconds ? { ...task.usage, input_image_count: 7 } : task.usage,
      })),
    },
    {
      title: "was updated before it was created",
      named: /V2Query.*updated_at/,
      ...aboutV2((task) => ({ ...task, updated_at: task.created_at - 60 })),
    },
    {
      title: "tells times in milliseconds",
      named: /created_at/,
      ...aboutV2((task) => ({ ...task, created_at: task.created_at * 1000, updated_at: task.updated_at * 1000 })),
    },
    {
      title: "was created a year ago",
      named: /created_at/,
      ...aboutV2((task) => ({ ...task, created_at: task.created_at - 31_536_000 })),
    },
    {
      title: "has a video of the wrong size",
      named: /queryVideoGenerationTask.*video_(width|height)/,
      ...replies(isAt(QUERY), (json) => (json.video_width ? { ...json, video_width: 320, video_height: 240 } : json)),
    },
    {
      title: "succeeds without a file",
      named: /videoGeneration|file_id/,
      ...replies(isAt(QUERY), (json) => ({ ...json, file_id: "" })),
    },
    {
      title: "names a file before it succeeds",
      named: /empty-before-success|file_id/,
      ...replies(isAt(QUERY), (json) =>
        json.status === "Processing" ? { ...json, file_id: "176844028768320" } : json,
      ),
    },
    {
      title: "writes statuses in capitals",
      named: /queryVideoGenerationTask.*status/,
      ...replies(isAt(QUERY), (json) => ({ ...json, status: String(json.status).toUpperCase() })),
    },
    {
      title: "knows a status of its own in version 2",
      named: /V2Query.*status|v2-status-words/,
      ...aboutV2((task) => ({ ...task, status: task.status === "running" ? "rendering" : task.status })),
    },
    {
      title: "expands nothing",
      named: /h3ContextIR|v2-prompt-in-task|prompt/,
      ...aboutV2((task) => (task.content?.prompt ? { ...task, content: { prompt: "" } } : task)),
    },
    {
      title: "confirms a cancel and goes on",
      named: /V2(Create|Delete).*cancel/,
      ...aboutV2((task) => (task.status === "cancelled" ? { ...task, status: "running" } : task)),
    },
    {
      title: "cancels what has ended",
      named: /V2Delete/,
      ...replies(isRemoval, (json) => ({ ...json, action: "cancelled", status: "cancelled" })),
    },
    {
      title: "keeps a task that it has deleted",
      named: /V2(Delete|Query|Create|List).*deleted task/,
      bend: () => {
        const kept = new Map<string, Came>();
        return async (sent, pass) => {
          const came = await pass();
          const id = idIn(sent);
          if (isQueryV2(sent) && came.status === 200) kept.set(id, came);
          return isQueryV2(sent) && came.status === 400 && sent.keyed ? (kept.get(id) ?? came) : came;
        };
      },
    },
  ],
  "files, links and bytes": [
    {
      title: "changes one byte of an upload",
      named: /retrieveFileContent|uploadFile.*bytes|content/,
      ...sends(
        (sent, came) => sent.path === CONTENT && came.bytes.length > 100 && !came.json,
        (came) => ({ ...came, bytes: came.bytes.map((byte, at) => (at === 60 ? byte ^ 1 : byte)) }),
      ),
    },
    {
      title: "cuts the last byte of an upload",
      named: /retrieveFileContent|uploadFile.*bytes|content/,
      ...sends(
        (sent, came) => sent.path === CONTENT && !came.json,
        (came) => ({ ...came, bytes: came.bytes.slice(0, -1) }),
      ),
    },
    {
      title: "says another size than was uploaded",
      named: /uploadFile.*bytes/,
      ...replies(isAt(UPLOAD), (json) => ({ ...json, file: { ...json.file, bytes: json.file.bytes + 1 } })),
    },
    {
      title: "says another purpose than was uploaded for",
      named: /uploadFile.*purpose/,
      ...replies(isAt(UPLOAD), (json) => ({ ...json, file: { ...json.file, purpose: "voice_clone" } })),
    },
    {
      title: "renames uploads",
      named: /uploadFile.*filename/,
      ...replies(isAt(UPLOAD), (json) => ({ ...json, file: { ...json.file, filename: "blob" } })),
    },
    {
      title: "lists other sizes than it was sent",
      named: /listFiles.*bytes/,
      ...replies(isAt(FILES), (json) => ({ ...json, files: json.files.map((one: Json) => ({ ...one, bytes: 0 })) })),
    },
    {
      title: "retrieves a deleted file",
      named: /(uploadFile|retrieveFile|deleteFile).*delete/,
      bend: () => {
        const kept = new Map<string, Came>();
        return async (sent, pass) => {
          const id = sent.query.get("file_id") ?? "";
          const gone = String(sent.json?.file_id);
          if (sent.path === DELETE && sent.keyed && sent.json)
            kept.set(
              gone,
              await pass({
                path: RETRIEVE,
                method: "GET",
                query: new URLSearchParams({ file_id: gone }),
                bytes: new Uint8Array(0),
              }),
            );
          const came = await pass();
          return sent.path === RETRIEVE && refused(came) && sent.keyed && kept.get(id)?.json?.file
            ? (kept.get(id) as Came)
            : came;
        };
      },
    },
    {
      title: "still has the bytes of a deleted file",
      named: /(uploadFile|retrieveFileContent|deleteFile).*delete/,
      bend: () => {
        const kept = new Map<string, Came>();
        return async (sent, pass) => {
          const gone = String(sent.json?.file_id);
          if (sent.path === DELETE && sent.keyed && sent.json)
            kept.set(
              gone,
              await pass({
                path: CONTENT,
                method: "GET",
                query: new URLSearchParams({ file_id: gone }),
                bytes: new Uint8Array(0),
              }),
            );
          const came = await pass();
          const old = kept.get(sent.query.get("file_id") ?? "");
          return sent.path === CONTENT && refused(came) && sent.keyed && old && !old.json ? old : came;
        };
      },
    },
    {
      title: "answers every Range with the first bytes",
      named: /range/i,
      ...reads(
        (sent) => isDownload(sent) && sent.headers.has("range"),
        () => ({ headers: new Headers({ range: "bytes=0-99" }) }),
      ),
    },
    {
      title: "ignores Range",
      named: /range|link-takes-ranges/i,
      ...reads(isDownload, () => ({ headers: new Headers() })),
    },
    {
      title: "sends one byte too few for a Range",
      named: /range/i,
      ...sends(
        (sent, came) => isDownload(sent) && came.status === 206,
        (came) => ({ ...came, bytes: came.bytes.slice(0, -1) }),
      ),
    },
    {
      title: "asks for a key at its links",
      named: /link|download/,
      ...sends(
        (sent) => isDownload(sent) && !sent.headers.has("authorization"),
        () => replying("<Error/>", 403, "application/xml"),
      ),
    },
    {
      title: "links to a page",
      named: /download|video-is-mp4/,
      ...sends(isDownload, () => replying("<html></html>", 200, "text/html")),
    },
    {
      title: "sends videos as octet-stream",
      named: /video-is-mp4|video\/mp4/,
      ...sends(isDownload, (came) => typed(came, "application/octet-stream")),
    },
    {
      title: "gives links that have expired",
      named: /link-|expire/i,
      ...replies(isAt(RETRIEVE), (json) => ({
        ...json,
        file: { ...json.file, download_url: json.file.download_url.replace(/Expires=\d+/, "Expires=1600000000") },
      })),
    },
    {
      title: "gives links for a minute",
      named: /link-lives-an-hour/,
      ...replies(isAt(RETRIEVE), (json) => ({
        ...json,
        file: {
          ...json.file,
          download_url: json.file.download_url.replace(/Expires=\d+/, `Expires=${Math.floor(Date.now() / 1000) + 60}`),
        },
      })),
    },
    {
      title: "links to a host that nobody runs",
      named: /link|download|flow/,
      bend: () => {
        return async (sent, pass) => {
          const came = await pass();
          const url = isQueryV2(sent) && came.json?.task?.content?.url;
          if (!url) return came;
          return rewritten(came, {
            ...came.json,
            task: { ...came.json.task, content: { url: "http://127.0.0.1:9/a.mp4?Expires=4000000000" } },
          });
        };
      },
    },
    {
      title: "takes a text for a picture",
      named: /uploadFile/,
      bend: () => async (sent, pass) => {
        const came = await pass();
        return sent.path === UPLOAD &&
          sent.keyed &&
          isForm(sent) &&
          came.status === 400 &&
          bodyText(sent).includes("no picture")
          ? replying({
              file: {
                file_id: 176844028768321,
                bytes: 10,
                created_at: 1785125529,
                filename: "file.png",
                purpose: "video_generation_input",
              },
              ...OK,
            })
          : came;
      },
    },
  ],
  callbacks: [
    {
      title: "makes no callback after the challenge",
      named: /callback/,
      callback: (body) => (body?.challenge === undefined ? undefined : body),
    },
    {
      title: "makes no callback about the end",
      named: /callback/,
      callback: (body) => (/^succe/i.test(body?.status ?? body?.task?.status ?? "") ? undefined : body),
    },
    {
      title: "calls back about another task",
      named: /callback.*(id|task)/,
      callback: (body) =>
        body?.task_id
          ? { ...body, task_id: "112345678901234" }
          : body?.task
            ? { task: { ...body.task, id: "112345678901234" } }
            : body,
    },
    {
      title: "takes any answer to a challenge",
      named: /callback.*challenge|challenge/,
      ...takes(
        CREATE,
        ({ callback_url }, { json }) =>
          typeof callback_url === "string" && json?.prompt && /^https?:/.test(callback_url),
      ),
    },
    {
      title: "calls back without a challenge",
      named: /callback.*challenge|challenge/,
      callback: (body) => (body?.challenge === undefined ? body : undefined),
    },
    {
      title: "calls back with a status of its own",
      named: /callback.*status/,
      callback: (body) =>
        body?.status ? { ...body, status: "DONE" } : body?.task ? { task: { ...body.task, status: "DONE" } } : body,
    },
    {
      title: "leaves base_resp out of its callbacks",
      named: /callback.*base_resp/,
      callback: (body) => (body?.base_resp ? { ...body, base_resp: undefined } : body),
    },
    {
      title: "ignores callback_url",
      named: /callback/,
      ...reads(
        ({ json }) => json?.callback_url?.includes?.("/inbox/"),
        ({ json }) => ({ json: { ...json, callback_url: undefined } }),
      ),
    },
    {
      title: "ignores callback_url in version 2",
      named: /callback/,
      ...reads(
        ({ json, path }) => path === CREATE_V2 && json?.callback_url?.includes?.("/inbox/"),
        ({ json }) => ({ json: { ...json, callback_url: undefined } }),
      ),
    },
  ],
  "statuses, headers and shapes of replies": [
    {
      title: "answers a create with 201",
      named: /videoGeneration\b.*(status|201)/,
      ...sends(
        (sent, came) => sent.path === CREATE && !refused(came),
        (came) => ({ ...came, status: 201 }),
      ),
    },
    {
      title: "refuses under HTTP 400 in version 1",
      named: /refused-under-200|status/,
      ...sends(
        (sent, came) => sent.path === CREATE && came.json?.base_resp?.status_code === 2013,
        (came) => ({ ...came, status: 400 }),
      ),
    },
    {
      title: "refuses under HTTP 200 in version 2",
      named: /V2|v2-/,
      ...sends(
        ({ path }, came) => path === CREATE_V2 && came.status === 400,
        (came) => ({ ...came, status: 200 }),
      ),
    },
    {
      title: "answers with HTTP 404 for an unknown task",
      named: /V2Query.*(404|status)/,
      ...sends(
        (sent, came) => isQueryV2(sent) && came.status === 400,
        (came) => ({ ...came, status: 404 }),
      ),
    },
    {
      title: "redirects its list",
      named: /listFiles.*(307|status)/,
      bend: () => (sent, pass) =>
        sent.path === FILES && sent.keyed
          ? { ...replying("", 307, ""), headers: new Headers({ location: "/v1/files/list/" }) }
          : pass(),
    },
    {
      title: "sends JSON as text/plain",
      named: /queryVideoGenerationTask.*(text\/plain|application\/json)/,
      ...sends(isAt(QUERY), (came) => typed(came, "text/plain")),
    },
    {
      title: "sends JSON without a type",
      named: /listFiles.*(type|application\/json)/,
      ...sends(isAt(FILES), (came) => typed(came, "")),
    },
    {
      title: "sends a page instead of JSON",
      named: /retrieveFile\b.*(text\/html|json)/i,
      ...sends(
        (sent) => sent.path === RETRIEVE && sent.keyed,
        () => replying("<html></html>", 200, "text/html"),
      ),
    },
    {
      title: "sends broken JSON",
      named: /V2List.*(JSON|absent|required|object)/,
      ...sends(
        (sent, came) => sent.path === LIST_V2 && came.status === 200,
        (came) => ({ ...came, bytes: came.bytes.slice(0, -2) }),
      ),
    },
    {
      title: "writes task_id as a number",
      named: /videoGeneration\b.*task_id/,
      ...sends(
        (sent, came) => sent.path === CREATE && !refused(came),
        (came) => ({
          ...came,
          bytes: new TextEncoder().encode(
            new TextDecoder().decode(came.bytes).replace(/"task_id":"(\d+)"/, '"task_id":$1'),
          ),
        }),
      ),
    },
    {
      title: "writes file_id as a string",
      named: /file_id|file-id/,
      ...replies(isAt(RETRIEVE), (json) => ({ ...json, file: { ...json.file, file_id: String(json.file.file_id) } })),
    },
    {
      title: "writes status_code as a string",
      named: /base_resp\.status_code/,
      ...sends(isAt(QUERY), (came) =>
        rewritten(came, {
          ...came.json,
          base_resp: { ...came.json?.base_resp, status_code: String(came.json?.base_resp?.status_code) },
        }),
      ),
    },
    {
      title: "leaves base_resp out",
      named: /listFiles.*base_resp/,
      ...replies(isAt(FILES), ({ base_resp: _, ...json }) => json),
    },
    {
      title: "leaves total out of its list",
      named: /V2List.*total/,
      ...replies(isAt(LIST_V2), ({ total: _, ...json }) => json),
    },
    {
      title: "puts a base_resp into version 2",
      named: /v2-without-base-resp|base_resp/,
      ...aboutV2((task) => task),
      bend: () => async (sent, pass) => {
        const came = await pass();
        return isQueryV2(sent) && came.status === 200 ? rewritten(came, { ...came.json, ...OK }) : came;
      },
    },
    {
      title: "says ok instead of success",
      named: /success-in-words|status_msg/,
      ...replies(isAt(CREATE), (json) => ({ ...json, base_resp: { status_code: 0, status_msg: "ok" } })),
    },
    {
      title: "refuses with an unknown code",
      named: /known-codes|code/,
      ...sends(
        (sent, came) => sent.path === RETRIEVE && came.json?.base_resp?.status_code === 2013,
        (came) => rewritten(came, { ...came.json, base_resp: { status_code: 777, status_msg: "no" } }),
      ),
    },
    {
      title: "refuses version 2 without a code in its message",
      named: /v2-code-in-message|message/,
      ...sends(
        (sent, came) => sent.path === CREATE_V2 && came.status === 400,
        (came) => rewritten(came, { ...came.json, error: { ...came.json.error, message: "invalid" } }),
      ),
    },
    {
      title: "refuses version 2 without a request_id",
      named: /V2Create.*request_id/,
      ...sends(
        (sent, came) => sent.path === CREATE_V2 && came.status === 400,
        (came) => rewritten(came, { ...came.json, request_id: undefined }),
      ),
    },
    {
      title: "names the wrong type of error",
      named: /error\.type|v2-type-of-status/,
      ...sends(
        (sent, came) => sent.path === CREATE_V2 && came.status === 400,
        (came) => rewritten(came, { ...came.json, error: { ...came.json.error, type: "server_error" } }),
      ),
    },
    {
      title: "breaks down at 21:9",
      named: /server error|500/,
      bend: () => (sent, pass) =>
        sent.json?.ratio === "21:9"
          ? replying(
              {
                type: "error",
                error: { type: "server_error", message: "internal error (1000)", http_code: "500" },
                request_id: "0".repeat(32),
              },
              500,
            )
          : pass(),
    },
    {
      title: "breaks down at long prompts",
      named: /server error|500|V2Create/,
      bend: () => (sent, pass) =>
        sent.path === CREATE_V2 && sent.bytes.length > 3000 ? replying("oops", 502, "text/html") : pass(),
    },
    {
      title: "cuts the reply of its list",
      named: /listFiles.*(no reply|broke)/,
      bend: () => (sent, pass) => (sent.path === FILES && sent.keyed ? { ...replying(""), status: 0 } : pass()),
    },
    {
      title: "refuses a create and gives an id",
      named: /refused-without-id|task_id/,
      ...sends(
        (sent, came) => sent.path === CREATE && came.json?.base_resp?.status_code === 2013,
        (came) => rewritten(came, { ...came.json, task_id: "112345678901234" }),
      ),
    },
    {
      title: "writes numbers of the balance as words",
      named: /getAccountBalance/,
      ...replies(isAt(BALANCE), (json) => ({ ...json, available_amount: true, balance: true })),
    },
  ],
  gateways: [
    {
      title: "aimanyi: takes a first frame",
      like: "aimanyi",
      named: /videoGeneration\b.*image to video/,
      bend: () => (sent, pass) =>
        sent.method === "POST" && sent.keyed && sent.json?.first_frame_image ? pass({ json: V1 }) : pass(),
    },
    {
      title: "aimanyi: has no request_id in its envelope",
      like: "aimanyi",
      named: /videoGeneration\b.*request_id/,
      ...sends(
        (sent, came) => sent.path === CREATE && came.json?.data,
        (came) => rewritten(came, { ...came.json, request_id: undefined }),
      ),
    },
    {
      title: "aimanyi: has no data in its envelope",
      like: "aimanyi",
      named: /videoGeneration\b/,
      ...sends(
        (sent, came) => sent.path === CREATE && came.json?.data,
        (came) => rewritten(came, { ...came.json, data: null }),
      ),
    },
    {
      title: "aimanyi: answers the query of one task with another",
      like: "aimanyi",
      named: /queryVideoGenerationTask.*task_id/,
      ...sends(
        (sent, came) => sent.path === QUERY && came.json?.data,
        (came) =>
          rewritten(came, {
            ...came.json,
            data: {
              ...came.json.data,
              task_id: "112345678901234",
              data: { ...came.json.data.data, task_id: "112345678901234" },
            },
          }),
      ),
    },
    {
      title: "aimanyi: has no status in its envelope",
      like: "aimanyi",
      named: /queryVideoGenerationTask/,
      ...sends(
        (sent, came) => sent.path === QUERY && came.json?.data,
        (came) => rewritten(came, { ...came.json, data: { task_id: came.json.data.task_id } }),
      ),
    },
    {
      title: "aimanyi: writes times as words",
      like: "aimanyi",
      named: /videoGeneration\b.*created_at/,
      ...sends(
        (sent, came) => sent.path === CREATE && came.json?.data,
        (came) => rewritten(came, { ...came.json, data: { ...came.json.data, created_at: "now" } }),
      ),
    },
    {
      title: "aimanyi: lets strangers in",
      like: "aimanyi",
      named: /videoGeneration\b.*key/,
      ...letsIn(isAt(CREATE), wrong),
    },
    {
      title: "quickrouter: takes creates without a duration",
      like: "quickrouter",
      named: /videoGeneration\b.*duration|no duration/,
      bend: () => (sent, pass) =>
        sent.method === "POST" && sent.keyed && sent.json?.prompt && sent.json.model && sent.json.duration === undefined
          ? pass({ json: V1 })
          : pass(),
    },
    {
      title: "quickrouter: gives every create the same id",
      like: "quickrouter",
      named: /videoGeneration\b.*(id|unique)/,
      ...sends(
        (sent, came) => sent.path === CREATE && !refused(came),
        (came) => rewritten(came, { ...came.json, task_id: "112345678901234" }),
      ),
    },
    {
      title: "quickrouter: takes a duration of 7",
      like: "quickrouter",
      named: /videoGeneration\b.*duration/,
      bend: () => (sent, pass) =>
        sent.method === "POST" && sent.keyed && sent.json?.duration === 7 ? pass({ json: V1 }) : pass(),
    },
  ],
};
