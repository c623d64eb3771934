/** The contract report in a real browser, and its JUnit XML in a strict parser. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { axeRules } from "../../contract-tests/helpers/axe.js";
import { openBrowser, overflowing, watch } from "../../contract-tests/helpers/browser.js";
import {
  COSTS,
  failed,
  finding,
  HOSTILE,
  hostile,
  report,
  rich,
  run,
  sound,
} from "../../contract-tests/helpers/reports.js";
import { seededFaults } from "../../contract-tests/helpers/seeded-faults.js";
import { folderForAll } from "../../contract-tests/helpers/temporary-folder.js";
import type { Report } from "./contract-report.js";
import { junitOf } from "./junit.js";
import { visible } from "./markup.js";
import { pageOf, SEEDED_FAULTS } from "./report-page.js";

const folder = folderForAll();
const path = join(folder, "index.html");
const url = pathToFileURL(path).href;
let browser: Browser;
/** One page for all tests, because each new one would start a process. */
let page: Page;
let noticed: string[] = [];

beforeAll(async () => {
  browser = await openBrowser();
  page = await browser.newPage();
  watch(
    page,
    (at) => at === url,
    (line) => noticed.push(line),
  );
}, 60_000);
afterAll(() => browser.close());
afterEach(() => {
  expect(noticed).toEqual([]);
});

/** Opens a report from a file, as its readers do. */
async function open(of: Report, { width = 1280, colorScheme = "light" as "light" | "dark" } = {}): Promise<void> {
  writeFileSync(path, pageOf(of));
  noticed = [];
  await page.emulateMedia({ media: "screen", colorScheme });
  await page.setViewportSize({ width, height: 900 });
  await page.goto(url);
}

const section = (name: string) => page.getByRole("region", { name, exact: true });
const tableOf = (name: RegExp) => section("global").getByRole("table", { name });
const headings = (level: number) => page.getByRole("heading", { level }).allInnerTexts();
const colourOf = (locator: Locator, property: "color" | "backgroundColor") =>
  locator.evaluate((element, name) => getComputedStyle(element)[name], property);

