import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, inject } from "vitest";

/** A client of the Redis of all tests, and a prefix for each test, whose keys are removed after it. */
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
