import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import type { Benchmark, Row } from "./benchmark.js";
import { builtLibrary, cleanEnv, home } from "./built.js";

/** Entries of a user's bundle, and the code that generates a video with them. `connection` stands for the options. */
const ENTRIES = [
  {
    what: "whole core",
    code: `export { createClient } from "minimax-video"`,
    makes: "entry.createClient(connection).videos.create(request)",
    atMost: 12,
  },
  {
    what: "create and wait alone",
    code: `export { connect, createVideo } from "minimax-video"`,
    makes: "entry.createVideo(entry.connect(connection), request)",
    atMost: 6,
  },
];

export const size: Benchmark = {
  name: "size",
  shows: "kB (1000 bytes) after esbuild's minifier and gzip -9, each file compressed separately, as a browser loads it",
  target: "loaded at once: at most 12 kB for the whole core, at most 6 kB for create and wait alone",
  async run() {
    builtLibrary();
    const { first: alone } = await bundled(`export { default } from "openapi-fetch"`);
    const reference = { name: "openapi-fetch alone", value: alone.gzip };
    const rows: Row[] = [];
    for (const { what, code, makes, atMost } of ENTRIES) {
      const { first, loaded, all } = await bundled(code, makes);
      rows.push(
        { ...row(`${what}, at once`, first), reference, atMost },
        row(`${what}, after generating a video with API v1`, loaded),
        row(`${what}, everything that can be loaded`, all),
      );
    }
    return rows;
  },
};

/** Files that are loaded together. */
interface Part {
  /** Kilobytes. */
  minified: number;
  gzip: number;
  notes: string[];
}

function row(what: string, { minified, gzip, notes }: Part): Row {
  return { what, ours: gzip, unit: "kB", notes: [`${minified.toFixed(1)} kB minified`, ...notes] };
}

const OPTIONS = {
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  write: false,
  metafile: true,
  logLevel: "silent",
} as const;

/** Bundles an entry. Returns the files that it loads at once, those that it has loaded after `makes`, and all files. */
async function bundled(contents: string, makes?: string): Promise<{ first: Part; loaded: Part; all: Part }> {
  const { metafile, outputFiles } = await build({
    ...OPTIONS,
    stdin: { contents, resolveDir: home, sourcefile: "entry.js" },
    absWorkingDir: home,
    outdir: home,
  });
  const entry = Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === "entry.js");
  if (!entry) throw new Error("esbuild reported no entry");
  const contentsOf = new Map(outputFiles.map(({ path, contents }) => [relative(home, path), contents]));
  const part = (paths: string[]) => partOf(metafile, paths, contentsOf);
  return {
    first: part(reached(metafile, [entry], ["import-statement"])),
    loaded: part(makes ? loadedBy(makes, entry, contentsOf) : []),
    all: part(reached(metafile, [entry], ["import-statement", "dynamic-import"])),
  };
}

const REPLY = { task_id: "1", status: "Success", file_id: "2", base_resp: { status_code: 0, status_msg: "success" } };

/** Finds the files that a process loads when it generates a video. */
function loadedBy(makes: string, entry: string, contentsOf: Map<string, Uint8Array>): string[] {
  const folder = mkdtempSync(join(home, "bundle-"));
  try {
    for (const [path, contents] of contentsOf) writeFileSync(join(folder, path), contents);
    const script = `
      import * as entry from "./${entry}";
      const connection = { apiKey: "any", fetch: async () => Response.json(${JSON.stringify(REPLY)}) };
      const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" };
      const task = await ${makes};
      const { fileId } = await task.wait();
      if (fileId !== "2") throw new Error("no video was generated");`;
    writeFileSync(join(folder, "make.mjs"), script);
    const coverage = join(folder, "coverage");
    const env = { ...cleanEnv, NODE_V8_COVERAGE: coverage };
    execFileSync(process.execPath, ["make.mjs"], { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
    const seen = readdirSync(coverage).map((file) => readFileSync(join(coverage, file), "utf8"));
    return [...contentsOf.keys()].filter((path) => seen.some((text) => text.includes(`/${path}"`)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** These output files and all that they load through these kinds of import. */
function reached({ outputs }: Metafile, paths: string[], kinds: string[]): string[] {
  const found = new Set(paths);
  for (const path of found)
    for (const { path: next, kind, external } of outputs[path]?.imports ?? [])
      if (!external && kinds.includes(kind)) found.add(next);
  return [...found];
}

const HEAVIEST = 6;

function partOf({ outputs }: Metafile, paths: string[], contentsOf: Map<string, Uint8Array>): Part {
  const bytes = paths.map((path) => contentsOf.get(path) ?? new Uint8Array());
  const inputs = paths.flatMap((path) => Object.entries(outputs[path]?.inputs ?? {}));
  const heaviest = inputs.toSorted(([, one], [, other]) => other.bytesInOutput - one.bytesInOutput).slice(0, HEAVIEST);
  const names = heaviest.map(([path, { bytesInOutput }]) => `${shortened(path)} ${kilo(bytesInOutput).toFixed(1)}`);
  return {
    minified: kilo(bytes.reduce((sum, { length }) => sum + length, 0)),
    gzip: kilo(bytes.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0)),
    notes: names.length ? [`heaviest, minified: ${names.join(", ")}`] : [],
  };
}

function shortened(path: string): string {
  return path.replace(/^.*node_modules\//, "").replace(/^dist\//, "");
}

function kilo(bytes: number): number {
  return bytes / 1000;
}