describe("the page", () => {
  test("begins with what was tested, when, and with which result", async () => {
    await open(rich());
    expect(await page.title()).toMatch(/^Not held: 2 of 5 checks failed at global/);
    expect(await headings(1)).toEqual([
      "2 of 5 checks failed at global (https://api.minimax.io); 1 fact contradicted; judges disagree on 1 cell of the request matrix; 2 checks skipped.",
    ]);
    expect(
      await page.locator(".failed", { hasText: "Contract not held" }).getByRole("img", { name: "failed" }).isVisible(),
    ).toBe(true);
    expect(await page.getByText("minimax-video 0.1.0, 2026-11-26 04:30 UTC, in 41.3 s").isVisible()).toBe(true);
    expect(await headings(2)).toEqual(["prism", "global", "Request matrix"]);
    expect(await section("global").innerText()).toContain(
      "https://api.minimax.io was tested against the spec minimax with 96 requests, with a key. Paid for: one video, list price 0.10 USD.",
    );
  });

  test("says how the suite itself was measured", async () => {
    await open(sound());
    const { seeded, named } = SEEDED_FAULTS;
    expect(seeded).toBe(Object.values(seededFaults).flat().length);
    expect(named / seeded).toBeGreaterThanOrEqual(0.95);
    expect(await page.getByText(`it finds ${named} of ${seeded} small faults`).isVisible()).toBe(true);
  });

  test("says that a contract held, and leaves out sections without content", async () => {
    await open(sound());
    expect(await page.title()).toMatch("Held: The only check passed at prism (http://127.0.0.1:4010); 1 check skipped");
    expect(
      await page.locator(".passed", { hasText: "Contract held" }).getByRole("img", { name: "passed" }).isVisible(),
    ).toBe(true);
    expect(await headings(3)).toEqual(["Checks"]);
    await open(report({ runs: [] }));
    expect(await headings(1)).toEqual(["No check was made."]);
    expect(await headings(2)).toEqual([]);
  });

  test("has a table of operations × checks, and says why checks were skipped", async () => {
    await open(rich());
    const columns = await tableOf(/^Operations × checks/)
      .getByRole("columnheader")
      .allInnerTexts();
    expect(columns).toEqual(["missing key", "legal data", "flow", "reply schema"]);
    const rows = await tableOf(/^Operations × checks/)
      .getByRole("row")
      .evaluateAll((all) => all.map((row) => [...row.children].map(({ innerHTML }) => innerHTML)));
    // The symbols are drawn, because not every font has them. Screen readers get words.
    const spoken = (html: string) =>
      html.replace(/<svg[^>]*aria-label="(\w+)".*?<\/svg>/g, "$1").replace(/<[^>]+>/g, "");
    expect(rows.slice(1).map((row) => row.map((cell) => spoken(cell).trim()))).toEqual([
      ["videoGeneration", "passed 2", "–", "–", ""],
      ["retrieveFile", "", "passed 8", "", "failed 2"],
      ["queryVideoGenerationTask", "failed 1", "", "", ""],
    ]);
    await section("global").getByText("– 2 skipped").click();
    expect(
      await section("global").getByText(`${COSTS}: videoGeneration legal data, videoGeneration flow`).isVisible(),
    ).toBe(true);
  });

  test("shows each finding as a diff against the spec, with the source of the statement", async () => {
    await open(rich());
    const diff = page.getByRole("figure", { name: "response 200 file.bytes" });
    expect(await diff.getByRole("deletion").innerText()).toMatch(/^−\s+integer$/);
    expect(await diff.getByRole("insertion").innerText()).toMatch(/^\+\s+"29500", a string$/);
    expect(await diff.innerText()).toContain("openapi/schemas/FileObject.yaml");
    const sides = [diff.getByRole("insertion"), diff.getByRole("deletion")];
    const colours = await Promise.all(sides.map((side) => colourOf(side, "backgroundColor")));
    expect(new Set(colours).size).toBe(2);
  });

  test("shows contradicted facts in full, and collapses confirmed ones and those that were not tested", async () => {
    await open(rich());
    const live = section("global");
    const counts = await live.getByText(/^\s*(– )?\d+ (contradicted|confirmed|not asked)$/).allInnerTexts();
    expect(counts.map((one) => one.trim())).toEqual(["1 contradicted", "1 confirmed", "– 1 not asked"]);
    expect(await live.getByText("the link expires 86,400 seconds after it was signed").isVisible()).toBe(true);
    const confirmed = live.getByText("A task's id comes as a string of decimal digits.");
    expect(await confirmed.isVisible()).toBe(false);
    await live.locator("summary", { hasText: "1 confirmed" }).press("Enter");
    expect(await confirmed.isVisible()).toBe(true);
  });

  test("shows how much of each operation was covered, and names the rest", async () => {
    await open(rich());
    const cells = tableOf(/replies covered$/)
      .getByRole("row")
      .nth(1)
      .getByRole("cell");
    expect((await cells.allInnerTexts()).map((text) => text.trim())).toMatchObject(
      ["none", /^10 of 12/, "2 of 2", "2 of 2"].map((text) => expect.stringMatching(text)),
    );
    await cells.nth(1).getByText("2 not covered").click();
    expect(await cells.nth(1).getByRole("listitem").allInnerTexts()).toEqual(["callback_url", "aigc_watermark"]);
  });

  test("has a table of the request matrix, in which words and colours tell legal, illegal and disputed cells", async () => {
    await open(rich());
    const table = section("Request matrix").getByRole("table", { name: "minimax: text to video" });
    expect(
      (await table.getByRole("row").allInnerTexts()).slice(0, 4).map((row) => row.trim().split(/\s*\t\s*/)),
    ).toEqual([
      ["768P", "1080P"],
      ["MiniMax-Hailuo-02, no duration", "legal", "illegal"],
      ["MiniMax-Hailuo-02, 6 s", "legal", "legal"],
      ["MiniMax-Hailuo-02, 10 s", "legal", "illegal, but not according to prism, global"],
    ]);
    const kinds = ["legal", "illegal", /^illegal, but/].map((text) => table.getByText(text, { exact: true }).first());
    expect(new Set(await Promise.all(kinds.map((kind) => colourOf(kind, "backgroundColor")))).size).toBe(3);
    const dispute = page.getByRole("figure", { name: /MiniMax-Hailuo-02, 10 s, 1080P/ });
    expect(await dispute.innerText()).toMatch(/illegal\s+\+\s+legal by prism, global/);
  });
});

describe("on any screen", () => {
  test.each([
    [360, rich],
    [360, hostile],
    [1600, rich],
  ])("at %i pixels only a table scrolls sideways", async (width, of) => {
    await open(of(), { width });
    expect(await overflowing(page, "table")).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await page.locator(".scrolling").first().getAttribute("tabindex")).toBe("0");
  });

  test("the page is dark if the system is, and white and fully expanded when it is printed", async () => {
    await open(rich(), { colorScheme: "dark" });
    expect(await colourOf(page.locator("html"), "backgroundColor")).toBe("rgb(25, 24, 22)");
    const folded = page.getByText("A task's id comes as a string of decimal digits.").last();
    expect(await folded.isVisible()).toBe(false);
    await page.emulateMedia({ media: "print" });
    expect((await folded.boundingBox())?.height).toBeGreaterThan(5);
    expect(await colourOf(page.locator("html"), "backgroundColor")).toBe("rgb(253, 252, 249)");
  });

  test.each(["light", "dark"] as const)("axe finds no violations, including contrast: %s", async (colorScheme) => {
    await open(rich(), { colorScheme });
    expect(await axeRules(page)).toEqual(expect.arrayContaining(["color-contrast", "scope-attr-valid"]));
  });
});

