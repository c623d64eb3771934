import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import type { CallToolResult, ToolAnnotations } from "@modelcontextprotocol/sdk/types.js";
import { amountText, type Cost, costLine, issueLine } from "../base/check-result.js";
import { invalid, MiniMaxError, SubmissionUnknownError, WaitTimeoutError } from "../base/errors.js";
import { assertOptions, aText, mustBe, type Rule } from "../base/options.js";
import { defined, isRecord } from "../base/record.js";
import type { VideoRequest } from "../base/request-types.js";
import type { Server } from "../base/server.js";
import {
  type ExpandedPrompt,
  isTaskKind,
  KINDS,
  type Task,
  type TaskKind,
  type TaskStatus,
  type Video,
} from "../base/task.js";
import type { MiniMax } from "../client.js";
import { pricesV2 } from "../generated/content-offers.js";
import { prices, templates } from "../generated/offers.js";
import { requestSchema } from "../generated/request-schema.js";
import { audioFile, type FolderJournal, imageFile, type Listed, saveVideo, videoFile } from "../node/index.js";
import { fileNameFrom } from "../node/save-file.js";
import type { AllowedFolders } from "./allowed-folders.js";
import type { Ask, Spending } from "./spending.js";

/** What the tools work with. */
export interface Context {
  readonly minimax: MiniMax;
  readonly server: Server;
  readonly journal: FolderJournal | undefined;
  readonly folders: AllowedFolders;
  readonly spending: Spending;
}

/** One call of a tool. */
export interface Call {
  readonly args: Record<string, unknown>;
  readonly signal: AbortSignal;
  /** Tells the host how far it is; undefined if the host does not want to know. */
  readonly report: ((message: string) => void) | undefined;
  readonly ask: Ask;
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly args: Record<string, Argument>;
  readonly needs?: "folder" | "journal";
  run(context: Context, call: Call): Promise<CallToolResult>;
}

/** The schema that the model sees, and the rule that its value is held to. */
export interface Argument {
  readonly schema: object;
  readonly rule: Rule;
  readonly isRequired?: boolean;
}

type AnyTask = Task<Video | ExpandedPrompt>;

/** Seconds after which a host that shows no progress would give up on a call (60, by the SDK's default). */
const PATIENCE = 50;

/** Entries of the journal that are listed. */
const LISTED = 50;
/** The fields that may be files on this machine, and how each is opened. */
const FILES = {
  first_frame_image: imageFile,
  last_frame_image: imageFile,
  subject_reference: imageFile,
  reference_images: imageFile,
  reference_videos: videoFile,
  reference_audios: audioFile,
};

const text = (description: string): Argument => ({ schema: { type: "string", description }, rule: aText });
const required = (argument: Argument): Argument => ({ ...argument, isRequired: true });
const request: Argument = {
  schema: {
    ...requestSchema,
    description:
      "The video to make. Images, videos and sounds are public http(s) URLs, data URLs, or paths of files below the allowed folders.",
  },
  rule: mustBe("an object", isRecord),
  isRequired: true,
};
const key = required(
  text(
    "A name for this wish, such as fox-1. Repeating a call with the same key and request buys nothing again: it gives the same task.",
  ),
);
const task_id = required(text("The id of the task."));
const kind: Argument = {
  schema: {
    type: "string",
    enum: KINDS,
    description: "Which create made the task, unless it was created here. Default video, of API v1.",
  },
  rule: mustBe(`one of ${KINDS.join(", ")}`, isTaskKind),
};
const file_name = text(
  "Where to save the video: a path below the allowed folders that does not exist yet. Default: the id of the task and .mp4.",
);
const timeout_seconds: Argument = {
  schema: {
    type: "number",
    exclusiveMinimum: 0,
    maximum: 86_400,
    description: `How long to wait. The task goes on afterwards. Default ${PATIENCE}, or 1800 if the host shows progress.`,
  },
  rule: mustBe(
    "a number of seconds above 0, at most 86400",
    (value) => typeof value === "number" && value > 0 && value <= 86_400,
  ),
};

const READS = { readOnlyHint: true, idempotentHint: true };
const OFFLINE = { ...READS, openWorldHint: false };
/** It spends money. With its key, a repeated call buys nothing. */
const BUYS = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true };
const SAVES = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true };

