/** MiniMax-H3 in the words of version 1: what is sent, what is refused, and what is said of it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, image, type MiniMaxH3Req, type VideoRequest, video } from "../src/index.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { fakeServer, json } from "./helpers/fake-server.js";
import { movie } from "./helpers/movies.js";
import { png } from "./helpers/pictures.js";

const LINK = "https://pictures.example/fox.png";
const H3 = { model: "MiniMax-H3", resolution: "768P", duration: 6 } as const;
const item = (kind: string, role: string, url = LINK) => ({ type: `${kind}_url`, [`${kind}_url`]: { url }, role });
const text = { type: "text", text: "a red fox" };

describe("what is sent", () => {
  const service = fakeServer();
  const sent = async (request: VideoRequest) => {
    service.next(json({ task_id: "1" }));
    await createClient({ apiKey: "k", server: service.url }).videos.create(request);
    const [{ url = "", body = "" } = {}] = service.seen;
    return [url, JSON.parse(body)];
  };

  test.each<[string, MiniMaxH3Req, object]>([
    ["a prompt alone", { ...H3, prompt: "a red fox", ratio: "16:9" }, { ratio: "16:9", content: [text] }],
    [
      "a first frame",
      { ...H3, prompt: "a red fox", first_frame_image: LINK },
      { content: [text, item("image", "first_frame")] },
    ],
    [
      "both frames, and options",
      { ...H3, last_frame_image: LINK, first_frame_image: "mm_file://1", prompt: "a red fox", aigc_watermark: true },
      {
        aigc_watermark: true,
        content: [text, item("image", "first_frame", "mm_file://1"), item("image", "last_frame")],
      },
    ],
    [
      "references, in the order of their lists",
      {
        ...H3,
        prompt: "a red fox",
        reference_audios: [LINK],
        reference_videos: [LINK, "mm_file://2"],
        reference_images: [LINK],
        ratio: "adaptive",
      },
      {
        ratio: "adaptive",
        content: [
          text,
          item("image", "reference_image"),
          item("video", "reference_video"),
          item("video", "reference_video", "mm_file://2"),
          item("audio", "reference_audio"),
        ],
      },
    ],
  ])("%s becomes content, and nothing is added", async (_, request, body) => {
    expect(await sent(request)).toEqual(["/v2/video_generation", { ...H3, ...body }]);
  });

  test("a request of version 1 needs another model, and nothing else", async () => {
    const wish = (model: "MiniMax-Hailuo-2.3" | "MiniMax-H3"): VideoRequest => ({
      model,
      prompt: "a red fox",
      first_frame_image: LINK,
      resolution: "768P",
      duration: 6,
    });
    expect(await sent(wish("MiniMax-Hailuo-2.3"))).toEqual(["/v1/video_generation", wish("MiniMax-Hailuo-2.3")]);
    expect(await sent(wish("MiniMax-H3"))).toEqual([
      "/v2/video_generation",
      { ...H3, content: [text, item("image", "first_frame")] },
    ]);
  });

  test("Media are sent as data URLs", async () => {
    const picture = await image(png(512, 512));
    const [, { content }] = await sent({ ...H3, prompt: "a red fox", reference_images: [picture] });
    expect(content[1].image_url.url).toBe(`data:image/png;base64,${Buffer.from(png(512, 512)).toString("base64")}`);
  });
});

describe("at the mock", () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startMock({ speed: 900 });
  });
  afterAll(() => mock.close());

  test("a video, and a prompt, come of it", async () => {
    const { videos, contextIR } = createClient({ apiKey: "any", server: mock.url });
    const options = { pollInterval: 20 };
    const { task } = await videos.generate({ ...H3, prompt: "a red fox", ratio: "16:9" }, options);
    expect(task).toMatchObject({ kind: "generation", model: "MiniMax-H3", duration: 6, resolution: "768P" });
    const wish = { model: "MiniMax-H3", prompt: "a red fox", duration: 6, first_frame_image: LINK } as const;
    expect((await contextIR.generate(wish, options)).prompt).toMatch(/\w/);
  });

  test("what the prompt says is in no error", async () => {
    const { videos } = createClient({ apiKey: "any", server: mock.url });
    const lost = videos.create({ ...H3, prompt: "a purple fox {mock:lost_reply}", ratio: "16:9" });
    await expect(lost).rejects.toThrow(/^(?!.*purple)/s);
  });
});

describe("the check speaks of the fields that were written", () => {
  const { videos } = createClient({ apiKey: "any", server: "global" });
  const said = async (request: object) =>
    (await videos.check(request)).issues.map(({ path, rule, message }) => `${path} (${rule}): ${message}`);

  test.each<[string, object, string[]]>([
    ["no prompt", { ...H3, first_frame_image: LINK }, ["prompt (required): is required for frames to video"]],
    [
      "no prompt and too many images",
      { ...H3, reference_images: Array(10).fill(LINK) },
      ["prompt (required): is required for references to video", " (contains): takes at most nine images"],
    ],
    ["nothing at all", { ...H3, ratio: "16:9" }, ["prompt (required): is required for text to video"]],
    ["no ratio", { ...H3, prompt: "a" }, ["ratio (required): is required for text to video"]],
    ["an empty prompt", { ...H3, prompt: "", ratio: "1:1" }, ["prompt (minLength): must not be empty"]],
    ["a blank prompt", { ...H3, prompt: "\u3000\n", ratio: "1:1" }, ["prompt (pattern): must not be blank"]],
    [
      "a prompt of what nobody sees, beside a frame",
      { ...H3, prompt: `${" ".repeat(20)}\u00ad`, first_frame_image: LINK },
      ["prompt (blank): must not be blank"],
    ],
    ["no text", { ...H3, prompt: 7, ratio: "1:1" }, ["prompt (type): must be of type string (got number)"]],
    [
      "a frame beside references",
      { ...H3, prompt: "a", last_frame_image: LINK, reference_images: [LINK] },
      ["last_frame_image (mode): does not go with references to video"],
    ],
    [
      "a second reference that is no link",
      { ...H3, prompt: "a", reference_images: [LINK, "fox.png"] },
      [expect.stringMatching(/^reference_images\[1\] \(pattern\): must be /) as never],
    ],
    [
      "too many images",
      { ...H3, prompt: "a", reference_images: Array(10).fill(LINK) },
      [" (contains): takes at most nine images"],
    ],
    [
      "a sound alone",
      { ...H3, prompt: "a", reference_audios: [LINK] },
      [expect.stringMatching(/^ \(.*\): takes at least one image or video/) as never],
    ],
    [
      "one where a list should be",
      { ...H3, prompt: "a", ratio: "1:1", reference_images: LINK },
      ["reference_images (type): must be of type array"],
    ],
    [
      "a slip of the pen",
      { ...H3, prompt: "a", ratio: "1:1", reference_image: [LINK] },
      ["reference_image (unevaluatedProperties): is not a known field; did you mean reference_images?"],
    ],
    [
      "an option of version 1",
      { ...H3, prompt: "a", ratio: "1:1", prompt_optimizer: false },
      ["prompt_optimizer (unevaluatedProperties): does not go with text to video"],
    ],
    [
      "a subject",
      { ...H3, prompt: "a", ratio: "1:1", subject_reference: [{ type: "character", image: [LINK] }] },
      ["subject_reference (unevaluatedProperties): is a field of S2V-01; use reference_images here"],
    ],
    [
      "nothing that fills in a length or a size",
      { model: "MiniMax-H3", prompt: "a", first_frame_image: LINK },
      [
        "resolution (required): is required for frames to video",
        "duration (required): is required for frames to video",
      ],
    ],
    [
      "characters that nobody sees",
      { ...H3, prompt: `ab${"\u200b".repeat(8)}`, ratio: "1:1" },
      [expect.stringMatching(/^prompt \(invisibleCharacters\): accepts at most 10 %/) as never],
    ],
  ])("%s", async (_, request, issues) => {
    expect(await said(request)).toEqual(issues);
  });

  test.each<[string, object, string[]]>([
    [
      "a shape beside a frame",
      { ...H3, prompt: "a", first_frame_image: LINK, ratio: "16:9" },
      ["ratio (frameRatio): has no effect with a frame, whose aspect ratio the video takes"],
    ],
    ["the same that says nothing", { ...H3, prompt: "a", first_frame_image: LINK, ratio: "adaptive" }, []],
    ["a shape beside references", { ...H3, prompt: "a", reference_images: [LINK], ratio: "16:9" }, []],
    [
      "a last frame alone",
      { ...H3, prompt: "a", last_frame_image: LINK },
      [
        expect.stringMatching(
          /^last_frame_image \(lastFrameAlone\): the vendor's pages contradict each other/,
        ) as never,
      ],
    ],
    ["a last frame with a first one", { ...H3, prompt: "a", first_frame_image: LINK, last_frame_image: LINK }, []],
    [
      "references on the faster model",
      { ...H3, model: "MiniMax-H3-Max", prompt: "a", reference_images: [LINK] },
      [expect.stringMatching(/^model \(maxReferences\): /) as never],
    ],
    ["frames on the faster model", { ...H3, model: "MiniMax-H3-Max", prompt: "a", first_frame_image: LINK }, []],
    [
      "a watermark outside China",
      { ...H3, prompt: "a", ratio: "1:1", aigc_watermark: true },
      [expect.stringMatching(/^aigc_watermark \(watermark\): is documented for creates in China/) as never],
    ],
    [
      "a watermark on what is made anew",
      { model: "MiniMax-H3", source_task_id: "1", resolution: "2K", aigc_watermark: true },
      [],
    ],
    ["no watermark", { ...H3, prompt: "a", ratio: "1:1", aigc_watermark: false }, []],
  ])("and advises: %s", async (_, request, warnings) => {
    const { ok, issues } = await videos.check(request);
    expect([ok, issues.filter(({ severity }) => severity !== "warning")]).toEqual([true, []]);
    expect(await said(request)).toEqual(warnings);
    if (warnings.some((warning) => String(warning).includes("watermark")))
      expect((await createClient({ apiKey: "any", server: "china" }).videos.check(request)).issues).toEqual([]);
  });

  test("fields beside content are told apart from it", async () => {
    const both = { ...H3, prompt: "a", content: [text], ratio: "1:1" };
    expect(await said(both)).toEqual([
      expect.stringMatching(/^prompt \(unevaluatedProperties\): does not go with text to video/),
    ]);
    const hidden = { ...H3, content: [{ type: "text", text: "a\u200b" }], ratio: "1:1" };
    expect(await said(hidden)).toEqual([expect.stringMatching(/^content\[0\]\.text \(invisibleCharacters\)/)]);
  });

  test("of bytes too: the picture that is too small, and the largest one of a body that is too long", async () => {
    const small = `data:image/png;base64,${Buffer.from(png(16, 16)).toString("base64")}`;
    expect(await said({ ...H3, prompt: "a", first_frame_image: small })).toEqual([
      expect.stringMatching(/^first_frame_image \(\w+\): /),
    ]);
    const files = await Promise.all([20e6, 35e6].map((size) => video(movie({ size }))));
    const [issue] = await said({ ...H3, prompt: "a", reference_videos: files });
    expect(issue).toMatch(/^ \(bodySize\): .*upload reference_videos\[1\], the largest/);
  });

  test("and of the price, which is that of the content", async () => {
    const seven = Array.from({ length: 7 }, () => LINK);
    const request = { ...H3, duration: 5, prompt: "a", reference_images: seven };
    expect((await videos.check(request)).cost?.amount).toBe(0.48);
  });
});
