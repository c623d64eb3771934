/** Files in requests: found anywhere, read, and checked against the limits of their field. media-limits.test.ts tests the rules. */
import { describe, expect, test, vi } from "vitest";
import { heic, type Movie, movie, USUAL } from "../../contract-tests/helpers/movies.js";
import { dataUrl as imageUrl, png, pressJpeg } from "../../contract-tests/helpers/pictures.js";
import { mp3, wav } from "../../contract-tests/helpers/sounds.js";
import type { Issue } from "../base/check-result.js";
import { serverFrom } from "../base/server.js";
import type { Media, MediaFacts } from "../media/media.js";
import { audio, image, video } from "../media/media-input.js";
import { assertSendable } from "./check.js";
import { fileIssues as issuesAt } from "./media-issues.js";

const fileIssues = (request: Record<string, unknown>) => issuesAt(request, serverFrom("global"));
const MEGABYTE = 1024 * 1024;
type Kind = Media["kind"];
const ROLES = { image: "reference_image", video: "reference_video", audio: "reference_audio" };

const item = (kind: Kind, url: unknown, role = ROLES[kind]) => ({
  type: `${kind}_url`,
  [`${kind}_url`]: { url },
  role,
});
const issuesOf = (...content: unknown[]) => fileIssues({ content: [{ type: "text", text: "a fox" }, ...content] });
/** A question mark follows a warning. */
const rulesIn = (issues: Issue[]) => issues.map(({ rule, severity }) => (severity === "error" ? rule : `${rule}?`));
const dataUrl = (bytes: Buffer, type: string) => `data:${type};base64,${bytes.toString("base64")}`;
const MAKERS = { image, video, audio };

/** The rules that a file of API v2 breaks: the same for Media and for a data URL typed by hand. */
async function rulesOf(kind: Kind, bytes: Buffer, role?: string): Promise<string[]> {
  const media: Media = await MAKERS[kind](new Uint8Array(bytes));
  const issues = issuesOf(item(kind, media, role));
  expect(issuesOf(item(kind, dataUrl(bytes, media.type), role))).toEqual(issues);
  for (const { path } of issues) expect(path).toBe(`content[1].${kind}_url.url`);
  return rulesIn(issues);
}

/** The same for an image of API v1. */
async function rulesOfFrame(bytes: Buffer): Promise<string[]> {
  const media = await image(bytes);
  const issues = fileIssues({ first_frame_image: media });
  expect(fileIssues({ first_frame_image: dataUrl(bytes, media.type) })).toEqual(issues);
  return rulesIn(issues);
}

/** Media that have only facts. */
const told = (facts: MediaFacts, size = 1000) =>
  ({ ...facts, size, open: () => new Uint8Array(), toJSON: () => "" }) as Media;
const moving = (seconds: number | undefined) => item("video", told({ ...USUAL, seconds }));
const sounding = (seconds: number | undefined) => item("audio", told({ kind: "audio", type: "audio/wav", seconds }));

