/** Compares the specs at a commit with those in the working tree, and finds the version number that each root must have. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { parse } from "yaml";
import { defined } from "../../src/base/record.js";
import { bundles, type Document, execute, inTemporaryFolder, Refusal, rootsIn } from "../documents.js";
import { type Change, changesBetween, IMPACTS, type Impact } from "./rate-changes.js";

export interface Report {
  ref: string;
  commit: string;
  /** The highest of all roots. */
  impact: Impact;
  roots: RootReport[];
}

export interface RootReport {
  name: string;
  state: "changed" | "same" | "new" | "gone";
  impact: Impact;
  /** `info.version` at the ref and now. */
  was?: string;
  is?: string;
  /** The lowest number that the changes allow. Absent if the root is new or gone. */
  asks?: string;
  /** Whether `is` is as high as `asks`. Changes that affect only wording may wait. */
  enough: boolean;
  /** Sorted by impact, highest first. */
  changes: Change[];
}

/** `at` is the folder of the specs. Writes nothing into the repository: no worktree, no index. */
export async function compareWith(ref: string, at: string): Promise<Report> {
  const commit = await commitOf(ref, at);
  return inTemporaryFolder(async (room) => {
    // Uses a separate index, because the user's may hold staged changes, and runs at the top, because git only writes below it.
    const top = await git(at, ["rev-parse", "--show-toplevel"]);
    const env = { GIT_INDEX_FILE: join(room, "index") };
    await git(top, ["read-tree", await git(at, ["rev-parse", `${commit}:./`])], env);
    await git(top, ["checkout-index", "--all", `--prefix=${join(room, "openapi")}/`], env);
    // In sequence: if one fails, the other must not still be writing files.
    const revision = await documentsAt(at, "in the working tree");
    const base = await documentsAt(join(room, "openapi"), `at ${ref}`);
    const names = Object.keys({ ...revision, ...base });
    const roots = names.map((name) => reportOf(name, base[name], revision[name], at));
    return { ref, commit, impact: highest(roots.map(({ impact }) => impact)), roots };
  });
}

/** Returns the output of git. */
async function git(cwd: string, args: string[], variables: Record<string, string> = {}): Promise<string> {
  const { stdout } = await execute("git", args, { cwd, env: { ...process.env, ...variables } }).catch((error) => {
    if (error.code === "ENOENT") throw new Refusal("git is not installed, or not in the PATH.");
    throw new Refusal(`git ${args[0]} failed: ${error.stderr.trim()}`);
  });
  return stdout.trim();
}

/** Finds the short hash of a commit that has specs. If there is no such commit, the {@link Refusal} says how to fetch it. */
async function commitOf(ref: string, at: string): Promise<string> {
  const ask = (...args: string[]) => git(at, args).catch(() => undefined);
  await git(at, ["--version"]);
  if ((await ask("rev-parse", "--is-inside-work-tree")) === undefined)
    throw new Refusal("This folder is not a git checkout, so there is no commit to compare with.");
  if (ref.startsWith("-")) throw new Refusal(`${ref} is not the name of a commit.`);
  const commit = await ask("rev-parse", "--verify", "--quiet", "--short", `${ref}^{commit}`);
  if (commit === undefined) {
    const [, remote, branch] = /^(origin|upstream)\/(.+)$/.exec(ref) ?? [];
    let how = "See git branch --all, git tag, git log.";
    if (remote) how = `Fetch it: git fetch --depth=1 ${remote} +refs/heads/${branch}:refs/remotes/${ref}`;
    else if ((await ask("rev-parse", "--is-shallow-repository")) === "true")
      how = "This clone is shallow. Fetch the rest: git fetch --unshallow --tags";
    throw new Refusal(`There is no commit ${ref} here. ${how}`);
  }
  if ((await ask("cat-file", "-e", `${commit}:./redocly.yaml`)) === undefined)
    throw new Refusal(`${ref} (${commit}) has no openapi/redocly.yaml, so there are no specs to compare with.`);
  return commit;
}

/** Bundles the specs. This also fails on references without a target, which the diff would not notice. */
function documentsAt(at: string, where: string): Promise<Record<string, Document>> {
  return bundles(at).catch((error) => {
    throw error instanceof Refusal ? new Refusal(`The specs ${where} cannot be bundled. ${error.message}`) : error;
  });
}

function reportOf(name: string, base: Document | undefined, revision: Document | undefined, at: string): RootReport {
  const [was, is] = [base, revision].map((document) => String(document?.info.version)) as [string, string];
  // A new root breaks nothing. A removed one breaks its users.
  if (!revision) return { name, state: "gone", impact: "major", was, enough: true, changes: [] };
  if (!base) return { name, state: "new", impact: "minor", is, enough: true, changes: [] };
  const root = rootsIn(at)[name] ?? "";
  const changes = changesBetween(base, revision).map((change) => {
    return { ...change, ...defined({ file: fileOf(change.place, root, at) }) };
  });
  changes.sort((one, other) => IMPACTS.indexOf(other.impact) - IMPACTS.indexOf(one.impact));
  const impact = highest(changes.map((change) => change.impact));
  const asks = asked(was, impact);
  const enough = reaches(is, asks) || !atLeast(impact, "minor");
  return { name, state: changes.length ? "changed" : "same", impact, was, is, asks, enough, changes };
}

/** The file of the path or schema that a change concerns. Undefined if it is gone. */
function fileOf(place: string, root: string, at: string): string | undefined {
  const [, path, schema] = /^[A-Z]+ (\/\S+)|^components\.schemas\.(\w+)/.exec(place) ?? [];
  const item = path && parse(readFileSync(root, "utf8")).paths?.[path];
  const file = schema
    ? join(at, "schemas", `${schema}.yaml`)
    : item && join(dirname(root), item.$ref ?? basename(root));
  return file && existsSync(file) ? ["openapi", ...relative(at, file).split(sep)].join("/") : undefined;
}

export function atLeast(impact: Impact, other: Impact): boolean {
  return IMPACTS.indexOf(impact) >= IMPACTS.indexOf(other);
}

export function highest(impacts: Impact[]): Impact {
  return IMPACTS.findLast((impact) => impacts.includes(impact)) ?? "none";
}

/** The lowest number allowed. Before 1.0.0, a breaking change raises the second number and any other the third, which matches `^0.1.0`. */
export function asked(version: string, impact: Impact): string {
  const [major, minor, patch] = numbersIn(version);
  if (impact === "none") return version;
  if (major === 0) return impact === "major" ? `0.${minor + 1}.0` : `0.${minor}.${patch + 1}`;
  if (impact === "major") return `${major + 1}.0.0`;
  return impact === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

/** Whether a version is at least as high as another. */
export function reaches(version: string, other: string): boolean {
  return numbersIn(version).join(".").localeCompare(other, "en", { numeric: true }) >= 0;
}

function numbersIn(version: string): [number, number, number] {
  const numbers = /^(\d+)\.(\d+)\.(\d+)$/.exec(version);
  if (!numbers) throw new Refusal(`A version must be three numbers, such as 1.0.0 (got ${version}).`);
  return [Number(numbers[1]), Number(numbers[2]), Number(numbers[3])];
}
