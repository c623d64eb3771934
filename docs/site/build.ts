/**
 * `npm run docs [folder]`: builds the site from the guides, the doc comments and the specs, without network access. The folder must be
 * in this repository, where VitePress finds its packages; default out/site. DOCS_BASE is the path under which the site will be
 * served (default "/").
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type DefaultTheme } from "vitepress";
import { roots } from "../../openapi/documents.js";
import { playgroundPage } from "../playground/build.js";
import { writeApi } from "./api.js";
import type { Site } from "./config.js";
import { writeLibrary } from "./library.js";
import { deadLinks } from "./links.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const [folder = join(root, "out/site")] = process.argv.slice(2);
if (folder.startsWith("-")) throw new Error(`npm run docs takes only a folder, not ${folder}`);
const out = resolve(folder);
/** Links from the playground back to the other parts of the site. */
const NAVIGATION =
  '<nav aria-label="Site"><p><a href="../index.html">minimax-video</a> · <a href="../library/index.html">Library reference</a> · <a href="../api/index.html">API reference</a></p></nav>';
const pages = `${out}-pages`;
const base = (process.env.DOCS_BASE ?? "/").replace(/^\/?/, "/").replace(/\/?$/, "/");
/** A file that VitePress writes into every site. */
const MARK = "hashmap.json";
if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(join(out, MARK)))
  throw new Error(`${out} is not empty and contains no site, so nothing was written`);
for (const folder of [pages, out]) rmSync(folder, { recursive: true, force: true });

const sources = sourcesOf();
for (const [page, file] of Object.entries(sources)) put(page, readFileSync(join(root, file), "utf8"));
put("public/playground/index.html", await playgroundPage({ navigation: NAVIGATION }));
await Promise.all([writeApi(pages), writeLibrary(join(pages, "library"))]);
const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const site: Site = {
  pages,
  out,
  base,
  sources,
  sidebar: { ...library(), "/api/": api(), "/": guides() },
  repository: repository?.url.replace(/^git\+|\.git$/g, ""),
};
// VitePress reads its configuration and its theme from the folder of the pages.
const literal = JSON.stringify;
put(
  ".vitepress/config.ts",
  `import { configOf } from ${literal(here("config.ts"))};\nexport default configOf(${literal(site)});\n`,
);
put(
  ".vitepress/theme/index.ts",
  `import theme from "vitepress/theme";\nimport ${literal(here("theme.css"))};\nexport default theme;\n`,
);
await build(pages);

const dead = deadLinks(out, base);
if (dead.length > 0) throw new Error(`Dead links:\n${dead.join("\n")}`);
console.log(`The site is in ${out}`);

/** The handwritten pages, and their files. */
function sourcesOf(): Record<string, string> {
  const guides = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  const chinese = existsSync(join(root, "README.zh-CN.md")) ? { "zh/index.md": "README.zh-CN.md" } : {};
  const pages = guides.map((name) => [`guides/${name.replace("README", "index")}`, `docs/${name}`]);
  return { "index.md": "README.md", ...chinese, ...Object.fromEntries(pages) };
}

/** The guides in the order, groups and names of docs/README.md. */
function guides(): DefaultTheme.SidebarItem[] {
  const [, ...groups] = readFileSync(join(root, "docs/README.md"), "utf8").split(/^\*\*(.*)\*\*$/m);
  const titles = groups.filter((_, index) => index % 2 === 0);
  return [
    { text: "Overview", link: "/" },
    ...titles.map((text, index) => ({ text, items: [...linksIn(groups[2 * index + 1] ?? "")] })),
  ];
}

function* linksIn(list: string): Iterable<DefaultTheme.SidebarItem> {
  for (const [, text = "", name] of list.matchAll(/^- \[(.*?)\]\(([\w-]+)\.md\)/gm))
    yield { text, link: `/guides/${name}` };
}

function api(): DefaultTheme.SidebarItem[] {
  const names = Object.keys(roots);
  const specs = names.map((text) => ({ text, link: `/api/${text}.html`, target: "_self" }));
  return [
    { text: "API reference", link: "/api/" },
    { text: "Specs", items: specs },
  ];
}

interface Item {
  title: string;
  path?: string | undefined;
  children?: Item[];
}

/**
 * In TypeDoc's tree, the subpaths are in a group without a page. Here, the main entry comes first. An entry is expanded only on
 * its own pages, because all names on all pages would be most of the site.
 */
function library(): DefaultTheme.SidebarMulti {
  const tree: Item[] = JSON.parse(readFileSync(join(pages, "library/navigation.json"), "utf8"));
  const main = tree.filter(({ path }) => path !== undefined);
  const subpaths = tree.flatMap(({ path, children = [] }) => (path === undefined ? children : []));
  const entries = [...main, ...subpaths.map((item) => ({ ...item, title: `minimax-video/${item.title}` }))];
  const closed = entries.map(({ title, path }) => sidebarItem({ title, path }));
  const open = entries.map((entry, index): [string, DefaultTheme.SidebarItem[]] => [
    `/library/${entry.title}/`,
    closed.with(index, sidebarItem(entry)),
  ]);
  return { ...Object.fromEntries(open), "/library/": closed };
}

function sidebarItem({ title, path, children }: Item): DefaultTheme.SidebarItem {
  const link = path && { link: `/library/${path.replace(/(index)?\.md$/, "")}` };
  const sorted = path ? children : children?.toSorted((one, other) => one.title.localeCompare(other.title));
  // Not collapsible: VitePress would nest two buttons, which screen readers cannot handle.
  return { text: title, ...link, ...(sorted && { items: sorted.map(sidebarItem) }) };
}

function put(file: string, text: string): void {
  mkdirSync(dirname(join(pages, file)), { recursive: true });
  writeFileSync(join(pages, file), text);
}
