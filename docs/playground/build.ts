/** Builds the playground, a single self-contained page, for the site and for the mock. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export interface PlaygroundOptions {
  /** Whether the mock serves the page, which can then generate videos. Default false. */
  mock?: boolean;
  /** Links at the top of the page, as HTML. Default none. */
  navigation?: string;
  /** The end of the page, as HTML. Default none. */
  footer?: string;
}

/** Returns the page as HTML. It loads nothing. The mock's page sends requests only to its own server, the site's page to none. */
export async function playgroundPage({
  mock = false,
  navigation = "",
  footer = "",
}: PlaygroundOptions = {}): Promise<string> {
  const [page, style, makeIt, script] = await Promise.all([
    readFile(here("page.html"), "utf8"),
    minifiedStyle(),
    mock ? readFile(here("make-it.html"), "utf8") : "",
    bundle(mock),
  ]);
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "img-src data: blob:",
    ...(mock ? ["connect-src 'self'", "media-src 'self' http://localhost:* http://127.0.0.1:*"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const parts: Record<string, string> = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    style: `<style>${style}</style>`,
    lead: `${LEAD} ${mock ? "“Make it” sends it to this mock." : "Nothing leaves this page, and no key is needed."}`,
    navigation,
    footer,
    "make-it": makeIt,
    script: `<script type="module">${script}</script>`,
  };
  return page.replace(/<!-- ([a-z-]+) -->/g, (comment, name) => parts[name] ?? comment);
}

const LEAD = "Compose a request and see at once whether it is legal, what it costs, and the code that sends it.";

async function minifiedStyle(): Promise<string> {
  const { code } = await transform(await readFile(here("page.css"), "utf8"), { loader: "css", minify: true });
  return code.trim();
}

async function bundle(mock: boolean): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [here("main.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    define: { MOCK: String(mock) },
    legalComments: "none",
    logLevel: "warning",
    plugins: [WITHOUT_OTHER_KINDS],
  });
  return (outputFiles[0]?.text ?? "").trim();
}

/** Leaves out the validators of requests that the form cannot express. They would be a quarter of the page. */
const WITHOUT_OTHER_KINDS = {
  name: "without-other-kinds",
  setup({ onLoad }: import("esbuild").PluginBuild) {
    onLoad({ filter: /generated[\\/]validators-(prompts|regeneration)\.ts$/ }, () => ({
      contents: "export const [validatorsPrompts, validatorsRegeneration] = [];",
    }));
  },
};
