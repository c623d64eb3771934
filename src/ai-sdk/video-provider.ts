import type { Cost } from "../base/check-result.js";
import type { ConnectOptions } from "../base/connect-options.js";
import { callUser, invalid, MiniMaxError, TaskFailedError, ValidationError, WaitTimeoutError } from "../base/errors.js";
import { aFunction, assertOptions, mustBe, type Rules } from "../base/options.js";
import { defined, isRecord } from "../base/record.js";
import type { CreateOptions, VideoRequest } from "../base/request-types.js";
import type { TaskRecord, TaskStatus, Video, VideoKind, VideoTask, WaitOptions } from "../base/task.js";
import { createClient, type MiniMax } from "../client.js";
import { isTransient } from "../http/retry.js";
import { isVideoTask } from "../kinds/kinds.js";
import type { Secret } from "../webhooks/callback-token.js";
import { webhookUrl } from "../webhooks/webhook-url.js";
import { requestFromCall } from "./request-from-call.js";
import type { JsonObject, VideoModel, VideoModelCall } from "./sdk-types.js";

/** Settings of `createMiniMaxVideo`, in addition to the options of a client. */
export interface MiniMaxVideoSettings {
  /**
   * Called once per video, as soon as its create is accepted. If one of `n` videos fails, or if you abort, the AI SDK forgets the
   * others; use this to get their tasks.
   */
  onTask?: ((task: VideoTask) => void) | undefined;
  /**
   * Forwards the end of each task to the `webhook` of the AI SDK. Needed if that webhook cannot answer the challenge of MiniMax,
   * or if it resolves on the first request, as in `@ai-sdk/workflow`. At `url`, serve `createWebhookHandler({ secret, client,
   * onStatus: relayStatus })` with the same `secret`. Default: MiniMax calls the webhook itself. A workflow also needs
   * `globalThis.AI_SDK_DEFAULT_PROVIDER = minimax` and its model as a string, because a model object cannot be passed to a step.
   */
  relay?: { url: string; secret: Secret } | undefined;
}

/** Milliseconds to wait for a service that does not answer. */
const PATIENCE = 30_000;

const SETTINGS: Rules<MiniMaxVideoSettings> = {
  onTask: aFunction,
  relay: mustBe("an object with url and secret", (value) => isRecord(value) && "url" in value && "secret" in value),
};

/** The `model` of a request. Editors suggest the known names; an unknown one is refused when it is used. */
export type MiniMaxVideoModelId = Extract<VideoRequest, { model: unknown }>["model"] | (string & {});

/**
 * A provider of MiniMax's video models. Also works with `createProviderRegistry` and `globalThis.AI_SDK_DEFAULT_PROVIDER` of `ai`
 * 7. The methods for other models, which the AI SDK requires, throw.
 */
export interface MiniMaxVideoProvider
  extends Record<"languageModel" | "embeddingModel" | "imageModel", (modelId: string) => never> {
  readonly specificationVersion: "v4";
  /** Returns a model that works with `ai` 6 and 7. */
  video(modelId: MiniMaxVideoModelId): VideoModel<"v3">;
  /** Returns the same model in specification v4, which only `ai` 7 accepts. */
  videoModel(modelId: MiniMaxVideoModelId): VideoModel<"v4">;
}

/**
 * Creates a video provider for the AI SDK, on top of `check`, `create` and `wait` of a client. Tested with `ai` 6.0.326 and
 * 7.0.173.
 * @param options those of `createClient`, or a client. With a client, the keys that workflows give their steps are not used.
 * @throws {ValidationError} if an option is invalid.
 * @example
 * const { video } = await experimental_generateVideo({ model: createMiniMaxVideo().video("T2V-01"), prompt: "A red fox" });
 */
