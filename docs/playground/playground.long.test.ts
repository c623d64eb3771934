/** The playground as users see it: from a file, in a real browser, with mouse, keyboard and screen reader. */
import { describe, expect, test } from "vitest";
import { axeRules } from "../../contract-tests/helpers/axe.js";
import { overflowing } from "../../contract-tests/helpers/browser.js";
import { png } from "../../contract-tests/helpers/pictures.js";
import { ILLEGAL, LEGAL, playground } from "../../contract-tests/helpers/playground-page.js";
import { playgroundPage } from "./build.js";

const { page, open, verdict, issuesAt, prompt } = playground();
const NEUTRAL = "Write a prompt to see whether the request is legal.";

const cell = (duration: string, resolution: string) => page.locator(`#cell-${duration}-${resolution}`);
const choice = (name: string) => page.getByRole("radio", { name, exact: true });
const hasFocus = (id: string) => page.evaluate((one) => document.activeElement?.id === one, id);
const fragment = () => page.evaluate(() => decodeURIComponent(location.hash.slice(1)));

describe("the form", () => {
  test("starts with text to video, says what to do and shows the price, but reports no errors", async () => {
    await open();
    expect(await page.title()).toBe("Playground – minimax-video");
    expect(await choice("Text").isChecked()).toBe(true);
    expect(await verdict()).toBe(NEUTRAL);
    expect(await page.locator("#verdict").getAttribute("class")).toBe("");
    await expect.poll(() => page.locator("#said").textContent()).toBe(NEUTRAL);
    expect(await page.locator(".issues li, #all-issues li, [aria-invalid]").count()).toBe(0);
    expect(await page.locator("#code-note").textContent()).toBe("");
    expect(await page.locator("#prices").innerText()).toMatch(/Global\s+0\.28 USD[\s\S]*China\s+2\.00 CNY/);
    expect(await page.getByRole("button", { name: "Make it" }).count()).toBe(0);
    expect(await page.getByLabel(/key/i).count()).toBe(0);
  });

  test("reports errors after the first input, and none after starting over", async () => {
    await open();
    await prompt().fill("a");
    await prompt().fill("");
    await expect.poll(verdict).toBe("Not legal yet: 1 error");
    expect(await issuesAt("prompt")).toBe("Error: is required for text to video");
    await page.getByRole("button", { name: "Start over" }).click();
    await expect.poll(verdict).toBe(NEUTRAL);
  });

  test("checks a prompt while it is typed", async () => {
    await open();
    await prompt().pressSequentially("a fox [Push out]");
    await expect.poll(verdict).toBe("Legal: 1 warning");
    expect(await issuesAt("prompt")).toMatch(/^Warning: .*did you mean \[Pull out\]\?$/);
    expect(await page.locator("#prompt-count").innerText()).toBe("16 characters");
    await prompt().fill("🦊".repeat(2001));
    await expect.poll(verdict).toBe("Not legal yet: 1 error");
    expect(await issuesAt("prompt")).toBe("Error: takes at most 2000 characters (got 2001)");
    expect(await prompt().getAttribute("aria-invalid")).toBe("true");
    const described = (await prompt().getAttribute("aria-describedby"))?.split(" ") ?? [];
    expect(described).toContain(await page.locator("[data-field=prompt] .issues").getAttribute("id"));
  });

  test("shows every issue at its field, and links to it from the list of all issues", async () => {
    await open(ILLEGAL);
    expect(await verdict()).toBe("Not legal yet: 2 errors");
    expect(await issuesAt("resolution")).toMatch(/must be 768P \(got "1080P"\)/);
    expect(await issuesAt("callback_url")).toMatch(/must have a host that the service can reach/);
    await page.getByRole("button", { name: "callback_url", exact: true }).press("Enter");
    expect(await hasFocus("callback_url")).toBe(true);
    await page.getByRole("button", { name: "resolution", exact: true }).press("Enter");
    expect(await hasFocus("cell-10-1080P")).toBe(true);
  });

  test("makes screen readers announce the verdict and the issues after a pause in typing", async () => {
    await open(ILLEGAL);
    const said = page.locator("#said[role=status]");
    await expect
      .poll(() => said.textContent())
      .toMatch(/^Not legal yet: 2 errors\. Error: .*\. Error: callback_url must/);
    await page.locator("#callback_url").fill("");
    await cell("6", "1080P").click();
    await expect.poll(() => said.textContent()).toBe("Legal");
  });

  test("chooses another model only if the scene needs it, and says so", async () => {
    await open(LEGAL);
    await choice("First frame").check();
    await expect.poll(verdict).toBe("Not legal yet: 1 error");
    expect(await choice("MiniMax-Hailuo-2.3").isChecked()).toBe(true);
    expect(await page.locator("#model-note").isVisible()).toBe(false);
    await choice("Person").check();
    await expect.poll(() => choice("S2V-01").isChecked()).toBe(true);
    expect(await page.locator("#model-note").innerText()).toMatch(
      /^S2V-01 was chosen instead of MiniMax-Hailuo-2\.3: /,
    );
    expect(await page.locator("#matrix").isVisible()).toBe(false);
  });

  test("keeps the focus while the list of models changes", async () => {
    await open("scene=text&model=I2V-01&prompt=a+fox");
    expect(await page.locator("#models input").count()).toBe(9);
    await choice("I2V-01").focus();
    await page.keyboard.press("ArrowUp");
    await expect.poll(verdict).toBe("Legal: 1 warning");
    expect(await page.locator("#models input").count()).toBe(8);
    expect(await hasFocus("model-T2V-01")).toBe(true);
  });

  test("lists the models that do not fit, each with the reason", async () => {
    await open(LEGAL);
    await page.getByText("Models that do not fit, and why (5)").click();
    const reasons = await page.locator(".refused li").allInnerTexts();
    expect(reasons).toContain("I2V-01 first_frame_image is required for image to video");
    expect(reasons.length).toBe(5);
  });

  test("offers the fields of each model: ratio, style, and the others of MiniMax-H3", async () => {
    await open("scene=text&model=MiniMax-H3-Fast&prompt=a+fox");
    await expect.poll(verdict).toBe("Not legal yet: 4 errors, 1 warning");
    expect(await page.getByLabel("Prompt optimizer").isVisible()).toBe(false);
    await cell("5", "480P").click();
    await page.getByLabel("Ratio").selectOption("9:16");
    await page.getByLabel("Style").selectOption("style2");
    await expect.poll(verdict).toBe("Legal: 1 warning");
    expect(await issuesAt("model")).toMatch(/^Warning: is not documented by MiniMax/);
    await choice("MiniMax-Hailuo-02").check();
    // The chosen value stays, and its issue is shown.
    await expect.poll(() => issuesAt("ratio")).toMatch(/^Error: does not go with text to video/);
    await page.getByLabel("Ratio").selectOption("");
    await expect.poll(() => page.getByLabel("Ratio").isVisible()).toBe(false);
  });

  test("fills in templates, and reports what a gateway does not support", async () => {
    await open("scene=template");
    await expect.poll(() => issuesAt("template_id")).toMatch(/^Error: /);
    await page.getByRole("combobox", { name: "Template" }).selectOption("393769180141805569");
    await page.getByLabel("Texts for the template").fill("a lion\n\nat dawn");
    await page.locator("#media_inputs-link").fill("https://example.com/a.png");
    await page.locator("#media_inputs-link").press("Enter");
    await expect.poll(verdict).toMatch(/^Legal: 1 warning/);
    expect(await page.locator("#code").innerText()).toContain(
      'text_inputs: [{ value: "a lion" }, { value: "at dawn" }]',
    );
    await page.getByLabel("Server").selectOption("quickrouter");
    await expect
      .poll(() => page.locator("#all-issues").innerText())
      .toMatch(/quickrouter does not document a template/);
    expect(await page.locator("#price-note").innerText()).toMatch(/quickrouter has its own/);
  });
});

