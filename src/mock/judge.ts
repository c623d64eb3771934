/** Who answers a request: Prism, the manners of MiniMax, or the service; and the two manners of refusing. */
import type { Asked } from "./body.js";
import type { Engine } from "./engine.js";
import { unseenFault } from "./form.js";
import { refusalOf } from "./refusal.js";
import type { Refused } from "./refused.js";
import { isV2 } from "./request.js";
import type { Service } from "./service.js";
import { refusalOf as refusalOfV2 } from "./v2/refusal.js";
import { refusedKey } from "./wishes.js";
import { type Answer, example, exampleJson, invalid, reworded } from "./world.js";

/** What judging needs. `strict` chooses the manner: true as Prism, false as MiniMax. */
export interface Desk {
  engine: Engine;
  service: Service;
  strict: boolean;
}

/** The answer to any request but a download. `origin` is where the sender reached the mock. */
export async function judge(desk: Desk, request: Asked, origin: string): Promise<Answer> {
  const { engine, service, strict } = desk;
  const refused = await engine.check(request, { security: strict });
  if (refused && (strict || refused.status === 404 || refused.status === 405)) return strictly(refused, request);

  const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (key === undefined) return { ...example(desk, request, "unauthorised"), note: "no key" };
  const unwelcome = refusedKey(key);
  if (unwelcome?.example) return { ...example(desk, request, unwelcome.example), note: unwelcome.name };
  if (refused) return politely(desk, refused, request);
  const unseen = request.form && unseenFault(request.form);
  if (unseen !== undefined) return invalid(desk, request, unseen);
  // As with Prism, a caller may choose a documented reply himself; nothing is created then.
  const { prefer = "" } = request.headers;
  const preferred = /(?:^|,)\s*example=([\w-]+)/.exec(prefer)?.[1];
  const code = Number(/(?:^|,)\s*code=(\d+)/.exec(prefer)?.[1]) || undefined;
  if (preferred) return { ...example(desk, request, preferred, code), note: `example ${preferred}` };
  return service.answer({ ...request, key, origin });
}

/** As MiniMax refuses: each version in its own manner. What the spec declares no reply to is answered as Prism does. */
function politely(desk: Desk, refused: Refused, request: Asked): Answer | Promise<Answer> {
  const { violations, problem, status } = refused;
  if (request.malformed) return invalid(desk, request, `the body is not ${request.malformed}`);
  if (isV2(request.path)) return refusalOfV2(desk, request, violations);
  if (status !== 422 && "title" in problem) return strictly(refused, request);
  const refusal = refusalOf(violations, request.path, request.body);
  return { json: reworded(exampleJson(desk, request, refusal.example), refusal.message), note: "invalid" };
}

function strictly({ problem, status, headers, violations }: Refused, { malformed }: Asked): Answer {
  // The body that Prism's own server gives, which parses before it routes to a validator.
  if (malformed === "JSON" && status === 422) return { problem: { error: { code: "invalid_json" } }, status: 400 };
  return { problem, status, headers, note: violations[0]?.code ?? "refused" };
}
