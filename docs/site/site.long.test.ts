/** The site, built by its command, served like GitHub Pages, and used in a real browser. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { axeRules } from "../../contract-tests/helpers/axe.js";
import { openBrowser } from "../../contract-tests/helpers/browser.js";
import { run } from "../../contract-tests/helpers/checkout.js";
import { ENTRIES } from "./library.js";
import { deadLinks } from "./links.js";
import { staticServer } from "./static-server.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const BASE = "/minimax-video/";
/** A folder in this repository, because the pages are compiled with its packages. */
const folder = join(
  mkdtempSync(join(mkdirSync(join(root, "out"), { recursive: true }) ?? join(root, "out"), "site-")),
  "site",
);
/** Makes every connection of Node fail, except those to its own processes. */
const OFFLINE = `data:text/javascript,${encodeURIComponent(`
  import net from "node:net";
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...given) {
    const [options] = given.flat();
    if (options?.path || typeof options === "string") return connect.apply(this, given);
    throw new Error("Nothing is fetched for the site");
  };`)}`;

let browser: Browser;
let server: Awaited<ReturnType<typeof staticServer>>;
let built: Awaited<ReturnType<typeof run>>;
const contexts: BrowserContext[] = [];
/** Requests to other hosts, failed replies, and everything that a browser would show in its developer tools. */
let noticed: string[] = [];

beforeAll(async () => {
  const command = `npm run --silent docs -- "${folder}"`;
  [browser, built] = await Promise.all([
    openBrowser(),
    run(command, root, { DOCS_BASE: BASE, NODE_OPTIONS: `--import=${OFFLINE}` }),
  ]);
  // Otherwise each test would wait half a minute for a page that does not exist.
  if (built.code !== 0) throw new Error(built.stderr);
  server = await staticServer(folder, BASE);
}, 480_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(join(folder, ".."), { recursive: true, force: true });
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  const seen = noticed;
  noticed = [];
  expect(seen).toEqual([]);
});

/** Opens a page of the site, as a new visitor. */
async function open(path: string, { width = 1280, colorScheme = "light" as "light" | "dark" } = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  contexts.push(context);
  const page = await context.newPage();
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.url)) noticed.push(request.url());
  });
  page.on("response", (response) => response.status() >= 400 && noticed.push(`${response.status()} ${response.url()}`));
  page.on("console", (message) => message.type() === "error" && noticed.push(message.text()));
  page.on("pageerror", (error) => noticed.push(error.message));
  await page.goto(server.url + path, { waitUntil: "networkidle" });
  return page;
}

const HOME = "index.html";
const GUIDE = "guides/callbacks.html";
const LIBRARY = "library/minimax-video/interfaces/Videos.html";
const API = "api/minimax.html";
const PLAYGROUND = "playground/index.html";

test("one command builds it without a network, and says where it is", () => {
  expect(built.stderr).not.toMatch(/error|warn/i);
  expect(built.stdout).toMatch(new RegExp(`The site is in ${folder}\\n$`));
  expect(built.code).toBe(0);
});

test("it has a page for each guide, entry of the package and spec, and the playground", () => {
  const guides = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md") && name !== "README.md");
  const pages = [
    ...[HOME, "zh/index.html", "guides/index.html", "api/index.html", PLAYGROUND],
    ...guides.map((name) => `guides/${name.replace(/md$/, "html")}`),
    ...Object.keys(ENTRIES).map((name) => `library/${name}/index.html`),
    ...["minimax", "quickrouter", "aimanyi"].map((name) => `api/${name}.html`),
  ];
  const built = readdirSync(folder, { recursive: true, encoding: "utf8" });
  expect(built).toEqual(expect.arrayContaining(pages));
  expect(built.filter((file) => file.startsWith("library/")).length).toBeGreaterThan(200);
});

test("the target of every link, asset and anchor exists", () => {
  expect(deadLinks(folder, BASE)).toEqual([]);
  // With another base, links would be dead.
  expect(deadLinks(folder, "/other/").length).toBeGreaterThan(100);
});

test("no page names a folder of this machine", () => {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    if (/\.(html|js|css|json)$/.test(file)) expect(readFileSync(join(folder, file), "utf8"), file).not.toContain(root);
});

