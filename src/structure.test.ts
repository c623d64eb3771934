/** The structure of the code: allowed imports, limits of size, and other rules that readers may rely on. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
/** The TypeScript files in a folder. */
const written = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ file, text: readFileSync(join(root, folder, file), "utf8") }));
const sources = written("src").filter(({ file }) => !file.endsWith(".test.ts"));
type Source = (typeof sources)[0];

const linesOf = (list: readonly Pick<Source, "text">[]) =>
  list.reduce((lines, { text }) => lines + text.split("\n").length - 1, 0);

/** The folder in src/ that contains a file. Files directly in src/ are the core, which is loaded at once. */
const roomOf = (path: string) => (path.includes("/") ? (path.split("/")[0] as string) : "core");
const inRoom = (...rooms: string[]) => sources.filter(({ file }) => rooms.includes(roomOf(file)));

/** The folders, lowest first. A folder may import those before it. */
const ORDER = [
  ...["generated", "base", "media", "http", "kinds", "check", "files", "account", "download", "tasks", "core"],
  ...["node", "webhooks", "redis", "bullmq", "ai-sdk", "mock", "contract", "mcp", "cli"],
];
/** The generated types of the specs refer to the types of media. */
const EXCEPTION = /^generated\/\w+\.ts media\/media\.ts$/;

function isAbove(file: string, target: string): boolean {
  if (EXCEPTION.test(`${file} ${target}`)) return true;
  return ORDER.indexOf(roomOf(target)) <= ORDER.indexOf(roomOf(file));
}

const core = inRoom("core");
const portable = inRoom(...ORDER.slice(1, ORDER.indexOf("core") + 1));

