/** The public call of an operation, to a server that answers each of its requests alike; and a callback, as its user hears of it. */
import { inspect } from "node:util";
import { expect } from "vitest";
import { createClient, type MiniMax, type ServerName, type TaskKind, type TaskStatus } from "../../src/index.js";
import { createWebhookHandler, webhookUrl } from "../../src/webhooks/index.js";
import type { Name } from "./documents.js";
import { callOf, PROMPT } from "./replies.js";

const KEY = "sk-nobody-may-see-this-key";
const LIKE: Record<Name, ServerName> = { minimax: "global", quickrouter: "quickrouter", aimanyi: "aimanyi" };

/** A client for which no time passes but that of its pauses. */
function clientAt(root: Name, baseUrl: string, send: typeof fetch): MiniMax {
  let time = Date.UTC(2026, 10, 20);
  const clock = {
    now: () => time,
    random: () => 0.5,
    pause: async (milliseconds: number) => {
      time += milliseconds;
    },
  };
  return createClient({ apiKey: KEY, server: { baseUrl, like: LIKE[root] }, clock, fetch: send });
}

/** What a call comes to when each of its requests is answered alike, and how often it was sent. */
export async function outcomeOf({ root, operationId, name }: Asked, baseUrl: string, answer: typeof fetch) {
  let sent = 0;
  const { make } = callOf(operationId);
  const minimax = clientAt(root, baseUrl, (url, init) => {
    // Where a task stands is asked before it is deleted.
    if (operationId === "videoGenerationV2Delete" && init?.method === "GET") return standing(name);
    sent++;
    return answer(url, init);
  });
  const [value, error] = await make(minimax, root, name).then(
    (value) => [value],
    (error: unknown) => [undefined, error],
  );
  if (error) expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(SECRETS);
  return { value, error, sent };
}

interface Asked {
  root: Name;
  operationId: string;
  /** Of the example that is answered. */
  name: string;
}

const standing = async (name: string) =>
  Response.json({ task: { id: "424010985738629", status: name === "deleted" ? "succeeded" : "queued" } });

const SECRETS = new RegExp(`${KEY}|${PROMPT}`);

/** The error of a call that was refused for a reason of one kind, or left open by it. */
export function errorOf({ root, operationId, name }: Asked, cause: object, isOpen: boolean): object {
  const { sort, facts } = callOf(operationId);
  const operation = operationId;
  if (sort === "create" && isOpen) return { name: "SubmissionUnknownError", operation, cause };
  const isAsked = sort === "upload" && isOpen;
  return {
    ...cause,
    operation,
    ...facts?.(root, name),
    message: isAsked ? expect.stringContaining(ASK) : expect.not.stringContaining("not known"),
  };
}

const ASK = 'The file may or may not have arrived: files.list({ purpose: "video_generation_input" }) shows it';

const SECRET = "a secret of the receiver, which nobody may see";

/** What becomes of a callback to an address that was made for a create of some kind. */
export async function calledBack(kind: TaskKind, payload: unknown) {
  const heard: { status: TaskStatus; kind: TaskKind }[] = [];
  const onStatus = (status: TaskStatus, about: { kind: TaskKind }) => heard.push({ status, ...about });
  const handler = createWebhookHandler({ secret: SECRET, onStatus });
  const url = await webhookUrl("https://your-domain.com/api/video/callback", { secret: SECRET, kind });
  const headers = { "content-type": "application/json" };
  const answer = await handler(new Request(url, { method: "POST", headers, body: JSON.stringify(payload) }));
  return { http: answer.status, answer: await answer.json(), heard };
}
