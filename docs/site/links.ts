/** Checks that every link and asset of the built site exists. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";

/** Pages with content that a script adds, so their anchors cannot be checked. */
const FILLED_BY_SCRIPT = /^(api\/[\w-]+|playground\/index)\.html$/;

/** Describes each link, script, image and anchor without a target. `base` is the path under which the site is served. */
export function deadLinks(folder: string, base = "/"): string[] {
  const pages = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
  const texts = new Map(pages.map((page) => [page, withoutScripts(readFileSync(join(folder, page), "utf8"))]));
  const anchors = new Map([...texts].map(([page, text]) => [page, new Set(valuesOf(text, "id"))]));
  return [...texts].flatMap(([page, text]) =>
    [...new Set(valuesOf(text, "(?:href|src)"))].flatMap((link) => {
      const problem = problemOf(link, page);
      return problem ? [`${page}: ${link} ${problem}`] : [];
    }),
  );

  function problemOf(link: string, page: string): string | undefined {
    if (/^(https?|mailto|data|blob):/.test(link)) return undefined;
    const [path = "", hash = ""] = link.split("#") as [string, string?];
    if (path.startsWith("/") && !path.startsWith(base)) return `is not below ${base}`;
    const below = path.startsWith("/") ? path.slice(base.length) : posix.join(posix.dirname(page), path);
    let target = path === "" ? page : decodeURI(below);
    if (existsSync(join(folder, target)) && statSync(join(folder, target)).isDirectory())
      target = posix.join(target, "index.html");
    if (!existsSync(join(folder, target))) return "leads to no file";
    if (hash === "" || FILLED_BY_SCRIPT.test(target)) return undefined;
    return anchors.get(target)?.has(decodeURIComponent(hash)) ? undefined : "leads to no anchor";
  }
}

const withoutScripts = (html: string) => html.replace(/(<script[^>]*>)[\s\S]*?<\/script>/g, "$1</script>");

function valuesOf(html: string, name: string): string[] {
  const found = html.matchAll(new RegExp(`<[^>]*\\s${name}="([^"]*)"`, "g"));
  return [...found].map(([, value = ""]) => value.replaceAll("&amp;", "&"));
}
