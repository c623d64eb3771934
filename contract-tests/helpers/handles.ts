/** The open files of this process, whoever opens them: to see what is asked of a disk, and to have it refuse. */
import { type FileHandle, open } from "node:fs/promises";
import { onTestFinished, vi } from "vitest";

/** Spies on what all files do; `vi.restoreAllMocks()` ends it. */
export async function handles() {
  const file = await open(import.meta.filename);
  const all = Object.getPrototypeOf(file) as FileHandle;
  await file.close();
  return {
    writev: vi.spyOn(all, "writev"),
    sync: vi.spyOn(all, "sync"),
    datasync: vi.spyOn(all, "datasync"),
  };
}

/** The numbers of the files that a spy has seen and that are still open. */
export function openAfter({ mock }: { mock: { contexts: unknown[] } }): number[] {
  return mock.contexts.map((file) => (file as FileHandle).fd).filter((number) => number !== -1);
}

/** As on another system, where nothing but its name is asked for, up to the end of the test. */
export function onPlatform(value: NodeJS.Platform): void {
  const real = process.platform;
  Object.defineProperty(process, "platform", { value });
  onTestFinished(() => void Object.defineProperty(process, "platform", { value: real }));
}

export const fault = (code: string) => Object.assign(new Error(`${code}: refused`), { code });
