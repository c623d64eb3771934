/** A real browser for tests. It is installed with the packages, so that CI needs no apt, image or extra download. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type LaunchOptions, type Page } from "playwright-core";
import { cacheFolder, filledOnce } from "./cache-folder.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const packed = new URL("../..", import.meta.resolve("@sparticuz/chromium"));

/** Opens the browser at CHROME_PATH, else @sparticuz/chromium on Linux x64, else an installed Chrome. */
export async function openBrowser(): Promise<Browser> {
  try {
    return await chromium.launch(await options());
  } catch (cause) {
    throw new Error("No browser could be started: set CHROME_PATH to the file of a Chrome or Chromium", { cause });
  }
}

/** Notes what a browser would show in its developer tools: unexpected requests, messages and errors. */
export function watch(page: Page, isExpected: (url: string) => boolean, note: (line: string) => void): void {
  page.on("request", (request) => isExpected(request.url()) || note(`request: ${request.url()}`));
  page.on("console", (message) => note(`console: ${message.text()}`));
  page.on("pageerror", (error) => note(`error: ${error.message}`));
  page.on("dialog", (dialog) => note(`dialog: ${dialog.message()}`));
}

/** The elements that reach beyond the right edge of a page, except those in elements that may scroll sideways. */
export function overflowing(page: Page, scrolling: string): Promise<string[]> {
  return page.evaluate(
    (selector) =>
      [...document.querySelectorAll("body *")]
        .filter((element) => !element.closest(selector) && element.getBoundingClientRect().right > innerWidth)
        .map((element) => element.outerHTML.slice(0, 80)),
    scrolling,
  );
}

async function options(): Promise<LaunchOptions> {
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH) return { executablePath: CHROME_PATH };
  if (process.platform !== "linux" || process.arch !== "x64") return { channel: "chrome" };
  const folder = await unpacked();
  // Bundled libraries and fonts make it run, and render the same, on a machine without either.
  const own = { LD_LIBRARY_PATH: join(folder, "al2023/lib"), FONTCONFIG_FILE: join(folder, "fonts.conf") };
  return { executablePath: join(folder, "chromium"), env: { ...process.env, ...own } };
}

/** Unpacks it into node_modules, once after each `npm ci`: 3 seconds, 200 MB. */
async function unpacked(): Promise<string> {
  const { version } = JSON.parse(readFileSync(new URL("package.json", packed), "utf8"));
  const folder = cacheFolder(`chromium-${version}`);
  await filledOnce(folder, (draft) => {
    execFileSync(process.execPath, ["--input-type=module", "--eval", UNPACK], {
      cwd: root,
      // HACK: it unpacks the libraries only on AWS Lambda.
      env: { ...process.env, TMPDIR: draft, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" },
    });
    const fonts = `<dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir>`;
    writeFileSync(join(draft, "fonts.conf"), `<?xml version="1.0"?><fontconfig>${fonts}</fontconfig>\n`);
  });
  return folder;
}

const UNPACK = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath();';
