import { describe, expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import { cells, templates } from "../generated/offers.js";
import type { RequestName } from "../generated/validators.js";
import { modeOf } from "./mode.js";
import { rules as template } from "./template.js";
import { rules as video } from "./video.js";

const HAILUO = { model: "MiniMax-Hailuo-02", prompt: "a fox" };
const IMAGE = "https://example.com/frame.jpeg";
const AIMANYI = { baseUrl: "https://gateway.example.com/minimax", like: "aimanyi" } as const;

function adviceOn(request: Record<string, unknown>, option: Parameters<typeof serverFrom>[0] = "global") {
  const server = serverFrom(option);
  const rules = request.template_id === undefined ? video : template;
  return rules.advise(request, server, modeOf(request, server.spec));
}

function linesOf(...args: Parameters<typeof adviceOn>): string[] {
  return adviceOn(...args).map(({ path, rule, severity, message }) => `${severity} ${path} [${rule}] ${message}`);
}

describe("options without effect", () => {
  test("fast_pretreatment without the optimizer is advised against", () => {
    expect(linesOf({ ...HAILUO, fast_pretreatment: true, prompt_optimizer: false })).toEqual([
      "warning fast_pretreatment [withoutOptimizer] has no effect while prompt_optimizer is false",
    ]);
  });

  test.each([
    { ...HAILUO },
    { ...HAILUO, fast_pretreatment: true },
    { ...HAILUO, fast_pretreatment: true, prompt_optimizer: true },
    { ...HAILUO, fast_pretreatment: false, prompt_optimizer: false },
    { model: { toString: 5 }, duration: 6, first_frame_image: IMAGE },
    { ...HAILUO, fast_pretreatment: "yes", prompt_optimizer: false },
    { ...HAILUO, last_frame_image: IMAGE, fast_pretreatment: true, prompt_optimizer: false },
    { model: "T2V-01", prompt: "a fox", fast_pretreatment: true, prompt_optimizer: false },
  ])("nothing is to be said of %j, or the schema says it", (request) => {
    expect(adviceOn(request)).toEqual([]);
  });

  test("aigc_watermark is advised against outside China, when it is on", () => {
    const request = { ...HAILUO, aigc_watermark: true };
    const advice =
      "warning aigc_watermark [watermark] is documented only for servers in China and may be ignored elsewhere";
    expect(linesOf(request, "global")).toEqual([advice]);
    // seed 004: QuickRouter's own page lists the field
    expect(linesOf(request, "quickrouter")).toEqual([]);
    expect(linesOf(request, "china")).toEqual([]);
    expect(linesOf(request, "china-cn")).toEqual([]);
    expect(linesOf({ ...request, aigc_watermark: false }, "global")).toEqual([]);
    expect(linesOf({ ...request, aigc_watermark: "true" }, "global")).toEqual([]);
  });
});

describe("length and size on the 01 series", () => {
  const models = Object.entries(cells.minimax).flatMap(([mode, models]) => {
    return Object.keys(models).map((model) => [model, mode as RequestName] as const);
  });
  const older = models.filter(([model]) => /^[IT]2V-01/.test(model));

  test("has five models to speak of", () => {
    expect(older.map(([model]) => model)).toEqual([
      "T2V-01-Director",
      "T2V-01",
      "I2V-01-Director",
      "I2V-01-live",
      "I2V-01",
    ]);
  });

  test.each(older)("%s: each is better left out", (model, mode) => {
    const message = `is better left out: sources disagree on whether ${model} accepts it, and it has no other value`;
    const both = video.advise({ model, duration: 6, resolution: "720P" }, serverFrom("global"), mode);
    expect(both).toEqual([
      { path: "duration", rule: "olderModel", severity: "warning", message },
      { path: "resolution", rule: "olderModel", severity: "warning", message },
    ]);
    expect(video.advise({ model, duration: 6 }, serverFrom("china"), mode)).toHaveLength(1);
    expect(video.advise({ model }, serverFrom("global"), mode)).toEqual([]);
  });

  test.each(models.filter((row) => !older.includes(row)))("%s for %s: nothing is to be said", (model, mode) => {
    expect(video.advise({ model, duration: 6, resolution: "768P" }, serverFrom("global"), mode)).toEqual([]);
  });

  test.each([
    { duration: 10 },
    { resolution: "768P" },
    { duration: null },
    { resolution: ["720P"] },
  ])("%j is refused by the schema, which is enough", (options) => {
    expect(adviceOn({ model: "T2V-01", prompt: "a fox", ...options })).toEqual([]);
  });
});

describe("fields that a gateway's page does not list", () => {
  test.each<[string, unknown]>([
    ["resolution", "768P"],
    ["prompt_optimizer", true],
    ["fast_pretreatment", false],
    ["callback_url", "https://example.com/"],
    ["aigc_watermark", true],
  ])("%s is one on aimanyi, and none elsewhere in China", (field, value) => {
    const request = { ...HAILUO, duration: 6, [field]: value };
    expect(adviceOn(request, AIMANYI)).toEqual([
      {
        path: field,
        rule: "unlisted",
        severity: "warning",
        message: "is not on aimanyi's own page and may be ignored there",
      },
    ]);
    expect(adviceOn(request, "china")).toEqual([]);
  });

  test("the three that the page lists pass", () => {
    expect(adviceOn({ ...HAILUO, duration: 6, resolution: undefined }, AIMANYI)).toEqual([]);
  });
});

describe("templates", () => {
  const DEPRECATED =
    "warning  [deprecated] the template API is marked deprecated and may end without notice; create a video from a prompt instead";
  const media_inputs = [{ value: IMAGE }];
  const text_inputs = [{ value: "狮子" }];
  // Of the vendor's pages: one that takes both, and is in both regions; a text; of third-party code: an image.
  const BOTH = { template_id: "393769180141805569" };
  const TEXT_IN_CHINA = { template_id: "394125185182695432" };
  const DIVING_ABROAD = { template_id: "392747428568649728" };
  const IMAGE_BY_CODE = { template_id: "397017167949312007" };

  test.each<[string, Record<string, unknown>, string]>([
    ["one with all its inputs", { ...BOTH, media_inputs, text_inputs }, "global"],
    ["one of China with its text", { ...TEXT_IN_CHINA, text_inputs }, "china"],
    ["the same on China's other host", { ...TEXT_IN_CHINA, text_inputs, media_inputs: [] }, "china-cn"],
    ["an unknown id", { template_id: "1", text_inputs, media_inputs }, "global"],
    ["an unknown id without inputs", { template_id: "1" }, "china"],
    ["an id that is no string", { template_id: { toString: 5 }, text_inputs }, "global"],
    ["inputs that are no lists, for the schema", { ...BOTH, media_inputs: "x", text_inputs: null }, "global"],
  ])("%s is only told that the operation is deprecated", (_, request, server) => {
    expect(linesOf(request, server)).toEqual([DEPRECATED]);
  });

  test.each<[string, Record<string, unknown>, string, string[]]>([
    [
      "a missing image and text are errors, where the vendor's page asks for them",
      { ...BOTH, text_inputs: [] },
      "global",
      [
        'error media_inputs [templateInputs] the template "Run for Life / 绝地求生" needs at least one image',
        'error text_inputs [templateInputs] the template "Run for Life / 绝地求生" needs at least one text',
      ],
    ],
    [
      "a missing image is a warning, where third-party code asks for it",
      IMAGE_BY_CODE,
      "global",
      ['warning media_inputs [templateInputs] the template "Pet Pilot" needs at least one image'],
    ],
    [
      "an image too many is a warning",
      { ...TEXT_IN_CHINA, text_inputs, media_inputs },
      "china",
      ['warning media_inputs [templateInputs] the template "生无可恋" takes no image'],
    ],
    [
      "a text too many is a warning",
      { ...IMAGE_BY_CODE, media_inputs, text_inputs },
      "global",
      ['warning text_inputs [templateInputs] the template "Pet Pilot" takes no text'],
    ],
    [
      "a template of China is said to be so abroad, and nothing of its inputs",
      TEXT_IN_CHINA,
      "global",
      ['warning template_id [templateRegion] "生无可恋" is a template of the region china; this server is in global'],
    ],
    [
      "and the other way round",
      DIVING_ABROAD,
      "china-cn",
      ['warning template_id [templateRegion] "Diving" is a template of the region global; this server is in china'],
    ],
  ])("%s", (_, request, server, lines) => {
    expect(linesOf(request, server)).toEqual([DEPRECATED, ...lines]);
  });

  test.each(templates)("$name has an advice for whoever forgets its inputs", ({
    template_id,
    regions,
    inputs,
    source,
  }) => {
    const [region = "global"] = regions;
    const found = adviceOn({ template_id }, region).filter(({ rule }) => rule === "templateInputs");
    expect(found.map(({ path }) => path)).toEqual(inputs.map((kind) => `${kind}_inputs`));
    expect(new Set(found.map(({ severity }) => severity))).toEqual(new Set([source === "docs" ? "error" : "warning"]));
  });
});
