/** The specs at a commit against those in the working tree, root by root. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../command.js";
import { type Document, folder, redoclyCall, rootsIn } from "../documents.js";
import { execute } from "./execute.js";
import { type Past, withPast } from "./past.js";
import { type RootReport, reportOf, type Version } from "./root.js";
import { asked, highest, type Impact } from "./version.js";

export interface Report {
  ref: string;
  commit: string;
  /** Files of the specs that the working tree has and no commit. */
  uncommitted: string[];
  /** Of all roots. */
  impact: Impact;
  roots: RootReport[];
  /** `version` of package.json: the code that is generated from the specs is part of what it numbers. */
  package: { was?: string; is: string; asks?: string };
}

/** `at` is the folder of the specs, this one unless told otherwise. */
export function compareWith(ref: string, signal: AbortSignal, at = folder): Promise<Report> {
  return withPast(ref, at, signal, async (past) => {
    const [base, revision] = await Promise.all([
      versionsIn(past.folder, join(past.room, "base"), `at ${ref}`, signal),
      versionsIn(at, join(past.room, "revision"), "in the working tree", signal),
    ]);
    const names = [...new Set([...Object.keys(revision), ...Object.keys(base)])];
    const places = { [past.folder]: `${past.commit}:openapi`, [at]: "openapi" };
    const reports = names.map((name) => reportOf(name, base[name], revision[name], places, signal));
    const roots = await Promise.all(reports);
    const impact = highest(roots.map(({ impact }) => impact));
    return {
      ref,
      commit: past.commit,
      uncommitted: past.uncommitted,
      impact,
      roots,
      package: packageOf(past, at, impact),
    };
  });
}

/** Every root of a folder, bundled: also the proof that all its references lead somewhere, which the diff would not notice. */
async function versionsIn(at: string, output: string, where: string, signal: AbortSignal) {
  const roots = rootsIn(at);
  const call = redoclyCall(["bundle", ...Object.keys(roots), "--ext", "json", "--output", output], at);
  const { code, stderr } = await execute({ ...call, cwd: at, signal });
  if (code !== 0) throw new Refusal(`The specs ${where} do not hold together: ${stderr.trim()}`);
  return Object.fromEntries(
    Object.entries(roots).map(([name, file]): [string, Version] => {
      const document: Document = JSON.parse(readFileSync(join(output, `${name}.json`), "utf8"));
      return [name, { file, document }];
    }),
  );
}

function packageOf({ packageVersion }: Past, at: string, impact: Impact): Report["package"] {
  const { version } = JSON.parse(readFileSync(join(at, "../package.json"), "utf8"));
  if (packageVersion === undefined) return { is: version };
  return { was: packageVersion, is: version, asks: asked(packageVersion, impact) };
}
