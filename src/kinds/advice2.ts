import type { Issue } from "../base/check-result.js";
import { isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { RequestNameV2 } from "../generated/validators.js";

/** What version 2 accepts and is still likely a mistake: options without effect, and what its own pages contradict themselves on. */
export function adviceIssuesV2(body: Record<string, unknown>, { region }: Server, mode: RequestNameV2): Issue[] {
  const { model, ratio, content, aigc_watermark } = body;
  const items: unknown[] = Array.isArray(content) ? content : [];
  const roles = items.map((item) => (isRecord(item) ? item.role : undefined));
  const issues: Issue[] = [];
  if (mode.startsWith("FramesTo")) {
    if (ratio !== undefined && ratio !== "adaptive")
      issues.push(warning("ratio", "frameRatio", "has no effect beside a frame, whose shape the video takes"));
    const last = roles.indexOf("last_frame");
    if (last >= 0 && items.filter((item) => isRecord(item) && item.type === "image_url").length === 1)
      issues.push(
        warning(`content[${last}]`, "lastFrameAlone", `${CONTRADICTORY} a last frame goes without a first one`),
      );
  }
  if (mode === "ReferencesToVideoV2" && model === "MiniMax-H3-Max")
    issues.push(warning("model", "maxReferences", `${CONTRADICTORY} MiniMax-H3-Max takes references; MiniMax-H3 does`));
  if (mode.endsWith("ToVideoV2") && aigc_watermark === true && region !== "china")
    issues.push(
      warning(
        "aigc_watermark",
        "watermark",
        "is documented for creates in China alone; elsewhere for what is made anew",
      ),
    );
  return issues;
}

const CONTRADICTORY = "the vendor's pages contradict each other on whether";

function warning(path: string, rule: string, message: string): Issue {
  return { path, rule, severity: "warning", message };
}
