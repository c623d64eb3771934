/** Every cell of model × mode × duration × resolution, judged alike by the generated validators, the client and Prism. */
import { describe, expect, inject, test } from "vitest";
import { validators } from "../src/generated/validators.js";
import { createClient } from "../src/index.js";
import { modeOf } from "../src/kinds/mode.js";
import { prismJudge } from "./helpers/judge.js";

const IMAGE = "https://example.com/frame.jpeg";
const DURATIONS = [undefined, 6, 10, 5];
const RESOLUTIONS = [undefined, "512P", "720P", "768P", "1080P", "4K"];

/** Fact sheet 2.3, typed by hand: for each mode and model the legal (duration resolution) pairs, "-" for not given. */
const HAILUO = "- -, - 768P, - 1080P, 6 -, 6 768P, 6 1080P, 10 -, 10 768P";
const HAILUO_02_FRAME = `${HAILUO}, - 512P, 6 512P, 10 512P`;
const SERIES_01 = "- -, - 720P, 6 -, 6 720P";
const LEGAL: Record<string, { body: object; models: Record<string, string> }> = {
  text: {
    body: { prompt: "a fox" },
    models: {
      "MiniMax-Hailuo-2.3": HAILUO,
      "MiniMax-Hailuo-02": HAILUO,
      "T2V-01-Director": SERIES_01,
      "T2V-01": SERIES_01,
    },
  },
  "first frame": {
    body: { first_frame_image: IMAGE },
    models: {
      "MiniMax-Hailuo-2.3": HAILUO,
      "MiniMax-Hailuo-2.3-Fast": HAILUO,
      "MiniMax-Hailuo-02": HAILUO_02_FRAME,
      "I2V-01-Director": SERIES_01,
      "I2V-01-live": SERIES_01,
      "I2V-01": SERIES_01,
    },
  },
  "last frame": { body: { last_frame_image: IMAGE }, models: { "MiniMax-Hailuo-02": HAILUO } },
  "first and last frame": {
    body: { first_frame_image: IMAGE, last_frame_image: IMAGE },
    models: { "MiniMax-Hailuo-02": HAILUO },
  },
  subject: { body: { subject_reference: [{ type: "character", image: [IMAGE] }] }, models: { "S2V-01": "- -" } },
};
const MODELS = [...new Set(Object.values(LEGAL).flatMap(({ models }) => Object.keys(models))), "video-02"];

const cells = Object.entries(LEGAL).flatMap(([mode, { body, models }]) =>
  MODELS.flatMap((model) =>
    DURATIONS.flatMap((duration) =>
      RESOLUTIONS.map((resolution) => {
        const legal = (models[model] ?? "").split(", ").includes(`${duration ?? "-"} ${resolution ?? "-"}`);
        const cell = JSON.parse(JSON.stringify({ ...body, model, duration, resolution }));
        return { title: `${mode}, ${model}, ${duration ?? "-"} s, ${resolution ?? "-"}`, body: cell, legal };
      }),
    ),
  ),
);

