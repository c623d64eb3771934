import { type Cost, costOf } from "./cost.js";
import { ValidationError } from "./errors.js";
import { isRecord } from "./gateways.js";
import { cells } from "./generated/offers.js";
import { type RequestName, validators } from "./generated/validators.js";
import { issuesOf } from "./issues.js";
import { MODES, modeOf, videoModeOf } from "./request.js";
import type { Server } from "./server.js";
import type { TaskKind } from "./task.js";

/** One thing found in a request before it was sent. */
export interface Issue {
  /** Where: `resolution`, `subject_reference[0].image`; empty for the request as a whole. */
  path: string;
  /** The rule that speaks: a keyword of the schema, or the name of a handwritten one. */
  rule: string;
  /** An error refuses the request; a warning only informs. */
  severity: "error" | "warning";
  /** Says what would be accepted. Never quotes a prompt or an image. */
  message: string;
}

export interface CheckResult {
  /** Whether `create` would send it: no issue is an error. */
  ok: boolean;
  issues: Issue[];
  /** Absent when no documented list has a price for it. */
  cost?: Cost;
}

/** Everything that can be known of a request without sending it, by the spec of the server it would go to. */
export function check(request: unknown, server: Server, mode: RequestName = modeOf(request, server.spec)): CheckResult {
  if (!isRecord(request)) return refused({ path: "", rule: "type", message: "a request is an object" });
  const validate = validators[server.spec][mode];
  if (!validate) {
    const known = Object.keys(validators[server.spec]).map((name) => MODES[name as RequestName]);
    return refused({
      path: "",
      rule: "mode",
      message: `${server.name} documents no ${MODES[mode]}; it takes ${known.join(", ")}`,
    });
  }
  const issues = validate(request)
    ? []
    : issuesOf(validate.errors ?? [], request, mode, offersOf(request, mode, server));
  const cost = issues.length ? undefined : costOf(request, server);
  return { ok: !issues.length, issues, ...(cost ? { cost } : {}) };
}

/**
 * As `check`, for the create of a kind of task.
 * @throws {ValidationError} with every issue, when one of them is an error.
 */
export function assertSendable(request: unknown, server: Server, kind: TaskKind): void {
  const template = kind === "template";
  const { ok, issues } = check(
    request,
    server,
    template ? "VideoTemplateGenerationReq" : videoModeOf(request, server.spec),
  );
  if (!ok)
    throw new ValidationError(`The request was not sent to ${server.name}:`, issues, {
      operation: template ? "videoTemplateGeneration" : "videoGeneration",
      server: server.baseUrl,
    });
}

function refused(issue: Omit<Issue, "severity">): CheckResult {
  return { ok: false, issues: [{ ...issue, severity: "error" }] };
}

/** What the model of a request can do in its mode: "MiniMax-Hailuo-02 offers 6 s at 768P or 1080P, 10 s at 768P". */
function offersOf({ model }: Record<string, unknown>, mode: RequestName, { spec }: Server): string {
  const accepts = cells[spec][mode]?.[String(model)]?.accepts;
  if (!accepts?.length) return "";
  return `${model} offers ${accepts.map(([seconds, sizes]) => `${seconds} s at ${sizes.join(" or ")}`).join(", ")}`;
}
