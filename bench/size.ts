import { relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import type { Benchmark, Row } from "./benchmark.js";
import { builtLibrary, home } from "./built.js";

const ENTRIES = [
  { what: "whole core", code: `export { createClient } from "minimax-video"`, atMost: 12 },
  { what: "create and wait alone", code: `export { connect, createVideo } from "minimax-video"`, atMost: 6 },
];

export const size: Benchmark = {
  name: "size",
  shows: "kB (1000 bytes) after esbuild's minifier and gzip -9, file by file as a browser loads them",
  target: "what an entry loads at once: whole core at most 12 kB, create and wait alone at most 6 kB",
  async run() {
    builtLibrary();
    const { first: alone } = await bundled(`export { default } from "openapi-fetch"`);
    const reference = { name: "openapi-fetch alone", value: alone.gzip };
    const rows: Row[] = [];
    for (const { what, code, atMost } of ENTRIES) {
      const { first, later } = await bundled(code);
      const all = { minified: first.minified + later.minified, gzip: first.gzip + later.gzip, notes: [] };
      rows.push(
        { ...row(`${what}, at once`, first), reference, target: { of: "ours", atMost } },
        row(`${what}, with the first check or create`, later),
        row(`${what}, sum`, all),
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

/** An entry of a user's bundle: what it loads at once, and what it loads with the first dynamic import. */
async function bundled(contents: string): Promise<{ first: Part; later: Part }> {
  const { metafile, outputFiles } = await build({
    ...OPTIONS,
    stdin: { contents, resolveDir: home, sourcefile: "entry.js" },
    absWorkingDir: home,
    outdir: home,
  });
  const entry = Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === "entry.js");
  if (!entry) throw new Error("esbuild named no entry");
  const first = reached(metafile, [entry], ["import-statement"]);
  const all = reached(metafile, [entry], ["import-statement", "dynamic-import"]);
  const later = all.filter((path) => !first.includes(path));
  const contentsOf = new Map(outputFiles.map(({ path, contents }) => [relative(home, path), contents]));
  const part = (paths: string[]) => partOf(metafile, paths, contentsOf);
  return { first: part(first), later: part(later) };
}

/** Output files that an output file loads, itself included, over these kinds of import. */
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
