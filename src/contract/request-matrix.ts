import { defined, isRecord } from "../base/record.js";
import { cells } from "../generated/offers.js";
import type { SpecName } from "../generated/servers.js";
import { type RequestName, validators } from "../generated/validators.js";
import { MODES, modeOf } from "../kinds/mode.js";
import type { Cell } from "./contract-report.js";
import { bodiesFor } from "./request-samples.js";

/** The request matrix of a spec: every model and mode with every duration and resolution, by the validators and by a server. */
export async function matrixOf(
  spec: SpecName,
  judge?: { name: string; accepts: (body: unknown) => Promise<boolean> },
): Promise<Cell[]> {
  const found: Cell[] = [];
  for (const { mode, body } of matrixBodies(spec)) {
    const { model, duration, resolution } = body;
    const legal = validators[spec][mode]?.(body) ?? false;
    const dissent = judge && (await judge.accepts(body)) !== legal ? [judge.name] : [];
    found.push({ spec, mode: MODES[mode], ...defined({ model, duration, resolution }), legal, dissent });
  }
  return found;
}

/** A body of each mode and model in every combination of durations and resolutions that any model offers. */
function matrixBodies(spec: SpecName) {
  const all = Object.values(cells[spec]).flatMap((models) => Object.values(models).flatMap(({ accepts }) => accepts));
  const durations = [undefined, ...new Set(all.map(([duration]) => duration))];
  const resolutions = [undefined, ...new Set(all.flatMap(([, some]) => some))];
  return Object.entries(cells[spec]).flatMap(([name, models]) => {
    // The keys of the table are the names of modes.
    const mode = name as RequestName;
    const fields = smallestBody(spec, mode);
    return Object.keys(models).flatMap((model) =>
      durations.flatMap((duration) =>
        resolutions.map((resolution) => ({ mode, body: { ...fields, model, ...defined({ duration, resolution }) } })),
      ),
    );
  });
}

/** The legal body with the fewest fields of a mode, without model, duration and resolution. */
function smallestBody(spec: SpecName, mode: RequestName): Record<string, unknown> {
  const legal = bodiesFor(spec, "videoGeneration")
    .filter(({ obeys, value }) => obeys && modeOf(value, spec) === mode)
    .map(({ value }) => value)
    .filter(isRecord);
  const [least = {}] = legal.toSorted((one, other) => Object.keys(one).length - Object.keys(other).length);
  const { model: _, duration: __, resolution: ___, ...fields } = least;
  return fields;
}
