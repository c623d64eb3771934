import { expect, test } from "vitest";
import { shortened } from "../src/cli/format-text.js";
import { audio, image, video } from "../src/media/media-input.js";
import { movie } from "./helpers/movies.js";
import { png } from "./helpers/pictures.js";
import { wav } from "./helpers/sounds.js";

test("media are shown as what they are, without a byte of them", async () => {
  const shown = shortened({
    first_frame_image: await image(png(640, 480, 5000)),
    content: [{ video_url: { url: await video(movie({ size: 5000 })) } }, { audio_url: { url: await audio(wav(2)) } }],
  });
  expect(shown).toEqual({
    first_frame_image: expect.stringMatching(/^image\/png, 640 x 480, [\d.]+ kB, as a data URL$/),
    content: [
      { video_url: { url: expect.stringMatching(/^video\/mp4, 640 x 360, 5\.0 s, [\d.]+ kB, as a data URL$/) } },
      { audio_url: { url: expect.stringMatching(/^audio\/wav, 2\.0 s, [\d.]+ kB, as a data URL$/) } },
    ],
  });
});

test("of a video whose length is unknown none is shown", async () => {
  const url = await video(movie({ seconds: 0, frames: 0 }));
  expect(shortened(url)).toMatch(/^video\/mp4, 640 x 360, \d/);
  expect(shortened(url)).not.toContain(" s,");
});
