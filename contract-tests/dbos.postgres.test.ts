/** examples/dbos: one paid step per workflow in a third-party engine, whatever happens to its process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Mock, startMock } from "../src/mock/index.js";
import { freePort } from "./helpers/listening.js";
import { type PostgresServer, startPostgres } from "./helpers/postgres-server.js";
import { installedApart } from "./helpers/runtimes.js";
import { temporaryFolder } from "./helpers/temporary-folder.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = temporaryFolder();
let postgres: PostgresServer;
let script: string;
let mock: Mock;

beforeAll(async () => {
  const [server, packages] = await Promise.all([startPostgres(), installedApart("@dbos-inc/dbos-sdk@5.3.0")]);
  postgres = server;
  script = join(packages, "videos.mjs");
  buildSync({
    entryPoints: [join(root, "examples/dbos/videos.ts")],
    outfile: script,
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["@dbos-inc/dbos-sdk", "undici"],
    alias: {
      "minimax-video": join(root, "src/index.ts"),
      "minimax-video/node": join(root, "src/node/index.ts"),
      "minimax-video/webhooks": join(root, "src/webhooks/index.ts"),
    },
    logLevel: "warning",
  });
}, 120_000);
beforeEach(async () => {
  mock = await startMock({ speed: 100 });
  return () => mock.close();
});
afterAll(() => postgres?.stop());

// biome-ignore lint/suspicious/noExplicitAny: as the mock logs it
type Json = any;
let databases = 0;

/** Starts the example. `said` returns its output. */
function starter(env: Record<string, string> = {}) {
  const file = folder.join("wishes.json");
  const settings = {
    ...{ MINIMAX_SERVER: mock.url, MINIMAX_API_KEY: "any", MINIMAX_JOURNAL: folder.join("journal"), PAUSE: "0.2" },
    // DBOS creates the database.
    DBOS_SYSTEM_DATABASE_URL: postgres.url.replace(/postgres$/, `videos_${++databases}`),
  };
  return (wishes: object[]): ChildProcess & { said(): string } => {
    writeFileSync(file, JSON.stringify(wishes));
    const child = spawn(process.execPath, [script, file], { env: { ...process.env, ...settings, ...env } });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    return Object.assign(child, { said: () => said });
  };
}

const wish = (id: string, prompt = "a red fox", more: object = {}) => ({
  ...{ id, request: { model: "T2V-01", prompt, ...more }, out: folder.join(`${id}.mp4`) },
});

test("twenty videos are bought at most once each while their process is killed again and again", async () => {
  const ids = Array.from({ length: 20 }, (_, at) => `video-${at + 10}`);
  const wishes = ids.map((id) => wish(id, `a fox called ${id}`));
  const start = starter();
  const killed = async (wishes: object[], when: () => Promise<unknown>) => {
    const child = start(wishes);
    const exit = once(child, "exit");
    await when();
    child.kill("SIGKILL");
    await exit;
  };
  const until = (creates: number) =>
    expect.poll(() => mock.creates, { interval: 2, timeout: 20_000 }).toBeGreaterThanOrEqual(creates);
  // Kills it while it waits, while it buys the other ten, and later.
  await killed(wishes.slice(0, 10), () => until(10).then(() => pause(1000)));
  await killed(wishes, () => until(13));
  for (const life of [2000, 2500]) await killed(wishes, () => pause(life));
  const last = start(wishes);
  const [code] = await once(last, "exit");
  expect(code, last.said()).toBe(0);
  const { requests } = await (await fetch(`${mock.url}/__mock/requests`)).json();
  const bought = requests.flatMap(({ path, body }: Json) => (path === "/v1/video_generation" ? [body.prompt] : []));
  expect(bought.toSorted()).toEqual([...new Set(bought)].toSorted());
  expect(mock.creates).toBe(bought.length);
  // A process that was killed during a create leaves an unknown outcome, which is reported and not repeated.
  const open = ids.filter((id) => new RegExp(`^${id}: .* may `, "m").test(last.said()));
  const saved = ids.filter((id) => existsSync(folder.join(`${id}.mp4`)));
  expect([...open, ...saved].toSorted()).toEqual(ids);
  expect(saved.length).toBeGreaterThanOrEqual(10);
});

test("a create with a lost reply is not repeated, which is reported, and a failed task ends its workflow", async () => {
  const start = starter();
  for (const _ of [1, 2]) {
    const child = start([wish("lost", "{mock:lost_reply}"), wish("failed", "{mock:fail}"), wish("good")]);
    expect((await once(child, "exit"))[0], child.said()).toBe(0);
    expect(child.said()).toMatch(/lost: .*may/);
    expect(child.said()).toMatch(/failed: .*failed/);
  }
  expect([mock.creates, existsSync(folder.join("good.mp4"))]).toEqual([3, true]);
});

test("callbacks wake the workflows, which then poll no more", async () => {
  const port = await freePort();
  const env = {
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    PORT: port,
    WEBHOOK_SECRET: "a secret of sixteen letters or more",
    PAUSE: "50",
  };
  const child = starter(env)([wish("called")]);
  expect((await once(child, "exit"))[0], child.said()).toBe(0);
  expect(existsSync(folder.join("called.mp4"))).toBe(true);
});
