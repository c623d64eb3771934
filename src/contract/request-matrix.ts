import { defined, isRecord } from "../base/record.js";
import { cells } from "../generated/offers.js";
import type { SpecName } from "../generated/servers.js";
import { type RequestName, validators } from "../generated/validators.js";
import { MODES, modeOf } from "../kinds/mode.js";
import { replyKindOf } from "./recorded-exchange.js";
import { withoutCallback, witnessesFor } from "./request-samples.js";
import type { Target } from "./target-server.js";

/** Asks the validators and a free server about the request matrix: every model and mode with every duration and resolution. */
export async function judgeMatrix({ server, free, operations, ask, isWanted, found }: Target): Promise<void> {
  for (const { mode, body } of matrixBodies(server.spec)) {
    const { model, duration, resolution } = body;
    const legal = validators[server.spec][mode]?.(body) ?? false;
    const isAsked = free && operations.videoGeneration && isWanted("videoGeneration", "request matrix");
    const reply = isAsked ? replyKindOf(await ask("videoGeneration", { body }), server) : undefined;
    const dissent = reply === undefined || (reply === "accepted") === legal ? [] : [server.name];
    found.matrix.push({
      spec: server.spec,
      mode: MODES[mode],
      ...defined({ model, duration, resolution }),
      legal,
      dissent,
    });
  }
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
  const legal = witnessesFor(spec, "videoGeneration", "request")
    .filter(({ obeys, value }) => obeys && modeOf(value, spec) === mode)
    .map(({ value }) => withoutCallback(value))
    .filter(isRecord);
  const [least = {}] = legal.toSorted((one, other) => Object.keys(one).length - Object.keys(other).length);
  const { model: _, duration: __, resolution: ___, ...fields } = least;
  return fields;
}
