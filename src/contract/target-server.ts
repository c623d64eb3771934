import { realClock } from "../base/clock.js";
import { isRecord } from "../base/record.js";
import { type Server, type ServerOption, serverFrom } from "../base/server.js";
import { createClient, type MiniMax } from "../client.js";
import { type OperationRow, operations } from "../generated/operations.js";
import { record } from "./exchange-recorder.js";
import { picture } from "./picture.js";
import type { Exchange } from "./recorded-exchange.js";

/** What is to be tested, and how far one may go. */
export interface TargetOptions {
  /** What to call it in the report. Default the name or address of the server. */
  name?: string | undefined;
  server: ServerOption;
  apiKey?: string | undefined;
  /** Whether it charges nothing: then everything is sent, illegal creates included. */
  free: boolean;
  /** Whether it gives a documented reply on request, as Prism and our mock do (`Prefer: example=…`). Default false. */
  prefers?: boolean | undefined;
  /** Whether it takes any key, as Prism does. Default false. */
  anyKey?: boolean | undefined;
  /** Which operations it has, by operationId. Default all of its spec. */
  only?: readonly string[] | undefined;
  /** Default the global one. */
  fetch?: typeof fetch | undefined;
  /** Requests a minute at most. Default 60, for free servers as many as go. */
  requestsPerMinute?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** A request that a check makes; what it leaves out is as the spec has it. */
export interface Asking {
  method?: string;
  /** Parameters by name, wherever they stand; a list is written once for each item. */
  parameters?: Parameters;
  /** Sent as JSON, whatever it is; of an operation that takes a form, as its fields. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Default the target's own. */
  key?: "own" | "none" | "wrong" | "basic";
}

export type Parameters = Readonly<Record<string, string | readonly string[]>>;

export interface Target extends Pick<TargetOptions, "free" | "signal"> {
  readonly server: Server;
  readonly prefers: boolean;
  readonly anyKey: boolean;
  readonly hasKey: boolean;
  /** The operations that its spec has, by operationId. */
  readonly operations: Readonly<Record<string, OperationRow>>;
  /** Sends one request of an operation and gives what came; never throws for what a server does. */
  ask(operationId: string, asking?: Asking): Promise<Exchange>;
  /** A client of this server, whose traffic is kept like all other. */
  client(): MiniMax;
  /** A link that is followed without a key. */
  follow(url: string, headers?: Record<string, string>): Promise<Exchange>;
  exchanges(): Promise<readonly Exchange[]>;
  /** Rejects with the reason of the signal when that aborts. */
  pause(milliseconds: number): Promise<void>;
}

/** A key that nobody has; our mock knows it as one that is refused. */
const WRONG_KEY = "mock-invalid-key";

export function createTarget(options: TargetOptions): Target {
  const { apiKey, free, prefers = false, anyKey = false, signal } = options;
  const server = serverFrom(options.server);
  const { requestsPerMinute = free ? Number.POSITIVE_INFINITY : 60 } = options;
  const send = options.fetch ?? globalThis.fetch;
  const inTime = paced(60_000 / requestsPerMinute, signal);
  const pacedSend: typeof fetch = async (input, init) => {
    await inTime();
    return send(input, init);
  };
  const recorder = record(server, pacedSend, apiKey);
  const { only = Object.keys(operations[server.spec]) } = options;
  const rows = Object.fromEntries(Object.entries(operations[server.spec]).filter(([name]) => only.includes(name)));

  async function exchanged(url: string, init: RequestInit): Promise<Exchange> {
    await recorder
      .fetch(url, { redirect: "manual", ...init, ...(signal ? { signal } : {}) })
      .then((response) => response.arrayBuffer())
      // What went wrong stands in the exchange.
      .catch(() => {});
    signal?.throwIfAborted();
    // What was just sent was kept.
    return recorder.latest() as Promise<Exchange>;
  }

  return {
    server,
    free,
    signal,
    prefers,
    anyKey,
    hasKey: Boolean(apiKey),
    operations: rows,
    ask(operationId, { method, parameters = {}, body, headers = {}, key = "own" } = {}) {
      const row = rows[operationId] as OperationRow;
      const authorization = {
        own: apiKey && `Bearer ${apiKey}`,
        none: "",
        wrong: `Bearer ${WRONG_KEY}`,
        basic: "Basic dGVzdDp0ZXN0",
      }[key];
      return exchanged(server.baseUrl + pathOf(row, parameters), {
        method: method ?? row.method,
        headers: {
          // A form says its type itself, with its boundary.
          ...(body === undefined || isForm(row) ? {} : { "content-type": row.body?.type ?? "application/json" }),
          ...(authorization ? { authorization } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isForm(row) ? formOf(body) : JSON.stringify(body) }),
      });
    },
    client: () =>
      createClient({
        apiKey: apiKey ?? "none",
        server: options.server,
        fetch: recorder.fetch,
        maxRetries: free ? 0 : 2,
      }),
    follow: (url, headers = {}) => exchanged(url, { headers }),
    exchanges: () => recorder.exchanges(),
    pause: (milliseconds) => realClock.pause(milliseconds, signal),
  };
}

function isForm({ body }: OperationRow): boolean {
  return body?.type === "multipart/form-data";
}

/** Fields as text; a file as its bytes, or as a picture where an example only tells of some. */
function formOf(fields: unknown): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(isRecord(fields) ? fields : {}))
    if (name === "file")
      form.append(name, new Blob([value instanceof Uint8Array ? value.slice() : picture()]), "file.png");
    else form.append(name, String(value));
  return form;
}

function pathOf({ path, parameters }: OperationRow, values: Parameters): string {
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

/** One after the other, so many milliseconds apart. */
function paced(interval: number, signal: AbortSignal | undefined): () => Promise<void> {
  let due = 0;
  return async () => {
    const now = Date.now();
    const wait = due - now;
    due = Math.max(due, now) + interval;
    if (wait > 0) await realClock.pause(wait, signal);
  };
}