async function prismAccepts(body: object, name = "minimax"): Promise<boolean> {
  const response = await fetch(`${inject("prism")[name]}/v1/video_generation`, {
    method: "POST",
    headers: { authorization: "Bearer test", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  expect([200, 422]).toContain(response.status);
  return response.status === 200;
}

test("the table has all five ways to ask, ten models and 1,200 cells, of which 80 are legal", () => {
  expect(cells.length).toBe(1200);
  expect(cells.filter(({ legal }) => legal).length).toBe(80);
});

test("every cell: validator, client and Prism agree with the documented matrix", async () => {
  const { videos } = createClient({ apiKey: "test" });
  const judge = await prismJudge("minimax");
  const wrong: string[] = [];
  for (const { title, body, legal } of cells) {
    const validator = validators.minimax[modeOf(body)]?.(body);
    const { ok, issues } = await videos.check(body);
    const prism = await judge("/v1/video_generation", body);
    if (validator !== legal || ok !== legal || prism !== legal)
      wrong.push(`${title}: ${legal} by the table, ${validator}/${ok}/${prism}`);
    if (!ok && issues.length === 0) wrong.push(`${title}: refused without a reason`);
  }
  expect(wrong).toEqual([]);
}, 60_000);

describe("fields of another mode", () => {
  const bodies = Object.entries(LEGAL).map(([mode, { body, models }]) => ({
    mode,
    body: { model: Object.keys(models)[0], ...body },
  }));
  const extras = {
    prompt: "a fox",
    first_frame_image: IMAGE,
    last_frame_image: IMAGE,
    subject_reference: [{ type: "character", image: [IMAGE] }],
  };
  const frames = ["first frame", "first and last frame"];
  const pairs = bodies.flatMap(({ mode, body }) =>
    Object.entries(extras).map(([field, value]) => ({ mode, field, body: { ...body, [field]: value } })),
  );

  test.each(pairs)("$mode with $field is judged alike by check and Prism", async ({ mode, field, body }) => {
    const joins =
      field === "prompt" ||
      field in (LEGAL[mode]?.body ?? {}) ||
      (mode === "last frame" && field === "first_frame_image");
    // A first frame that is added to a text, on a model that takes both, makes it a request of the first-frame mode.
    const becomes =
      (mode === "text" && field === "first_frame_image") ||
      (frames.includes(mode) && field === "last_frame_image" && body.model === "MiniMax-Hailuo-02");
    expect((await createClient().videos.check(body)).ok).toBe(joins || becomes);
    expect(await prismAccepts(body)).toBe(joins || becomes);
  });
});

describe("gateways", () => {
  const complete = {
    model: "MiniMax-Hailuo-02",
    first_frame_image: IMAGE,
    last_frame_image: IMAGE,
    prompt: "a fox",
    duration: 6,
    resolution: "1080P",
  };

  test.each([
    "first_frame_image",
    "prompt",
    "duration",
    "resolution",
  ])("QuickRouter requires %s with a last frame, as seed 004 marks it", async (field) => {
    const client = createClient({ server: "quickrouter" });
    expect(await client.videos.check(complete)).toEqual({ ok: true, issues: [] });
    const { [field as keyof typeof complete]: _, ...body } = complete;
    const { issues } = await client.videos.check(body);
    expect(issues).toEqual([
      { path: field, rule: "required", severity: "error", message: "is required for last frame to video" },
    ]);
    expect(await prismAccepts(body, "quickrouter")).toBe(false);
    expect(await prismAccepts(complete, "quickrouter")).toBe(true);
    expect((await createClient().videos.check(body)).ok).toBe(true);
  });

  test.each(["model", "prompt", "duration"])("aimanyi requires %s, as seed 002 says", async (field) => {
    const client = createClient({ server: { like: "aimanyi", baseUrl: "https://gateway.example/minimax" } });
    const full = { model: "MiniMax-Hailuo-02", prompt: "一只小猪在高速公路上快乐的奔跑", duration: 10 };
    expect((await client.videos.check(full)).ok).toBe(true);
    expect(await prismAccepts(full, "aimanyi")).toBe(true);
    const { [field as keyof typeof full]: _, ...body } = full;
    expect((await client.videos.check(body)).issues.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      `${field} required`,
    ]);
    expect(await prismAccepts(body, "aimanyi")).toBe(false);
  });

  test("aimanyi documents text alone: a first frame is refused with what it takes", async () => {
    const client = createClient({ server: { like: "aimanyi", baseUrl: "https://gateway.example/minimax" } });
    const { issues } = await client.videos.check({ model: "MiniMax-Hailuo-02", first_frame_image: IMAGE });
    expect(issues[0]?.message).toBe(
      "https://gateway.example/minimax does not document image to video; it takes text to video",
    );
  });
});
