/** How a call of the AI SDK is translated. contract-tests/ai-sdk.test.ts makes such calls with the AI SDK itself. */
import { expect, test } from "vitest";
import { callOf } from "../../contract-tests/helpers/ai-sdk.js";
import { png } from "../../contract-tests/helpers/pictures.js";
import { requestFromCall } from "./request-from-call.js";

type Call = Parameters<typeof callOf>[0];

const HAILUO = "MiniMax-Hailuo-02";
const PICTURE = png(640, 480, 900);
const file = (data: string | Uint8Array, mediaType = "image/png") => ({ type: "file", mediaType, data }) as const;
const minimax = (options: unknown) => ({ providerOptions: { minimax: options as never } });
const framed = (...types: string[]): Call => ({
  frameImages: types.map((frameType) => ({ image: file(PICTURE), frameType: frameType as "last_frame" })),
});

test.each<[model: string, call: Call, fields: object]>([
  ["MiniMax-Hailuo-2.3", { resolution: "1366x768" }, { resolution: "768P" }],
  ["MiniMax-Hailuo-2.3", { resolution: "912x512" }, { resolution: "512P" }],
  // Unknown sizes are passed on, so that the check says what is possible.
  ...["1024x576", "x1366x768", "1366x768p", "768", "0x768"].map((resolution): [string, Call, object] => {
    return [HAILUO, { resolution }, { resolution }];
  }),
  [HAILUO, { aspectRatio: "16:9" }, {}],
  ["T2V-01", { aspectRatio: "9:16" }, { ratio: "9:16" }],
  [HAILUO, { resolution: "768x1366" }, { resolution: "768P", ratio: "9:16" }],
  ["MiniMax-H3", { resolution: "1344x768" }, { resolution: "768P", ratio: "16:9" }],
  ["MiniMax-H3", { resolution: "900x768" }, { resolution: "768P", ratio: "900:768" }],
  ["MiniMax-H3", {}, {}],
  [HAILUO, { providerOptions: undefined as never }, {}],
  [HAILUO, { image: file("no base64!") }, { first_frame_image: "data:image/png;base64,no base64!" }],
  [HAILUO, { providerOptions: { gemini: { seed: 1 }, xai: {} } }, {}],
  [HAILUO, minimax(JSON.parse('{ "__proto__": 1 }')), { ["__proto__"]: 1 }],
])("%s with %j gets the fields %j", async (model, call, fields) => {
  const { request, issues, warnings } = await requestFromCall(model, callOf(call));
  expect([request, issues, warnings]).toEqual([{ model, ...fields }, [], []]);
});

test.each<[what: string, model: string, call: Call, issues: Record<string, RegExp>]>([
  [
    "a size of another shape",
    "MiniMax-H3",
    { resolution: "1344x768", aspectRatio: "1:1" },
    { aspectRatio: /is 1:1, but 1344x768 is 16:9/ },
  ],
  ["several videos in one call", "T2V-01", { n: 2 }, { n: /each call makes one video/ }],
  ["two first frames", HAILUO, framed("first_frame", "first_frame"), { first_frame_image: /takes one image/ }],
  [
    "a first frame in addition to its image",
    HAILUO,
    { image: file(PICTURE), ...framed("first_frame") },
    { first_frame_image: /takes one image/ },
  ],
  ...["middle", "constructor", "first_frame_2", "very_first_frame"].map(
    (name): [string, string, Call, Record<string, RegExp>] => {
      return [`the frame ${name}`, HAILUO, framed(name), { "frameImages[0]": /not a frame/ }];
    },
  ),
  [
    "bytes that are no image",
    HAILUO,
    { image: file(new Uint8Array(2000)) },
    { first_frame_image: /must be a complete/ },
  ],
  ["a video as a frame", HAILUO, { image: file(PICTURE, "video/mp4") }, { first_frame_image: /image\/\*/ }],
  [
    "a link to a video as a frame",
    HAILUO,
    { image: { type: "url", url: "https://a.test/a", mediaType: "video/mp4" } },
    { first_frame_image: /image\/\*/ },
  ],
  ...["audio/mpeg", "application/pdf", "x-video/mp4"].map((type): [string, string, Call, Record<string, RegExp>] => {
    const says = new RegExp(`must be image/\\* here \\(got ${type}\\)`);
    return [
      `a reference of the type ${type}`,
      HAILUO,
      { inputReferences: [file(PICTURE, type)] },
      { "inputReferences[0]": says },
    ];
  }),
  [
    "options that the common ones contradict",
    HAILUO,
    { duration: 6, ...minimax({ duration: 10, model: "MiniMax-Hailuo-2.3", callback_url: "https://a.test/b" }) },
    { duration: /pass it once/, model: /pass it once/, callback_url: /pass it once/ },
  ],
  [
    "options under a misspelt name",
    "T2V-01",
    { providerOptions: { MiniMax: { key: "fox" }, "mini-max": {} } },
    { "providerOptions.MiniMax": /did you mean minimax/, "providerOptions.mini-max": /did you mean minimax/ },
  ],
  ["options that are a list", "T2V-01", minimax([1]), { "providerOptions.minimax": /must be an object/ }],
  ["options that are null", "T2V-01", minimax(null), { "providerOptions.minimax": /must be an object/ }],
])("refuses %s", async (_, model, call, expected) => {
  const { issues } = await requestFromCall(model, callOf(call), "https://a.test/a");
  expect(Object.fromEntries(issues.map(({ path, message }) => [path, message]))).toEqual(
    Object.fromEntries(Object.entries(expected).map(([path, says]) => [path, expect.stringMatching(says)])),
  );
});

test.each<[model: string, call: Call, feature: string, says: RegExp]>([
  [HAILUO, { seed: 7 }, "seed", /no seed/],
  [HAILUO, { fps: 30 }, "fps", /frame rate/],
  [HAILUO, { generateAudio: true }, "generateAudio", /silent/],
  ["MiniMax-H3", { generateAudio: false }, "generateAudio", /always adds sound/],
  [HAILUO, { headers: { "user-agent-of": "foxes" } }, "headers", /fetch/],
  [HAILUO, { headers: { "x-team": "foxes" } }, "headers", /fetch/],
  [HAILUO, { ...framed("first_frame"), resolution: "1366x768" }, "resolution", /1366x768 only chooses 768P/],
])("%s with %j leads to a warning about %s", async (model, call, feature, says) => {
  const { issues, warnings } = await requestFromCall(model, callOf(call));
  expect([issues, warnings]).toMatchObject([[], [{ feature, details: expect.stringMatching(says) }]]);
});
