/**
 * Before the first mutant, Stryker runs every test once. They load their code and start their servers then, and a failure ends
 * everything, so they get the time that they have elsewhere; vitest.stryker.config.ts gives little, for mutants that hang.
 */
import { inject, vi } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Provided by Stryker. */
    mode: "dry-run" | "mutant";
  }
}

if (inject("mode") === "dry-run") vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
