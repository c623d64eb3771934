/** Folders in node_modules that persist between runs, until the next `npm ci`. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export function cacheFolder(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/.cache/minimax-video/${name}`, import.meta.url));
}

/** Fills a folder, unless it exists. Whoever uses it sees it complete or not at all. */
export async function filledOnce(folder: string, fill: (draft: string) => unknown): Promise<void> {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  try {
    await fill(draft);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true });
    // Another run may have been faster. The folder that it renamed is complete.
    if (!existsSync(folder)) throw error;
  }
}
