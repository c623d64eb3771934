/** Plays scenarios: picks the one that a request meets, and replies with it or spoils the service's own reply. */
import { byteReply, exampleReply, invalidParams, type MockReply, type RawReply, rawOf } from "./mock-reply.js";
import { isPathOfV2 } from "./mock-request.js";
import type { MockCall, MockState } from "./mock-state.js";
import type { Fault } from "./parse-scenarios.js";
import type { Scenario } from "./scenarios.js";

const SECOND = 1000;

/** A fault to play now; `attempt` counts from one. */
interface PickedFault extends Fault {
  attempt: number;
}

/** Carries out a request, unless a scenario prevents it, and spoils the reply if one says so. */
export async function playScenario(
  state: MockState,
  call: MockCall,
  carryOut: () => Promise<MockReply>,
): Promise<MockReply> {
  const fault = pickFault(state, call, concernsReply);
  if (!fault) return carryOut();
  const { name: note, moment } = fault.scenario;
  const example = exampleOf(fault, call);
  const reply = moment === "before" ? undefined : await carryOut();
  if (example) return exampleReply(state.engine, call, example, { note });
  const refusal = REFUSALS[note]?.(state, call, fault);
  if (refusal) return { ...refusal, note };
  return { raw: reply ? (SPOILERS[note]?.(rawOf(reply), fault.number) ?? rawOf(reply)) : disconnect(), note };
}

/** Picks the scenario of this name, if it acts on this request and has not yet been played often enough. */
export function pickByName(state: MockState, call: MockCall, name: string): PickedFault | undefined {
  return pickFault(state, call, (scenario) => scenario.name === name);
}

/** The first fault that acts on this request and has not yet been played often enough. Counts how often each was met. */
function pickFault(
  { attempts }: MockState,
  { faults, operation, subject, key }: MockCall,
  among: (scenario: Scenario) => boolean,
): PickedFault | undefined {
  for (const fault of faults) {
    if (!among(fault.scenario) || !fault.on.includes(operation)) continue;
    // A burst counts all requests with a key; other scenarios count each operation on each subject separately.
    const counted = fault.scenario.name === "burst" ? key : `${operation} ${subject}`;
    const place = `${fault.text} ${counted}`;
    const attempt = (attempts.get(place) ?? 0) + 1;
    attempts.set(place, attempt);
    if (isPlayed(fault, attempt)) return { ...fault, attempt };
  }
  return undefined;
}

function isPlayed({ scenario, times, number = 1 }: Fault, attempt: number): boolean {
  if (scenario.name === "flaky_poll" && times === Number.POSITIVE_INFINITY) return attempt % 2 === 1;
  if (scenario.name === "file_changed") return attempt > number;
  return attempt <= times;
}

/** Whether a scenario concerns the reply to one request, rather than the fate of a task or its link. */
function concernsReply({ moment, name }: Scenario): boolean {
  return moment !== "later" || name === "cut_download";
}

/** The name of the example that a scenario replies with, in the version that was called. */
function exampleOf({ scenario, attempt, times }: PickedFault, { path }: MockCall): string | undefined {
  if (scenario.name === "flaky_poll") {
    const failures = times === Number.POSITIVE_INFINITY ? (attempt + 1) / 2 : attempt;
    return failures % 2 === 0 ? "rateLimited" : undefined;
  }
  return isPathOfV2(path) ? (scenario.exampleV2 ?? scenario.example) : scenario.example;
}

/** What is played instead of the operation, where the spec has no example of it. */
const REFUSALS: Record<string, (state: MockState, call: MockCall, fault: PickedFault) => MockReply> = {
  too_many_requests: (state, call, { number = 1 }) => tooManyRequests(state, call, String(number)),
  retry_date: (state, call, { number = 2 }) =>
    tooManyRequests(state, call, new Date(state.now() + number * SECOND).toUTCString()),
  gateway_balance() {
    const error = { message: "insufficient balance (1008) (request id: 20261129)", type: "new_api_error", code: "" };
    return { json: { error }, status: 429 };
  },
  gateway_quota: () => ({
    json: { code: "insufficient_user_quota", message: "the quota of this user is used up", data: null },
    status: 403,
  }),
  redirected: (_, { path }) => ({ json: {}, status: 308, headers: { location: `https://moved.invalid${path}` } }),
  unknown_task: ({ engine }, call) => invalidParams(engine, call, "task_id not found"),
};

/** V2 uses HTTP 429 itself; in V1 it comes from a proxy before the service. */
function tooManyRequests({ engine }: MockState, call: MockCall, retryAfter: string): MockReply {
  const headers = { "retry-after": retryAfter };
  if (isPathOfV2(call.path)) return { ...exampleReply(engine, call, "rateLimited"), headers };
  return { json: { type: "about:blank", title: "Too Many Requests", status: 429 }, status: 429, headers };
}

const BAD_GATEWAY =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

const disconnect = (): RawReply => ({ status: 0, headers: {}, body: Buffer.alloc(0) });
const half = ({ body }: RawReply) => body.length >> 1;
const cutOff = (raw: RawReply, bytes = half(raw)): RawReply => ({ ...raw, cutAfter: bytes });

/** What each scenario does to a finished reply. */
const SPOILERS: Record<string, (raw: RawReply, number?: number) => RawReply> = {
  lost_reply: disconnect,
  cut_reply: cutOff,
  cut_download: (raw) => cutOff(raw),
  plain_text: () => byteReply(503, "text/plain", "upstream connect error or disconnect before headers\n"),
  unclear: () => byteReply(502, "text/html", BAD_GATEWAY),
  empty_reply: ({ headers }) => byteReply(200, String(headers["content-type"]), ""),
  half_json: (raw) => byteReply(200, "application/json", raw.body.subarray(0, half(raw))),
  garbage: () => byteReply(200, "text/plain", "Welcome to the network of this hotel.\n"),
  // Codes as strings, empty lists as null, base_resp beside a task.
  gateway_json(raw) {
    if (raw.status !== 200) return raw;
    const { base_resp, ...json } = JSON.parse(raw.body.toString());
    const loose = { ...json, base_resp: { ...base_resp, status_code: String(base_resp?.status_code ?? 0) } };
    const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
    const text = JSON.stringify(loose, (_, value) => (isEmpty(value) ? null : value));
    return byteReply(200, "application/json", text);
  },
  slow_headers: (raw, milliseconds = SECOND) => ({ ...raw, wait: milliseconds }),
  slow_body: (raw, milliseconds = SECOND) => ({ ...raw, trickle: milliseconds }),
  wrong_length({ headers, ...raw }) {
    const announced = raw.body.length + 100;
    return cutOff({ ...raw, headers: { ...headers, "content-length": announced } }, raw.body.length);
  },
  no_length({ headers: { "content-length": _, ...headers }, ...raw }) {
    return { ...raw, headers, body: raw.body.subarray(0, raw.body.length >> 1) };
  },
};
