/** The contract report, looked at in a real browser as a person would, and its JUnit XML, read by a strict parser. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Report } from "../src/contract/contract-report.js";
import { junitOf } from "../src/contract/junit.js";
import { visible } from "../src/contract/markup.js";
import { pageOf } from "../src/contract/page/report-page.js";
import { openBrowser } from "./helpers/browser.js";
import { COSTS, failed, finding, HOSTILE, hostile, report, rich, run, SURVIVOR, sound } from "./helpers/reports.js";

const folder = mkdtempSync(join(tmpdir(), "minimax-video-report-"));
const path = join(folder, "index.html");
const url = pathToFileURL(path).href;
let browser: Browser;
/** One for all: each new one would be a process of its own. */
let page: Page;
/** What a browser would show in its developer tools: requests, and all complaints. */
let noticed: string[] = [];

beforeAll(async () => {
  browser = await openBrowser();
  page = await browser.newPage();
  page.on("request", (request) => request.url() !== url && noticed.push(`request: ${request.url()}`));
  page.on("console", (message) => noticed.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => noticed.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => noticed.push(`dialog: ${dialog.message()}`));
}, 60_000);
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  expect(noticed).toEqual([]);
});

/** Opens a report as its readers do, from a file. */
async function open(of: Report, { width = 1280, colorScheme = "light" as "light" | "dark" } = {}): Promise<void> {
  writeFileSync(path, pageOf(of));
  noticed = [];
  await page.emulateMedia({ media: "screen", colorScheme });
  await page.setViewportSize({ width, height: 900 });
  await page.goto(url);
}

// On a machine with other work axe takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe("at first sight", () => {
  test("a reader sees what was tested, when, where, and how it came out", async () => {
    await open(rich());
    expect(await page.title()).toMatch(/^Not held: 2 of 132 checks failed at global/);
    const sentence =
      "2 of 132 checks failed at global (https://api.minimax.io); 2 facts contradicted; judges disagree on 1 cell of the request matrix; 1 mutant survived; 39 checks skipped.";
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe(sentence);
    expect(await page.getByText("Contract not held").isVisible()).toBe(true);
    expect(await page.getByText("26 November 2026 at 04:30 UTC, in 41.3 s").isVisible()).toBe(true);
    const runs = page.getByRole("table", { name: "3 runs" });
    expect((await runs.boundingBox())?.y).toBeLessThan(600);
    expect(await cellsOf("3 runs")).toMatchObject({
      prism: { passed: "47", failed: "0", skipped: "10", requests: "1204", Address: "http://127.0.0.1:4010" },
      global: { passed: "36", failed: "✗ 2", contradicted: "✗ 2", "not asked": "2", Address: "https://api.minimax.io" },
    });
  });

  test("a report without problems says that the contract held", async () => {
    await open(sound());
    const title = "All 47 checks passed at prism (http://127.0.0.1:4010); 10 checks skipped";
    expect(await page.title()).toBe(`Held: ${title}`);
    expect(await page.getByText("✓ Contract held").isVisible()).toBe(true);
    expect(await page.getByText("✗").count()).toBe(1); // in the caption that explains the signs
    expect(await headings(3)).not.toContain("Disagreements");
  });

  test("sections without content are left out, and an empty report says so", async () => {
    await open(report());
    expect(await headings(2)).toEqual(["prism"]);
    expect(await headings(3)).toEqual(["Checks"]);
    await open(report({ runs: [] }));
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("No check was made.");
    expect(await page.getByText("No server was tested.").isVisible()).toBe(true);
  });
});

