import { randomUUID } from "node:crypto";
import { lstat, stat } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { probeFolder } from "../node/atomic-file.js";
import { fileNameFrom } from "../node/save-file.js";
import { UsageError } from "./process.js";

/** The most bytes that the name of a file or folder can have on nearly every disk. */
const LONGEST_NAME = 255;

/** Where to save a video. `isUnused`: nothing is saved there in this run, because the result goes to stdout. */
export interface Target {
  path: string;
  /** Whether the path is a folder, in which the file is named after its task. */
  isFolder: boolean;
  force: boolean;
  isUnused?: boolean;
}

/** Where bytes go with `--out -`, as the journal and the messages name it. */
export const STDOUT = "/dev/stdout";

/** Reads --out: stdout if it is -, a folder if it ends in a slash or exists as one, otherwise a file. Default `out/`. */
export async function targetFrom(out = "out/", force = false): Promise<Target> {
  if (out === "-") return { ...(await targetFrom(undefined, force)), isUnused: true };
  const long = out.split(/[/\\]/).find((name) => Buffer.byteLength(name) > LONGEST_NAME);
  const refused = `--out has a name of more than ${LONGEST_NAME} bytes, which disks refuse`;
  if (long) throw new UsageError(`${refused}: ${long.slice(0, 20)}…`);
  const isFolder = /[/\\]$/.test(out.replaceAll(sep, "/")) || ((await statOf(out))?.isDirectory() ?? false);
  return { path: out, isFolder, force };
}

/** The path of a file that is named after an id unless the target names it. */
export function pathIn({ path, isFolder }: Target, id: string, ending = ".mp4"): string {
  return isFolder ? join(path, `${fileNameFrom(id)}${ending}`) : join(path);
}

/** Why a path cannot be written; undefined if it can. Leaves nothing behind. */
export async function whyNotWritable(path: string, { force, isUnused }: Target): Promise<string | undefined> {
  if (isUnused) return undefined;
  const there = await statOf(path);
  if (there?.isDirectory()) return `${path} is a folder; end it with a slash to save into it`;
  if (there?.isSymbolicLink()) return `${path} is a link to nothing; remove it, or use --out to choose another place`;
  if (there && !there.isFile()) return `${path} is not a regular file; to write to stdout, use --out -`;
  if (there && !force) return `${path} already exists; use --force to replace it or --out to choose another place`;
  return whyFolderNotWritable(dirname(resolve(path)));
}

/** A target that may exist already, if a run that was killed may have saved the video there without recording it. */
export const allowing = (target: Target, entry: { state: string } | undefined): Target =>
  entry?.state === "succeeded" ? { ...target, force: true } : target;

/** Checks the target before anything is paid for. @throws {UsageError} if it is taken or cannot be written */
export async function assertTargetFree(target: Target, taskId: string = randomUUID()): Promise<void> {
  const reason = await whyNotWritable(pathIn(target, taskId), target);
  if (reason) throw new UsageError(`Nothing was sent: ${reason}`);
}

/** Missing folders are created when a video is saved, so the nearest existing one must be writable. */
async function whyFolderNotWritable(folder: string): Promise<string | undefined> {
  const there = await statOf(folder);
  if (!there) return dirname(folder) === folder ? `${folder} does not exist` : whyFolderNotWritable(dirname(folder));
  if (there.isSymbolicLink()) return `${folder} is a link to nothing, not a folder`;
  if (!there.isDirectory()) return `${folder} is a file, not a folder`;
  return probeFolder(folder).then(
    () => undefined,
    ({ code }) => `${folder} is not writable (${code})`,
  );
}

/** What exists at a path. The link itself if it leads to nothing or in a circle, because a video cannot be saved there. */
export function statOf(path: string) {
  return stat(path).catch(() => lstat(path).catch(() => undefined));
}
