/** Following a link: whether it may be followed, and what of the file behind it. */
import { type Asking, dueOf } from "./due.js";
import type { EngineRequest } from "./engine.js";
import { played } from "./faults.js";
import type { StoredFile } from "./files.js";
import { fileIdIn, movedFrom } from "./links.js";
import { type Dead, deadParcel, fileParcel, redirectParcel } from "./storage.js";
import { filled } from "./wire.js";
import { FAULT_HEADER, inHeader, together } from "./wishes.js";
import { type Answer, unplayable, type World } from "./world.js";

/** The answer to whoever follows a link. A look at the headers alone counts as no download, and nothing happens to it. */
export async function download(world: World, url: URL, { method, headers }: EngineRequest): Promise<Answer> {
  if (method !== "get" && method !== "head") return { parcel: filled(405, "text/plain", "", { allow: "GET, HEAD" }) };
  const verdict = world.links.judge(url, world.now());
  if (verdict !== "good") return dead(verdict);
  const fileId = fileIdIn(url.pathname) ?? "";
  const file = world.files.get(fileId);
  // A good link was once to a file: it has been deleted since.
  if (!file) return dead("gone");
  if (method === "head") return fileOf(file, headers, { ranges: true });

  const { wishes, unknown } = together(inHeader(headers[FAULT_HEADER]), { wishes: file.wishes, unknown: [] });
  if (unknown.length > 0) return { problem: { title: unplayable(unknown), status: 400 }, status: 400 };
  const asking: Asking = { operation: "download", subject: file.subject, key: "", wishes };
  const onward = leadsOn(world, asking, url);
  if (onward) return onward;
  const call = { ...asking, method, path: url.pathname, query: {}, headers, origin: url.origin, id: fileId };
  return played(world, call, () => {
    const changed = dueOf(world.attempts, asking, "file_changed") !== undefined;
    const ranges = headers.range === undefined || !dueOf(world.attempts, asking, "range_ignored");
    return fileOf(file, headers, { changed, ranges });
  });
}

function dead(why: Dead): Answer {
  return { parcel: deadParcel(why), note: why };
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
  file: StoredFile,
  headers: Record<string, string>,
  { ranges, changed = false }: { ranges: boolean; changed?: boolean },
): Promise<Answer> {
  return {
    parcel: fileParcel(headers, await file.bytes(changed), { ranges, type: file.type }),
    note: file.note(changed),
  };
}
