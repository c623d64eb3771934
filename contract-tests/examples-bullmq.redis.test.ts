/** examples/bullmq: a web application that adds requests, and workers that generate the videos, as separate programs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Mock, startMock } from "../src/mock/index.js";
import { installPackage, run, typeErrors, withoutTypes } from "./helpers/checkout.js";
import { type RedisServer, startRedis } from "./helpers/redis-server.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const example = folderForAll();
let mock: Mock;
let redis: RedisServer;

beforeAll(async () => {
  cpSync(join(root, "examples/bullmq"), example, { recursive: true });
  await installPackage(example, "@types", "bullmq", "ioredis");
  for (const name of ["web", "worker"])
    writeFileSync(join(example, `${name}.js`), withoutTypes(readFileSync(join(example, `${name}.ts`), "utf8")));
  [mock, redis] = await Promise.all([startMock({ speed: 200 }), startRedis()]);
}, 120_000);
afterAll(async () => {
  await mock?.close();
  await redis?.stop();
});

test("compile in a strict project", { timeout: 60_000 }, async () => {
  expect(await typeErrors(example, { types: ["node"], skipLibCheck: true }, "typescript-7")).toBe("");
});

test("a request that is added twice is bought once, and saved", { timeout: 90_000 }, async () => {
  const env = { MINIMAX_API_KEY: "any", MINIMAX_SERVER: mock.url, REDIS_URL: redis.url };
  const worker = spawn(process.execPath, ["worker.js", "videos"], { cwd: example, env: { ...process.env, ...env } });
  let said = "";
  for (const stream of [worker.stdout, worker.stderr]) stream.on("data", (chunk) => (said += chunk));
  for (const _ of [1, 2])
    expect(await run("node web.js fox-17", example, env)).toMatchObject({ code: 0, stdout: "fox-17\n" });
  await expect.poll(() => said, { timeout: 60_000 }).toMatch(/^fox-17 \{"path":".*fox-17\.mp4","bytes":\d+\}$/m);
  expect([mock.creates, readdirSync(join(example, "videos"))]).toEqual([1, ["fox-17.mp4"]]);
  worker.kill("SIGINT");
  expect((await once(worker, "exit"))[0], said).toBe(0);
});
