/** A MiniMax: the operations of the spec by method and path, and the tasks they share. */
import { callbackSender } from "./callbacks.js";
import { create } from "./creates.js";
import type { Engine } from "./engine.js";
import { signer } from "./links.js";
import { type Download, download, query, retrieve } from "./reads.js";
import { idSource } from "./tasks.js";
import type { Call, Reply, World } from "./world.js";

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
  /** The reply to a valid request. */
  answer(call: Call): Promise<Reply>;
  /** Judges a download link. With `count` it counts as a download, which a scenario may cut. */
  download(url: URL, options: { count: boolean }): Download;
  close(): void;
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
  const operations: Record<string, (call: Call) => Promise<Reply>> = {
    "post /v1/video_generation": (call) => create(world, call, "video"),
    "get /v1/query/video_generation": (call) => query(world, call, "video"),
    "get /v1/files/retrieve": (call) => retrieve(world, call),
    "post /v1/video_template_generation": (call) => create(world, call, "template"),
    "get /v1/query/video_template_generation": (call) => query(world, call, "template"),
  };
  return {
    get taskIds() {
      return [...world.tasks.keys()];
    },
    answer(call) {
      const operation = operations[`${call.method} ${call.path}`];
      if (!operation) throw new Error(`The mock does not play ${call.method} ${call.path}, which the spec has.`);
      return operation(call);
    },
    download: (url, options) => download(world, url, options),
    close: () => world.callbacks.close(),
  };
}
