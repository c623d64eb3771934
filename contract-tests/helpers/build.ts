/** Scripts for tests that start processes of their own: one plain file each, because tsx takes longer to start than they live. */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Builds a script of this repository into a folder, and gives its path there. */
export function built(source: string, folder: string): string {
  const outfile = join(folder, `${basename(source, ".ts")}.mjs`);
  buildSync({
    entryPoints: [join(root, source)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["@stoplight/*", "@modelcontextprotocol/*", "selfsigned", "undici", "ioredis", "bullmq"],
    logLevel: "warning",
  });
  return outfile;
}

/** The same for a script that needs packages of the project. */
export const builtBeside = (source: string) => built(source, join(root, "node_modules/.cache/minimax-video-tests"));
