/** Third-party tools: how to run each on a spec, and how to get its verdicts on requests. */
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { execute } from "../../openapi/documents.js";
import type { Probe } from "./probes.js";

export const home = fileURLToPath(new URL(".", import.meta.url));
const installed = join(home, "node_modules");
export const versions: Record<string, string> = JSON.parse(
  readFileSync(join(home, "package.json"), "utf8"),
).dependencies;

export interface Tool {
  name: string;
  makes: string;
  /** Runs the tool on a spec, in a folder that can resolve its packages. Returns whether each probe is accepted. */
  verdicts(spec: string, folder: string, probes: Probe[]): Promise<boolean[]>;
}

/** Runs a tool's command. */
function run(command: string, args: string[], folder: string) {
  const env = { ...process.env, NODE_ENV: "", DO_NOT_TRACK: "1", KUBB_DISABLE_TELEMETRY: "1" };
  return execute(process.execPath, [join(installed, ".bin", command), ...args], {
    cwd: folder,
    env,
    maxBuffer: 2 ** 28,
  });
}

const IMPORTED = 'import type { VideoGenerationReq, VideoGenerationV2Req } from "MODULE";\n';
const FROM_PATHS = `import type { paths } from "MODULE";
type BodyOf<Path extends keyof paths> = paths[Path] extends { post: { requestBody: { content: { "application/json": infer Body } } } } ? Body : never;
type VideoGenerationReq = BodyOf<"/v1/video_generation">;
type VideoGenerationV2Req = BodyOf<"/v2/video_generation">;
`;
const TAKERS = `declare function videoGeneration(body: VideoGenerationReq): void;
declare function videoGenerationV2Create(body: VideoGenerationV2Req): void;
`;

