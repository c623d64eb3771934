import { describe, expect, test } from "vitest";
import type { Issue } from "../src/base/check-result.js";
import { fileIssues } from "../src/check/media-issues.js";
import { limitsV2 } from "../src/generated/content-offers.js";
import { readNow } from "../src/media/byte-reader.js";
import type { Media, MediaFacts } from "../src/media/media.js";
import { factsIn } from "../src/media/media-facts.js";
import { audio, image, video } from "../src/media/media-input.js";
import { heic, type Movie, movie, USUAL as moving } from "./helpers/movies.js";
import { png } from "./helpers/pictures.js";
import { mp3, riff, wav } from "./helpers/sounds.js";

const MEGABYTE = 1024 * 1024;
type Kind = Media["kind"];
const ROLES = { image: "reference_image", video: "reference_video", audio: "reference_audio" };

/** An item of `content` that holds this; a base video is one by its role. */
function item(kind: Kind, url: unknown, role = ROLES[kind]) {
  return { type: `${kind}_url`, [`${kind}_url`]: { url }, role };
}

function issuesOf(...content: unknown[]): Issue[] {
  return fileIssues({ model: "MiniMax-H3", content: [{ type: "text", text: "a fox" }, ...content] }, new Set());
}

const words = (issues: Issue[]) => issues.map(({ rule, severity }) => (severity === "error" ? rule : `${rule}?`));

const dataUrl = (bytes: Buffer, type: string) => `data:${type};base64,${bytes.toString("base64")}`;
const MAKERS = { image, video, audio };

/** Rules that a file breaks, a question mark behind a warning; the same for Media and for a data URL typed by hand. */
async function broken(kind: Kind, bytes: Buffer, role?: string): Promise<string[]> {
  const media: Media = await MAKERS[kind](new Uint8Array(bytes));
  const held = issuesOf(item(kind, media, role));
  expect(issuesOf(item(kind, dataUrl(bytes, media.type), role))).toEqual(held);
  for (const { path } of held) expect(path).toBe(`content[1].${kind}_url.url`);
  return words(held);
}

/** Media of which nothing is there but what its header told. */
function told(facts: MediaFacts, size = 1000): Media {
  const nothing = () => new Uint8Array();
  return { ...facts, size, open: nothing, toJSON: () => "" } as Media;
}
const sounding = (seconds: number | undefined) => told({ kind: "audio", type: "audio/wav", seconds });

describe("an image", () => {
  test.each([
    [256, 256, []],
    [255, 256, ["imageSide"]],
    [256, 255, ["imageSide"]],
    [5760, 5760, []],
    [5761, 5760, ["imageSide"]],
    [5760, 5761, ["imageSide"]],
    [400, 1000, []],
    [399, 1000, ["imageAspect"]],
    [1000, 400, []],
    [1001, 400, ["imageAspect"]],
    [100, 1000, ["imageSide", "imageAspect"]],
  ])("of %d x %d breaks %j", async (width, height, rules) => {
    expect(await broken("image", png(width, height))).toEqual(rules);
    expect(await broken("image", heic({ width, height }))).toEqual(rules);
  });

  test("may have 30 MB, and not a byte more", async () => {
    expect(await broken("image", png(640, 480, 30 * MEGABYTE))).toEqual([]);
    expect(await broken("image", png(640, 480, 30 * MEGABYTE + 1))).toEqual(["imageSize"]);
    expect(
      issuesOf(item("image", told({ kind: "image", type: "image/png", width: 640, height: 480 }, 30 * MEGABYTE + 1)))[0]
        ?.message,
    ).toBe("must have at most 30 MB (it has 30.1 MB)");
  });
});

