import type { Progress } from "./progress.js";

/**
 * The progress of several tasks at once. In a terminal one line tells how many do what; elsewhere each has a line for each of
 * its steps.
 */
export function boardOn(progress: Progress, { isTTY }: { isTTY: boolean }): (name: string) => Progress {
  const steps = new Map<string, string>();

  function summary(): string {
    const counts = new Map<string, number>();
    for (const step of steps.values()) counts.set(step, (counts.get(step) ?? 0) + 1);
    const parts = [...counts].map(([step, count]) => `${count} ${step}`);
    return `${steps.size} ${steps.size === 1 ? "task" : "tasks"}: ${parts.join(", ")}`;
  }

  return (name) => ({
    say: progress.say,
    now(step, text = step) {
      const isNew = steps.get(name) !== step;
      steps.set(name, step);
      if (isTTY) progress.now("", summary());
      else if (isNew) progress.now(`${name} ${step}`, `${name}  ${text}`);
    },
    end() {
      steps.delete(name);
      if (steps.size === 0) progress.end();
      else if (isTTY) progress.now("", summary());
    },
  });
}
