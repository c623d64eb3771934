/**
 * `npm run build`, second half: tsc has written the declarations, this writes the code. A file a module would cost 10 ms at
 * every start (measured: `npm run bench -- import`); so it is one file an entry, with what they share in dist/chunks/.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { tsImport } from "tsx/esm/api";

const outdir = process.argv[2] ?? "dist";
// Their names hold a hash: old ones would stay.
rmSync(`${outdir}/chunks`, { recursive: true, force: true });
const options = {
  outbase: "src",
  outdir,
  // As deep below the package as the entries are: mock and command line find openapi/ and package.json by relative paths.
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  // The package has src/ as well: with --enable-source-maps, stacks name its lines.
  sourcemap: true,
  sourcesContent: false,
  external: ["node:*", "@stoplight/*", "@modelcontextprotocol/*", "selfsigned", "undici", "bullmq", "ioredis"],
  banner: { js: "/* minimax-video, MIT. Holds openapi-fetch 0.17.0, MIT, (c) 2023 Drew Powers. */" },
  logLevel: "warning",
};
buildSync({
  ...options,
  entryPoints: [
    "src/index.ts",
    "src/node/index.ts",
    "src/webhooks/index.ts",
    "src/redis/index.ts",
    "src/bullmq/index.ts",
    "src/ai-sdk/index.ts",
    "src/contract/index.ts",
    "src/mcp/index.ts",
    "src/cli/main.ts",
  ],
});
// Apart, because these share no class with the client, and what is shared is cut out of its one file.
buildSync({ ...options, entryPoints: ["src/tables.ts", "src/mock/index.ts"] });

// The page that the mock serves to browsers.
const { playgroundPage } = await tsImport("./docs/playground/build.ts", import.meta.url);
mkdirSync(`${outdir}/mock`, { recursive: true });
writeFileSync(`${outdir}/mock/playground.html.gz`, gzipSync(await playgroundPage({ mock: true }), { level: 9 }));