describe("camera commands", () => {
  test("are inserted at the cursor, and join the brackets before it", async () => {
    await open("scene=text&model=MiniMax-Hailuo-2.3&prompt=a+fox+runs");
    await prompt().evaluate((area: HTMLTextAreaElement) => area.setSelectionRange(5, 5));
    await page.getByRole("button", { name: "Push in", exact: true }).click();
    await page.getByRole("button", { name: "Tilt up", exact: true }).click();
    expect(await prompt().inputValue()).toBe("a fox [Push in,Tilt up] runs");
    await page.getByLabel("in Chinese").check();
    await page.getByRole("button", { name: "推进", exact: true }).press("Enter");
    expect(await prompt().inputValue()).toBe("a fox [Push in,Tilt up,推进] runs");
    await expect.poll(verdict).toBe("Legal");
  });

  test("are disabled if the model accepts none, with the reason", async () => {
    await open("scene=text&model=T2V-01&prompt=a+fox");
    const button = page.getByRole("button", { name: "Push in", exact: true });
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    expect(await page.locator("#camera-refusal").innerText()).toMatch(/^T2V-01 does not take camera commands/);
    expect(await button.getAttribute("aria-describedby")).toBe("camera-refusal");
    await button.click({ force: true });
    expect(await prompt().inputValue()).toBe("a fox");
  });
});

