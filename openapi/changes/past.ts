/** The specs as another commit has them, in a folder of their own that is gone afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "../command.js";
import { commitOf, type Git, gitIn } from "./git.js";

export interface Past {
  /** Short hash of the commit. */
  commit: string;
  /** The specs as they were. */
  folder: string;
  /** A folder for whatever else is needed as long. */
  room: string;
  /** `version` of package.json as it was, where there was one. */
  packageVersion?: string;
  /** Specs of the working tree that are not committed. */
  uncommitted: string[];
}

/** Calls `use` with what `folder` was at `ref`. Writes nothing into the repository: no worktree, no index. */
export async function withPast<Result>(
  ref: string,
  folder: string,
  signal: AbortSignal,
  use: (past: Past) => Promise<Result>,
): Promise<Result> {
  const git = gitIn(folder, signal);
  const { code } = await git.ask("rev-parse", "--is-inside-work-tree");
  if (code !== 0)
    throw new Refusal("This is no git checkout, so there is nothing to compare with: clone the repository.");
  const commit = await commitOf(ref, git);
  const { code: absent } = await git.ask("cat-file", "-e", `${commit}:./redocly.yaml`);
  if (absent)
    throw new Refusal(`${ref} (${commit}) has no openapi/redocly.yaml, so there are no specs to compare with.`);
  const room = mkdtempSync(join(tmpdir(), "minimax-video-"));
  try {
    const past = join(room, "openapi");
    await unpack(commit, git, past, signal);
    const packageVersion = await packageVersionAt(commit, git);
    const uncommitted = await uncommittedIn(git);
    return await use({ commit, folder: past, room, uncommitted, ...(packageVersion && { packageVersion }) });
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

/** By an index of its own, because the user's may hold the next commit; from the top, because git writes only what is below. */
async function unpack(commit: string, git: Git, target: string, signal: AbortSignal): Promise<void> {
  const top = (await git.say("rev-parse", "--show-toplevel")).trim();
  const apart = gitIn(top, signal, { ...process.env, GIT_INDEX_FILE: `${target}.index` });
  await apart.say("read-tree", (await git.say("rev-parse", `${commit}:./`)).trim());
  await apart.say("checkout-index", "--all", `--prefix=${target}/`);
}

async function packageVersionAt(commit: string, git: Git): Promise<string | undefined> {
  const { code, stdout } = await git.ask("show", `${commit}:../package.json`);
  return code === 0 ? JSON.parse(stdout).version : undefined;
}

async function uncommittedIn(git: Git): Promise<string[]> {
  const which = ["--porcelain", "--untracked-files=all", "--", "*.yaml"];
  const status = await git.say("--no-optional-locks", "status", ...which);
  return status.split("\n").flatMap((line) => (line ? line.slice(3) : []));
}
