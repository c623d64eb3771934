import type { CheckResult, Issue } from "../base/check-result.js";
import { ValidationError } from "../base/errors.js";
import { isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { TaskKind } from "../base/task.js";
import { cells } from "../generated/offers.js";
import { type RequestName, validators } from "../generated/validators.js";
import { adviceIssues } from "../kinds/advice.js";
import { costOf } from "../kinds/cost.js";
import { kindOf } from "../kinds/kind-of.js";
import { APIS } from "../kinds/kinds.js";
import { MODES, modeOf, videoModeOf } from "../kinds/mode.js";
import { withoutMedia } from "../media/json-body.js";
import { callbackIssues } from "./callback-url.js";
import { imageIssues } from "./images.js";
import { promptIssues } from "./prompt-issues.js";
import { refused, resultOf, undocumented } from "./result.js";
import { issuesOf, LONGEST_TEXT } from "./schema-issues.js";

/** Everything that can be known of a request without sending it, by the spec of the server it would go to. */
export async function check(request: unknown, server: Server, kind?: TaskKind): Promise<CheckResult> {
  if (!isRecord(request)) return refused({ path: "", rule: "type", message: "a request is an object" });
  const create = kind ?? kindOf(request);
  if (APIS[create].version === 2) return (await import("./check2.js")).checkVersion2(request, server, create);
  const { spec } = server;
  if (create === "template") return checkVersion1(request, server, "VideoTemplateGenerationReq");
  return checkVersion1(request, server, kind ? videoModeOf(request, spec) : modeOf(request, spec));
}

function checkVersion1(request: Record<string, unknown>, server: Server, mode: RequestName): CheckResult {
  const validate = validators[server.spec][mode];
  if (!validate) return refused(undocumented(MODES[mode], server));
  // To the schema an image is its data URL, whatever form it is held in.
  const plain = cut(withoutMedia(request, ({ type }) => `data:${type};base64,AAAA`) as Record<string, unknown>);
  const broken = validate(plain)
    ? []
    : issuesOf(validate.errors ?? [], plain, mode, { offers: offersOf(plain, mode, server) });
  const issues = [...broken, ...ruleIssues(request, server, mode, new Set(broken.map(({ path }) => path)))];
  return resultOf(issues, () => costOf(request, server));
}

/** A prompt that is ten times too long is too long after its first part, too. */
function cut(request: Record<string, unknown>): Record<string, unknown> {
  const { prompt } = request;
  const long = typeof prompt === "string" && prompt.length > LONGEST_TEXT;
  return long ? { ...request, prompt: prompt.slice(0, LONGEST_TEXT) } : request;
}

/** What no schema can say. `judged` are the paths that the schema has already refused: one word about a fault is enough. */
function ruleIssues(request: Record<string, unknown>, server: Server, mode: RequestName, judged: Set<string>): Issue[] {
  return [
    ...imageIssues(request, judged),
    ...promptIssues(request, mode),
    ...callbackIssues(request, server),
    ...adviceIssues(request, server, mode),
  ].filter(({ path }) => !judged.has(path));
}

/**
 * As `check`, for the create of a kind of task; what is left are warnings.
 * @throws {ValidationError} with every issue, when one of them is an error.
 */
export async function assertSendable(request: unknown, server: Server, kind: TaskKind): Promise<CheckResult> {
  const result = await check(request, server, kind);
  if (result.ok) return result;
  const facts = { operation: APIS[kind].create.operation, server: server.baseUrl };
  throw new ValidationError(`The request was not sent to ${server.name}:`, result.issues, facts);
}

/** What the model of a request can do in its mode: "MiniMax-Hailuo-02 offers 6 s at 768P or 1080P, 10 s at 768P". */
function offersOf({ model }: Record<string, unknown>, mode: RequestName, { spec }: Server): string {
  const accepts = typeof model === "string" ? cells[spec][mode]?.[model]?.accepts : undefined;
  if (!accepts?.length) return "";
  return `${model} offers ${accepts.map(([seconds, sizes]) => `${seconds} s at ${sizes.join(" or ")}`).join(", ")}`;
}
