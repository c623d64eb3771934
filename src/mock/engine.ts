/** Prism as a library: it judges requests by the spec, and reads the spec's examples. Nothing else of Prism is used. */
import { fileURLToPath } from "node:url";
import { type Refused, refusedAs, refusedBy } from "./refused.js";
import { isObject, type JsonObject } from "./request.js";

/** A request as Prism wants it: lower-case header names, the body parsed, what is asked twice in the query as an array. */
export interface EngineRequest {
  method: string;
  path: string;
  query: Record<string, string | string[]>;
  headers: Record<string, string>;
  body?: unknown;
}

/** A named example of a reply. */
export interface Example {
  status: number;
  /** Its media type. */
  type: string;
  value: unknown;
}

/** The spec, as something that can be asked. */
export interface Engine {
  /** Undefined when the request obeys the spec. With `security`, a request without a key is refused as well. */
  check(request: EngineRequest, options: { security: boolean }): Promise<Refused | undefined>;
  /**
   * The named example of an operation's replies; with a status of that reply alone, because two may have one of the same name.
   * Throws, and says which, when the spec has none.
   */
  example(method: string, path: string, name: string, status?: number): Example;
  /** The named example of the request that an operation's callback makes. Throws as `example` does. */
  callback(path: string, name: string): JsonObject;
}

/** Loads openapi/minimax.yaml. Takes about a second, most of it for importing Prism. */
export async function loadEngine(): Promise<Engine> {
  const { createInstance, getHttpOperationsFromSpec, createLogger } = await importPrism();
  // Seen from dist/mock as from src/mock: the package ships the specs at one place.
  const spec = fileURLToPath(new URL("../../openapi/minimax.yaml", import.meta.url));
  const declared = await getHttpOperationsFromSpec(spec);
  // Without callbacks: Prism would post a random example of them the moment a create arrives.
  const operations = declared.map(({ callbacks: _, ...operation }) => operation);
  const prism = createInstance(configured(false), { logger: createLogger("prism", { level: "silent" }) });
  const at = (path: string, method: string) =>
    declared.find((one) => one.method === method && patternOf(one.path).test(path));

  return {
    async check({ method, path, query, headers, body }, { security }) {
      // Prism routes by comparing the method: one that it does not know is a 405, not a crash.
      const request = { method: method as "get", url: { path, query }, headers, body };
      const answer = await prism.request(request, operations, configured(security))();
      return answer._tag === "Left" ? refusedBy(answer.left) : refusedAs(answer.right);
    },
    example(method, path, name, status) {
      const replies = at(path, method)?.responses ?? [];
      for (const { code, contents = [] } of replies.filter(({ code }) => !status || code === String(status)))
        for (const { mediaType, examples } of contents) {
          const value = exampleIn(examples, name);
          if (value !== undefined) return { status: Number(code), type: mediaType, value };
        }
      throw new Error(`openapi/minimax.yaml has no example "${name}" for ${method} ${path}.`);
    },
    callback(path, name) {
      const [callback] = declared.find((one) => one.path === path)?.callbacks ?? [];
      const value = exampleIn(callback?.request?.body?.contents?.[0]?.examples, name);
      if (!isObject(value))
        throw new Error(`openapi/minimax.yaml has no example "${name}" for the callback of ${path}.`);
      return value;
    },
  };
}

/** `/v2/query/video_generation/{task_id}` as a pattern. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
}

function exampleIn(examples: readonly { key: string }[] | undefined, name: string): unknown {
  const found = examples?.find(({ key }) => key === name);
  return found && "value" in found ? found.value : undefined;
}

/** A new object for each request, because Prism writes into it which media types were asked for. */
function configured(security: boolean) {
  return {
    isProxy: false as const,
    checkSecurity: security,
    validateRequest: true,
    validateResponse: false,
    errors: false,
    upstreamProxy: undefined,
    mock: { dynamic: false },
  };
}

async function importPrism() {
  try {
    const [http, core] = await Promise.all([import("@stoplight/prism-http"), import("@stoplight/prism-core")]);
    const { createInstance, getHttpOperationsFromSpec } = http;
    return { createInstance, getHttpOperationsFromSpec, createLogger: core.createLogger };
  } catch (cause) {
    const install = "npm install --save-dev @stoplight/prism-http@5.12.0 @stoplight/prism-core@5.8.0";
    throw new Error(`The mock needs Prism, which could not be loaded. Install it: ${install}`, { cause });
  }
}
