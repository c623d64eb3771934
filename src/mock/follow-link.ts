/** Following a download link: whether it is valid, and what is behind it. */
import { byteReply, type MockReply, unknownScenarios } from "./mock-reply.js";
import type { MockState } from "./mock-state.js";
import { fileReply, type LinkProblem, redirectReply, refusedLinkReply } from "./object-store.js";
import { FAULT_HEADER, faultsInHeader, mergeFaults } from "./parse-scenarios.js";
import { type FaultContext, pickByName } from "./pick-scenario.js";
import { playScenario } from "./play-scenario.js";
import type { PrismRequest } from "./prism-engine.js";
import { linkedFileId, movedLink } from "./signed-links.js";
import type { StoredFile } from "./stored-files.js";

/** The reply to a request for a link. HEAD does not count as a download, and no scenario acts on it. */
export async function followLink(state: MockState, url: URL, { method, headers }: PrismRequest): Promise<MockReply> {
  const { links, files, attempts, now } = state;
  if (method !== "get" && method !== "head") return { raw: byteReply(405, "text/plain", "", { allow: "GET, HEAD" }) };
  const verdict = links.verify(url, now());
  if (verdict !== "good") return refusedLink(verdict);
  const fileId = linkedFileId(url.pathname) ?? "";
  const file = files.get(fileId);
  // The signature is good, so the file existed and has been deleted.
  if (!file) return refusedLink("gone");
  if (method === "head") return downloadReply(file, headers, { ranges: true });

  const { faults, unknown } = mergeFaults(faultsInHeader(headers[FAULT_HEADER]), { faults: file.faults, unknown: [] });
  if (unknown.length > 0) return { problem: { title: unknownScenarios(unknown), status: 400 }, status: 400 };
  const context: FaultContext = { operation: "download", subject: file.subject, key: "", faults };
  const redirect = redirectOf(state, context, url);
  if (redirect) return redirect;
  const call = { ...context, method, path: url.pathname, query: {}, headers, origin: url.origin, id: fileId };
  return playScenario(state, call, () => {
    const changed = pickByName(attempts, context, "file_changed") !== undefined;
    const ranges = headers.range === undefined || !pickByName(attempts, context, "range_ignored");
    return downloadReply(file, headers, { changed, ranges });
  });
}

function refusedLink(problem: LinkProblem): MockReply {
  return { raw: refusedLinkReply(problem), note: problem };
}

/** A redirect, if a scenario requests one. A link redirects once. */
function redirectOf({ attempts }: MockState, context: FaultContext, url: URL): MockReply | undefined {
  const moved = movedLink(url);
  if (!moved) return undefined;
  if (pickByName(attempts, context, "redirected_link"))
    return { raw: redirectReply(moved.href), note: "redirected_link" };
  const misdirected = `ftp://${url.host}${url.pathname}${url.search}`;
  if (pickByName(attempts, context, "misdirected_link"))
    return { raw: redirectReply(misdirected), note: "misdirected_link" };
  return undefined;
}

async function downloadReply(
  file: StoredFile,
  headers: Record<string, string>,
  { ranges, changed = false }: { ranges: boolean; changed?: boolean },
): Promise<MockReply> {
  const raw = fileReply(headers, await file.bytes(changed), { ranges, type: file.type });
  return { raw, note: file.note(changed) };
}
