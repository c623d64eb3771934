/** A service that replies as a case says and keeps account of what it sold: for paid-handles.long.test.ts. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What a reply looks like on the wire. */
export const FORMS = [
  "json",
  "half",
  "html",
  "empty",
  "null",
  "list",
  "wrong types",
  "spaces",
  "huge",
  "cut",
  "reset",
  "unreachable",
  "stalls",
  "never",
  "deaf",
  "only text()",
  "text() of an object",
  "no headers",
  "no body to cancel",
  "nothing",
  "an evil error",
] as const;
export type Form = (typeof FORMS)[number];

/** Where a reply names its task. */
export const NAMES = ["text", "number", "task.id", "data.task_id", "other", "none"] as const;

export interface Answer {
  form: Form;
  status: number;
  /** `base_resp.status_code`; 0 is success. */
  code: number;
  name: (typeof NAMES)[number];
  /** Of a query. */
  word: string;
  /** Milliseconds before it comes, and in how many pieces. */
  delay: number;
  pieces: number;
}

/** A task that the service made, whatever it replied. */
export interface Purchase {
  id: string;
  /** Which wish it is for. */
  wish: number;
  /** Whether the reply names the task in words that a client can find. */
  named: boolean;
  /** Whether all of the reply reached a client that still wanted it; and the same before the caller aborted. */
  delivered: boolean;
  before: boolean;
  /** Whether its exchange is over, in whatever way. */
  over: boolean;
}

/** What happens around the service, and how time passes there. */
export interface Surroundings {
  /** Called at each step that a client takes with the service. */
  step(name: string): void;
  pause(milliseconds: number): Promise<void>;
  aborted(): boolean;
}

/** Codes and HTTP statuses that say no; all others leave a create open. */
const REFUSING = [1002, 1004, 1008, 1026, 1039, 1041, 2013, 2045, 2049, 2056];
const REFUSING_HTTP = [400, 401, 402, 403, 404, 421, 429];
/** Replies that name nothing, whatever they were to name. */
const NAMELESS: readonly Form[] = [
  "html",
  "empty",
  "null",
  "list",
  "spaces",
  "wrong types",
  "text() of an object",
  "nothing",
];
/** A client gets these whole, whatever they say. */
const WHOLE: readonly Form[] = ["json", "half", "only text()", "no headers", "no body to cancel"];
/** Replies that never end, or are broken off. */
const BROKEN: readonly Form[] = ["cut", "reset", "stalls", "never", "deaf", "an evil error", "huge"];

/** Whether a service that replies so has made a task. */
function sells({ form, status, code, name }: Answer, named: boolean): boolean {
  if (form === "unreachable") return false;
  if (BROKEN.includes(form)) return true;
  const refusesByStatus = REFUSING_HTTP.includes(status);
  if (form === "half") return named || !refusesByStatus;
  if (NAMELESS.includes(form)) return form === "nothing" || !refusesByStatus;
  if (name !== "none") return true;
  if (REFUSING.includes(code)) return false;
  // Codes of the service itself (1000, 1001, 1013, 1024, 1033) count whatever the HTTP status; unknown ones leave it to that.
  return [1000, 1001, 1013, 1024, 1033].includes(code) || !refusesByStatus;
}

const GONE: Answer = { form: "json", status: 200, code: 2013, name: "none", word: "", delay: 0, pieces: 1 };

export function openService(creates: Answer[], queries: Answer[], around: Surroundings) {
  const purchases: Purchase[] = [];
  const posts: number[] = [];
  const asked = new Map<string, number>();

  /** The next reply, its text, and what it sold. */
  function next(method: string, url: string, body: string) {
    if (method === "POST") {
      const answer = creates[Math.min(posts.length, creates.length - 1)] as Answer;
      const wish = Number(/fox (\d+)/.exec(body)?.[1]);
      const id = `17684386271648${1000 + posts.length}`;
      posts.push(wish);
      const text = textOf(answer, id);
      const named = WHOLE.includes(answer.form) && names(answer, text, id);
      const purchase = { id, wish, named, delivered: false, before: false, over: false };
      if (sells(answer, named)) purchases.push(purchase);
      return { answer, text, purchase };
    }
    const id = new URL(url).searchParams.get("task_id") ?? "";
    // Of a video nothing is asked but whether there is one.
    if (!id) return { answer: GONE, text: textOf(GONE, id), purchase: undefined };
    const turn = asked.get(id) ?? 0;
    asked.set(id, turn + 1);
    const answer = queries[Math.min(turn, queries.length - 1)] as Answer;
    return { answer, text: textOf(answer, id, true), purchase: undefined };
  }

  const delivered = (purchase: Purchase | undefined) => {
    if (purchase) Object.assign(purchase, { delivered: true, before: !around.aborted(), over: true });
  };
  const over = (purchase: Purchase | undefined) => {
    if (purchase) purchase.over = true;
  };

  /** In place of `fetch`: as much of a Response as a client reads. */
  const fetch: typeof globalThis.fetch = async (url, init) => {
    around.step("request");
    init?.signal?.throwIfAborted();
    const { answer, text, purchase } = next(init?.method ?? "GET", String(url), String(init?.body ?? ""));
    const { form, status, delay, pieces } = answer;
    const gone = new Promise<never>((_, reject) => {
      init?.signal?.addEventListener("abort", () => {
        over(purchase);
        reject(init.signal?.reason);
      });
    });
    gone.catch(() => {});
    if (form === "deaf") return new Promise(() => {});
    if (form === "never") return gone;
    if (delay > 0)
      await (form === "no body to cancel" ? around.pause(delay) : Promise.race([around.pause(delay), gone]));
    around.step("reply");
    if (form === "nothing" || BROKEN.includes(form)) over(purchase);
    if (form === "reset") throw Object.assign(new TypeError("fetch failed"), { cause: fault("ECONNRESET") });
    if (form === "unreachable") throw Object.assign(new TypeError("fetch failed"), { cause: fault("ECONNREFUSED") });
    if (form === "an evil error") throw evilError();
    if (form === "nothing") return undefined as never;
    const headers = new Headers({ "content-type": form === "html" ? "text/html" : "application/json" });
    const told = <T>(value: T): T => {
      around.step("end");
      if (!init?.signal?.aborted) delivered(purchase);
      return value;
    };
    if (form === "only text()") return { status, headers, text: async () => told(text) } as Response;
    if (form === "text() of an object")
      return { status, headers, text: async () => told({ task_id: 1 }) } as unknown as Response;
    const parts = partsOf(text, pieces);
    const reader = {
      async read() {
        const value = parts.shift();
        if (value === undefined && form === "cut") throw fault("ECONNRESET");
        if (value === undefined && form === "stalls") return gone;
        if (value === undefined) return told({ done: true, value });
        around.step("piece");
        return { done: false, value };
      },
      async cancel() {},
    };
    const body = { getReader: () => reader, ...(form === "no body to cancel" ? {} : { cancel: async () => {} }) };
    return { status, body, ...(form === "no headers" ? {} : { headers }) } as unknown as Response;
  };

  return { fetch, next, delivered, over, purchases, posts };
}

