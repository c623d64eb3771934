/** Tests the provider with `ai` 7, which needs Node 22, in the engine of `@ai-sdk/workflow`, and its types with `ai` 6 and 7. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { cacheFolder } from "./helpers/cache-folder.js";
import { packed, run, typeErrors } from "./helpers/checkout.js";
import { guide } from "./helpers/documentation.js";
import { freePort } from "./helpers/listening.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { commandOf, install, installInto, isAvailable } from "./helpers/runtimes.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Named as in the README. */
const SDK = "ai@7.0.173";
const ENGINE = ["@ai-sdk/workflow@2.0.43", "workflow@5.0.0-beta.52", "@workflow/vitest@5.0.0-beta.52"];
const installed = cacheFolder([SDK, ...ENGINE].map((name) => name.split("@").at(-1)).join("-"));
const mock = mockForAll({ speed: 200 });

test("the guide names the versions that are tested", () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const tested of [`ai@${devDependencies.ai}`, SDK, ENGINE[0] as string])
    expect(guide("ai-sdk")).toContain(`\`${tested.replace(/@(?=\d)/, "` ")}`);
});

beforeAll(async () => {
  await Promise.all([install(), installInto(installed, [SDK, ...ENGINE, "zod@4.4.3", "vitest@4.1.12"])]);
}, 300_000);

/** Runs the tests of a folder in a runtime. */
async function testsIn(folder: string, runtime: "Node 22" | "Node 24", options: string, env: Record<string, string>) {
  const [program] = commandOf(runtime);
  const packages = folder === root ? root : installed;
  const report = join(reports, `${runtime}.json`);
  const vitest = join(packages, "node_modules/vitest/vitest.mjs");
  const command = `"${program}" "${vitest}" run --reporter=json --outputFile "${report}" ${options}`;
  const { stdout, stderr } = await run(command, folder, env);
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
  expect({ numFailedTests, numPendingTests }, stdout + stderr).toEqual({ numFailedTests: 0, numPendingTests: 0 });
  return numPassedTests;
}

const reports = folderForAll();
const project = folderForAll();
const consumer = folderForAll();

test.each(
  (["Node 22", "Node 24"] as const).filter(isAvailable),
)("ai 7 passes every test of ai 6, on %s", async (runtime) => {
  const env = { AI_SDK: join(installed, "node_modules/ai/dist/index.js") };
  expect(await testsIn(root, runtime, "--project tests contract-tests/ai-sdk.test.ts", env)).toBeGreaterThan(50);
}, 120_000);

