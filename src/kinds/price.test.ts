import { expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import { kindOfAny } from "./kind-of.js";
import { kinds } from "./kinds.js";

/** The price of a request at a server. */
async function priceOf(request: Record<string, unknown>, name: string) {
  const server = serverFrom(name);
  const rules = await kinds[kindOfAny(request)].rules();
  return rules.priceOf(request, server, rules.modeOf(request, server));
}

const text = { model: "MiniMax-Hailuo-2.3", prompt: "a fox" };

test.each([
  ["global", text, { amount: 0.28, currency: "USD" }],
  ["global", { ...text, duration: 10 }, { amount: 0.56, currency: "USD" }],
  ["global", { ...text, resolution: "1080P" }, { amount: 0.49, currency: "USD" }],
  ["china", text, { amount: 2, currency: "CNY" }],
  [
    "china",
    { model: "MiniMax-Hailuo-02", first_frame_image: "https://x.test/a", resolution: "512P", duration: 10 },
    { amount: 1, currency: "CNY" },
  ],
  [
    "china-cn",
    { model: "MiniMax-Hailuo-02", last_frame_image: "https://x.test/a", resolution: "1080P" },
    { amount: 3.5, currency: "CNY" },
  ],
  ["global", { template_id: "393769180141805569" }, { amount: 0.45, currency: "USD" }],
])("on %s, %j costs %j by the list", async (server, request, expected) => {
  expect(await priceOf(request, server)).toMatchObject(expected);
  expect((await priceOf(request, server))?.basis).toMatch(/pric/);
});

test.each<[server: string, request: object, why: string]>([
  ["global", { model: "S2V-01" }, "the 01 series has no list price"],
  ["global", { model: "MiniMax-Hailuo-2.3-Fast", duration: 10 }, "no official figure for this cell"],
  ["china", { template_id: "393769180141805569" }, "prices of templates in China are unknown"],
  ["global", { template_id: "1" }, "an unknown template"],
  ["quickrouter", text, "a gateway has prices of its own"],
])("on %s, %j has no price: %s", async (server, request) => {
  expect(await priceOf(request as Record<string, unknown>, server)).toBeUndefined();
});