describe("a file of API v2", () => {
  test.each<[what: string, kind: Kind, bytes: Buffer, rules: string[]]>([
    ["a PNG", "image", png(256, 256), []],
    ["a small PNG", "image", png(100, 1000), ["imageSide", "imageAspect"]],
    ["an HEIC", "image", heic(), []],
    ["an HEIF", "image", heic({ brands: ["mif1"] }), []],
    ["a small HEIC", "image", heic({ width: 255, height: 256 }), ["imageSide"]],
    ["a JPEG behind 300 kB of colour profiles", "image", pressJpeg(), []],
    ["an MP4", "video", movie(), []],
    ["a MOV without sound", "video", movie({ brand: "qt  ", sound: undefined }), []],
    ["a small video", "video", movie({ width: 254, height: 600 }), ["videoSide"]],
    ["a video in AV1", "video", movie({ codec: "av01" }), ["videoCodec"]],
    ["a WAV", "audio", wav(2), []],
    ["a short WAV", "audio", wav(1), ["audioSeconds"]],
    ["an MP3", "audio", mp3({ seconds: 14.9 }), []],
    ["a long MP3", "audio", mp3({ seconds: 16 }), ["audioSeconds"]],
  ])("is checked by its content: %s", async (_, kind, bytes, rules) => {
    expect(await rulesOf(kind, bytes)).toEqual(rules);
  });

  test("of another kind is refused, whatever it is declared to be", async () => {
    const found = issuesOf(item("image", await video(movie())), item("video", dataUrl(png(), "video/mp4")));
    expect(found.map(({ path, message }) => `${path} ${message}`)).toEqual([
      "content[1].image_url.url must be a complete JPEG, PNG, WebP, HEIC or HEIF file; this is video/mp4",
      "content[2].video_url.url must be a complete MP4 or MOV file; this is image/png",
    ]);
  });

  test("in a data URL must be complete, and of the declared type under any of its names", () => {
    const rules = (kind: Kind, url: string) => rulesIn(issuesOf(item(kind, url)));
    for (const type of ["wav", "x-wav", "wave"]) expect(rules("audio", dataUrl(wav(), `audio/${type}`))).toEqual([]);
    for (const type of ["mpeg", "mp3"]) expect(rules("audio", dataUrl(mp3(), `audio/${type}`))).toEqual([]);
    expect(rules("audio", dataUrl(wav(), "audio/mpeg"))).toEqual(["audioType"]);
    const good = dataUrl(movie({ last: true, brand: "qt  " }), "video/quicktime");
    const cutOff = [good, good.replace("quicktime", "mov"), good.slice(0, -1), good.slice(0, -400)];
    const broken = `${good.slice(0, 60)}****${good.slice(64)}`;
    const found = [...cutOff, broken].map((url) => rules("video", url).join());
    expect(found).toEqual(["", "", "videoBase64?", "videoFormat", "videoBase64"]);
  });
});

describe("a link", () => {
  const local = "http://localhost:3000/a";
  const PLACES: Record<string, Record<string, unknown>> = {
    first_frame_image: { first_frame_image: local },
    last_frame_image: { last_frame_image: local },
    "subject_reference[0].image[0]": { subject_reference: [{ image: [local] }] },
    "media_inputs[0].value": { media_inputs: [{ value: local }] },
    "content[0].image_url.url": { content: [item("image", local)] },
    "content[0].video_url.url": { content: [item("video", local)] },
    "content[0].audio_url.url": { content: [item("audio", local)] },
  };

  test.each(Object.entries(PLACES))("to this machine is a warning at %s (F8)", (path, request) => {
    expect(fileIssues(request)).toMatchObject([{ path, rule: expect.stringMatching(/Address$/), severity: "warning" }]);
    expect(issuesAt(request, serverFrom("http://127.0.0.1:4010"))).toEqual([]);
  });

  test.each([
    "https://192.168.0.4/a.png",
    "http://[::1]/a.png",
    "http://printer.local/a.png",
    "https://[/a.png",
  ])("%s cannot be reached by the service (F8)", (link) => {
    const host = URL.canParse(link) ? ` (got ${new URL(link).hostname})` : "";
    const message = `is not a link that the service can reach over the internet${host}; send the image itself`;
    expect(fileIssues({ first_frame_image: link })).toMatchObject([{ rule: "imageAddress", message }]);
  });
});

describe("base64 in a loose form", () => {
  const letters = png(640, 480, 1000).toString("base64");
  const wrapped = (width: number, between: string) => letters.replace(new RegExp(`.{${width}}`, "g"), `$&${between}`);
  test.each<[string, string]>([
    ...[5, 60, 64, 73, 76, 77].map((width): [string, string] => [`wrapped at ${width}`, wrapped(width, "\n")]),
    ["wrapped by CRLF", wrapped(76, "\r\n")],
    ["wrapped by blanks", wrapped(64, " ")],
    ["indented", `\n    ${wrapped(76, "\n    ")}\n`],
    ["without padding", letters.replace(/=+$/, "")],
  ])("gets a single issue, a warning, and is sent unchanged: %s (F1)", async (title, loose) => {
    const first_frame_image = `data:image/png;base64,${loose}`;
    expect(rulesIn(fileIssues({ first_frame_image })), title).toEqual(["imageBase64?"]);
    expect(rulesIn(issuesOf(item("image", first_frame_image)))).toEqual(["imageBase64?"]);
    const { body } = await assertSendable({ model: "I2V-01", first_frame_image }, serverFrom("global"), "video");
    expect(body.first_frame_image).toBe(first_frame_image);
  });

  test("gets the same verdict if its type is in upper case (F1)", () => {
    const url = `data:image/PNG;base64,${letters}`;
    expect(rulesIn(fileIssues({ first_frame_image: url }))).toEqual(["imageBase64?"]);
    expect(rulesIn(issuesOf(item("image", url)))).toEqual(["imageBase64?"]);
    expect(fileIssues({ first_frame_image: "HTTPS://127.0.0.1/a.png" })).toMatchObject([{ rule: "imageAddress" }]);
  });
});

