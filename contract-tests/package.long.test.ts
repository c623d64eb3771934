/** What npm would publish holds what it should, and works when installed elsewhere. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, test } from "vitest";
import { type Packed, packed, run, typeErrors } from "./helpers/checkout.js";
import { folderForAll } from "./helpers/temporary-folder.js";

let source: Packed;
// Not below the checkout, whose packages it would find.
const consumer = folderForAll();

beforeAll(async () => {
  source = await packed();
  writeFileSync(join(consumer, "package.json"), '{ "name": "consumer", "type": "module", "private": true }');
  const installed = await run(`npm install --prefer-offline --no-audit --no-fund ${source.tarball}`, consumer);
  expect(installed.code, installed.stderr).toBe(0);
}, 120_000);

const manifest = () => JSON.parse(readFileSync(join(source.folder, "package.json"), "utf8"));

describe("the tarball", () => {
  test("holds the code, its types, the specs and the clips, and nothing else", () => {
    const wanted = ["package.json", "README.md", "LICENSE", "dist/cli/main.js", "dist/tables.js"];
    for (const entry of ["", "node/", "webhooks/", "redis/", "bullmq/", "ai-sdk/", "mcp/", "mock/", "contract/"])
      wanted.push(`dist/${entry}index.js`);
    wanted.push("dist/index.d.ts", "dist/generated/minimax.d.ts");
    wanted.push("openapi/minimax.yaml", "openapi/gateways/quickrouter.yaml", "openapi/SOURCES.md");
    for (const form of ["", ".plain", ".3.0"]) wanted.push(`dist/openapi/minimax${form}.json`);
    expect(source.files).toEqual(expect.arrayContaining(wanted));
    expect(source.files.filter((file) => file.endsWith(".mp4")).length).toBeGreaterThan(1);
    const known = /^(dist|openapi|src)\/|^(package\.json|README\.md|LICENSE)$/;
    const unwanted = /\.test\.|tsbuildinfo|^openapi\/.*\.(ts|txt)$/;
    expect(source.files.filter((file) => !known.test(file) || unwanted.test(file))).toEqual([]);
  });

  test("holds the contract suite once, for the library and the command line (H14)", () => {
    const code = source.files.filter((file) => /^dist\/.*\.js$/.test(file));
    const holds = code.filter((file) =>
      readFileSync(join(source.folder, file), "utf8").includes("function runContract("),
    );
    expect(holds).toHaveLength(1);
  });

  test("has source maps, and the sources that they name (H6)", () => {
    const maps = source.files.filter((file) => file.endsWith(".js.map"));
    expect(maps.length).toBe(source.files.filter((file) => /^dist\/.*\.js$/.test(file)).length);
    for (const file of maps) {
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(source.folder, file), "utf8"));
      expect(sourcesContent).toBeUndefined();
      const named = sources.map((path: string) => join(file, "..", path)).filter((path: string) => /^src\//.test(path));
      expect(source.files).toEqual(expect.arrayContaining(named));
    }
  });

  test("passes publint", async () => {
    const { messages } = await publint({ pkgDir: source.folder, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest(), { color: false }))).toEqual([]);
  });

  test("has types that resolve for every export, ESM only", async () => {
    // --exclude-entrypoints takes words up to the next option.
    const options = '--exclude-entrypoints "openapi/*" "openapi/bundled/*" --profile esm-only';
    const { code, stdout } = await run(`node_modules/.bin/attw ${options} ${source.tarball}`, source.folder);
    expect(code, stdout).toBe(0);
  }, 60_000);
});

describe("installed elsewhere, the package", () => {
  test("brings openapi-fetch and its types, and undici for the command line, nothing more", () => {
    const installed = readdirSync(join(consumer, "node_modules")).filter((name) => !name.startsWith("."));
    expect(installed.sort()).toEqual(["minimax-video", "openapi-fetch", "openapi-typescript-helpers", "undici"]);
  });

  test("runs without eval: client, node, webhooks, contract, tables, specs, all with one MiniMaxError", async () => {
    const script = `
      import { createClient, image, MiniMaxError } from "minimax-video";
      import { imageFile, saveVideo } from "minimax-video/node";
      import { webhookUrl, WebhookError } from "minimax-video/webhooks";
      import { createMiniMaxVideo } from "minimax-video/ai-sdk";
      import { redisJournal } from "minimax-video/redis";
      import { createVideoQueue } from "minimax-video/bullmq";
      import { runContract } from "minimax-video/contract";
      import { prices } from "minimax-video/tables";
      import { createRequire } from "node:module";
      const request = { model: "MiniMax-Hailuo-02", prompt: "a fox", duration: 10, resolution: "1080P" };
      const { ok, cost } = await createClient({ apiKey: "x" }).videos.check(request);
      const spec = createRequire(import.meta.url).resolve("minimax-video/openapi/minimax.yaml");
      const { default: bundle } = await import("minimax-video/openapi/bundled/minimax.3.0.json", { with: { type: "json" } });
      const refusal = await webhookUrl("https://example.com", { secret: "" }).catch((error) => error);
      const install = await createVideoQueue({ connection: {} }).catch(({ message }) => message);
      if (typeof redisJournal !== "function" || !install.endsWith("Install it: npm install bullmq ioredis")) throw install;
      const noServer = await runContract({ server: "nowhere", free: true }).catch((error) => error);
      const one = [refusal, noServer].every((error) => error instanceof MiniMaxError) && refusal instanceof WebhookError;
      const types = [saveVideo, imageFile, image, createMiniMaxVideo].map((call) => typeof call).join();
      console.log(JSON.stringify([one, ok, cost ?? null, types, prices.length, spec.endsWith("minimax.yaml"), bundle.openapi]));`;
    writeFileSync(join(consumer, "try.js"), script);
    const { stdout, stderr } = await run("node --no-warnings --disallow-code-generation-from-strings try.js", consumer);
    expect(stdout.trim(), stderr).toBe('[true,false,null,"function,function,function,function",2,true,"3.0.3"]');
  });

  test("can be required by CommonJS, also in TypeScript with module nodenext (H12)", async () => {
    const folder = join(consumer, "commonjs");
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }');
    const script = 'const { createClient } = require("minimax-video");\nconsole.log(typeof createClient);';
    writeFileSync(join(folder, "try.js"), script);
    expect(await run("node --no-warnings try.js", folder)).toMatchObject({ code: 0, stdout: "function\n" });
    writeFileSync(
      join(folder, "use.ts"),
      'import { createClient } from "minimax-video";\ncreateClient({ apiKey: "any" });',
    );
    expect(await typeErrors(folder, { types: [], skipLibCheck: true }, "typescript")).toBe("");
  }, 60_000);

  test.each([
    "typescript",
    "typescript-7",
  ] as const)("compiles in a strict project and refuses illegal requests, with %s", async (compiler) => {
    writeFileSync(
      join(consumer, "use.ts"),
      `import { createClient, type VideoGenerationReq } from "minimax-video";
       import { createMiniMaxVideo } from "minimax-video/ai-sdk";
       import { saveVideo } from "minimax-video/node";
       import { createWebhookHandler, type WebhookHandler } from "minimax-video/webhooks";
       export const POST: WebhookHandler = createWebhookHandler({ secret: "s", onStatus: ({ state }) => state === "failed" });
       const request: VideoGenerationReq = { model: "S2V-01", subject_reference: [{ type: "character", image: ["https://x.test/a"] }] };
       const video = await createClient().videos.generate(request, { timeout: 1000 });
       await saveVideo(video, "out.mp4");
       export const { specificationVersion } = createMiniMaxVideo().video("T2V-01");
       // @ts-expect-error 1080P lasts six seconds
       createClient().videos.create({ model: "MiniMax-Hailuo-02", prompt: "a fox", duration: 10, resolution: "1080P" });`,
    );
    // Ours are checked, the compiler's own are not.
    const options = { types: [], exactOptionalPropertyTypes: true, skipDefaultLibCheck: true };
    expect(await typeErrors(consumer, options, compiler)).toBe("");
  }, 60_000);

  test("has a command line that tells its version, and how to install Prism", async () => {
    const shown = await run("npx --no-install minimax-video --version", consumer);
    expect(shown).toMatchObject({ code: 0, stdout: `${manifest().version}\n` });
    const mock = await run("npx --no-install minimax-video mock --port 0", consumer);
    expect(mock).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("npm install --save-dev @stoplight/prism-http@"),
    });
    const prism = await run("npx --no-install minimax-video contract --server prism", consumer);
    const install = "npm install --save-dev @stoplight/prism-cli@5.14.2";
    expect(prism).toMatchObject({ code: 2, stderr: expect.stringContaining(install) });
  });
});
