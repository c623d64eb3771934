/** Builds the API reference: a Redoc page for each spec, and a page that lists the operations of all specs. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bundles, type Document, type Json, redocly, roots } from "../../openapi/documents.js";

/** Files that Redoc would fetch: its script, which the command line contains, and a logo, which is not needed. */
const SCRIPT = /https:\/\/cdn\.redocly\.com\/redoc\/[\w.]+\/bundles\/redoc\.standalone\.js/g;
const LOGO = /https:\/\/cdn\.redoc\.ly\/redoc\/[\w-]+\.svg/g;
const NO_LOGO = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/%3E";

/** Writes the list of operations into `pages` as Markdown, and an HTML file for each spec into `pages`/public/api. */
export async function writeApi(pages: string): Promise<void> {
  const folder = join(pages, "public/api");
  mkdirSync(folder, { recursive: true });
  const cli = dirname(createRequire(import.meta.url).resolve("@redocly/cli/package.json"));
  const script = readFileSync(join(cli, "lib/chunks/redoc.standalone.js"), "utf8");
  writeFileSync(join(folder, "redoc.js"), script.replace(LOGO, NO_LOGO));
  const [documents] = await Promise.all([
    bundles(),
    ...Object.entries(roots).map(async ([name, root]) => {
      const file = join(folder, `${name}.html`);
      await redocly(["build-docs", root, "--output", file]);
      writeFileSync(file, withoutNetwork(readFileSync(file, "utf8")));
    }),
  ]);
  mkdirSync(join(pages, "api"), { recursive: true });
  writeFileSync(join(pages, "api/index.md"), indexOf(documents));
}

/** Makes a Redoc page load its script from its own folder, and adds a link back to the site. */
function withoutNetwork(html: string): string {
  const local = html.replace(SCRIPT, "./redoc.js").replace(LOGO, NO_LOGO);
  // In the prerendered HTML, links are paths, which Redoc's script turns into anchors.
  const bare = local.replace(/ integrity="[^"]*" crossorigin="anonymous"/, "").replaceAll(' href="/', ' href="#/');
  return bare.replace(
    "<body>",
    `<body>\n  <nav style="${BAR}"><a href="index.html">minimax-video: API reference</a></nav>`,
  );
}

const BAR = "padding: 8px 16px; font: 14px/24px system-ui, sans-serif; color-scheme: light dark; background: Canvas";

function indexOf(documents: Record<string, Document>): string {
  const parts = Object.entries(documents).map(([name, { info, paths }]) => {
    const page = (operation: string) => `<a href="${name}.html${operation}" target="_self">`;
    const rows = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries<Json>(methods).flatMap(([method, { operationId, summary, tags, deprecated }]) => {
        if (!operationId) return [];
        const link = page(`#/${slugOf(tags[0])}/${operationId.toLowerCase()}`);
        return `| ${link}${summary}</a>${deprecated ? " (deprecated)" : ""} | \`${method.toUpperCase()} ${path}\` |`;
      }),
    );
    const table = ["| Operation | Request |", "|---|---|", ...rows].join("\n");
    return `## ${info.title}\n\n${page("")}All fields, replies and examples</a> of version ${info.version}.\n\n${table}\n`;
  });
  return `${INTRODUCTION}\n${parts.join("\n")}`;
}

const slugOf = (tag: string) => tag.toLowerCase().replaceAll(" ", "-");

const INTRODUCTION = `# API reference

The HTTP API that the library uses, generated from the OpenAPI specs in this repository: the API of MiniMax, and those of two
gateways that offer a part of it. The library, its types, the mock and the contract suite use the same files.
`;