export function createMiniMaxVideo(
  options: ConnectOptions | MiniMax = {},
  settings: MiniMaxVideoSettings = {},
): MiniMaxVideoProvider {
  const { onTask, relay } = assertOptions("createMiniMaxVideo", settings, SETTINGS);
  const { videos } = isClient(options) ? options : createClient(options);
  const hasJournal = !isClient(options) && options.journal !== undefined;

  /** Translates and checks a call, so that it is ready to be bought. */
  async function ordered(modelId: string, call: VideoModelCall, callback?: string) {
    const { request, issues, warnings, key, waiting } = await requestFromCall(modelId, call, callback);
    const checked = await videos.check(request);
    if (!checked.ok || issues.length > 0)
      throw new ValidationError(`The request for ${modelId} was not sent:`, [...issues, ...checked.issues]);
    for (const { path, message } of checked.issues)
      warnings.push({ type: "other", message: `${path || "The request"} ${message}` });
    return {
      request: checked.request,
      cost: checked.cost,
      warnings,
      // The calls that take these options check them.
      options: { key: key ?? keyIn(call, hasJournal), signal: call.abortSignal } as CreateOptions,
      waiting: waiting as Pick<WaitOptions, "timeout" | "pollInterval">,
    };
  }

  function modelOf<Version extends "v3" | "v4">(specificationVersion: Version, modelId: string): VideoModel<Version> {
    const about = (facts: JsonObject) => ({
      providerMetadata: { minimax: facts },
      response: { timestamp: new Date(), modelId, headers: undefined },
    });
    return {
      specificationVersion,
      provider: "minimax.video",
      modelId,
      maxVideosPerCall: 1,
      async doGenerate(call) {
        const { request, cost, warnings, options, waiting } = await ordered(modelId, call);
        const video = await videos.generate(request, { ...options, ...waiting, onTask });
        const blob = await video.blob({ signal: call.abortSignal });
        const data = new Uint8Array(await blob.arrayBuffer());
        const mediaType = blob.type.startsWith("video/") ? blob.type : "video/mp4";
        const facts = about({ videos: [videoFacts(video, cost)] });
        return { videos: [{ type: "binary", data, mediaType }], warnings, ...facts };
      },
      async doStart({ webhookUrl: reference, ...call }) {
        const callback =
          reference && relay ? await webhookUrl(relay.url, { secret: relay.secret, reference }) : reference;
        const { request, cost, warnings, options } = await ordered(modelId, call, callback);
        const task = await videos.create(request, options);
        if (onTask) callUser("onTask", () => onTask(task), { task });
        const operation = asJson({ ...task.toJSON(), cost });
        return { operation, warnings, ...about({ taskId: task.id, ...asJson({ cost }) }) };
      },
      async doStatus({ operation, abortSignal: signal }) {
        // `task` refuses anything that is not a record.
        const record = operation as TaskRecord<VideoKind> & { cost?: Cost };
        const task = videos.task(record);
        if (!isVideoTask(task)) throw invalid("Not a video", "operation", "must be the task of a video");
        const pending = { status: "pending" as const, ...about({ taskId: task.id }) };
        const { state } = await task.status({ signal }).catch((error) => {
          // The AI SDK ends its wait if this throws.
          if (signal?.aborted || !isTransient(error)) throw error;
          return { state: "unknown" };
        });
        if (state === "running") return pending;
        try {
          const video = await task.wait({ signal, timeout: state === "unknown" ? PATIENCE : undefined });
          const link = { type: "url" as const, url: await video.url({ signal }), mediaType: "video/mp4" };
          const facts = about({ videos: [videoFacts(video, record.cost)] });
          return { status: "completed", videos: [link], warnings: [], ...facts };
        } catch (error) {
          if (error instanceof WaitTimeoutError) return pending;
          if (!(error instanceof TaskFailedError)) throw error;
          const { message, kind, code } = error;
          return { status: "error", error: message, ...about({ taskId: task.id, ...defined({ kind, code }) }) };
        }
      },
      async handleWebhookOption({ webhook }) {
        const { url, received } = await webhook();
        return { webhookUrl: url, received };
      },
    };
  }
  return {
    specificationVersion: "v4",
    video: (modelId) => modelOf("v3", modelId),
    videoModel: (modelId) => modelOf("v4", modelId),
    languageModel: noModel,
    embeddingModel: noModel,
    imageModel: noModel,
  };
}

function isClient(options: ConnectOptions | MiniMax): options is MiniMax {
  return isRecord(options) && "videos" in options;
}

function noModel(modelId: string): never {
  throw new MiniMaxError(`There is no model "${modelId}" here: this provider only has video models`);
}

/**
 * The key in the headers. `ai` 7 adds one to each start. A random key is ignored. In a workflow, the key of the step is used if
 * there is a journal, because a step may run again after a crash. The caller's own key is always used.
 */
function keyIn({ headers = {} }: VideoModelCall, hasJournal: boolean): string | undefined {
  const key = Object.entries(headers).find(([name]) => name.toLowerCase() === "idempotency-key")?.[1];
  return key?.startsWith("aisdk_vid_") || (key?.startsWith("aisdk_workflow_") && !hasJournal) ? undefined : key;
}

/** An item of `providerMetadata.minimax.videos`. The AI SDK concatenates these lists. */
function videoFacts({ task, taskId, fileId, width, height, usage }: Video, cost: Cost | undefined): JsonObject {
  return asJson({ taskId, task, fileId, width, height, usage, cost });
}

/** Converts facts to plain JSON. */
function asJson(facts: object): JsonObject {
  return JSON.parse(JSON.stringify(facts));
}

/**
 * Tells the `webhook` of the AI SDK, once, that its task has ended. Pass it as `onStatus` to the `createWebhookHandler` at the
 * address of `relay`. The signed URL that MiniMax calls names that webhook as its `reference`, so this works in any process. If it
 * throws, the handler answers with 500.
 */
export async function relayStatus({ state, taskId }: TaskStatus, { reference }: { reference?: string }): Promise<void> {
  if (state === "running" || reference === undefined) return;
  const body = JSON.stringify({ taskId, state });
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(10_000);
  const { ok, status } = await fetch(reference, { method: "POST", headers, body, signal, redirect: "error" });
  if (!ok) throw new MiniMaxError(`The webhook of the AI SDK answered with HTTP ${status}`, { taskId });
}
