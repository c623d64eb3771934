/** The VitePress configuration: navigation, search, and the targets of links between Markdown files. */
import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { type DefaultTheme, defineConfig, type MarkdownEnv, type UserConfig } from "vitepress";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The settings that differ between builds. */
export interface Site {
  /** The folder with the Markdown pages. Static files are in its public/. */
  pages: string;
  /** The output folder. */
  out: string;
  /** The path under which the site is served, with a slash at both ends. */
  base: string;
  /** Markdown files of the repository, by the page generated from them. */
  sources: Record<string, string>;
  sidebar: DefaultTheme.SidebarMulti;
  /** The URL of the repository, if package.json has it. */
  repository: string | undefined;
}

export function configOf(site: Site): UserConfig<DefaultTheme.Config> {
  const chinese = "zh/index.md" in site.sources;
  const { base, repository } = site;
  return defineConfig({
    title: "minimax-video",
    description: "A TypeScript client, a local mock and contract tests for the MiniMax (Hailuo) video API",
    base,
    outDir: site.out,
    // Puts data that all pages share into a separate file. It would be half of each page.
    metaChunk: true,
    cacheDir: join(site.pages, ".vitepress/cache"),
    head: [["link", { rel: "icon", href: ICON }]],
    locales: {
      root: { label: "English", lang: "en" },
      ...(chinese && {
        zh: { label: "简体中文", lang: "zh-CN", link: "/zh/", themeConfig: inChinese(site) },
      }),
    },
    themeConfig: {
      // Only the home page exists in both languages.
      i18nRouting: false,
      nav: navigation("Guides", "Library reference", "API reference", "Playground"),
      sidebar: site.sidebar,
      outline: [2, 3],
      search: { provider: "local", options: { miniSearch: { searchOptions: { boostDocument } } } },
      ...(repository && { socialLinks: [{ icon: "github", link: repository }] }),
    },
    markdown: {
      // The contrast of the default light theme is too low for some colours.
      theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
      anchor: { slugify: slugOf },
      // Braces at the end of a text are not attributes.
      attrs: { disable: true },
      config: (md) => {
        // Escapes double braces, because Vue would evaluate their content.
        for (const name of ["text", "code_inline"] as const) {
          const rule = md.renderer.rules[name];
          md.renderer.rules[name] = (...given) => (rule?.(...given) ?? "").replaceAll("{{", "&#123;&#123;");
        }
        md.core.ruler.push("repository-links", ({ tokens, env }) => {
          for (const { children } of tokens) {
            if (!children) continue;
            relink(children, env, site);
            unlinkLocal(children);
          }
        });
      },
    },
    vite: { logLevel: "warn", build: { chunkSizeWarningLimit: 4096 } },
  });
}

function navigation(guides: string, library: string, api: string, playground: string): DefaultTheme.NavItem[] {
  return [
    { text: guides, link: "/", activeMatch: "^/($|guides/)" },
    { text: library, link: "/library/", activeMatch: "^/library/" },
    { text: api, link: "/api/", activeMatch: "^/api/" },
    { text: playground, link: "/playground/index.html", target: "_self" },
  ];
}

/** Labels for the Chinese page. They say that everything else is in English. */
function inChinese({ sidebar }: Site): DefaultTheme.Config {
  const guides = [sidebar["/"] ?? []].flat().filter(({ link }: DefaultTheme.SidebarItem) => link !== "/");
  return {
    nav: navigation("指南（英文）", "库参考（英文）", "API 参考（英文）", "演练场（英文）"),
    sidebar: [
      { text: "概览", link: "/zh/" },
      { text: "指南（英文）", items: guides },
    ],
    outline: { level: [2, 3], label: "本页目录" },
    sidebarMenuLabel: "菜单",
    returnToTopLabel: "返回顶部",
    darkModeSwitchLabel: "外观",
    docFooter: { prev: "上一页", next: "下一页" },
  };
}

/** A blue square with a white triangle. Without an icon, a browser would request /favicon.ico. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#3451b2"/><path d="M6 4.5v7l5-3.5z" fill="#fff"/></svg>',
)}`;

/** Ranks guides above the reference, which contains the same words more often. */
function boostDocument(id: string): number {
  return /\/library\//.test(id) ? 1 : 3;
}

/** The anchor of a heading, as on GitHub, so that links work in both places. */
function slugOf(heading: string): string {
  const kept = heading.toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "");
  return kept.trim().replaceAll(" ", "-");
}

type Token = NonNullable<Parameters<Parameters<MarkdownRule>[1]>[0]["tokens"][0]["children"]>[0];
type MarkdownRule = import("vitepress").MarkdownRenderer["core"]["ruler"]["push"];

/** Points links between repository files to their pages, and other links to the repository on the web, if there is one. */
function relink(tokens: Token[], { relativePath }: MarkdownEnv, { sources, repository }: Site): void {
  const source = sources[relativePath];
  if (source === undefined) return;
  for (const [index, token] of tokens.entries()) {
    const href = token.type === "link_open" ? String(token.attrGet("href")) : "#";
    if (/^(#|[a-z]+:)/.test(href)) continue;
    const [path = ""] = href.split("#");
    const anchor = href.slice(path.length);
    const file = posix.join(posix.dirname(source), decodeURI(path));
    if (!existsSync(join(root, file))) throw new Error(`${source}: there is no ${href}`);
    const page = Object.keys(sources).find((name) => sources[name] === file);
    if (page !== undefined) token.attrSet("href", `/${page}${anchor}`);
    else if (repository) token.attrSet("href", `${repository}/blob/main/${file}${anchor}`);
    else
      hide(
        token,
        tokens.slice(index).find(({ type }) => type === "link_close"),
      );
  }
}

/** Turns automatic links to local addresses into text, because they only work on the reader's machine. */
function unlinkLocal(tokens: Token[]): void {
  for (const [index, token] of tokens.entries())
    if (token.markup === "linkify" && /^https?:\/\/(127\.|localhost\b)/.test(String(token.attrGet("href"))))
      hide(token, tokens[index + 2]);
}

/** Removes the markup of a link and keeps its text. */
function hide(...tokens: (Token | undefined)[]): void {
  for (const token of tokens)
    if (token) Object.assign(token, { type: "text", tag: "", content: "", nesting: 0, attrs: null });
}
