import type { Cost } from "../base/check-result.js";
import { defined } from "../base/record.js";
import type { Server } from "../base/server.js";
import { cellsV2, unconfirmed } from "../generated/content-offers.js";
import { type Cells, cells, olderModels } from "../generated/offers.js";
import type { RequestName } from "../generated/validators.js";
import { kinds } from "../kinds/kinds.js";
import type { Parsed } from "./command-options.js";
import { tableText } from "./format-text.js";
import { fitted, widthOf } from "./help.js";
import { EXIT, type Io, printJson } from "./process.js";
import { openSession } from "./session.js";

/** What a model makes: one length in one size, with its list price if one is documented. */
interface Offer {
  model: string;
  /** Seconds. Absent, like `resolution`, if the model takes none. */
  duration?: number;
  resolution?: string;
  modes: RequestName[];
  cost?: Cost;
  /** Who documents it, if the vendor does not. */
  unconfirmed?: string;
  /** Whether the vendor's newest list of models no longer has it. */
  older?: true;
}

/** What the command line calls the input of each mode. */
const BEGINS: Partial<Record<RequestName, string>> = {
  TextToVideo: "prompt",
  ImageToVideo: "frame",
  FirstLastFrameToVideo: "last frame",
  SubjectReferenceToVideo: "face",
  TextToVideoV2: "prompt",
  FramesToVideoV2: "frames",
  ReferencesToVideoV2: "references",
};

export async function models({ values }: Parsed<"models">, io: Io): Promise<number> {
  const { server, progress } = openSession(values, io);
  const version2 = server.spec === "minimax" ? await offersOf("generation", cellsV2, server) : [];
  const offers = [...(await offersOf("video", cells[server.spec], server)), ...version2];
  if (values.json) {
    printJson(io, { server: server.name, models: offers });
    return EXIT.done;
  }
  const [priced] = offers.flatMap(({ cost }) => cost ?? []);
  const head = ["Model", "Length", "Size", priced?.currency ?? "Price", "Begins with"];
  io.stdout.write(fitted(tableText([head, ...runsOf(offers).map(rowFor)]), widthOf(io), true));
  const source = priced ? `List prices of ${priced.date}, ? if unknown` : `No price list covers ${server.name}`;
  progress.say(`${source}. What you pay depends on your plan; check shows the price of a request and its source.`);
  if (offers.some((offer) => offer.unconfirmed))
    progress.say("* documented only by third parties, which also publish the price; the vendor may refuse it");
  if (offers.some((offer) => offer.older))
    progress.say("† older: not in the vendor's newest list of models, and may stop working");
  return EXIT.done;
}

/** The offers of a request matrix, whose keys are modes and then models. */
async function offersOf(
  kind: "video" | "generation",
  matrix: Partial<Record<string, Record<string, Cells>>>,
  server: Server,
): Promise<Offer[]> {
  const { priceOf } = await kinds[kind].rules();
  const offers = new Map<string, Offer>();
  // The keys of a matrix are modes of its spec.
  for (const [mode, models = {}] of Object.entries(matrix) as [RequestName, Record<string, Cells>][])
    for (const [model, { accepts }] of Object.entries(models)) {
      const tiers = accepts.flatMap(([duration, sizes]) => sizes.map((resolution) => ({ duration, resolution })));
      for (const tier of tiers.length > 0 ? tiers : [{}]) {
        const body: Omit<Offer, "modes"> = { model, ...tier };
        const key = JSON.stringify(body);
        const known = offers.get(key);
        known?.modes.push(mode);
        if (known) continue;
        const { source } =
          unconfirmed.find((one) => one.model === model && [body.resolution, undefined].includes(one.resolution)) ?? {};
        const older = olderModels.includes(model) || undefined;
        const facts = defined({ cost: priceOf?.({ ...body }, server, mode), unconfirmed: source, older });
        offers.set(key, { ...body, modes: [mode], ...facts });
      }
    }
  return [...offers.values()];
}

/** Puts offers together that differ only in their length, by consecutive seconds. */
function runsOf(offers: readonly Offer[]): Offer[][] {
  const runs: Offer[][] = [];
  for (const offer of offers) {
    const before = keyOf({ ...offer, duration: (offer.duration ?? 0) - 1 });
    const run = runs.find((each) => keyOf(each.at(-1)) === before);
    if (run) run.push(offer);
    else runs.push([offer]);
  }
  return runs;
}

const keyOf = ({ model, resolution, duration }: Partial<Offer> = {}) => JSON.stringify([model, resolution, duration]);

function rowFor(run: readonly Offer[]): string[] {
  const [first, last] = [run[0], run.at(-1)] as [Offer, Offer];
  const range = (...ends: unknown[]) => [...new Set(ends)].join("–");
  return [
    `${first.model}${first.unconfirmed ? " *" : ""}${first.older ? " †" : ""}`,
    first.duration ? `${range(first.duration, last.duration)} s` : "",
    first.resolution ?? "",
    range(...[first, last].map(({ cost }) => cost?.amount.toFixed(2) ?? "?")),
    first.modes.map((mode) => BEGINS[mode]).join(", "),
  ];
}