/** Paths, relative to src/, that a file imports; packages by their name. */
function importsOf({ file, text }: Source): { target: string; typeOnly: boolean; lazy: boolean }[] {
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
  test("has files to check", () => {
    expect(core.length).toBe(4);
    for (const room of ORDER) expect(inRoom(room).length, room).toBeGreaterThan(0);
    expect(importsOf(core.find(({ file }) => file === "client.ts") as Source).map(({ target }) => target)).toContain(
      "openapi-fetch",
    );
  });

  test("core runs anywhere: it imports no node: module, and no package except openapi-fetch", () => {
    const packages = portable
      .flatMap((source) => importsOf(source).map(({ target }) => target))
      .filter((target) => !target.endsWith(".ts"));
    expect([...new Set(packages)]).toEqual(["openapi-fetch"]);
    for (const { file, text } of portable) expect(text, file).not.toMatch(/\b(Buffer|require)\b\s*[.(]/);
  });

  test.each(["webhooks", "ai-sdk", "contract"])("%s/ runs anywhere too: nothing of Node, and no package", (room) => {
    const own = inRoom(room);
    const targets = own.flatMap((source) => importsOf(source).map(({ target }) => target));
    expect(own.length).toBeGreaterThan(3);
    expect(targets.filter((target) => !target.endsWith(".ts"))).toEqual([]);
    // On other runtimes, callbacks need no package either.
    if (room === "webhooks") expect(targets.filter((target) => /^tasks\//.test(target))).toEqual([]);
    for (const { file, text } of own) expect(text, file).not.toMatch(/\b(Buffer|require)\b\s*[.(]|\bprocess\.\w/);
  });

  test("imports point one way, types included: each folder imports only those listed before it", () => {
    const wrong = sources.flatMap((source) =>
      importsOf(source)
        .filter(({ target }) => target.endsWith(".ts") && !isAbove(source.file, target))
        .map(({ target }) => `${source.file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
    expect([...new Set(sources.map(({ file }) => roomOf(file)))].toSorted()).toEqual(ORDER.toSorted());
  });

  test("the mock and the contract suite do not import the command line, and only the command line imports them", () => {
    const targets = (room: string) => inRoom(room).flatMap((source) => importsOf(source).map(({ target }) => target));
    const elsewhere = sources.filter(({ file }) => !["cli", "mock", "contract"].includes(roomOf(file)));
    const known = elsewhere.flatMap((source) => importsOf(source).map(({ target }) => roomOf(target)));
    expect(known.filter((room) => ["mock", "contract", "cli"].includes(room))).toEqual([]);
    // The mock shares only wording and tables with the client, not its code.
    expect(targets("mock").filter((target) => /^(tasks|download|files|core)\//.test(target))).toEqual([]);
  });

  test("no file imports itself indirectly, types included", () => {
    const graph = new Map(sources.map((source) => [source.file, importsOf(source).map(({ target }) => target)]));
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) return void circles.push([...path.slice(path.indexOf(file)), file].join(" > "));
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of graph.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  test("uses each file name once, except index.ts and the commands of the command line", () => {
    const names = sources.map(({ file }) => file).filter((file) => !file.endsWith("index.ts"));
    const commands = names.filter((file) => roomOf(file) === "cli").map((file) => file.replace("cli/", ""));
    const others = names.filter((file) => roomOf(file) !== "cli").map((file) => file.split("/").at(-1) as string);
    expect(others.filter((name, index) => others.indexOf(name) !== index)).toEqual([]);
    const known = /^(check|contract|files|generate|journal|task|tasks|template)\.ts$/;
    expect(commands.filter((name) => others.includes(name) && !known.test(name))).toEqual([]);
  });

  test("stays small", () => {
    // Every line counts. Raise these limits only for a reason that the reviewer accepts.
    const most = { "ai-sdk": 472, bullmq: 351, mcp: 684, redis: 354, contract: 3465, mock: 2018 };
    for (const [room, lines] of Object.entries(most)) expect(linesOf(inRoom(room)), room).toBeLessThan(lines);
    expect(linesOf(portable)).toBeLessThan(7898);
    expect(linesOf(sources.filter(({ file }) => roomOf(file) !== "generated"))).toBeLessThan(21_004);
  });

  test("loads only the core at first: a page that shows a form does not load tasks, checks or downloads", () => {
    const eager = new Set(["index.ts"]);
    for (const file of eager)
      for (const { target, typeOnly, lazy } of importsOf(sources.find((source) => source.file === file) as Source))
        if (target.endsWith(".ts") && !typeOnly && !lazy) eager.add(target);
    const elsewhere = [...eager].filter((file) => !["core", "base"].includes(roomOf(file)));
    expect(elsewhere.toSorted()).toEqual([
      "generated/servers.ts",
      "media/media-input.ts",
      "tasks/create-task.ts",
      "tasks/task-handle.ts",
    ]);
  });

  test("uses no eval, not even in the generated validators", () => {
    for (const { file, text } of sources) expect(text, file).not.toMatch(/\beval\(|new Function\(/);
  });
});

test("the generator and the comparison of specs in openapi/ stay small", () => {
  const files = written("openapi").filter(({ file }) => !file.endsWith(".test.ts"));
  expect(files.length).toBeGreaterThan(20);
  expect(linesOf(files)).toBeLessThan(2992);
});

test("contract-tests/ stays small: a test of one module that needs no server is next to the module", () => {
  const files = written("contract-tests").filter(({ file }) => !/^generated|node_modules/.test(file));
  expect(files.length).toBeGreaterThan(100);
  expect(linesOf(files)).toBeLessThan(19_416);
});

test("no committed file names a package registry's host or a folder of a developer's machine", () => {
  const files = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0").filter(Boolean);
  expect(files.length).toBeGreaterThan(50);
  // Split, so that this file does not contain them either.
  const forbidden = new RegExp(
    ["registry\\.npm", "js|", "/work", "/(main|shared)|/", "root/|/home", "/\\w+/"].join(""),
  );
  const named = files.filter(
    (file) => !file.endsWith(".mp4") && forbidden.test(readFileSync(join(root, file), "utf8")),
  );
  expect(named).toEqual([]);
});