test("an image without its end is a warning in either API (F6)", () => {
  for (const [type, cut] of [
    ["png", png(640, 480, 900).subarray(0, 60)],
    ["jpeg", pressJpeg().subarray(0, -1)],
  ] as const) {
    const url = dataUrl(cut, `image/${type}`);
    expect(rulesIn(fileIssues({ first_frame_image: url }))).toEqual(["imageEnd?"]);
    expect(rulesIn(issuesOf(item("image", url)))).toEqual(["imageEnd?"]);
  }
});

test("a last frame that EXIF rotates has its displayed size (F10)", async () => {
  const exif = Buffer.from("ffe1002245786966000049492a000800000001001201030001000000060000000000000000", "hex");
  const turned = Buffer.concat([pressJpeg().subarray(0, 2), exif.subarray(0, 36), pressJpeg().subarray(2)]);
  const frames = { first_frame_image: await image(turned), last_frame_image: imageUrl(png(640, 800)) };
  expect(frames.first_frame_image).toMatchObject({ width: 640, height: 800 });
  expect(fileIssues(frames)).toEqual([]);
});

test("links, ids of uploads, and everything that is not a file are not checked", () => {
  for (const url of ["https://example.com/a.mp4", "mm_file://176844028768320", "", undefined, 7, {}, [], "data:,x"])
    for (const kind of ["image", "video", "audio"] as const) expect(issuesOf(item(kind, url))).toEqual([]);
  for (const content of [undefined, null, "data:", {}, [null, 7, "x", [], { image_url: null }, { image_url: "x" }]])
    expect(fileIssues({ content })).toEqual([]);
  for (const value of [undefined, null, 7, {}, [], "", "frame.png", "data:text/plain;base64,AAAA", { size: 3 }])
    expect(fileIssues({ first_frame_image: value, subject_reference: value, media_inputs: value })).toEqual([]);
});

describe("all references of a kind together", () => {
  test.each<[number[], string[]]>([
    [[5, 5, 5], []],
    [[7.5, 7.504], []],
    [[7.5, 7.7], ["Total?"]],
    [[7.5, 7.71], ["Total"]],
    [[5, 5, 6], ["Total"]],
    [[15.02], ["Seconds?"]],
  ])("of %j seconds break %j", (lengths, rules) => {
    expect(rulesIn(issuesOf(...lengths.map(moving)))).toEqual(rules.map((rule) => `video${rule}`));
    expect(rulesIn(issuesOf(...lengths.map(sounding)))).toEqual(rules.map((rule) => `audio${rule}`));
  });

  test("are reported for each kind separately, from the known durations", () => {
    const message = "accepts at most 15 s of audio in total (got 18)";
    expect(issuesOf(sounding(9), sounding(9))).toEqual([
      { path: "content", rule: "audioTotal", severity: "error", message },
    ]);
    expect(issuesOf(moving(14), sounding(14), sounding(undefined))).toEqual([]);
  });
});

describe("a base video", () => {
  const rulesOfBase = (made: Movie) =>
    rulesOf("video", movie({ width: 1344, height: 768, frames: 107, ...made }), "base_video");

  test("from MiniMax-H3 is accepted in any of its durations", async () => {
    for (let frames = 107; frames <= 362; frames += 17) expect(await rulesOfBase({ frames })).toEqual([]);
    expect(await rulesOfBase({ width: 768, height: 1344 })).toEqual([]);
  });

  test("has its own limits", async () => {
    const bent = { frames: 106, sound: undefined, frameRate: 23.976, width: 1328 };
    expect(await rulesOfBase(bent)).toEqual(["videoStep", "videoSound", "videoFrameRate?", "videoFrames"]);
  });

  test("is not a reference: it does not count among their seconds, and they may differ from it", () => {
    const base = { ...USUAL, width: 1344, height: 768, frames: 362, seconds: 15.08 };
    expect(issuesOf(item("video", told(base), "base_video"), moving(5))).toEqual([]);
    expect(issuesOf(item("video", told({ ...USUAL, width: 1328, audioCodec: undefined })))).toEqual([]);
  });
});