describe("a video", () => {
  const rulesOf = (made: Movie) => broken("video", movie(made));

  test("as it should be breaks nothing, as MP4 or MOV", async () => {
    for (const brand of ["isom", "qt  "]) expect(await rulesOf({ brand })).toEqual([]);
    for (const made of [{ codec: "hvc1" }, { sound: 0x6b }, { sound: undefined }])
      expect(await rulesOf(made)).toEqual([]);
  });

  test("may have 50 MB, and not a byte more", () => {
    expect(words(issuesOf(item("video", told(moving, 50 * MEGABYTE))))).not.toContain("videoSize");
    expect(words(issuesOf(item("video", told(moving, 50 * MEGABYTE + 1))))).toContain("videoSize");
  });

  test.each([
    [256, 640, []],
    [254, 600, ["videoSide"]],
    [5760, 2304, []],
    [5762, 2400, ["videoSide"]],
    [1000, 398, ["videoAspect"]],
    [398, 1000, ["videoAspect"]],
  ])("of %d x %d breaks %j", async (width, height, rules) => {
    expect(await rulesOf({ width, height })).toEqual(rules);
  });

  test.each([
    [2, []],
    [1.996, []],
    [1.95, ["videoSeconds?"]],
    [1.9, ["videoSeconds?"]],
    [1.88, ["videoSeconds"]],
    [15, []],
    [15.004, []],
    [15.02, ["videoSeconds?"]],
    [15.1, ["videoSeconds?"]],
    [15.11, ["videoSeconds"]],
    [undefined, []],
  ])("of %d seconds breaks %j", (seconds, rules) => {
    expect(words(issuesOf(item("video", told({ ...moving, seconds }))))).toEqual(rules);
    expect(words(issuesOf(item("audio", sounding(seconds))))).toEqual(
      rules.map((rule) => rule.replace("video", "audio")),
    );
  });

  test.each([
    [24_000 / 1001, []],
    [23.976, []],
    [23.9, ["videoFrameRate?"]],
    [23.7, ["videoFrameRate"]],
    [60, []],
    [60.003, []],
    [60.6, ["videoFrameRate?"]],
    [60.61, ["videoFrameRate"]],
    [120, ["videoFrameRate"]],
    [undefined, []],
  ])("of %d frames a second breaks %j", (frameRate, rules) => {
    expect(words(issuesOf(item("video", told({ ...moving, frameRate }))))).toEqual(rules);
  });

  test("is coded as H.264 or H.265, its sound as AAC or MP3", async () => {
    expect(await rulesOf({ codec: "av01" })).toEqual(["videoCodec"]);
    expect(await rulesOf({ sound: "Opus" })).toEqual(["videoSoundCodec"]);
    expect(
      issuesOf(item("video", told({ ...moving, videoCodec: "vp09", audioCodec: "sowt" }))).map(
        ({ message }) => message,
      ),
    ).toEqual(["must be coded as H.264 or H.265 (it has vp09)", "must have its sound as AAC or MP3 (it has sowt)"]);
  });
});

describe("a sound", () => {
  test("breaks nothing as WAV or MP3 of 2 to 15 seconds", async () => {
    expect(await broken("audio", wav(2))).toEqual([]);
    expect(await broken("audio", mp3({ seconds: 14.9 }))).toEqual([]);
    expect(await broken("audio", wav(1))).toEqual(["audioSeconds"]);
    expect(await broken("audio", mp3({ seconds: 16 }))).toEqual(["audioSeconds"]);
  });

  test("may have 15 MB, and not a byte more", () => {
    const sound = { kind: "audio", type: "audio/wav", seconds: 5 } as const;
    expect(issuesOf(item("audio", told(sound, 15 * MEGABYTE)))).toEqual([]);
    expect(words(issuesOf(item("audio", told(sound, 15 * MEGABYTE + 1))))).toEqual(["audioSize"]);
  });
});

describe("of the wrong kind", () => {
  test("is refused by what it is, whatever it is said to be", async () => {
    expect(issuesOf(item("image", await video(movie())))).toEqual([
      {
        path: "content[1].image_url.url",
        rule: "imageFormat",
        severity: "error",
        message: "must be a whole file in JPEG, PNG, WebP, HEIC or HEIF; this is video/mp4",
      },
    ]);
    expect(issuesOf(item("video", dataUrl(png(), "video/mp4")))).toMatchObject([
      { rule: "videoFormat", message: "must be a whole file in MP4 or MOV; this is image/png" },
    ]);
    expect(issuesOf(item("audio", dataUrl(riff("RIFF"), "audio/wav")))).toMatchObject([
      { rule: "audioFormat", message: "must be a whole file in WAV or MP3; its header is of another kind, or broken" },
    ]);
  });

  test("what the readers tell apart is what the limits name", async () => {
    const files = [png(), heic(), heic({ brands: ["mif1"] }), movie(), movie({ brand: "qt  " }), wav(2), mp3()];
    const types = files.map(
      (bytes) => readNow(factsIn(bytes.length), ({ from, to }) => bytes.subarray(from, to))?.type,
    );
    expect(types).toEqual([
      "image/png",
      "image/heic",
      "image/heif",
      "video/mp4",
      "video/quicktime",
      "audio/wav",
      "audio/mpeg",
    ]);
    expect([limitsV2.ImageUrl, limitsV2.VideoUrl, limitsV2.AudioUrl].flatMap(({ formats }) => formats)).toEqual([
      "jpeg",
      "png",
      "webp",
      "heic",
      "heif",
      "mp4",
      "mov",
      "wav",
      "mp3",
    ]);
  });
});

