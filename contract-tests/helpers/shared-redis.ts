import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, inject } from "vitest";

/** A client of the shared Redis, and a prefix for each test. Keys with the prefix are removed after the test. */
export function sharedRedis() {
  const redis = new Redis(inject("redis"));
  const shared = { redis, prefix: "" };
  beforeEach(() => {
    shared.prefix = `test-${randomUUID()}`;
  });
  afterEach(async () => {
    const keys = await redis.keys(`*${shared.prefix}*`);
    if (keys.length > 0) await redis.del(keys);
  });
  afterAll(() => redis.disconnect());
  return shared;
}
