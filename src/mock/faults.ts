/** What a scenario does with one request: an answer instead of the service's, or something that happens to the service's. */
import { type Due, dueNow } from "./due.js";
import { isV2 } from "./request.js";
import type { Scenario } from "./scenario.js";
import { type Answer, type Call, example, type World } from "./world.js";

/** Carries a request out, unless a scenario keeps it from that; and spoils the answer, if one asks for it. */
export async function played(world: World, call: Call, carryOut: () => Promise<Answer>): Promise<Answer> {
  const due = dueNow(world.attempts, call, isAboutAnswer);
  if (!due) return carryOut();
  const { name, moment } = due.scenario;
  if (moment === "before") return { ...instead(world, call, due), note: name };
  const reply = await carryOut();
  const answer = exampleFor(due.scenario, call);
  return answer ? { ...example(world, call, answer), note: name } : { ...reply, spoilt: due, note: name };
}

/** Whether a scenario is about the answer to one request, rather than about what becomes of a task or its link. */
function isAboutAnswer({ moment, name }: Scenario): boolean {
  return moment !== "later" || name === "cut_download";
}

/** The example of the spec that a scenario answers with, at the version that was called. */
function exampleFor(scenario: Scenario, { path }: Call): string | undefined {
  return isV2(path) ? (scenario.exampleV2 ?? scenario.example) : scenario.example;
}

function instead(world: World, call: Call, due: Due): Answer {
  const { name } = due.scenario;
  const answer = exampleFor(due.scenario, call);
  if (answer) return example(world, call, answer);
  if (name === "flaky_poll" && failures(due) % 2 === 0) return example(world, call, "rateLimited");
  if (name === "too_many_requests") {
    const headers = { "retry-after": String(due.number ?? 1) };
    // A refusal of V2 has this status anyway; on V1 it comes from something in front of the service.
    if (isV2(call.path)) return { ...example(world, call, "rateLimited"), headers };
    return { problem: { type: "about:blank", title: "Too Many Requests", status: 429 }, status: 429, headers };
  }
  return { json: {}, spoilt: due };
}

/** How often a flaky poll has failed, this time included. */
function failures({ attempt, times }: Due): number {
  return times === Number.POSITIVE_INFINITY ? (attempt + 1) / 2 : attempt;
}
