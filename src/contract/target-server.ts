import { realClock } from "../base/clock.js";
import { ConnectionError } from "../base/errors.js";
import { keyKindOf } from "../base/key-kind.js";
import { defined, isRecord } from "../base/record.js";
import { type ServerOption, serverFrom } from "../base/server.js";
import { createClient } from "../client.js";
import { type OperationRow, operations } from "../generated/operations.js";
import { codeIn, neverSent } from "../http/network-errors.js";
import { createRateLimiter } from "../http/rate-limiter.js";
import type { Cell, CheckKind, CheckResult } from "./contract-report.js";
import { type Reading, readingOf } from "./read-exchange.js";
import { LATE, recordExchanges } from "./recorded-exchange.js";
import { AUTHORIZATIONS, OWN_KEY } from "./traffic-log.js";

/** Which server is tested, and what may be sent to it. */
export interface TargetOptions {
  /** The server's name in the report. Default: its documented name or its address. */
  name?: string | undefined;
  /** The server to test: a documented name, a base URL, or an object as in `createClient`. */
  server: ServerOption;
  /** The key to send. Default: none is sent, and at a server that charges, only refusals are tested. */
  apiKey?: string | undefined;
  /** Whether the server charges nothing. If so, everything is sent, illegal creates included. */
  free: boolean;
  /** Whether the server returns a documented reply on request (`Prefer: example=…`), as Prism and our mock do. Default false. */
  prefers?: boolean | undefined;
  /** Whether the server accepts any key and remembers nothing, as Prism does. If so, no facts are judged. Default false. */
  anyKey?: boolean | undefined;
  /** What to test: operations by operationId, kinds of checks ("illegal data"), or both ("listFiles:list facts"). Default: all. */
  only?: readonly string[] | undefined;
  /** What not to test, in the same form as `only`. */
  skip?: readonly string[] | undefined;
  /** Chooses the illegal bodies for a server that charges. The same number chooses the same bodies. Default: a new number. */
  seed?: number | undefined;
  /** Milliseconds after which a reply counts as a finding. Default: no limit. */
  maxResponseTime?: number | undefined;
  /** The `fetch` to use. Default: the global one. */
  fetch?: typeof fetch | undefined;
  /** The most requests per minute. Default 60; unlimited for free servers. */
  requestsPerMinute?: number | undefined;
  /** Ends the run, which then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  /** Receives the callbacks of a server that charges nothing. Default: callbacks are not tested. */
  receiver?: CallbackReceiver | undefined;
}

/** A receiver that a server can call back, and what has arrived there. */
export interface CallbackReceiver {
  /** The URL to call. Answers HTTP 200 and repeats challenges, also at every path below it. */
  readonly url: string;
  /** Everything that has arrived, in order: its `body`, and its `path` below `url`, if any. */
  received(): readonly { readonly path?: string | undefined; readonly body: unknown }[];
}

/** One request of an operation; what is left out is taken from the spec. */
export interface Asking {
  method?: string;
  /** By name, for path and query. A list repeats its parameter for each item. */
  parameters?: ParameterValues;
  /** Sent as JSON, or as the fields of a form if the operation takes one. */
  body?: unknown;
  /** Sent as it is, instead of a body. */
  raw?: string;
  headers?: Record<string, string>;
  /** Default: the target's own. */
  key?: keyof typeof AUTHORIZATIONS;
}

export type ParameterValues = Readonly<Record<string, string | readonly string[]>>;

/** What a run has found so far. */
export interface Found {
  readonly checks: CheckResult[];
  readonly flows: CheckResult[];
  readonly matrix: Cell[];
  /** Ids that flows have made, for checks of the operations that need them: by operation, then by parameter. */
  readonly ids: Record<string, Record<string, string>>;
  /** What flows have bought, or may have: prices in words. */
  readonly paid: string[];
}

/** A server under test, what is asked of it, and what was found. */
export type Target = ReturnType<typeof createTarget>;

