/** Prism as a library: it judges requests by the spec, and reads the examples in it. No other part of Prism is used. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { arrayOf, isRecord } from "../base/record.js";
import type { JsonObject, MockRequest } from "./mock-request.js";

/** A broken rule. `code` is the JSON Schema keyword that failed, or `415`; `location` is its place, as in `["body", "duration"]`. */
export interface Violation {
  location: string[];
  code: string;
  message: string;
}

/** Why Prism refuses a request, and what it would answer. */
export interface PrismRefusal {
  status: number;
  headers: Record<string, string>;
  /** Problem+json, or an example from the spec. */
  problem: JsonObject;
  violations: Violation[];
}

/** How to find an operation. */
type Called = Pick<MockRequest, "method" | "path">;

/** What the mock asks of the spec: judgements and examples. */
export type PrismEngine = Awaited<ReturnType<typeof loadPrism>>;

/**
 * Loads the spec. Takes about a second, most of it for importing Prism.
 * @throws if Prism is not installed.
 */
export async function loadPrism() {
  const [{ createInstance, getHttpOperationsFromSpec, ProblemJsonError }, { createLogger }] = await importPrism();
  // The paths are the same from dist/mock and from src/mock. A clone has the YAML; the package has the spec as one file.
  const pathOf = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const spec = ["openapi/minimax.yaml", "dist/openapi/minimax.json"].map(pathOf).find(existsSync) ?? "";
  const declared = await getHttpOperationsFromSpec(spec);
  // Without callbacks: Prism would post a random example to them as soon as a create arrives.
  const operations = declared.map(({ callbacks: _, ...operation }) => operation);
  const prism = createInstance(configured(false), { logger: createLogger("prism", { level: "silent" }) });
  const examplesOf = ({ method, path }: Called, status?: number) => {
    const operation = declared.find((one) => one.method === method && pathPattern(one.path).test(path));
    return (operation?.responses ?? []).flatMap(({ code, contents = [] }) =>
      (status === undefined || code === String(status) ? contents : []).flatMap(({ mediaType: type, examples = [] }) =>
        examples.map((one) => ({ name: one.key, status: Number(code), type, value: valueIn(one) })),
      ),
    );
  };

  return {
    /** Why the spec refuses a request; undefined if it does not. If `security`, a request without a key is refused as well. */
    async check(sent: MockRequest, security: boolean): Promise<PrismRefusal | undefined> {
      const { query, headers } = sent;
      // Prism compares methods as strings: an unknown one gives 405, so the cast is safe.
      const method = sent.method as "get";
      // An empty last segment would match {task_id}; two match nothing. Prism fails on a path that is not UTF-8.
      const url = { path: isDecodable(sent.path) ? sent.path.replace(/\/$/, "//") : "//", query };
      const request = { method, url, headers, body: withUnknownNames(sent.body) };
      const answer = await prism.request(request, operations, configured(security))();
      if (answer._tag === "Left") {
        // Prism writes fields into it that its type lacks.
        const { headers, ...problem } = ProblemJsonError.toProblemJson(answer.left) as JsonObject & { status: number };
        const violations = violationsIn(problem.validation);
        return { status: problem.status, headers: Object(headers), problem, violations };
      }
      // Prism answers with the first example of a declared status, whatever rule was broken.
      const { output, validations } = answer.right;
      const violations = violationsIn(validations.input);
      if (violations.length === 0) return undefined;
      const problem = isRecord(output.body) ? output.body : {};
      return { status: output.statusCode, headers: { "sl-violations": inHeader(violations) }, problem, violations };
    },

    /**
     * The named example among an operation's replies, with its status and media type. If two replies use a name, `status` selects one.
     * @throws if the spec has no such example.
     */
    example(call: Called, name: string, status?: number) {
      const found = examplesOf(call, status).find((one) => one.name === name && one.value !== undefined);
      if (found) return found;
      throw new Error(`openapi/minimax.yaml has no example "${name}" for ${call.method} ${call.path}.`);
    },

    /** The names of the examples that `example` finds. */
    exampleNames: (call: Called, status?: number) => [...new Set(examplesOf(call, status).map(({ name }) => name))],

    /**
     * The named example of the request that an operation's callback makes.
     * @throws if the spec has no such example.
     */
    callback(path: string, name: string): JsonObject {
      const [callback] = declared.find((one) => one.path === path)?.callbacks ?? [];
      const value = valueIn(callback?.request?.body?.contents?.[0]?.examples?.find(({ key }) => key === name));
      if (isRecord(value)) return value;
      throw new Error(`openapi/minimax.yaml has no example "${name}" for the callback of ${path}.`);
    },
  };
}

/** Adds an unknown field to a body with one like "constructor", which ajv takes for known because every object inherits it. */
function withUnknownNames(body: unknown): unknown {
  const inherited = isRecord(body) ? Object.keys(body).find((name) => name in Object.prototype) : undefined;
  return inherited === undefined ? body : { ...Object(body), [`"${inherited}"`]: true };
}

/** `/v2/query/video_generation/{task_id}` as a pattern. */
function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}$`);
}

function valueIn(example: object | undefined): unknown {
  return example && "value" in example ? example.value : undefined;
}

/** A new object for each request, because Prism writes the accepted media types into it. */
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
  const loading = Promise.all([import("@stoplight/prism-http"), import("@stoplight/prism-core")]);
  return loading.catch((cause) => {
    const install = "npm install --save-dev @stoplight/prism-http@5.12.0 @stoplight/prism-core@5.8.0";
    throw new Error(`The mock needs Prism, which could not be loaded. Install it: ${install}`, { cause });
  });
}

// The limit of Prism's own server, which fails on letters that a header cannot hold.
const LONGEST_HEADER = 8 * 1024 - 100;

function inHeader(violations: Violation[]): string {
  const named = violations.map((one) => ({ ...one, location: ["request", ...one.location], severity: "Error" }));
  const text = JSON.stringify(named).replace(/[^\x20-\x7e]/g, ([letter = ""]) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return text.length > LONGEST_HEADER ? `Too many violations! ${text.slice(0, LONGEST_HEADER)}` : text;
}

/** Prism calls the place of a broken rule a location or a path. */
function violationsIn(validation: unknown): Violation[] {
  const found = arrayOf(validation).filter(isRecord);
  return found.map(({ code, message, path, location = path }) => ({
    location: arrayOf(location).map(String),
    code: String(code),
    message: String(message),
  }));
}

function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== "";
  } catch {
    return false;
  }
}