describe("a data URL typed by hand", () => {
  test("has the type of its bytes, under any of its names", () => {
    const issues = (kind: Kind, bytes: Buffer, type: string) => issuesOf(item(kind, dataUrl(bytes, type)));
    expect(issues("image", png(), "image/jpeg")).toMatchObject([
      { rule: "imageType", severity: "error", message: "is declared as image/jpeg, but its bytes are image/png" },
    ]);
    expect(words(issues("audio", wav(), "audio/mpeg"))).toEqual(["audioType"]);
    for (const type of ["wav", "x-wav", "wave"]) expect(issues("audio", wav(), `audio/${type}`)).toEqual([]);
    for (const type of ["mpeg", "mp3"]) expect(issues("audio", mp3(), `audio/${type}`)).toEqual([]);
    for (const type of ["quicktime", "mov"])
      expect(issues("video", movie({ brand: "qt  " }), `video/${type}`)).toEqual([]);
  });

  test("is only warned of where one is read like the other", () => {
    expect(words(issuesOf(item("video", dataUrl(movie(), "video/quicktime"))))).toEqual(["videoType?"]);
    expect(words(issuesOf(item("video", dataUrl(movie({ brand: "qt  " }), "video/mp4"))))).toEqual(["videoType?"]);
    expect(words(issuesOf(item("image", dataUrl(heic(), "image/heif"))))).toEqual(["imageType?"]);
    expect(words(issuesOf(item("image", dataUrl(heic({ brands: ["mif1"] }), "image/heic"))))).toEqual(["imageType?"]);
  });

  test("is refused when it is cut off, or no base64", () => {
    const good = dataUrl(movie({ last: true }), "video/mp4");
    expect(issuesOf(item("video", good))).toEqual([]);
    expect(words(issuesOf(item("video", good.slice(0, -1))))).toEqual(["videoBase64"]);
    expect(words(issuesOf(item("video", good.slice(0, -400))))).toEqual(["videoFormat"]);
    expect(words(issuesOf(item("video", `${good.slice(0, 60)}****${good.slice(64)}`)))).toEqual(["videoFormat"]);
  });
});

test("links, ids of uploads and everything that is no file are not judged", () => {
  for (const url of ["https://example.com/a.mp4", "mm_file://176844028768320", "", undefined, 7, {}, [], "data:,x"])
    for (const kind of ["image", "video", "audio"] as const) expect(issuesOf(item(kind, url))).toEqual([]);
  for (const content of [undefined, null, "data:", {}, [null, 7, "x", [], { image_url: null }, { image_url: "x" }]])
    expect(fileIssues({ content }, new Set())).toEqual([]);
});

test("what a schema has refused is not judged again", async () => {
  const bad = item("image", await image(png(10, 10)));
  const request = { content: [bad, bad] };
  expect(fileIssues(request, new Set(["content[0].image_url.url"])).map(({ path }) => path)).toEqual([
    "content[1].image_url.url",
  ]);
});

describe("all references of a kind together", () => {
  test.each<[number[], string[]]>([
    [[5, 5, 5], []],
    [[7.5, 7.504], []],
    [[7.5, 7.6], ["videoTotal?"]],
    [[7.5, 7.7], ["videoTotal?"]],
    [[7.5, 7.71], ["videoTotal"]],
    [[5, 5, 6], ["videoTotal"]],
    [[15.02], ["videoSeconds?"]],
  ])("of %j seconds break %j", (lengths, rules) => {
    expect(words(issuesOf(...lengths.map((seconds) => item("video", told({ ...moving, seconds })))))).toEqual(rules);
    expect(words(issuesOf(...lengths.map((seconds) => item("audio", sounding(seconds)))))).toEqual(
      rules.map((rule) => rule.replace("video", "audio")),
    );
  });

  test("are told in words, and only what is known counts, each kind by itself", () => {
    const issues = issuesOf(...[9, 9].map((seconds) => item("audio", sounding(seconds))));
    expect(issues).toEqual([
      {
        path: "content",
        rule: "audioTotal",
        severity: "error",
        message: "accepts at most 15 s of audio in total (got 18)",
      },
    ]);
    expect(
      issuesOf(item("video", told(moving)), item("audio", sounding(14)), item("audio", sounding(undefined))),
    ).toEqual([]);
    expect(issuesOf(item("audio", sounding(14)), item("video", told({ ...moving, seconds: 14 })))).toEqual([]);
    const request = { content: [item("audio", sounding(9)), item("audio", sounding(9))] };
    expect(fileIssues(request, new Set(["content"]))).toEqual([]);
  });

  test("are at most twelve, a base video not counted, which only a guide says", () => {
    const links = (count: number) => Array(count).fill(item("image", "https://example.com/a.png"));
    expect(issuesOf(...links(12), item("video", "https://example.com/a.mp4", "base_video"))).toEqual([]);
    expect(issuesOf(...links(13))).toMatchObject([{ path: "content", rule: "fileCount", severity: "warning" }]);
  });
});

