/** The walls of the house: what may import what, how much there is of it, and what a reader may rely on. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => ({ file, text: readFileSync(join(root, "src", file), "utf8") }));
const core = sources.filter(({ file }) => !file.includes("/"));
const check = sources.filter(({ file }) => file.startsWith("check/"));
const webhooks = sources.filter(({ file }) => file.startsWith("webhooks/"));
const portable = [...core, ...check];

/** Paths, relative to src/, that a file imports; packages by their name. */
function importsOf({
  file,
  text,
}: {
  file: string;
  text: string;
}): { target: string; typeOnly: boolean; lazy: boolean }[] {
  return [...text.matchAll(/(?:^|\n)(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/g)].map(
    ([, type, from, lazy]) => {
      const name = (from ?? lazy) as string;
      const target = name.startsWith(".")
        ? relative(join(root, "src"), join(root, "src", dirname(file), name)).replace(/\.js$/, ".ts")
        : name;
      return { target, typeOnly: Boolean(type), lazy: lazy !== undefined };
    },
  );
}

describe("src/", () => {
  test("has files to judge", () => {
    expect(core.length).toBeGreaterThan(15);
    expect(
      importsOf(core.find(({ file }) => file === "client.ts") as (typeof core)[0]).map(({ target }) => target),
    ).toContain("openapi-fetch");
  });

  test("proper runs anywhere: it imports no node: module, and no package but openapi-fetch", () => {
    const packages = core
      .flatMap((source) => importsOf(source).map(({ target }) => target))
      .filter((target) => !target.endsWith(".ts"));
    expect([...new Set(packages)]).toEqual(["openapi-fetch"]);
    for (const { file, text } of portable) expect(text, file).not.toMatch(/\b(Buffer|require)\b\s*[.(]/);
  });

  test("webhooks/ runs anywhere too: nothing of Node, and no package, beside Node as little as elsewhere", () => {
    const targets = webhooks.flatMap((source) => importsOf(source).map(({ target }) => target));
    expect(webhooks.length).toBeGreaterThan(5);
    expect(targets.filter((target) => !target.endsWith(".ts"))).toEqual([]);
    expect(targets.filter((target) => /^(engine|connection|wait|submit|query)\.ts$/.test(target))).toEqual([]);
    for (const { file, text } of webhooks) expect(text, file).not.toMatch(/\b(Buffer|require)\b\s*[.(]|\bprocess\.\w/);
  });

  test("proper knows nothing of node/, mock/ and cli/; mock/ nothing of the client; nobody of cli/", () => {
    const layer = (path: string) => (path.includes("/") ? (path.split("/")[0] as string) : "core");
    const allowed: Record<string, string[]> = {
      core: ["check", "generated"],
      // Only its types, and loaded with the first create.
      check: ["core", "generated"],
      generated: ["core"],
      node: ["core"],
      // Of the client only its types: it is handed one.
      webhooks: ["core"],
      mock: ["generated"],
      cli: ["core", "check", "node", "webhooks", "mock", "generated"],
    };
    const wrong = sources.flatMap((source) =>
      importsOf(source)
        .filter(
          ({ target }) =>
            target.endsWith(".ts") &&
            layer(target) !== layer(source.file) &&
            !allowed[layer(source.file)]?.includes(layer(target)),
        )
        .map(({ target }) => `${source.file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test("proper imports one way: no circle but of types", () => {
    const graph = new Map(
      portable.map((source) => [
        source.file,
        importsOf(source)
          .filter(({ typeOnly }) => !typeOnly)
          .map(({ target }) => target),
      ]),
    );
    const circles: string[] = [];
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file].join(" > "));
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    };
    for (const file of graph.keys()) visit(file, []);
    expect([...new Set(circles)]).toEqual([]);
  });

  const linesOf = (files: typeof sources) => files.reduce((lines, { text }) => lines + text.split("\n").length, 0);

  test("webhooks/ stays below 800 lines", () => {
    expect(linesOf(webhooks)).toBeLessThan(800);
  });

  test("proper stays below 2,000 lines, and the rules of a check below 1,200", () => {
    expect(linesOf(core)).toBeLessThan(2000);
    expect(linesOf(check)).toBeLessThan(1200);
  });

  test("proper loads the check lazily: it imports nothing of it but types", () => {
    const eager = core.flatMap((source) =>
      importsOf(source)
        .filter(({ target, typeOnly, lazy }) => target.startsWith("check/") && !typeOnly && !lazy)
        .map(({ target }) => `${source.file} imports ${target}`),
    );
    expect(eager).toEqual([]);
  });

  test("uses no eval, in the generated validators neither", () => {
    for (const { file, text } of sources) expect(text, file).not.toMatch(/\beval\(|new Function\(/);
  });
});

test("no committed file names a package registry's host or a folder of somebody's machine", () => {
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0").filter(Boolean);
  expect(files.length).toBeGreaterThan(50);
  // In pieces, so that this file does not name them either.
  const forbidden = new RegExp(
    ["registry\\.npm", "js|", "/work", "/(main|shared)|/", "root/|/home", "/\\w+/"].join(""),
  );
  const named = files.filter(
    (file) => !file.endsWith(".mp4") && forbidden.test(readFileSync(join(root, file), "utf8")),
  );
  expect(named).toEqual([]);
});
