import { NEEDS, needOf } from "./requirements.js";
import { type Subject, sendable } from "./subject.js";

const MADE_BY_FLOW = "needs the id of something that exists (a flow makes it)";

/** Why a check cannot be made, or false. */
export type Obstacle = (subject: Subject) => string | false;

export const noKey: Obstacle = ({ target }) => !target.hasKey && !target.free && "needs a key";
export const anyKey: Obstacle = ({ target }) => target.anyKey && "this server takes any key";
export const costs: Obstacle = ({ target, row }) => row.method !== "GET" && !target.free && NEEDS.free;
export const nothingThere: Obstacle = ({ target, operationId, row, known }) => {
  // Who remembers nothing answers to any id.
  if (target.anyKey) return false;
  const isMissing = row.parameters.some(({ required, name }) => required && isId(name) && known[name] === undefined);
  return isMissing && (target.free ? MADE_BY_FLOW : (needOf(operationId, row.method) ?? false));
};

export const nothingNamed: Obstacle = (subject) =>
  sendable(subject).length === 0 && subject.bodies.some(({ obeys }) => obeys) && MADE_BY_FLOW;

/** Whether a parameter names something that a server has, or has not. */
function isId(name: string): boolean {
  return name.endsWith("_id");
}