export function createTarget({ apiKey, ...options }: TargetOptions) {
  const { free, anyKey = false, signal, only, skip = [] } = options;
  const server = serverFrom(options.server);
  const isWanted = (operationId: string, kind?: CheckKind | "request matrix") =>
    (only?.some((one) => isMeant(one, operationId, kind)) ?? true) &&
    !skip.some((one) => isMeant(one, operationId, kind) && (kind !== undefined || one === operationId));
  const known = Object.entries(operations[server.spec]);
  const rows: Record<string, OperationRow> = Object.fromEntries(known.filter(([name]) => isWanted(name)));
  const connection = connectionOf(options);
  const recorder = recordExchanges(server, connection.fetch, apiKey);

  async function exchanged(url: string, init: RequestInit): Promise<Reading> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(LATE), 120_000);
    const both = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal;
    const exchange = await recorder.exchange(url, { redirect: "manual", ...init, signal: both });
    clearTimeout(timer);
    if (signal?.aborted) throw signal.reason;
    if (connection.failed >= MOST_FAILED) throw unreachable(server.baseUrl, connection.fault);
    return readingOf(exchange, server);
  }

  return {
    ...options,
    server,
    anyKey,
    seed: options.seed ?? 1 + Math.floor(Math.random() * 1e6),
    /** Whether to make a kind of check, or any check, of an operation. */
    isWanted,
    hasKey: Boolean(apiKey),
    keyKind: keyKindOf(apiKey),
    /** The operations to test, by operationId. */
    operations: rows,
    /** Sends one request of an operation. @throws {ConnectionError} if the server cannot be reached, and never could. */
    ask(operationId: string, { method, parameters = {}, body, raw, headers = {}, key = "own" }: Asking = {}) {
      const row = rows[operationId] as OperationRow;
      const named = AUTHORIZATIONS[key];
      const authorization = named.includes(OWN_KEY) ? apiKey && named.replace(OWN_KEY, () => apiKey) : named;
      const isForm = row.body?.type === "multipart/form-data";
      const sent = raw ?? (body === undefined ? undefined : isForm ? multipartBody(body) : JSON.stringify(body));
      // `fetch` sets the content type of a form, with its boundary.
      const type = typeof sent === "string" ? (row.body?.type ?? "application/json") : undefined;
      return exchanged(server.baseUrl + urlPathOf(row, parameters), {
        method: method ?? row.method,
        headers: { ...defined({ "content-type": type, authorization: authorization || undefined }), ...headers },
        ...defined({ body: sent }),
      });
    },
    /** A client of this server, whose traffic is recorded too. */
    client: () =>
      createClient({
        apiKey: apiKey ?? "none",
        server: options.server,
        fetch: recorder.fetch,
        maxRetries: free ? 0 : 2,
      }),
    /** Follows a link without a key. */
    follow: (url: string, headers: Record<string, string> = {}) => exchanged(url, { headers }),
    found: { checks: [], flows: [], matrix: [], ids: {}, paid: [] } as Found,
    exchanges: recorder.exchanges,
    settled: recorder.settled,
    /** Rejects with the reason of the signal when that aborts. */
    pause: (milliseconds: number) => realClock.pause(milliseconds, signal),
  };
}

/** Whether a selector ("listFiles", "list facts", "listFiles:list facts") means a check; without a kind, whether it can mean any. */
function isMeant(selector: string, operationId: string, kind?: string): boolean {
  const [one = "", other] = selector.split(":");
  const isKind = one === "flow" || !/^\w+$/.test(one);
  const wanted = isKind ? one : other;
  return (isKind || one === operationId) && (wanted ?? kind) === (kind ?? wanted);
}

/** How many connections may fail in a row at first, before the run gives up. */
const MOST_FAILED = 3;