describe("a hostile server", () => {
  test("has its messages shown literally, without any effect", async () => {
    await open(hostile());
    expect(await page.title()).toMatch(/^Not held: 4 of 7 checks failed at prism<script>/);
    expect(await page.evaluate(() => document.querySelectorAll("script, img, b, [onerror]").length)).toBe(0);
    expect(await page.evaluate(() => document.styleSheets.length)).toBe(1);
    const shown = page.getByRole("insertion").filter({ hasText: `"29500", a string${visible(HOSTILE)}` });
    expect(await shown.count()).toBe(1);
    expect(visible(HOSTILE)).toContain("\\u{202e}gnp\\u{202c}\\u{0}\\u{1b}[31m\\u{d800}\\u{fffe}");
  });

  test("with the same fault in a hundred requests has it shown once", async () => {
    const findings = Array.from({ length: 100 }, (_, index) => finding({ place: "request", request: `POST ${index}` }));
    await open(report({ runs: [run({ checks: [failed("retrieveFile", "illegal parameter", ...findings)] })] }));
    expect(await page.getByRole("figure").count()).toBe(1);
    expect(await page.getByText("request (100 cases)").count()).toBe(1);
  });

  test("with a hundred findings has eight of them shown, and the rest collapsed", async () => {
    const findings = Array.from({ length: 100 }, (_, index) => finding({ place: `query parameter ${index}` }));
    await open(report({ runs: [run({ checks: [failed("retrieveFile", "illegal parameter", ...findings)] })] }));
    expect(await page.getByRole("figure").count()).toBe(8);
    await page.getByText("92 more").click();
    expect(await page.getByRole("figure").count()).toBe(100);
  });
});

describe("JUnit XML", () => {
  /** Parses it strictly. */
  function parsed(of: Report) {
    return page.evaluate((text) => {
      const xml = new DOMParser().parseFromString(text, "application/xml");
      const attributesOf = (element: Element): Record<string, string> =>
        Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
      const cases = [...xml.querySelectorAll("testsuites > testsuite > testcase")].map((one) => ({
        name: `${one.getAttribute("classname")} ${one.getAttribute("name")}`,
        outcomes: [...one.children].map(({ tagName, attributes, textContent }) => ({
          tag: tagName,
          message: attributes.getNamedItem("message")?.value,
          text: textContent,
        })),
      }));
      const suites = [...xml.querySelectorAll("testsuites > testsuite")].map(attributesOf);
      return {
        error: xml.querySelector("parsererror")?.textContent,
        root: attributesOf(xml.documentElement),
        suites,
        cases,
      };
    }, junitOf(of));
  }

  test("has a suite for each operation of each run, for facts and the matrix, and fails if the report does", async () => {
    const { error, root, suites, cases } = await parsed(rich());
    expect(error).toBeUndefined();
    const counts = { tests: "12", failures: "4", errors: "0", skipped: "3" };
    expect(root).toEqual({
      name: "minimax-video 0.1.0",
      time: "41.3",
      timestamp: "2026-11-26T04:30:00.000Z",
      ...counts,
    });
    for (const [name, count] of Object.entries(counts))
      expect(
        suites.reduce((sum, suite) => sum + Number(suite[name]), 0),
        name,
      ).toBe(Number(count));
    expect(suites.map(({ name }) => name)).toEqual([
      "videoGeneration at prism (http://127.0.0.1:4010)",
      ...["videoGeneration", "retrieveFile", "queryVideoGenerationTask", "facts"].map(
        (what) => `${what} at global (https://api.minimax.io)`,
      ),
      "request matrix",
    ]);
    expect(cases.length).toBe(new Set(cases.map(({ name }) => name)).size);
  });

  test("says what failed, how, and why a case was skipped", async () => {
    const { cases } = await parsed(rich());
    const outcomes = Object.fromEntries(cases.map(({ name, outcomes }) => [name, outcomes]));
    expect(outcomes).toMatchObject({
      "prism.videoGeneration legal data": [],
      "global.videoGeneration flow": [{ tag: "skipped", message: COSTS }],
      "global.retrieveFile reply schema": [
        {
          tag: "failure",
          message: 'response 200 file.bytes: "29500", a string, but the spec says: integer (and 1 more)',
          text: expect.stringContaining(
            "response 200 file.backup_download_url\n- string, a URI\n+ null\nopenapi/schemas/FileObject.yaml",
          ),
        },
      ],
      "global.facts two-in-flight: Two creates may be in flight at once.": [{ tag: "skipped", message: "not asked" }],
      "request matrix minimax: text to video, MiniMax-Hailuo-02": [
        { message: expect.stringContaining("legal by prism, global, but the spec says: illegal") },
      ],
    });
  });

  test("is valid and complete whatever a server said", async () => {
    const { error, root, cases } = await parsed(hostile());
    expect([error, root.failures]).toEqual([undefined, "6"]);
    const failures = cases.flatMap(({ outcomes }) => outcomes.filter(({ tag }) => tag === "failure"));
    expect(failures[0]?.text).toContain(`<b>${"long ".repeat(2_000)}the end`);
    expect(failures.at(-1)?.text).toContain(`prism${visible(HOSTILE)}`);
  });
});
