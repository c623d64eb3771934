/** Spies on the open files of this process, to observe disk operations and make them fail. */
import { type FileHandle, open } from "node:fs/promises";
import { onTestFinished, vi } from "vitest";

/** Spies on the methods of all open files, until the test ends. */
export async function handles() {
  onTestFinished(() => void vi.restoreAllMocks());
  const file = await open(import.meta.filename);
  const all = Object.getPrototypeOf(file) as FileHandle;
  await file.close();
  return { write: vi.spyOn(all, "write"), sync: vi.spyOn(all, "sync"), truncate: vi.spyOn(all, "truncate") };
}

/** The descriptors of the files that a spy has seen and that are still open. */
export function openAfter({ mock }: { mock: { contexts: unknown[] } }): number[] {
  return mock.contexts.map((file) => (file as FileHandle).fd).filter((descriptor) => descriptor !== -1);
}

/** Pretends to be another system until the test ends. */
export function onPlatform(value: NodeJS.Platform): void {
  const real = process.platform;
  Object.defineProperty(process, "platform", { value });
  onTestFinished(() => void Object.defineProperty(process, "platform", { value: real }));
}

export const fault = (code: string) => Object.assign(new Error(`${code}: refused`), { code });