describe("the matrix", () => {
  test("is navigated with arrow keys, and an illegal cell says why and cannot be chosen", async () => {
    await open("scene=text&model=MiniMax-Hailuo-02&prompt=a+fox&duration=6&resolution=768P");
    await cell("6", "768P").focus();
    await page.keyboard.press("ArrowRight");
    expect(await hasFocus("cell-6-1080P")).toBe(true);
    await page.keyboard.press("Enter");
    await expect.poll(() => cell("6", "1080P").getAttribute("aria-selected")).toBe("true");
    expect(await hasFocus("cell-6-1080P")).toBe(true);
    await page.keyboard.press("ArrowDown");
    expect(await hasFocus("cell-10-1080P")).toBe(true);
    const illegal = cell("10", "1080P");
    expect(await illegal.getAttribute("aria-disabled")).toBe("true");
    const reason = 'resolution must be 768P (got "1080P"); MiniMax-Hailuo-02 offers 6 s at 768P or 1080P, 10 s at 768P';
    expect(await illegal.textContent()).toBe(`–not legal: ${reason}`);
    expect(await page.locator("#matrix-reason").innerText()).toBe(`10 s at 1080P: ${reason}`);
    await page.keyboard.press(" ");
    await illegal.click({ force: true });
    expect(await illegal.getAttribute("aria-selected")).toBe("false");
    for (const [key, id] of [
      ["Home", "cell-10-default"],
      ["ArrowLeft", "cell-10-default"],
      ["End", "cell-10-1080P"],
      ["ArrowDown", "cell-10-1080P"],
      ["ArrowUp", "cell-6-1080P"],
    ] as const) {
      await page.keyboard.press(key);
      expect(await hasFocus(id), key).toBe(true);
    }
    expect(await page.locator("[role=gridcell][tabindex='0']").count()).toBe(1);
  });

  test("shows the prices of the chosen server", async () => {
    await open("scene=text&model=MiniMax-Hailuo-2.3&prompt=a+fox");
    expect(await cell("6", "1080P").innerText()).toBe("0.49");
    await page.getByLabel("Server").selectOption("china");
    await expect.poll(() => cell("6", "1080P").innerText()).toBe("3.50");
    expect(await page.locator("#matrix-hint").innerText()).toMatch(/^List prices in CNY/);
  });
});

describe("files", () => {
  const input = () => page.locator("#first_frame_image");
  const attached = () => page.locator("#first_frame_image-attached").innerText();
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: "image/png", buffer });

  test("are read by their bytes, shown, named in the code and removed again", async () => {
    await open("scene=image&model=MiniMax-Hailuo-2.3&prompt=a+fox");
    expect(await issuesAt("first_frame_image")).toMatch(/^Error: is missing; it must be/);
    await input().setInputFiles(file("portrait.png", png(640, 480)));
    await expect.poll(verdict).toBe("Legal");
    // The browser's own text, "No file chosen", is hidden.
    expect(await input().evaluate((one) => getComputedStyle(one).fontSize)).toBe("0px");
    expect(await attached()).toMatch(/portrait\.png\s+png, 640 × 480, 1 kB/);
    expect(await page.locator("#first_frame_image-attached img").getAttribute("src")).toMatch(/^blob:/);
    expect(await page.locator("#code").innerText()).toContain('await imageFile("portrait.png")');
    await page.getByRole("button", { name: "Remove portrait.png" }).press("Enter");
    await expect.poll(verdict).toBe("Not legal yet: 1 error");
    expect(await hasFocus("first_frame_image")).toBe(true);
  });

  test("can be dropped, but only on their field", async () => {
    await open("scene=references&model=MiniMax-H3&prompt=a+fox&duration=5&resolution=768P");
    const bytes = [...png(640, 480)];
    const drop = (selector: string) =>
      page.evaluate(
        ([at, content]) => {
          const data = new DataTransfer();
          for (const name of ["a.png", "b.png"]) data.items.add(new File([new Uint8Array(content)], name));
          const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
          return document.querySelector(at)?.dispatchEvent(event);
        },
        [selector, bytes] as const,
      );
    expect(await drop("h1")).toBe(false);
    expect(await verdict()).toBe("Not legal yet: 1 error");
    await drop("[data-field=reference_images] .drop");
    await expect.poll(verdict).toBe("Legal");
    expect(await page.locator("#reference_images-attached li").count()).toBe(2);
  });
});