describe("a run", () => {
  test("has a table of operations × checks, whose failures link to their findings", async () => {
    await open(rich());
    const live = section("global");
    const table = live.getByRole("table", { name: /^Operations × checks/ });
    expect(await table.getByRole("columnheader").allInnerTexts()).toHaveLength(13);
    expect(await table.getByRole("columnheader", { name: "wrong content type" }).isVisible()).toBe(true);
    expect(await table.getByRole("row").nth(1).getByRole("cell").allInnerTexts()).toEqual(
      ["– a", "– a", "– b", "– b", "✓ 8", "✓ 15", "✓ 22", "– a", "✓ 36", "✓ 2", "✓ 9", "– a"].map(loosely),
    );
    expect(await table.getByRole("cell").first().getAttribute("title")).toBe(`skipped: ${COSTS}`);
    expect(await live.getByRole("list", { name: "Why checks were skipped" }).innerText()).toContain(COSTS);
    await table.getByRole("link", { name: "2 findings" }).click();
    const found = page.locator(":target");
    await expect.poll(async () => (await found.boundingBox())?.y).toBeLessThan(900);
    expect(await found.innerText()).toMatch(/^retrieveFile reply schema/);
  });

  test("shows each finding as a diff against the spec, with the source of the fact", async () => {
    await open(rich());
    const diff = page.getByRole("figure", { name: "response 200 file.bytes" });
    expect(await diff.getByRole("deletion").innerText()).toMatch(/^−\s+integer$/);
    expect(await diff.getByRole("insertion").innerText()).toMatch(/^\+\s+"29500", a string$/);
    expect(await diff.innerText()).toContain("openapi/schemas/FileObject.yaml");
    const [theirs, ours] = [diff.getByRole("insertion"), diff.getByRole("deletion")];
    expect(await colourOf(theirs, "backgroundColor")).not.toBe(await colourOf(ours, "backgroundColor"));
  });

  test("lists contradicted facts in full, and folds confirmed ones and those that were not asked", async () => {
    await open(rich());
    const live = section("global");
    expect(await live.getByText(/^. \d+ (contradicted|confirmed|not asked)$/).allInnerTexts()).toEqual([
      "✗ 2 contradicted",
      "✓ 3 confirmed",
      "– 2 not asked",
    ]);
    expect(await live.getByText("the link expires 86,400 seconds after it was signed").isVisible()).toBe(true);
    const confirmed = live.getByText("A task's id comes as a string of decimal digits.");
    expect(await confirmed.isVisible()).toBe(false);
    await live.locator("summary", { hasText: "3 confirmed" }).press("Enter");
    expect(await confirmed.isVisible()).toBe(true);
  });

  test("shows how much of each operation was met as bars, and names the rest", async () => {
    await open(rich());
    const row = section("global")
      .getByRole("table", { name: /have met$/ })
      .getByRole("row")
      .nth(1);
    const cell = row.getByRole("cell").nth(1);
    expect(await cell.innerText()).toMatch(/^10 of 13\s+not met: callback_url, aigc_watermark, subject_reference$/);
    const [whole, met] = await Promise.all([0, 1].map((index) => cell.locator("rect").nth(index).boundingBox()));
    expect((met?.width ?? 0) / (whole?.width ?? 0)).toBeCloseTo(10 / 13, 1);
  });
});

