/** The tarball that npm would publish: its contents, and that it works when installed elsewhere. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { beforeAll, describe, expect, test } from "vitest";
import { type Packed, packed, run, typeErrors } from "../contract-tests/helpers/checkout.js";
import { folderForAll } from "../contract-tests/helpers/temporary-folder.js";

let source: Packed;
// Outside the checkout, so that it cannot find the packages there.
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
    const wanted = ["package.json", "README.md", "LICENSE", "CHANGELOG.md", "dist/cli/main.js", "dist/tables.js"];
    for (const entry of ["", "node/", "webhooks/", "redis/", "bullmq/", "ai-sdk/", "mcp/", "mock/", "contract/"])
      wanted.push(`dist/${entry}index.js`);
    wanted.push("dist/index.d.ts", "dist/generated/minimax.d.ts", "src/cli/help.txt");
    for (const form of ["", ".plain", ".3.0"]) wanted.push(`dist/openapi/minimax${form}.json`);
    expect(source.files).toEqual(expect.arrayContaining(wanted));
    expect(source.files.filter((file) => file.endsWith(".mp4.gz")).length).toBeGreaterThan(1);
    const known =
      /^dist\/.*\.(js|d\.ts|html(\.gz)?)$|^dist\/openapi\/\w+(\.3\.0|\.plain)?\.json$|^src\/(cli\/help\.txt|mock\/clips\/.*\.mp4\.gz)$|^(package\.json|README(\.zh-CN)?\.md|LICENSE|CHANGELOG\.md)$/;
    expect(source.files.filter((file) => !known.test(file))).toEqual([]);
  });

  test("takes at most 3 MB, and the compressed playground at most 100 kB more", () => {
    const sizeOf = (file: string) => statSync(join(source.folder, file)).size;
    const pages = source.files.filter((file) => file.endsWith(".html.gz"));
    expect(pages).toHaveLength(1);
    for (const page of pages) expect(sizeOf(page), page).toBeLessThanOrEqual(100_000);
    const rest = source.files.filter((file) => !pages.includes(file));
    expect(rest.reduce((sum, file) => sum + sizeOf(file), 0)).toBeLessThanOrEqual(3_000_000);
  });

  test("holds the declarations that its exports lead to, and no others", () => {
    const declared = source.files.filter((file) => file.endsWith(".d.ts"));
    const named = declared.flatMap((file) =>
      [...readFileSync(join(source.folder, file), "utf8").matchAll(/(?:from|import)\W*"(\.[^"]+)\.js"/g)].map(
        ([, path]) => join(file, "..", `${path}.d.ts`),
      ),
    );
    const exported = Object.values<{ types?: string }>(manifest().exports).flatMap(
      ({ types }) => types?.slice(2) ?? [],
    );
    expect(declared.toSorted()).toEqual([...new Set([...exported, ...named])].toSorted());
  });

  test("holds the contract suite once, for the library and the command line (H14)", () => {
    const code = source.files.filter((file) => /^dist\/.*\.js$/.test(file));
    const holds = code.filter((file) =>
      readFileSync(join(source.folder, file), "utf8").includes("function runContract("),
    );
    expect(holds).toHaveLength(1);
  });

  test("leaves handwritten code readable in stack traces, and refers to no source map (H6)", () => {
    const code = source.files.filter((file) => /^dist\/.*\.js$/.test(file));
    const texts = code.map((file) => readFileSync(join(source.folder, file), "utf8"));
    expect(texts.filter((text) => text.includes("sourceMappingURL"))).toEqual([]);
    const written = texts.filter((text) => text.includes("/* minimax-video, MIT."));
    expect(written.length).toBeGreaterThan(60);
    const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));
    // Generated code is minified, because nobody debugs it.
    expect(texts.filter((text) => !written.includes(text) && text.split("\n").length > 50)).toEqual([]);
    expect(written.map(widest).filter((width) => width > 2000)).toEqual([]);
  });

  test("passes publint", async () => {
    const { messages } = await publint({ pkgDir: source.folder, strict: true });
    expect(messages.map((message) => formatMessage(message, manifest(), { color: false }))).toEqual([]);
  });

  test("has types that resolve for every export, ESM only", async () => {
    // --exclude-entrypoints consumes every word up to the next option.
    const options = '--exclude-entrypoints "openapi/*" --profile esm-only';
    const { code, stdout } = await run(`node_modules/.bin/attw ${options} ${source.tarball}`, source.folder);
    expect(code, stdout).toBe(0);
  }, 60_000);
});

describe("installed elsewhere, the package", () => {
  test("installs only openapi-fetch with its types, and undici for the command line", () => {
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
      const spec = createRequire(import.meta.url).resolve("minimax-video/openapi/minimax.json");
      const { default: bundle } = await import("minimax-video/openapi/minimax.3.0.json", { with: { type: "json" } });
      const refusal = await webhookUrl("https://example.com", { secret: "" }).catch((error) => error);
      const install = await createVideoQueue({ connection: {} }).catch(({ message }) => message);
      if (typeof redisJournal !== "function" || !install.endsWith("Install it: npm install bullmq ioredis")) throw install;
      const noServer = await runContract({ server: "nowhere", free: true }).catch((error) => error);
      const one = [refusal, noServer].every((error) => error instanceof MiniMaxError) && refusal instanceof WebhookError;
      const types = [saveVideo, imageFile, image, createMiniMaxVideo].map((call) => typeof call).join();
      console.log(JSON.stringify([one, ok, cost ?? null, types, prices.length, spec.endsWith("minimax.json"), bundle.openapi]));`;
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
    // Checks our declarations, but not the compiler's own.
    const options = { types: [], exactOptionalPropertyTypes: true, skipDefaultLibCheck: true };
    expect(await typeErrors(consumer, options, compiler)).toBe("");
    // A program for Node declares no browser.
    const inNode = {
      ...options,
      lib: ["es2022"],
      types: ["node"],
      typeRoots: [fileURLToPath(new URL("../node_modules/@types", import.meta.url))],
    };
    expect(await typeErrors(consumer, inNode, compiler)).toBe("");
  }, 60_000);

  test("has a command line that prints its version, and says how to install Prism", async () => {
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
