/**
 * What every reply that the specs name means to who calls, typed by hand from the fact sheet: its tables 3 (replies), 4.2 to 4.4
 * (codes), 5 (callbacks) and 8 (gateways). Nothing in it is computed from the code under test.
 */
import type { ErrorKind, MiniMax, TaskKind, TaskStatus, VideoTask } from "../../src/index.js";
import type { Name } from "./documents.js";
import { png } from "./pictures.js";

export const PROMPT = "a fox nobody may read about";

/** The public call of an operation. */
export interface Call {
  /** A create costs money, an upload leaves a file behind; reads, and what harms as little, may be sent again. */
  sort: "create" | "upload" | "read";
  /** Its result as plain data. */
  make(minimax: MiniMax, root: Name, example: string): Promise<unknown>;
  /** What its errors know. */
  facts?: (root: Name, example: string) => object;
}

const words = { model: "MiniMax-Hailuo-02", prompt: PROMPT, duration: 6 } as const;
const template = { template_id: "394125185182695432", text_inputs: [{ value: PROMPT }] };
const text = [{ type: "text", text: PROMPT } as const];
const H3 = { model: "MiniMax-H3", duration: 5, ratio: "16:9" } as const;
const anew = { model: "MiniMax-H3", source_task_id: "424010985738629", resolution: "2K" } as const;
const INPUT = { purpose: "video_generation_input" } as const;

const FILE = "176844028768320";
const TASK: Record<Name, string> = {
  minimax: "176843862716480",
  quickrouter: "176843862716480",
  aimanyi: "306792606023824",
};
/** The ids of examples that are about other tasks and files than the rest: whoever asks for one gets no other's. */
const OTHERS: Record<string, string> = {
  expandedPrompt: "426586401755526",
  regenerated: "424010985738631",
  queued: "424635601932587",
  running: "424635601932588",
  failed: "424635601932586",
  failedWithZeros: "424010985738630",
  cancelled: "424635601932585",
  expired: "424635601932584",
  successRecorded: "361721749176519",
  stringFileId: "411603868533342214",
};
const TEMPLATE_TASK = "401047179385389059";
const TASK_V2 = "424010985738629";

const CALLS: Record<string, Call> = {
  videoGeneration: { sort: "create", make: ({ videos }) => made(videos.create(words)) },
  videoTemplateGeneration: { sort: "create", make: ({ templates }) => made(templates.create(template)) },
  videoGenerationV2Create: {
    sort: "create",
    make: ({ videos }) => made(videos.create({ ...H3, content: text, resolution: "768P" })),
  },
  videoRegenerationV2Create: { sort: "create", make: ({ videos }) => made(videos.create(anew)) },
  h3ContextIRV2Create: { sort: "create", make: ({ contextIR }) => made(contextIR.create({ ...H3, content: text })) },
  queryVideoGenerationTask: {
    sort: "read",
    make: ({ videos }, root) => ended(videos.task(TASK[root])),
    facts: (root) => ofTask(TASK[root]),
  },
  queryVideoTemplateGenerationTask: {
    sort: "read",
    make: ({ templates }) => ended(templates.task(TEMPLATE_TASK)),
    facts: () => ofTask(TEMPLATE_TASK),
  },
  videoGenerationV2Query: {
    sort: "read",
    make: ({ videos }, _, example) => ended(videos.task(OTHERS[example] ?? TASK_V2, "generation")),
    facts: (_, example) => ofTask(OTHERS[example] ?? TASK_V2),
  },
  videoGenerationV2List: { sort: "read", make: listed },
  videoGenerationV2Delete: {
    sort: "read",
    make: ({ videos }, _, example) => videos.task(TASK_V2, "generation")[example === "deleted" ? "delete" : "cancel"](),
    facts: () => ofTask(TASK_V2),
  },
  uploadFile: { sort: "upload", make: ({ files }) => files.upload(png(640, 480, 900), INPUT) },
  retrieveFile: {
    sort: "read",
    make: ({ files }, _, example) => files.retrieve(OTHERS[example] ?? FILE),
    facts: (_, example) => ({ fileId: OTHERS[example] ?? FILE }),
  },
  retrieveFileContent: {
    sort: "read",
    async make({ files }) {
      const { type, stream } = await files.content(FILE);
      return { type, text: await new Response(stream).text() };
    },
    facts: () => ({ fileId: FILE }),
  },
  listFiles: { sort: "read", make: ({ files }) => files.list(INPUT) },
  deleteFile: { sort: "read", make: ({ files }) => files.delete(FILE, INPUT), facts: () => ({ fileId: FILE }) },
};

export const operationIds = Object.keys(CALLS);

export function callOf(operationId: string): Call {
  const call = CALLS[operationId];
  if (!call) throw new Error(`replies.ts says no call for ${operationId}`);
  return call;
}

