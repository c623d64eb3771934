/** Who answers a request: Prism, the manners of MiniMax, or the service; and the two manners of refusing. */
import type { Engine, EngineRequest, Refused } from "./engine.js";
import { refusalOf } from "./refusal.js";
import type { Service } from "./service.js";
import { refusedKey } from "./wishes.js";
import { type Answer, reworded } from "./world.js";

/** What judging needs. `strict` chooses the manner: true as Prism, false as MiniMax. */
export interface Desk {
  engine: Engine;
  service: Service;
  strict: boolean;
}

/** A request with its body read. `malformed`: it should have been JSON and is not. */
export interface Asked extends EngineRequest {
  malformed?: true;
}

/** The answer to any request but a download. `origin` is where the sender reached the mock. */
export async function judge({ engine, service, strict }: Desk, request: Asked, origin: string): Promise<Answer> {
  const refused = await engine.check(request, { security: strict });
  if (refused && (strict || refused.status === 404 || refused.status === 405)) return strictly(refused, request);
  const example = (name: string) => engine.example(request.method, request.path, name);

  const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (key === undefined) return { json: await example("unauthorised"), note: "no key" };
  const unwelcome = refusedKey(key);
  if (unwelcome?.example) return { json: await example(unwelcome.example), note: unwelcome.name };
  if (refused && refused.status !== 422) return strictly(refused, request);
  if (refused) {
    const refusal = refusalOf(refused.violations, request.path, request.body);
    const message = request.malformed ? "invalid params, the body is not JSON" : refusal.message;
    return { json: reworded(await example(refusal.example), message), note: "invalid" };
  }
  // As with Prism, a caller may choose a documented reply himself; nothing is created then.
  const preferred = /(?:^|,)\s*example=([\w-]+)/.exec(request.headers.prefer ?? "")?.[1];
  if (preferred) return { json: await example(preferred), note: `example ${preferred}` };
  return service.answer({ ...request, key, origin });
}

function strictly({ problem, status, headers, violations }: Refused, { malformed }: Asked): Answer {
  // The body that Prism's own server gives, which parses before it routes to a validator.
  if (malformed && status === 422) return { problem: { error: { code: "invalid_json" } }, status: 400 };
  return { problem, status, headers, note: violations[0]?.code ?? "refused" };
}
