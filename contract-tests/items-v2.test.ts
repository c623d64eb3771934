/** What does not go together in V2, and what links and files must be: judged alike by the generated validators and Prism. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import type { RequestNameV2 } from "../src/generated/validators.js";
import { type Judge, prismJudge } from "./helpers/judge.js";
import { audio, image, PATHS, promptOf, regenerationOf, text, validatorsOf, video, videoOf } from "./helpers/scenes.js";

let prism: Judge;
beforeAll(async () => {
  prism = await prismJudge("minimax");
});

/** Rows of a mode: what is wrong, and a body without and with it. */
function rows(mode: RequestNameV2, path: string, made: (part: Json) => Json, table: [string, Json, Json][]) {
  const plain = (body: Json): Json => JSON.parse(JSON.stringify(body));
  return table.map(([title, obeys, breaks]) => ({
    title,
    mode,
    path,
    obeys: plain(made(obeys)),
    breaks: plain(made(breaks)),
  }));
}

const onFrames = rows("FramesToVideoV2", PATHS.video, videoOf, [
  ["a reference beside a frame", [text, image("first_frame")], [text, image("first_frame"), image("reference_image")]],
  ["a video among frames", [text, image()], [text, image(), video()]],
  ["a sound among frames", [text, image()], [text, image(), audio()]],
  ["a misspelt role", [text, image("last_frame")], [text, image("end_frame")]],
  ["a role on a text", [text, image()], [{ ...text, role: "first_frame" }, image()]],
  ["an unknown kind of item", [text, image()], [text, { ...image(), type: "picture_url" }]],
  ["an item without its type", [text, image()], [text, { ...image(), type: undefined }]],
  ["an item that is a string", [text, image()], [text, "https://example.com/a.png"]],
  ["an item with a field too many", [text, image()], [text, { ...image(), weight: 1 }]],
  ["an image without its link", [text, image()], [text, { ...image(), image_url: undefined }]],
  ["a link that is a string", [text, image()], [text, { ...image(), image_url: "https://example.com/a.png" }]],
  ["a link without a url", [text, image()], [text, { ...image(), image_url: {} }]],
  [
    "a link with more than a url",
    [text, image()],
    [text, { ...image(), image_url: { ...image().image_url, size: 1 } }],
  ],
  ["a link under another name", [text, image()], [text, { type: "image_url", video_url: video().video_url }]],
  ["an empty text", [text, image()], [{ ...text, text: "" }, image()]],
  ["a text without its words", [text, image()], [{ type: "text" }, image()]],
  ["7001 characters", [{ ...text, text: "🦊".repeat(7000) }, image()], [{ ...text, text: "🦊".repeat(7001) }, image()]],
]);

const onReferences = rows("ReferencesToVideoV2", PATHS.video, videoOf, [
  ["a frame beside a reference", [text, video()], [text, video(), image("first_frame")]],
  ["an image without a role beside a reference", [text, video()], [text, video(), image()]],
  ["a video without a role", [text, video()], [text, { ...video(), role: undefined }]],
  ["a sound without a role", [text, video(), audio()], [text, video(), { ...audio(), role: undefined }]],
  ["a base video", [text, video()], [text, video(), video("base_video")]],
  ["an image as a reference video", [text, video()], [text, image("reference_video"), video()]],
  ["a sound as a reference image", [text, video()], [text, video(), { ...audio(), role: "reference_image" }]],
]);

const onOptions = rows("TextToVideoV2", PATHS.video, (more) => videoOf([text], more), [
  ["extra on MiniMax-H3", { model: "MiniMax-H3-Max", extra: {} }, { model: "MiniMax-H3", extra: {} }],
  [
    "an unknown mode of expansion",
    { model: "MiniMax-H3-Max", extra: { prompt_expansion_mode: "quality" } },
    { model: "MiniMax-H3-Max", extra: { prompt_expansion_mode: "balance" } },
  ],
  [
    "an unknown extra",
    { model: "MiniMax-H3-Max", extra: { prompt_expansion_mode: "disabled" } },
    { model: "MiniMax-H3-Max", extra: { seed: 1 } },
  ],
  ["a watermark in words", { aigc_watermark: true }, { aigc_watermark: "true" }],
  ["a prompt as in V1", {}, { prompt: "a fox" }],
  ["a first frame as in V1", {}, { first_frame_image: "https://example.com/a.png" }],
  ["content that is a string", {}, { content: "a fox" }],
  ["no content", {}, { content: undefined }],
]);

const onPrompts = rows("TextToPrompt", PATHS.prompt, (more) => promptOf([text], more), [
  ["a prompt with a resolution", {}, { resolution: "768P" }],
  ["a prompt with a watermark", {}, { aigc_watermark: false }],
  ["a prompt with extra", {}, { extra: {} }],
  ["a prompt on the faster model", {}, { model: "MiniMax-H3-Max" }],
]);

const byTask = { model: "MiniMax-H3", source_task_id: "424010985738629", resolution: "2K" };
const onTasks = rows("VideoRegenerationSourceTaskReq", PATHS.regeneration, (more) => ({ ...byTask, ...more }), [
  ["a regeneration by task and by content", {}, { content: [text, video("base_video")] }],
  ["a regeneration by neither", {}, { source_task_id: undefined }],
  ["a source that is no id", {}, { source_task_id: "last" }],
  ["a source that is a number", {}, { source_task_id: 424010985738629 }],
  ["a regeneration at 768P", {}, { resolution: "768P" }],
]);

