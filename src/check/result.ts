import type { CheckResult, Cost, Issue } from "../base/check-result.js";
import type { Server } from "../base/server.js";
import { type RequestName, validators } from "../generated/validators.js";
import { MODES } from "../kinds/mode.js";

/** What is found, and the price of what would be sent. */
export function resultOf(issues: Issue[], priced: () => Cost | undefined): CheckResult {
  const ok = issues.every(({ severity }) => severity !== "error");
  const cost = ok ? priced() : undefined;
  return { ok, issues, ...(cost ? { cost } : {}) };
}

/** Something that the spec of a gateway does not have. */
export function undocumented(what: string, { name, spec }: Server): Omit<Issue, "severity"> {
  const known = Object.keys(validators[spec]).map((name) => MODES[name as RequestName]);
  return { path: "", rule: "mode", message: `${name} does not document ${what}; it takes ${known.join(", ")}` };
}

export function refused(issue: Omit<Issue, "severity">): CheckResult {
  return { ok: false, issues: [{ ...issue, severity: "error" }] };
}
