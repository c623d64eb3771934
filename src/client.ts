import createApi, { type Client } from "openapi-fetch";
import type { CheckResult } from "./base/check-result.js";
import type {
  H3ContextIRReq,
  MiniMaxH3PromptReq,
  VideoRequest,
  VideoTemplateGenerationReq,
} from "./base/request-types.js";
import type { CallOptions, ExpandedPrompt, PromptTask, TaskKind, TaskRecord, Video, VideoTask } from "./base/task.js";
import { type Connection, type ConnectOptions, connect } from "./connection.js";
import type { Files } from "./files/files.js";
import type { paths } from "./generated/minimax.js";
import type { Callbacks } from "./tasks/callback-inbox.js";
import {
  type CreateOptions,
  createFromTemplate,
  createPrompt,
  createVideo,
  creating,
  generate,
  generatePrompt,
} from "./tasks/create.js";
import type { GenerateOptions } from "./tasks/generate.js";
import type { GenerateAllOptions, Requests, Settled } from "./tasks/generate-all.js";
import type { ListedTask, ListOptions } from "./tasks/list-tasks.js";
import type { Reconciled, ReconcileOptions, Submission } from "./tasks/reconcile.js";
import { restoreTask } from "./tasks/task-handle.js";

/** `minimax.videos`. */
export interface Videos {
  /** Everything that can be known of a request without sending it: what is wrong, what it costs. */
  check(request: unknown): Promise<CheckResult>;
  /** Buys one video, at most once; the handle is there as soon as the service has accepted. Errors: see `createVideo`. */
  create(request: VideoRequest, options?: CreateOptions): Promise<VideoTask>;
  /** `create`, then `wait`. Every error after the acceptance carries the `task`; the reason of your own `signal` cannot, see `onTask`. */
  generate(request: VideoRequest, options?: GenerateOptions): Promise<Video>;
  /** Many, in the order in which they end; see `GenerateAllOptions`. Nothing is bought before the first one is asked for. */
  generateAll(requests: Requests, options?: GenerateAllOptions): AsyncGenerator<Settled, void>;
  /**
   * A task of any process, by its id or by what `JSON.parse` made of a saved one. Asks nobody. Of a bare id `kind` says where
   * it was made: `"generation"` or `"regeneration"` in version 2, else version 1.
   */
  task(saved: string | TaskRecord, kind?: TaskKind): VideoTask;
  /**
   * After a lost reply of version 2: looks through `list` for the task that the create may have made; says when it cannot
   * tell. Of a `SubmissionUnknownError`, or an unknown entry of the journal, which then has its task. Buys nothing.
   * @throws {ValidationError} for version 1, whose tasks nobody can list, for another server, and after seven days.
   */
  reconcile(submission: Submission, options?: ReconcileOptions): Promise<Reconciled>;
  /** The tasks of version 2 of the last seven days, page by page as they are asked for. Version 1 has no such thing. */
  list(options?: ListOptions): AsyncGenerator<ListedTask, void>;
}

/** `minimax.contextIR`, of version 2: a prompt as MiniMax-H3 understands it best. */
export interface ContextIR {
  create(request: H3ContextIRReq | MiniMaxH3PromptReq, options?: CreateOptions): Promise<PromptTask>;
  /** `create`, then `wait`. */
  generate(
    request: H3ContextIRReq | MiniMaxH3PromptReq,
    options?: GenerateOptions<PromptTask>,
  ): Promise<ExpandedPrompt>;
}

/** `minimax.templates`: deprecated by the vendor, still served. */
export interface Templates {
  /** Buys one video from a template, under the same promise as `videos.create`. */
  create(request: VideoTemplateGenerationReq, options?: CreateOptions): Promise<VideoTask>;
  /** `create`, then `wait`. */
  generate(request: VideoTemplateGenerationReq, options?: GenerateOptions): Promise<Video>;
  /** A template task by its id or its record. */
  task(saved: string | TaskRecord): VideoTask;
}

export interface MiniMax {
  /** The raw openapi-fetch client, typed 1:1 from the spec: no checks, no repetition, `base_resp` is yours to read. */
  readonly api: Client<paths>;
  readonly videos: Videos;
  readonly templates: Templates;
  readonly contextIR: ContextIR;
  readonly files: Files;
  readonly callbacks: Callbacks;
}

/**
 * A client of one server with one key. Contacts nobody until it is asked to.
 * @throws {ValidationError} for a server that is none.
 */
export function createClient(options: ConnectOptions = {}): MiniMax {
  const connection = connect(options);
  return {
    api: rawClient(connection),
    videos: {
      async check(request) {
        const { asked, check } = await creating(connection, request);
        return check(asked, connection.server);
      },
      create: (request, options) => createVideo(connection, request, options),
      generate: (request, options) => generate(connection, "video", request, options),
      async *generateAll(requests, options) {
        const { engine, generateAll } = await creating(connection, undefined, options);
        yield* generateAll(engine, requests, options);
      },
      task: (saved, kind) => restoreTask(connection, saved, kind),
      async reconcile(submission, options) {
        const [engine, { reconcile }] = await Promise.all([connection.engine(options), import("./tasks/reconcile.js")]);
        return reconcile(engine, submission, options);
      },
      async *list(options) {
        yield* (await connection.engine(options)).list(options);
      },
    },
    templates: {
      create: (request, options) => createFromTemplate(connection, request, options),
      generate: (request, options) => generate(connection, "template", request, options),
      task: (saved) => restoreTask(connection, saved, "template"),
    },
    contextIR: {
      create: (request, options) => createPrompt(connection, request, options),
      generate: (request, options) => generatePrompt(connection, request, options),
    },
    files: {
      retrieve: async (id, options) => (await filesAt(connection, options)).retrieve(id, options),
      upload: async (source, options) => (await filesAt(connection, options)).upload(source, options),
      list: async (options) => (await filesAt(connection, options)).list(options),
      content: async (id, options) => (await filesAt(connection, options)).content(id, options),
      delete: async (id, options) => (await filesAt(connection, options)).delete(id, options),
    },
    callbacks: {
      async expect() {
        (await connection.engine()).news.expected = true;
      },
      heard: async (news, options) => (await connection.engine(options)).heard(news, options),
    },
  };
}

async function filesAt(connection: Connection, options: CallOptions | undefined): Promise<Files> {
  return (await connection.engine(options)).files();
}

/** openapi-fetch over our exchange: the same key, deadline and exact ids; gateways' envelopes stay on, as their spec says. */
function rawClient(connection: Connection): Client<paths> {
  // A class of this call, because its base must not be looked up while the module is loaded.
  class ApiRequest extends Request {
    readonly #given: AbortSignal | null | undefined;
    constructor(input: string | URL | Request, init?: RequestInit) {
      super(input, init);
      this.#given = init?.signal;
    }
    // HACK: on Node 20 the signal of a Request loses the given one, see keepSources. It may go with Node 20.
    override get signal(): AbortSignal {
      return this.#given ?? super.signal;
    }
  }
  return createApi<paths>({
    baseUrl: connection.server.baseUrl,
    Request: ApiRequest,
    fetch: async (request) => (await connection.engine(request)).raw(request),
  });
}
