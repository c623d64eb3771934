/** Prism as a library: it judges requests by the spec, and reads the examples in it. No other part of Prism is used. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { lazily } from "../base/lazily.js";
import { arrayOf, isRecord } from "../base/record.js";
import type { JsonObject, MockRequest } from "./mock-request.js";

/** A broken rule. `code` is the JSON Schema keyword that failed, or `415`; `location` is its place, as in `["body", "duration"]`. */
export interface Violation {
  location: string[];
  code: string;
  message: string;
}

/** Why Prism refuses a request, and what it would answer: `problem` is problem+json, or an example from the spec. */
export interface PrismRefusal {
  status: number;
  headers: Record<string, string>;
  problem: JsonObject;
  violations: Violation[];
}

/** What the mock asks of the spec: judgements and examples. */
export type PrismEngine = Awaited<ReturnType<typeof loadPrism>>;

const SETTINGS = { isProxy: false, validateRequest: true, validateResponse: false, errors: false } as const;

/** Loads the spec, once for all mocks of a process, because it takes a second. @throws if Prism is not installed. */
export const loadPrism = lazily(async () => {
  const [{ createInstance, getHttpOperationsFromSpec, ProblemJsonError }, { createLogger }] = await importPrism();
  // The paths are the same from dist/mock and from src/mock. A clone has the YAML; the package has the spec as one file.
  const pathOf = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const spec = ["openapi/minimax.yaml", "dist/openapi/minimax.json"].map(pathOf).find(existsSync) ?? "";
  // Without callbacks: Prism would post a random example to them as soon as a create arrives.
  const operations = (await getHttpOperationsFromSpec(spec)).map(({ callbacks: _, ...operation }) => operation);
  // A new object for each request, because Prism writes the accepted media types into it.
  const settings = (checkSecurity = false) => {
    return { ...SETTINGS, checkSecurity, upstreamProxy: undefined, mock: { dynamic: false as const } };
  };
  const prism = createInstance(settings(), { logger: createLogger("prism", { level: "silent" }) });

  /** Why the spec refuses a request; undefined if it does not. If `security`, a request without a key is refused as well. */
  async function check(sent: MockRequest, security: boolean): Promise<PrismRefusal | undefined> {
    const { path, query, headers, body } = sent;
    // An empty last segment would match {task_id}; two match nothing. Prism fails on a path that is not UTF-8.
    const url = { path: isDecodable(path) ? path.replace(/\/$/, "//") : "//", query };
    // Prism compares methods as strings: an unknown one gives 405, so the cast is safe.
    const request = { method: sent.method as "get", url, headers, body: withUnknownName(body) };
    const answer = await prism.request(request, operations, settings(security))();
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
    const named = { "sl-violations": inHeader(violations) };
    return { status: output.statusCode, headers: named, problem: Object(output.body), violations };
  }

  /** The examples among the replies of an operation, or among those with one status. */
  function examples({ method, path }: Pick<MockRequest, "method" | "path">, status?: number) {
    const isMeant = (pattern: string) => new RegExp(`^${pattern.replace(/\{\w+\}/g, "[^/]+")}$`).test(path);
    const operation = operations.find((one) => one.method === method && isMeant(one.path));
    const replies = operation?.responses.filter(({ code }) => status === undefined || code === String(status)) ?? [];
    return replies.flatMap(({ code, contents = [] }) =>
      contents.flatMap(({ mediaType: type, examples = [] }) =>
        examples.map((one) => ({ name: one.key, status: Number(code), type, value: "value" in one && one.value })),
      ),
    );
  }

  return { check, examples };
});

/** Adds an unknown field to a body with one like "constructor", which ajv takes for known because every object inherits it. */
function withUnknownName(body: unknown): unknown {
  const inherited = isRecord(body) && Object.keys(body).find((name) => name in Object.prototype);
  return inherited ? { ...Object(body), [`"${inherited}"`]: true } : body;
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
  const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const text = JSON.stringify(named).replace(/[^\x20-\x7e]/g, escaped);
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
