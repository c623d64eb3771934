/** The specs as another commit has them, in a folder of their own that is gone afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "../command.js";
import { commitOf, gitIn } from "./git.js";

export interface Past {
  /** Short hash of the commit. */
  commit: string;
  /** The specs as they were. */
  folder: string;
  /** A folder for whatever else is needed as long. */
  room: string;
  /** `version` of package.json as it was, where there was one. */
  packageVersion?: string;
  /** Files of the specs that are not committed now. */
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
  const { code, stdout } = await git.ask("rev-parse", "--show-toplevel");
  if (code !== 0)
    throw new Refusal(`This is not a git checkout, so there is nothing to compare with. Clone the repository.`);
  const commit = await commitOf(ref, git);
  const { code: absent } = await git.ask("cat-file", "-e", `${commit}:./redocly.yaml`);
  if (absent)
    throw new Refusal(`${ref} (${commit}) has no openapi/redocly.yaml, so there are no specs to compare with.`);
  const room = mkdtempSync(join(tmpdir(), "minimax-video-"));
  try {
    const past = join(room, "openapi");
    // An index of its own, because the user's may hold the next commit; from the top, because git checks out below only.
    const apart = gitIn(stdout.trim(), signal, { ...process.env, GIT_INDEX_FILE: join(room, "index") });
    await apart.say("read-tree", (await git.say("rev-parse", `${commit}:./`)).trim());
    await apart.say("checkout-index", "--all", `--prefix=${past}/`);
    const status = await git.say(
      "--no-optional-locks",
      "status",
      "--porcelain",
      "--untracked-files=all",
      "--",
      "*.yaml",
    );
    const uncommitted = status.split("\n").flatMap((line) => (line ? line.slice(3) : []));
    const manifest = await git.ask("show", `${commit}:../package.json`);
    const { version } = manifest.code === 0 ? JSON.parse(manifest.stdout) : {};
    return await use({ commit, folder: past, room, uncommitted, ...(version && { packageVersion: version }) });
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}
