/** For `npm run test:redis`: one Redis for all test files, at REDIS_URL or started here. */
import type { TestProject } from "vitest/node";
import { NEEDED, startRedis } from "./redis-server.js";

declare module "vitest" {
  interface ProvidedContext {
    redis: string;
  }
}

export default async function setup(project: TestProject) {
  const { REDIS_URL } = process.env;
  const own = REDIS_URL ? undefined : await startRedis().catch(() => undefined);
  const url = REDIS_URL ?? own?.url;
  if (!url) {
    console.error(NEEDED);
    process.exit(1);
  }
  project.provide("redis", url);
  return () => own?.stop();
}
