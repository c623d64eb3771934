/** Logs the steps of the real disk, and fails those that a test chooses. One of the setupFiles, to run before `node:fs` is loaded. */
import { vi } from "vitest";

interface Disk {
  log: string[];
  /** Returns the error code for a step that should fail. */
  fault(step: string): string | undefined;
}

/** Global, because mocks persist between test files, while each file loads this module again. */
const all = globalThis as { disk?: Disk };
all.disk ??= { log: [], fault: () => undefined };
export const disk: Disk = all.disk;

vi.mock("node:fs/promises", async (load) => {
  const real = await load<typeof import("node:fs/promises")>();
  const open: typeof real.open = async (path, ...rest) => {
    step(`open ${rest[0]}`);
    const file = await real.open(path, ...rest);
    const sync = file.sync.bind(file);
    return Object.assign(file, {
      sync() {
        step(rest[0] === "r" ? "flush folder" : "flush");
        return sync();
      },
    });
  };
  const link: typeof real.link = async (...paths) => {
    step("link");
    return real.link(...paths);
  };
  return { ...real, open, link };
});
vi.mock("node:fs", async (load) => {
  const real = await load<typeof import("node:fs")>();
  const renameSync: typeof real.renameSync = (...paths) => {
    step("rename");
    return real.renameSync(...paths);
  };
  return { ...real, renameSync };
});

function step(name: string): void {
  disk.log.push(name);
  const code = disk.fault(name);
  if (code) throw Object.assign(new Error(`${code}: ${name}`), { code, syscall: name.split(" ")[0] });
}
