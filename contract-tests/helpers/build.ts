/** Builds scripts for tests that start processes: each is a single JavaScript file, because tsx takes longer to start than they run. */
import { renameSync, rmdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, buildSync } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

const ELSEWHERE = ["@stoplight/*", "@modelcontextprotocol/*", "selfsigned", "undici"];

/** Builds a script of this repository into a folder, and returns its path. */
export function built(source: string, folder: string, more: BuildOptions = {}): string {
  const outfile = join(folder, `${basename(source, ".ts")}.mjs`);
  buildSync({
    entryPoints: [join(root, source)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: [...ELSEWHERE, "ioredis", "bullmq"],
    logLevel: "warning",
    ...more,
  });
  return outfile;
}

const withRedis = new Map<string, string>();

/** The same for a script that needs Redis. Its packages are bundled, because their hundreds of files take twice as long to load. */
export function builtWithRedis(source: string): string {
  const known = withRedis.get(source);
  if (known) return known;
  const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
  const folder = join(root, "node_modules/.cache/minimax-video-tests");
  const own = built(source, join(folder, String(process.pid)), { external: ELSEWHERE, banner });
  // Another run may be loading it, so the file is replaced at once.
  const script = join(folder, basename(own));
  renameSync(own, script);
  rmdirSync(dirname(own));
  withRedis.set(source, script);
  return script;
}
