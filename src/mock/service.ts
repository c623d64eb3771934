/** A MiniMax: the operations of the spec by method and path, and the tasks and files they share. */
import type { Asked as Read } from "./body.js";
import { callbackSender } from "./callbacks.js";
import { create } from "./creates.js";
import { download } from "./download.js";
import type { Engine, EngineRequest } from "./engine.js";
import { played } from "./faults.js";
import * as files from "./keeping.js";
import { signer } from "./links.js";
import { query } from "./reads.js";
import { idOf, isObject, wordsOf } from "./request.js";
import type { Operation } from "./scenario.js";
import { idSource } from "./tasks.js";
import { upload } from "./upload.js";
import { create as createV2 } from "./v2/creates.js";
import { list, query as queryV2 } from "./v2/reads.js";
import { remove } from "./v2/removal.js";
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
export interface Asked extends Read {
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
    accepted: [],
    tasks: new Map(),
    tasksV2: new Map(),
    files: new Map(),
    attempts: new Map(),
  };
  return {
    get taskIds() {
      return [...world.accepted];
    },
    async answer(request) {
      const found = operations[`${request.method} ${request.path.replace(/\d+$/, "{task_id}")}`];
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
  "post /v1/video_template_generation": ["create", (world, call) => create(world, call, "template")],
  "get /v1/query/video_template_generation": ["query", (world, call) => query(world, call, "template")],
  "post /v1/files/upload": ["upload", upload],
  "get /v1/files/list": ["list", files.list],
  "get /v1/files/retrieve": ["retrieve", files.retrieve],
  "get /v1/files/retrieve_content": ["content", files.content],
  "post /v1/files/delete": ["delete", files.remove],
  "post /v2/video_generation": ["create", (world, call) => createV2(world, call, "generation")],
  "post /v2/h3_context_ir": ["create", (world, call) => createV2(world, call, "h3_context_ir")],
  "post /v2/video_regeneration": ["create", (world, call) => createV2(world, call, "regeneration")],
  "get /v2/query/video_generation": ["list", list],
  "get /v2/query/video_generation/{task_id}": ["query", queryV2],
  "delete /v2/video_generation/{task_id}": ["delete", remove],
};

/** What a request is about, and what was asked for it: by its header, its key and its words, or those of its task. */
function askingOf({ tasks, tasksV2, files }: World, operation: Operation, request: Asked) {
  const { headers, key, body } = request;
  const id = idOf(request);
  const words = operation === "create" && isObject(body) ? wordsOf(body) : "";
  const task = tasks.get(id) ?? tasksV2.get(id);
  const made = { wishes: (task ?? files.get(id))?.wishes ?? [], unknown: [] };
  // A regeneration that names its source has no words of its own.
  const source = operation === "create" && isObject(body) ? String(body.source_task_id ?? "") : "";
  const subject = words || source || task?.taskId || files.get(id)?.subject || id;
  const asked = together(inHeader(headers[FAULT_HEADER]), inKey(key), inWords(words), made);
  return { operation, id, subject, ...asked };
}
