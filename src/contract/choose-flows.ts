import { invalid } from "../base/errors.js";
import type { Server } from "../base/server.js";
import type { TaskKind, VideoTask } from "../base/task.js";
import { check } from "../check/check.js";
import { cellsV2 } from "../generated/content-offers.js";
import { unconfirmedIn } from "../kinds/content-request.js";
import { kinds } from "../kinds/kinds.js";
import { PROMPT_BODY, V2_BODY } from "./flow.js";
import { listFlow, uploadFlow } from "./list-and-upload-flows.js";
import { legalBodyFor, matrixOf } from "./request-samples.js";
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
  // The keys of the table are kinds.
  const given = Object.entries(options.tasks ?? {}) as [TaskKind, string | undefined][];
  const existing = given.flatMap(([kind, taskId]): FlowStart[] => (taskId === undefined ? [] : [{ kind, taskId }]));
  for (const { kind } of existing) assertServed(target, kind, "query", `tasks.${kind}`);
  if (target.free && existing.length === 0) {
    for (const [needs, , run] of FLOWS) {
      const isServed = needs.every((operationId) => target.operations[operationId]);
      if (isServed && target.isWanted(needs[0] ?? "", "flow")) await run(target);
    }
    return;
  }
  if (!target.free && !target.hasKey) return;
  const bought = target.free ? [] : await confirmedPurchases(target, options);
  for (const start of [...existing, ...bought]) await taskFlow(target, start);
}

/** Confirms every purchase before the first is made. */
async function confirmedPurchases(target: Target, options: FlowOptions): Promise<FlowStart[]> {
  const { buy, buyV2, tasks = {}, onTask } = options;
  const confirmed: FlowStart[] = [];
  if (buyV2 && tasks.generation === undefined) {
    assertServed(target, "generation", "create", "buyV2");
    // Nothing is bought without a price, which the user must know first.
    const purchase = await cheapest(target.server, createsV2());
    if (!purchase)
      throw invalid("Nothing is bought", "buyV2", `no list price of version 2 is documented for ${target.server.name}`);
    if (await buyV2(purchase.price)) confirmed.push({ kind: "generation", purchase, onTask });
  }
  if (buy && tasks.video === undefined && target.operations.videoGeneration) {
    const purchase = (await cheapest(target.server, createsV1(target.server))) ?? { body: textV1(target.server) };
    if (await buy(purchase.price)) confirmed.unshift({ kind: "video", purchase, onTask });
  }
  return confirmed;
}

function assertServed({ operations, server }: Target, kind: TaskKind, what: "create" | "query", path: string): void {
  const { operation } = kinds[kind][what];
  if (operations[operation]) return;
  throw invalid("Cannot be tested", path, `${operation} is not among the operations tested at ${server.name}`);
}

/**
 * A flow at a server that charges nothing: the operations that it calls, the first of which names it in reports; others for whose
 * checks it makes ids, or which it calls if the server has them.
 */
type FlowRow = [needs: readonly string[], serves: readonly string[], run: (target: Target) => Promise<void>];

const create = (kind: TaskKind, bodyFor: (server: Server) => unknown) => (target: Target) =>
  taskFlow(target, { kind, purchase: { body: bodyFor(target.server) } });

const templateBody = ({ spec }: Server) => legalBodyFor(spec, "videoTemplateGeneration");
const V2_QUERY = "videoGenerationV2Query";
const V2_VIDEO = ["videoGenerationV2Create", V2_QUERY];
const V2_TASKS = ["videoGenerationV2List", "h3ContextIRV2Create", ...V2_VIDEO, "videoGenerationV2Delete"];
const FILES = ["uploadFile", "listFiles", "retrieveFile", "retrieveFileContent", "deleteFile"];

const FLOWS: readonly FlowRow[] = [
  [["videoGeneration"], ["queryVideoGenerationTask", "retrieveFile"], create("video", textV1)],
  [["videoTemplateGeneration"], ["queryVideoTemplateGenerationTask", "retrieveFile"], create("template", templateBody)],
  [V2_VIDEO, ["videoGenerationV2Delete", "videoRegenerationV2Create"], create("generation", () => V2_BODY)],
  [["h3ContextIRV2Create", V2_QUERY], [], create("h3_context_ir", () => PROMPT_BODY)],
  [V2_TASKS, [], listFlow],
  [FILES, [], uploadFlow],
  [["videoGeneration"], [], (target) => callbackFlow(target, "video", textV1(target.server))],
  [V2_VIDEO, [], (target) => callbackFlow(target, "generation", V2_BODY)],
];

/** Every flow with one of these operations, and what the flow needs, in the form of `only`. */
export function flowsWith(operationIds: readonly string[]): string[] {
  const flows = FLOWS.map(([needs, serves]) => [...needs, ...serves]);
  const meant = flows.filter((flow) => flow.some((one) => operationIds.includes(one)));
  return [...new Set(meant.flat())].map((operationId) => `${operationId}:flow`);
}

/** The legal creates of API v1 that say everything that has a price. Those from a text come first. */
function createsV1({ spec }: Server) {
  const legal = matrixOf(spec).flatMap((cell) => (cell.legal ? cell.body : []));
  return legal.filter(({ duration, resolution }) => duration !== undefined && resolution !== undefined);
}

function textV1(server: Server): object {
  return createsV1(server)[0] ?? {};
}

/** The creates of API v2 from a text, without those that the vendor does not document. */
function createsV2() {
  const bodies = Object.entries(cellsV2.TextToVideoV2).flatMap(([model, { accepts }]) =>
    accepts.flatMap(([duration, sizes]) => sizes.map((resolution) => ({ ...V2_BODY, model, duration, resolution }))),
  );
  return bodies.filter((body) => !unconfirmedIn(body));
}

/** The cheapest of these creates, if a documented list has a price. */
async function cheapest(server: Server, creates: readonly object[]): Promise<Purchase | undefined> {
  const checked = await Promise.all(creates.map(async (body) => ({ body, ...(await check(body, server)) })));
  const offers = checked.flatMap(({ ok, cost, body }) => (ok && cost ? { ...cost, body } : []));
  const [least] = offers.toSorted((one, other) => one.amount - other.amount);
  if (!least) return undefined;
  const { body, amount, currency, basis, date } = least;
  return { body, price: `${amount.toFixed(2)} ${currency} (${basis}, ${date})` };
}
