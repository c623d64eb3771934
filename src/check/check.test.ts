/** The issues that the check finds: every error at once, each with a message that says what would be accepted. */
import { describe, expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import type { TaskKind } from "../base/task.js";
import { assertSendable, check } from "./check.js";

const TEXT = { type: "text", text: "a fox" };
const LINK = "https://a.test/1";
const image = (role?: string, url = LINK) => ({ type: "image_url", image_url: { url }, ...(role && { role }) });
const letters = (count: number) => "a".repeat(count);

const V1 = { model: "T2V-01", prompt: "a fox" };
const HAILUO = { model: "MiniMax-Hailuo-02", prompt: "a fox" };
const subject = (...subjects: unknown[]) => ({ model: "S2V-01", prompt: "a", subject_reference: subjects });
const H3 = { model: "MiniMax-H3", resolution: "768P", duration: 5 };
const V2 = (...content: unknown[]) => ({ ...H3, content });
const SQUARE = { ratio: "1:1" };

const MODELS = "must be one of MiniMax-Hailuo-2.3, MiniMax-Hailuo-02, T2V-01-Director, T2V-01";
const FIELDS =
  "prompt_optimizer, callback_url, aigc_watermark, model, prompt, duration, resolution, fast_pretreatment, first_frame_image, last_frame_image, subject_reference";
const NEEDED = "is required for text to video";
const RATIOS = "21:9, 16:9, 4:3, 1:1, 3:4, 9:16";
const OFFERS = "MiniMax-Hailuo-02 offers 6 s at 768P or 1080P, 10 s at 768P";
const CONTENT =
  "prompt, first_frame_image, last_frame_image, reference_images, reference_videos, reference_audios, model, resolution, duration, callback_url, aigc_watermark, ratio, extra, style";
const QUICKROUTER = "it takes text to video, image to video, last frame to video, subject reference to video";

async function errorsIn(request: unknown, server = "global", kind?: TaskKind): Promise<string[]> {
  const { ok, issues } = await check(request, serverFrom(server), kind);
  const errors = issues.filter(({ severity }) => severity === "error");
  expect(ok).toBe(errors.length === 0);
  return errors.map(({ path, rule, message }) => `${path} [${rule}] ${message}`).sort();
}

describe("of a request of API v1", () => {
  test.each<[request: unknown, ...expected: string[]]>([
    [null, " [type] must be an object"],
    ["a fox", " [type] must be an object"],
    [
      {},
      `model [required] ${NEEDED}: one of MiniMax-Hailuo-2.3, MiniMax-Hailuo-02, T2V-01-Director, T2V-01`,
      `prompt [required] ${NEEDED}`,
    ],
    [{ ...V1, prompt: "" }, "prompt [minLength] must not be empty"],
    [{ ...V1, prompt: 5 }, "prompt [type] must be of type string (got number)"],
    [{ ...V1, prompt: ["a"] }, "prompt [type] must be of type string (got array)"],
    [{ ...V1, model: "kling-v2" }, `model [enum] ${MODELS} (got "kling-v2")`],
    [{ ...V1, model: letters(40) }, `model [enum] ${MODELS} (got "${letters(40)}")`],
    [{ ...V1, model: letters(41) }, `model [enum] ${MODELS}`],
    [{ ...V1, model: 7 }, `model [enum] ${MODELS} (got 7)`],
    [{ ...V1, model: {} }, `model [enum] ${MODELS}`],
    [{ ...V1, durration: 6 }, "durration [unevaluatedProperties] is not a known field; did you mean duration?"],
    [{ ...V1, zzz: 6 }, `zzz [unevaluatedProperties] is not a known field; the known fields are ${FIELDS}`],
    [
      { ...V1, ratio: "16:9" },
      "ratio [unevaluatedProperties] does not go with text to video; it is a field of MiniMax-H3",
    ],
    [
      { ...V1, reference_images: [LINK] },
      "reference_images [unevaluatedProperties] does not go with text to video; it is a field of MiniMax-H3",
    ],
    [{ ...V1, duration: 10 }, "duration [const] must be 6 (got 10); T2V-01 offers 6 s at 720P"],
    [
      { ...V1, fast_pretreatment: true, prompt_optimizer: false },
      "fast_pretreatment [false schema] does not go with text to video; T2V-01 offers 6 s at 720P",
    ],
    [{ ...HAILUO, duration: 10, resolution: "1080P" }, `resolution [const] must be 768P (got "1080P"); ${OFFERS}`],
    [{ ...HAILUO, duration: 7, resolution: "1080P" }, "duration [enum] must be one of 6, 10 (got 7)"],
    [{ ...HAILUO, duration: "6" }, 'duration [enum] must be one of 6, 10 (got "6"); did you mean the number 6?'],
    [
      { ...HAILUO, duration: 10, resolution: "1080P", zzz: 1, fast_pretreatment: "yes" },
      "fast_pretreatment [type] must be of type boolean (got string)",
      `resolution [const] must be 768P (got "1080P"); ${OFFERS}`,
      `zzz [unevaluatedProperties] is not a known field; the known fields are ${FIELDS}`,
    ],
    [{ ...HAILUO, callback_url: "localhost" }, "callback_url [pattern] must be an absolute http(s) URL"],
    [{ ...V1, model: "MiniMax-Hailuo-2.3-Fast" }, "first_frame_image [required] is required for image to video"],
    [
      { model: "I2V-01", first_frame_image: "frame.png" },
      "first_frame_image [pattern] must be an http(s) URL, or a data URL of a JPEG, PNG or WebP image (data:image/jpeg;base64,...); if it is a file, open it with imageFile() of minimax-video/node",
    ],
    [{ ...V1, model: "S2V-01" }, "subject_reference [required] is required for subject reference to video"],
    [
      { ...subject({ type: "character", image: [LINK] }), duration: 6 },
      "duration [unevaluatedProperties] does not go with subject reference to video",
    ],
    [
      subject({ type: "dog", image: [] }),
      "subject_reference[0].image [minItems] takes at least 1 (got 0)",
      'subject_reference[0].type [const] must be character (got "dog")',
    ],
    [
      subject({ type: "character", image: [LINK, LINK], name: 5 }, 4),
      "subject_reference [maxItems] takes at most 1 (got 2)",
      "subject_reference[0].image [maxItems] takes at most 1 (got 2)",
      "subject_reference[0].name [additionalProperties] is not a known field",
      "subject_reference[1] [type] must be of type object (got number)",
    ],
  ])("%j", async (request, ...expected) => {
    expect(await errorsIn(request)).toEqual(expected);
  });
});

test.each([
  ["2001 foxes", "🦊".repeat(2001), "2001"],
  ["2111 letters and a wrong camera command", `${letters(2100)} [Push out]`, "2111"],
  ["19,999 letters", letters(19_999), "19999"],
  ["20,000 letters", letters(20_000), "over 20000"],
])("of %s, only their number is reported", async (_, prompt, count) => {
  const { issues } = await check({ ...V1, prompt }, serverFrom("global"));
  const message = `takes at most 2000 characters (got ${count})`;
  const errors = issues.filter(({ severity }) => severity === "error");
  expect(errors).toEqual([{ path: "prompt", rule: "maxLength", severity: "error", message }]);
  const [line] = await errorsIn({ ...V2({ ...TEXT, text: prompt.repeat(4) }), ...SQUARE });
  expect(line).toMatch(/^content\[0\]\.text \[maxLength\] takes at most 7000 characters/);
});

describe("of a request of API v2", () => {
  test.each<[request: object, ...expected: string[]]>([
    [V2(TEXT), `ratio [required] ${NEEDED}: one of ${RATIOS}`],
    [{ ...V2(), ...SQUARE }, "content [minItems] takes exactly one text"],
    [{ ...V2(TEXT, TEXT), ...SQUARE }, "content [maxItems] takes exactly one text"],
    [{ ...H3, ...SQUARE, content: "a" }, "content [type] must be of type array (got string)"],
    [{ ...V2(TEXT), ...SQUARE, resolution: "1080P" }, 'resolution [enum] must be one of 480P, 768P, 2K (got "1080P")'],
    [
      { ...V2(TEXT), ...SQUARE, model: "MiniMax-H4", resolution: "8K" },
      'model [enum] must be one of MiniMax-H3, MiniMax-H3-Max, MiniMax-H3-Max-Turbo, MiniMax-H3-Fast (got "MiniMax-H4")',
      'resolution [enum] must be one of 480P, 768P, 2K (got "8K")',
    ],
    // Only MiniMax-H3-Fast has the field `style`.
    [{ ...V2(TEXT), ...SQUARE, style: "style1" }, "style [unevaluatedProperties] does not go with text to video"],
    [
      { ...V2(TEXT), ...SQUARE, model: "MiniMax-H3-Fast", resolution: "480P" },
      "style [required] is required for text to video: one of style1, style2",
    ],
    [
      { ...V2(TEXT), ...SQUARE, model: "MiniMax-H3-Fast", resolution: "480P", style: "style3" },
      'style [enum] must be one of style1, style2 (got "style3")',
    ],
    [
      { ...V2(TEXT), ...SQUARE, model: "MiniMax-H3-Fast", resolution: "768P", style: "style1" },
      'resolution [const] must be 480P (got "768P")',
    ],
    [
      { ...V2(TEXT), ...SQUARE, model: "MiniMax-H3-Max-Turbo", duration: 4 },
      "duration [enum] must be one of 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 (got 4)",
    ],
    [
      { ...V2(TEXT, image("reference_image")), model: "MiniMax-H3-Max-Turbo" },
      "model [enum] MiniMax-H3-Max-Turbo does not go with references to video; MiniMax-H3, MiniMax-H3-Max, MiniMax-H3-Fast do",
    ],
    // Only MiniMax-H3-Max has the field `extra`.
    [
      { ...V2(TEXT), ...SQUARE, model: "MiniMax-H3-Max", extra: {}, resolution: "2K" },
      'resolution [enum] must be one of 480P, 768P (got "2K")',
    ],
    [V2(TEXT, image(), image()), "content [maxItems] takes a role for each image when there is more than one"],
    [V2(TEXT, image("first_frame"), image("first_frame")), "content [contains] takes at most one first frame"],
    [
      V2(TEXT, { ...image(), type: "image" }),
      "content [contains] takes at least one frame",
      'content[1].type [const] must be image_url (got "image")',
    ],
    [V2(TEXT, image("frame")), 'content[1].role [enum] must be one of first_frame, last_frame (got "frame")'],
    [
      { ...V2(TEXT), ...SQUARE, prompt: "a" },
      "prompt [unevaluatedProperties] does not go with text to video; it is a field of API v1",
    ],
    [
      { ...V2(TEXT), ...SQUARE, reference_images: [LINK] },
      "reference_images [unevaluatedProperties] does not go with text to video",
    ],
  ])("%j", async (request, ...expected) => {
    expect(await errorsIn(request)).toEqual(expected);
  });
});

describe("of a request for MiniMax-H3 with the fields of API v1, those fields are named", () => {
  const A = { ...H3, prompt: "a" };

  test.each<[request: object, ...expected: string[]]>([
    [{ ...H3, first_frame_image: LINK }, "prompt [required] is required for frames to video"],
    [{ ...H3, ...SQUARE }, "prompt [required] is required for text to video"],
    [{ ...A }, `ratio [required] ${NEEDED}: one of ${RATIOS}`],
    [{ ...A, ...SQUARE, prompt: "" }, "prompt [minLength] must not be empty"],
    [{ ...A, ...SQUARE, prompt: 7 }, "prompt [type] must be of type string (got number)"],
    [
      { model: "MiniMax-H3", prompt: "a", first_frame_image: LINK },
      "duration [required] is required for frames to video: one of 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15",
      "resolution [required] is required for frames to video: one of 480P, 768P, 2K",
    ],
    [
      { ...A, last_frame_image: LINK, reference_images: [LINK] },
      "last_frame_image [mode] does not go with references to video",
    ],
    [{ ...A, reference_images: Array(10).fill(LINK) }, " [contains] takes at most nine images"],
    [
      { ...A, reference_audios: [LINK] },
      " [contains] takes at least one image or video; a sound cannot be the only reference",
    ],
    [{ ...A, ...SQUARE, reference_images: LINK }, "reference_images [type] must be of type array"],
    [
      { ...A, ...SQUARE, reference_image: [LINK] },
      "reference_image [unevaluatedProperties] is not a known field; did you mean reference_images?",
    ],
    [
      { ...A, ...SQUARE, contnt: 1 },
      `contnt [unevaluatedProperties] is not a known field; the known fields are ${CONTENT}`,
    ],
    [
      { ...A, ...SQUARE, prompt_optimizer: false },
      "prompt_optimizer [unevaluatedProperties] does not go with text to video; it is a field of API v1",
    ],
    [
      { ...A, ...SQUARE, subject_reference: [{ type: "character", image: [LINK] }] },
      "subject_reference [unevaluatedProperties] is a field of S2V-01; use reference_images here",
    ],
  ])("%j", async (request, ...expected) => {
    expect(await errorsIn(request)).toEqual(expected);
  });

  test("even in a list", async () => {
    expect(await errorsIn({ ...A, reference_images: [LINK, "fox.png"] })).toEqual([
      expect.stringMatching(/^reference_images\[1\] \[pattern\] must be an http\(s\) URL/),
    ]);
  });
});

test.each<[server: string, kind: TaskKind | undefined, request: object, ...expected: string[]]>([
  ["quickrouter", undefined, { template_id: "1" }, ` [mode] quickrouter does not document a template; ${QUICKROUTER}`],
  [
    "quickrouter",
    undefined,
    V2(TEXT),
    ` [mode] quickrouter does not document API v2, which has MiniMax-H3; ${QUICKROUTER}`,
  ],
  ["global", "regeneration", { model: "MiniMax-H3", source_task_id: "1", resolution: "2K" }],
  [
    "global",
    "regeneration",
    { model: "MiniMax-H3", resolution: "2K", content: [TEXT] },
    "content [contains] takes exactly one base video",
  ],
  [
    "global",
    "h3_context_ir",
    { ...V2(TEXT), ...SQUARE },
    "resolution [unevaluatedProperties] does not go with text to prompt",
  ],
  [
    "global",
    "video",
    { ...V1, template_id: "1" },
    "template_id [unevaluatedProperties] does not go with text to video",
  ],
])("%s validates a request as the kind %s: %j", async (server, kind, request, ...expected) => {
  expect(await errorsIn(request, server, kind)).toEqual(expected);
});

describe("a model in another spelling", () => {
  const FOX = { model: "MiniMax-Hailuo-02", prompt: "a fox" };
  test.each([
    ["minimax-h3", "MiniMax-H3"],
    ["MiniMax-H3 ", "MiniMax-H3"],
    ["MINIMAX_H3_MAX", "MiniMax-H3-Max"],
    ["h3", "MiniMax-H3"],
    ["Hailuo-02", "MiniMax-Hailuo-02"],
    ["minimax/hailuo-02", "MiniMax-Hailuo-02"],
    ["fal-ai/minimax/hailuo-02/pro", "MiniMax-Hailuo-02"],
    ["hailuo-2.3", "MiniMax-Hailuo-2.3"],
    ["…-2.3-fast", "MiniMax-Hailuo-2.3-Fast"],
    ["MiniMax-Hailuo-2.3 Fast", "MiniMax-Hailuo-2.3-Fast"],
    ["T2V-01-director", "T2V-01-Director"],
    ["i2v-01-LIVE", "I2V-01-live"],
    ["T2V01", "T2V-01"],
    ["s2v_01", "S2V-01"],
    ["MiniMax-Haluo-02", "MiniMax-Hailuo-02"],
    ["MiniMax-Hailuo-23", "MiniMax-Hailuo-2.3"],
  ])("%s is treated as %s, and the other issues are about its version and mode (F3)", async (model, meant) => {
    const wrong = `model [enum] is not a known model (got ${JSON.stringify(model)}); did you mean ${meant}?`;
    const found = (await errorsIn({ ...FOX, model })).map((line) => line.replace("[const]", "[enum]"));
    expect(found.sort()).toEqual([...(await errorsIn({ ...FOX, model: meant })), wrong].sort());
  });

  test.each([
    ...["kling-v2", "sora-2", "video", "constructor", "__proto__"],
    ...["minimax", "hailuo", "Hailuo-3.0", "MiniMax-Hailuo-2.4", "T2V-02"],
  ])("%s is an unknown model (F3)", async (model) => {
    expect(await errorsIn({ ...FOX, model })).toEqual([`model [enum] ${MODELS} (got "${model}")`]);
  });

  test("for a gateway, only its own models are suggested (F3)", async () => {
    const server = serverFrom({ like: "aimanyi", baseUrl: "https://gateway.example" });
    const { issues } = await check({ ...FOX, model: "veo-3", duration: 6 }, server);
    expect(issues.map(({ message }) => message)).toEqual(['must be MiniMax-Hailuo-02 (got "veo-3")']);
  });
});

describe("a field of another API", () => {
  const unknown = (field: string) => `${field} [unevaluatedProperties] is not a known field`;
  const MEANT: Record<string, string> = {
    first_frame_image:
      "image image_url imageUrl first_frame firstFrameImage first-frame-image promptImage input_reference start_image start_frame_image initialFrameImage",
    last_frame_image:
      "end_image end_image_url last_frame lastFrameImage tail_image image_tail end_frame final_frame_image",
    duration: "seconds length video_length durationSeconds",
    resolution: "size quality videoSize",
    callback_url: "callbackUrl webhook webhook_url notify_hook",
    prompt_optimizer: "promptOptimizer enhance_prompt prompt_extend",
    aigc_watermark: "watermark",
  };
  const VALUES: Record<string, unknown> = { duration: 6, resolution: "768P", callback_url: "https://a.dev/" };
  const meant = Object.entries(MEANT).flatMap(([field, names]) => names.split(" ").map((name) => [name, field]));

  test.each(meant as [string, string][])("%s is recognised as %s (F4, H8)", async (name, field) => {
    const value = VALUES[field] ?? (field.endsWith("image") ? LINK : false);
    expect(await errorsIn({ ...HAILUO, [name]: value })).toEqual([`${unknown(name)}; did you mean ${field}?`]);
  });

  test.each([
    ["images", "reference_images", [LINK]],
    ["video_urls", "reference_videos", [LINK]],
    ["aspectRatio", "ratio", "16:9"],
  ])("%s of MiniMax-H3 is recognised as %s, and determines the mode (F4)", async (name, field, value) => {
    const given = { ...H3, prompt: "a fox", ...(field === "ratio" ? {} : SQUARE) };
    expect(await errorsIn({ ...given, [name]: value })).toEqual([`${unknown(name)}; did you mean ${field}?`]);
  });

  test.each([
    ["aspect_ratio", "; ratio does not go with text to video; it is a field of MiniMax-H3"],
    ["seed", ": there is no seed, so each create makes a different video"],
    ["negative_prompt", ": there is no negative prompt; say in the prompt what to show"],
    ["no_watermark", ": leave out aigc_watermark and the video gets no mark of that kind"],
    ["n", ": one create makes one video; create several, for example with generateAll"],
    ["fps", ": the frame rate cannot be chosen"],
    ["cfgScale", ": the model has no such control"],
    ["keyframes", ": the frames are first_frame_image and last_frame_image"],
    ["cameraControl", ": write camera commands into the prompt, such as [Push in]"],
    ["timeout", ": it is an option and belongs in the second argument of the call"],
  ])("%s is unknown, and the message says what to do (F4)", async (name, words) => {
    expect(await errorsIn({ ...HAILUO, [name]: 5 })).toEqual([`${unknown(name)}${words}`]);
  });

  test("is a separate error if the right field is present as well, whose value is checked (F4)", async () => {
    expect(await errorsIn({ ...HAILUO, promptText: "an owl" })).toEqual([
      `${unknown("promptText")}; did you mean prompt?`,
    ]);
    expect(await errorsIn({ ...HAILUO, model: "hailuo-02", seconds: "10", size: "1080p" })).toEqual([
      'duration [enum] must be one of 6, 10 (got "10"); did you mean the number 10?',
      'model [enum] is not a known model (got "hailuo-02"); did you mean MiniMax-Hailuo-02?',
      'resolution [enum] must be one of 768P, 1080P (got "1080p"); did you mean 1080P?',
      `${unknown("seconds")}; did you mean duration?`,
      `${unknown("size")}; did you mean resolution?`,
    ]);
  });
});

describe("names that every object inherits are unknown fields", () => {
  const NAMES = ["constructor", "toString", "hasOwnProperty", "__proto__"];
  test.each(
    NAMES.flatMap(
      (name) =>
        [
          [name, name, V1],
          [name, name, { ...H3, ...SQUARE, prompt: "a" }],
          [name, name, { template_id: "1" }],
          [name, `subject_reference[0].${name}`, subject({ type: "character", image: [LINK], here: 1 })],
          [name, `content[0].${name}`, { ...V2({ ...TEXT, here: 1 }), ...SQUARE }],
        ] as const,
    ),
  )("%s at %s (F9)", async (name, path, request) => {
    const json = JSON.stringify(request);
    const named = json.includes('"here"') ? json.replace('"here"', `"${name}"`) : json.replace("{", `{"${name}":{},`);
    expect(await errorsIn(JSON.parse(named))).toEqual([expect.stringContaining(`${path} [`)]);
  });
});

describe("a value in another form", () => {
  const bytes = new Uint8Array(1_000_000);
  const FILE = "must be an http(s) URL, or a data URL of a JPEG, PNG or WebP image (data:image/jpeg;base64,...)";
  const OPEN = "; if it is a file, open it with imageFile() of minimax-video/node";
  test.each<[field: string, value: unknown, message: string]>([
    ["first_frame_image", Promise.resolve(LINK), "is a promise: await it"],
    ["first_frame_image", bytes, "is bytes: convert them with image()"],
    ["first_frame_image", bytes.buffer, "is bytes: convert them with image()"],
    ["first_frame_image", new Blob([bytes]), "is bytes: convert them with image()"],
    ["first_frame_image", new URL(LINK), "is a URL object: use its href"],
    ["first_frame_image", { url: LINK }, "must be of type string (got object)"],
    ["first_frame_image", "fox.png", FILE + OPEN],
    ["first_frame_image", "./photos/fox", FILE + OPEN],
    ["first_frame_image", "C:\\fox.webp", FILE + OPEN],
    ["first_frame_image", "file:///fox.png", FILE + OPEN],
    ["first_frame_image", "iVBORw0KGgo".repeat(20), `${FILE}; if it is base64, put data:image/jpeg;base64, before it`],
    ["prompt", Promise.resolve("a fox"), "is a promise: await it"],
    ["resolution", "1080p", 'must be one of 768P, 1080P (got "1080p"); did you mean 1080P?'],
    ["resolution", 1080, "must be one of 768P, 1080P (got 1080); did you mean 1080P?"],
    ["resolution", "4K", 'must be one of 768P, 1080P (got "4K")'],
    ["duration", "6s", 'must be one of 6, 10 (got "6s"); did you mean the number 6?'],
    ["duration", [6], "must be one of 6, 10"],
  ])("%s: %o (H8)", async (field, value, message) => {
    const text = field === "first_frame_image" ? { model: "I2V-01" } : HAILUO;
    const [line, ...others] = await errorsIn({ ...text, [field]: value });
    expect([line?.replace(/^\w+ \[\w+\] /, ""), others]).toEqual([message, []]);
  });

  test("a request that is a promise (H8)", async () => {
    expect(await errorsIn(Promise.resolve(V1))).toEqual([" [type] is a promise: await it"]);
  });
});

test.each([
  ...["prompt", "first_frame_image", "content", "reference_images", "source_task_id", "self"],
])("a request whose %s contains it, or objects without end, is refused", async (field) => {
  const circle: Record<string, unknown> = { ...HAILUO };
  circle[field] = [{ item: circle }];
  const deep = { ...HAILUO, [field]: JSON.parse(`${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`) };
  for (const request of [circle, deep, { model: "MiniMax-H3", ...circle }])
    expect(await errorsIn(request)).toEqual([expect.stringMatching(/^ \[depth\] /)]);
});

test("a request for a template is refused as one for a video, and the other way round", async () => {
  const video = await errorsIn({ ...HAILUO, template_id: "1" }, "global", "video");
  expect(video).toEqual([expect.stringMatching(/^template_id .*does not go with text to video$/)]);
  const paths = (await errorsIn(HAILUO, "global", "template")).map((issue) => issue.split(" ")[0]);
  expect(paths).toEqual(expect.arrayContaining(["template_id", "model"]));
});

test("a refused request has no price", async () => {
  const request = { ...HAILUO, model: "MiniMax-Hailuo-2.3" };
  expect((await check(request, serverFrom("global"))).cost?.amount).toBe(0.28);
  expect((await check({ ...request, callback_url: "x" }, serverFrom("global"))).cost).toBeUndefined();
});

test("no issue quotes a prompt or an image", async () => {
  const secret = "SECRET".repeat(500);
  const request = { model: "nope", prompt: secret, first_frame_image: `data:image/bmp;base64,${secret}`, SEC: 1 };
  expect(JSON.stringify(await check(request, serverFrom("global")))).not.toContain("SECRETSECRET");
});

test("a request that must not be sent is refused with all its issues and the name of the server", async () => {
  const refusal = assertSendable({ ...V1, prompt: "", model: 7 }, serverFrom("global"), "video");
  await expect(refusal).rejects.toMatchObject({
    name: "ValidationError",
    message: expect.stringMatching(/^The request was not sent to global:\n {2}model: must be one of/),
    operation: "videoGeneration",
    server: "https://api.minimax.io",
    issues: [{ path: "model" }, { path: "prompt" }],
  });
  expect(await assertSendable(V1, serverFrom("global"), "video")).toMatchObject({ ok: true, body: V1 });
});

test.each<[string, unknown, string, string[]]>([
  [
    "outside the tier of its model",
    { model: "MiniMax-H3-Fast", prompt: "a fox", duration: 6, resolution: "480P" },
    "global",
    ["ratio", "style"],
  ],
  [
    "of MiniMax-H3-Fast at once",
    { model: "MiniMax-H3-Fast", prompt: "a fox" },
    "global",
    ["duration", "ratio", "resolution", "style"],
  ],
  ["and of a gateway's tier", { model: "MiniMax-Hailuo-02" }, "aimanyi", ["duration", "prompt"]],
])("names every missing field %s", async (_, request, server, paths) => {
  const base = server === "global" ? server : { like: server as "aimanyi", baseUrl: "https://gateway.example" };
  const { issues } = await check(request, serverFrom(base));
  const missing = issues.filter(({ rule }) => rule === "required").map(({ path }) => path);
  expect(missing.sort()).toEqual(paths);
});

test("a misspelled field is corrected for the most likely create, so that its other issues are found as well", async () => {
  const template = [
    'media_inputs [templateInputs] the template "Still rings routine / 吊环" needs at least one image',
    "templateId [additionalProperties] is not a known field; did you mean template_id?",
  ];
  expect(await errorsIn({ templateId: "393881433990066176" }, "global", "template")).toEqual(template);
  const prompt = { model: "MiniMax-H3", Prompt: "a fox", duration: 5, ratio: "16:9" };
  expect(await errorsIn(prompt, "global", "h3_context_ir")).toEqual([
    "Prompt [unevaluatedProperties] is not a known field; did you mean prompt?",
  ]);
});

describe("an order to the mock in the prompt", () => {
  const ORDER = "a fox {mock:fail}";
  const v2 = { ...H3, ...SQUARE, content: [{ type: "text", text: ORDER }] };
  const flat = { ...H3, ...SQUARE, prompt: ORDER };
  const template = { template_id: "393769180141805569", text_inputs: [{ value: "lion {mock:fail}" }] };
  const rulesOf = async (request: unknown, server: string) =>
    (await check(request, serverFrom(server))).issues.map(({ rule, severity }) => `${severity} ${rule}`);

  test.each([
    { ...V1, prompt: ORDER },
    v2,
    flat,
    template,
  ])("is advised against where it would be charged: %#", async (request) => {
    for (const server of ["global", "china", "https://gateway.example.com"])
      expect(await rulesOf(request, server)).toContain("warning mockScenario");
    for (const server of ["http://127.0.0.1:4010", "http://localhost:4010", "http://mock:4010"])
      expect(await rulesOf(request, server)).not.toContain("warning mockScenario");
  });

  test("is not meant by other braces", async () => {
    expect(await rulesOf({ ...V1, prompt: "a {mock} fox [Push in]" }, "global")).not.toContain("warning mockScenario");
  });
});
