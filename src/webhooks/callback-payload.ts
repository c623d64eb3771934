import { isRecord } from "../base/record.js";
import type { TaskKind, TaskStatus } from "../base/task.js";
import { exactIds } from "../http/parse-response.js";
import { inVersion1, unwrap } from "../http/reply-shapes.js";
import { statusFrom } from "../http/task-status.js";
import { kindFromTaskType } from "../kinds/kinds.js";

/** What a callback says: a challenge to be sent back, or where a task stands; in version 2 also of which kind it is. */
export type Payload = { readonly challenge: string } | { readonly status: TaskStatus; readonly kind?: TaskKind };

/**
 * A body understood, as text or as somebody's parser left it: the shape of the query (seeds 000, 001 and 003), a gateway's
 * envelope around it, or `{ task }` of version 2. Undefined for everything else.
 */
export function payloadIn(body: unknown): Payload | undefined {
  try {
    return payloadFrom(body);
  } catch {
    // No JSON; or an object from somebody's parser, with getters that throw.
    return undefined;
  }
}

function payloadFrom(body: unknown): Payload | undefined {
  const json =
    typeof body === "string" ? jsonOf(body) : body instanceof Uint8Array ? jsonOf(decoder.decode(body)) : body;
  if (!isRecord(json)) return undefined;
  const { challenge } = json;
  if (typeof challenge === "string") return { challenge };
  const reply = unwrap(json);
  const content = inVersion1(reply);
  if (!isRecord(content) || typeof content.status !== "string" || !content.status) return undefined;
  const id = idFrom(content.task_id ?? content.id);
  if (id === undefined) return undefined;
  const status = statusFrom({ ...content, file_id: idFrom(content.file_id) }, id);
  return isRecord(reply) && isRecord(reply.task)
    ? { status, kind: kindFromTaskType(reply.task.task_type) }
    : { status };
}

const decoder = new TextDecoder();

function jsonOf(text: string): unknown {
  // Some decoders leave the byte order mark where it is.
  return JSON.parse(exactIds(text.startsWith("\ufeff") ? text.slice(1) : text));
}

/** What a parser made a number of is an id only where no digit can have been lost. */
function idFrom(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === "string" && /^\w{1,64}$/.test(text) ? text : undefined;
}
