/** The playground in a real browser, for the tests of a file. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { playgroundPage } from "../../docs/playground/build.js";
import { openBrowser, watch } from "./browser.js";
import { folderForAll } from "./temporary-folder.js";

export const LEGAL = "scene=text&model=MiniMax-Hailuo-2.3&prompt=a+fox";
export const ILLEGAL =
  "scene=text&model=MiniMax-Hailuo-02&prompt=a+fox&duration=10&resolution=1080P&callback_url=http://localhost/";

interface Setting {
  at?: string;
  width?: number;
  colorScheme?: "light" | "dark";
}

/** Opens the page, which is a file, before the tests. After each test, expects no request except those that `isExpected` accepts. */
export function playground(isExpected: (url: string) => boolean = () => false) {
  const path = join(folderForAll(), "playground.html");
  let browser: Browser;
  /** One page for all tests, because each new one would start a process. */
  let page: Page;
  let noticed: string[] = [];

  beforeAll(async () => {
    writeFileSync(path, await playgroundPage());
    browser = await openBrowser();
    page = await browser.newPage({ reducedMotion: "reduce" });
    watch(
      page,
      (url) => /^(file|blob|data):/.test(url) || isExpected(url),
      (line) => noticed.push(line),
    );
  }, 60_000);
  afterAll(() => browser?.close());
  afterEach(() => {
    expect(noticed).toEqual([]);
  });

  const verdict = () => page.locator("#verdict").innerText();
  return {
    page: new Proxy({} as Page, {
      get: (_, name) => {
        const member = Reflect.get(page, name);
        return typeof member === "function" ? member.bind(page) : member;
      },
    }),
    /** Reloads the page, with a request in its address. */
    async open(fragment = "", { at = pathToFileURL(path).href, width = 1280, colorScheme = "light" }: Setting = {}) {
      await page.goto("about:blank");
      noticed = [];
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(fragment ? `${at}#${fragment}` : at);
      await expect.poll(verdict).toMatch(/legal/i);
    },
    forget: () => {
      noticed = [];
    },
    verdict,
    issuesAt: (field: string) => page.locator(`[data-field~="${field}"] .issues`).innerText(),
    prompt: () => page.getByLabel("Prompt", { exact: true }),
  };
}
