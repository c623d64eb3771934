/** What comes before each test file that judges mutants, see vitest.stryker.config.ts. */
import { inject, vi } from "vitest";
import { loadRoom } from "./loaded.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Provided by Stryker. */
    mode: "dry-run" | "mutant";
  }
}

// What a module does while it is loaded must not seem to be a test's doing.
await loadRoom(process.env.ROOM ?? "core");

// Before the first mutant, Stryker runs every test once. They load their code and start their servers then, and a failure ends
// everything, so they get the time that they have elsewhere. Little is for mutants that hang.
if (inject("mode") === "dry-run") vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
