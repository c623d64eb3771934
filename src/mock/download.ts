/** Following a link: whether it may be followed, and what of the file behind it. */
import { bytesOf, otherClip } from "./clips.js";
import { type Asking, dueOf } from "./due.js";
import type { EngineRequest } from "./engine.js";
import { played } from "./faults.js";
import { fileIdIn, movedFrom } from "./links.js";
import { deniedParcel, fileParcel, redirectParcel } from "./storage.js";
import type { Task } from "./tasks.js";
import { filled } from "./wire.js";
import { FAULT_HEADER, inHeader, together } from "./wishes.js";
import { type Answer, unplayable, type World } from "./world.js";

/** The answer to whoever follows a link. A look at the headers alone counts as no download, and nothing happens to it. */
export async function download(world: World, url: URL, { method, headers }: EngineRequest): Promise<Answer> {
  if (method !== "get" && method !== "head") return { parcel: filled(405, "text/plain", "", { allow: "GET, HEAD" }) };
  const verdict = world.links.judge(url, world.now());
  const task = world.files.get(fileIdIn(url.pathname) ?? "");
  if (verdict !== "good" || !task) return denied(verdict === "expired" ? "expired" : "forged");
  if (method === "head")
    return { parcel: fileParcel(headers, await bytesOf(task.clip), { ranges: true }), note: task.clip.name };

  const { wishes, unknown } = together(inHeader(headers[FAULT_HEADER]), { wishes: task.wishes, unknown: [] });
  if (unknown.length > 0) return { problem: { title: unplayable(unknown), status: 400 }, status: 400 };
  const asking: Asking = { operation: "download", subject: task.taskId, key: "", wishes };
  const onward = leadsOn(world, asking, url);
  if (onward) return onward;
  const call = { ...asking, method, path: url.pathname, query: {}, headers, origin: url.origin };
  return played(world, call, () => fileOf(world, asking, task, headers));
}

function denied(why: "expired" | "forged"): Answer {
  return { parcel: deniedParcel(why), note: why };
}

/** A redirect, if a scenario asks for one. A link that has moved stays where it is. */
function leadsOn({ attempts }: World, asking: Asking, url: URL): Answer | undefined {
  const moved = movedFrom(url);
  if (!moved) return undefined;
  if (dueOf(attempts, asking, "redirected_link"))
    return { parcel: redirectParcel(moved.href), note: "redirected_link" };
  const astray = `ftp://${url.host}${url.pathname}${url.search}`;
  if (dueOf(attempts, asking, "misdirected_link")) return { parcel: redirectParcel(astray), note: "misdirected_link" };
  return undefined;
}

async function fileOf(
  { attempts }: World,
  asking: Asking,
  task: Task,
  headers: Record<string, string>,
): Promise<Answer> {
  const clip = dueOf(attempts, asking, "file_changed") ? otherClip(task.clip) : task.clip;
  const ranges = headers.range === undefined || !dueOf(attempts, asking, "range_ignored");
  return { parcel: fileParcel(headers, await bytesOf(clip), { ranges }), note: clip.name };
}
