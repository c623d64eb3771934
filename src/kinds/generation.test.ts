import { expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import type { Media } from "../media/media.js";
import { rules as prompts } from "./context-ir.js";
import { rules } from "./generation.js";
import { rules as regenerations } from "./regeneration.js";

const TEXT = { type: "text", text: "a fox" };
const IMAGE = { type: "image_url", role: "reference_image", image_url: { url: "https://a.test/a.png" } };
/** A reference of which nothing is there but its length. */
function clip(seconds?: number, kind: "video" | "audio" = "video") {
  const media = { kind, type: `${kind}/mp4`, seconds, size: 8, open: () => new Uint8Array(8) };
  return { type: `${kind}_url`, [`${kind}_url`]: { url: media as unknown as Media } };
}
const LINK = { type: "video_url", video_url: { url: "https://a.test/a.mp4" } };

const H3 = { model: "MiniMax-H3", resolution: "768P", duration: 5 };
const MAX = { ...H3, model: "MiniMax-H3-Max" };
const GLOBAL = "pricing-paygo page of platform.minimax.io";
const MIXED = `${GLOBAL}, with third-party figures for references`;
const images = (count: number) => Array.from({ length: count }, () => IMAGE);

function price(server: string, body: object, content: unknown = [TEXT]) {
  const cost = rules.priceOf({ ...body, content }, serverFrom(server), "TextToVideoV2");
  return cost && [cost.amount, cost.currency, cost.basis, cost.date];
}

test.each<[what: string, server: string, body: object, content: unknown, expected: unknown[]]>([
  ["seconds", "global", H3, [TEXT], [0.4, "USD", `MiniMax-H3, 768P, 5 s, ${GLOBAL}`, "2026-10-08"]],
  [
    "seconds of a higher resolution",
    "global",
    { ...H3, resolution: "2K", duration: 15 },
    [TEXT],
    [1.95, "USD", `MiniMax-H3, 2K, 15 s, ${GLOBAL}`, "2026-10-08"],
  ],
  [
    "seconds in another region",
    "china",
    { ...MAX, resolution: "480P", duration: 6 },
    [TEXT],
    [1.98, "CNY", "MiniMax-H3-Max, 480P, 6 s, pricing-paygo page of platform.minimaxi.com", "2026-08-20"],
  ],
  [
    "images that are free",
    "global",
    H3,
    [TEXT, ...images(5)],
    [0.4, "USD", `MiniMax-H3, 768P, 5 s, ${GLOBAL}`, "2026-10-08"],
  ],
  [
    "images beyond them",
    "global",
    H3,
    [TEXT, ...images(7)],
    [0.48, "USD", `MiniMax-H3, 768P, 5 s and its references, ${GLOBAL}`, "2026-10-08"],
  ],
  [
    "seconds of reference videos",
    "global",
    H3,
    [TEXT, clip(2.5), clip(4)],
    [0.92, "USD", `MiniMax-H3, 768P, 5 s and its references, ${GLOBAL}`, "2026-10-08"],
  ],
  [
    "all together, by figures of others",
    "global",
    MAX,
    [TEXT, ...images(3), clip(2)],
    [0.76, "USD", `MiniMax-H3-Max, 768P, 5 s and its references, ${MIXED}`, "2026-10-08"],
  ],
  [
    "no references, by figures of others",
    "global",
    MAX,
    [TEXT],
    [0.4, "USD", `MiniMax-H3-Max, 768P, 5 s, ${MIXED}`, "2026-10-08"],
  ],
  [
    "sounds, which are free",
    "global",
    H3,
    [TEXT, clip(9, "audio")],
    [0.4, "USD", `MiniMax-H3, 768P, 5 s, ${GLOBAL}`, "2026-10-08"],
  ],
  ["no content at all", "global", H3, undefined, [0.4, "USD", `MiniMax-H3, 768P, 5 s, ${GLOBAL}`, "2026-10-08"]],
])("%s have a price", (_, server, body, content, expected) => {
  expect(price(server, body, content)).toEqual(expected);
});

test.each<[what: string, server: string, body: object, content?: unknown]>([
  ["an unknown model", "global", { ...H3, model: "MiniMax-H4" }],
  ["a resolution that its model has not", "global", { ...H3, resolution: "480P" }],
  ["a length that is no number", "global", { ...H3, duration: "5" }],
  ["images without a price", "china", MAX, [TEXT, IMAGE]],
  ["reference videos without a price", "china", MAX, [TEXT, clip(2)]],
  ["reference videos of unknown length", "global", H3, [TEXT, clip(2), LINK]],
  ["a reference video whose header does not tell", "global", H3, [TEXT, clip()]],
  ["what is no reference video", "global", H3, [TEXT, { type: "video_url" }]],
])("%s has none", (_, server, body, content) => {
  expect(price(server, body, content)).toBeUndefined();
});

test("what is made anew and a prompt have none", () => {
  const body = { ...H3, resolution: "2K", content: [TEXT] };
  expect(regenerations.priceOf(body, serverFrom("global"), "VideoRegenerationSourceTaskReq")).toBeUndefined();
  expect(prompts.priceOf(body, serverFrom("global"), "TextToPrompt")).toBeUndefined();
});