describe("the request matrix", () => {
  test("is a picture with a coloured cell for each combination", async () => {
    await open(rich());
    const { matrix } = rich();
    const cells = (kind: string) => page.locator(`td.cell${kind}`);
    expect(await cells("").count()).toBe(matrix.length);
    expect(await cells(".legal").count()).toBe(matrix.filter(({ legal }) => legal).length);
    expect(await cells(".disputed").count()).toBe(1);
    const kinds = [".legal:not(.disputed)", ".illegal:not(.disputed)", ".disputed"];
    const colours = await Promise.all(kinds.map((kind) => colourOf(cells(kind).first(), "backgroundColor")));
    expect(new Set(colours).size).toBe(3);
    const signs = await Promise.all(kinds.map((kind) => cells(kind).first().locator("[aria-hidden]").innerText()));
    expect(signs).toEqual(["✓", "·", "!"]);
    const legend = page.getByRole("list", { name: "Legend" });
    expect(await colourOf(legend.locator(".legal"), "backgroundColor")).toBe(colours[0]);
    const { width = 0, height = 0 } = (await cells(".legal").first().boundingBox()) ?? {};
    expect([width > 20, height > 20]).toEqual([true, true]);
  });

  test("is a table for screen readers: durations × resolutions of one mode and model", async () => {
    await open(rich());
    const table = page.getByRole("table", { name: "text to video: MiniMax-Hailuo-02" }).first();
    const heard = await table.getByRole("row").evaluateAll((rows) => rows.map((row) => row.textContent?.trim()));
    expect(heard.at(-1)?.replace(/[✓·!]/g, " ")).toBe(
      "10 s legal illegal illegal legal illegal, but not by prism, global",
    );
    const columns = await table.getByRole("columnheader").allInnerTexts();
    expect(columns.slice(1)).toEqual(["512P", "720P", "768P", "1080P"]);
    expect(await page.getByRole("figure", { name: /MiniMax-Hailuo-02, 10 s, 1080P/ }).innerText()).toMatch(
      /illegal\s+\+\s+legal by prism, global/,
    );
  });
});

test("mutants: the score is rounded down, survivors come first, equivalents by their reason", async () => {
  await open(rich());
  const text = await section("Mutants").innerText();
  expect(text).toContain("99.7 % of 489 mutants");
  expect(text.indexOf(SURVIVOR)).toBeGreaterThan(0);
  expect(text.indexOf(SURVIVOR)).toBeLessThan(text.indexOf("4 equivalents"));
  const [group] = await section("Mutants").locator("details").all();
  expect(await group?.innerText()).toMatch(/^Beside an enum or a const a type says nothing more.* 3$/);
  await group?.locator("summary").click();
  expect(await group?.getByRole("listitem").count()).toBe(3);
  await open(sound());
  expect(await section("Mutants").innerText()).toMatch(/100 % of 488[\s\S]*None survived/);
});

/** The rich report without what only comes again: axe looks at each text by itself. */
function brief(): Report {
  const { runs, matrix, mutants = [], ...rest } = rich();
  const [first, , live] = runs;
  const short = first ? [{ ...first, checks: first.checks.slice(0, 3), coverage: first.coverage.slice(0, 1) }] : [];
  const cells = matrix.filter(({ model, spec }) => spec === "minimax" && model === "MiniMax-Hailuo-02").slice(0, 15);
  return { ...rest, runs: [...short, ...(live ? [live] : [])], matrix: cells, mutants: mutants.slice(-4) };
}

describe("on any screen", () => {
  test.each([
    [360, rich],
    [360, hostile],
    [1600, rich],
  ])("at %i pixels nothing but a table scrolls sideways", async (width, of) => {
    await open(of(), { width });
    const beyond = await page.evaluate(() =>
      [...document.querySelectorAll("body *")]
        .filter((element) => !element.closest("table, .unseen") && element.getBoundingClientRect().right > innerWidth)
        .map((element) => element.outerHTML.slice(0, 80)),
    );
    expect(beyond).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const header = page.getByRole("columnheader", { name: "legal data" }).first();
    expect((await header.boundingBox())?.x).toBeLessThan(width);
    expect(await page.locator(".scrolling").first().getAttribute("tabindex")).toBe("0");
  });

  test("the page is dark if the system is", async () => {
    const lights = async (colorScheme: "light" | "dark") => {
      await open(rich(), { colorScheme });
      const html = page.locator("html");
      return [await colourOf(html, "backgroundColor"), await colourOf(html, "color")].map(brightness);
    };
    const [paper = 0, ink = 255] = await lights("light");
    const [night = 255, chalk = 0] = await lights("dark");
    expect(paper).toBeGreaterThan(240);
    expect(ink).toBeLessThan(50);
    expect(night).toBeLessThan(50);
    expect(chalk).toBeGreaterThan(200);
  });

  test("a printed page shows everything that is folded on screen", async () => {
    await open(rich());
    const folded = page.getByText("A task's id comes as a string of decimal digits.").last();
    expect(await folded.isVisible()).toBe(false);
    await page.emulateMedia({ media: "print" });
    expect((await folded.boundingBox())?.height).toBeGreaterThan(5);
    expect(await page.getByRole("navigation").isVisible()).toBe(false);
  });

  test.each([
    "light",
    "dark",
  ] as const)("axe finds nothing to complain of, contrast included: %s", async (colorScheme) => {
    await open(brief(), { colorScheme });
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
    const { violations, passes } = (await page.evaluate("axe.run()")) as AxeResults;
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    expect(passes.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["color-contrast", "scope-attr-valid", "html-has-lang"]),
    );
  });
});

