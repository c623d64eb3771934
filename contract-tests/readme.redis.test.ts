/** The snippets of the README and of docs/scale-out.md that need Redis compile and run against the mock. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage, run, typeErrors, withoutTypes } from "./helpers/checkout.js";
import { redisSnippets } from "./helpers/documentation.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { type RedisServer, startRedis } from "./helpers/redis-server.js";
import { folderForAll } from "./helpers/temporary-folder.js";

/** A user's folder, with this package installed. */
const user = folderForAll();
const mock = mockForAll({ speed: 400 });
let redis: RedisServer;

beforeAll(async () => {
  await installPackage(user, "@types", "bullmq", "ioredis");
  redis = await startRedis();
}, 120_000);
afterAll(() => redis?.stop());

test("the snippets compile in a strict project", async () => {
  expect(redisSnippets).toHaveLength(3);
  for (const [index, snippet] of redisSnippets.entries()) writeFileSync(join(user, `snippet-${index}.ts`), snippet);
  expect(await typeErrors(user, { types: ["node"], skipLibCheck: true }, "typescript-7")).toBe("");
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