export const TOOLS: readonly Tool[] = [
  {
    name: "check_video",
    title: "Check a request for a video",
    description:
      "Tells everything that is wrong with a request, and its list price, without sending it. Costs nothing.",
    annotations: OFFLINE,
    args: { request },
    async run({ minimax, folders, spending }, { args }) {
      const { ok, issues, cost } = await minimax.videos.check(await opened(args.request, folders));
      const lines = [ok ? "Valid." : "Refused:", ...issues.map(issueLine), ok ? costLine(cost) : "", `${spending}.`];
      return result(lines.filter(Boolean).join("\n"), { ok, issues, ...defined({ cost }) });
    },
  },
  {
    name: "get_prices",
    title: "List the prices",
    description:
      "The documented list prices of the server's region: by the video (version 1), by the second or token (MiniMax-H3). Costs nothing.",
    annotations: OFFLINE,
    args: { model: text("Only of this model.") },
    async run({ server: { region } }, { args: { model } }) {
      const lists = [...prices, ...pricesV2].filter((list) => list.region === region);
      const all = lists.flatMap(({ rows, ...list }) => rows.map((row) => ({ ...row, ...list })));
      const rows = all.filter((row) => model === undefined || row.model === model);
      const priced = templates.filter(({ price }) => model === undefined && region === "global" && price !== undefined);
      const lines = [...rows, ...priced].map((row) => JSON.stringify(row));
      return result(lines.join("\n") || "No list has a price for this model.", { prices: rows, templates: priced });
    },
  },
  {
    name: "create_video",
    title: "Buy a video",
    description:
      "COSTS MONEY. Creates a task and returns at once; wait_for_task and save_video go on. Check and name the price first.",
    annotations: BUYS,
    args: { request, key },
    async run(context, call) {
      const { task, price } = await bought(context, call);
      return result(`Task ${task.id} was created, ${price}. ${context.spending}.`, { task: task.toJSON() });
    },
  },
  {
    name: "generate_video",
    title: "Buy a video, wait for it and save it",
    description:
      "COSTS MONEY. create_video, wait_for_task and save_video in one call, which takes minutes. Check and name the price first.",
    annotations: BUYS,
    args: { request, key, file_name, timeout_seconds },
    needs: "folder",
    async run(context, call) {
      if (call.args.file_name !== undefined) await context.folders.toWrite(String(call.args.file_name), "file_name");
      const { task } = await bought(context, call);
      return savedFrom(task, context, call);
    },
  },
  {
    name: "get_task",
    title: "Ask for the status of a task",
    description: "Asks the service once. Costs nothing.",
    annotations: READS,
    args: { task_id, kind },
    async run(context, { args, signal }) {
      const status = await (await taskFrom(args, context)).status({ signal });
      // Its link is a secret: whoever has it has the video.
      return result(`Task ${status.taskId}: ${statusText(status)}`, { status: { ...status, url: undefined } });
    },
  },
  {
    name: "wait_for_task",
    title: "Wait for a task",
    description: "Waits until a task has ended, or for a while: then call it again. Costs nothing.",
    annotations: READS,
    args: { task_id, kind, timeout_seconds },
    async run(context, call) {
      const task = await taskFrom(call.args, context);
      const ended = await waitedFor(task, call);
      if (!ended) return stillRunning(task);
      if ("prompt" in ended) return result(ended.prompt, { task: task.toJSON(), prompt: ended.prompt });
      return result(`The video of task ${task.id} is ready; save_video saves it.`, {
        task: task.toJSON(),
        state: "succeeded",
      });
    },
  },
  {
    name: "save_video",
    title: "Save a finished video",
    description: "Downloads the video of a finished task into an allowed folder. Costs nothing.",
    annotations: SAVES,
    args: { task_id, kind, file_name, timeout_seconds },
    needs: "folder",
    run: async (context, call) => savedFrom(await taskFrom(call.args, context), context, call),
  },
  {
    name: "list_tasks",
    title: "List what was bought from here",
    description:
      "The journal of this machine: its last 50 creates, finished or not, and those whose outcome is unknown. Asks nobody.",
    annotations: OFFLINE,
    args: {},
    needs: "journal",
    async run({ journal }) {
      const entries = ((await journal?.list()) ?? []).reverse().slice(0, LISTED).map(entryFacts);
      return result(entries.map((entry) => JSON.stringify(entry)).join("\n") || "The journal is empty.", { entries });
    },
  },
  {
    name: "reconcile",
    title: "Look for the task of a lost reply",
    description:
      "For an entry of list_tasks whose state is unknown: searches the list of the service for its task (MiniMax-H3 only). Costs nothing.",
    annotations: READS,
    args: { entry_id: required(text("The id of the entry.")) },
    needs: "journal",
    async run({ minimax, journal }, { args, signal }) {
      const entry = (await journal?.list())?.find(({ id }) => id === args.entry_id);
      if (entry?.state !== "unknown")
        throw invalid(
          "Nothing to reconcile",
          "entry_id",
          "must be the id of an entry of list_tasks whose state is unknown",
        );
      const found = await minimax.videos.reconcile(entry, { signal });
      const { outcome, task, tasks = task ? [task] : [] } = { task: undefined, tasks: undefined, ...found };
      return result(FOUND[outcome] + tasks.map(({ id }) => id).join(", "), { outcome, tasks });
    },
  },
];

