import { defined, isRecord } from "../base/record.js";
import { cells } from "../generated/offers.js";
import type { SpecName } from "../generated/servers.js";
import { type RequestName, validators } from "../generated/validators.js";
import { MODES, modeOf } from "../kinds/mode.js";
import { withoutCallback, witnessesFor } from "./request-samples.js";
import type { Target } from "./target-server.js";

/** Asks the validators and a free server about the request matrix. */
export async function judgeMatrix({ server, free, operations, ask, isWanted, found }: Target): Promise<void> {
  const isAsked = free && operations.videoGeneration && isWanted("videoGeneration", "request matrix");
  for (const { mode, body, legal } of matrixOf(server.spec)) {
    const isAgreed = !isAsked || ((await ask("videoGeneration", { body })).kind === "accepted") === legal;
    const { model, duration, resolution } = body;
    const size = defined({ duration, resolution });
    found.matrix.push({
      spec: server.spec,
      mode: MODES[mode],
      model,
      ...size,
      legal,
      dissent: isAgreed ? [] : [server.name],
    });
  }
}

/** The request matrix: each mode and model with every combination of durations and resolutions that any model offers. */
export function matrixOf(spec: SpecName) {
  const all = Object.values(cells[spec]).flatMap((models) => Object.values(models).flatMap(({ accepts }) => accepts));
  const durations = [undefined, ...new Set(all.map(([duration]) => duration))];
  const resolutions = [undefined, ...new Set(all.flatMap(([, some]) => some))];
  const sizes = durations.flatMap((duration) => resolutions.map((resolution) => defined({ duration, resolution })));
  return Object.entries(cells[spec]).flatMap(([name, models]) => {
    // The keys of the table are the names of modes.
    const mode = name as RequestName;
    const fields = smallestBody(spec, mode);
    const bodies = Object.keys(models).flatMap((model) => sizes.map((size) => ({ ...fields, model, ...size })));
    return bodies.map((body) => ({ mode, body, legal: validators[spec][mode]?.(body) ?? false }));
  });
}

/** The legal body with the fewest fields of a mode, without model, duration and resolution. */
function smallestBody(spec: SpecName, mode: RequestName): Record<string, unknown> {
  const legal = witnessesFor(spec, "videoGeneration", "request")
    .filter(({ obeys, value }) => obeys && modeOf(value, spec) === mode)
    .map(({ value }) => withoutCallback(value))
    .filter(isRecord);
  const [least = {}] = legal.toSorted((one, other) => Object.keys(one).length - Object.keys(other).length);
  const { model: _, duration: __, resolution: ___, ...fields } = least;
  return fields;
}
