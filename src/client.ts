import createApi, { type Client } from "openapi-fetch";
import type { Account } from "./account/account.js";
import type { ConnectOptions } from "./base/connect-options.js";
import { lazily } from "./base/lazily.js";
import { snapshotOf } from "./base/record.js";
import type {
  AnyFields,
  CheckedVideo,
  CreateOptions,
  PromptRequest,
  Requested,
  RequestedPrompt,
  VideoRequest,
  VideoTemplateGenerationReq,
} from "./base/request-types.js";
import type {
  CallOptions,
  ExpandedPrompt,
  HeardOptions,
  PromptTask,
  TaskKind,
  TaskOf,
  TaskRecord,
  TaskStatus,
  Video,
  VideoKind,
  VideoTask,
} from "./base/task.js";
import { connect } from "./connection.js";
import type { Files } from "./files/files.js";
import type { paths } from "./generated/minimax.js";
import type { Connection } from "./tasks/context.js";
import { createFromTemplate, createPrompt, createVideo, type GenerateOptions, generate } from "./tasks/create-task.js";
import type { GenerateAllOptions, Requests, Settled } from "./tasks/generate-all.js";
import type { ListedTask, ListOptions } from "./tasks/list-tasks.js";
import type { Reconciled, ReconcileOptions, Submission } from "./tasks/reconcile.js";
import { restoreTask } from "./tasks/task-handle.js";

/** `minimax.videos`: checks requests, buys videos and waits for them; restores, finds and lists tasks. */
export interface Videos {
  /**
   * Checks a request without sending it. Resolves with every issue, the list price, and the typed `request` if it is legal.
   * @example
   * const checked = await minimax.videos.check(JSON.parse(form));
   * if (checked.ok) await minimax.videos.create(checked.request);
   * else console.error(checked.issues);
   */
  check(request: unknown): Promise<CheckedVideo>;
  /**
   * Buys one video, at most once. Resolves with a handle as soon as the service has accepted it. Rejects as `createVideo` does.
   * @example
   * const task = await minimax.videos.create({ model: "MiniMax-Hailuo-2.3", prompt: "A red fox runs [Push in]" });
   * const video = await task.wait();
   */
  create<R extends AnyFields>(request: Requested<R>, options?: CreateOptions): Promise<VideoTask>;
  /**
   * Calls `create`, then `wait`. Every error after acceptance carries the `task`, but not the reason of your `signal`: use `onTask`.
   * @example
   * const video = await minimax.videos.generate({ model: "MiniMax-Hailuo-2.3", prompt: "A red fox runs [Push in]" });
   * await saveVideo(video, "fox.mp4");
   */
  generate<R extends AnyFields>(request: Requested<R>, options?: GenerateOptions): Promise<Video>;
  /** Generates many videos and yields them as they finish; see `GenerateAllOptions`. Buys nothing before the first `next()`. */
  generateAll(requests: Requests, options?: GenerateAllOptions): AsyncGenerator<Settled, void>;
  /**
   * Restores a task that any process created, from its id or from the result of `JSON.parse` for a saved task. Sends nothing. For an
   * id of API v2, pass `"generation"` or `"regeneration"` as `kind`. Default `"video"`, of API v1.
   */
  task<Kind extends TaskKind = "video">(saved: string | TaskRecord<Kind>, kind?: Kind): TaskOf<Kind>;
  /**
   * Searches `list` (API v2 only) for the task of a `SubmissionUnknownError`, or of a journal entry whose outcome is unknown, and
   * records it in the journal. Says so if several may be meant. Buys nothing.
   * @throws {ValidationError} for API v1, which cannot list tasks; if the create went to another server; after seven days.
   */
  reconcile(submission: Submission, options?: ReconcileOptions): Promise<Reconciled>;
  /** Lists the tasks of API v2 of the last seven days, page by page. API v1 cannot list tasks. */
  list(options?: ListOptions): AsyncGenerator<ListedTask, void>;
}

/** `minimax.contextIR`, API v2 only: rewrites a prompt in the structure that MiniMax-H3 understands best. */
export interface ContextIR {
  /** Buys one expanded prompt, at most once, like `videos.create`. */
  create<R extends AnyFields>(request: RequestedPrompt<R>, options?: CreateOptions): Promise<PromptTask>;
  /** Calls `create`, then `wait`. */
  generate<R extends AnyFields>(
    request: RequestedPrompt<R>,
    options?: GenerateOptions<PromptTask>,
  ): Promise<ExpandedPrompt>;
}

/** `minimax.templates`: makes videos from the vendor's templates, which are deprecated but still served. */
export interface Templates {
  /** Buys one video from a template, at most once, like `videos.create`. */
  create(request: VideoTemplateGenerationReq, options?: CreateOptions): Promise<VideoTask>;
  /** Calls `create`, then `wait`. */
  generate(request: VideoTemplateGenerationReq, options?: GenerateOptions): Promise<Video>;
  /** Restores a template task from its id or its record. */
  task(saved: string | TaskRecord<VideoKind>): VideoTask;
}

