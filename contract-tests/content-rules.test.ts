/** Rules for `content` and the options of API v2, on which the generated validators and Prism must agree. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import { expectsV2 } from "../src/generated/content-offers.js";
import { type RequestNameV2, validators } from "../src/generated/validators.js";
import { type Judge, prismJudges } from "./helpers/judge.js";
import { audio, image, PATHS, promptOf, regenerationOf, text, validatorsOf, video, videoOf } from "./helpers/scenes.js";

let prism: Judge;
beforeAll(async () => {
  prism = (await prismJudges()).minimax;
});

/** The verdicts of a mode's validator and of Prism. */
async function verdictsOn(mode: RequestNameV2, path: string, body: Json): Promise<[boolean, boolean]> {
  const plain = JSON.parse(JSON.stringify(body));
  return [validatorsOf[mode](plain), await prism(path, plain)];
}

type CountingRule = [words: string, obeys: Json[], breaks: Json[]];
const times = (count: number, item: Json): Json[] => Array(count).fill(item);
const [first, last, reference, base] = [
  image("first_frame"),
  image("last_frame"),
  image("reference_image"),
  video("base_video"),
];

/** The rules that count the items of each scene. The second content breaks only this rule. */
const COUNTED: Record<"Text" | "Frames" | "References", CountingRule[]> = {
  Text: [
    ["exactly one text", [text], []],
    ["exactly one text", [text], [text, text]],
  ],
  Frames: [
    ["exactly one text", [text, image()], [image()]],
    ["exactly one text", [last, text], [text, last, text]],
    ["at least one frame", [text, last], [text]],
    ["at most one first frame", [text, first], [text, first, first]],
    ["at most one last frame", [text, last], [text, last, last]],
    ["a role for each image when there is more than one", [text, first, last], [text, image(), last]],
  ],
  References: [
    ["exactly one text", [text, video()], [video()]],
    ["exactly one text", [text, video()], [text, text, video()]],
    ["at least one image or video; a sound cannot be the only reference", [text, audio(), video()], [text, audio()]],
    ["at most nine images", [text, ...times(9, reference)], [text, ...times(10, reference)]],
    ["at most three videos", [text, ...times(3, video())], [text, ...times(4, video())]],
    ["at most three sounds", [text, video(), ...times(3, audio())], [text, video(), ...times(4, audio())]],
    [
      "at most twelve images, videos and sounds together",
      [text, ...times(8, reference), ...times(3, video()), audio()],
      [text, ...times(9, reference), ...times(3, video()), audio()],
    ],
  ],
};
const PROMPT = "exactly one text, the prompt that the base video was made from";
const BASE: CountingRule[] = [
  ["exactly one base video", [text, base, video(), image()], [text, video(), image()]],
  ["exactly one base video", [text, base], [text, base, base]],
  [PROMPT, [text, base], [base, last]],
  [PROMPT, [text, base], [text, text, base]],
];

const rows = (mode: string, path: string, made: (content: Json[]) => Json, rules: CountingRule[]) =>
  rules.map(([words, obeys, breaks]) => {
    // A text alone is a request of another mode.
    const isOtherMode = made !== regenerationOf && breaks.length === 1 && breaks[0] === text;
    // The keys of COUNTED are the first words of the modes.
    return { mode: mode as RequestNameV2, path, words, obeys: made(obeys), breaks: made(breaks), isOtherMode };
  });
const counted = [
  ...Object.entries(COUNTED).flatMap(([scene, rules]) => [
    ...rows(`${scene}ToVideoV2`, PATHS.video, videoOf, rules),
    ...rows(`${scene}ToPrompt`, PATHS.prompt, promptOf, rules),
  ]),
  ...rows("VideoRegenerationBaseVideoReq", PATHS.regeneration, regenerationOf, BASE),
];

test.each(counted)("$mode accepts $words", async ({ mode, path, words, obeys, breaks, isOtherMode }) => {
  expect(await verdictsOn(mode, path, obeys)).toEqual([true, true]);
  expect(await verdictsOn(mode, path, breaks)).toEqual([false, isOtherMode]);
  validatorsOf[mode](breaks);
  // `contains` also reports why each single item did not match, and `if` that its `then` has failed.
  const errors = validatorsOf[mode].errors?.filter(
    ({ keyword, schemaPath }) => keyword !== "if" && !schemaPath.includes("/contains/"),
  );
  expect(errors?.map(({ schemaPath }) => expectsV2[mode][schemaPath])).toEqual([words]);
});

test("the generated table describes exactly these counting rules", () => {
  for (const [mode, rules] of Object.entries(expectsV2)) {
    const shown = counted.filter((row) => row.mode === mode).map(({ words }) => words);
    expect(new Set(Object.values(rules)), mode).toEqual(new Set(shown));
  }
});

const regenerationOfTask = (more: Json) => ({ model: "MiniMax-H3", source_task_id: "4240", resolution: "2K", ...more });
const link = image().image_url;