/** Whoever catches it can go on. */
function ofTask(taskId: string): object {
  return { taskId, task: { id: taskId } };
}

async function made(create: Promise<{ id: string; kind: string }>) {
  const { id, kind } = await create;
  return { id, kind };
}

/** Where a task stands, and of one that failed also how a wait for it ends. */
async function ended(task: VideoTask): Promise<TaskStatus & { wait?: object }> {
  const status = await task.status();
  if (status.state !== "failed") return status;
  const { name, taskId, code, kind } = await task.wait().then(
    () => ({}) as never,
    (error) => error,
  );
  return { ...status, wait: { name, taskId, kind, ...(code === undefined ? {} : { code }) } };
}

/** The first page is enough. */
async function listed({ videos }: MiniMax): Promise<object[]> {
  const found = [];
  for await (const { task, ...rest } of videos.list()) {
    const { version: _, server: __, createdAt: ___, ...record } = task.toJSON();
    found.push({ task: record, ...rest });
    if (found.length === 4) break;
  }
  return found;
}

/** Whose turn it is after a refusal. Of version 1 (4.3) by its code; of version 2 (4.4) by HTTP status, type, and the code in its words. */
export const REFUSALS: Record<string, ErrorKind> = {
  1000: "service",
  1001: "service",
  1002: "rate_limited",
  1004: "authentication",
  1008: "insufficient_balance",
  1013: "service",
  1024: "service",
  1026: "content_rejected",
  1027: "content_rejected",
  1028: "plan_limit",
  1030: "plan_limit",
  1033: "service",
  1039: "rate_limited",
  1041: "rate_limited",
  1042: "invalid_request",
  2013: "invalid_request",
  2038: "plan_limit",
  2045: "rate_limited",
  2049: "authentication",
  2056: "plan_limit",
  2061: "plan_limit",
  "400 bad_request_error 2013": "invalid_request",
  "401 authorized_error 1004": "authentication",
  "401 authorized_error 2049": "authentication",
  "402 insufficient_balance_error 1008": "insufficient_balance",
  "422 unprocessable_entity_error 1026": "content_rejected",
  "429 rate_limit_error 1002": "rate_limited",
  "429 rate_limit_error 1041": "rate_limited",
  "500 server_error 1000": "service",
  "529 overloaded_error": "service",
};

/** How often a refusal of a kind is met before the caller hears of it. All others: once, and it is clear that nothing was done. */
export const AGAIN: Partial<Record<ErrorKind, Record<Call["sort"], number>>> = {
  // It may have been carried out all the same: what costs is not sent again.
  service: { create: 1, upload: 1, read: 3 },
  // Nothing was done.
  rate_limited: { create: 3, upload: 3, read: 3 },
};

/** A task that failed, and the wait for it. */
function failed(taskId: string, word: string, { kind = "unknown", code, reason }: Why = {}): object {
  const known = { kind, ...(code === undefined ? {} : { code }) };
  const wait = { name: "TaskFailedError", taskId, ...known };
  return { state: "failed", taskId, word, ...known, ...(reason === undefined ? {} : { reason }), wait };
}

interface Why {
  kind?: ErrorKind;
  code?: number;
  reason?: string;
}

const INPUT_SENSITIVE = { kind: "content_rejected", code: 1026, reason: "the input was judged sensitive" } as const;
const OUTPUT_SENSITIVE = {
  kind: "content_rejected",
  code: 1027,
  reason: "the finished video was judged sensitive",
} as const;

const query = (taskId: string) => ({
  success: { state: "succeeded", taskId, word: "Success", fileId: FILE, width: 1920, height: 1080 },
  preparing: { state: "running", taskId, word: "Preparing" },
  queueing: { state: "running", taskId, word: "Queueing" },
  processing: { state: "running", taskId, word: "Processing" },
  fail: failed(taskId, "Fail"),
  failSensitiveInput: failed(taskId, "Fail", INPUT_SENSITIVE),
  failSensitiveOutput: failed(taskId, "Fail", OUTPUT_SENSITIVE),
});

const LINK =
  "https://video-product.cdn.minimax.io/inference_output/video/2025-11-01/example/output.mp4?Expires=1762032400&Signature=example";
const recorded = { bytes: 0, created_at: 1762000000, filename: "output.mp4", purpose: "video_generation" };
const retrieveFile = {
  success: {
    file_id: FILE,
    bytes: 5896337,
    created_at: 1700469398,
    filename: "output_aigc.mp4",
    purpose: "video_generation",
    download_url: "www.downloadurl.com",
  },
  successRecorded: { ...recorded, file_id: "361721749176519", download_url: LINK },
  stringFileId: {
    ...recorded,
    file_id: "411603868533342214",
    download_url: LINK,
    backup_download_url: "https://backup.example.com/output.mp4",
  },
};

