/** A MiniMax: the operations of the spec by method and path, and the tasks they share. */
import { callbackSender } from "./callbacks.js";
import { create } from "./creates.js";
import { download } from "./download.js";
import type { Engine, EngineRequest } from "./engine.js";
import { played } from "./faults.js";
import { signer } from "./links.js";
import { query, retrieve } from "./reads.js";
import { isObject, wordsOf } from "./request.js";
import type { Operation } from "./scenario.js";
import { idSource } from "./tasks.js";
import { FAULT_HEADER, inHeader, inKey, inWords, together } from "./wishes.js";
import { type Answer, type Call, invalid, unplayable, type World } from "./world.js";

/** What the service needs. */
export interface ServiceOptions {
  engine: Engine;
  /** How many times faster than life. */
  speed: number;
  /** The clock, in milliseconds since 1970. */
  now: () => number;
  /** Where ids start, and what links are signed with. */
  seed: number;
  secret: string;
}

/** A MiniMax that remembers. */
export interface Service {
  /** Ids of the accepted creates, in order: what MiniMax would charge for. */
  readonly taskIds: readonly string[];
  /** The answer to a valid request. */
  answer(request: Asked): Promise<Answer>;
  /** The answer to whoever follows a link. */
  download(url: URL, request: EngineRequest): Promise<Answer>;
  close(): void;
}

/** A valid request, and the key it came with. `origin` is where its sender reached the mock. */
export interface Asked extends EngineRequest {
  key: string;
  origin: string;
}

/** A MiniMax without tasks. */
export function createService({ engine, speed, now, seed, secret }: ServiceOptions): Service {
  const world: World = {
    engine,
    speed,
    now,
    newId: idSource(seed),
    links: signer(secret),
    callbacks: callbackSender(),
    tasks: new Map(),
    files: new Map(),
    attempts: new Map(),
  };
  return {
    get taskIds() {
      return [...world.tasks.keys()];
    },
    async answer(request) {
      const found = operations[`${request.method} ${request.path}`];
      if (!found) throw new Error(`The mock does not play ${request.method} ${request.path}, which the spec has.`);
      const [operation, carryOut] = found;
      const { unknown, ...asking } = askingOf(world, operation, request);
      if (unknown.length > 0) return invalid(world, request, unplayable(unknown));
      const call = { ...request, ...asking };
      return played(world, call, () => carryOut(world, call));
    },
    download: (url, request) => download(world, url, request),
    close: () => world.callbacks.close(),
  };
}

const operations: Record<string, [Operation, (world: World, call: Call) => Promise<Answer>]> = {
  "post /v1/video_generation": ["create", (world, call) => create(world, call, "video")],
  "get /v1/query/video_generation": ["query", (world, call) => query(world, call, "video")],
  "get /v1/files/retrieve": ["retrieve", retrieve],
  "post /v1/video_template_generation": ["create", (world, call) => create(world, call, "template")],
  "get /v1/query/video_template_generation": ["query", (world, call) => query(world, call, "template")],
};

/** What a request is about, and what was asked for it: by its header, its key and its words, or those of its task. */
function askingOf({ tasks, files }: World, operation: Operation, { query, headers, key, body }: Asked) {
  const words = operation === "create" && isObject(body) ? wordsOf(body) : "";
  const task = tasks.get(query.task_id ?? "") ?? files.get(query.file_id ?? "");
  const made = { wishes: task?.wishes ?? [], unknown: [] };
  const subject = operation === "create" ? words : (task?.taskId ?? query.task_id ?? query.file_id ?? "");
  return { operation, subject, ...together(inHeader(headers[FAULT_HEADER]), inKey(key), inWords(words), made) };
}
