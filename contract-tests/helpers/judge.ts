/** Prism's verdict on the body of a request, in this process and without HTTP: thousands take seconds. */
import { createLogger } from "@stoplight/prism-core";
import { createInstance, getHttpOperationsFromSpec } from "@stoplight/prism-http";
import { roots } from "../../openapi/documents.js";
import type { Name } from "./documents.js";

/** Whether Prism takes a body that is posted to a path of the root. Nobody is called back. */
export type Judge = (path: string, body: unknown) => Promise<boolean>;

export async function prismJudge(name: Name): Promise<Judge> {
  const declared = await getHttpOperationsFromSpec(roots[name] as string);
  const operations = declared.map(({ callbacks: _, ...operation }) => operation);
  const prism = createInstance(CONFIG, { logger: createLogger("prism", { level: "silent" }) });
  const headers = { authorization: "Bearer test", "content-type": "application/json" };
  return async (path, body) => {
    // A new object for each request, because Prism writes into it which media types were asked for.
    const config = { ...CONFIG, mock: { dynamic: false as const } };
    const answer = await prism.request({ method: "post", url: { path }, headers, body }, operations, config)();
    // A refusal is an error, or the example of the declared 422 beside what was broken.
    if (answer._tag === "Right") return answer.right.validations.input.length === 0;
    if (!("validation" in Object((answer.left as { additional?: object }).additional))) throw answer.left;
    return false;
  };
}

const CONFIG = {
  isProxy: false as const,
  checkSecurity: true,
  validateRequest: true,
  validateResponse: true,
  errors: true,
  upstreamProxy: undefined,
  mock: { dynamic: false as const },
};
