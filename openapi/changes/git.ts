/** Questions to git, each with the folder it is asked in. */
import { Refusal } from "../command.js";
import { type Ended, execute } from "./execute.js";

export interface Git {
  /** What it prints; throws when it fails. */
  say(...args: string[]): Promise<string>;
  /** What it prints, and its exit code. */
  ask(...args: string[]): Promise<Ended>;
}

export function gitIn(cwd: string, signal: AbortSignal, env: NodeJS.ProcessEnv = process.env): Git {
  const ask = async (...args: string[]) => {
    try {
      return await execute({ file: "git", args, cwd, signal, env });
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT")
        throw new Refusal("git is not installed, or not in the PATH.");
      throw error;
    }
  };
  const say = async (...args: string[]) => {
    const { code, stdout, stderr } = await ask(...args);
    if (code !== 0) throw new Refusal(`git ${args[0]} failed: ${stderr.trim()}`);
    return stdout;
  };
  return { ask, say };
}

/** The short hash that a name stands for; a {@link Refusal} says how to get at one that is not there. */
export async function commitOf(ref: string, { ask, say }: Git): Promise<string> {
  if (ref.startsWith("-")) throw new Refusal(`${ref} is no name of a commit.`);
  const { code, stdout } = await ask("rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  if (code === 0) return (await say("rev-parse", "--short", stdout.trim())).trim();
  const [, remote, branch] = /^(origin|upstream)\/(.+)$/.exec(ref) ?? [];
  const shallow = (await say("rev-parse", "--is-shallow-repository")).trim() === "true";
  const how = remote
    ? `Fetch it: git fetch --depth=1 ${remote} +refs/heads/${branch}:refs/remotes/${ref}`
    : shallow
      ? "This clone is shallow. Fetch the rest: git fetch --unshallow --tags"
      : "See git branch --all, git tag, git log.";
  throw new Refusal(`There is no commit ${ref} here. ${how}`);
}
