import { defineConfig } from "vitest/config";

const common = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  unstubEnvs: true,
  env: { MINIMAX_API_KEY: "", MINIMAX_SERVER: "" },
};
/** Whose modules are replaced by others for its time, and which therefore shares them with nobody. */
const apart = ["contract-tests/journal.test.ts"];

export default defineConfig({
  test: {
    globalSetup: "contract-tests/setup.ts",
    // Most of them wait for servers and processes; vitest would leave a core free.
    maxWorkers: "100%",
    projects: [
      { test: { ...common, name: "apart", include: apart } },
      {
        test: {
          ...common,
          name: "tests",
          include: ["src/**/*.test.ts", "contract-tests/**/*.test.ts"],
          exclude: apart,
          // Loading compiler, Prism and ajv anew for each file was a third of all the time.
          isolate: false,
        },
      },
    ],
  },
});
