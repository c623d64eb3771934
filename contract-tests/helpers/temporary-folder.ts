import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** A new folder for each test of a file, removed after it. */
export function temporaryFolder() {
  const folder = { path: "", join: (...names: string[]) => join(folder.path, ...names) };
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), "minimax-video-"));
  });
  afterEach(() => rmSync(folder.path, { recursive: true, force: true }));
  return folder;
}
