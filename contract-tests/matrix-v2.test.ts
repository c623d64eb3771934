/** Every cell of V2, model × duration × resolution × scene × ratio, judged alike by the generated validators and Prism. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import { cellsV2 } from "../src/generated/content-offers.js";
import type { RequestNameV2 } from "../src/generated/validators.js";
import { type Judge, prismJudge } from "./helpers/judge.js";
import { audio, image, PATHS, text, validatorsOf } from "./helpers/scenes.js";

let prism: Judge;
beforeAll(async () => {
  prism = await prismJudge("minimax");
});

/** Fact sheet 2.8, typed by hand. */
const MODELS: Record<string, { from: number; resolutions: string[] }> = {
  "MiniMax-H3": { from: 4, resolutions: ["768P", "2K"] },
  "MiniMax-H3-Max": { from: 5, resolutions: ["480P", "768P"] },
};
const CONCRETE = ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"];
const ANY = [undefined, "adaptive", ...CONCRETE];

type Scene = { title: string; mode: "Text" | "Frames" | "References"; content: Json[]; ratios: (string | undefined)[] };
const SCENES: Scene[] = [
  { title: "text", mode: "Text", content: [text], ratios: CONCRETE },
  { title: "first frame", mode: "Frames", content: [text, image("first_frame")], ratios: ANY },
  { title: "single image", mode: "Frames", content: [image(), text], ratios: ANY },
  { title: "last frame", mode: "Frames", content: [image("last_frame"), text], ratios: ANY },
  { title: "both frames", mode: "Frames", content: [image("last_frame"), text, image("first_frame")], ratios: ANY },
  { title: "references", mode: "References", content: [text, image("reference_image"), audio()], ratios: ANY },
];

const DURATIONS = [undefined, 3, 4, 5, 15, 16, "5"];
const RESOLUTIONS = [undefined, "480P", "768P", "2K", "1080P"];
const RATIOS = [undefined, "adaptive", "16:9", "2:1"];

interface Cell {
  title: string;
  mode: RequestNameV2;
  body: Json;
  legal: boolean;
}

const cells: Cell[] = SCENES.flatMap(({ title, mode, content, ratios }) =>
  [...Object.keys(MODELS), "MiniMax-H4"].flatMap((model) =>
    DURATIONS.flatMap((duration) =>
      RESOLUTIONS.flatMap((resolution) =>
        RATIOS.map((ratio) => {
          const { from, resolutions } = MODELS[model] ?? { from: Number.POSITIVE_INFINITY, resolutions: [] };
          const long = Number.isInteger(duration) && Number(duration) >= from && Number(duration) <= 15;
          return {
            title: `${title}, ${model}, ${duration} s, ${resolution}, ${ratio}`,
            mode: `${mode}ToVideoV2` as const,
            body: JSON.parse(JSON.stringify({ model, content, duration, resolution, ratio })),
            legal: long && resolutions.includes(resolution ?? "") && ratios.includes(ratio),
          };
        }),
      ),
    ),
  ),
);

/** H3-Context-IR: one model, the same lengths, no resolution (fact sheet 2.9; the ratio as on its page). */
const prompts: Cell[] = SCENES.flatMap(({ title, mode, content, ratios }) =>
  Object.keys(MODELS).flatMap((model) =>
    DURATIONS.flatMap((duration) =>
      [undefined, "768P"].flatMap((resolution) =>
        RATIOS.map((ratio) => ({
          title: `prompt: ${title}, ${model}, ${duration} s, ${resolution}, ${ratio}`,
          mode: `${mode}ToPrompt` as const,
          body: JSON.parse(JSON.stringify({ model, content, duration, resolution, ratio })),
          legal:
            model === "MiniMax-H3" &&
            [4, 5, 15].includes(duration as number) &&
            resolution === undefined &&
            ratios.includes(ratio),
        })),
      ),
    ),
  ),
);

async function disagreements(path: string, cells: Cell[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { title, mode, body, legal } of cells) {
    const validator = validatorsOf[mode](body);
    const prisms = await prism(path, body);
    if (validator !== legal || prisms !== legal) wrong.push(`${title}: ${legal} by the table, ${validator}/${prisms}`);
  }
  return wrong;
}

describe("the matrix", () => {
  test("has 2,520 cells, of which 160 are legal: as many as the pages allow", () => {
    // Of text one ratio, of the five others three; on H3 three lengths × two sizes, on H3-Max two × two.
    const scenes = 1 + 5 * 3;
    expect([cells.length, cells.filter(({ legal }) => legal).length]).toEqual([2520, scenes * (3 * 2 + 2 * 2)]);
    expect([prompts.length, prompts.filter(({ legal }) => legal).length]).toEqual([672, scenes * 3]);
  });

  test("of videos: validators and Prism agree with it in every cell", async () => {
    expect(await disagreements(PATHS.video, cells)).toEqual([]);
  }, 60_000);

  test("of prompts: validators and Prism agree with it in every cell", async () => {
    expect(await disagreements(PATHS.prompt, prompts)).toEqual([]);
  }, 60_000);

  test("as the generated table has it for messages: every length, each with the resolutions of its model", () => {
    const expected = Object.entries(MODELS).map(([model, { from, resolutions }]) => {
      const lengths = Array.from({ length: 16 - from }, (_, index) => from + index);
      return [model, { accepts: lengths.map((seconds) => [seconds, resolutions]) }];
    });
    for (const mode of ["TextToVideoV2", "FramesToVideoV2", "ReferencesToVideoV2"] as const)
      expect(cellsV2[mode]).toEqual(Object.fromEntries(expected));
  });
});