const gatewayDone = {
  state: "succeeded",
  taskId: TASK.aimanyi,
  word: "Success",
  fileId: FILE,
  width: 1366,
  height: 768,
};

const H3_VIDEO =
  "https://video-product.cdn.minimax.io/inference_output/rollout/2026-07-27/6c68f487-4b33-48cb-8c92-1631f63f6682/output.mp4";
const usage = { total_seconds: 5, input_seconds: 0, output_seconds: 5, input_image_count: 0 };
const usageWithSound = {
  ...usage,
  input_image_count: 1,
  input_audio_seconds: 6,
  total_tokens: 273890,
  prompt_tokens: 13500,
  completion_tokens: 260390,
};
const done = { state: "succeeded", taskId: TASK_V2, word: "succeeded" };

/** A task of the list, made at 08:05:40 of 28 July 2026 where nothing else is said. */
const inList = (
  id: string,
  status: object,
  task: object = {},
  [createdAt, updatedAt] = [1785225940000, 1785226100000],
) => ({
  task: { id, kind: "generation", model: "MiniMax-H3", ...task },
  status: { taskId: id, ...status },
  createdAt,
  updatedAt,
});

/** Replies that are no refusal, each by the name of its example: the value that the call comes to. */
export const VALUES: Record<Name, Record<string, Record<string, unknown>>> = {
  minimax: {
    videoGeneration: { success: { id: "106916112212032", kind: "video" } },
    videoTemplateGeneration: { success: { id: TEMPLATE_TASK, kind: "template" } },
    videoGenerationV2Create: { success: { id: TASK_V2, kind: "generation" } },
    videoRegenerationV2Create: { success: { id: "424010985738631", kind: "regeneration" } },
    h3ContextIRV2Create: { success: { id: "426586401755526", kind: "h3_context_ir" } },
    queryVideoGenerationTask: query(TASK.minimax),
    queryVideoTemplateGenerationTask: {
      success: {
        state: "succeeded",
        taskId: TEMPLATE_TASK,
        word: "Success",
        url: "https://cdn.hailuoai.com/prod/video_20250714_template.mp4",
      },
      preparing: { state: "running", taskId: TEMPLATE_TASK, word: "Preparing" },
      processing: { state: "running", taskId: TEMPLATE_TASK, word: "Processing" },
      fail: failed(TEMPLATE_TASK, "Fail"),
      failSensitiveInput: failed(TEMPLATE_TASK, "Fail", INPUT_SENSITIVE),
      failSensitiveOutput: failed(TEMPLATE_TASK, "Fail", OUTPUT_SENSITIVE),
    },
    videoGenerationV2Query: {
      succeeded: { ...done, url: H3_VIDEO, usage: usageWithSound },
      succeededWithoutModality: { ...done, url: H3_VIDEO, usage },
      expandedPrompt: {
        ...done,
        taskId: OTHERS.expandedPrompt,
        prompt:
          "integrated_multimodal_description: [Shot 1] Cinematic, wide shot with a slow push in on a captain.\noverall_soundscape: Deep thrumming of ship engines.\nnon_diegetic_music: Symphonic orchestral score.",
        usage: { total_tokens: 9090, prompt_tokens: 5664, completion_tokens: 3426 },
      },
      regenerated: {
        ...done,
        taskId: OTHERS.regenerated,
        url: "https://your-cdn.example.com/h3-regenerated-2k-output.mp4",
        usage,
      },
      queued: { state: "running", taskId: OTHERS.queued, word: "queued" },
      running: { state: "running", taskId: OTHERS.running, word: "running" },
      failed: failed(OTHERS.failed as string, "failed", INPUT_SENSITIVE),
      failedWithZeros: failed(OTHERS.failedWithZeros as string, "failed", INPUT_SENSITIVE),
      cancelled: failed(OTHERS.cancelled as string, "cancelled"),
      expired: failed(OTHERS.expired as string, "expired"),
    },
    videoGenerationV2List: {
      firstPage: [
        inList(
          "424635601932571",
          {
            state: "succeeded",
            word: "succeeded",
            url: "https://video-product.cdn.minimax.io/inference_output/rollout/2026-07-28/5fe7ec4a-6f51-4d69-880e-220e59535d98/output.mp4",
            usage: usageWithSound,
          },
          { duration: 5, resolution: "2K" },
        ),
        inList("424635601932588", { state: "running", word: "running" }, { duration: 10, resolution: "2K" }),
        inList("424635601932587", { state: "running", word: "queued" }, { duration: 8, resolution: "2K" }),
        inList(
          "424635601932586",
          { state: "failed", word: "failed", ...INPUT_SENSITIVE },
          { duration: 12, resolution: "2K" },
        ),
      ],
      allKinds: [
        inList("424635601932588", { state: "running", word: "running" }, { duration: 10, resolution: "2K" }),
        inList(
          "426586401755526",
          {
            state: "succeeded",
            word: "succeeded",
            prompt: "A lighthouse in a storm. Static shot, wide.",
            usage: { total_tokens: 8565, prompt_tokens: 5650, completion_tokens: 2915 },
          },
          // Words have no size.
          { kind: "h3_context_ir", duration: 5 },
          [1785702855000, 1785702866000],
        ),
        inList(
          "424010985738631",
          { state: "running", word: "queued" },
          { kind: "regeneration", duration: 5, resolution: "2K" },
          [1785126000000, 1785126000000],
        ),
      ],
      empty: [],
    },
    videoGenerationV2Delete: { cancelled: undefined, deleted: undefined },
    uploadFile: {
      success: {
        file_id: FILE,
        uri: `mm_file://${FILE}`,
        bytes: 5896337,
        created_at: 1785125000,
        filename: "first-frame.png",
        purpose: "video_generation_input",
      },
    },
    retrieveFile,
    retrieveFileContent: {
      "success as video/mp4": { type: "video/mp4", text: "\0\0\0\x18ftypmp42\0\0\0\0mp42isom" },
      "success as application/octet-stream": {
        type: "application/octet-stream",
        text: "\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
      },
    },
    listFiles: {
      success: [
        {
          file_id: FILE,
          bytes: 5896337,
          created_at: 1785125000,
          filename: "first-frame.png",
          purpose: "video_generation_input",
        },
        {
          file_id: "176844028768321",
          bytes: 1048576,
          created_at: 1785125100,
          filename: "voice.mp3",
          purpose: "video_generation_input",
        },
      ],
      empty: [],
    },
    deleteFile: { success: undefined },
  },
  quickrouter: {
    videoGeneration: { success: { id: "106916112212032", kind: "video" } },
    queryVideoGenerationTask: query(TASK.quickrouter),
    retrieveFile,
  },
  aimanyi: {
    videoGeneration: {
      native: { id: "306792606023824", kind: "video" },
      enveloped: { id: "306792606023824", kind: "video" },
    },
    queryVideoGenerationTask: {
      success: gatewayDone,
      native: gatewayDone,
      notStarted: { state: "running", taskId: TASK.aimanyi, word: "NOT_START" },
      submitted: { state: "running", taskId: TASK.aimanyi, word: "SUBMITTED" },
      // Once there is an inner reply, its word is the one that counts.
      queued: { state: "running", taskId: TASK.aimanyi, word: "Queueing" },
      inProgress: { state: "running", taskId: TASK.aimanyi, word: "Processing" },
      failure: failed(TASK.aimanyi, "Fail", OUTPUT_SENSITIVE),
      failureWithoutData: failed(TASK.aimanyi, "FAILURE", { reason: "the finished video was judged sensitive" }),
    },
    retrieveFile,
  },
};

