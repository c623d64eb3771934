import { describe, expect, test } from "vitest";
import { answers } from "../../contract-tests/helpers/fake-fetch.js";
import { movie } from "../../contract-tests/helpers/movies.js";
import { png } from "../../contract-tests/helpers/pictures.js";
import { createClient, image, type MiniMaxH3Req, type VideoRequest, video } from "../index.js";

const LINK = "https://pictures.example/fox.png";
const H3 = { model: "MiniMax-H3", resolution: "768P", duration: 5 } as const;
const text = { type: "text", text: "a red fox" } as const;

describe("a request for MiniMax-H3 with the fields of v1", () => {
  async function sent(wish: VideoRequest) {
    const { options, sent } = answers({ task_id: "1" });
    await createClient(options).videos.create(wish);
    const [{ request, body } = { request: "", body: "" }] = sent;
    return { request, body: JSON.parse(body) };
  }
  const item = (kind: string, role: string, url = LINK) => ({ type: `${kind}_url`, [`${kind}_url`]: { url }, role });

  test.each<[fields: Partial<MiniMaxH3Req>, body: object]>([
    [{ ratio: "16:9" }, { ratio: "16:9", content: [text] }],
    [{ first_frame_image: LINK }, { content: [text, item("image", "first_frame")] }],
    [
      { last_frame_image: LINK, first_frame_image: "mm_file://1", aigc_watermark: true },
      {
        aigc_watermark: true,
        content: [text, item("image", "first_frame", "mm_file://1"), item("image", "last_frame")],
      },
    ],
    [
      { reference_audios: [LINK], reference_videos: [LINK, "mm_file://2"], reference_images: [LINK] },
      {
        content: [
          text,
          item("image", "reference_image"),
          item("video", "reference_video"),
          item("video", "reference_video", "mm_file://2"),
          item("audio", "reference_audio"),
        ],
      },
    ],
  ])("sends %j as content, and adds nothing", async (fields, body) => {
    const request = { ...H3, prompt: "a red fox", ...fields } as MiniMaxH3Req;
    expect(await sent(request)).toEqual({ request: "POST /v2/video_generation", body: { ...H3, ...body } });
  });

  test("differs from one of v1 only in its model", async () => {
    const wish = { prompt: "a red fox", first_frame_image: LINK, resolution: "768P", duration: 6 } as const;
    const older = { ...wish, model: "MiniMax-Hailuo-2.3" } as const;
    expect(await sent(older)).toEqual({ request: "POST /v1/video_generation", body: older });
    expect((await sent({ ...wish, model: "MiniMax-H3" })).request).toBe("POST /v2/video_generation");
  });

  test("sends Media as data URLs", async () => {
    const picture = await image(png(512, 512));
    const { body } = await sent({ ...H3, prompt: "a red fox", reference_images: [picture] });
    const data = Buffer.from(png(512, 512)).toString("base64");
    expect(body.content[1].image_url.url).toBe(`data:image/png;base64,${data}`);
  });

  test("is checked with the bytes of its files, and priced from its content", async () => {
    const { videos } = createClient({ apiKey: "any", server: "global" });
    const request = { ...H3, prompt: "a" };
    const small = `data:image/png;base64,${Buffer.from(png(16, 16)).toString("base64")}`;
    expect((await videos.check({ ...request, first_frame_image: small })).issues[0]?.path).toBe("first_frame_image");
    const files = await Promise.all([20e6, 35e6].map((size) => video(movie({ size }))));
    expect((await videos.check({ ...request, reference_videos: files })).issues).toMatchObject([
      { path: "", rule: "bodySize", message: expect.stringContaining("upload reference_videos[1], the largest") },
    ]);
    expect((await videos.check({ ...request, reference_images: Array(7).fill(LINK) })).cost?.amount).toBe(0.48);
  });

  test.each([null, LINK])("is refused with %j in place of a list, not sent without it", async (reference_images) => {
    const { videos } = createClient({ apiKey: "any", server: "global" });
    expect((await videos.check({ ...H3, prompt: "a", ratio: "16:9", reference_images })).issues).toMatchObject([
      { path: "reference_images", rule: "type", message: "must be of type array" },
    ]);
  });
});
