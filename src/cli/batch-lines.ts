import { type Cost, issueLine } from "../base/check-result.js";
import { ValidationError } from "../base/errors.js";
import { isRecord, nonEmptyString } from "../base/record.js";
import type { VideoRequest } from "../base/request-types.js";
import { assertSendable } from "../check/check.js";
import { kindOf } from "../kinds/kind-of.js";
import { fingerprintOf } from "../tasks/fingerprint.js";
import { messageOf } from "./format-text.js";
import { UsageError } from "./process.js";
import { parseJson } from "./read-input.js";
import type { Session } from "./session.js";

/** A checked line of a batch. */
export interface Line {
  readonly key: string;
  readonly out: string | undefined;
  readonly request: VideoRequest;
  /** Identifies the request, as in the journal. */
  readonly fingerprint: string;
  /** Undefined if no list price is known. */
  readonly cost: Cost | undefined;
}

/**
 * Reads and checks every line before anything is bought. `make` turns a checked line into an item, and `placeOf` names where an
 * item is saved. No two items may have the same key or the same place.
 * @throws {UsageError} with every problem and its line number
 */
export async function linesIn<T extends { readonly key: string }>(
  text: string,
  session: Session,
  make: (line: Line) => Promise<T>,
  placeOf: (made: T) => string,
): Promise<T[]> {
  const advice = "a batch has one request per line, but this is a JSON list. Convert it with: jq -c '.[]'";
  if (text.trimStart().startsWith("[")) throw new UsageError(`Nothing was sent: ${advice}`);
  const problems: string[] = [];
  const all: T[] = [];
  const taken = new Map<string, { other: string; at: number }>();
  for (const [index, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    try {
      const made = await make(await lineOf(line, session));
      const place = placeOf(made);
      for (const name of [`key ${JSON.stringify(made.key)}`, place]) {
        // Some disks ignore the case of names, and how an accent is written.
        const id = name === place ? name.normalize().toLowerCase() : name;
        const { other, at } = taken.get(id) ?? {};
        if (name === other) throw new UsageError(`${name} is already used in line ${at}`);
        const advice = "they must differ in more than case";
        if (other) throw new UsageError(`${name} may be the same file as ${other} in line ${at}; ${advice}`);
        taken.set(id, { other: name, at: index + 1 });
      }
      all.push(made);
    } catch (error) {
      const reasons = error instanceof ValidationError ? error.issues.map(issueLine) : [messageOf(error)];
      problems.push(...reasons.map((reason) => `  line ${index + 1}: ${reason}`));
    }
  }
  if (problems.length > 0) throw new UsageError(`Nothing was sent:\n${problems.join("\n")}`);
  if (all.length === 0) throw new UsageError("The batch is empty: put one request as JSON on each line");
  return all;
}

async function lineOf(line: string, { server }: Session): Promise<Line> {
  const content = parseJson(line, "it");
  if (!isRecord(content)) throw new UsageError("it must be an object");
  const { key: given, out: wanted, ...request } = content;
  const [key, out] = [nonEmptyString(given), nonEmptyString(wanted)];
  if (key === undefined) throw new UsageError("it needs a key: a unique name for the request");
  if (/^(sk-|eyJ)|^\S{64,}$/.test(key))
    throw new UsageError("its key looks like an API key, but should be a name for the request");
  if (out !== wanted) throw new UsageError("out must be a path");
  const { cost, body } = await assertSendable(request, server, kindOf(request, "video"));
  // `assertSendable` has checked it.
  return { key, out, request: request as unknown as VideoRequest, fingerprint: await fingerprintOf(body), cost };
}
