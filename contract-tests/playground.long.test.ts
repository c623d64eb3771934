/** The playground of the mock, in a real browser: it makes videos. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { playgroundPage } from "../docs/playground/build.js";
import { axeRules } from "./helpers/axe.js";
import { packed } from "./helpers/checkout.js";
import { png } from "./helpers/pictures.js";
import { ILLEGAL, LEGAL, playground } from "./helpers/playground-page.js";

let mock = "";
let server: ChildProcess | undefined;
const { page, open, forget, verdict, issuesAt, prompt } = playground((url) => url.startsWith(`${mock}/`));
beforeAll(async () => {
  const { folder } = await packed();
  const main = join(folder, "dist/cli/main.js");
  server = spawn(process.execPath, [main, "mock", "--port", "0", "--speed", "100"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  for await (const chunk of server.stdout ?? []) {
    mock = String(chunk).trim();
    break;
  }
}, 120_000);
afterAll(() => server?.kill());

const openMock = (at: string) => open(at, { at: `${mock}/` });
const makeIt = () => page.getByRole("button", { name: "Make it" }).click();
const statuses = () => page.getByRole("list", { name: "Statuses" }).innerText();

test.each([
  [LEGAL, "Success", [1366, 768]],
  ["scene=text&model=MiniMax-H3&prompt=a+fox&duration=4&resolution=480P&ratio=1:1", "succeeded", [480, 480]],
])("a video is made and plays: #%s", async (at, word, [width, height]) => {
  await openMock(at);
  expect(await page.getByLabel("Server").inputValue()).toBe(mock);
  await makeIt();
  const video = page.getByLabel("The video");
  await video.waitFor({ timeout: 30_000 });
  expect(await statuses()).toMatch(/^Task \d+ was accepted\./);
  expect((await statuses()).split("\n").at(-1)).toContain(word);
  const played = await video.evaluate(async (one: HTMLVideoElement) => {
    one.muted = true;
    await one.play();
    return [one.videoWidth, one.videoHeight, one.duration > 3];
  });
  expect(played).toEqual([width, height, true]);
});

test("a picture from the form is in the request", async () => {
  await openMock("scene=image&model=MiniMax-Hailuo-2.3&prompt=a+fox");
  await page
    .locator("#first_frame_image")
    .setInputFiles({ name: "a.png", mimeType: "image/png", buffer: png(480, 640) });
  await expect.poll(verdict).toBe("Legal");
  await fetch(`${mock}/__mock/requests`, { method: "DELETE" });
  await makeIt();
  const video = page.getByLabel("The video");
  await video.waitFor({ timeout: 30_000 });
  const { requests } = await (await fetch(`${mock}/__mock/requests`)).json();
  const creates = requests.filter(({ method }: { method: string }) => method === "POST");
  expect(creates).toMatchObject([
    {
      path: "/v1/video_generation",
      body: { model: "MiniMax-Hailuo-2.3", prompt: "a fox", first_frame_image: "data:image/png;base64,[…]" },
    },
  ]);
  // Portrait, like its first frame.
  expect(await video.evaluate((one: HTMLVideoElement) => one.videoHeight > one.videoWidth)).toBe(true);
});

test("an untouched form is not sent, and says what is missing", async () => {
  await openMock("");
  await makeIt();
  await expect.poll(verdict).toBe("Not legal yet: 1 error");
  expect(await issuesAt("prompt")).toBe("Error: is required for text to video");
});

test("an illegal request is not sent, and a failure is shown", async () => {
  await openMock(ILLEGAL.replace("a+fox", ""));
  await fetch(`${mock}/__mock/requests`, { method: "DELETE" });
  await makeIt();
  const problem = page.locator("#make-problem");
  await expect.poll(() => problem.innerText()).toMatch(/^The request is not legal yet.*Nothing was sent\.$/);
  const { requests } = await (await fetch(`${mock}/__mock/requests`)).json();
  expect(requests).toEqual([]);
  await openMock(LEGAL.replace("a+fox", "a+fox+{mock:fail}"));
  await makeIt();
  await expect.poll(() => problem.innerText(), { timeout: 30_000 }).toMatch(/\w/);
  expect(await statuses()).toMatch(/Fail$/);
  expect(await page.getByLabel("The video").count()).toBe(0);
});

test("a link that does not play is reported", async () => {
  await openMock(LEGAL.replace("a+fox", "a+fox+{mock:misdirected_link}"));
  await makeIt();
  const problem = page.locator("#make-problem");
  await expect.poll(() => problem.innerText(), { timeout: 30_000 }).toMatch(/does not play/);
  forget();
});

test("waiting can be stopped, and the next video can be made", async () => {
  await openMock(LEGAL.replace("a+fox", "a+fox+{mock:slow=1000}"));
  await makeIt();
  await expect.poll(statuses).toMatch(/accepted/);
  await page.getByRole("button", { name: "Stop waiting" }).click();
  await expect.poll(() => page.getByRole("button", { name: "Stop waiting" }).isVisible()).toBe(false);
  expect(await page.locator("#make-problem").isVisible()).toBe(false);
  await prompt().fill("a fox");
  await makeIt();
  await page.getByLabel("The video").waitFor({ timeout: 30_000 });
});

test("only browsers get the page, and other clients get MiniMax's answer", async () => {
  const get = (accept: string, to = "/") => fetch(mock + to, { headers: { accept } });
  const html = await get("text/html,application/xhtml+xml,*/*;q=0.8");
  expect([html.status, html.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect(await html.text()).toBe(await playgroundPage({ mock: true }));
  for (const reply of [await get("*/*"), await get("application/json"), await get("text/html", "/v1")]) {
    expect([reply.status, reply.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
  }
});

test("axe finds no violations next to a video", async () => {
  await openMock(LEGAL);
  await makeIt();
  await page.getByLabel("The video").waitFor({ timeout: 30_000 });
  await axeRules(page);
});
