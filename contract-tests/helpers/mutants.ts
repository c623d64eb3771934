/** Runs before each test file in a mutation run, see vitest.stryker.config.ts. */
import { inject, vi } from "vitest";
import { loadRoom } from "./loaded.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Provided by Stryker. */
    mode: "dry-run" | "mutant";
  }
}

// Loads all modules first, so that code that runs while a module loads is not attributed to a test.
await loadRoom(process.env.ROOM ?? "core");

// Before the first mutant, Stryker runs every test once. The tests load code and start servers then, and a failure ends the run,
// so they get their usual time-outs. Short time-outs are only for mutants that hang.
if (inject("mode") === "dry-run") vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