describe("the files of a body", () => {
  const file = (size: number) =>
    item("image", told({ kind: "image", type: "image/png", width: 640, height: 480 }, size));

  test("may have 64 MB as base64, and not a byte more", () => {
    const [one, other] = [30_000_000, 48 * MEGABYTE - 30_000_000];
    expect(issuesOf(file(one), file(other))).toEqual([]);
    expect(issuesOf(file(one), file(other + 1))).toMatchObject([{ path: "", rule: "bodySize", severity: "error" }]);
  });

  test("that are too large get an issue that says which one to upload, and how", () => {
    expect(issuesOf(file(1000), item("video", told(USUAL, 49 * MEGABYTE)))[0]?.message).toBe(
      "the body may have at most 64 MB, and would have 65.4 MB, because base64 turns three bytes into four; " +
        "upload content[2].video_url.url, the largest, with files.upload, and send mm_file:// and its id instead",
    );
  });

  test("are counted without decoding data URLs", () => {
    const url = `data:image/png;base64,${png(640, 480, 21_000_000).toString("base64")}`;
    const decode = vi.spyOn(globalThis, "atob");
    expect(rulesIn(issuesOf(...Array(3).fill(item("image", url))))).toEqual(["bodySize"]);
    const decoded = decode.mock.calls.map(([letters]) => letters.length);
    decode.mockRestore();
    // Only the headers are decoded.
    expect(decoded.reduce((sum, length) => sum + length, 0)).toBeLessThan(100_000);
    expect(decoded.length).toBeGreaterThan(2);
  });
});

describe("an image of API v1", () => {
  test.each([
    [301, 301, []],
    [300, 600, []],
    [299, 301, ["imageSide"]],
    [301, 299, ["imageSide"]],
    [400, 801, ["imageAspect?"]],
    [1000, 400, ["imageAspect?"]],
    [1001, 400, ["imageAspect"]],
    [6000, 6000, []],
  ])("of %d x %d breaks %j", async (width, height, rules) => {
    expect(await rulesOfFrame(png(width, height))).toEqual(rules);
  });

  test("must have less than 20 MB", async () => {
    expect(await rulesOfFrame(png(640, 480, 20 * MEGABYTE - 1))).toEqual([]);
    expect(await rulesOfFrame(png(640, 480, 20 * MEGABYTE))).toEqual(["imageSize"]);
  });

  test("is checked in every field that accepts one", () => {
    const bad = imageUrl(png(10, 10));
    const issues = fileIssues({
      first_frame_image: bad,
      last_frame_image: "https://example.com/frame.png",
      subject_reference: [{ type: "character", image: ["https://example.com/a.png", bad] }],
      media_inputs: [{ value: bad }],
      prompt: bad,
    });
    const paths = ["first_frame_image", "subject_reference[0].image[1]", "media_inputs[0].value"];
    expect(issues.map(({ path }) => path)).toEqual(paths);
    expect(issues[0]?.message).toBe("must have sides of at least 300 pixels (it has 10 x 10)");
  });

  test("must not have a format that only API v2 accepts", async () => {
    const message = "must be a complete JPEG, PNG or WebP file; this is image/heic";
    expect(fileIssues({ first_frame_image: await image(heic()) })).toMatchObject([{ rule: "imageFormat", message }]);
  });

  test("is a warning if it is a last frame of another size, which is cropped", async () => {
    const frames = async (first: Buffer, last: Buffer) =>
      fileIssues({ first_frame_image: await image(first), last_frame_image: imageUrl(last) });
    expect(await frames(png(640, 480), png(640, 480))).toEqual([]);
    for (const last of [png(640, 481), png(641, 480)]) expect((await frames(png(640, 480), last)).length).toBe(1);
    const message = "has 480 x 640 pixels and will be cropped to the first frame's 640 x 480";
    expect(await frames(png(640, 480), png(480, 640))).toEqual([
      { path: "last_frame_image", rule: "frameSizes", severity: "warning", message },
    ]);
  });
});
