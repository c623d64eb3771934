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
type Source = (typeof sources)[0];

/** The folder below src/ in which a file lies; what lies in none is the core, which is loaded at once. */
const roomOf = (path: string) => (path.includes("/") ? (path.split("/")[0] as string) : "core");
const inRoom = (...rooms: string[]) => sources.filter(({ file }) => rooms.includes(roomOf(file)));

/** What runs anywhere: the core, and what it loads when it is needed. */
const PORTABLE = ["core", "base", "media", "http", "kinds", "check", "files", "download", "tasks"];
const core = inRoom("core");
const portable = inRoom(...PORTABLE);
const webhooks = inRoom("webhooks");
const contract = inRoom("contract");

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
    expect(core.length).toBe(4);
    for (const room of PORTABLE) expect(inRoom(room).length, room).toBeGreaterThan(0);
    expect(importsOf(core.find(({ file }) => file === "client.ts") as Source).map(({ target }) => target)).toContain(
      "openapi-fetch",
    );
  });

  test("proper runs anywhere: it imports no node: module, and no package but openapi-fetch", () => {
    const packages = portable
      .flatMap((source) => importsOf(source).map(({ target }) => target))
      .filter((target) => !target.endsWith(".ts"));
    expect([...new Set(packages)]).toEqual(["openapi-fetch"]);
    for (const { file, text } of portable) expect(text, file).not.toMatch(/\b(Buffer|require)\b\s*[.(]/);
  });

  test("webhooks/ runs anywhere too: nothing of Node, and no package, beside Node as little as elsewhere", () => {
    const targets = webhooks.flatMap((source) => importsOf(source).map(({ target }) => target));
    expect(webhooks.length).toBeGreaterThan(5);
    expect(targets.filter((target) => !target.endsWith(".ts"))).toEqual([]);
    expect(targets.filter((target) => /^tasks\//.test(target))).toEqual([]);
    for (const { file, text } of webhooks) expect(text, file).not.toMatch(/\b(Buffer|require)\b\s*[.(]|\bprocess\.\w/);
  });

  test("contract/ runs anywhere as well, and needs no package of its own", () => {
    const targets = contract.flatMap((source) => importsOf(source).map(({ target }) => target));
    expect(contract.length).toBeGreaterThan(5);
    expect(targets.filter((target) => !target.endsWith(".ts"))).toEqual([]);
    for (const { file, text } of contract) expect(text, file).not.toMatch(/\b(Buffer|require)\b\s*[.(]|\bprocess\.\w/);
  });

  test("proper knows nothing of node/, mock/ and cli/; mock/ nothing of the client; nobody but cli/ of contract/; nobody of cli/", () => {
    const allowed: Record<string, string[]> = {
      ...Object.fromEntries(PORTABLE.map((room) => [room, [...PORTABLE, "generated"]])),
      generated: ["media"],
      node: PORTABLE,
      // Of the client only its types: it is handed one.
      webhooks: PORTABLE,
      // Nothing of the client: only what judges and words a request.
      mock: ["base", "media", "kinds", "check", "generated"],
      contract: [...PORTABLE, "generated"],
      cli: [...PORTABLE, "node", "webhooks", "mock", "contract", "generated"],
    };
    const wrong = sources.flatMap((source) =>
      importsOf(source)
        .filter(({ target }) => target.endsWith(".ts") && roomOf(target) !== roomOf(source.file))
        .filter(({ target }) => !allowed[roomOf(source.file)]?.includes(roomOf(target)))
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

  test("stays small", () => {
    const linesOf = (list: Source[]) => list.reduce((lines, { text }) => lines + text.split("\n").length - 1, 0);
    expect(linesOf(portable)).toBeLessThan(8100);
    expect(linesOf(sources.filter(({ file }) => roomOf(file) !== "generated"))).toBeLessThan(19_950);
  });

  test("proper loads nothing at once but the core: a page that shows a form pays for no engine, check or download", () => {
    const eager = new Set(["index.ts"]);
    for (const file of eager)
      for (const { target, typeOnly, lazy } of importsOf(sources.find((source) => source.file === file) as Source))
        if (target.endsWith(".ts") && !typeOnly && !lazy) eager.add(target);
    const elsewhere = [...eager].filter((file) => !["core", "base"].includes(roomOf(file)));
    expect(elsewhere.toSorted()).toEqual([
      "generated/servers.ts",
      "media/media-input.ts",
      "tasks/attended.ts",
      "tasks/create.ts",
      "tasks/task-handle.ts",
    ]);
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
