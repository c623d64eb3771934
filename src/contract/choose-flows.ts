import { invalid } from "../base/errors.js";
import { defined, isRecord } from "../base/record.js";
import type { Server } from "../base/server.js";
import type { TaskKind, VideoTask } from "../base/task.js";
import { check } from "../check/check.js";
import { cellsV2 } from "../generated/content-offers.js";
import { cells, prices, unlisted } from "../generated/offers.js";
import { unconfirmedIn } from "../kinds/content-request.js";
import { kinds } from "../kinds/kinds.js";
import { PROMPT, V2_BODY } from "./flow.js";
import { listFlow, uploadFlow } from "./list-and-upload-flows.js";
import { isLegal, legalBodyFor, withoutCallback, witnessesFor } from "./request-samples.js";
import type { Target } from "./target-server.js";
import { callbackFlow, type FlowStart, type Purchase, taskFlow } from "./task-flows.js";

/** Decides whether to buy; called with the price if a documented list has one. */
export type Confirm = (price: string | undefined) => boolean | Promise<boolean>;

/** Which tasks a run follows at a server that charges. */
export interface FlowOptions {
  /** Buys the cheapest video of API v1, once, if this resolves to true. Default: nothing is bought. */
  buy?: Confirm | undefined;
  /** The same for API v2, if a documented list has a price. Both are called before either video is bought. */
  buyV2?: Confirm | undefined;
  /**
   * Ids of existing tasks, at most one of each kind. Their queries, files and links are tested, which costs nothing. A `video`
   * replaces `buy`, a `generation` replaces `buyV2`.
   */
  tasks?: Readonly<Partial<Record<TaskKind, string>>> | undefined;
  /** Called with a bought task as soon as it is accepted. If the run is aborted, pass its id as one of `tasks` to continue. */
  onTask?: ((task: VideoTask) => void) | undefined;
}

/**
 * Runs every flow at a server that charges nothing; elsewhere only those that follow an existing or a bought task.
 * @throws {ValidationError} if this server lacks an operation, or has no price. Nothing has been sent then.
 */
export async function runFlows(target: Target, options: FlowOptions): Promise<void> {
  const { tasks = {} } = options;
  // The keys of the table are kinds.
  const given = Object.entries(tasks) as [TaskKind, string | undefined][];
  const existing: FlowStart[] = given.flatMap(([kind, taskId]) => (taskId === undefined ? [] : [{ kind, taskId }]));
  for (const { kind } of existing) assertServed(target, kind, "query", `tasks.${kind}`);
  if (!target.free && !target.hasKey) return;
  const starts = target.free ? existing : [...existing, ...(await confirmedPurchases(target, options))];
  const isFreeRun = target.free && existing.length === 0;
  const flows = isFreeRun ? freeFlows(target) : starts.map((start) => () => taskFlow(target, start));
  for (const run of flows) await run();
}

/** Confirms every purchase before the first is made. */
async function confirmedPurchases(target: Target, options: FlowOptions): Promise<FlowStart[]> {
  const { buy, buyV2, tasks = {}, onTask } = options;
  const confirmed: FlowStart[] = [];
  if (buyV2 && tasks.generation === undefined) {
    assertServed(target, "generation", "create", "buyV2");
    const purchase = await cheapestV2(target.server);
    if (!purchase)
      throw invalid("Nothing is bought", "buyV2", `no list price of version 2 is documented for ${target.server.name}`);
    if (await buyV2(purchase.price)) confirmed.push({ kind: "generation", purchase, onTask });
  }
  if (buy && tasks.video === undefined && target.operations.videoGeneration) {
    const purchase = cheapestV1(target.server);
    if (await buy(purchase.price)) confirmed.unshift({ kind: "video", purchase, onTask });
  }
  return confirmed;
}

function assertServed({ operations, server }: Target, kind: TaskKind, what: "create" | "query", path: string): void {
  const { operation } = kinds[kind][what];
  if (operations[operation]) return;
  throw invalid("Cannot be tested", path, `${operation} is not among the operations tested at ${server.name}`);
}