export type Service = ReturnType<typeof openService>;

/** A real server for many services, each below an address of its own. */
export async function listening() {
  const services = new Map<string, Service>();
  const server = createServer(async (request, response) => {
    const began = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const [, number = "", path] = /^\/(\d+)(\/.*)$/.exec(request.url ?? "") ?? [];
    const service = services.get(number) as Service;
    const { method = "" } = request;
    const { answer, text, purchase } = service.next(
      method,
      `http://localhost${path}`,
      Buffer.concat(chunks).toString(),
    );
    response.on("error", () => {});
    response.on("close", () => service.over(purchase));
    await reply(response, answer, text, async () => {
      // Its client shares this thread: several turns, lest one that was held up reads it after this.
      for (let turn = 0; turn < TURNS; turn++) await sleep(READ / TURNS);
      // On a busy machine it may have given up.
      if (performance.now() - began < SOON) service.delivered(purchase);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    show(service: Service): string {
      services.set(String(services.size), service);
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${services.size - 1}`;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Milliseconds after which a reply that has left a server has certainly been read. */
export const READ = 100;
const TURNS = 5;
const SOON = 400;

async function reply(response: ServerResponse, answer: Answer, text: string, delivered: () => void): Promise<void> {
  const { form, status, delay, pieces } = answer;
  if (form === "never" || form === "deaf") return;
  if (delay > 0) await sleep(delay);
  if (form === "reset" || form === "an evil error" || form === "nothing") return void response.destroy();
  const parts = partsOf(text, pieces);
  const isCut = form === "cut" || form === "stalls";
  response.writeHead(status, {
    "content-type": form === "html" ? "text/html" : "application/json",
    ...(isCut ? { "content-length": Buffer.byteLength(text) + 10 } : {}),
  });
  for (const part of parts) {
    response.write(part);
    if (parts.length > 1) await sleep(1);
  }
  if (form === "stalls") return;
  if (form === "cut") return void response.destroy();
  response.end(() => delivered());
}

function fault(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function evilError(): Error {
  return Object.defineProperty(new Error(), "message", {
    get() {
      throw new RangeError("an error that cannot be read");
    },
  });
}

function partsOf(text: string, pieces: number): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const size = Math.max(1, Math.ceil(bytes.length / Math.max(1, pieces)));
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}

const HUGE = "x".repeat(17 * 1024 * 1024);

function textOf(answer: Answer, id: string, isQuery = false): string {
  const { form, code, word } = answer;
  const rest = { ...(isQuery ? { status: word, file_id: "205258526306433" } : {}), base_resp: { status_code: code } };
  const json = JSON.stringify({ ...naming(answer, id), ...rest }).replace(/"number (\d+)"/, "$1");
  switch (form) {
    case "half":
      return json.slice(0, Math.ceil(json.length * 0.6));
    case "html":
      return "<html><head><title>502 Bad Gateway</title></head></html>";
    case "spaces":
      return JSON.stringify({ type: "error", error: { message: " ".repeat(200) } });
    case "empty":
      return "";
    case "null":
      return "null";
    case "list":
      return "[]";
    case "wrong types":
      return `{"task_id":["${id}"],"status":{},"type":"error","error":{"message":{"toString":1}},"base_resp":"no"}`;
    case "huge":
      return json + HUGE;
    default:
      return json;
  }
}

function naming({ name }: Answer, id: string): object {
  switch (name) {
    case "text":
      return { task_id: id };
    case "number":
      return { task_id: `number ${id}` };
    case "task.id":
      return { task: { id } };
    case "data.task_id":
      return { data: { task_id: id } };
    case "other":
      return { task_id: `${id}0` };
    default:
      return { task_id: "" };
  }
}

/** Whether the text names the task where a client looks: of half a JSON only a whole `task_id`. */
function names({ form, name }: Answer, text: string, id: string): boolean {
  if (name === "none") return false;
  if (form === "half") return new RegExp(`"task_id":(?:"${id}"|${id},)`).test(text);
  return name !== "other";
}
