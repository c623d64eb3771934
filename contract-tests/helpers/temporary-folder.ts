import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach } from "vitest";

const made = () => mkdtempSync(join(tmpdir(), "minimax-video-"));
const remove = (path: string) => rmSync(path, { recursive: true, force: true });

/** A new folder for each test of a file, removed after the test. */
export function temporaryFolder() {
  const folder = { path: "", join: (...names: string[]) => join(folder.path, ...names) };
  beforeEach(() => {
    folder.path = made();
  });
  afterEach(() => remove(folder.path));
  return folder;
}

/** A new folder for all tests of a file or a `describe`, created immediately and removed after them. */
export function folderForAll(): string {
  const path = made();
  afterAll(() => remove(path));
  return path;
}
