/** How far a change reaches, and the version number that it asks for (semver 2.0). */
import { Refusal } from "../command.js";

/** From nothing to what breaks somebody. */
export const IMPACTS = ["none", "patch", "minor", "major"] as const;
export type Impact = (typeof IMPACTS)[number];

export function atLeast(impact: Impact, other: Impact): boolean {
  return IMPACTS.indexOf(impact) >= IMPACTS.indexOf(other);
}

export function highest(impacts: Impact[]): Impact {
  return IMPACTS.findLast((impact) => impacts.includes(impact)) ?? "none";
}

/** The next number. Before 1.0.0 what breaks raises the second place, and everything else the third, as `^0.1.0` reads it. */
export function asked(version: string, impact: Impact): string {
  const [major, minor, patch] = placesOf(version);
  if (impact === "none") return version;
  if (major === 0) return impact === "major" ? `0.${minor + 1}.0` : `0.${minor}.${patch + 1}`;
  if (impact === "major") return `${major + 1}.0.0`;
  return impact === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

/** Whether a number is as high as another. */
export function reaches(version: string, other: string): boolean {
  const [left, right] = [placesOf(version), placesOf(other)];
  const place = left.findIndex((number, at) => number !== right[at]);
  // findIndex has found a place that both have.
  return place < 0 || (left[place] as number) > (right[place] as number);
}

function placesOf(version: string): [number, number, number] {
  const places = /^(\d+)\.(\d+)\.(\d+)$/.exec(version);
  if (!places) throw new Refusal(`A version must be three numbers, as 1.0.0; it is ${version}.`);
  return [Number(places[1]), Number(places[2]), Number(places[3])];
}
