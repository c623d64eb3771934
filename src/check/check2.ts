import { withoutMedia } from "../create/body.js";
import { expectsV2 } from "../generated/offers-v2.js";
import { isRecord } from "../record.js";
import type { Server } from "../server.js";
import type { TaskKind } from "../task.js";
import { callbackIssues } from "./callback.js";
import type { CheckResult } from "./check.js";
import { costOfV2 } from "./cost2.js";
import { issuesOf, LONGEST_TEXT } from "./issues.js";
import { mediaIssues } from "./media.js";
import { refused, resultOf, undocumented } from "./result.js";
import { modeOfV2, validatorOf, type WishV2 } from "./version2.js";

const WISHES: Partial<Record<TaskKind, WishV2>> = { regeneration: "regeneration", h3_context_ir: "prompt" };

/** As `check`, for a request of version 2, which only the official servers document. Loaded when the first one comes. */
export async function checkVersion2(
  request: Record<string, unknown>,
  server: Server,
  kind: TaskKind,
): Promise<CheckResult> {
  const mode = modeOfV2(request, WISHES[kind] ?? "video");
  if (server.spec !== "minimax") return refused(undocumented("version 2 of the API, which has MiniMax-H3", server));
  const validate = await validatorOf(mode);
  // To the schema a file is its data URL, whatever form it is held in.
  const plain = cut(withoutMedia(request, ({ type }) => `data:${type};base64,AAAA`)) as Record<string, unknown>;
  const broken = validate(plain) ? [] : issuesOf(validate.errors ?? [], plain, mode, { wanted: expectsV2[mode] });
  const judged = new Set(broken.map(({ path }) => path));
  const rules = [...mediaIssues(request, judged), ...callbackIssues(request, server)];
  const issues = [...broken, ...rules.filter(({ path }) => !judged.has(path))];
  return resultOf(issues, () => costOfV2(request, server, kind));
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
