/**
 * The second half of `npm run build`: tsc has written the declarations, this writes the code. One file per module would cost
 * 10 ms at every start (`npm run bench -- import`), so there is one file per entry, and shared code is in dist/chunks/.
 *
 * Handwritten code stays readable, so that stack traces show meaningful functions and lines without source maps, which would
 * double the package size, and bundlers warn about maps without their sources. Generated code is minified.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { tsImport } from "tsx/esm/api";

const outdir = process.argv[2] ?? "dist";
// Chunk names contain a hash, so old chunks would not be overwritten.
rmSync(`${outdir}/chunks`, { recursive: true, force: true });

/** Large generated modules. They are entries so that they never share a chunk with handwritten code. */
const GENERATED = ["operations", "replies", "request-schema", "validators", "witnesses"].map(
  (name) => `src/generated/${name}.ts`,
);

const { outputFiles, metafile } = await build({
  entryPoints: [
    "src/index.ts",
    "src/node/index.ts",
    "src/webhooks/index.ts",
    "src/redis/index.ts",
    "src/bullmq/index.ts",
    "src/ai-sdk/index.ts",
    "src/mock/index.ts",
    "src/contract/index.ts",
    "src/mcp/index.ts",
    "src/tables.ts",
    "src/cli/main.ts",
    ...GENERATED,
  ],
  write: false,
  metafile: true,
  outbase: "src",
  outdir,
  // Chunks must be as deep as the entries: mock and command line find data and package.json by relative paths.
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  charset: "utf8",
  external: ["node:*", "@stoplight/*", "@modelcontextprotocol/*", "selfsigned", "undici", "bullmq", "ioredis"],
  banner: { js: "/* minimax-video, MIT. Holds openapi-fetch 0.17.0, MIT, (c) 2023 Drew Powers. */" },
  logLevel: "warning",
});
for (const { path, text } of outputFiles) {
  const { inputs, entryPoint } = metafile.outputs[relative(".", path).replaceAll("\\", "/")];
  // The file of a generated entry is not needed: the other entries import its code from a chunk.
  if (GENERATED.includes(entryPoint)) continue;
  const sources = Object.keys(inputs);
  const isGenerated = sources.length > 0 && sources.every((source) => source.startsWith("src/generated/"));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    isGenerated ? (await transform(text, { format: "esm", minify: true, charset: "utf8" })).code : text,
  );
}

// The page that the mock serves to browsers.
const { playgroundPage } = await tsImport("./docs/playground/build.ts", import.meta.url);
mkdirSync(`${outdir}/mock`, { recursive: true });
writeFileSync(`${outdir}/mock/playground.html.gz`, gzipSync(await playgroundPage({ mock: true }), { level: 9 }));
