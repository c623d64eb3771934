import { lstat, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { invalid } from "../base/errors.js";

/** Longer than any path: a model may pass the file itself. */
const LONGEST_PATH = 1024;

/**
 * Gives access to files below the folders that the user named, and to no others, wherever links lead. Relative paths begin at the
 * first folder.
 */
export class AllowedFolders {
  readonly #roots: readonly string[];

  private constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  /** @throws {ValidationError} if one of them is not a folder. */
  static async open(folders: readonly string[]): Promise<AllowedFolders> {
    const roots = folders.map(async (folder) => {
      const path = await realpath(folder).catch(() => "");
      if (path && (await stat(path)).isDirectory()) return path;
      throw invalid("Invalid folders", folder, "is not an existing folder");
    });
    return new AllowedFolders(await Promise.all(roots));
  }

  get isEmpty(): boolean {
    return this.#roots.length === 0;
  }

  /** Resolves the path, which a model gave, of a file to read. @throws {ValidationError} */
  async toRead(given: string, field: string): Promise<string> {
    const path = this.#pathFrom(given, field);
    const real = await realpath(path).catch(() => "");
    if (!real || !this.#holds(real)) throw invalid("No such file", field, "is not a file below the allowed folders");
    return real;
  }

  /** Resolves the path of a file to write, which must not exist yet. @throws {ValidationError} */
  async toWrite(given: string, field: string): Promise<string> {
    const path = this.#pathFrom(given, field);
    if (await lstat(path).catch(() => undefined))
      throw invalid("Nothing was saved", field, "already exists: see list_tasks, or choose another name");
    // Missing folders are made when the video is saved. Those that exist may be links.
    let folder = dirname(path);
    let real: string | undefined;
    while (real === undefined) {
      real = await realpath(folder).catch(() => (dirname(folder) === folder ? "" : undefined));
      folder = dirname(folder);
    }
    if (!this.#holds(real)) throw this.#outside(field);
    return path;
  }

  #pathFrom(given: string, field: string): string {
    const [root] = this.#roots;
    const isPath = given !== "" && given.length <= LONGEST_PATH && !given.includes("\0");
    const typed = isPath && /^file:\/\//i.test(given) && URL.canParse(given) ? pathOfFileUrl(given) : given;
    if (root === undefined || !isPath || typed === undefined || /^[a-z][a-z\d+.-]+:/i.test(typed))
      throw invalid(
        "No such file",
        field,
        root === undefined ? NO_FOLDER : "takes a path, an http(s) URL or a data URL",
      );
    const path = resolve(root, typed);
    if (!this.#holds(path)) throw this.#outside(field);
    return path;
  }

  #holds(path: string): boolean {
    return this.#roots.some((root) => {
      const inner = relative(root, path);
      return inner !== ".." && !/^\.\.[\\/]/.test(inner) && !isAbsolute(inner);
    });
  }

  #outside(field: string) {
    return invalid("Outside the allowed folders", field, `must be below ${this.#roots.join(" or ")}`);
  }
}

const NO_FOLDER = "cannot be a file: this server was started without --folder";

function pathOfFileUrl(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}