test.runIf(isAvailable("Node 24"))(
  "a workflow of @ai-sdk/workflow starts a video, sleeps, and is woken by MiniMax through the relay",
  async () => {
    const files = {
      "package.json": '{ "type": "module" }',
      "vitest.config.ts": `
      import { workflow } from "@workflow/vitest";
      export default { plugins: [workflow()] };`,
      "video-workflow.ts": `
      import { experimental_generateVideo } from "@ai-sdk/workflow/video";
      export async function videoWorkflow(options) {
        "use workflow";
        return experimental_generateVideo(options);
      }`,
      "video.test.ts": `
      import { once } from "node:events";
      import { createServer } from "node:http";
      import { expect, test } from "vitest";
      import { resumeWebhook, start } from "workflow/api";
      import { createClient, createMiniMaxVideo, createWebhookHandler, nodeListener, relayStatus } from "./library.mjs";
      import { videoWorkflow } from "./video-workflow";

      const secret = "a secret of the receiver, which nobody may see";
      const connect = { apiKey: "eyJ-THE-SECRET-KEY", server: process.env.MOCK };
      const H3 = { model: "MiniMax-H3", aspectRatio: "16:9", duration: 6, providerOptions: { minimax: { resolution: "768P" } } };
      const listen = async (listener) => {
        const server = createServer(listener).listen(0, "127.0.0.1");
        await once(server, "listening");
        return "http://127.0.0.1:" + server.address().port;
      };
      // The test engine has no web server.
      let calls = 0;
      const webhooks = await listen(async (request, response) => {
        calls++;
        const token = request.url.split("/").at(-1);
        const { status } = await resumeWebhook(token, new Request("http://localhost" + request.url, { method: "POST" }));
        response.writeHead(status).end();
      });
      const onStatus = (status, { reference }) =>
        relayStatus(status, { reference: reference.replace(/^http:..[^/]+/, webhooks) });
      const base = await listen(nodeListener(createWebhookHandler({ secret, client: createClient(connect), onStatus })));
      globalThis.AI_SDK_DEFAULT_PROVIDER = createMiniMaxVideo(connect, { relay: { url: base + "/callbacks", secret } });

      test.each([{ model: "T2V-01" }, H3])("$model", async (options) => {
        calls = 0;
        const run = await start(videoWorkflow, [{ ...options, prompt: "a fox" }]);
        const { status, videos, providerMetadata } = await run.returnValue;
        expect([status, videos]).toEqual(["completed", [{ type: "url", url: expect.any(String), mediaType: "video/mp4" }]]);
        expect(providerMetadata.minimax.videos).toMatchObject([{ taskId: expect.any(String) }]);
        expect(calls).toBe(1);
      }, 60_000);`,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
    symlinkSync(join(installed, "node_modules"), join(project, "node_modules"), "dir");
    const rooms = ["", "ai-sdk/", "webhooks/"].map((room) => `export * from "${root}src/${room}index.js";`);
    buildSync({
      stdin: { contents: rooms.join("\n"), resolveDir: root },
      outfile: join(project, "library.mjs"),
      ...{ bundle: true, format: "esm", platform: "node" },
    });
    const before = mock.creates;
    expect(await testsIn(project, "Node 24", "", { MOCK: mock.url })).toBe(2);
    expect(mock.creates - before).toBe(2);
  },
  120_000,
);

describe("its types", () => {
  const snippet = `
    import { experimental_generateVideo } from "ai";
    import { createMiniMaxVideo, type MiniMaxVideoOptions } from "minimax-video/ai-sdk";
    const minimax = createMiniMaxVideo({ apiKey: "any", server: "china" });
    const options = { prompt_optimizer: false, resolution: "1080P", key: "fox 17" } satisfies MiniMaxVideoOptions;
    const { video, providerMetadata } = await experimental_generateVideo({
      model: minimax.video("MiniMax-Hailuo-02"),
      prompt: { image: new Uint8Array(), text: "A red fox" },
      providerOptions: { minimax: options },
    });
    console.log(video.uint8Array, providerMetadata.minimax?.videos);
    // @ts-expect-error there is no such resolution
    export const wrong: MiniMaxVideoOptions = { resolution: "1080p" };
    // @ts-expect-error a misspelled option
    export const misspelt: MiniMaxVideoOptions = { promptOptimizer: false };`;
  const ofSeven = `
    import { createProviderRegistry, experimental_getVideoStatus, experimental_startVideo } from "ai";
    import { createMiniMaxVideo } from "minimax-video/ai-sdk";
    const minimax = createMiniMaxVideo();
    const model = minimax.videoModel("MiniMax-H3");
    const { operation } = await experimental_startVideo({ model, prompt: "A red fox", webhookUrl: "https://a.test" });
    const status = await experimental_getVideoStatus(minimax.video("MiniMax-H3"), { operation });
    if (status.status === "completed") console.log(status.videos);
    createProviderRegistry({ minimax }).videoModel("minimax:MiniMax-H3");
    globalThis.AI_SDK_DEFAULT_PROVIDER = minimax;`;

  test.each([
    ["ai 6", join(root, "node_modules"), { "use.ts": snippet }],
    ["ai 7", join(installed, "node_modules"), { "use.ts": snippet, "seven.ts": ofSeven }],
  ])(
    "fit %s",
    async (version, packages, files) => {
      const { folder } = await packed();
      const own = join(consumer, version.replace(" ", ""));
      const { code, stderr } = await run(`mkdir -p "${own}/node_modules/@ai-sdk"`, consumer);
      expect(code, stderr).toBe(0);
      symlinkSync(folder, join(own, "node_modules/minimax-video"), "dir");
      symlinkSync(join(packages, "ai"), join(own, "node_modules/ai"), "dir");
      writeFileSync(join(own, "package.json"), '{ "type": "module" }');
      for (const [name, text] of Object.entries(files)) writeFileSync(join(own, name), text);
      // The types of ai itself need more libraries than this.
      const options = { types: [], exactOptionalPropertyTypes: true, skipLibCheck: true };
      for (const compiler of ["typescript", "typescript-7"] as const)
        expect(await typeErrors(own, options, compiler)).toBe("");
    },
    120_000,
  );
});

describe("the examples", () => {
  const example = folderForAll();
  const secret = "a secret of the receiver, which nobody may see";
  const files = ["generate.ts", "webhook.ts"];

  beforeAll(async () => {
    const { folder } = await packed();
    cpSync(join(root, "examples/ai-sdk"), example, { recursive: true });
    mkdirSync(join(example, "node_modules"));
    symlinkSync(folder, join(example, "node_modules/minimax-video"), "dir");
    symlinkSync(join(installed, "node_modules/ai"), join(example, "node_modules/ai"), "dir");
    symlinkSync(join(root, "node_modules/@types"), join(example, "node_modules/@types"), "dir");
  }, 120_000);

  test("compile, and name the version of ai that is tested", async () => {
    const options = { types: ["node"], skipLibCheck: true };
    expect(await typeErrors(example, options, "typescript-7")).toBe("");
    const { dependencies } = JSON.parse(readFileSync(join(example, "package.json"), "utf8"));
    expect(`ai@${dependencies.ai}`).toBe(SDK);
    expect(readdirSync(join(root, "examples/ai-sdk")).toSorted()).toEqual([...files, "package.json"].toSorted());
  }, 60_000);

  test.runIf(isAvailable("Node 24")).each(files)(
    "%s makes a video",
    async (file) => {
      const [program] = commandOf("Node 24");
      const before = mock.creates;
      const env = {
        ...{ MINIMAX_API_KEY: "any", MINIMAX_SERVER: mock.url, MINIMAX_JOURNAL: join(example, "journal") },
        ...{ PORT: await freePort(), WEBHOOK_SECRET: secret },
      };
      const results = [];
      // Because of its key, the second run of generate.ts buys nothing.
      for (const _ of file === "generate.ts" ? [1, 2] : [1])
        results.push(await run(`"${program}" ${file}`, example, env));
      for (const { code, stdout, stderr } of results) {
        expect(code, stderr).toBe(0);
        expect(stdout).toContain(mock.taskIds.at(-1) && (file === "generate.ts" ? mock.taskIds.at(-1) : "output.mp4"));
      }
      expect(mock.creates - before).toBe(1);
      if (file === "generate.ts") expect(readFileSync(join(example, "fox.mp4")).toString("latin1", 4, 8)).toBe("ftyp");
    },
    60_000,
  );
});