/** Every flow whose operations the target has. Callbacks are not tested at a gateway whose page does not list them. */
function freeFlows(target: Target): (() => Promise<void>)[] {
  const { resolution: _, ...promptBody } = V2_BODY;
  const template = legalBodyFor(target.server.spec, "videoTemplateGeneration");
  const create = (kind: TaskKind, body: unknown) => () => taskFlow(target, { kind, purchase: { body } });
  const { receiver } = target;
  const flows: (readonly [needs: readonly string[], run: () => Promise<void>])[] = [
    [["videoGeneration"], create("video", textV1(target.server))],
    [["videoTemplateGeneration"], create("template", withoutCallback(template))],
    [VIDEO_V2, create("generation", V2_BODY)],
    [["h3ContextIRV2Create", "videoGenerationV2Query"], create("h3_context_ir", promptBody)],
    [LISTS, () => listFlow(target)],
    [FILES, () => uploadFlow(target)],
  ];
  if (receiver && !target.anyKey && !unlisted[target.server.spec].includes("callback_url"))
    flows.push(
      [["videoGeneration"], () => callbackFlow(target, receiver, "video", textV1(target.server))],
      [VIDEO_V2, () => callbackFlow(target, receiver, "generation", V2_BODY)],
    );
  const isTested = (needs: readonly string[]) =>
    needs.every((operationId) => target.operations[operationId]) && target.isWanted(needs[0] ?? "", "flow");
  return flows.filter(([needs]) => isTested(needs)).map(([, run]) => run);
}

const VIDEO_V2 = ["videoGenerationV2Create", "videoGenerationV2Query"];
const LISTS = ["videoGenerationV2List", "h3ContextIRV2Create", ...VIDEO_V2, "videoGenerationV2Delete"];
const FILES = ["uploadFile", "listFiles", "retrieveFile", "retrieveFileContent", "deleteFile"];
/** The operations that each flow calls or makes ids for, after the one that names it in reports. */
const FLOWS = [
  ["videoGeneration", "queryVideoGenerationTask", "retrieveFile"],
  ["videoTemplateGeneration", "queryVideoTemplateGenerationTask", "retrieveFile"],
  [...VIDEO_V2, "videoGenerationV2Delete", "videoRegenerationV2Create"],
  ["h3ContextIRV2Create", "videoGenerationV2Query"],
  LISTS,
  FILES,
];

/** Every flow with one of these operations, and what the flow needs, in the form of `only`. */
export function flowsWith(operationIds: readonly string[]): string[] {
  const flows = FLOWS.filter((flow) => flow.some((one) => operationIds.includes(one)));
  return [...new Set(flows.flat())].map((operationId) => `${operationId}:flow`);
}

/** The cheapest create of API v1 according to the documents of a server, made from an official example. */
function cheapestV1(server: Server): Purchase {
  const { spec, region } = server;
  const list = spec === "minimax" ? prices.find((one) => one.region === region) : undefined;
  const rows = (list?.rows ?? []).toSorted((one, other) => one.amount - other.amount);
  const examples = witnessesFor(spec, "videoGeneration", "request").map(({ value }) => withoutCallback(value));
  for (const { model, duration, resolution, amount } of rows) {
    const bodies = examples.filter(isRecord).map((body) => ({ ...body, model, duration, resolution }));
    const body = bodies.find((one) => isLegal(spec, one));
    if (body) return { body, price: `${amount.toFixed(2)} ${list?.currency} (${list?.source}, ${list?.date})` };
  }
  return { body: textV1(server) };
}

/** A text-to-video create of API v1. */
function textV1({ spec }: Server): unknown {
  const [model = "", offer] = Object.entries(cells[spec].TextToVideo ?? {}).at(0) ?? [];
  const [duration, [resolution] = []] = offer?.accepts[0] ?? [];
  return defined({ model, prompt: PROMPT, duration, resolution });
}

/** The cheapest create of API v2 that the vendor documents. Undefined without a list price, which the user must know first. */
async function cheapestV2(server: Server): Promise<Purchase | undefined> {
  const bodies = Object.entries(cellsV2.TextToVideoV2).flatMap(([model, { accepts }]) =>
    accepts.flatMap(([duration, resolutions]) =>
      resolutions.map((resolution) => ({ ...V2_BODY, model, resolution, duration })),
    ),
  );
  const confirmed = bodies.filter((body) => !unconfirmedIn(body));
  const checked = await Promise.all(confirmed.map(async (body) => ({ body, ...(await check(body, server)) })));
  const offers = checked.flatMap(({ ok, cost, body }) => (ok && cost ? { ...cost, body } : []));
  const [least] = offers.toSorted((one, other) => one.amount - other.amount);
  if (!least) return undefined;
  const { body, amount, currency, basis, date } = least;
  return { body, price: `${amount.toFixed(2)} ${currency} (${basis}, ${date})` };
}