describe("search", () => {
  test.each([
    ["SubmissionUnknownError", /SubmissionUnknownError/],
    ["callback", /callback/i],
    ["1008", /insufficient|balance|code|error/i],
    ["createsPerMinute", /createsPerMinute|options/i],
    ["cancel a task", /cancel/i],
  ])("finds %s", async (words, title) => {
    const page = await open(GUIDE);
    await page
      .getByRole("button", { name: /search/i })
      .first()
      .click();
    await page.getByRole("searchbox").fill(words);
    const results = page.getByRole("option");
    await results.first().waitFor();
    expect((await results.allInnerTexts()).slice(0, 5).join("\n")).toMatch(title);
    await page.keyboard.press("Enter");
    await page
      .getByRole("main")
      .getByText(words.split(" ")[0] as string)
      .first()
      .waitFor();
  });

  test("says so if there are no results", async () => {
    const page = await open(HOME);
    await page.keyboard.press("Control+k");
    await page.getByRole("searchbox").fill("qqqqqq");
    await page.getByText("No results").waitFor();
  });
});

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  /** Expects dark text in the light scheme, and light text in the dark one. */
  async function expectScheme(page: Page): Promise<void> {
    const heading = page.getByRole("heading", { level: 1 }).first();
    const color = await heading.evaluate((element) => getComputedStyle(element).color);
    const channels = (/rgba?\((\d+), (\d+), (\d+)/.exec(color) ?? []).slice(1).map(Number);
    const brightness = channels.reduce((sum, channel) => sum + channel, 0) / 3;
    if (colorScheme === "dark") expect(brightness, color).toBeGreaterThan(180);
    else expect(brightness, color).toBeLessThan(80);
  }

  test("the reference of the API follows the system", async () => {
    await expectScheme(await open(API, { colorScheme }));
  });

  const PAGES = [HOME, GUIDE, LIBRARY, "api/index.html", "zh/index.html"];
  test.each(PAGES)("%s follows the system, and axe finds no violations", async (path) => {
    const page = await open(path, { colorScheme });
    await expectScheme(page);
    expect(await axeRules(page)).toEqual(expect.arrayContaining(["color-contrast", "html-has-lang"]));
  });
});

test.each([
  HOME,
  "zh/index.html",
  GUIDE,
  "guides/mock.html",
  LIBRARY,
  "library/minimax-video/index.html",
  API,
  PLAYGROUND,
])("%s needs no sideways scrolling on a phone", async (path) => {
  const page = await open(path, { width: 360 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test("the four parts are one click apart, in both directions", async () => {
  const page = await open(HOME);
  const menu = page.getByRole("navigation", { name: "Main Navigation" });
  for (const [name, heading] of [
    ["Library reference", "Library reference"],
    ["API reference", "API reference"],
    ["Guides", "minimax-video"],
  ] as const) {
    await menu.getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  }
  await menu.getByRole("link", { name: "Playground" }).click();
  await page.waitForURL(`**/${PLAYGROUND}`);
  expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
});

test("an operation in the API list links to its place in the spec, which links back", async () => {
  const page = await open("api/index.html");
  await page.getByRole("link", { name: "Create a video task", exact: true }).first().click();
  await page.waitForURL(`**/${API}#/video/videogeneration`);
  await page.getByRole("heading", { name: "Create a video task" }).first().waitFor();
  await page.getByRole("link", { name: "minimax-video: API reference" }).click();
  await page.waitForURL("**/api/index.html");
});

test("the home page links to its Chinese version, which links back to English", async () => {
  const page = await open(HOME);
  await page.getByRole("link", { name: "中文" }).first().click();
  await page.waitForURL("**/zh/**");
  await page.locator("html[lang=zh-CN]").waitFor();
  const menu = page.getByRole("navigation", { name: "Main Navigation" });
  await expect.poll(() => menu.getByRole("link", { name: "（英文）" }).count()).toBe(4);
  const sidebar = page.getByRole("navigation", { name: "Sidebar Navigation" });
  expect(await sidebar.getByRole("heading").allInnerTexts()).toEqual(
    expect.arrayContaining(["指南（英文）", "Make a video"]),
  );
  expect(await sidebar.getByRole("link", { name: "概览", exact: true }).getAttribute("href")).toMatch(/zh\/$/);
  await page.getByRole("link", { name: "English" }).first().click();
  await page.locator("html[lang=en]").waitFor();
});