const CALLED = "115334141465231360";
const challenge = { challenge: "c3f1a9e07b" };
const called = {
  challenge,
  processing: { state: "running", taskId: CALLED, word: "processing" },
  success: { state: "succeeded", taskId: CALLED, word: "success", fileId: "205258526306433" },
  successAgent: { state: "succeeded", taskId: CALLED, word: "Success", fileId: "205258526306433" },
  failed: { state: "failed", taskId: CALLED, word: "failed", ...OUTPUT_SENSITIVE },
};
const calledInVersion2 = {
  challenge,
  queued: { state: "running", taskId: "424635601932587", word: "queued" },
  running: { state: "running", taskId: "424635601932588", word: "running" },
  succeeded: { ...done, url: H3_VIDEO, usage: usageWithSound },
  failed: { state: "failed", taskId: "424635601932586", word: "failed", ...INPUT_SENSITIVE },
  cancelled: { state: "failed", taskId: "424635601932585", word: "cancelled", kind: "unknown" },
};

interface Callbacks {
  /** What the address was made for. */
  made: TaskKind;
  /** The kind of task that the user hears of. */
  kind: TaskKind;
  /** By example: the status that he hears of; or the challenge, of which he hears nothing. */
  says: Record<string, object>;
}

/** Callbacks by the create that asks for them. */
export const CALLBACKS: Record<string, Callbacks> = {
  videoGeneration: { made: "video", kind: "video", says: called },
  videoTemplateGeneration: { made: "template", kind: "template", says: called },
  videoGenerationV2Create: { made: "generation", kind: "generation", says: calledInVersion2 },
  // A callback of version 2 says its kind itself, and all examples are of one.
  videoRegenerationV2Create: { made: "regeneration", kind: "generation", says: calledInVersion2 },
  h3ContextIRV2Create: { made: "h3_context_ir", kind: "generation", says: calledInVersion2 },
};

/** What is answered: to a challenge, and to everything else. */
export const ANSWERS: Record<string, object> = { challenge, received: { status: "success" } };
