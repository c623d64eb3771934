/** The advice of the check for requests that the schema accepts, or that only a vendor's page refuses. */
import { describe, expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import { check } from "../check/check.js";
import { templates } from "../generated/offers.js";

const LINK = "https://example.com/frame.jpeg";
const HAILUO = { model: "MiniMax-Hailuo-02", prompt: "a fox" };
const OLDER = { model: "T2V-01", prompt: "a fox" };
const H3 = { model: "MiniMax-H3", resolution: "768P", duration: 6, prompt: "a fox" };
const MAX = { ...H3, model: "MiniMax-H3-Max" };
const RUNWARE = "Runware's documentation";
const CONTRADICTORY = "the vendor's pages contradict each other on whether";

async function adviceOn(request: object, server: Parameters<typeof serverFrom>[0] = "global"): Promise<string[]> {
  const { issues } = await check(request, serverFrom(server));
  return issues.map(({ path, rule, severity, message }) => `${severity} ${path} [${rule}] ${message}`);
}

describe("requests for a video", () => {
  test.each<[advice: string, ...requests: object[]]>([
    [
      "warning fast_pretreatment [withoutOptimizer] has no effect while prompt_optimizer is false",
      { ...HAILUO, fast_pretreatment: true, prompt_optimizer: false },
    ],
    [
      "warning aigc_watermark [watermark] is documented only for servers in China and may be ignored elsewhere",
      { ...HAILUO, aigc_watermark: true },
    ],
    [
      "warning model [unlistedModel] is not in the vendor's newest list of models, and may stop working",
      { model: "S2V-01", subject_reference: [{ type: "character", image: [LINK] }] },
    ],
    [
      "warning duration [olderModel] is better left out: sources disagree on whether T2V-01 accepts it, and no other value is allowed",
      { ...OLDER, duration: 6 },
    ],
    [
      "warning resolution [olderModel] is better left out: sources disagree on whether I2V-01-live accepts it, and no other value is allowed",
      { model: "I2V-01-live", first_frame_image: LINK, resolution: "720P" },
    ],
    [
      "warning ratio [frameRatio] has no effect with a frame, because the video takes the aspect ratio of the frame",
      { ...H3, first_frame_image: LINK, ratio: "16:9" },
    ],
    [
      `warning last_frame_image [lastFrameAlone] ${CONTRADICTORY} a last frame works without a first one`,
      { ...H3, last_frame_image: LINK },
    ],
    [
      `warning model [maxReferences] ${CONTRADICTORY} MiniMax-H3-Max accepts references; MiniMax-H3 does`,
      { ...MAX, reference_images: [LINK] },
    ],
    [
      `warning resolution [unconfirmed] is not documented by MiniMax, only in a connector's notes (accepted on 2026-09-07) and ${RUNWARE}`,
      { ...H3, resolution: "480P", ratio: "1:1" },
    ],
    ...[{ model: "MiniMax-H3-Max-Turbo" }, { model: "MiniMax-H3-Fast", resolution: "480P", style: "style1" }].map(
      (fields): [string, object] => [
        `warning model [unconfirmed] is not documented by MiniMax, only in a connector's notes of 2026-09-16 and ${RUNWARE}`,
        { ...H3, ratio: "1:1", ...fields },
      ],
    ),
    [
      "warning aigc_watermark [watermark] is documented for creates in China only; elsewhere only for regenerations",
      { ...H3, ratio: "1:1", aigc_watermark: true },
    ],
  ])("%s", async (advice, request) => {
    // Older models also get a warning about their age.
    const all = await adviceOn(request);
    expect(all.filter((one) => one === advice || !one.includes("[unlistedModel]"))).toEqual([advice]);
  });

  test.each<[request: object, server?: string]>([
    [HAILUO],
    [{ ...HAILUO, duration: 6, resolution: "768P", fast_pretreatment: true }],
    [{ ...HAILUO, fast_pretreatment: false, prompt_optimizer: false, aigc_watermark: false }],
    // seed 004: QuickRouter's own page lists the field
    ...["quickrouter", "china", "china-cn"].map((server) => [{ ...HAILUO, aigc_watermark: true }, server] as const),
    [{ ...H3, ratio: "1:1", aigc_watermark: true }, "china"],
    [{ model: "MiniMax-H3", source_task_id: "1", resolution: "2K", aigc_watermark: true }],
    [{ ...H3, first_frame_image: LINK, ratio: "adaptive" }],
    [{ ...H3, first_frame_image: LINK, last_frame_image: LINK }],
    [{ ...H3, reference_images: [LINK], ratio: "16:9" }],
    [{ ...MAX, first_frame_image: LINK }],
  ] as [object, string?][])("nothing is advised for %j at %s", async (request, server) => {
    expect(await adviceOn(request, server)).toEqual([]);
  });

  test.each<[refused: string, request: object]>([
    ["fast_pretreatment", { ...HAILUO, fast_pretreatment: "yes", prompt_optimizer: false }],
    ["fast_pretreatment", { ...OLDER, fast_pretreatment: true, prompt_optimizer: false }],
    ["duration", { ...OLDER, duration: 10 }],
    ["resolution", { ...OLDER, resolution: ["720P"] }],
  ])("a field that the schema refuses gets no additional advice: %s", async (refused, request) => {
    const all = await adviceOn(request);
    expect(all.filter((one) => !one.includes("[unlistedModel]"))).toEqual([
      expect.stringMatching(`^error ${refused} `),
    ]);
  });

  test.each<[string, unknown]>([
    ["resolution", "768P"],
    ["prompt_optimizer", true],
    ["fast_pretreatment", false],
    ["callback_url", "https://example.com/"],
    ["aigc_watermark", true],
  ])("%s is not on aimanyi's page", async (field, value) => {
    const request = { ...HAILUO, duration: 6, [field]: value };
    const message = `warning ${field} [unlisted] is not on aimanyi's own page and may be ignored there`;
    expect(await adviceOn(request, { baseUrl: "https://gateway.example.com", like: "aimanyi" })).toEqual([message]);
    expect(await adviceOn(request, "china")).toEqual([]);
  });
});

describe("templates", () => {
  const DEPRECATED =
    "warning  [deprecated] the template API is marked deprecated and may end without notice; create a video from a prompt instead";
  const media_inputs = [{ value: LINK }];
  const text_inputs = [{ value: "狮子" }];
  // Two templates from the vendor's pages, one of them in both regions with both inputs, and one from third-party code.
  const BOTH = { template_id: "393769180141805569" };
  const TEXT_IN_CHINA = { template_id: "394125185182695432" };
  const IMAGE_BY_CODE = { template_id: "397017167949312007" };

  test.each<[title: string, server: string, request: object, ...advice: string[]]>([
    ["with all its inputs", "global", { ...BOTH, media_inputs, text_inputs }],
    ["of China in China", "china-cn", { ...TEXT_IN_CHINA, text_inputs, media_inputs: [] }],
    ["with an unknown id", "global", { template_id: "1", text_inputs }],
    [
      "without inputs that the vendor's page requires",
      "global",
      { ...BOTH, text_inputs: [] },
      'error media_inputs [templateInputs] the template "Run for Life / 绝地求生" needs at least one image',
      'error text_inputs [templateInputs] the template "Run for Life / 绝地求生" needs at least one text',
    ],
    [
      "without inputs that third-party code requires",
      "global",
      { ...IMAGE_BY_CODE, text_inputs },
      'warning media_inputs [templateInputs] the template "Pet Pilot" needs at least one image',
      'warning text_inputs [templateInputs] the template "Pet Pilot" takes no text',
    ],
    [
      "with a superfluous image",
      "china",
      { ...TEXT_IN_CHINA, text_inputs, media_inputs },
      'warning media_inputs [templateInputs] the template "生无可恋" takes no image',
    ],
    [
      "from China elsewhere",
      "global",
      TEXT_IN_CHINA,
      'warning template_id [templateRegion] "生无可恋" is a template of the region china; this server is in global',
    ],
    [
      "from the rest of the world in China",
      "china-cn",
      { template_id: "392747428568649728" },
      'warning template_id [templateRegion] "Diving" is a template of the region global; this server is in china',
    ],
  ])("a template %s", async (_, server, request, ...advice) => {
    expect(await adviceOn(request, server)).toEqual([DEPRECATED, ...advice]);
  });

  test("inputs that the schema refuses get no additional advice", async () => {
    const advice = await adviceOn({ ...BOTH, media_inputs: "x", text_inputs });
    expect(advice).toEqual(["error media_inputs [type] must be of type array (got string)", DEPRECATED]);
  });

  test.each(templates)("$name requires its inputs", async ({ template_id, regions, inputs, source }) => {
    const severity = source === "docs" ? "error" : "warning";
    const expected = inputs.map((kind) => expect.stringContaining(`${severity} ${kind}_inputs [templateInputs]`));
    expect(await adviceOn({ template_id }, regions[0])).toEqual([DEPRECATED, ...expected]);
  });
});
