import { describe, expect, test } from "vitest";
import { clipHeader } from "../../contract-tests/clip-header.js";
import { cells } from "../generated/offers.js";
import { bytesOf, clipFor } from "./clips.js";

const HIGH = `data:image/png;base64,${Buffer.from("89504e470d0a1a0a0000000d494844520000030000000554", "hex").toString("base64")}`;
const WIDE = "https://example.com/wide.png";

type Case = [title: string, body: Record<string, unknown>, seconds: number];

const cases: Case[] = Object.entries(cells.minimax).flatMap(([mode, models]) =>
  Object.entries(models).flatMap(([model, { accepts }]) =>
    accepts.flatMap(([duration, resolutions]) =>
      resolutions.flatMap((resolution) =>
        framesOf(mode).map((frames): Case => {
          const high = Object.values(frames)[0] === HIGH ? ", high" : "";
          return [
            `${mode}, ${model}, ${duration} s, ${resolution}${high}`,
            { model, duration, resolution, ...frames },
            duration,
          ];
        }),
      ),
    ),
  ),
);

function framesOf(mode: string): Record<string, string>[] {
  if (mode === "ImageToVideo") return [{ first_frame_image: WIDE }, { first_frame_image: HIGH }];
  if (mode === "FirstLastFrameToVideo") return [{ last_frame_image: WIDE }, { last_frame_image: HIGH }];
  return [{}];
}

describe("every cell of the request matrix has a clip that is what it says", () => {
  test.each(cases)("%s", async (_, body, seconds) => {
    const clip = clipFor(body);
    const movie = clipHeader((await bytesOf(clip)).bytes);
    expect(movie).toEqual({ streamable: true, seconds, width: clip.width, height: clip.height, tracks: ["vide"] });
    // The file that takes its place after a while is another, of the same length.
    const { bytes } = await bytesOf({ ...clip, name: clip.other });
    expect(clipHeader(bytes)).toMatchObject({ streamable: true, seconds });
    expect(bytes.equals((await bytesOf(clip)).bytes)).toBe(false);
    const high = Object.values(body).includes(HIGH);
    expect(clip.height > clip.width).toBe(high);
    expect(Math.min(clip.width, clip.height)).toBe(Number.parseInt(String(body.resolution), 10));
  });
});

test.each([
  ["a text on MiniMax-Hailuo-2.3", { model: "MiniMax-Hailuo-2.3", prompt: "x" }, "768P-6s-landscape.mp4"],
  ["a text on the 01 series", { model: "T2V-01", prompt: "x" }, "720P-6s-landscape.mp4"],
  ["a face", { model: "S2V-01", subject_reference: [] }, "720P-6s-landscape.mp4"],
  ["a template", { template_id: "393769180141805569" }, "768P-6s-landscape.mp4"],
])("%s without a size gets the default", (_, body, name) => {
  expect(clipFor(body).name).toBe(name);
});
