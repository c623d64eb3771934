/** The programs in examples/ that need only this package compile, and run against the mock. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { installPackage, run, typeErrors, withoutTypes } from "./helpers/checkout.js";
import { blocksOf, guide } from "./helpers/documentation.js";
import { freePort } from "./helpers/listening.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const root = fileURLToPath(new URL("..", import.meta.url));
/** The examples that this file runs. The others need an engine, and have separate test files. */
const OURS = { batch: [], hono: ["hono", "@hono"] };
const ELSEWHERE = ["ai-sdk", "bullmq", "dbos", "mcp"];
const user = folderForAll();
const mock = mockForAll({ speed: 200 });

beforeAll(async () => {
  for (const [name, packages] of Object.entries(OURS)) {
    const example = join(user, name);
    cpSync(join(root, "examples", name), example, { recursive: true });
    await installPackage(example, "@types", ...packages);
    for (const file of readdirSync(example).filter((one) => one.endsWith(".ts")))
      writeFileSync(join(example, file.replace(/ts$/, "js")), withoutTypes(readFileSync(join(example, file), "utf8")));
  }
}, 120_000);

const environment = (name: string) => ({
  MINIMAX_API_KEY: "any",
  MINIMAX_SERVER: mock.url,
  MINIMAX_JOURNAL: join(user, name, "journal"),
});

test("each example has a test", () => {
  expect(readdirSync(join(root, "examples")).toSorted()).toEqual([...Object.keys(OURS), ...ELSEWHERE].toSorted());
});

test.each(Object.keys(OURS))("%s compiles in a strict project", { timeout: 60_000 }, async (name) => {
  expect(await typeErrors(join(user, name), { types: ["node"], skipLibCheck: true }, "typescript-7")).toBe("");
});

test("batch makes a video for each line, and nothing the second time", { timeout: 60_000 }, async () => {
  const folder = join(user, "batch");
  const prompts = ["a red fox", "", "a blue fox", "{mock:fail}"];
  writeFileSync(join(folder, "prompts.txt"), prompts.join("\n"));
  const before = mock.creates;
  for (const _ of [1, 2]) {
    const { code, stdout, stderr } = await run("node batch.js", folder, environment("batch"));
    expect([code, stdout.trim().split("\n").toSorted()], stderr).toEqual([
      1,
      [1, 2].map((line) => `videos/${line}.mp4`),
    ]);
    expect(stderr).toMatch(/^3 videos, list price 0\.84 USD\nline 3: .*failed/s);
  }
  expect(mock.creates - before).toBe(3);
  await expect(run("node batch.js nowhere.txt", folder, environment("batch"))).resolves.toMatchObject({ code: 1 });
});

test("hono makes a video that MiniMax reports, and buys it once", { timeout: 60_000 }, async () => {
  const folder = join(user, "hono");
  const port = await freePort();
  const env = {
    PORT: port,
    MINIMAX_WEBHOOK_SECRET: "a secret of sixteen letters or more",
    FOLDER: join(folder, "videos"),
  };
  const child: ChildProcess = spawn(process.execPath, ["server.js"], {
    cwd: folder,
    env: { ...process.env, ...environment("hono"), ...env },
  });
  await once(child.stdout as NodeJS.ReadableStream, "data");
  const base = `http://127.0.0.1:${port}`;
  const post = async (body: object) => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${base}/videos`, { method: "POST", headers, body: JSON.stringify(body) });
    return [response.status, await response.json()];
  };
  const before = mock.creates;
  const wish = { id: "order-17", prompt: "a red fox" };
  expect(await post(wish)).toEqual([202, { id: "order-17", task: mock.taskIds.at(-1) }]);
  const state = async () => (await (await fetch(`${base}/videos/order-17`)).json()).state;
  await expect.poll(state, { timeout: 30_000 }).toBe("saved");
  expect(readFileSync(join(folder, "videos/order-17.mp4")).toString("latin1", 4, 8)).toBe("ftyp");
  expect(await post({ id: "../x", prompt: "a" })).toMatchObject([400, {}]);
  expect(await post({ id: "long", prompt: "x".repeat(3000) })).toMatchObject([
    400,
    { issues: expect.arrayContaining([expect.objectContaining({ path: "prompt" })]) },
  ]);
  expect((await fetch(`${base}/callbacks`, { method: "POST", body: '{"challenge":"1"}' })).status).toBe(403);
  expect(mock.creates - before).toBe(1);
  child.kill();
  await once(child, "exit");
});

test("the configurations for MCP hosts are those of the guide", () => {
  const blocks = blocksOf("json", guide("mcp"));
  for (const file of readdirSync(join(root, "examples/mcp")))
    expect(blocks).toContain(readFileSync(join(root, "examples/mcp", file), "utf8"));
});
