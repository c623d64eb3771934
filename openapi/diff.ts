/** `npm run spec:diff -- <git ref>`: what changed since then, what breaks, and the version number that this requires. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IMPACTS, type Impact } from "./changes/rate-changes.js";
import { atLeast, compareWith, type Report } from "./changes/report.js";
import { annotationsOf, markdownOf, textOf } from "./changes/report-text.js";
import { EXIT, type Io, optionsFrom, runIfMain } from "./command.js";
import { folder, Refusal } from "./documents.js";

const HELP = readFileSync(join(folder, "spec-diff.txt"), "utf8");

const OPTIONS = {
  "fail-on": { type: "string" },
  markdown: { type: "boolean" },
  annotate: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Runs the command. `today` is the date of the changelog entry, `at` the folder of the specs. */
export async function diff(args: string[], io: Io, today = new Date(), at = folder): Promise<number> {
  const { values, positionals } = optionsFrom(args, OPTIONS);
  if (values.help) {
    io.stdout.write(HELP);
    return EXIT.fine;
  }
  const [ref, ...others] = positionals;
  if (ref === undefined || others.length) throw new Refusal(`Name one commit, such as HEAD or origin/main.\n\n${HELP}`);
  if (values.json && (values.markdown || values.annotate))
    throw new Refusal("--json cannot be combined with --markdown or --annotate.");
  const { "fail-on": level } = values;
  const limit = IMPACTS.find((impact) => impact === level);
  if (level !== undefined && !limit) throw new Refusal(`--fail-on takes major, minor, patch or none (got ${level}).`);
  const report = await compareWith(ref, at);
  const failed = failing(report, limit);
  const date = today.toISOString().slice(0, 10);
  if (values.annotate) io.stdout.write(annotationsOf(report));
  if (values.json) io.stdout.write(`${JSON.stringify({ ...report, failed }, null, 2)}\n`);
  else io.stdout.write(values.markdown ? markdownOf(report, date) : textOf(report, date));
  return failed ? EXIT.found : EXIT.fine;
}

/** Whether the command fails. Without a limit, it fails if a version number is too low. */
export function failing({ roots, impact }: Pick<Report, "roots" | "impact">, limit: Impact | undefined): boolean {
  if (limit === "none") return false;
  if (limit) return atLeast(impact, limit);
  return roots.some(({ enough }) => !enough);
}

await runIfMain(import.meta.url, diff);
