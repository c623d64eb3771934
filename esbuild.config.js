/**
 * The second half of `npm run build`: tsc has written the declarations, and this writes the code. Every file that is loaded at
 * startup costs almost a millisecond (`npm run bench -- import`), so each entry is one file, and the code that entries share is
 * in dist/chunks/.
 *
 * Handwritten code is not minified, so that stack traces show useful functions and lines without source maps. Source maps would
 * double the size of the package, and bundlers warn about maps whose sources are missing. Generated code is minified.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { tsImport } from "tsx/esm/api";

const outdir = process.argv[2] ?? "dist";
// Old chunks would remain, because their names contain a hash.
rmSync(`${outdir}/chunks`, { recursive: true, force: true });

/** Large generated files. As entries, they do not share a chunk with handwritten code. */
const GENERATED = ["operations", "replies", "request-schema", "validators", "witnesses"].map(
  (name) => `src/generated/${name}.ts`,
);

/**
 * Puts everything that the main entry loads at startup into one chunk. esbuild makes a chunk for each set of entries that share
 * code, so every module is made to reach the main entry. esbuild drops these imports again.
 */
const coreInOneChunk = {
  name: "core-in-one-chunk",
  setup({ onLoad }) {
    const core = `\nimport ${JSON.stringify(resolve("src/index.ts"))};\n`;
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) =>
      path.includes("generated") ? undefined : { contents: readFileSync(path, "utf8") + core, loader: "ts" },
    );
  },
};

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
  // Chunks are as deep as the entries, because mock and command line find data and package.json by relative paths.
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
  logOverride: { "ignored-bare-import": "silent" },
  plugins: [coreInOneChunk],
});
for (const { path, text } of outputFiles) {
  const { inputs, entryPoint } = metafile.outputs[relative(".", path).replaceAll("\\", "/")];
  // The other entries take its code from a chunk.
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
