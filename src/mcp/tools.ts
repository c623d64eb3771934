import { costLine, issueLine } from "../base/check-result.js";
import { invalid } from "../base/errors.js";
import { aText, mustBe } from "../base/options.js";
import { defined, isRecord } from "../base/record.js";
import { isTaskKind, KINDS } from "../base/task.js";
import { pricesV2 } from "../generated/content-offers.js";
import { prices, templates } from "../generated/offers.js";
import { requestSchema } from "../generated/request-schema.js";
import type { Listed } from "../node/index.js";
import { openFiles } from "./request-files.js";
import { type Argument, result, type Tool } from "./tool.js";
import { buy, findTask, PATIENCE, statusWords, stillRunning, waitAndSave, waitWithin } from "./tool-steps.js";

const text = (description: string): Argument => ({ schema: { type: "string", description }, rule: aText });
const requiredText = (description: string): Argument => ({ ...text(description), isRequired: true });
const request: Argument = {
  schema: {
    ...requestSchema,
    description:
      "The video to make. Images, videos and sounds are public http(s) URLs, data URLs, or paths of files below the allowed folders.",
  },
  rule: mustBe("an object", isRecord),
  isRequired: true,
};
const key = requiredText(
  "A name for this video, such as fox-1. Repeating a call with the same key and request returns the same task and buys nothing again.",
);
const task_id = requiredText("The id of the task.");
const kind: Argument = {
  schema: {
    type: "string",
    enum: KINDS,
    description: "Which create made the task. Not needed if it was created here. Default video, of API v1.",
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
    description: `How long to wait. The task continues afterwards. Default ${PATIENCE}, or 1800 if the host shows progress.`,
  },
  rule: mustBe(
    "a number of seconds above 0, at most 86400",
    (value) => typeof value === "number" && value > 0 && value <= 86_400,
  ),
};

/** How many entries of the journal to list. */
const LISTED = 50;
const READS = { readOnlyHint: true, idempotentHint: true };
const OFFLINE = { ...READS, openWorldHint: false };
/** For tools that spend money. A call repeated with the same key buys nothing. */
const BUYS = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true };
const SAVES = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true };

export const TOOLS: readonly Tool[] = [
  {
    name: "check_video",
    title: "Check a request for a video",
    description: "Reports everything wrong with a request, and its list price, without sending it. Costs nothing.",
    annotations: OFFLINE,
    args: { request },
    async run({ minimax, folders, spending }, { args }) {
      const { ok, issues, cost } = await minimax.videos.check(await openFiles(args.request, folders));
      const lines = [ok ? "Valid." : "Refused:", ...issues.map(issueLine), ok ? costLine(cost) : "", `${spending}.`];
      return result(lines.filter(Boolean).join("\n"), { ok, issues, ...defined({ cost }) });
    },
  },
  {
    name: "get_prices",
    title: "List the prices",
    description:
      "The documented list prices of the server's region: per video (version 1), per second or token (MiniMax-H3). Costs nothing.",
    annotations: OFFLINE,
    args: { model: text("Only the prices of this model.") },
    async run({ connection }, { args: { model } }) {
      const { region } = connection.server;
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
      "COSTS MONEY. Creates a task and returns at once; continue with wait_for_task and save_video. Check the request and name the price first.",
    annotations: BUYS,
    args: { request, key },
    async run(context, call) {
      const { task, price } = await buy(context, call);
      return result(`Task ${task.id} was created, ${price}. ${context.spending}.`, { task });
    },
  },
  {
    name: "generate_video",
    title: "Buy a video, wait for it and save it",
    description:
      "COSTS MONEY. create_video, wait_for_task and save_video in one call, which takes minutes. Check the request and name the price first.",
    annotations: BUYS,
    args: { request, key, file_name, timeout_seconds },
    needs: "folder",
    async run(context, call) {
      if (call.args.file_name !== undefined) await context.folders.toWrite(String(call.args.file_name), "file_name");
      const { task } = await buy(context, call);
      return waitAndSave(task, context, call);
    },
  },
  {
    name: "get_task",
    title: "Get the status of a task",
    description: "Queries the service once. Costs nothing.",
    annotations: READS,
    args: { task_id, kind },
    async run(context, { args, signal }) {
      const status = await (await findTask(args, context)).status({ signal });
      // The link is a secret: whoever has it can download the video.
      return result(`Task ${status.taskId}: ${statusWords(status)}`, { status: { ...status, url: undefined } });
    },
  },
  {
    name: "wait_for_task",
    title: "Wait for a task",
    description: "Waits until a task has ended, or until the time is up: then call it again. Costs nothing.",
    annotations: READS,
    args: { task_id, kind, timeout_seconds },
    async run(context, call) {
      const task = await findTask(call.args, context);
      const ended = await waitWithin(task, call);
      if (!ended) return stillRunning(task);
      if ("prompt" in ended) return result(ended.prompt, { task, prompt: ended.prompt });
      return result(`The video of task ${task.id} is ready; save_video saves it.`, { task, state: "succeeded" });
    },
  },
  {
    name: "save_video",
    title: "Save a finished video",
    description: "Downloads the video of a finished task into an allowed folder. Costs nothing.",
    annotations: SAVES,
    args: { task_id, kind, file_name, timeout_seconds },
    needs: "folder",
    run: async (context, call) => waitAndSave(await findTask(call.args, context), context, call),
  },
  {
    name: "list_tasks",
    title: "List the videos bought on this machine",
    description:
      "Lists the last 50 creates in the journal of this machine, whether finished, unfinished or of unknown outcome. Sends nothing.",
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
    title: "Find the task of a create whose reply was lost",
    description:
      "For an entry of list_tasks with the state unknown: searches the tasks that the service lists (MiniMax-H3 only). Costs nothing.",
    annotations: READS,
    args: { entry_id: requiredText("The id of the entry.") },
    needs: "journal",
    async run({ minimax, journal }, { args, signal }) {
      const entry = (await journal?.list())?.find(({ id }) => id === args.entry_id);
      const wanted = "must be the id of an entry of list_tasks whose state is unknown";
      if (entry?.state !== "unknown") throw invalid("Nothing to reconcile", "entry_id", wanted);
      const found = await minimax.videos.reconcile(entry, { signal });
      const { outcome, task, tasks = task ? [task] : [] } = { task: undefined, tasks: undefined, ...found };
      return result(FOUND[outcome] + tasks.map(({ id }) => id).join(", "), { outcome, tasks });
    },
  },
];

const FOUND = {
  found: "Found task ",
  none: "The service lists no such task, so nothing seems to have been created.",
  ambiguous: "Several tasks match, and nothing tells them apart: ",
};

function entryFacts(entry: Listed): object {
  if (entry.state === "unreadable") return entry;
  const { id, state, server, submittedAt, key, task, model, duration, resolution, saved } = entry;
  const at = new Date(submittedAt).toISOString();
  return defined({ id, state, at, server, key, task_id: task?.id, model, duration, resolution, path: saved?.path });
}