describe("the code", () => {
  test("is chosen in tabs, with mouse or keyboard, and copied", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await open(LEGAL);
    const tab = (name: string) => page.getByRole("tab", { name, exact: true });
    const code = () => page.locator("#code").innerText();
    expect(await code()).toContain("minimax.videos.generate({");
    await tab("TypeScript").focus();
    for (const [key, name, text] of [
      ["ArrowRight", "curl", "--data-binary"],
      ["ArrowRight", "Command line", "--prompt 'a fox'"],
      ["End", "Python", "requests.post("],
      ["ArrowRight", "TypeScript", "createClient("],
      ["ArrowLeft", "Python", "requests.post("],
      ["Home", "TypeScript", "createClient("],
    ] as const) {
      await page.keyboard.press(key);
      expect(await tab(name).getAttribute("aria-selected"), key).toBe("true");
      expect(await code()).toContain(text);
    }
    await page.getByRole("button", { name: "Copy code" }).click();
    await expect.poll(() => page.locator("#copied").innerText()).toBe("Code copied.");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('prompt: "a fox"');
  });

  test("is selected if the page may not copy", async () => {
    await open(LEGAL);
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await page.getByRole("button", { name: "Copy code" }).click();
    expect(await page.locator("#copied").innerText()).toBe("The code is selected. Copy it manually.");
    expect(await page.evaluate(() => String(getSelection()))).toContain('prompt: "a fox"');
    await page.getByRole("button", { name: "Copy link" }).click();
    expect(await page.locator("#copied").innerText()).toMatch(
      /^Copy the link manually: file:.*#server=global&scene=text/,
    );
  });
});

