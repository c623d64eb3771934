/** The calls to `callback_url`: one at each change of status, unless a scenario disturbs them. */
import { dueOf } from "./due.js";
import type { JsonObject } from "./request.js";
import type { Call, World } from "./world.js";

/** A status, in milliseconds of real time after the create, and what is told then; nothing where it did not come to that. */
export type Change = readonly [at: number, body: () => JsonObject | undefined];

/** What comes after something else, and what comes late, in milliseconds of real time. */
const AFTER = 100;
const LATE = 5_000;

/** Plans the calls for the changes of a task, the last of which is its end. */
export function announce({ attempts, callbacks }: World, call: Call, url: string, changes: readonly Change[]): void {
  const asked = (name: string) => dueOf(attempts, call, name);
  const late = asked("late_callbacks");
  const delay = late ? (late.number ?? LATE) : 0;
  const often = asked("no_callbacks") ? 0 : asked("double_callbacks") ? 2 : 1;
  const over = changes.at(-1)?.[0] ?? 0;
  const later = callbacks.line(url);
  const disordered = asked("disordered_callbacks") !== undefined;
  for (const [index, [at, body]] of changes.entries()) {
    const isOvertaken = disordered && index === changes.length - 2;
    for (let time = 0; time < often; time += 1) later((isOvertaken ? over + AFTER : at) + delay, body);
  }
}