/** `minimax.callbacks`: passes callbacks to the waits of this process. `createWebhookHandler({ client })` calls it for you. */
export interface Callbacks {
  /** Declares that callbacks reach this process: waits for tasks with a `callback_url` poll only once a callback is overdue. */
  expect(): Promise<void>;
  /**
   * Passes a status to the waits of this process, and resolves with it. A final one is first confirmed by a query, within
   * `queriesPerMinute`, and replaced by what that returns.
   * @throws {ValidationError} if the status has no task id; {ApiError, ConnectionError} if the query fails for good.
   */
  heard(status: TaskStatus, options?: HeardOptions): Promise<TaskStatus>;
}

/** A client for one server, as `createClient` returns it. */
export interface MiniMax {
  /** The raw openapi-fetch client, typed 1:1 from the spec: no checks, no retries, and `base_resp` is left to you. */
  readonly api: Client<paths>;
  /** Videos: checks requests, creates tasks, waits for them, lists and finds them. */
  readonly videos: Videos;
  /** Videos from the vendor's templates: deprecated, still served. */
  readonly templates: Templates;
  /** Expands prompts in the structure that MiniMax-H3 understands best. */
  readonly contextIR: ContextIR;
  /** Files stored by the service: inputs for MiniMax-H3, and finished videos. */
  readonly files: Files;
  /** Verifies the key, and reads the balance and quota of the account. */
  readonly account: Account;
  /** Passes received callbacks to the waits of this process. */
  readonly callbacks: Callbacks;
}

/**
 * Creates a client for one server with one key. Sends nothing until you make a call.
 * @throws {ValidationError} if an option or the server is invalid.
 */
export function createClient(options: ConnectOptions = {}): MiniMax {
  const connection = connect(options);
  const { server } = connection;
  /** Loads the code of a call together with the context, so that a page loads only the calls that it makes. */
  const ready = <Code>(options: CallOptions | undefined, load: () => Promise<Code>) =>
    Promise.all([connection.context(options), load()]);
  const files = (options: CallOptions | undefined) =>
    ready(options, () => import("./files/files.js")).then(([context, { filesOf }]) => filesOf(context));
  const account = (options: CallOptions | undefined) =>
    ready(options, () => import("./account/account.js")).then(([context, { accountOf }]) => accountOf(context));
  return {
    api: rawClient(connection),
    videos: {
      async check(request) {
        const snapshot = snapshotOf(request);
        const { check } = await loadCheck();
        const result = await check(snapshot, server, undefined, connection.keyKind);
        // A request that passes the check has this type.
        return (result.ok ? Object.defineProperty(result, "request", { value: snapshot }) : result) as CheckedVideo;
      },
      create: (request, options) => createVideo(connection, request as VideoRequest, options),
      generate: (request, options) => generate(connection, "video", request as VideoRequest, options),
      async *generateAll(requests, options) {
        const [context, { generateAll }] = await ready(options, () => import("./tasks/generate-all.js"));
        yield* generateAll(context, requests, options);
      },
      task: (saved, kind) => restoreTask(connection, saved, kind),
      async reconcile(submission, options) {
        const [context, { reconcile }] = await ready(options, () => import("./tasks/reconcile.js"));
        return reconcile(context, submission, options);
      },
      async *list(options) {
        const [context, { listTasks }] = await ready(options, () => import("./tasks/list-tasks.js"));
        yield* listTasks(context, options);
      },
    },
    templates: {
      create: (request, options) => createFromTemplate(connection, request, options),
      generate: (request, options) => generate(connection, "template", request, options),
      task: (saved) => restoreTask<VideoKind>(connection, saved, "template"),
    },
    contextIR: {
      create: (request, options) => createPrompt(connection, request as PromptRequest, options),
      generate: (request, options) => generate(connection, "h3_context_ir", request as PromptRequest, options),
    },
    files: {
      retrieve: async (id, options) => (await files(options)).retrieve(id, options),
      upload: async (source, options) => (await files(options)).upload(source, options),
      list: async (options) => (await files(options)).list(options),
      content: async (id, options) => (await files(options)).content(id, options),
      delete: async (id, options) => (await files(options)).delete(id, options),
    },
    account: {
      verify: async (options) => (await account(options)).verify(options),
      balance: async (options) => (await account(options)).balance(options),
      quota: async (options) => (await account(options)).quota(options),
    },
    callbacks: {
      async expect() {
        (await connection.context()).inbox.isExpecting = true;
      },
      heard: async (status, options) => (await connection.context(options)).receive(status, options),
    },
  };
}

const loadCheck = lazily(() => import("./check/check.js"));
const loadRaw = lazily(() => import("./http/raw-request.js"));

/** openapi-fetch over our transport, which adds key, deadline and exact ids. A gateway's envelope is kept, as in its spec. */
function rawClient(connection: Connection): Client<paths> {
  // Defined here, so that the global Request is not looked up while the module is loaded.
  class ApiRequest extends Request {
    readonly #given: AbortSignal | null | undefined;
    constructor(input: string | URL | Request, init?: RequestInit) {
      super(input, init);
      this.#given = init?.signal;
    }
    // HACK: on Node 20, a Request's signal loses the signal that it follows (see keepSources). Remove this with Node 20.
    override get signal(): AbortSignal {
      return this.#given ?? super.signal;
    }
  }
  return createApi<paths>({
    baseUrl: connection.server.baseUrl,
    Request: ApiRequest,
    fetch: async (request) => {
      const [context, { sendRaw }] = await Promise.all([connection.context(request), loadRaw()]);
      return sendRaw(context, request);
    },
  });
}
