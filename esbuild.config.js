/**
 * `npm run build`, second half: tsc has written the declarations, this writes the code. A file a module would cost 10 ms at
 * every start (measured: `npm run bench -- import`); so it is one file an entry, with what they share in dist/chunks/.
 *
 * Code that people wrote stays readable, so that a stack names functions and lines that mean something without source maps:
 * those would double the package, and bundlers warn of maps whose sources are not there. Generated code is minified.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { tsImport } from "tsx/esm/api";

const outdir = process.argv[2] ?? "dist";
// Their names hold a hash: old ones would stay.
rmSync(`${outdir}/chunks`, { recursive: true, force: true });

/** Large and generated: as entries, they do not share a chunk with code that people wrote. */
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
  // As deep below the package as the entries are: mock and command line find data and package.json by relative paths.
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
  // An entry only for its own sake: the others take its code from a chunk.
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
