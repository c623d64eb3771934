import { lstat, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { invalid } from "../base/errors.js";

/** Longer than any path: a model may pass the file itself. */
const LONGEST_PATH = 1024;

export type AllowedFolders = Awaited<ReturnType<typeof allowFolders>>;

/**
 * Gives access to files below the folders that the user named, and to no others, wherever links lead. Relative paths begin at the
 * first folder.
 * @throws {ValidationError} if one of them is not a folder.
 */
export async function allowFolders(folders: readonly string[]) {
  const roots = await Promise.all(folders.map(realFolder));
  const [root] = roots;

  function assertInside(path: string, field: string): void {
    if (roots.some((one) => holds(one, path))) return;
    throw invalid("Outside the allowed folders", field, `must be below ${roots.join(" or ")}`);
  }

  function pathFrom(given: string, field: string): string {
    if (root === undefined)
      throw invalid("No such file", field, "cannot be a file: this server was started without --folder");
    const typed = withoutScheme(given);
    const isPath = typed && typed.length <= LONGEST_PATH && !typed.includes("\0") && !/^[a-z][a-z\d+.-]+:/i.test(typed);
    if (!isPath) throw invalid("No such file", field, "takes a path, an http(s) URL or a data URL");
    const path = resolve(root, typed);
    assertInside(path, field);
    return path;
  }

  return {
    isEmpty: root === undefined,
    /** Resolves the path, which a model gave, of a file to read. @throws {ValidationError} */
    async toRead(given: string, field: string): Promise<string> {
      const real = await realpath(pathFrom(given, field)).catch(() => undefined);
      if (real && roots.some((one) => holds(one, real))) return real;
      throw invalid("No such file", field, "is not a file below the allowed folders");
    },
    /** Resolves the path of a file to write, which must not exist yet. @throws {ValidationError} */
    async toWrite(given: string, field: string): Promise<string> {
      const path = pathFrom(given, field);
      if (await lstat(path).catch(() => undefined))
        throw invalid("Nothing was saved", field, "already exists: see list_tasks, or choose another name");
      assertInside(await realParent(path), field);
      return path;
    },
  };
}

async function realFolder(folder: string): Promise<string> {
  const path = await realpath(folder).catch(() => "");
  if (path && (await stat(path)).isDirectory()) return path;
  throw invalid("Invalid folders", folder, "is not an existing folder");
}

/** The nearest folder above a path that exists. It may be a link. Missing folders are made when the video is saved. */
async function realParent(path: string): Promise<string> {
  const folder = dirname(path);
  return realpath(folder).catch(() => (folder === path ? "" : realParent(folder)));
}

function holds(root: string, path: string): boolean {
  const inner = relative(root, path);
  return inner !== ".." && !/^\.\.[\\/]/.test(inner) && !isAbsolute(inner);
}

/** The path in a file: URL. */
function withoutScheme(given: string): string | undefined {
  try {
    return /^file:\/\//i.test(given) ? fileURLToPath(given) : given;
  } catch {
    return undefined;
  }
}
