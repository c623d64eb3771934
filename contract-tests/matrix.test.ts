/** Every cell of the request matrices, typed by hand from the fact sheet. The check and Prism must agree on each. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import { serverFrom } from "../src/base/server.js";
import type { TaskKind } from "../src/base/task.js";
import { check } from "../src/check/check.js";
import { cellsV2 } from "../src/generated/content-offers.js";
import { kinds } from "../src/kinds/kinds.js";
import type { Name } from "./helpers/documents.js";
import { type Judge, prismJudges } from "./helpers/judge.js";
import { audio, image, text } from "./helpers/scenes.js";

let prism: Record<Name, Judge>;
beforeAll(async () => {
  prism = await prismJudges();
});

interface Cell {
  kind: TaskKind;
  body: Json;
  legal: boolean;
}

/** All combinations of a base with one value of each list. `undefined` omits the field. */
function bodiesOf(base: Json, lists: Record<string, unknown[]>): Json[] {
  return Object.entries(lists).reduce<Json[]>(
    (bodies, [field, values]) =>
      bodies.flatMap((body) => values.map((value) => (value === undefined ? body : { ...body, [field]: value }))),
    [base],
  );
}

/** Fact sheet 2.3: the legal (duration resolution) pairs for each mode and model, "-" for an absent field. */
const IMAGE = "https://example.com/frame.jpeg";
const SUBJECT = [{ type: "character", image: [IMAGE] }];
const HAILUO = "- -, - 768P, - 1080P, 6 -, 6 768P, 6 1080P, 10 -, 10 768P";
const SERIES_01 = "- -, - 720P, 6 -, 6 720P";
const LEGAL: { mode: string; body: Json; models: Record<string, string> }[] = [
  {
    mode: "text",
    body: { prompt: "a fox" },
    models: {
      "MiniMax-Hailuo-2.3": HAILUO,
      "MiniMax-Hailuo-02": HAILUO,
      "T2V-01-Director": SERIES_01,
      "T2V-01": SERIES_01,
    },
  },
  {
    mode: "first frame",
    body: { first_frame_image: IMAGE },
    models: {
      "MiniMax-Hailuo-2.3": HAILUO,
      "MiniMax-Hailuo-2.3-Fast": HAILUO,
      "MiniMax-Hailuo-02": `${HAILUO}, - 512P, 6 512P, 10 512P`,
      "I2V-01-Director": SERIES_01,
      "I2V-01-live": SERIES_01,
      "I2V-01": SERIES_01,
    },
  },
  { mode: "last frame", body: { last_frame_image: IMAGE }, models: { "MiniMax-Hailuo-02": HAILUO } },
  {
    mode: "both frames",
    body: { first_frame_image: IMAGE, last_frame_image: IMAGE },
    models: { "MiniMax-Hailuo-02": HAILUO },
  },
  { mode: "subject", body: { subject_reference: SUBJECT }, models: { "S2V-01": "- -" } },
];
const MODELS = [...new Set(LEGAL.flatMap(({ models }) => Object.keys(models))), "video-02"];
const SIZES = { duration: [undefined, 6, 10, 5], resolution: [undefined, "512P", "720P", "768P", "1080P", "4K"] };

const videos: Cell[] = LEGAL.flatMap(({ body, models }) =>
  bodiesOf(body, { model: MODELS, ...SIZES }).map((body) => ({
    kind: "video",
    body,
    legal: (models[body.model] ?? "").split(", ").includes(`${body.duration ?? "-"} ${body.resolution ?? "-"}`),
  })),
);

/** Fact sheet 2.8, 2.9 and 12 (row 5). */
const OF_MODEL: Record<string, { from: number; resolutions: unknown[] }> = {
  "MiniMax-H3": { from: 4, resolutions: ["480P", "768P", "2K"] },
  "MiniMax-H3-Max": { from: 5, resolutions: ["480P", "768P"] },
  "MiniMax-H3-Max-Turbo": { from: 5, resolutions: ["480P", "768P"] },
  "MiniMax-H3-Fast": { from: 4, resolutions: ["480P"] },
};
const CONCRETE = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"];
const OPTIONS = {
  model: [...Object.keys(OF_MODEL), "MiniMax-H4"],
  duration: [undefined, 3, 4, 5, 15, 16, "5"],
  resolution: [undefined, "480P", "768P", "2K", "1080P"],
  ratio: [undefined, "adaptive", "16:9", "2:1"],
};
const STYLED = {
  model: ["MiniMax-H3", "MiniMax-H3-Fast"],
  duration: [3, 4, 15, 16],
  resolution: ["480P", "768P"],
  ratio: [undefined, "16:9"],
};
const SCENES: Json[][] = [
  [text],
  [text, image("first_frame")],
  [image(), text],
  [image("last_frame"), text],
  [image("last_frame"), text, image("first_frame")],
  [text, image("reference_image"), audio()],
];

const generations: Cell[] = SCENES.flatMap((content) =>
  [...bodiesOf({ content }, OPTIONS), ...bodiesOf({ content, style: "style1" }, STYLED)].map((body) => {
    const { from, resolutions } = OF_MODEL[body.model] ?? { from: Number.POSITIVE_INFINITY, resolutions: [] };
    const isStyled = (body.style === "style1") === (body.model === "MiniMax-H3-Fast");
    const isTaken = !(body.model === "MiniMax-H3-Max-Turbo" && content.some(({ role }) => /^reference/.test(role)));
    const isOffered = body.duration >= from && resolutions.includes(body.resolution);
    const legal = fits(body) && isOffered && isStyled && isTaken;
    return { kind: "generation", body, legal };
  }),
);
const prompts: Cell[] = SCENES.flatMap((content) =>
  bodiesOf({ content }, { ...OPTIONS, model: ["MiniMax-H3", "MiniMax-H3-Max"], resolution: [undefined, "768P"] }).map(
    (body) => {
      const legal = fits(body) && body.duration >= 4 && body.model === "MiniMax-H3" && body.resolution === undefined;
      return { kind: "h3_context_ir", body, legal };
    },
  ),
);

