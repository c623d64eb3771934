import type { Issue } from "../base/check-result.js";
import type { RequestName } from "../generated/validators.js";
import { WORDS } from "./content-items.js";
import { MODES } from "./mode.js";

/** What is said of a body of version 2, said of the fields that its `content` was made of. */
export function inFields(issues: readonly Issue[], fieldOf: readonly string[], mode: RequestName): Issue[] {
  return issues.map((issue) => {
    const message = issue.message.replace(/content\[(\d+)\]\.\w+\.url/g, (path, at) => fieldOf[at] ?? path);
    const [, at = "", rest] = /^content\[(\d+)\](.*)$/.exec(issue.path) ?? [];
    const path = fieldOf[Number(at || Number.NaN)];
    // An item of another mode: its role is what gives it away.
    if (path !== undefined) return rest === ".role" ? excluded(path, mode) : { ...issue, path, message };
    if (issue.path === "content") return countIssue(issue, mode);
    if (issue.path === "subject_reference")
      return { ...issue, message: "belongs to S2V-01; here it is reference_images" };
    if (!WORDS.includes(issue.path)) return { ...issue, message };
    return { ...issue, rule: "type", message: "must be of type array" };
  });
}

function excluded(path: string, mode: RequestName): Issue {
  return { path, rule: "mode", severity: "error", message: `does not go with ${MODES[mode]}` };
}

/** What counts all items together is said of the request. Of words there can be too few alone, and there is one field for them. */
function countIssue(issue: Issue, mode: RequestName): Issue {
  if (issue.message === "takes exactly one text")
    return { ...issue, path: "prompt", rule: "required", message: `is required for ${MODES[mode]}` };
  return { ...issue, path: "" };
}
