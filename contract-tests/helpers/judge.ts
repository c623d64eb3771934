/** Prism's verdict on a request body: in this process without HTTP, for thousands in seconds, or from its command line. */
import { createInstance } from "@stoplight/prism-http";
import { inject } from "vitest";
import { roots } from "../../openapi/documents.js";
import { type Name, names } from "./documents.js";
import { logger, prismConfig, prismOperations } from "./prism.js";

/** Whether Prism accepts a body that is posted to a path of the root. No callbacks are sent. */
export type Judge = (path: string, body: unknown) => Promise<boolean>;

/** A judge for each root. */
export async function prismJudges(): Promise<Record<Name, Judge>> {
  const judgeOf = inject("prismProcess") ? commandLineJudge : engineJudge;
  const judges = await Promise.all(names.map(async (name) => [name, await judgeOf(name)] as const));
  // The cast is safe, because all names are present.
  return Object.fromEntries(judges) as Record<Name, Judge>;
}

const headers = { authorization: "Bearer test", "content-type": "application/json" };

function commandLineJudge(name: Name): Judge {
  const url = inject("prism")[name];
  return async (path, body) => {
    const { status } = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (![200, 400, 422].includes(status)) throw new Error(`Prism answered ${status}`);
    return status === 200;
  };
}

async function engineJudge(name: Name): Promise<Judge> {
  const operations = await prismOperations(roots[name] as string);
  const prism = createInstance(prismConfig(), { logger });
  return async (path, body) => {
    // A new configuration for each request, because Prism stores the requested media types in it.
    const answer = await prism.request({ method: "post", url: { path }, headers, body }, operations, prismConfig())();
    // A refusal is an error, or the example of the declared 422 together with the violations.
    if (answer._tag === "Right") return answer.right.validations.input.length === 0;
    if (!("validation" in Object((answer.left as { additional?: object }).additional))) throw answer.left;
    return false;
  };
}
