/** The specs at a commit against those in the working tree, root by root. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../command.js";
import { folder, redoclyCall, rootsIn } from "../documents.js";
import { execute } from "./execute.js";
import { withPast } from "./past.js";
import { type RootReport, reportOf, type Version } from "./root.js";
import { highest, type Impact } from "./version.js";

export interface Report {
  ref: string;
  commit: string;
  /** Of all roots. */
  impact: Impact;
  roots: RootReport[];
}

/** `at` is the folder of the specs, this one unless told otherwise. */
export function compareWith(ref: string, signal: AbortSignal, at = folder): Promise<Report> {
  return withPast(ref, at, signal, async ({ commit, folder: past, room }) => {
    // One after the other: when one fails, nobody may still be writing into the room that is removed then.
    const revision = await versionsIn(at, join(room, "revision"), "in the working tree", signal);
    const base = await versionsIn(past, join(room, "base"), `at ${ref}`, signal);
    const names = [...new Set([...Object.keys(revision), ...Object.keys(base)])];
    const places = { [past]: `${commit}:openapi`, [at]: "openapi" };
    const roots = await Promise.all(names.map((name) => reportOf(name, base[name], revision[name], places, signal)));
    return { ref, commit, impact: highest(roots.map(({ impact }) => impact)), roots };
  });
}

/** Every root of a folder, bundled: also the proof that all its references lead somewhere, which the diff would not notice. */
async function versionsIn(at: string, output: string, where: string, signal: AbortSignal) {
  const roots = rootsIn(at);
  const { file, args, env } = redoclyCall(["bundle", ...Object.keys(roots), "--ext", "json", "--output", output], at);
  const { code, stderr } = await execute(file, args, { env, cwd: at, signal });
  if (code !== 0) throw new Refusal(`The specs ${where} do not hold together: ${stderr.trim()}`);
  const versions = Object.entries(roots).map(([name, file]): [string, Version] => {
    return [name, { file, document: JSON.parse(readFileSync(join(output, `${name}.json`), "utf8")) }];
  });
  return Object.fromEntries(versions);
}
