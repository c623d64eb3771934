/** What a scenario does with one request: an answer instead of the service's, or something that happens to the service's. */
import { type Due, dueNow } from "./due.js";
import type { Scenario } from "./scenario.js";
import { type Answer, type Call, example, type World } from "./world.js";

/** Carries a request out, unless a scenario keeps it from that; and spoils the answer, if one asks for it. */
export async function played(world: World, call: Call, carryOut: () => Promise<Answer>): Promise<Answer> {
  const due = dueNow(world.attempts, call, isAboutAnswer);
  if (!due) return carryOut();
  const { name, moment, example: answer } = due.scenario;
  if (moment === "before") return { ...(await instead(world, call, due)), note: name };
  const reply = await carryOut();
  return answer ? { json: await example(world, call, answer), note: name } : { ...reply, spoilt: due, note: name };
}

/** Whether a scenario is about the answer to one request, rather than about what becomes of a task or its link. */
function isAboutAnswer({ moment, name }: Scenario): boolean {
  return moment !== "later" || name === "cut_download";
}

async function instead(world: World, call: Call, due: Due): Promise<Answer> {
  const { name, example: answer } = due.scenario;
  if (answer || (name === "flaky_poll" && failures(due) % 2 === 0))
    return { json: await example(world, call, answer ?? "rateLimited") };
  if (name === "too_many_requests") {
    const problem = { type: "about:blank", title: "Too Many Requests", status: 429 };
    return { problem, status: 429, headers: { "retry-after": String(due.number ?? 1) } };
  }
  return { json: {}, spoilt: due };
}

/** How often a flaky poll has failed, this time included. */
function failures({ attempt, times }: Due): number {
  return times === Number.POSITIVE_INFINITY ? (attempt + 1) / 2 : attempt;
}
