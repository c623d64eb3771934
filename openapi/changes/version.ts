/** How far a change reaches, and the version number that it asks for (semver 2.0). */
import { Refusal } from "../documents.js";

/** From no change to a change that breaks somebody. */
export const IMPACTS = ["none", "patch", "minor", "major"] as const;
export type Impact = (typeof IMPACTS)[number];

export function atLeast(impact: Impact, other: Impact): boolean {
  return IMPACTS.indexOf(impact) >= IMPACTS.indexOf(other);
}

export function highest(impacts: Impact[]): Impact {
  return IMPACTS.findLast((impact) => impacts.includes(impact)) ?? "none";
}

/** The lowest number allowed. Before 1.0.0 a breaking change raises the second place and all others the third, as `^0.1.0` reads it. */
export function asked(version: string, impact: Impact): string {
  const [major, minor, patch] = numbersIn(version);
  if (impact === "none") return version;
  if (major === 0) return impact === "major" ? `0.${minor + 1}.0` : `0.${minor}.${patch + 1}`;
  if (impact === "major") return `${major + 1}.0.0`;
  return impact === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

/** Whether a version is at least as high as another. */
export function reaches(version: string, other: string): boolean {
  const [left, right] = [numbersIn(version), numbersIn(other)];
  const [first = 0] = left.map((number, at) => number - (right[at] ?? 0)).filter((difference) => difference !== 0);
  return first >= 0;
}

function numbersIn(version: string): [number, number, number] {
  const numbers = /^(\d+)\.(\d+)\.(\d+)$/.exec(version);
  if (!numbers) throw new Refusal(`A version must be three numbers, as 1.0.0; it is ${version}.`);
  return [Number(numbers[1]), Number(numbers[2]), Number(numbers[3])];
}
