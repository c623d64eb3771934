import type { CheckResult, Issue } from "../base/check-result.js";
import { isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { TaskKind } from "../base/task.js";
import { fields } from "../generated/offers.js";
import { expectsV2 } from "../generated/offers-v2.js";
import type { RequestNameV2 } from "../generated/validators.js";
import { adviceIssuesV2 } from "../kinds/advice2.js";
import { WORDS, wireOf } from "../kinds/content-items.js";
import { costOfV2 } from "../kinds/cost2.js";
import { modeOfV2, validatorOf, type WishV2 } from "../kinds/version2.js";
import { inFields } from "../kinds/words2.js";
import { withoutMedia } from "../media/json-body.js";
import { callbackIssues } from "./callback-url.js";
import { mediaIssues } from "./media-issues.js";
import { textIssues } from "./prompt-issues.js";
import { refused, resultOf, undocumented } from "./result.js";
import { issuesOf, LONGEST_TEXT, type Wording } from "./schema-issues.js";

const WISHES: Partial<Record<TaskKind, WishV2>> = { regeneration: "regeneration", h3_context_ir: "prompt" };

/** As `check`, for a request of version 2, which only the official servers document. Loaded when the first one comes. */
export async function checkVersion2(
  request: Record<string, unknown>,
  server: Server,
  kind: TaskKind,
): Promise<CheckResult> {
  const { body, fieldOf } = wireOf(request);
  const mode = modeOfV2(body, WISHES[kind] ?? "video");
  if (server.spec !== "minimax") return refused(undocumented("version 2 of the API, which has MiniMax-H3", server));
  const validate = await validatorOf(mode);
  // To the schema a file is its data URL, whatever form it is held in.
  const plain = cut(withoutMedia(body, ({ type }) => `data:${type};base64,AAAA`)) as Record<string, unknown>;
  const broken = validate(plain) ? [] : issuesOf(validate.errors ?? [], plain, mode, wordingOf(mode, fieldOf));
  const judged = new Set(broken.map(({ path }) => path));
  const rules = [
    ...mediaIssues(body, judged),
    ...promptIssues(body.content),
    ...callbackIssues(request, server),
    ...adviceIssuesV2(body, server, mode),
  ];
  const issues = [...broken, ...rules.filter(({ path }) => !judged.has(path))];
  return resultOf(fieldOf ? inFields(issues, fieldOf, mode) : issues, () => costOfV2(body, server, kind));
}

/** Whoever writes fields is told of fields. */
function wordingOf(mode: RequestNameV2, fieldOf: readonly string[] | undefined): Wording {
  const wanted = expectsV2[mode];
  if (!fieldOf) return { wanted };
  return { wanted, known: [...WORDS, ...(fields[mode] ?? []).filter((name) => name !== "content")] };
}

function promptIssues(content: unknown): Issue[] {
  const items: unknown[] = Array.isArray(content) ? content : [];
  return items.flatMap((item, index) => (isRecord(item) ? textIssues(item.text, `content[${index}].text`) : []));
}

/** A text that is far too long is too long after its first part, too. */
function cut(request: unknown): unknown {
  if (!isRecord(request) || !Array.isArray(request.content)) return request;
  const content = request.content.map((item: unknown) =>
    isRecord(item) && typeof item.text === "string" && item.text.length > LONGEST_TEXT
      ? { ...item, text: item.text.slice(0, LONGEST_TEXT) }
      : item,
  );
  return { ...request, content };
}
