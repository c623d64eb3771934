/** The probes for every third-party tool: each documented example, and each cell of the request matrices, legal or not. */
import type { Json } from "../../openapi/documents.js";
import { operation } from "../helpers/documents.js";
import { image, text, videoOf } from "../helpers/scenes.js";
import { validatorTakes } from "../helpers/verdict.js";

export interface Probe {
  operationId: "videoGeneration" | "videoGenerationV2Create";
  body: Json;
  legal: boolean;
}

const FRAME = "https://example.com/frame.jpeg";
const MODES: Json[] = [
  { prompt: "a fox" },
  { first_frame_image: FRAME },
  { first_frame_image: FRAME, last_frame_image: FRAME },
  { subject_reference: [{ type: "character", image: [FRAME] }] },
];
const MODELS =
  "MiniMax-Hailuo-2.3 MiniMax-Hailuo-2.3-Fast MiniMax-Hailuo-02 T2V-01-Director T2V-01 I2V-01-live S2V-01".split(" ");
const RESOLUTIONS = [undefined, "512P", "720P", "768P", "1080P"];

/** Every combination, without undefined fields. */
function combined(bodies: Json[], field: string, values: unknown[]): Json[] {
  return bodies.flatMap((body) => values.map((value) => (value === undefined ? body : { ...body, [field]: value })));
}

const cells = combined(
  combined(combined(MODES, "model", MODELS), "duration", [undefined, 6, 10]),
  "resolution",
  RESOLUTIONS,
);
const scenes = [[text], [text, image("first_frame")]].map((content) => videoOf(content));
const scenesOf = (model: string) => scenes.map((body) => ({ ...body, model }));
const cellsV2 = combined(
  combined(["MiniMax-H3", "MiniMax-H3-Max"].flatMap(scenesOf), "duration", [3, 4, 5, 15]),
  "resolution",
  ["480P", "768P", "2K", "1080P"],
);

export function probes(): Probe[] {
  const of = (operationId: Probe["operationId"], bodies: Json[]) =>
    [...bodies, ...Object.values(operation("minimax", operationId).requests)].map((body): Probe => {
      return { operationId, body, legal: validatorTakes("minimax", operationId, body) };
    });
  return [...of("videoGeneration", cells), ...of("videoGenerationV2Create", cellsV2)];
}
