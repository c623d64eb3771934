import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "contract-tests/**/*.test.ts"],
    globalSetup: "contract-tests/setup.ts",
    testTimeout: 20_000,
    // Most of them wait for servers and processes; vitest would leave a core free.
    maxWorkers: "100%",
    unstubEnvs: true,
    env: { MINIMAX_API_KEY: "", MINIMAX_SERVER: "" },
  },
});