describe("a hostile server", () => {
  test("has its messages shown to the letter, and nothing in them takes effect", async () => {
    await open(hostile());
    expect(await page.title()).toMatch(/^Not held: 5 of 135 checks failed at prism<script>/);
    expect(await page.evaluate(() => document.querySelectorAll("script, img, b:not(.notes b), [onerror]").length)).toBe(
      0,
    );
    expect(await page.evaluate(() => document.styleSheets.length)).toBe(1);
    const diff = page.getByRole("figure", { name: /^response 200 file.bytes/ }).nth(3);
    expect(await diff.getByRole("insertion").innerText()).toContain(`"29500", a string${visible(HOSTILE)}`);
    expect(visible(HOSTILE)).toContain("\\u{202e}gnp\\u{202c}\\u{0}\\u{1b}[31m\\u{d800}\\u{fffe}");
  });

  test("with a hundred findings has eight of them shown, and the rest folded", async () => {
    const findings = Array.from({ length: 100 }, (_, index) => finding({ place: `query parameter ${index}` }));
    await open(report({ runs: [run({ checks: [failed("retrieveFile", "illegal parameter", ...findings)] })] }));
    expect(await page.getByRole("figure").count()).toBe(8);
    await page.getByText("92 more").click();
    expect(await page.getByRole("figure").count()).toBe(100);
  });

  test("with a message of 10 kB has it folded, and shown whole on a click", async () => {
    await open(hostile());
    const long = page.getByRole("insertion").first();
    expect((await long.boundingBox())?.height).toBeLessThan(120);
    expect(await long.innerText()).toMatch(/all 10010 characters$/);
    await long.locator("summary").click();
    expect(await long.innerText()).toMatch(/long long the end$/);
  });
});

