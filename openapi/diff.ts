/** `npm run spec:diff -- <git ref>`: what changed since then, what breaks, and the version number that this requires. */
import { compareWith, type Report } from "./changes/report.js";
import { annotationsOf, markdownOf, textOf } from "./changes/report-text.js";
import { atLeast, IMPACTS, type Impact } from "./changes/version.js";
import { EXIT, type Io, optionsFrom, runIfMain } from "./command.js";
import { Refusal } from "./documents.js";

const HELP = `Usage: npm run spec:diff -- <git ref> [options]

Compares the specs of a commit with those in the working tree, committed or not: what breaks, what is
new, the version number that this requires, an entry for a changelog. Nothing is written.

  npm run spec:diff -- HEAD
  npm run spec:diff -- origin/main --markdown
  npm run spec:diff -- v1.0.0 --fail-on major

Compares every operation with its parameters, bodies, replies, callbacks and authentication by what
they allow, not by how they are written; the names, examples and x- tables that code is generated from;
and tries values on both versions of each schema, to show one that only one version takes. The order of
fields, branches and listed values means nothing. Not compared: openapi/flows.arazzo.yaml.

  major   breaks somebody who sends, reads, or uses the generated types
  minor   any other fact
  patch   words and examples

info.version of each root must follow (semver; before 1.0.0 a breaking change raises the second number
and all others the third); for words alone it may wait.

  --fail-on LEVEL   fail if the changes reach major, minor or patch, whatever the version; with none,
                    never. Default: fail if info.version is too low for a minor or major change
  --markdown        the entry for a changelog alone, with today's date (UTC)
  --annotate        GitHub's annotations before the report
  --json            one JSON object on stdout: { "ref", "commit", "impact", "failed", "roots": [{ "name",
                    "state", "impact", "was", "is", "asks", "enough", "changes": [{ "impact", "place",
                    "message", "file" }] }] }
  -h, --help        this text

Exit codes
  0    no objection
  1    it fails, as --fail-on says
  2    no verdict: usage, no such commit, no git checkout, specs that cannot be bundled
  130  Ctrl-C
`;

const OPTIONS = {
  "fail-on": { type: "string" },
  markdown: { type: "boolean" },
  annotate: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

interface DiffOptions {
  /** The date of the entry. Default now. */
  today?: Date;
  /** The folder of the specs. Default ours. */
  at?: string;
}

export async function diff(args: string[], io: Io, { today = new Date(), at }: DiffOptions = {}): Promise<number> {
  const { values, positionals } = optionsFrom(args, OPTIONS);
  if (values.help) {
    io.stdout.write(HELP);
    return EXIT.fine;
  }
  const [ref, ...others] = positionals;
  if (ref === undefined || others.length) throw new Refusal(`Name one commit, such as HEAD or origin/main.\n\n${HELP}`);
  if (values.json && (values.markdown || values.annotate))
    throw new Refusal("--json stands alone: leave out --markdown and --annotate.");
  const limit = limitOf(values["fail-on"]);
  const report = await compareWith(ref, io.signal, at);
  const failed = failing(report, limit);
  const date = today.toISOString().slice(0, 10);
  if (values.annotate) io.stdout.write(annotationsOf(report));
  if (values.json) io.stdout.write(`${JSON.stringify({ ...report, failed }, null, 2)}\n`);
  else io.stdout.write(values.markdown ? markdownOf(report, date) : textOf(report, date));
  return failed ? EXIT.found : EXIT.fine;
}

function limitOf(level: string | undefined): Impact | undefined {
  const found = IMPACTS.find((impact) => impact === level);
  if (level !== undefined && !found) throw new Refusal(`--fail-on takes major, minor, patch or none (got ${level}).`);
  return found;
}

/** Without a limit, it fails if a version number is too low. */
export function failing({ roots, impact }: Pick<Report, "roots" | "impact">, limit: Impact | undefined): boolean {
  if (limit === "none") return false;
  if (limit) return atLeast(impact, limit);
  return roots.some(({ enough }) => !enough);
}

await runIfMain(import.meta.url, diff);
