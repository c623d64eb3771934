import { type CheckResult, refusal, warning } from "../base/check-result.js";
import { ValidationError } from "../base/errors.js";
import type { KeyKind } from "../base/key-kind.js";
import { defined, type Fields, isOfFields, isTooDeep } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { TaskKind } from "../base/task.js";
import { fields } from "../generated/offers.js";
import { type RequestName, validators } from "../generated/validators.js";
import { kindOf, kindOfAny } from "../kinds/kind-of.js";
import { kinds } from "../kinds/kinds.js";
import { MODES } from "../kinds/mode.js";
import { withoutMedia } from "../media/json-body.js";
import { adviceOn } from "../media/media-from-bytes.js";
import { callbackIssues } from "./callback-url.js";
import { meantRequest } from "./meant-request.js";
import { fileIssues } from "./media-issues.js";
import { scenarioIssues, textIssues } from "./prompt-issues.js";
import { issuesOf } from "./schema-issues.js";

/** Checks a request without sending it, against the spec of its server. Resolves with every issue and the list price. */
export async function check(request: unknown, server: Server, kind = kindOfAny(request), keyKind?: KeyKind) {
  const { body, ...result } = await checkKind(request, server, kind, keyKind);
  return result satisfies CheckResult;
}

/** Checks a request to create a task of this kind. Returns warnings and the body to send, or throws if there is an error. */
export async function assertSendable(request: unknown, server: Server, kind: TaskKind, keyKind?: KeyKind) {
  const { body, ...result } = await checkKind(request, server, kind, keyKind);
  if (result.ok && body) return { ...result, body };
  const facts = { operation: kinds[kind].create.operation, server: server.baseUrl };
  throw new ValidationError(`The request was not sent to ${server.name}:`, result.issues, facts);
}

type Checked = CheckResult & { body?: Fields };

/** Checks a request, and if it contains unknown names, also with those that were probably meant, to find all issues at once. */
async function checkKind(request: unknown, server: Server, kind: TaskKind, keyKind?: KeyKind): Promise<Checked> {
  if (!isOfFields(request) || typeof request.then === "function")
    return refused("type", adviceOn(request, undefined) ?? "must be an object");
  if (isTooDeep(request)) return refused("depth", "must not contain itself, or be nested more than six levels deep");
  const { known, ...result } = await checkAs(request, server, kind);
  if (keyKind === "token-plan" && kinds[kind].version === 2)
    result.issues.push(warning("model", "tokenPlan", "has been refused for Token Plan keys (sk-cp-), and this is one"));
  const meant = result.ok ? undefined : meantRequest(request, result.issues, known);
  if (!meant) return result;
  const wish = kind === "template" || kind === "h3_context_ir" ? kind : "video";
  const { issues } = await checkKind(meant.request, server, kindOf(meant.request, wish), keyKind);
  return { ok: false, issues: [...result.issues.filter(({ path }) => meant.renamed.includes(path)), ...issues] };
}

async function checkAs(request: Fields, server: Server, kind: TaskKind) {
  const rules = await kinds[kind].rules();
  const wire = rules.toWire?.(request) ?? { body: request };
  const { body } = wire;
  const mode = rules.modeOf(body, server);
  const validate = await rules.validatorOf(mode, server);
  if (!validate) return { ...refused("mode", undocumented(mode, kind, server)), known: [] };
  // The schema sees every file as a data URL, whatever form it is held in.
  const plain = withoutMedia(body, ({ type }) => `data:${type};base64,AAAA`) as Fields;
  const wording = validate(plain) ? undefined : (rules.wording?.(mode, wire, server) ?? {});
  const broken = wording ? issuesOf(validate.errors ?? [], plain, mode, wording) : [];
  // If the schema refuses a field, drop what the other rules say about it.
  const judged = new Set(broken.map(({ path }) => path));
  const found = [
    ...fileIssues(body, server),
    ...textIssues(body, mode),
    ...scenarioIssues(body, server),
    ...callbackIssues(body, server),
    ...rules.advise(body, server, mode),
  ].filter(({ path }) => !judged.has(path));
  const issues = [...broken, ...found].map((issue) => wire.restate?.(issue, mode) ?? issue);
  const ok = issues.every(({ severity }) => severity !== "error");
  const cost = ok ? rules.priceOf?.(body, server, mode) : undefined;
  return { ok, issues, ...defined({ cost }), body, known: wording?.known ?? fields[mode] ?? [] };
}

function refused(rule: string, message: string): CheckResult {
  return { ok: false, issues: [refusal("", rule, message)] };
}

function undocumented(mode: RequestName, kind: TaskKind, { name, spec }: Server): string {
  const what = kinds[kind].version === 2 ? "API v2, which has MiniMax-H3" : MODES[mode];
  const known = Object.keys(validators[spec]).map((name) => MODES[name as RequestName]);
  return `${name} does not document ${what}; it takes ${known.join(", ")}`;
}
