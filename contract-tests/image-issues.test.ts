import { describe, expect, test } from "vitest";
import { fileIssues } from "../src/check/media-issues.js";
import { audio, image, video } from "../src/media/media-input.js";
import { heic, movie } from "./helpers/movies.js";
import { png, pressJpeg, dataUrl as url } from "./helpers/pictures.js";
import { wav } from "./helpers/sounds.js";

const LIMIT = 20 * 1024 * 1024;

/** Rules broken by an image, the same for bytes and for a data URL typed by hand. */
async function rulesOf(bytes: Buffer): Promise<string[]> {
  const [held, typed] = [await image(bytes), url(bytes, (await image(bytes)).type.slice(6))].map((value) =>
    fileIssues({ first_frame_image: value }, new Set()),
  );
  expect(held).toEqual(typed);
  return (held ?? []).map(({ rule }) => rule);
}

describe("limits, exactly", () => {
  test.each([
    [301, 301, []],
    [300, 301, ["imageSide"]],
    [301, 300, ["imageSide"]],
    [400, 1000, []],
    [400, 1001, ["imageAspect"]],
    [1000, 400, []],
    [1001, 400, ["imageAspect"]],
    [100, 1000, ["imageSide", "imageAspect"]],
    [1366, 768, []],
  ])("%d x %d breaks %j", async (width, height, rules) => {
    expect(await rulesOf(png(width, height))).toEqual(rules);
  });

  test("20 MB is too much, a byte less is not", async () => {
    expect(await rulesOf(png(640, 480, LIMIT - 1))).toEqual([]);
    expect(await rulesOf(png(640, 480, LIMIT))).toEqual(["imageSize"]);
  });
});

test("it is said what would be accepted, and what came", () => {
  /** Of an image of which this is known. */
  const said = (known: object) => {
    const held = { kind: "image", type: "image/png", width: 640, height: 480, size: 1000, open() {}, ...known };
    return fileIssues({ first_frame_image: held }, new Set()).map(({ rule, message }) => `${rule}: ${message}`);
  };
  expect(said({ size: LIMIT - 1 })).toEqual([]);
  expect(said({ size: LIMIT })).toEqual(["imageSize: must have less than 20 MB (it has 20 MB)"]);
  expect(said({ width: 300 })).toEqual(["imageSide: must have a short side above 300 pixels (it has 300 x 480)"]);
  expect(said({ width: 1201 })).toEqual(["imageAspect: must be between 2:5 and 5:2 (it has 1201 x 480)"]);
  expect(said({ width: undefined })).toEqual([
    "imageFormat: must be a whole file in JPEG, PNG or WebP; this is image/png",
  ]);
  expect(said({ height: undefined, size: LIMIT })).toEqual([
    "imageSize: must have less than 20 MB (it has 20 MB)",
    "imageFormat: must be a whole file in JPEG, PNG or WebP; this is image/png",
  ]);
  expect(said({ type: undefined })).toEqual([
    "imageFormat: must be a whole file in JPEG, PNG or WebP; its header is of another kind, or broken",
  ]);
  expect(said({ type: "image/heic" })).toEqual([
    "imageFormat: must be a whole file in JPEG, PNG or WebP; this is image/heic",
  ]);
});

describe("a data URL typed by hand", () => {
  const issues = (value: string) => fileIssues({ first_frame_image: value }, new Set());

  test("is refused when its type is not what its bytes are; jpg is jpeg", () => {
    expect(issues(url(png(640, 480), "jpeg"))).toMatchObject([
      { rule: "imageType", message: "is declared as image/jpeg, but its bytes are image/png" },
    ]);
    expect(issues(url(png(640, 480), "jpg"))[0]?.message).toContain("declared as image/jpeg");
  });

  test("is refused when it is no image, cut off, or no base64", () => {
    const good = url(png(640, 480));
    expect(issues(url(Buffer.from("no image at all, not even close")))).toMatchObject([{ rule: "imageFormat" }]);
    expect(issues(good.slice(0, -1))).toMatchObject([{ rule: "imageBase64" }]);
    expect(issues(`${good.slice(0, 60)}****${good.slice(64)}`)).toMatchObject([{ rule: "imageFormat" }]);
    expect(issues("data:image/png;base64,A")).toMatchObject([{ rule: "imageBase64" }]);
  });

  test("is judged wherever an image may stand, and a link nowhere", () => {
    const bad = url(png(10, 10));
    const request = {
      first_frame_image: bad,
      last_frame_image: "https://example.com/frame.png",
      subject_reference: [{ type: "character", image: ["https://example.com/a.png", bad] }],
      media_inputs: [{ value: bad }],
      prompt: bad,
    };
    expect(fileIssues(request, new Set()).map(({ path }) => path)).toEqual([
      "first_frame_image",
      "subject_reference[0].image[1]",
      "media_inputs[0].value",
    ]);
    expect(fileIssues(request, new Set(["first_frame_image"])).length).toBe(2);
  });
});

test("what only V2 takes is refused, in words", async () => {
  const refused = async (media: unknown) => fileIssues({ first_frame_image: media }, new Set());
  expect(await refused(await image(heic()))).toEqual([
    {
      path: "first_frame_image",
      rule: "imageFormat",
      severity: "error",
      message: "must be a whole file in JPEG, PNG or WebP; this is image/heic",
    },
  ]);
  expect(await refused(await video(movie()))).toMatchObject([
    { message: expect.stringMatching(/; this is video\/mp4$/) },
  ]);
  expect(await refused(await audio(wav()))).toMatchObject([
    { message: expect.stringMatching(/; this is audio\/wav$/) },
  ]);
});

test("a JPEG is recognised behind 300 kB of colour profiles, as a data URL too", async () => {
  const jpeg = pressJpeg();
  expect(await image(jpeg)).toMatchObject({ type: "image/jpeg", width: 800, height: 640 });
  expect(await rulesOf(jpeg)).toEqual([]);
});

test("frames of different sizes are a warning: the last is cropped to the first", async () => {
  const frames = async (first: Buffer, last: Buffer) =>
    fileIssues({ first_frame_image: await image(first), last_frame_image: url(last) }, new Set());
  expect(await frames(png(640, 480), png(640, 480))).toEqual([]);
  expect((await frames(png(640, 480), png(640, 481))).length).toBe(1);
  expect((await frames(png(640, 480), png(641, 480))).length).toBe(1);
  expect(await frames(png(640, 480), png(480, 640))).toEqual([
    {
      path: "last_frame_image",
      rule: "frameSizes",
      severity: "warning",
      message: "has 480 x 640 pixels and will be cropped to the first frame's 640 x 480",
    },
  ]);
});

test("anything else in an image field is the schema's to judge", () => {
  for (const value of [undefined, null, 7, {}, [], "", "frame.png", "data:text/plain;base64,AAAA", { size: 3 }]) {
    expect(fileIssues({ first_frame_image: value, subject_reference: value, media_inputs: value }, new Set())).toEqual(
      [],
    );
  }
});
