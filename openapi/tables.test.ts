/** Compares the generated tables of API v2 for prices and media with values typed by hand from the fact sheet. */
import { expect, test } from "vitest";
import { errorTypes, statusCodes } from "../src/generated/codes.js";
import { lifetimeDays, limitsV2, pricesV2 } from "../src/generated/content-offers.js";
import type { Document, Json } from "./documents.js";
import { cellsOf } from "./matrix.js";

/** Fact sheet 7.1 and 7.2: region, kind, model, size; a second, a second of reference video, an image, free images. */
const SECONDS = `
china  generation   MiniMax-H3     768P 0.5  0.5    0.2   5 docs
china  generation   MiniMax-H3     2K   0.8  0.8    0.2   5 docs
china  generation   MiniMax-H3-Max 480P 0.33 -      -     - docs
china  generation   MiniMax-H3-Max 768P 0.5  -      -     - docs
global generation   MiniMax-H3     768P 0.08 0.08   0.04  5 docs
global generation   MiniMax-H3     2K   0.13 0.13   0.04  5 docs
global generation   MiniMax-H3-Max 480P 0.05 0.0553 0.074 2 mixed
global generation   MiniMax-H3-Max 768P 0.08 0.143  0.074 2 mixed
global generation   MiniMax-H3     480P 0.038 -     -     - third party
global generation   MiniMax-H3-Max-Turbo 480P 0.025 - -   - third party
global generation   MiniMax-H3-Max-Turbo 768P 0.04  - -   - third party
global generation   MiniMax-H3-Fast 480P 0.046 -    -     - third party
china  regeneration MiniMax-H3     2K   0.3  0.3    0.15  5 docs
global regeneration MiniMax-H3     2K   0.05 -      -     - docs`;

test("prices per second are those of the price pages", () => {
  const rows = pricesV2.flatMap((list) =>
    list.task_type === "h3_context_ir"
      ? []
      : list.rows.map(({ model, resolution, second, referenceVideoSecond, image, freeImages, source }) =>
          [list.region, list.task_type, model, resolution, second, referenceVideoSecond, image, freeImages, source]
            .map((cell) => cell ?? "-")
            .join(" "),
        ),
  );
  expect(rows).toEqual(SECONDS.trim().replace(/ +/g, " ").split("\n"));
});

test("prices per token are those of the price pages", () => {
  const lists = pricesV2.filter(({ task_type }) => task_type === "h3_context_ir");
  expect(lists.map(({ region, rows }) => [region, rows])).toEqual([
    ["china", [{ model: "MiniMax-H3", millionInputTokens: 5.8, millionOutputTokens: 23, source: "docs" }]],
    ["global", [{ model: "MiniMax-H3", millionInputTokens: 0.9, millionOutputTokens: 3.6, source: "docs" }]],
  ]);
});

test("each price list names its currency, its day and its page", () => {
  const facts = pricesV2.map(({ region, currency, date, source }) => `${region} ${currency} ${date} ${source}`);
  expect([...new Set(facts)]).toEqual([
    "china CNY 2026-08-20 pricing-paygo page of platform.minimaxi.com",
    "global USD 2026-10-08 pricing-paygo page of platform.minimax.io",
    "global USD 2026-09-24 Runware's documentation and a connector's notes, not MiniMax's own",
  ]);
});

test("limits of media and bodies are those of the create and regeneration pages", () => {
  const megabytes = (count: number) => ({ maxBytes: count * 1024 * 1024 });
  const picture = { minSide: 256, maxSide: 5760, minAspect: 0.4, maxAspect: 2.5 };
  const seconds = { minSeconds: 2, maxSeconds: 15, totalSeconds: 15 };
  const codecs = { videoCodecs: ["h264", "h265"], audioCodecs: ["aac", "mp3"] };
  const rates = { minFrameRate: 23.976, maxFrameRate: 60 };
  expect(limitsV2).toEqual({
    ImageUrl: { ...megabytes(30), formats: ["jpeg", "png", "webp", "heic", "heif"], ...picture },
    VideoUrl: { ...megabytes(50), formats: ["mp4", "mov"], ...codecs, ...picture, ...seconds, ...rates },
    AudioUrl: { ...megabytes(15), formats: ["wav", "mp3"], ...seconds },
    BaseVideoItem: {
      ...{ sound: true, minFrameRate: 24, maxFrameRate: 24, sideStep: 32, minArea: 768 * 768, maxArea: 768 * 1344 },
      ...{ minFrames: 107, maxFrames: 107 + 15 * 17, frameStep: 17 },
    },
    VideoGenerationV2Req: megabytes(64),
    H3ContextIRReq: megabytes(64),
    VideoRegenerationV2Req: megabytes(64),
  });
});

test("uploads, tasks and sources of a regeneration live seven days", () => {
  expect(lifetimeDays).toEqual({ UploadFileReq: 7, VideoTask: 7, VideoRegenerationSourceTaskReq: 7 });
});

test("a model's default is the one that its own part of the matrix takes; a field that a request must name has none", () => {
  const tier = (model: string, duration: Json, required: string[] = []) => ({
    required,
    properties: { model: { const: model }, duration, resolution: { enum: ["768P"], default: "768P" } },
  });
  const all = { model: { enum: ["A", "B", "C", "D"] }, duration: { enum: [5, 6, 10], default: 6 } };
  const schema = {
    properties: { ...all, resolution: { enum: ["768P"] } },
    oneOf: [
      tier("A", { enum: [6, 10] }),
      tier("B", { enum: [5, 10], default: 10 }),
      tier("C", { const: 5 }),
      tier("D", { enum: [6, 10] }, ["duration", "resolution"]),
    ],
  };
  const { TextToVideo = {} } = cellsOf({ components: { schemas: { TextToVideo: schema } } } as Json as Document, [
    "TextToVideo",
  ]);
  const defaults = Object.values(TextToVideo).map(({ duration, resolution }) => [duration, resolution]);
  expect(defaults).toEqual([[6, "768P"], [10, "768P"], [undefined, "768P"], []].map((row) => [row[0], row[1]]));
});

test.each<[type: string, status: number, kind: string, code?: number]>([
  ["bad_request_error", 400, "invalid_request", 2013],
  ["authorized_error", 401, "authentication", 1004],
  ["insufficient_balance_error", 402, "insufficient_balance", 1008],
  ["unprocessable_entity_error", 422, "content_rejected", 1026],
  ["rate_limit_error", 429, "rate_limited", 1002],
  ["server_error", 500, "service", 1000],
  // A failure that leaves open whether a create was accepted must not look like a rate limit.
  ["overloaded_error", 529, "service"],
])("the error type %s means what HTTP %i and a code of v1 mean: %s", (type, status, kind, code) => {
  const { retryable } = code === undefined ? { retryable: true } : (statusCodes[code] ?? {});
  expect(errorTypes[type]).toEqual(expect.objectContaining({ status, kind, retryable }));
  expect(Object.keys(errorTypes)).toHaveLength(7);
  if (code !== undefined) expect(statusCodes[code]?.kind).toBe(kind);
});
