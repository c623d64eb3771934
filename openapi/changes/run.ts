/** The command `spec:diff`, from its arguments to its exit code. */
import { EXIT, type Io, optionsFrom, Refusal } from "../command.js";
import { annotationsOf } from "./annotations.js";
import { compareWith, type Report } from "./compare.js";
import { markdownOf, textOf } from "./text.js";
import { atLeast, IMPACTS, type Impact } from "./version.js";

const HELP = `Usage: npm run spec:diff -- <git ref> [options]

Compares the specs of a commit with those in the working tree, committed or not: what breaks, what is
new, the version number that this asks for, an entry for a changelog. Nothing is written.

  npm run spec:diff -- HEAD
  npm run spec:diff -- origin/main --markdown
  npm run spec:diff -- v1.0.0 --fail-on major

The changes are found by redocly diff, which is experimental. It rates too low what this command
raises: another default, another lock, a field that is gone or refused now. It does not see the x-
tables and names of which code is generated, nor examples; these are compared here. Besides, values are
tried on both versions of each schema, and one that only one of them takes is shown as proof; where no
value tells them apart, what Redocly calls breaking may be the same, arranged otherwise. Not compared:
openapi/flows.arazzo.yaml.

  major   breaks somebody: who sends, who reads, who uses the generated types
  minor   any other fact
  patch   words and examples

info.version of each root has to follow (semver; before 1.0.0 what breaks raises the second number and
all else the third); for words alone it may wait.

  --fail-on LEVEL   fail when the changes reach major, minor or patch, whatever the version; with none
                    never. Default: fail when a minor or major change has not been given its number
  --markdown        the entry for a changelog alone, with today's date (UTC)
  --annotate        GitHub's annotations before the report
  --json            one JSON object on stdout: { "ref", "commit", "impact", "failed", "roots": [{ "name",
                    "state", "impact", "was", "is", "asks", "enough", "changes": [{ "impact", "place",
                    "message", "file", "line" }] }] }
  -h, --help        this text

Exit codes
  0    nothing to object to
  1    it fails, as --fail-on says
  2    it cannot be told: usage, no such commit, no git checkout, specs that do not hold together
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
  /** The day of the entry. Default the current one. */
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

/** Without a limit, what counts is that every change has its number. */
export function failing({ roots, impact }: Pick<Report, "roots" | "impact">, limit: Impact | undefined): boolean {
  if (limit === "none") return false;
  if (limit) return atLeast(impact, limit);
  return roots.some(({ enough }) => !enough);
}
