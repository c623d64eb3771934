import { idFrom, isRecord } from "../base/record.js";
import type { TaskKind, TaskStatus } from "../base/task.js";
import { exactIds, inVersion1 } from "../http/reply-shapes.js";
import { statusFrom } from "../http/task-status.js";
import { kindFromTaskType } from "../kinds/kinds.js";

/** The content of a callback: a challenge to send back, as JSON, or the status of a task. API v2 also names the kind of the task. */
export type Payload = { readonly challenge: string } | { readonly status: TaskStatus; readonly kind?: TaskKind };

/**
 * Parses a body, given as text or as the result of a JSON parser. It has the shape of a query's reply (seeds 000, 001 and 003),
 * perhaps in the envelope of a gateway, or is the `{ task }` of API v2. Returns undefined for anything else.
 */
export function payloadIn(body: unknown): Payload | undefined {
  try {
    return payloadFrom(body);
  } catch {
    // Not JSON, or an object with getters that throw.
    return undefined;
  }
}

function payloadFrom(body: unknown): Payload | undefined {
  const text = body instanceof Uint8Array ? decoder.decode(body) : body;
  // Some decoders keep the byte order mark.
  const json: unknown = typeof text === "string" ? JSON.parse(exactIds(text.replace(/^\ufeff/, ""))) : text;
  if (!isRecord(json)) return undefined;
  const { challenge } = json;
  if (typeof challenge === "number") {
    // Digit by digit, as it was received.
    const numbers = [...String(text).matchAll(/"challenge"\s*:\s*(-?\d[\d.eE+-]*)/g)].map(([, digits]) => digits);
    return { challenge: numbers.find((digits) => Number(digits) === challenge) ?? String(challenge) };
  }
  // The vendor's sample returns whatever it receives. Not every value has JSON.
  const echo: string | undefined = JSON.stringify(challenge ?? undefined);
  if (echo !== undefined) return { challenge: echo };
  const content = inVersion1(json);
  if (!isRecord(content) || typeof content.status !== "string" || !content.status) return undefined;
  const id = wholeId(content.task_id ?? content.id);
  if (id === undefined) return undefined;
  const status = statusFrom({ ...content, file_id: wholeId(content.file_id) }, id);
  return "task_type" in content ? { status, kind: kindFromTaskType(content.task_type) } : { status };
}

const decoder = new TextDecoder();

/** A number is an id only if the parser cannot have lost a digit. */
function wholeId(value: unknown): string | undefined {
  return idFrom(Number.isSafeInteger(value) ? String(value) : value);
}