const byVideo = (more: Json) => regenerationOf([text, video("base_video")], more);
const onVideos = rows("VideoRegenerationBaseVideoReq", PATHS.regeneration, byVideo, [
  ["a regeneration by content and by task", {}, { source_task_id: "424010985738629" }],
  ["a regeneration without a resolution", {}, { resolution: undefined }],
  ["a regeneration without a model", {}, { model: undefined }],
  ["a regeneration on the faster model", {}, { model: "MiniMax-H3-Max" }],
  ["a regeneration with a duration", {}, { duration: 5 }],
  ["a regeneration with a ratio", {}, { ratio: "16:9" }],
  ["a base video that is an image", {}, { content: [text, image("base_video")] }],
  [
    "40001 characters",
    { content: [{ ...text, text: "🦊".repeat(40_000) }, video("base_video")] },
    { content: [{ ...text, text: "🦊".repeat(40_001) }, video("base_video")] },
  ],
]);

const illegal = [...onFrames, ...onReferences, ...onOptions, ...onPrompts, ...onTasks, ...onVideos];

test.each(illegal)("$title is refused ($mode)", async ({ mode, path, obeys, breaks }) => {
  expect(validatorsOf[mode](obeys), JSON.stringify(validatorsOf[mode].errors)).toBe(true);
  expect(await prism(path, obeys)).toBe(true);
  expect(validatorsOf[mode](breaks)).toBe(false);
  expect(await prism(path, breaks)).toBe(false);
});

describe("links", () => {
  const good = ["https://example.com/a", "http://example.com/a?b=c", "mm_file://176844028768320"];
  const bad = [
    "",
    "a.png",
    "//example.com/a",
    "https://",
    " https://a/b",
    "mm_file://",
    "mm_file://a",
    "mm_file://1/2",
  ];
  const foreign = ["data:image/bmp;base64,AA", "data:video/webm;base64,AA", "data:audio/ogg;base64,AA", "data:,AA"];

  test.each([
    [
      "an image",
      "image",
      ["jpeg", "jpg", "png", "webp", "heic", "heif"],
      (url: string) => [image("reference_image", url)],
    ],
    ["a video", "video", ["mp4", "quicktime", "mov"], (url: string) => [video("reference_video", url)]],
    ["a sound", "audio", ["wav", "x-wav", "wave", "mpeg", "mp3"], (url: string) => [video(), audio(url)]],
  ] as const)("to %s are URLs, uploads, and data URLs of its formats", async (_, kind, formats, items) => {
    const taken = async (urls: string[]) => {
      const bodies = urls.map((url) => videoOf([text, ...items(url)]));
      const prisms = await Promise.all(bodies.map((body) => prism(PATHS.video, body)));
      const verdicts = bodies.map((body) => validatorsOf.ReferencesToVideoV2(body));
      expect(prisms).toEqual(verdicts);
      return urls.filter((_, index) => verdicts[index]);
    };
    const own = formats.map((format) => `data:${kind}/${format};base64,AA`);
    const broken = own.flatMap((url) => [
      url.slice(0, -2),
      url.replace(";base64", ""),
      url.replace(kind, "text"),
      ` ${url}`,
    ]);
    const upperCase = `data:${kind}/${formats[0].toUpperCase()};base64,AA`;
    expect(await taken([...good, ...own])).toEqual([...good, ...own]);
    expect(await taken([...bad, ...foreign, ...broken, upperCase])).toEqual([]);
  });

  test("of 20 MB are judged in no time: nobody counts their characters", () => {
    const body = videoOf([text, image("first_frame", `data:image/png;base64,${"A".repeat(27_000_000)}`)]);
    validatorsOf.FramesToVideoV2(body);
    const started = process.cpuUsage();
    expect(validatorsOf.FramesToVideoV2(body)).toBe(true);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1000).toBeLessThan(20);
  });
});

describe("files", () => {
  const upload = { purpose: "video_generation_input", file: new Blob(["a"]) };
  const deletion = { file_id: 176844028768320, purpose: "video_generation" };

  test.each<[string, RequestNameV2, Json, boolean]>([
    ["an upload", "UploadFileReq", upload, true],
    ["an upload for a purpose that takes none", "UploadFileReq", { ...upload, purpose: "video_generation" }, false],
    ["an upload without a purpose", "UploadFileReq", { file: upload.file }, false],
    ["an upload without a file", "UploadFileReq", { purpose: upload.purpose }, false],
    ["a deletion", "DeleteFileReq", deletion, true],
    ["a deletion by an id in quotes", "DeleteFileReq", { ...deletion, file_id: "176844028768320" }, false],
    ["a deletion of no file", "DeleteFileReq", { ...deletion, file_id: 0 }, false],
    ["a deletion without a purpose", "DeleteFileReq", { file_id: deletion.file_id }, false],
    ["a deletion for an unknown purpose", "DeleteFileReq", { ...deletion, purpose: "holiday" }, false],
  ])("%s", (_, mode, body, legal) => {
    expect(validatorsOf[mode](body)).toBe(legal);
  });
});
