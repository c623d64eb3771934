/** The specs as another commit has them, in a temporary folder. */
import { join } from "node:path";
import { execute, inTemporaryFolder, Refusal } from "../documents.js";

/**
 * Calls `use` with the short hash of `ref`, and with what `folder` was there. Writes nothing into the repository: no worktree, no
 * index.
 */
export async function withPast<Result>(
  ref: string,
  folder: string,
  use: (commit: string, past: string) => Promise<Result>,
): Promise<Result> {
  const git = gitIn(folder);
  await git.say("--version");
  if ((await git.ask("rev-parse", "--is-inside-work-tree")) === undefined)
    throw new Refusal("This folder is not a git checkout, so there is no commit to compare with.");
  const commit = await commitOf(ref, git);
  if ((await git.ask("cat-file", "-e", `${commit}:./redocly.yaml`)) === undefined)
    throw new Refusal(`${ref} (${commit}) has no openapi/redocly.yaml, so there are no specs to compare with.`);
  return await inTemporaryFolder(async (room) => {
    // With a separate index, because the user's may hold the next commit; from the top, because git only writes below it.
    const apart = gitIn(await git.say("rev-parse", "--show-toplevel"), { GIT_INDEX_FILE: join(room, "index") });
    await apart.say("read-tree", await git.say("rev-parse", `${commit}:./`));
    await apart.say("checkout-index", "--all", `--prefix=${join(room, "openapi")}/`);
    return await use(commit, join(room, "openapi"));
  });
}

type Git = ReturnType<typeof gitIn>;

function gitIn(cwd: string, variables: Record<string, string> = {}) {
  /** What it prints; throws if it fails. */
  const say = async (...args: string[]): Promise<string> => {
    const { stdout } = await execute("git", args, { cwd, env: { ...process.env, ...variables } }).catch((error) => {
      if (error.code === "ENOENT") throw new Refusal("git is not installed, or not in the PATH.");
      throw new Refusal(`git ${args[0]} failed: ${error.stderr.trim()}`);
    });
    return stdout.trim();
  };
  /** What it prints; undefined if it fails. */
  const ask = (...args: string[]) => say(...args).catch(() => undefined);
  return { ask, say };
}

/** The short hash of a name. If there is no such commit, the {@link Refusal} says how to fetch it. */
async function commitOf(ref: string, { ask, say }: Git): Promise<string> {
  if (ref.startsWith("-")) throw new Refusal(`${ref} is not the name of a commit.`);
  const found = await ask("rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  if (found !== undefined) return say("rev-parse", "--short", found);
  const [, remote, branch] = /^(origin|upstream)\/(.+)$/.exec(ref) ?? [];
  let how = "See git branch --all, git tag, git log.";
  if (remote) how = `Fetch it: git fetch --depth=1 ${remote} +refs/heads/${branch}:refs/remotes/${ref}`;
  else if ((await say("rev-parse", "--is-shallow-repository")) === "true")
    how = "This clone is shallow. Fetch the rest: git fetch --unshallow --tags";
  throw new Refusal(`There is no commit ${ref} here. ${how}`);
}
