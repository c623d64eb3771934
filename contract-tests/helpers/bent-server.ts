/** A mock with a single fault: a layer between it and the contract suite changes a request, a reply or a callback. */
import { Agent, createServer, request } from "node:http";
import type { Json } from "../../openapi/documents.js";
import { type ContractOptions, type ContractResult, runContract } from "../../src/contract/index.js";
import { validators } from "../../src/generated/validators.js";
import { modeOf } from "../../src/kinds/mode.js";
import { startMock } from "../../src/mock/index.js";
import { listening } from "./listening.js";

export const KEY = "sk-quarry-heron-Marble7-violet";

/** A request on its way to the mock. */
export interface Sent {
  method: string;
  /** Without its query. */
  path: string;
  query: URLSearchParams;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
  /** The body, if it is JSON. */
  json: Json;
  /** Whether it has the key of the account. */
  keyed: boolean;
}

/** A reply on its way to the suite. */
export interface Came {
  status: number;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
  json: Json;
}

/** Forwards a request, with changes if given. */
export type Pass = (change?: Partial<Sent>) => Promise<Came>;
export type Bend = (sent: Sent, pass: Pass) => Came | Promise<Came>;

/** A fault of a server. */
export interface Fault {
  /** Called once for each server, so that the fault can keep state. */
  bend?: () => Bend;
  /** Returns the body to deliver instead of a callback's. Undefined drops the callback. */
  callback?: (body: Json) => Json | undefined;
  /** The documented server that it imitates. Default: the official one. */
  like?: "quickrouter" | "aimanyi";
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function parsed(bytes: Uint8Array): Json {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

/** A reply of JSON, or of another text and type. */
export function replying(body: Json, status = 200, type = "application/json"): Came {
  const bytes = encoder.encode(typeof body === "string" ? body : JSON.stringify(body));
  const headers = new Headers(type ? { "content-type": type } : {});
  return { status, headers, bytes, json: parsed(bytes) };
}

/** The same reply with other JSON. */
export function rewritten({ status, headers }: Came, json: Json): Came {
  return { ...replying(json, status), headers };
}

/** With this speed, tasks take a second. Each query advances the mock's clock, so that nothing depends on the machine. */
const SPEED = 400;
const QUERY_TAKES = 12_000 / SPEED;

/** Replies of the mock that are the same for every server: refusals of requests that refer to no task or file. */
const refusals = new Map<string, Came>();

const agent = new Agent({ keepAlive: true });

/** A minimal `fetch` at a third of the cost. */
function overHttp(
  url: string,
  { method, headers, body }: { method: string; headers: Headers; body: Uint8Array },
): Promise<Came> {
  return new Promise((resolve, reject) => {
    const sent = { ...Object.fromEntries(headers), ...(body.length > 0 ? { "content-length": body.length } : {}) };
    const outgoing = request(url, { method, agent, headers: sent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const bytes = new Uint8Array(Buffer.concat(chunks));
        const came = Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]);
        resolve({ status: response.statusCode ?? 0, headers: new Headers(came), bytes, json: parsed(bytes) });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Starts the relay that all bent servers share. `close` stops it. */
export async function bentServers() {
  const callbacks = new Map<string, { to: string; bend: Fault["callback"]; path: string }>();
  const inbox = new Map<string, unknown[]>();
  let count = 0;
  /** Relays callbacks from a mock (`/relay/…`), and receives them for the suite (`/inbox/…`). */
  const post = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = parsed(Buffer.concat(chunks));
    const [, place, name = ""] = (incoming.url ?? "").split("/", 3);
    const answer = (json: unknown) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json));
    };
    const relayed = callbacks.get(name);
    if (place !== "relay" || !relayed) {
      inbox.get(name)?.push({ path: incoming.url, body });
      return answer(body?.challenge === undefined ? { status: "success" } : body);
    }
    const changed = relayed.bend ? relayed.bend(body) : body;
    if (changed === undefined) return answer(body?.challenge === undefined ? { status: "success" } : body);
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(changed) };
    await fetch(relayed.to, init).catch(() => undefined);
    answer(body?.challenge === undefined ? { status: "success" } : body);
  });
  const postUrl = await listening(post);

  async function run(fault: Fault, options: Partial<ContractOptions> = {}): Promise<ContractResult> {
    let clock = Date.now();
    const mock = await startMock({ now: () => clock, speed: SPEED });
    const name = String(++count);
    inbox.set(name, []);

    async function toMock({ method, path, query, headers, bytes, json }: Sent): Promise<Came> {
      let body = bytes;
      if (typeof json?.callback_url === "string" && json.callback_url.startsWith(postUrl)) {
        const relay = `${name}-${callbacks.size}`;
        callbacks.set(relay, { to: json.callback_url, bend: fault.callback, path });
        body = encoder.encode(JSON.stringify({ ...json, callback_url: `${postUrl}/relay/${relay}` }));
      }
      const isAboutIds = /source_task_id|mm_file:|"file_id"|callback_url|multipart/.test(
        `${headers.get("content-type")} ${body.length < 5_000 ? decoder.decode(body) : ""}`,
      );
      const what = [method, path, query, headers.get("authorization"), headers.get("content-type")].join(" ");
      const key = method === "POST" && !isAboutIds ? `${what} ${decoder.decode(body)}` : "";
      const known = refusals.get(key);
      if (known) return { ...known, headers: new Headers(known.headers) };
      if (method === "GET" && /\/query\/\w+/.test(path)) clock += QUERY_TAKES;
      const reply = await overHttp(`${mock.url}${path}${query.size > 0 ? `?${query}` : ""}`, { method, headers, body });
      const isRefusal = reply.status >= 400 || (reply.json?.base_resp?.status_code ?? 0) !== 0;
      if (key && isRefusal) refusals.set(key, { ...reply, headers: new Headers(reply.headers) });
      return reply;
    }

    const bend = fault.bend?.();
    const send: typeof fetch = async (input, init) => {
      const { method = "GET", body: given } = init ?? {};
      const { pathname, searchParams } = new URL(String(input));
      const headers = new Headers(init?.headers);
      if (typeof given === "string" && !headers.has("content-type"))
        headers.set("content-type", "text/plain;charset=UTF-8");
      const read = typeof given === "string" || !given ? undefined : new Response(given);
      const type = read?.headers.get("content-type");
      if (type && !headers.has("content-type")) headers.set("content-type", type);
      const bytes = read ? new Uint8Array(await read.arrayBuffer()) : encoder.encode(String(given ?? ""));
      const keyed = headers.get("authorization") === `Bearer ${KEY}`;
      const isJson = /json/.test(headers.get("content-type") ?? "");
      const json = isJson ? parsed(bytes) : undefined;
      const sent: Sent = { method, path: pathname, query: searchParams, headers, bytes, json, keyed };
      const pass: Pass = (change = {}) => {
        const body =
          change.json === undefined || change.bytes ? {} : { bytes: encoder.encode(JSON.stringify(change.json)) };
        return toMock({ ...sent, ...change, ...body });
      };
      const plays = PLAYED[fault.like ?? "official"];
      const played: Pass = async (change = {}) => {
        return await plays({ ...sent, ...change }, (more) => pass({ ...change, ...more }));
      };
      const { status, headers: came, bytes: sentBack } = await (bend ? bend(sent, played) : played());
      if (status === 0) throw new TypeError("fetch failed");
      came.delete("content-length");
      const isEmpty = status === 204 || status === 304;
      return new Response(isEmpty ? null : sentBack, { status, headers: came });
    };
    try {
      const server = fault.like ? { baseUrl: mock.url, like: fault.like } : mock.url;
      const receiver = { url: `${postUrl}/inbox/${name}`, received: () => inbox.get(name) ?? [] };
      const about = { server, apiKey: KEY, free: true, fetch: send, receiver } as ContractOptions;
      return await runContract({ ...about, ...options });
    } finally {
      await mock.close();
    }
  }

  return {
    run,
    close: () => {
      post.closeAllConnections();
      post.close();
    },
  };
}

