import { expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import type { Media } from "../media/media.js";
import { kindOfAny } from "./kind-of.js";
import { kinds } from "./kinds.js";

async function costOf(server: string, request: Record<string, unknown>) {
  const rules = await kinds[kindOfAny(request)].rules();
  const resolved = serverFrom(server);
  return rules.priceOf?.(request, resolved, rules.modeOf(request, resolved));
}

/** The price of a request, and its basis. */
async function priceOf(server: string, request: Record<string, unknown>) {
  const cost = await costOf(server, request);
  return cost && [cost.amount, cost.currency, cost.basis, cost.date];
}

const LINK = "https://a.test/a";
const TEXT = { model: "MiniMax-Hailuo-2.3", prompt: "a fox" };
const HAILUO = { model: "MiniMax-Hailuo-02" };
const TEMPLATE = { template_id: "393769180141805569" };
const H3 = { model: "MiniMax-H3", resolution: "768P", duration: 5, content: [{ type: "text", text: "a fox" }] };
const MAX = { ...H3, model: "MiniMax-H3-Max" };

const images = (count: number) => Array(count).fill({ type: "image_url", image_url: { url: LINK } });
/** A reference that has only a duration. */
function clip(seconds?: number, kind: "video" | "audio" = "video") {
  const media = { kind, type: `${kind}/mp4`, seconds, size: 8, open: () => new Uint8Array(8) };
  return { type: `${kind}_url`, [`${kind}_url`]: { url: media as unknown as Media } };
}
const withItems = (request: typeof H3, ...items: object[]) => ({ ...request, content: [...H3.content, ...items] });

const GLOBAL = "pricing-paygo page of platform.minimax.io";
const CHINA = "pricing-paygo page of platform.minimaxi.com";
const OTHERS = "Runware's documentation and a connector's notes, not MiniMax's own";
const MIXED = `${GLOBAL}, with third-party figures for references`;
const [GLOBAL_DATE, CHINA_DATE] = ["2026-10-08", "2026-08-20"];

test.each<[server: string, request: Record<string, unknown>, amount: number, basis: string, date: string]>([
  ["global", TEXT, 0.28, `MiniMax-Hailuo-2.3, 768P, 6 s, ${GLOBAL}`, GLOBAL_DATE],
  ["global", { ...TEXT, duration: 10 }, 0.56, `MiniMax-Hailuo-2.3, 768P, 10 s, ${GLOBAL}`, GLOBAL_DATE],
  ["global", { ...TEXT, resolution: "1080P" }, 0.49, `MiniMax-Hailuo-2.3, 1080P, 6 s, ${GLOBAL}`, GLOBAL_DATE],
  [
    "china",
    { ...HAILUO, first_frame_image: LINK, resolution: "512P", duration: 10 },
    1,
    `MiniMax-Hailuo-02, 512P, 10 s, ${CHINA}`,
    CHINA_DATE,
  ],
  [
    "china-cn",
    { ...HAILUO, last_frame_image: LINK, resolution: "1080P" },
    3.5,
    `MiniMax-Hailuo-02, 1080P, 6 s, ${CHINA}`,
    CHINA_DATE,
  ],
  ["global", TEMPLATE, 0.45, 'template "Run for Life / 绝地求生", pricing page of platform.minimax.io', "2025"],
  ["global", H3, 0.4, `MiniMax-H3, 768P, 5 s, ${GLOBAL}`, GLOBAL_DATE],
  ["global", { ...H3, resolution: "2K", duration: 15 }, 1.95, `MiniMax-H3, 2K, 15 s, ${GLOBAL}`, GLOBAL_DATE],
  ["china", { ...MAX, resolution: "480P", duration: 6 }, 1.98, `MiniMax-H3-Max, 480P, 6 s, ${CHINA}`, CHINA_DATE],
  // Five images are free, and so are sounds.
  ["global", withItems(H3, ...images(5)), 0.4, `MiniMax-H3, 768P, 5 s, ${GLOBAL}`, GLOBAL_DATE],
  ["global", withItems(H3, clip(9, "audio")), 0.4, `MiniMax-H3, 768P, 5 s, ${GLOBAL}`, GLOBAL_DATE],
  ["global", withItems(H3, ...images(7)), 0.48, `MiniMax-H3, 768P, 5 s and its references, ${GLOBAL}`, GLOBAL_DATE],
  [
    "global",
    withItems(H3, clip(2.5), clip(4)),
    0.92,
    `MiniMax-H3, 768P, 5 s and its references, ${GLOBAL}`,
    GLOBAL_DATE,
  ],
  [
    "global",
    withItems(MAX, ...images(3), clip(2)),
    0.76,
    `MiniMax-H3-Max, 768P, 5 s and its references, ${MIXED}; another reading of that page has images free`,
    GLOBAL_DATE,
  ],
  ["global", MAX, 0.4, `MiniMax-H3-Max, 768P, 5 s, ${MIXED}`, GLOBAL_DATE],
  ["global", { ...H3, resolution: "480P" }, 0.19, `MiniMax-H3, 480P, 5 s, ${OTHERS}`, "2026-09-24"],
  [
    "global",
    { ...MAX, model: "MiniMax-H3-Max-Turbo" },
    0.2,
    `MiniMax-H3-Max-Turbo, 768P, 5 s, ${OTHERS}`,
    "2026-09-24",
  ],
])("at %s, %j has the list price %d", async (server, request, amount, basis, date) => {
  const currency = server === "global" ? "USD" : "CNY";
  expect(await priceOf(server, request)).toEqual([amount, currency, basis, date]);
});

test("a price that sources state differently is a range", async () => {
  expect(await costOf("global", withItems(MAX, ...images(3)))).toMatchObject({ amount: 0.474, least: 0.4 });
  expect(await costOf("global", withItems(MAX, ...images(2)))).not.toHaveProperty("least");
});

test.each<[why: string, server: string, request: Record<string, unknown>]>([
  ["the 01 series has no list price", "global", { model: "S2V-01" }],
  ["no page has a price for the cell", "global", { model: "MiniMax-Hailuo-2.3-Fast", duration: 10 }],
  ["no page has prices of templates in China", "china", TEMPLATE],
  ["the template is unknown", "global", { template_id: "1" }],
  ["a gateway has prices of its own", "quickrouter", TEXT],
  ["the model is unknown", "global", { ...H3, model: "MiniMax-H4" }],
  ["the model does not offer the resolution", "global", { ...MAX, resolution: "2K" }],
  ["no page has a price for China", "china", { ...H3, resolution: "480P" }],
  ["no page has a price of its frames", "global", withItems({ ...H3, resolution: "480P" }, ...images(1))],
  ["the duration is not a number", "global", { ...H3, duration: "5" }],
  ["images have no price in China", "china", withItems(MAX, ...images(1))],
  ["reference videos have no price in China", "china", withItems(MAX, clip(2))],
  [
    "the duration of a link is unknown",
    "global",
    withItems(H3, clip(2), { type: "video_url", video_url: { url: LINK } }),
  ],
  ["the duration of a video is unknown", "global", withItems(H3, clip())],
  ["a reference video has no file", "global", withItems(H3, { type: "video_url" })],
  ["a regeneration is not priced in advance", "global", { ...H3, resolution: "2K", source_task_id: "1" }],
])("there is no price, because %s", async (_, server, request) => {
  expect(await priceOf(server, request)).toBeUndefined();
});