describe("a base video", () => {
  const rulesOf = (made: Movie) =>
    broken("video", movie({ width: 1344, height: 768, frames: 107, ...made }), "base_video");

  test("breaks nothing as MiniMax-H3 makes it, at any of its lengths", async () => {
    for (let frames = 107; frames <= 362; frames += 17) expect(await rulesOf({ frames })).toEqual([]);
    expect(await rulesOf({ width: 768, height: 1344 })).toEqual([]);
    expect(await rulesOf({ width: 768, height: 768 })).toEqual([]);
  });

  test.each<[string, Movie, string[]]>([
    ["a frame too few", { frames: 106 }, ["videoFrames"]],
    ["frames out of step", { frames: 108 }, ["videoFrames"]],
    ["frames too many", { frames: 379 }, ["videoFrames"]],
    ["no sound", { sound: undefined }, ["videoSound"]],
    ["25 frames a second", { frameRate: 25 }, ["videoFrameRate"]],
    ["23.976 frames a second", { frameRate: 23.976 }, ["videoFrameRate?"]],
    ["a width out of step", { width: 1328 }, ["videoStep"]],
    ["a height out of step", { height: 752 }, ["videoStep"]],
    ["a larger area", { width: 1376 }, ["videoArea"]],
    ["a smaller area, which only one page forbids", { width: 736 }, ["videoArea?"]],
    ["another codec", { codec: "av01" }, ["videoCodec"]],
    ["an aspect that no video has", { width: 2560, height: 320 }, ["videoAspect"]],
  ])("with %s breaks %j", async (_, made, rules) => {
    expect(await rulesOf(made)).toEqual(rules);
  });

  test("is no reference: it is not among their seconds, and a reference need not be what it is", () => {
    const base = item(
      "video",
      told({ ...moving, width: 1344, height: 768, frames: 362, seconds: 15.08 }),
      "base_video",
    );
    expect(issuesOf(base, item("video", told(moving)))).toEqual([]);
    expect(words(issuesOf(item("video", told({ ...moving, width: 1328, audioCodec: undefined }))))).toEqual([]);
  });
});

describe("a body", () => {
  const file = (size: number) => told({ kind: "image", type: "image/png", width: 640, height: 480 }, size);
  const request = (...sizes: number[]) => ({
    model: "MiniMax-H3",
    content: [{ type: "text", text: 'a "fox" 🦊\n' }, ...sizes.map((size) => item("image", file(size)))],
    duration: 5,
    aigc_watermark: true,
  });

  test("of 64 MB is accepted, and not a byte more, reckoned like JSON", () => {
    const frame = Buffer.byteLength(
      JSON.stringify(request(0, 0, 0)).replaceAll('"url":""', '"url":"data:image/png;base64,"'),
    );
    const letters = 64 * MEGABYTE - frame;
    const most = (letters / 4) * 3;
    expect(letters % 4, "so that the limit can be met exactly; else bend the text above").toBe(0);
    const bodyIssue = (...sizes: number[]) =>
      fileIssues(request(...sizes), new Set()).filter(({ path }) => path === "");
    expect(bodyIssue(most - 39_999_999, 30_000_000, 9_999_999)).toEqual([]);
    expect(bodyIssue(most - 39_999_999 + 1, 30_000_000, 9_999_999)).toMatchObject([{ rule: "bodySize" }]);
  });

  test("is told which file to upload, and how", () => {
    expect(issuesOf(item("image", file(1000)), item("video", told(moving, 49 * MEGABYTE)))).toEqual([
      {
        path: "",
        rule: "bodySize",
        severity: "error",
        message:
          "the body may have at most 64 MB, and would have 65.4 MB, as base64 makes four bytes of three; " +
          "upload content[2].video_url.url, the largest, with files.upload, and send mm_file:// and its id instead",
      },
    ]);
  });

  test("counts data URLs that are typed by hand, without decoding them", () => {
    const url = `data:image/png;base64,${png(640, 480, 99).toString("base64")}${"AAAA".repeat(7_000_000)}`;
    const before = process.cpuUsage();
    expect(words(issuesOf(...Array(3).fill(item("image", url))))).toEqual(["bodySize"]);
    expect(words(issuesOf(...Array(2).fill(item("image", url))))).toEqual([]);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
  });

  test("with what is no JSON at all is the schema's business", () => {
    expect(fileIssues({ duration: 10n, content: [item("image", file(5))] }, new Set())).toEqual([]);
  });
});
