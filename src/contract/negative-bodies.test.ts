import { expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import { brokenRule, negativeBodies } from "./negative-bodies.js";

const server = serverFrom("global");
const V1 = { model: "MiniMax-Hailuo-02", prompt: "A boat.", duration: 6, resolution: "768P", prompt_optimizer: true };
const bodiesOf = async (operationId: string, legal: object) => {
  const found = await negativeBodies(server, operationId, [legal]);
  return found.map(({ value, rule }) => ({ value: value as Record<string, unknown>, rule }));
};

test.each([
  ["duration", [null, "6", 6.5, 5, 7, 9, 11, 0, -1]],
  ["resolution", [null, "", "4K", "720P", "768p", 5]],
  ["model", [undefined, null, "", "unlisted", "minimax-hailuo-02", "MiniMax-H3", "S2V-01"]],
  ["prompt", [undefined, null, "", 5, "a".repeat(2001)]],
  ["prompt_optimizer", [null, "true", 1]],
])("changes %s in every way that the spec refuses", async (name, values) => {
  const bodies = await bodiesOf("videoGeneration", V1);
  const others = ({ [name]: _, ...rest }: Record<string, unknown>) => JSON.stringify(rest);
  const bent = bodies.filter(({ value }) => others(value) === others(V1)).map(({ value }) => value[name]);
  for (const value of values) expect(bent).toContainEqual(value);
});

test("names the broken rule, and sends nothing that could be accepted", async () => {
  const bodies = await bodiesOf("videoGeneration", V1);
  expect(bodies.find(({ value }) => value.duration === 7)?.rule).toMatch(/^duration must be one of 6, 10 \(got 7\)/);
  expect(bodies.find(({ value }) => value.unknown_option)?.rule).toMatch(/^unknown_option is not a known field/);
  for (const { value } of bodies) expect(await brokenRule(server, "videoGeneration", value)).toMatch(/\w/);
  // Only this client refuses blank prompts.
  expect(bodies.filter(({ value }) => /^\s+$/.test(String(value.prompt)))).toEqual([]);
});

test("adds a property that only other operations know", async () => {
  const prompt = { model: "MiniMax-H3", content: [{ type: "text", text: "A boat." }], duration: 4, ratio: "16:9" };
  const bodies = await bodiesOf("h3ContextIRV2Create", prompt);
  expect(bodies.map(({ rule }) => rule)).toContainEqual(expect.stringMatching(/^resolution does not go with/));
});

test("also changes the parts of a property, once for each type of item", async () => {
  const image = { type: "image_url", role: "first_frame", image_url: { url: "https://x.example/a.png" } };
  const content = [{ type: "text", text: "A boat." }, image, { ...image, role: "last_frame" }];
  const body = { model: "MiniMax-H3", content, resolution: "768P", duration: 4, ratio: "adaptive" };
  const rules = (await bodiesOf("videoGenerationV2Create", body)).map(({ rule }) => rule ?? "");
  for (const start of [
    "content[0].text must not be empty",
    "content[1].role must be",
    "content[1].image_url.url must be",
  ])
    expect(rules.filter((rule) => rule.includes(start))).not.toEqual([]);
  expect(rules.filter((rule) => rule.startsWith("content[2].image_url.url must be"))).toEqual([]);
});

test("an operation without a known schema has no illegal bodies, and a gateway refuses undocumented modes", async () => {
  expect(await negativeBodies(server, "uploadFile", [{ purpose: "video_generation_input" }])).toEqual([]);
  const gateway = serverFrom({ like: "aimanyi", baseUrl: "https://gateway.example/minimax" });
  const frame = { ...V1, first_frame_image: "https://x.example/a.png" };
  expect(await brokenRule(gateway, "videoGeneration", frame)).toBe("this server documents no image to video");
});