/** Gets verdicts from the compiler, with a line for each probe. @throws {Error} if anything else does not compile */
async function compiled(folder: string, module: string, probes: Probe[], head = IMPORTED): Promise<boolean[]> {
  const lines = probes.map(({ operationId, body }) => `${operationId}(${JSON.stringify(body)});\n`);
  const prelude = head.replace("MODULE", module) + TAKERS;
  writeFileSync(join(folder, "probes.ts"), prelude + lines.join(""));
  const base = {
    strict: true,
    noEmit: true,
    module: "esnext",
    moduleResolution: "bundler",
    target: "es2022",
    types: [],
  };
  const compilerOptions = {
    ...base,
    lib: ["es2022", "dom", "dom.iterable"],
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
  const { stdout } = await run("tsc", ["-p", ".", "--pretty", "false"], folder).catch((error) => error);
  const refused = new Set<number>();
  for (const [line, file, at] of String(stdout).matchAll(/^(\S[^(\n]*)\((\d+),.*$/gm)) {
    const probe = Number(at) - prelude.split("\n").length;
    if (file !== "probes.ts" || probe < 0) throw new Error(`The generated code does not compile: ${line}`);
    refused.add(probe);
  }
  return probes.map((_, index) => !refused.has(index));
}

/** Gets verdicts from Zod schemas, after the compiler has checked them. */
async function parsed(folder: string, imports: string, probes: Probe[]): Promise<boolean[]> {
  const entry = `import { readFileSync } from "node:fs";
    ${imports}
    const probes = JSON.parse(readFileSync("probes.json", "utf8"));
    console.log(JSON.stringify(probes.map(({ operationId, body }) => schemas[operationId].safeParse(body).success)));`;
  writeFileSync(join(folder, "judge.ts"), entry);
  writeFileSync(join(folder, "probes.json"), JSON.stringify(probes));
  const outfile = join(folder, "judge.mjs");
  buildSync({ entryPoints: [join(folder, "judge.ts")], bundle: true, platform: "node", format: "esm", outfile });
  const { stdout } = await execute(process.execPath, [outfile], { cwd: folder, maxBuffer: 2 ** 28 });
  return JSON.parse(stdout);
}

const kubb = (spec: string, plugin: string) => `import { defineConfig } from "@kubb/core";
import { pluginOas } from "@kubb/plugin-oas";
import { pluginTs } from "@kubb/plugin-ts";
import { pluginZod } from "@kubb/plugin-zod";
const plugins = { ts: pluginTs({ output: { path: "types" } }), zod: pluginZod({ output: { path: "zod" } }) };
export default defineConfig({
  root: ".", input: { path: ${JSON.stringify(spec)} }, output: { path: "made", format: false, lint: false },
  plugins: [pluginOas({ generators: [], validate: false }), plugins.ts${plugin === "zod" ? ", plugins.zod" : ""}],
});`;

async function runKubb(spec: string, folder: string, plugin: string): Promise<void> {
  writeFileSync(join(folder, "kubb.config.mjs"), kubb(spec, plugin));
  await run("kubb", ["generate", "--config", "kubb.config.mjs"], folder);
}

async function runOrval(folder: string, output: object, spec: string): Promise<void> {
  const config = `module.exports = ${JSON.stringify({ api: { input: spec, output } })};`;
  writeFileSync(join(folder, "orval.config.cjs"), config);
  await run("orval", ["--config", "orval.config.cjs"], folder);
}

const tool = (name: string, makes: string, verdicts: Tool["verdicts"]): Tool => ({ name, makes, verdicts });

export const tools: Tool[] = [
  tool("openapi-typescript", "types, with its own defaults", async (spec, folder, probes) => {
    await run("openapi-typescript", [spec, "-o", "made.ts"], folder);
    return compiled(folder, "./made.js", probes, FROM_PATHS);
  }),
  tool("@hey-api/openapi-ts", "types", async (spec, folder, probes) => {
    await run("openapi-ts", ["-i", spec, "-o", "made", "-p", "@hey-api/typescript"], folder);
    return compiled(folder, "./made/index.js", probes);
  }),
  tool("orval", "types and a client", async (spec, folder, probes) => {
    await runOrval(folder, { target: "made/client.ts", schemas: "made/model", client: "fetch" }, spec);
    return compiled(folder, "./made/model/index.js", probes);
  }),
  tool("orval", "zod schemas", async (spec, folder, probes) => {
    const override = { zod: { strict: { body: true } } };
    await runOrval(folder, { target: "made/zod.ts", client: "zod", override }, spec);
    const imports = `import { videoGenerationBody, videoGenerationV2CreateBody } from "./made/zod.js";
        const schemas = { videoGeneration: videoGenerationBody, videoGenerationV2Create: videoGenerationV2CreateBody };`;
    return parsed(folder, imports, probes);
  }),
  tool("@kubb/plugin-ts", "types", async (spec, folder, probes) => {
    await runKubb(spec, folder, "ts");
    return compiled(folder, "./made/index.js", probes);
  }),
  tool("@kubb/plugin-zod", "zod schemas", async (spec, folder, probes) => {
    await runKubb(spec, folder, "zod");
    const imports = `import { videoGenerationReqSchema as videoGeneration } from "./made/zod/videoGenerationReqSchema";
        import { videoGenerationV2ReqSchema as videoGenerationV2Create } from "./made/zod/videoGenerationV2ReqSchema";
        const schemas = { videoGeneration, videoGenerationV2Create };`;
    return parsed(folder, imports, probes);
  }),
  tool("swagger-typescript-api", "types and a client", async (spec, folder, probes) => {
    await run(
      "swagger-typescript-api",
      ["generate", "-p", spec, "-o", folder, "-n", "made.ts", "--generate-union-enums"],
      folder,
    );
    return compiled(folder, "./made.js", probes);
  }),
  tool("express-openapi-validator", "a middleware that refuses", async (spec, folder, probes) => {
    writeFileSync(join(folder, "probes.json"), JSON.stringify(probes));
    const { stdout } = await execute(process.execPath, [join(home, "express-verdicts.mjs"), spec], { cwd: folder });
    return JSON.parse(stdout);
  }),
];

/** Makes the packages of this folder resolvable from another folder. */
export function equip(folder: string): void {
  if (!readdirSync(folder).includes("node_modules")) symlinkSync(installed, join(folder, "node_modules"), "dir");
}
