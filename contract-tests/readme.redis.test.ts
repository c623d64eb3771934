/** The snippets of the README and of docs/scale-out.md that need Redis, and examples/bullmq, compile and run against the mock. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage, run, typeErrors, withoutTypes } from "./helpers/checkout.js";
import { redisSnippets } from "./helpers/documentation.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { type RedisServer, startRedis } from "./helpers/redis-server.js";
import { folderForAll } from "./helpers/temporary-folder.js";

/** A user's folder, with this package installed. */
const user = folderForAll();
/** A web application that adds requests, and workers that generate the videos, as separate programs. */
const example = folderForAll();
const mock = mockForAll({ speed: 400 });
let redis: RedisServer;

beforeAll(async () => {
  cpSync(fileURLToPath(new URL("../examples/bullmq", import.meta.url)), example, { recursive: true });
  for (const folder of [user, example]) await installPackage(folder, "@types", "bullmq", "ioredis");
  for (const name of ["web", "worker"])
    writeFileSync(join(example, `${name}.js`), withoutTypes(readFileSync(join(example, `${name}.ts`), "utf8")));
  redis = await startRedis();
}, 120_000);
afterAll(() => redis?.stop());

test("they compile in strict projects", async () => {
  expect(redisSnippets).toHaveLength(3);
  for (const [index, snippet] of redisSnippets.entries()) writeFileSync(join(user, `snippet-${index}.ts`), snippet);
  for (const folder of [user, example])
    expect(await typeErrors(folder, { types: ["node"], skipLibCheck: true }, "typescript-7")).toBe("");
}, 60_000);

test.each(redisSnippets.map((snippet, index) => [snippet.split("\n")[2], index, snippet] as const))(
  "run: %s",
  async (_, index, snippet) => {
    writeFileSync(join(user, `snippet-${index}.js`), withoutTypes(snippet));
    const env = { MINIMAX_API_KEY: "any", MINIMAX_SERVER: index === 2 ? "global" : mock.url, REDIS_URL: redis.url };
    const { code, stdout, stderr } = await run(`node snippet-${index}.js`, user, env);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch([/^\d+$/m, /path: 'videos\/\d+\.mp4', bytes: \d+/, /^fox%2019$/m][index] as RegExp);
  },
  60_000,
);

test("the package finds the bullmq that its user has installed", async () => {
  const { code, stdout } = await run(
    `node --input-type=module -e 'import { createVideoQueue } from "minimax-video/bullmq"; console.log(typeof createVideoQueue)'`,
    user,
  );
  expect([code, stdout]).toEqual([0, "function\n"]);
});

test("a request that is added twice to the queue of the example is bought once, and saved", {
  timeout: 90_000,
}, async () => {
  const env = { MINIMAX_API_KEY: "any", MINIMAX_SERVER: mock.url, REDIS_URL: redis.url };
  const before = mock.creates;
  const worker = spawn(process.execPath, ["worker.js", "videos"], { cwd: example, env: { ...process.env, ...env } });
  let said = "";
  for (const stream of [worker.stdout, worker.stderr]) stream.on("data", (chunk) => (said += chunk));
  for (const _ of [1, 2])
    expect(await run("node web.js fox-17", example, env)).toMatchObject({ code: 0, stdout: "fox-17\n" });
  await expect.poll(() => said, { timeout: 60_000 }).toMatch(/^fox-17 \{"path":".*fox-17\.mp4","bytes":\d+\}$/m);
  expect([mock.creates - before, readdirSync(join(example, "videos"))]).toEqual([1, ["fox-17.mp4"]]);
  worker.kill("SIGINT");
  expect((await once(worker, "exit"))[0], said).toBe(0);
});
