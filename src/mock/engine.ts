/** Prism as a library: it judges requests by the spec, and finds the spec's examples. Nothing else of Prism is used. */
import { fileURLToPath } from "node:url";
import { isObject, type JsonObject } from "./request.js";

/** A request as Prism wants it: lower-case header names, the body parsed. */
export interface EngineRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body?: unknown;
}

/** One broken rule. `code` is the keyword of JSON Schema that failed, `location` where: `["body", "duration"]`. */
export interface Violation {
  location: string[];
  code: string;
  message: string;
}

/** Why Prism refuses a request: an HTTP status, and problem+json with `validation` where rules were broken. */
export interface Refused {
  status: number;
  headers: Record<string, string>;
  problem: JsonObject;
  violations: Violation[];
}

/** The spec, as something that can be asked. */
export interface Engine {
  /** Undefined when the request obeys the spec. With `security`, a request without a key is refused as well. */
  check(request: EngineRequest, options: { security: boolean }): Promise<Refused | undefined>;
  /** The named example of an operation's HTTP 200 reply. Throws, and says which, when the spec has none of that name. */
  example(method: string, path: string, name: string): Promise<JsonObject>;
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

  const prism = createInstance(configured({}), { logger: createLogger("prism", { level: "silent" }) });
  const ask = ({ method, path, query, headers, body }: EngineRequest, asking: Asking) =>
    // Prism routes by comparing the method: one that it does not know is a 405, not a crash.
    prism.request({ method: method as "get", url: { path, query }, headers, body }, operations, configured(asking))();

  return {
    async check(request, { security }) {
      const answer = await ask(request, { security, validate: true });
      return answer._tag === "Left" ? refusedBy(answer.left) : undefined;
    },
    async example(method, path, name) {
      const request = { method, path, query: {}, headers: { accept: "*/*" } };
      const answer = await ask(request, { example: name });
      const body = answer._tag === "Right" ? answer.right.output.body : undefined;
      if (!isObject(body)) throw new Error(`openapi/minimax.yaml has no example "${name}" for ${method} ${path}.`);
      return body;
    },
    callback(path, name) {
      const callback = declared.find((operation) => operation.path === path)?.callbacks?.[0];
      const found = callback?.request?.body?.contents?.[0]?.examples?.find(({ key }) => key === name);
      const value = found && "value" in found ? found.value : undefined;
      if (!isObject(value))
        throw new Error(`openapi/minimax.yaml has no example "${name}" for the callback of ${path}.`);
      return value;
    },
  };
}

interface Asking {
  security?: boolean;
  validate?: boolean;
  example?: string;
}

/** A new object for each request, because Prism writes into it which media types were asked for. */
function configured({ security = false, validate = false, example }: Asking) {
  return {
    isProxy: false as const,
    checkSecurity: security,
    validateRequest: validate,
    validateResponse: false,
    errors: false,
    upstreamProxy: undefined,
    mock: { dynamic: false, ...(example && { exampleKey: example }) },
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

/** Prism's error as problem+json, the way Prism's own server writes it. */
function refusedBy(error: Error): Refused {
  const { name, message, status, detail, additional } = error as Error & JsonObject;
  const { headers, ...details } = isObject(additional) ? additional : {};
  return {
    status: typeof status === "number" ? status : 500,
    headers: isObject(headers) ? Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, String(v)])) : {},
    problem: { type: name, title: message, status, detail, ...details },
    violations: violationsIn(details.validation),
  };
}

function violationsIn(validation: unknown): Violation[] {
  if (!Array.isArray(validation)) return [];
  return validation.filter(isObject).map(({ location, code, message }) => ({
    location: Array.isArray(location) ? location.map(String) : [],
    code: String(code),
    message: String(message),
  }));
}
