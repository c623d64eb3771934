/** Prism's verdict on the body of a request, in this process and without HTTP: thousands take seconds. */
import { createInstance } from "@stoplight/prism-http";
import { roots } from "../../openapi/documents.js";
import { type Name, names } from "./documents.js";
import { logger, prismConfig, prismOperations } from "./prism.js";

/** Whether Prism takes a body that is posted to a path of the root. Nobody is called back. */
export type Judge = (path: string, body: unknown) => Promise<boolean>;

/** A judge for each root. */
export async function prismJudges(): Promise<Record<Name, Judge>> {
  const judges = await Promise.all(names.map(async (name) => [name, await prismJudge(name)] as const));
  // Of all names.
  return Object.fromEntries(judges) as Record<Name, Judge>;
}

async function prismJudge(name: Name): Promise<Judge> {
  const operations = await prismOperations(roots[name] as string);
  const prism = createInstance(prismConfig(), { logger });
  const headers = { authorization: "Bearer test", "content-type": "application/json" };
  return async (path, body) => {
    // A new configuration for each request, because Prism writes into it which media types were asked for.
    const answer = await prism.request({ method: "post", url: { path }, headers, body }, operations, prismConfig())();
    // A refusal is an error, or the example of the declared 422 beside what was broken.
    if (answer._tag === "Right") return answer.right.validations.input.length === 0;
    if (!("validation" in Object((answer.left as { additional?: object }).additional))) throw answer.left;
    return false;
  };
}
