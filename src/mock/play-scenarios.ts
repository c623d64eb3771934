/** Plays scenarios: picks the one that a request meets, and replies with it or spoils the service's own reply. */
import { byteReply, exampleReply, invalidParams, jsonReply, type MockReply } from "./mock-reply.js";
import type { MockCall } from "./mock-state.js";
import type { Fault } from "./parse-scenarios.js";

const SECOND = 1000;

/** A fault to play now; `attempt` counts from one. */
interface PickedFault extends Fault {
  attempt: number;
}

/** What answers a request if no scenario prevents it. */
export type CarryOut = (call: MockCall) => MockReply | Promise<MockReply>;

/** Carries out a request, unless a scenario prevents it, and spoils the reply if one says so. */
export async function playScenario(call: MockCall, carryOut: CarryOut): Promise<MockReply> {
  const fault = pickFault(call);
  if (!fault) return carryOut(call);
  const { name: note, moment, example, exampleV2 = example } = fault.scenario;
  const reply = moment === "before" ? disconnected() : await carryOut(call);
  const named = call.isV2 ? exampleV2 : example;
  const played = named ? exampleReply(call, named) : PLAYS[note]?.(reply, fault, call);
  return { ...(played ?? reply), note };
}

/** Whether the scenario of this name is played now. Counts the attempt. */
export function isPlayed(call: MockCall, name: string): boolean {
  return pickFault(call, name) !== undefined;
}

/**
 * The first fault that acts on this request and has not yet been played often enough: one of this scenario, or else one that
 * concerns the reply rather than the fate of a task or its link. Counts how often each was met.
 */
export function pickFault(call: MockCall, name?: string): PickedFault | undefined {
  const { operation, subject, key } = call;
  const { attempts } = call.mock;
  for (const fault of call.faults) {
    const { scenario, on, text } = fault;
    const concernsReply = scenario.moment !== "later" || scenario.name === "cut_download";
    if (!on.includes(operation) || !(name === undefined ? concernsReply : scenario.name === name)) continue;
    // A burst counts all requests with a key; other scenarios count each operation on each subject separately.
    const place = `${text} ${scenario.name === "burst" ? key : `${operation} ${subject}`}`;
    const attempt = (attempts.get(place) ?? 0) + 1;
    attempts.set(place, attempt);
    if (isDue(fault, attempt)) return { ...fault, attempt };
  }
  return undefined;
}

function isDue({ scenario, times, number = 1 }: Fault, attempt: number): boolean {
  if (scenario.name === "flaky_poll" && times === Number.POSITIVE_INFINITY) return attempt % 2 === 1;
  if (scenario.name === "file_changed") return attempt > number;
  return attempt <= times;
}

/** V2 uses HTTP 429 itself; in V1 it comes from a proxy before the service. */
function tooManyRequests(call: MockCall, retryAfter: string): MockReply {
  const headers = { "retry-after": retryAfter };
  if (call.isV2) return exampleReply(call, "rateLimited", { headers });
  return jsonReply({ type: "about:blank", title: "Too Many Requests", status: 429 }, { status: 429, headers });
}

const BAD_GATEWAY =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

const disconnected = (): MockReply => ({ status: 0, headers: {}, body: Buffer.alloc(0) });
const half = ({ body }: Pick<MockReply, "body">) => body.length >> 1;

/** What each scenario replies that has no example in the spec. `reply` is the service's own, if the request was carried out. */
const PLAYS: Record<string, (reply: MockReply, fault: PickedFault, call: MockCall) => MockReply> = {
  too_many_requests: (_, { number = 1 }, call) => tooManyRequests(call, String(number)),
  retry_date: (_, { number = 2 }, call) =>
    tooManyRequests(call, new Date(call.mock.now() + number * SECOND).toUTCString()),
  gateway_balance() {
    const error = { message: "insufficient balance (1008) (request id: 20261129)", type: "new_api_error", code: "" };
    return jsonReply({ error }, { status: 429 });
  },
  gateway_quota() {
    const message = "the quota of this user is used up";
    return jsonReply({ code: "insufficient_user_quota", message, data: null }, { status: 403 });
  },
  redirected: (_, __, { path }) =>
    jsonReply({}, { status: 308, headers: { location: `https://moved.invalid${path}` } }),
  unknown_task: (_, __, call) => invalidParams(call, "task_id not found"),
  flaky_poll(_, { attempt, times }, call) {
    const failures = times === Number.POSITIVE_INFINITY ? (attempt + 1) / 2 : attempt;
    return failures % 2 === 0 ? exampleReply(call, "rateLimited") : disconnected();
  },
  lost_reply: disconnected,
  cut_reply: (reply, { number = half(reply) }) => ({ ...reply, cutAfter: number }),
  cut_download: (reply) => ({ ...reply, cutAfter: half(reply) }),
  plain_text: () => byteReply("text/plain", "upstream connect error or disconnect before headers\n", { status: 503 }),
  unclear: () => byteReply("text/html", BAD_GATEWAY, { status: 502 }),
  empty_reply: ({ headers }) => byteReply(String(headers["content-type"]), ""),
  half_json: (reply) => byteReply("application/json", reply.body.subarray(0, half(reply))),
  garbage: () => byteReply("text/plain", "Welcome to the network of this hotel.\n"),
  // Codes as strings, empty lists as null, base_resp beside a task.
  gateway_json(reply) {
    if (reply.status !== 200) return reply;
    const { base_resp, ...json } = JSON.parse(reply.body.toString());
    const loose = { ...json, base_resp: { ...base_resp, status_code: String(base_resp?.status_code ?? 0) } };
    const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
    const text = JSON.stringify(loose, (_, value) => (isEmpty(value) ? null : value));
    return byteReply("application/json", text);
  },
  slow_headers: (reply, { number = SECOND }) => ({ ...reply, wait: number }),
  slow_body: (reply, { number = SECOND }) => ({ ...reply, trickle: number }),
  wrong_length(reply) {
    const { length } = reply.body;
    return { ...reply, headers: { ...reply.headers, "content-length": length + 100 }, cutAfter: length };
  },
  no_length({ headers: { "content-length": _, ...headers }, ...reply }) {
    return { ...reply, headers, body: reply.body.subarray(0, half(reply)) };
  },
};
