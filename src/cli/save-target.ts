import { access, constants, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { UsageError } from "./exit-codes.js";

/** Where a video shall be saved. */
export interface Target {
  folder: string;
  /** Absent: the file is named after the task. */
  name?: string;
  /** Whether a file there may be replaced. */
  force: boolean;
}

/** What --out means: a folder when it ends in a slash or is one, else a file. Default `out/`. */
export async function targetFrom(out = "out/", force = false): Promise<Target> {
  if (!out) throw new UsageError("--out takes a file or a folder");
  const isFolder = /[/\\]$/.test(out.replaceAll(sep, "/")) || (await statOf(out))?.isDirectory();
  return isFolder ? { folder: out, force } : { folder: dirname(out), name: basename(out), force };
}

/** The path for the video of one task. */
export function pathOf({ folder, name }: Target, taskId: string): string {
  // The id comes from a service; it shall not choose a folder.
  return join(folder, name ?? `${taskId.replace(/[^\w-]/g, "_")}.mp4`);
}

/** Why a path cannot be saved to, in words; undefined when it can. Nothing is created. */
export async function obstacle(path: string, { force }: Target): Promise<string | undefined> {
  const there = await statOf(path);
  if (there?.isDirectory()) return `${path} is a folder; end it with a slash to save into it`;
  if (there && !force) return `${path} already exists; --force replaces it, --out names another place`;
  return folderObstacle(dirname(resolve(path)));
}

/** Before anything is paid: whether the place is free and can be written to. @throws {UsageError} */
export async function assertFree(target: Target, taskId?: string): Promise<void> {
  const known = target.name !== undefined || taskId !== undefined;
  const reason = known
    ? await obstacle(pathOf(target, taskId ?? ""), target)
    : await folderObstacle(resolve(target.folder));
  if (reason) throw new UsageError(`Nothing was sent: ${reason}`);
}

/** Missing folders are made when a video is saved; the nearest one that exists decides whether they can be. */
async function folderObstacle(folder: string): Promise<string | undefined> {
  const there = await statOf(folder);
  if (!there) return dirname(folder) === folder ? `${folder} does not exist` : folderObstacle(dirname(folder));
  if (!there.isDirectory()) return `${folder} is a file, not a folder`;
  return access(folder, constants.W_OK).then(
    () => undefined,
    () => `${folder} cannot be written to`,
  );
}

function statOf(path: string) {
  return stat(path).catch(() => undefined);
}