/** For each mode, legal content or options, and changes that each make it illegal. */
const BENT: [
  mode: RequestNameV2,
  path: string,
  made: (part: Json) => Json,
  legal: Json[],
  illegal: Record<string, Json>,
][] = [
  [
    "FramesToVideoV2",
    PATHS.video,
    videoOf,
    [
      [text, image()],
      [text, last],
      [{ ...text, text: "🦊".repeat(7000) }, image()],
    ],
    {
      "a reference beside a frame": [text, first, reference],
      "a video among frames": [text, image(), video()],
      "a sound among frames": [text, image(), audio()],
      "a misspelt role": [text, image("end_frame")],
      "an image without its link": [text, { ...image(), image_url: undefined }],
      "a link that is a string": [text, { ...image(), image_url: link.url }],
      "an empty text": [{ ...text, text: "" }, image()],
      "7001 characters": [{ ...text, text: "🦊".repeat(7001) }, image()],
    },
  ],
  [
    "ReferencesToVideoV2",
    PATHS.video,
    videoOf,
    [
      [text, video()],
      [text, video(), audio()],
    ],
    {
      "a frame beside a reference": [text, video(), first],
      "an image without a role beside a reference": [text, video(), image()],
      "a video without a role": [text, { ...video(), role: undefined }],
      "a sound without a role": [text, video(), { ...audio(), role: undefined }],
      "a base video": [text, video(), base],
    },
  ],
  [
    "TextToVideoV2",
    PATHS.video,
    (more) => videoOf([text], more),
    [
      { model: "MiniMax-H3-Max", extra: {} },
      { model: "MiniMax-H3-Max", extra: { prompt_expansion_mode: "quality" } },
      { model: "MiniMax-H3-Max", extra: { prompt_expansion_mode: "disabled" } },
      { aigc_watermark: true },
    ],
    {
      "extra on MiniMax-H3": { extra: {} },
      "an unknown mode of expansion": { model: "MiniMax-H3-Max", extra: { prompt_expansion_mode: "balance" } },
      "a prompt of v1": { prompt: "a fox" },
      "no content": { content: undefined },
    },
  ],
  [
    "TextToPrompt",
    PATHS.prompt,
    (more) => promptOf([text], more),
    [{}],
    { "a resolution": { resolution: "768P" }, "the faster model": { model: "MiniMax-H3-Max" } },
  ],
  [
    "VideoRegenerationSourceTaskReq",
    PATHS.regeneration,
    regenerationOfTask,
    [{}],
    {
      "content beside the task": { content: [text, base] },
      "a source without an id": { source_task_id: "" },
      "768P": { resolution: "768P" },
    },
  ],
  [
    "VideoRegenerationBaseVideoReq",
    PATHS.regeneration,
    (more) => regenerationOf([text, base], more),
    [{}, { content: [{ ...text, text: "🦊".repeat(40_000) }, base] }],
    {
      "a task beside the content": { source_task_id: "4240" },
      "no resolution": { resolution: undefined },
      "the faster model": { model: "MiniMax-H3-Max" },
      "40001 characters": { content: [{ ...text, text: "🦊".repeat(40_001) }, base] },
    },
  ],
];

describe.each(BENT)("%s", (mode, path, made, legal, illegal) => {
  test("accepts the legal request", async () => {
    for (const part of legal) expect(await verdictsOn(mode, path, made(part))).toEqual([true, true]);
  });

  test.each(Object.entries(illegal))("refuses %s", async (_, part) => {
    expect(await verdictsOn(mode, path, made(part))).toEqual([false, false]);
  });
});

describe("links", () => {
  const good = [
    "https://example.com/a",
    "http://example.com/a?b=c",
    "HTTPS://example.com/a",
    "mm_file://176844028768320",
    "mm_file://a-1",
  ];
  const bad = [
    "",
    "a.png",
    "//example.com/a",
    "https://",
    " https://a/b",
    "mm_file://",
    "mm_file://a b",
    "mm_file://1/2",
  ];
  const foreign = ["data:image/bmp;base64,AA", "data:video/webm;base64,AA", "data:audio/ogg;base64,AA", "data:,AA"];

  test.each<[string, string[], (url: string) => Json[]]>([
    ["image", ["jpeg", "jpg", "png", "webp", "heic", "heif"], (url) => [image("reference_image", url)]],
    ["video", ["mp4", "quicktime", "mov"], (url) => [video("reference_video", url)]],
    ["audio", ["wav", "x-wav", "wave", "mpeg", "mp3"], (url) => [video(), audio(url)]],
  ])("to %s are URLs, uploads, and data URLs of its formats, in upper or lower case (F1)", async (kind, formats, items) => {
    const own = formats.map((format) => `data:${kind}/${format};base64,AA`);
    const broken = own.flatMap((url) => [
      url.slice(0, -2),
      url.replace(";base64", ""),
      url.replace(kind, "text"),
      ` ${url}`,
    ]);
    const upperCase = formats.map((format) => `data:${kind}/${format.toUpperCase()};base64,AA`);
    const verdicts = (url: string) => verdictsOn("ReferencesToVideoV2", PATHS.video, videoOf([text, ...items(url)]));
    for (const url of [...good, ...own, ...upperCase]) expect(await verdicts(url), url).toEqual([true, true]);
    for (const url of [...bad, ...foreign, ...broken]) expect(await verdicts(url), url).toEqual([false, false]);
  });

  test.each([
    "HTTPS://example.com/a.png",
    "data:image/PNG;base64,AA",
    "data:image/Jpeg;base64,AA",
  ])("to an image and to a receiver of callbacks may be in upper case in API v1, as in %s (F1)", async (url) => {
    const body = { model: "I2V-01", first_frame_image: url, callback_url: "Https://example.com/hook" };
    expect(validators.minimax.ImageToVideo?.(body)).toBe(true);
    expect(await prism("/v1/video_generation", body)).toBe(true);
  });

  test("of 20 MB are validated without reading all their characters", () => {
    const body = videoOf([text, image("first_frame", `data:image/png;base64,${"A".repeat(27_000_000)}`)]);
    validatorsOf.FramesToVideoV2(body);
    const started = process.cpuUsage();
    expect(validatorsOf.FramesToVideoV2(body)).toBe(true);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(20);
  });
});
