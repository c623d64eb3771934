/** The specs as another commit has them, in a temporary folder. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Ended, execute, Refusal } from "../documents.js";

interface Past {
  /** Short hash of the commit. */
  commit: string;
  /** The specs as they were. */
  folder: string;
}

/** Calls `use` with what `folder` was at `ref`. Writes nothing into the repository: no worktree, no index. */
export async function withPast<Result>(
  ref: string,
  folder: string,
  signal: AbortSignal,
  use: (past: Past) => Promise<Result>,
): Promise<Result> {
  const git = gitIn(folder, signal);
  const { code: outside } = await git.ask("rev-parse", "--is-inside-work-tree");
  if (outside) throw new Refusal("This folder is not a git checkout, so there is no commit to compare with.");
  const commit = await commitOf(ref, git);
  const { code: absent } = await git.ask("cat-file", "-e", `${commit}:./redocly.yaml`);
  if (absent)
    throw new Refusal(`${ref} (${commit}) has no openapi/redocly.yaml, so there are no specs to compare with.`);
  const room = mkdtempSync(join(tmpdir(), "minimax-video-"));
  try {
    const past = join(room, "openapi");
    await unpack(commit, git, past, signal);
    return await use({ commit, folder: past });
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}

interface Git {
  /** What it prints; throws if it fails. */
  say(...args: string[]): Promise<string>;
  /** What it prints, and its exit code. */
  ask(...args: string[]): Promise<Ended>;
}

function gitIn(cwd: string, signal: AbortSignal, env: NodeJS.ProcessEnv = process.env): Git {
  const ask = async (...args: string[]) => {
    try {
      return await execute("git", args, { cwd, signal, env });
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT")
        throw new Refusal("git is not installed, or not in the PATH.");
      throw error;
    }
  };
  const say = async (...args: string[]) => {
    const { code, stdout, stderr } = await ask(...args);
    if (code !== 0) throw new Refusal(`git ${args[0]} failed: ${stderr.trim()}`);
    return stdout.trim();
  };
  return { ask, say };
}

/** The short hash of a name. If there is no such commit, the {@link Refusal} says how to fetch it. */
async function commitOf(ref: string, { ask, say }: Git): Promise<string> {
  if (ref.startsWith("-")) throw new Refusal(`${ref} is not the name of a commit.`);
  const { code, stdout } = await ask("rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  if (code === 0) return say("rev-parse", "--short", stdout.trim());
  const [, remote, branch] = /^(origin|upstream)\/(.+)$/.exec(ref) ?? [];
  const isShallow = (await say("rev-parse", "--is-shallow-repository")) === "true";
  const how = remote
    ? `Fetch it: git fetch --depth=1 ${remote} +refs/heads/${branch}:refs/remotes/${ref}`
    : isShallow
      ? "This clone is shallow. Fetch the rest: git fetch --unshallow --tags"
      : "See git branch --all, git tag, git log.";
  throw new Refusal(`There is no commit ${ref} here. ${how}`);
}

/** With a separate index, because the user's may hold the next commit; from the top, because git only writes below it. */
async function unpack(commit: string, git: Git, target: string, signal: AbortSignal): Promise<void> {
  const top = await git.say("rev-parse", "--show-toplevel");
  const apart = gitIn(top, signal, { ...process.env, GIT_INDEX_FILE: `${target}.index` });
  await apart.say("read-tree", await git.say("rev-parse", `${commit}:./`));
  await apart.say("checkout-index", "--all", `--prefix=${target}/`);
}
