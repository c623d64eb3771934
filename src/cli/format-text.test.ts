import { expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers } from "../../contract-tests/helpers/fake-fetch.js";
import { movie } from "../../contract-tests/helpers/movies.js";
import { png } from "../../contract-tests/helpers/pictures.js";
import { wav } from "../../contract-tests/helpers/sounds.js";
import { MiniMaxError } from "../base/errors.js";
import { createClient } from "../index.js";
import { audio, image, video } from "../media/media-input.js";
import { webhookUrl } from "../webhooks/webhook-url.js";
import { messageOf, shortened } from "./format-text.js";

test("an error names no call of the library, and stays a sentence", async () => {
  const { options, clock } = answers(new TypeError("terminated"));
  const { videos } = createClient({ ...options, server: "global" });
  const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
  const callback_url = await webhookUrl("https://example.com", { secret: "a secret of at least 32 characters" });
  const h3 = { model: "MiniMax-H3", prompt: "a fox", duration: 5, resolution: "768P", ratio: "16:9" } as const;
  const budget = { take: () => Promise.reject(new Error("down")) };
  const failing: (() => Promise<unknown>)[] = [
    () => videos.create(request),
    () => videos.create({ ...request, callback_url }),
    () => videos.create(h3),
    () => videos.task("7").wait({ timeout: 1000 }),
    // An error of the caller's own breaks the wait off.
    () =>
      createClient({ ...options, budget })
        .videos.task("7")
        .wait(),
  ];
  for (const call of failing) {
    const { message } = await failureOf(clock.until(call()));
    const said = messageOf(new MiniMaxError(message));
    expect(message).toMatch(/videos\.reconcile\(error\)|task\.wait\(\)|console/);
    expect(said).not.toMatch(/\w\.\w+\(/);
    expect(said).toMatch(/^[A-Z].*(before you send the request again|The task continues|but the task continues)\.?$/);
  }
});

test("a displayed request shows the type and size of media, but not their bytes", async () => {
  const media = [await image(png(640, 480, 5000)), await video(movie({ size: 5000 })), await audio(wav(2))];
  expect(shortened({ media })).toEqual({
    media: [
      expect.stringMatching(/^image\/png, 640 x 480, [\d.]+ kB, as a data URL$/),
      expect.stringMatching(/^video\/mp4, 640 x 360, 5\.0 s, [\d.]+ kB, as a data URL$/),
      expect.stringMatching(/^audio\/wav, 2\.0 s, [\d.]+ kB, as a data URL$/),
    ],
  });
  expect(shortened(await video(movie({ seconds: 0, frames: 0 })))).toMatch(/^video\/mp4, 640 x 360, [\d.]+ .B,/);
});
