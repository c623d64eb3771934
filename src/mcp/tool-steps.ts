import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { amountText, type Cost } from "../base/check-result.js";
import { invalid, MiniMaxError, SubmissionUnknownError, WaitTimeoutError } from "../base/errors.js";
import { defined } from "../base/record.js";
import type { VideoRequest } from "../base/request-types.js";
import type { ExpandedPrompt, Task, TaskKind, TaskStatus, Video } from "../base/task.js";
import { saveVideo } from "../node/index.js";
import { fileNameFrom } from "../node/save-file.js";
import { submit } from "../tasks/submit.js";
import { openFiles } from "./request-files.js";
import { type Call, type Context, result } from "./tool.js";

/** Seconds to wait if the host shows no progress: it would give up on a call soon after (60 s, by the SDK's default). */
export const PATIENCE = 50;

type AnyTask = Task<Video | ExpandedPrompt>;

/** Buys a video, once per key, if its price may be spent. */
export function buy(context: Context, call: Call) {
  return context.spending.inTurn(call.args.key, () => buyNow(context, call));
}

async function buyNow({ minimax, connection, journal, folders, spending }: Context, { args, signal, ask }: Call) {
  const wish = (await openFiles(args.request, folders)) as VideoRequest;
  const { ok, cost } = await minimax.videos.check(wish);
  const key = args.key as string | undefined; // checked by its rule
  const entry = key === undefined ? undefined : await journal?.find({ server: connection.server.name, key });
  // The create that another process is sending may be refused, and then this call buys. One whose outcome is unknown is sent again
  // if the server knows its idempotency key.
  const mayBuy = entry?.state === "sending" || (entry?.state === "unknown" && connection.server.idempotencyHeader);
  const earlier = mayBuy ? undefined : entry;
  const { model, duration, resolution } = Object(wish) as Record<string, unknown>;
  const what = ["a video of", model, duration && `${duration} s`, resolution].filter(Boolean).join(" ");
  // An illegal request, and one bought earlier, cost nothing.
  const takeBack = ok && !earlier ? await spending.approve(cost, what, ask) : undefined;
  try {
    // The signal ends it only before it is sent. Later, its task would be lost. The patience is used up: a refused create is sent
    // again no more often than usual.
    const patience = { refusedAt: Number.NEGATIVE_INFINITY };
    const task = await submit(await connection.context(), "video", wish, defined({ signal, key }), patience);
    return { task, price: earlier ? "earlier, under this key" : priceWords(cost) };
  } catch (error) {
    const isRefused = error instanceof MiniMaxError && !(error instanceof SubmissionUnknownError) && !error.task;
    if (isRefused || error === signal.reason) takeBack?.();
    throw error;
  }
}

const priceWords = (cost: Cost | undefined) =>
  cost ? `for ${amountText(cost)} according to the price list` : "at an unknown price";

/** Finds a task in the journal, or else restores one of the kind that the model names. */
export async function findTask(args: Call["args"], { minimax, connection, journal }: Context): Promise<AnyTask> {
  const id = String(args.task_id);
  const entry = await journal?.find({ server: connection.server.name, id });
  const record = entry && "task" in entry ? entry.task : undefined;
  return minimax.videos.task(record ?? id, record?.kind ?? (args.kind as TaskKind | undefined));
}

/** Waits for a task. Resolves with undefined if it is still running when the time is up. */
export async function waitWithin(task: AnyTask, { args, signal, report }: Call) {
  const seconds = (args.timeout_seconds as number | undefined) ?? (report ? undefined : PATIENCE);
  const onStatus = (status: TaskStatus) => report?.(`Task ${task.id}: ${statusWords(status)}`);
  const timeout = seconds === undefined ? undefined : seconds * 1000;
  return task.wait({ signal, onStatus, timeout }).catch((error) => {
    if (error instanceof WaitTimeoutError) return undefined;
    throw error;
  });
}

export function stillRunning(task: AnyTask): CallToolResult {
  return result(`Task ${task.id} is still running: call wait_for_task again.`, { task, state: "running" });
}

export async function waitAndSave(task: AnyTask, { folders }: Context, call: Call): Promise<CallToolResult> {
  const name = String(call.args.file_name ?? `${fileNameFrom(task.id)}.mp4`);
  await folders.toWrite(name, "file_name");
  const video = await waitWithin(task, call);
  if (!video) return stillRunning(task);
  if ("prompt" in video) throw invalid("Nothing to save", "task_id", "is a task that makes a prompt, not a video");
  const path = await folders.toWrite(name, "file_name");
  const onProgress = ({ bytes, total }: { bytes: number; total?: number }) =>
    call.report?.(`Downloading ${total ? `${Math.floor((100 * bytes) / total)} %` : `${bytes} bytes`}`);
  const { bytes } = await saveVideo(video, path, { signal: call.signal, onProgress, replace: false });
  const { content, ...saved } = result(`Saved ${path} (${bytes} bytes), task ${task.id}.`, { path, bytes, task });
  const file = { uri: pathToFileURL(path).href, name: basename(path), mimeType: "video/mp4", size: bytes };
  return { ...saved, content: [...content, { type: "resource_link", ...file }] };
}

export function statusWords(status: TaskStatus): string {
  if (status.state !== "failed") return `${status.word} (${status.state})`;
  return ["failed", status.code, status.reason].filter(Boolean).join(" ");
}