/** A whole number of seconds, and a ratio that the scene allows. */
function fits({ content, duration, ratio }: Json): boolean {
  const ratios = content.length === 1 ? CONCRETE : [undefined, "adaptive", ...CONCRETE];
  return Number.isInteger(duration) && duration <= 15 && ratios.includes(ratio);
}

test("the matrices have the number of legal cells that the pages document", () => {
  const sizes = (cells: Cell[]) => [cells.length, cells.filter(({ legal }) => legal).length];
  // Of text one ratio, of the five other scenes three (with a style two were tried): on H3 three lengths × three sizes, on H3-Max and,
  // without references, on H3-Max-Turbo two × two, on H3-Fast two × one.
  const scenes = 1 + 5 * 3;
  const styled = 1 + 5 * 2;
  expect(sizes(videos)).toEqual([1200, 80]);
  expect(sizes(generations)).toEqual([4392, scenes * (3 * 3 + 2 * 2) + (scenes - 3) * 2 * 2 + styled * 2]);
  expect(sizes(prompts)).toEqual([672, scenes * 3]);
});

test.each([
  ["videos of API v1", videos],
  ["videos of API v2", generations],
  ["prompts of API v2", prompts],
])("check and Prism agree on every cell for %s", { timeout: 120_000 }, async (_, cells) => {
  const wrong: string[] = [];
  for (const { kind, body, legal } of cells) {
    const { ok, issues } = await check(body, serverFrom("global"), kind);
    const prisms = await prism.minimax(kinds[kind].create.path, body);
    if (ok !== legal || prisms !== legal) wrong.push(`${JSON.stringify(body)}: ${legal} by the page, ${ok}/${prisms}`);
    if (!ok && issues.length === 0) wrong.push(`${JSON.stringify(body)}: refused without a reason`);
  }
  expect(wrong).toEqual([]);
});

test("the generated table of API v2 has every length with the resolutions of its model", () => {
  const expected = Object.entries(OF_MODEL).map(([model, { from, resolutions }]) => {
    const lengths = Array.from({ length: 16 - from }, (_, index) => from + index);
    return [model, { accepts: lengths.map((seconds) => [seconds, resolutions]) }];
  });
  const all = Object.fromEntries(expected);
  const { "MiniMax-H3-Max-Turbo": _, ...takingReferences } = all;
  expect(cellsV2).toEqual({ TextToVideoV2: all, FramesToVideoV2: all, ReferencesToVideoV2: takingReferences });
});

/** The fields that each mode accepts besides its own. A first frame, for example, would change the mode of a text request. */
const GOES_WITH: Record<string, string[]> = {
  text: ["prompt", "first_frame_image"],
  "first frame": ["prompt", "first_frame_image"],
  "last frame": ["prompt", "first_frame_image", "last_frame_image"],
  "both frames": ["prompt", "first_frame_image", "last_frame_image"],
  subject: ["prompt", "subject_reference"],
};
const EXTRAS = { prompt: "a fox", first_frame_image: IMAGE, last_frame_image: IMAGE, subject_reference: SUBJECT };

test.each(
  LEGAL.flatMap(({ mode, body, models }) =>
    Object.entries(EXTRAS).map(([field, value]) => {
      return { mode, field, body: { model: Object.keys(models)[0], ...body, [field]: value } };
    }),
  ),
)("check and Prism agree on $mode with $field", async ({ mode, field, body }) => {
  const legal = GOES_WITH[mode]?.includes(field);
  expect((await check(body, serverFrom("global"))).ok).toBe(legal);
  expect(await prism.minimax("/v1/video_generation", body)).toBe(legal);
});

describe("gateways", () => {
  const GATEWAYS = {
    // Seed 004 marks them as required.
    quickrouter: {
      server: serverFrom("quickrouter"),
      required: ["first_frame_image", "prompt", "duration", "resolution"],
      body: { ...EXTRAS, subject_reference: undefined, model: "MiniMax-Hailuo-02", duration: 6, resolution: "1080P" },
    },
    // Seed 002 says so.
    aimanyi: {
      server: serverFrom({ like: "aimanyi", baseUrl: "https://gateway.example/minimax" }),
      required: ["model", "prompt", "duration"],
      body: { model: "MiniMax-Hailuo-02", prompt: "一只小猪在高速公路上快乐的奔跑", duration: 10 },
    },
  };

  test.each(["quickrouter", "aimanyi"] as const)("%s requires the fields that its page marks", async (name) => {
    const { server, required, body } = GATEWAYS[name];
    const complete = JSON.parse(JSON.stringify(body));
    expect(await check(complete, server)).toEqual({ ok: true, issues: [] });
    expect(await prism[name]("/v1/video_generation", complete)).toBe(true);
    for (const field of required) {
      const { [field]: _, ...incomplete } = complete;
      const { issues } = await check(incomplete, server);
      expect(issues).toMatchObject([{ path: field, rule: "required", message: expect.stringMatching(/^is required/) }]);
      expect(await prism[name]("/v1/video_generation", incomplete)).toBe(false);
    }
  });

  test("aimanyi documents only text to video, and the refusal of a first frame says so", async () => {
    const { issues } = await check({ model: "MiniMax-Hailuo-02", first_frame_image: IMAGE }, GATEWAYS.aimanyi.server);
    expect(issues[0]?.message).toBe(
      "https://gateway.example/minimax does not document image to video; it takes text to video",
    );
  });
});
