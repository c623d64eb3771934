/** The webhook handler as a route of Next.js (`export const POST = handler`), served by Next.js itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, expect, test, vi } from "vitest";
import { webhookUrl } from "../src/webhooks/index.js";
import { call, SECRET, say, TASK } from "./helpers/receiver.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = folderForAll();
const library = join(folder, "node_modules/minimax-video");
let next: ChildProcess;
let printed = "";

const app = {
  "node_modules/minimax-video/package.json": '{ "type": "module", "exports": { "./webhooks": "./webhooks.js" } }',
  "package.json": '{ "type": "module" }',
  // The packages of this repository are symlinks, which Turbopack follows only within its root.
  "next.config.js": `export default { turbopack: { root: ${JSON.stringify(parse(folder).root)} } };`,
  // JavaScript, because Next.js would install packages for TypeScript.
  "app/callbacks/route.js": `
    import { createWebhookHandler } from "minimax-video/webhooks";
    const onStatus = (status) => console.log("heard", JSON.stringify(status));
    const handler = createWebhookHandler({ secret: process.env.MINIMAX_WEBHOOK_SECRET, onStatus });
    export const POST = handler;
  `,
};

/** Starts the development server, because a production build takes five times as long. Resolves with its URL. */
async function serve(): Promise<string> {
  for (const path of [library, join(folder, "app/callbacks")]) mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(app)) writeFileSync(join(folder, file), text);
  for (const name of ["next", "react", "react-dom"])
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name), "dir");
  const source = join(root, "src/webhooks/index.ts");
  buildSync({ entryPoints: [source], bundle: true, format: "esm", outfile: join(library, "webhooks.js") });
  const bin = join(folder, "node_modules/next/dist/bin/next");
  next = spawn(process.execPath, [bin, "dev", "--port", "0", "--hostname", "127.0.0.1"], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, NEXT_TELEMETRY_DISABLED: "1", MINIMAX_WEBHOOK_SECRET: SECRET },
  });
  for (const stream of [next.stdout, next.stderr]) stream?.on("data", (chunk) => (printed += chunk));
  const address = () => {
    if (next.exitCode !== null) throw new Error(printed);
    return /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
  };
  return vi.waitUntil(address, { timeout: 60_000 });
}

afterAll(async () => {
  if (next?.exitCode === null && next.kill()) await once(next, "exit");
});

test("a route of Next.js echoes a challenge, reports a status once, and refuses a forged token", async () => {
  const url = await webhookUrl(`${await serve()}/callbacks`, { secret: SECRET });
  const challenged = await call(url, { challenge: "c3f1a9e07b" });
  expect([challenged.status, await challenged.json()], printed).toEqual([200, { challenge: "c3f1a9e07b" }]);
  expect(challenged.headers.get("content-type")).toBe("application/json");
  for (const word of ["processing", "success", "success"]) {
    const answer = await say(url, word, { file_id: word === "success" ? "205258526306433" : "" });
    expect([answer.status, await answer.json()], printed).toEqual([200, { status: "success" }]);
  }
  expect((await say(`${url.slice(0, -1)}!`, "success", { task_id: "2" })).status).toBe(403);
  expect((await call(url, "x".repeat(70_000))).status).toBe(413);
  expect((await fetch(url)).status).toBe(405);
  // The log may appear after the response.
  await vi.waitFor(() => {
    const heard = printed.match(/(?<=heard )\{.*\}/g) ?? [];
    expect(heard.map((line) => JSON.parse(line))).toEqual([
      { state: "running", taskId: TASK, word: "processing" },
      { state: "succeeded", taskId: TASK, word: "success", fileId: "205258526306433" },
    ]);
  });
}, 90_000);
