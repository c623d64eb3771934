import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "contract-tests/**/*.test.ts"],
    globalSetup: "contract-tests/setup.ts",
    testTimeout: 20_000,
    unstubEnvs: true,
    env: { MINIMAX_API_KEY: "", MINIMAX_SERVER: "" },
  },
});
