/** Plays a scenario on one request: a reply instead of the service's own, or the service's own reply, spoilt. */
import { byteReply, exampleReply, type MockReply, type RawReply, rawOf } from "./mock-reply.js";
import { isPathOfV2 } from "./mock-request.js";
import type { MockCall, MockState } from "./mock-state.js";
import { type PickedFault, pickFault } from "./pick-scenario.js";
import type { Scenario } from "./scenarios.js";

/** Carries out a request, unless a scenario prevents it, and spoils the reply if one says so. */
export async function playScenario(
  state: MockState,
  call: MockCall,
  carryOut: () => Promise<MockReply>,
): Promise<MockReply> {
  const fault = pickFault(state.attempts, call, concernsReply);
  if (!fault) return carryOut();
  const { name, moment } = fault.scenario;
  if (moment === "before") return { ...replyInstead(state, call, fault), note: name };
  const reply = await carryOut();
  const example = exampleOf(fault.scenario, call);
  if (example) return { ...exampleReply(state.engine, call, example), note: name };
  return { raw: SPOILERS[name]?.(rawOf(reply), fault.number) ?? rawOf(reply), note: name };
}

/** Whether a scenario concerns the reply to one request, rather than the fate of a task or its link. */
function concernsReply({ moment, name }: Scenario): boolean {
  return moment !== "later" || name === "cut_download";
}

/** The name of the example that a scenario replies with, in the version that was called. */
function exampleOf(scenario: Scenario, { path }: MockCall): string | undefined {
  return isPathOfV2(path) ? (scenario.exampleV2 ?? scenario.example) : scenario.example;
}

function replyInstead({ engine }: MockState, call: MockCall, fault: PickedFault): MockReply {
  const { name } = fault.scenario;
  const example = exampleOf(fault.scenario, call);
  if (example) return exampleReply(engine, call, example);
  if (name === "flaky_poll" && failedPolls(fault) % 2 === 0) return exampleReply(engine, call, "rateLimited");
  if (name === "too_many_requests") {
    const headers = { "retry-after": String(fault.number ?? 1) };
    // V2 uses this status itself; in V1 it comes from a proxy before the service.
    if (isPathOfV2(call.path)) return { ...exampleReply(engine, call, "rateLimited"), headers };
    return { problem: { type: "about:blank", title: "Too Many Requests", status: 429 }, status: 429, headers };
  }
  return { raw: disconnect() };
}

/** How many polls have failed, this one included. */
function failedPolls({ attempt, times }: PickedFault): number {
  return times === Number.POSITIVE_INFINITY ? (attempt + 1) / 2 : attempt;
}

const BAD_GATEWAY =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
const SECOND = 1000;

const disconnect = (): RawReply => ({ status: 0, headers: {}, body: Buffer.alloc(0) });
const half = ({ body }: RawReply) => body.length >> 1;
const cutOff = (raw: RawReply, bytes = half(raw)): RawReply => ({ ...raw, cutAfter: bytes });

/** What each scenario does to a finished reply. */
const SPOILERS: Record<string, (raw: RawReply, number?: number) => RawReply> = {
  lost_reply: disconnect,
  cut_reply: cutOff,
  cut_download: (raw) => cutOff(raw),
  unclear: () => byteReply(502, "text/html", BAD_GATEWAY),
  empty_reply: ({ headers }) => byteReply(200, String(headers["content-type"]), ""),
  half_json: (raw) => byteReply(200, "application/json", raw.body.subarray(0, half(raw))),
  garbage: () => byteReply(200, "text/plain", "Welcome to the network of this hotel.\n"),
  slow_headers: (raw, milliseconds = SECOND) => ({ ...raw, wait: milliseconds }),
  slow_body: (raw, milliseconds = SECOND) => ({ ...raw, trickle: milliseconds }),
  wrong_length({ headers, ...raw }) {
    const announced = raw.body.length + 100;
    return cutOff({ ...raw, headers: { ...headers, "content-length": announced } }, raw.body.length);
  },
  no_length({ headers: { "content-length": _, ...headers }, body, ...raw }) {
    return { ...raw, headers, body: body.subarray(0, body.length >> 1) };
  },
};