/** Imitates the differences between each documented server and the official one, between the fault and the mock. */
const PLAYED: Record<"official" | "quickrouter" | "aimanyi", Bend> = {
  official: (_, pass) => pass(),
  quickrouter: (sent, pass) => (isRefusedBy("quickrouter", sent) ? pass({ json: {} }) : pass()),
  async aimanyi(sent, pass) {
    if (isRefusedBy("aimanyi", sent)) return pass({ json: {} });
    const came = await pass();
    const { base_resp, ...data } = came.json ?? {};
    if (base_resp?.status_code !== 0) return came;
    if (sent.method === "POST") {
      const at = Math.floor(Date.now() / 1000);
      const state = { task_id: data.task_id, task_status: "submitted", created_at: at, updated_at: at };
      return rewritten(came, { code: 0, message: "success", request_id: "0".repeat(32), data: state });
    }
    if (!sent.path.includes("query")) return came;
    const status = WORDS[String(data.status)] ?? "IN_PROGRESS";
    const { task_id } = data;
    return rewritten(came, { code: "success", message: "", data: { task_id, status, data: { ...data, base_resp } } });
  },
};

const WORDS: Record<string, string> = {
  Preparing: "SUBMITTED",
  Queueing: "QUEUED",
  Success: "SUCCESS",
  Fail: "FAILURE",
};

/** Whether a gateway refuses a create that the official service may accept. */
function isRefusedBy(spec: "quickrouter" | "aimanyi", { method, json, keyed }: Sent): boolean {
  return method === "POST" && keyed && json !== undefined && !validators[spec][modeOf(json, spec)]?.(json);
}