describe("a link", () => {
  test("contains the request, and restores it", async () => {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await open();
    await prompt().fill("a fox & 50 % of #1");
    await choice("MiniMax-H3").check();
    await cell("7", "2K").click();
    await page.getByLabel("Ratio").selectOption("21:9");
    await page.getByLabel("Server").selectOption("china");
    await expect.poll(verdict).toBe("Legal");
    await page.getByRole("button", { name: "Copy link" }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(() => page.url()).toBe(link);
    await open(link.replace(/.*?#/, ""));
    expect(await verdict()).toBe("Legal");
    expect(await prompt().inputValue()).toBe("a fox & 50 % of #1");
    expect(await choice("MiniMax-H3").isChecked()).toBe(true);
    expect(await cell("7", "2K").getAttribute("aria-selected")).toBe("true");
    expect(await page.getByLabel("Ratio").inputValue()).toBe("21:9");
    expect(await page.locator("#prices").innerText()).toContain("5.60 CNY");
  });

  test("that is opened in the same page replaces the request", async () => {
    await open(LEGAL);
    await page.evaluate(() => {
      location.hash = "scene=text&model=T2V-01&prompt=an+owl";
    });
    await expect.poll(() => prompt().inputValue()).toBe("an owl");
    await expect.poll(() => choice("T2V-01").isChecked()).toBe(true);
  });

  test.each([
    "section-2",
    "utm_source=mail",
    "scene=text&model=T2V-01&prompt=owl&unknown=1",
  ])("that is invalid is ignored, with a message: #%s", async (foreign) => {
    await open(foreign);
    expect(await page.getByRole("alert").innerText()).toMatch(/^The link was ignored: it /);
    expect(await verdict()).toBe(NEUTRAL);
    expect(await prompt().inputValue()).toBe("");
  });

  test("cannot inject anything but text into the page", async () => {
    const evil = `<img src=x onerror=alert(1)><script>alert(2)</script>"'\`\${alert(3)}`;
    const fields = {
      scene: "image",
      model: evil,
      prompt: evil,
      resolution: evil,
      first_frame_image: `https://${evil}`,
    };
    await open(new URLSearchParams({ ...fields, template_id: evil, callback_url: evil }).toString());
    for (const name of ["curl", "Python", "Command line", "TypeScript"]) await page.getByRole("tab", { name }).click();
    expect(await page.locator("img, script:not([type=module])").count()).toBe(0);
    expect(await prompt().inputValue()).toBe(evil);
    expect(await fragment()).toContain("onerror");
  });

  test("is not created for a request that is too long", async () => {
    await open(LEGAL);
    await prompt().fill("a".repeat(200_000));
    await expect.poll(verdict).toBe("Not legal yet: 1 error");
    await page.getByRole("button", { name: "Copy link" }).click();
    expect(await page.locator("#copied").innerText()).toBe("The request is too long for a link.");
    expect(await fragment()).not.toContain("aaa");
  });

  test("is reset by starting over", async () => {
    await open(ILLEGAL);
    await page.getByRole("button", { name: "Start over" }).click();
    await expect.poll(fragment).toBe("server=global&scene=text&model=MiniMax-Hailuo-2.3");
    expect(await page.locator("#callback_url").inputValue()).toBe("");
  });
});

const STATES = {
  empty: "",
  legal: LEGAL,
  illegal: ILLEGAL,
  "MiniMax-H3":
    "scene=references&model=MiniMax-H3&prompt=a+fox&duration=5&resolution=768P&reference_images=https://example.com/a.png",
  template: "scene=template&template_id=393769180141805569",
  foreign: "section-2",
};

describe("on any screen", () => {
  test.each(
    Object.entries(STATES).flatMap(([state, at]) =>
      (["light", "dark"] as const).map((colorScheme) => ({ state, at, colorScheme })),
    ),
  )("axe finds no violations, including contrast: $state, $colorScheme", async ({ at, colorScheme }) => {
    await open(at, { colorScheme });
    expect(await axeRules(page)).toEqual(expect.arrayContaining(["color-contrast", "aria-required-children"]));
  });

  test.each(Object.entries(STATES))("at 360 pixels only code scrolls sideways: %s", async (_, at) => {
    await open(at, { width: 360 });
    expect(await overflowing(page, "pre, .unseen")).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  test("a narrow screen shows the verdict at its lower edge, which links to the result", async () => {
    await open(ILLEGAL, { width: 360 });
    const bar = page.locator("#bar");
    expect(await bar.innerText()).toBe("Not legal yet: 2 errors");
    expect(await page.locator("#verdict").evaluate((one) => one.getBoundingClientRect().top > innerHeight)).toBe(true);
    expect(await bar.evaluate((one) => one.getBoundingClientRect().bottom === innerHeight)).toBe(true);
    await bar.click();
    await expect
      .poll(() => page.locator("#verdict").evaluate((one) => one.getBoundingClientRect().top < innerHeight))
      .toBe(true);
    await open(ILLEGAL);
    expect(await bar.isVisible()).toBe(false);
  });

  test("every control can be reached with the Tab key, in page order", async () => {
    await open(LEGAL);
    const reached: string[] = [];
    for (let at = 0; at < 60 && reached.at(-1) !== "copy-code"; at += 1) {
      await page.keyboard.press("Tab");
      reached.push(await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName || ""));
    }
    const named = reached.filter((id) => /^[a-z]/.test(id));
    expect(named.slice(0, 3)).toEqual(["scene-text", "model-MiniMax-Hailuo-2.3", "prompt"]);
    const rest = ["cell-default-default", "prompt_optimizer", "callback_url", "server", "copy-link", "tab-typescript"];
    expect(rest.map((id) => named.indexOf(id)).toSorted((one, other) => one - other)).toEqual(
      rest.map((id) => named.indexOf(id)),
    );
    expect(named.at(-1)).toBe("copy-code");
    expect(named).not.toContain("cell-6-768P");
  });
});

test("the page is self-contained and small", async () => {
  const [site, mock] = await Promise.all([playgroundPage(), playgroundPage({ mock: true })]);
  expect(site).toContain("default-src 'none'");
  expect(site).not.toMatch(/connect-src|media-src/);
  for (const one of [site, mock]) expect(one).not.toMatch(/<(link|script|img)[^>]+(src|href)="(?!data:,)/);
  expect([site.length, mock.length].map((size) => size < 310_000)).toEqual([true, true]);
  expect(await playgroundPage({ navigation: "<nav>$& Guides</nav>", footer: "<footer>End</footer>" })).toMatch(
    /<nav>\$& Guides<\/nav>[\s\S]*<footer>End<\/footer>/,
  );
});
