/** What npm would publish: holds what it should, and works when installed elsewhere. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Packed, packed, run, typeErrors } from "./helpers/checkout.js";

let source: Packed;
let consumer: string;

beforeAll(async () => {
  source = await packed();
  // Not below the checkout, whose packages it would find.
  consumer = mkdtempSync(join(tmpdir(), "minimax-video-"));
  writeFileSync(join(consumer, "package.json"), '{ "name": "consumer", "type": "module", "private": true }');
  const installed = await run(`npm install --prefer-offline --no-audit --no-fund ${source.tarball}`, consumer);
  expect(installed.code, installed.stderr).toBe(0);
}, 120_000);

afterAll(() => {
  source?.remove();
  rmSync(consumer, { recursive: true, force: true });
});

describe("the tarball", () => {
  test("holds the code, its types, the specs and the clips, and nothing else", () => {
    for (const file of [
      "package.json",
      "README.md",
      "LICENSE",
      "dist/index.js",
      "dist/index.d.ts",
      "dist/node/index.js",
      "dist/webhooks/index.js",
      "dist/mock/index.js",
      "dist/contract/index.js",
      "dist/cli/main.js",
      "dist/tables.js",
      "dist/generated/minimax.d.ts",
      "openapi/minimax.yaml",
      "openapi/gateways/quickrouter.yaml",
      "openapi/SOURCES.md",
    ]) {
      expect(source.files).toContain(file);
    }
    expect(source.files.filter((file) => file.endsWith(".mp4")).length).toBeGreaterThan(1);
    expect(
      source.files.filter(
        (file) => !/^(dist|openapi|src\/mock\/clips)\/|^(package\.json|README\.md|LICENSE)$/.test(file),
      ),
    ).toEqual([]);
    expect(source.files.filter((file) => /\.test\.|tsbuildinfo|^openapi\/.*\.ts$/.test(file))).toEqual([]);
  });

  test("passes publint", async () => {
    const { messages } = await publint({ pkgDir: source.folder, strict: true });
    const pkg = JSON.parse(readFileSync(join(source.folder, "package.json"), "utf8"));
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test("has types that resolve for every export, ESM only", async () => {
    const { code, stdout } = await run(
      `node_modules/.bin/attw --profile esm-only --exclude-entrypoints "openapi/*" --no-color ${source.tarball}`,
      source.folder,
    );
    expect(code, stdout).toBe(0);
  }, 60_000);
});

describe("installed elsewhere", () => {
  test("brings openapi-fetch and its types, nothing more", () => {
    const installed = readdirSync(join(consumer, "node_modules")).filter((name) => !name.startsWith("."));
    expect(installed.sort()).toEqual(["minimax-video", "openapi-fetch", "openapi-typescript-helpers"]);
  });

  test("runs: client, node, contract, tables, specs", async () => {
    const script = `
      import { createClient, image } from "minimax-video";
      import { imageFile, saveVideo } from "minimax-video/node";
      import { webhookUrl, WebhookError } from "minimax-video/webhooks";
      import { MiniMaxError } from "minimax-video";
      import { runContract } from "minimax-video/contract";
      import { prices } from "minimax-video/tables";
      import { createRequire } from "node:module";
      const { videos } = createClient({ apiKey: "x" });
      const { ok, cost } = await videos.check({ model: "MiniMax-Hailuo-02", prompt: "a fox", duration: 10, resolution: "1080P" });
      const spec = createRequire(import.meta.url).resolve("minimax-video/openapi/minimax.yaml");
      const refusal = await webhookUrl("https://example.com", { secret: "" }).catch((error) => error);
      const noServer = await runContract({ server: "nowhere", free: true }).catch((error) => error);
      const one = [refusal, noServer].every((error) => error instanceof MiniMaxError) && refusal instanceof WebhookError;
      console.log(JSON.stringify([one, ok, cost ?? null, typeof saveVideo, typeof imageFile, typeof image, prices.length, spec.endsWith("minimax.yaml")]));`;
    writeFileSync(join(consumer, "try.js"), script);
    const { stdout, stderr } = await run("node --disallow-code-generation-from-strings try.js", consumer);
    expect(stdout.trim(), stderr).toBe('[true,false,null,"function","function","function",2,true]');
  });

  test.each([
    "typescript",
    "typescript-7",
  ] as const)("type-checks in a strict project, and refuses what is illegal there too, with %s", async (compiler) => {
    writeFileSync(
      join(consumer, "use.ts"),
      `import { createClient, type VideoGenerationReq } from "minimax-video";
       import { saveVideo } from "minimax-video/node";
       import { createWebhookHandler, type WebhookHandler } from "minimax-video/webhooks";
       export const POST: WebhookHandler = createWebhookHandler({ secret: "s", onStatus: ({ state }) => state === "failed" });
       const request: VideoGenerationReq = { model: "S2V-01", subject_reference: [{ type: "character", image: ["https://x.test/a"] }] };
       const video = await createClient().videos.generate(request, { timeout: 1000 });
       await saveVideo(video, "out.mp4");
       // @ts-expect-error 1080P lasts six seconds
       createClient().videos.create({ model: "MiniMax-Hailuo-02", prompt: "a fox", duration: 10, resolution: "1080P" });`,
    );
    // Ours are checked, the compiler's own are not.
    const options = { types: [], exactOptionalPropertyTypes: true, skipDefaultLibCheck: true };
    expect(await typeErrors(consumer, options, compiler)).toBe("");
  }, 60_000);

  test("has a command line that works without the mock's engine, and says how to install that", async () => {
    const help = await run("npx --no-install minimax-video --help", consumer);
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("generate") });
    const mock = await run("npx --no-install minimax-video mock --port 0", consumer);
    expect(mock.code).not.toBe(0);
    expect(mock.stderr).toContain("npm install --save-dev @stoplight/prism-http@");
  });
});

test("the version of the package is the version that the command line tells", async () => {
  const { version } = JSON.parse(readFileSync(join(source.folder, "package.json"), "utf8"));
  expect(
    execFileSync(process.execPath, [join(source.folder, "dist/cli/main.js"), "--version"], { encoding: "utf8" }).trim(),
  ).toBe(version);
});
