import { invalid } from "../base/errors.js";
import type { TaskKind, VideoTask } from "../base/task.js";
import { APIS } from "../kinds/kinds.js";
import { cheapest, cheapestV2 } from "./cheapest-purchase.js";
import { type Flowed, type Start, templateFlow, videoFlow } from "./flow-runner.js";
import { bodiesFor, withoutCallback } from "./request-samples.js";
import type { Target } from "./target-server.js";
import { promptFlow, taskFlow2, version2Flow } from "./task-flows.js";
import { uploadFlow } from "./upload-flow.js";

/** Whether something is bought; told what it will cost, where a list says so. */
export type Confirm = (price: string | undefined) => boolean | Promise<boolean>;

/** What a run goes through at a server that charges. */
export interface FlowOptions {
  /** Buys the cheapest video of version 1, once, if this resolves to true. Default: nothing is bought. */
  buy?: Confirm | undefined;
  /** The same of version 2, where a documented list has a price for it. Both are asked before either is bought. */
  buyV2?: Confirm | undefined;
  /**
   * Ids of tasks that exist, one of each kind: their queries, files and links are then looked at, which costs nothing. A
   * `video` stands instead of `buy`, a `generation` instead of `buyV2`.
   */
  tasks?: Readonly<Partial<Record<TaskKind, string>>> | undefined;
  /** Told of a task that was bought as soon as it is accepted: should the run be broken off, `tasks` looks at it again. */
  onTask?: ((task: VideoTask) => void) | undefined;
}

/** Either of `buy` and `buyV2` decides on one of these. */
type Begin = Start & { kind: TaskKind };

/**
 * The flows that may be gone through: all of them where nothing is charged, else those of tasks that exist or are bought.
 * @throws {ValidationError} before anything is sent, for what this server does not have, or has no price for.
 */
export async function flowsOf(target: Target, options: FlowOptions): Promise<Flowed[]> {
  const { tasks = {} } = options;
  // The keys of the table are kinds.
  const known = (Object.entries(tasks) as [TaskKind, string | undefined][]).flatMap(([kind, taskId]): Begin[] =>
    taskId === undefined ? [] : [{ kind, taskId }],
  );
  for (const { kind } of known) assertServed(target, kind, "query", `tasks.${kind}`);
  if (target.free && known.length === 0) return allFlows(target);
  if (!target.free && !target.hasKey) return [];
  const bought = target.free ? [] : await purchasesOf(target, options);
  const done: Flowed[] = [];
  for (const begin of [...known, ...bought]) done.push(await flowFrom(target, begin));
  return done;
}

/** What is agreed on. All of it, before the first is bought. */
async function purchasesOf(target: Target, { buy, buyV2, tasks = {}, onTask }: FlowOptions): Promise<Begin[]> {
  const agreed: Begin[] = [];
  if (buyV2 && tasks.generation === undefined) {
    assertServed(target, "generation", "create", "buyV2");
    const purchase = await cheapestV2(target.server);
    if (!purchase)
      throw invalid("Nothing is bought", "buyV2", `no list price of version 2 is documented for ${target.server.name}`);
    if (await buyV2(purchase.price)) agreed.push({ kind: "generation", purchase, onTask });
  }
  if (buy && tasks.video === undefined && target.operations.videoGeneration) {
    const purchase = cheapest(target.server);
    if (await buy(purchase.price)) agreed.unshift({ kind: "video", purchase, onTask });
  }
  return agreed;
}

function assertServed({ operations, server }: Target, kind: TaskKind, what: "create" | "query", path: string): void {
  const { operation } = APIS[kind][what];
  if (operations[operation]) return;
  throw invalid(
    "This cannot be asked",
    path,
    `${operation} is not among the operations that ${server.name} is asked for`,
  );
}

function flowFrom(target: Target, begin: Begin): Promise<Flowed> {
  if (APIS[begin.kind].version === 2) return taskFlow2(target, begin);
  return begin.kind === "template" && "taskId" in begin ? templateFlow(target, begin) : videoFlow(target, begin);
}

/** One after the other, each whose operations are there. */
async function allFlows(target: Target): Promise<Flowed[]> {
  const template = bodiesFor(target.server.spec, "videoTemplateGeneration").find(({ obeys }) => obeys);
  const flows: [needs: string[], flow: () => Promise<Flowed>][] = [
    [["videoGeneration"], () => videoFlow(target, { purchase: cheapest(target.server) })],
    [["videoTemplateGeneration"], () => templateFlow(target, { body: withoutCallback(template?.value) })],
    [["videoGenerationV2Create", "videoGenerationV2Query"], () => version2Flow(target)],
    [["h3ContextIRV2Create", "videoGenerationV2Query"], () => promptFlow(target)],
    [["uploadFile", "listFiles", "retrieveFile", "retrieveFileContent", "deleteFile"], () => uploadFlow(target)],
  ];
  const done: Flowed[] = [];
  for (const [needs, flow] of flows)
    if (needs.every((operationId) => target.operations[operationId])) done.push(await flow());
  return done;
}