describe("JUnit XML", () => {
  /** As a strict parser reads it. */
  function parsed(of: Report) {
    return page.evaluate((text) => {
      const xml = new DOMParser().parseFromString(text, "application/xml");
      const attributesOf = (element: Element): Record<string, string> =>
        Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
      const cases = [...xml.querySelectorAll("testsuites > testsuite > testcase")].map((one) => ({
        ...(attributesOf(one) as { classname: string; name: string }),
        outcomes: [...one.children].map((outcome) => ({
          tag: outcome.tagName,
          message: outcome.getAttribute("message"),
          text: outcome.textContent,
        })),
      }));
      return {
        error: xml.querySelector("parsererror")?.textContent,
        root: attributesOf(xml.documentElement),
        suites: [...xml.querySelectorAll("testsuites > testsuite")].map(attributesOf),
        cases,
      };
    }, junitOf(of));
  }

  test("has a suite for each operation of each run, for facts, the matrix and mutants, and fails if the report does", async () => {
    const { error, root, suites, cases } = await parsed(rich());
    expect(error).toBeUndefined();
    const having = (tag: string) =>
      cases.filter(({ outcomes }) => outcomes.some((outcome) => outcome.tag === tag)).length;
    const counts = { tests: cases.length, failures: having("failure"), errors: 0, skipped: having("skipped") };
    expect(root).toEqual({
      name: "minimax-video 0.1.0",
      time: "41.3",
      timestamp: "2026-11-26T04:30:00.000Z",
      ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, `${count}`])),
    });
    expect(counts.failures).toBe(2 + 2 + 1 + 1);
    expect(suites).toHaveLength(3 * 6 + 2);
    for (const [name, count] of Object.entries(counts))
      expect(
        suites.reduce((sum, suite) => sum + Number(suite[name]), 0),
        name,
      ).toBe(count);
    expect(new Set(cases.map(({ classname, name }) => `${classname} ${name}`)).size).toBe(cases.length);
  });

  test("says what failed, how, and why a case was skipped", async () => {
    const { cases } = await parsed(rich());
    const outcomesOf = (classname: string, name: string) =>
      cases.find((one) => one.classname === classname && one.name === name)?.outcomes;
    expect(outcomesOf("global.retrieveFile", "reply schema")).toEqual([
      {
        tag: "failure",
        message: 'response 200 file.bytes: "29500", a string, but the spec says: integer (and 1 more)',
        text: expect.stringContaining(
          "response 200 file.backup_download_url\n- string, a URI\n+ null\nopenapi/schemas/FileObject.yaml",
        ),
      },
    ]);
    expect(outcomesOf("global.videoGeneration", "flow")).toMatchObject([{ tag: "skipped", message: COSTS }]);
    expect(outcomesOf("prism.videoGeneration", "legal data")).toEqual([]);
    expect(outcomesOf("request matrix", "minimax: text to video, MiniMax-Hailuo-02")).toMatchObject([
      { message: expect.stringContaining("legal by prism, global, but the spec says: illegal") },
    ]);
    expect(outcomesOf("mutants", "every mutant is killed or known as equivalent")).toMatchObject([
      { message: expect.stringContaining(SURVIVOR) },
    ]);
    expect(outcomesOf("global.facts", "two-in-flight: Two creates may be in flight at once.")).toMatchObject([
      { tag: "skipped" },
    ]);
  });

  test("is valid and complete whatever a server said", async () => {
    const { error, root, cases } = await parsed(hostile());
    expect(error).toBeUndefined();
    expect(root.failures).toBe("9");
    const [first] = cases.flatMap(({ outcomes }) => outcomes.filter(({ tag }) => tag === "failure"));
    expect(first?.text).toContain(`<b>${"long ".repeat(2_000)}the end`);
    expect(cases.at(-1)?.outcomes[0]?.text).toContain(SURVIVOR + visible(HOSTILE));
  });
});

const loosely = (text: string) =>
  expect.stringMatching(new RegExp(`^${text.replace(" ", "\\s*(skipped)?\\s*")}\\s*\\w*$`));

function section(name: string) {
  return page.getByRole("region", { name, exact: true });
}

function headings(level: number): Promise<string[]> {
  return page.getByRole("heading", { level }).allInnerTexts();
}

/** The cells of a table by the words of their row's and column's headers. */
async function cellsOf(name: string): Promise<Record<string, Record<string, string>>> {
  const table = page.getByRole("table", { name });
  return table.evaluate((element) => {
    const [columns, ...rows] = [...element.querySelectorAll("tr")].filter((row) =>
      row.querySelector("[scope=col], [scope=row]"),
    );
    const words = [...(columns?.children ?? [])].map((cell) => (cell as HTMLElement).innerText.trim());
    return Object.fromEntries(
      rows.map((row) => {
        const [first = "", ...cells] = [...row.children].map((cell) => (cell as HTMLElement).innerText.trim());
        return [first, Object.fromEntries(cells.map((cell, index) => [words[index + 1], cell]))];
      }),
    );
  });
}

function colourOf(locator: ReturnType<Page["locator"]>, property: "color" | "backgroundColor"): Promise<string> {
  return locator.evaluate((element, name) => getComputedStyle(element)[name], property);
}

/** From 0 to 255. */
function brightness(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [...colour.matchAll(/\d+/g)].map(Number);
  return (red + green + blue) / 3;
}