const FOUND = {
  found: "Found task ",
  none: "The service lists no such task: as far as that tells, nothing was created.",
  ambiguous: "Several tasks match, and nothing tells them apart: ",
};

/** Whether this server can offer a tool. */
export function isOffered({ needs }: Tool, { folders, journal }: Context): boolean {
  return !((needs === "folder" && folders.isEmpty) || (needs === "journal" && !journal));
}

/** The JSON Schema of a tool's arguments. Without a journal there are no keys. */
export function inputSchemaOf({ args }: Tool, { journal }: Context) {
  const known = Object.entries(args).filter(([name]) => name !== "key" || journal);
  return {
    type: "object" as const,
    properties: Object.fromEntries(known.map(([name, { schema }]) => [name, schema])),
    required: known.flatMap(([name, { isRequired }]) => (isRequired ? [name] : [])),
    additionalProperties: false,
  };
}

/** Runs a tool. What goes wrong is a result that the model can read; only the end of the call itself is thrown. */
export async function runTool(tool: Tool, context: Context, call: Call): Promise<CallToolResult> {
  try {
    const known = inputSchemaOf(tool, context);
    const rules = Object.fromEntries(
      Object.keys(known.properties).map((name) => [name, tool.args[name]?.rule as Rule]),
    );
    const args: Record<string, unknown> = assertOptions(tool.name, call.args, rules);
    const missing = known.required.find((name) => args[name] === undefined);
    if (missing) throw invalid(`${tool.name} cannot run`, missing, "is required");
    return await tool.run(context, { ...call, args });
  } catch (error) {
    if (call.signal.aborted || !(error instanceof MiniMaxError)) throw error;
    const { name, message, task } = error;
    const goOn = task ? `\nThe task is ${task.id}: wait_for_task goes on with it.` : "";
    return { ...result(message + goOn, { error: { name, message, ...defined({ task }) } }), isError: true };
  }
}

function result(words: string, facts: object): CallToolResult {
  return { content: [{ type: "text", text: words }], structuredContent: JSON.parse(JSON.stringify(facts)) };
}

/** The request with its local files opened. Anything else is for the check to judge. */
async function opened(request: unknown, folders: AllowedFolders): Promise<unknown> {
  const fields = Object.entries(Object(request)).map(async ([name, value]) => {
    const open = Object.hasOwn(FILES, name) ? FILES[name as keyof typeof FILES] : undefined;
    return [
      name,
      open ? await filesIn(value, name, async (path, field) => open(await folders.toRead(path, field))) : value,
    ];
  });
  return Object.fromEntries(await Promise.all(fields));
}

/** A value of a field of files, with each path in it opened, however deep it lies. */
async function filesIn(
  value: unknown,
  field: string,
  open: (path: string, field: string) => unknown,
): Promise<unknown> {
  if (typeof value === "string") return /^(https?|data|mm_file):/i.test(value) ? value : open(value, field);
  if (Array.isArray(value)) return Promise.all(value.map((one, at) => filesIn(one, `${field}[${at}]`, open)));
  if (!isRecord(value)) return value;
  const { type, ...rest } = value;
  const fields = Object.entries(rest).map(async ([name, one]) => [name, await filesIn(one, `${field}.${name}`, open)]);
  return { ...defined({ type }), ...Object.fromEntries(await Promise.all(fields)) };
}

