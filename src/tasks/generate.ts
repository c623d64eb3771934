import { callUser } from "../base/errors.js";
import { aFunction, assertOptions, type Rules } from "../base/options.js";
import type { Video, VideoTask, WaitOptions } from "../base/task.js";
import type { Wish } from "../kinds/kind-of.js";
import type { CreateOptions } from "./create.js";
import type { Engine } from "./engine.js";
import { CREATE_OPTIONS, type Request, submit } from "./submit.js";
import { WAIT_OPTIONS } from "./wait-for-task.js";

/** What `generate` takes: the options of the create and of the wait. */
export interface GenerateOptions<Handle = VideoTask> extends CreateOptions, WaitOptions {
  /** Called once, as soon as the create is accepted, so that the handle is kept whatever becomes of the wait. */
  onTask?: ((task: Handle) => void) | undefined;
}

const GENERATE_OPTIONS: Rules<GenerateOptions> = { ...CREATE_OPTIONS, ...WAIT_OPTIONS, onTask: aFunction };

/**
 * Creates and waits. All options are checked first: what a wait cannot go by must not be found out after the purchase.
 * @public loaded by creating.ts
 */
export async function generate(
  engine: Engine,
  wish: Wish,
  request: Request,
  options: GenerateOptions = {},
): Promise<Video> {
  const { key, onTask, ...waiting } = assertOptions("generate", options, GENERATE_OPTIONS);
  const task = await submit(engine, wish, request, { key, signal: waiting.signal });
  if (onTask) callUser("onTask", () => onTask(task), { task });
  return task.wait(waiting);
}