/** Connects no more often than allowed. `failed`: how many connections have failed before the first one succeeded. */
function connectionOf({
  fetch: send = globalThis.fetch,
  free,
  requestsPerMinute,
  signal,
}: Omit<TargetOptions, "apiKey">) {
  const limited = createRateLimiter(realClock, { perMinute: requestsPerMinute ?? (free ? Infinity : 60) });
  const connection = {
    failed: 0,
    fault: undefined as unknown,
    async fetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
      try {
        const response = await limited(() => send(input, init), signal);
        connection.failed = Number.NEGATIVE_INFINITY;
        return response;
      } catch (error) {
        connection.failed = neverSent(error) || error === LATE ? connection.failed + 1 : Number.NEGATIVE_INFINITY;
        connection.fault = error;
        throw error;
      }
    },
  };
  return connection;
}

function unreachable(server: string, cause: unknown): ConnectionError {
  const sent = cause === LATE ? "maybe" : "no";
  const code = codeIn(cause) ?? (/bad port|\d+ are/.test(`${Object(cause).cause}`) ? "a port that fetch blocks" : "");
  const why = /refused/i.test(code) ? "refuses connections: nothing listens there" : `cannot be reached (${code})`;
  return new ConnectionError(`${server} ${why.replace(" ()", "")}`, { sent, server, cause });
}

/** Makes a form: fields as text, the file as its bytes, or as a sample picture if an example has no bytes. */
function multipartBody(fields: unknown): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(isRecord(fields) ? fields : {}))
    if (name === "file")
      form.append(name, new Blob([value instanceof Uint8Array ? value.slice() : samplePicture()]), "file.png");
    else form.append(name, String(value));
  return form;
}

const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAgAAAAIAAQAAAADcA+lXAAAAjElEQVR42u3MMQ0AAAwDoPo33YrYtQQEkB5FIBAIBAKBQCAQCAQCgUAgEAgEAoFAIBAIBAKBQCAQCAQCgUAgEAgEAoFAIBAIBAKBQCAQCAQCgUAgEAgEAoFAIBAIBAKBQCAQCAQCgUAgEAgEAoFAIBAIBAKBQCAQCAQCgUAgEAgEAoFAIBAIBAKB4HcwNvqHcg2WKzYAAAAASUVORK5CYII=";

/** A white PNG of 512 x 512 pixels, which MiniMax-H3 takes as a frame. */
export function samplePicture(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(PNG), (character) => character.charCodeAt(0));
}

function urlPathOf({ path, parameters }: OperationRow, values: ParameterValues): string {
  const query = new URLSearchParams();
  let filled = path;
  for (const { name, in: where } of parameters) {
    const value = values[name];
    if (value === undefined) continue;
    if (where === "path") filled = filled.replace(`{${name}}`, encodeURIComponent(String(value)));
    else if (where === "query") for (const one of [value].flat()) query.append(name, one);
  }
  return query.size > 0 ? `${filled}?${query}` : filled;
}

/** Why something is not sent to a server that charges. */
export const NEEDS_FREE = "might cost money; sent only to a server that charges nothing (--free)";

const V1_TASK = "needs a task of version 1 (--paid, --task ID)";
const NEEDS: Readonly<Record<string, string>> = {
  videoGeneration: "needs a create of version 1 (--paid)",
  queryVideoGenerationTask: V1_TASK,
  retrieveFile: V1_TASK,
  download: V1_TASK,
  queryVideoTemplateGenerationTask: "needs a task of a template (--task template:ID)",
  videoGenerationV2Create: "needs a create of version 2 (--paid-v2)",
  videoGenerationV2Query: "needs a task of version 2 (--paid-v2, --task generation:ID)",
  retrieveFileContent: "needs an upload; sent only to a server that charges nothing (--free)",
};

/** What a success of an operation needs at a server that charges, and which option provides it. Reads may need nothing. */
export function needOf(operationId: string): string | undefined {
  const { method = "GET" } = operations.minimax[operationId] ?? {};
  return NEEDS[operationId] ?? (method === "GET" ? undefined : NEEDS_FREE);
}