/** Buys a video, once for a key, if its price may be spent. */
async function bought({ minimax, server, journal, folders, spending }: Context, { args, signal, ask }: Call) {
  const wish = (await opened(args.request, folders)) as VideoRequest;
  const { ok, cost } = await minimax.videos.check(wish);
  const name = args.key === undefined ? undefined : String(args.key);
  const earlier = name === undefined ? undefined : await journal?.find({ server: server.name, key: name });
  const { model, duration, resolution } = Object(wish) as Record<string, unknown>;
  const what = ["a video of", model, duration && `${duration} s`, resolution].filter(Boolean).join(" ");
  // What is illegal, or bought already, spends nothing.
  const takeBack = ok && !earlier ? await spending.approve(cost, what, ask) : undefined;
  signal.throwIfAborted();
  try {
    const task = await minimax.videos.create(wish, { signal, ...defined({ key: name }) });
    return { task, price: earlier ? "earlier, under this key" : priceOf(cost) };
  } catch (error) {
    if (error instanceof MiniMaxError && !(error instanceof SubmissionUnknownError) && !error.task) takeBack?.();
    throw error;
  }
}

function priceOf(cost: Cost | undefined): string {
  return cost ? `for ${amountText(cost)} by the list` : "at a price that no list has";
}

/** The task from the journal; otherwise one of the kind that the model names. */
async function taskFrom(args: Record<string, unknown>, { minimax, server, journal }: Context): Promise<AnyTask> {
  const id = String(args.task_id);
  const entry = await journal?.find({ server: server.name, id });
  const record = entry && "task" in entry ? entry.task : undefined;
  return minimax.videos.task(record ?? id, record?.kind ?? (args.kind as TaskKind | undefined));
}

/** Undefined if the task still runs. */
async function waitedFor(task: AnyTask, { args, signal, report }: Call): Promise<Video | ExpandedPrompt | undefined> {
  const seconds = (args.timeout_seconds as number | undefined) ?? (report ? undefined : PATIENCE);
  const onStatus = (status: TaskStatus) => report?.(`Task ${task.id}: ${statusText(status)}`);
  const timeout = seconds === undefined ? undefined : seconds * 1000;
  return task.wait({ signal, onStatus, timeout }).catch((error) => {
    if (error instanceof WaitTimeoutError) return undefined;
    throw error;
  });
}

function stillRunning(task: AnyTask): CallToolResult {
  return result(`Task ${task.id} is still running: call wait_for_task again.`, {
    task: task.toJSON(),
    state: "running",
  });
}

async function savedFrom(task: AnyTask, { folders }: Context, call: Call): Promise<CallToolResult> {
  const name = String(call.args.file_name ?? `${fileNameFrom(task.id)}.mp4`);
  await folders.toWrite(name, "file_name");
  const video = await waitedFor(task, call);
  if (!video) return stillRunning(task);
  if ("prompt" in video)
    throw invalid("Nothing to save", "task_id", "is a task that ends with a prompt, not with a video");
  const path = await folders.toWrite(name, "file_name");
  const onProgress = ({ bytes, total }: { bytes: number; total?: number }) =>
    call.report?.(`Downloading ${total ? `${Math.floor((100 * bytes) / total)} %` : `${bytes} bytes`}`);
  const { bytes } = await saveVideo(video, path, { signal: call.signal, onProgress });
  const { content, ...saved } = result(`Saved ${path} (${bytes} bytes), task ${task.id}.`, {
    path,
    bytes,
    task: task.toJSON(),
  });
  const link = {
    type: "resource_link" as const,
    uri: pathToFileURL(path).href,
    name: basename(path),
    mimeType: "video/mp4",
    size: bytes,
  };
  return { ...saved, content: [...content, link] };
}

function statusText(status: TaskStatus): string {
  if (status.state !== "failed") return `${status.word} (${status.state})`;
  return ["failed", status.code, status.reason].filter(Boolean).join(" ");
}

function entryFacts(entry: Listed): object {
  if (entry.state === "unreadable") return entry;
  const { id, state, server, submittedAt, key, task, model, duration, resolution, saved } = entry;
  const at = new Date(submittedAt).toISOString();
  return defined({ id, state, at, server, key, task_id: task?.id, model, duration, resolution, path: saved?.path });
}
