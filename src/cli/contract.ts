import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConnectionError, ValidationError } from "../base/errors.js";
import { serverFrom } from "../base/server.js";
import { isTaskKind, KINDS, type TaskKind } from "../base/task.js";
import type { Report } from "../contract/contract-report.js";
import { usableKey } from "../http/api-key.js";
import { redact } from "../http/redact.js";
import type { Values } from "./command-options.js";
import { version } from "./help.js";
import { startMock, startPrism } from "./local-servers.js";
import type { Parsed } from "./parse-command-line.js";
import { EXIT, Interrupted, type Io, printJson, UsageError } from "./process.js";
import { progressOn } from "./progress.js";
import { proxiedFetch } from "./proxy.js";
import { serverOption } from "./session.js";

/** `minimax-video contract`: tests a server against the documented API and writes a report. */
export async function contract({ values }: Parsed<"contract">, io: Io): Promise<number> {
  if (values.server === undefined)
    throw new UsageError("Say which server to test: --server NAME, a URL, mock or prism");
  const tasks = tasksFrom(values.task);
  assertPayable(values, tasks, io);
  const key = io.env.MINIMAX_API_KEY?.trim();
  const folder = values.report ?? "contract-report";
  const progress = progressOn(io, values);
  // Loaded here, because only this command needs the validators of replies.
  const { junitOf, pageOf, runContract, summaryOf, trafficOf, outcomeOf } = await import("../contract/index.js");
  const mock = values.server === "mock" ? await startMock({ now: hurried() }) : undefined;
  const likePrism = (server: string) => serverOption({ ...values, server }, io);
  const isPrism = values.server === "prism";
  const prism = isPrism ? await startPrism(serverFrom(likePrism("http://127.0.0.1")).spec) : undefined;
  const announcing = (version: string) => (price: string | undefined) => {
    const known = price ?? "this server sets its own price, which is not known here";
    progress.say(`Buying one video of ${version}, the cheapest that is documented: ${known}.`);
    return !io.signal.aborted;
  };
  try {
    const { report, exchanges } = await runContract({
      ...(mock
        ? { name: "mock", server: mock.url, free: true, prefers: true }
        : prism
          ? { name: "prism", server: likePrism(prism.url), free: true, prefers: true, anyKey: true }
          : { server: serverOption(values, io), free: values.free ?? false, fetch: proxiedFetch(io.env) }),
      apiKey: key ? usableKey(key) : (mock ?? prism) && "any",
      requestsPerMinute: values["requests-per-minute"],
      tasks,
      buy: values.paid ? announcing("version 1") : undefined,
      buyV2: values["paid-v2"] ? announcing("version 2") : undefined,
      onTask: ({ id, kind }) => {
        // A server may use the API key as a task id.
        const shown = redact(id, [io.env.MINIMAX_API_KEY ?? ""]);
        progress.say(`Bought. To check the task again free of charge, use --task ${kind}:${shown}.`);
      },
      signal: io.signal,
      suite: `minimax-video ${await version()}`,
      onProgress: (operationId) => progress.now(operationId),
    }).catch((error: unknown) => {
      throw io.signal.aborted ? new Interrupted("Stopped. No report was written.") : asUsageError(error);
    });
    progress.end();
    assertReached(report);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "index.html"), pageOf(report));
    await writeFile(join(folder, "junit.xml"), junitOf(report));
    await writeFile(join(folder, "report.json"), JSON.stringify(report));
    if (values.traffic) await writeFile(join(folder, "traffic.ndjson"), trafficOf(exchanges));
    if (values.json) printJson(io, report);
    else io.stdout.write(summaryOf(report, { width: io.columns?.() ?? 100, color: io.isTTY && !io.env.NO_COLOR }));
    if (prism) progress.say(PRISM_DEVIATES);
    progress.say(`The report is in ${join(folder, "index.html")}.`);
    return outcomeOf(report).held ? EXIT.done : EXIT.contractBroken;
  } finally {
    await (mock ?? prism)?.close();
  }
}

const PRISM_DEVIATES =
  "Prism takes any key, so no wrong one is tried. It remembers nothing, so no task is followed and no fact is judged.";

/** Parses "106" or "template:107". @throws {UsageError} for an unknown kind, or two ids of one kind. */
function tasksFrom(typed: readonly string[] = []): Partial<Record<TaskKind, string>> {
  const tasks: Partial<Record<TaskKind, string>> = {};
  for (const one of typed) {
    const [, kind = "video", id] = /^(?:(\w+):)?(\w+)$/.exec(one) ?? [];
    if (id === undefined || !isTaskKind(kind))
      throw new UsageError(`--task takes an id, or KIND:ID, where KIND is one of ${KINDS.join(", ")} (got "${one}")`);
    if (tasks[kind] !== undefined) throw new UsageError(`--task ${kind}:… is given twice: use one task of each kind`);
    tasks[kind] = id;
  }
  return tasks;
}

/** @throws {UsageError} if the options about payment contradict the others. */
function assertPayable(values: Values<"contract">, tasks: Partial<Record<TaskKind, string>>, { env }: Io): void {
  const isPaid = values.paid || values["paid-v2"];
  if (isPaid && values.free)
    throw new UsageError("--free says that the server charges nothing: leave out --paid and --paid-v2");
  if ((values.paid && tasks.video) || (values["paid-v2"] && tasks.generation))
    throw new UsageError("--task checks an existing task, but --paid and --paid-v2 would buy a new one");
  if ((isPaid || values.task) && !values.free && values.server !== "mock" && !env.MINIMAX_API_KEY?.trim())
    throw new UsageError("No API key: set MINIMAX_API_KEY. Buying a video or checking a task needs one");
}

/** Names the command-line option for an option that the suite refuses. */
function asUsageError(error: unknown): unknown {
  const [issue] = error instanceof ValidationError ? error.issues : [];
  if (issue?.path === "buyV2") return new UsageError(`--paid-v2: ${issue.message}`);
  return issue?.path.startsWith("tasks.") ? new UsageError(`--task: ${issue.message}`) : error;
}

/** How many times faster the clock of the mock runs. A task of 90 seconds takes a tenth of a second. */
const SPEED = 900;

/** A fast clock. The mock's own `speed` would also shorten the hour that a link lives, which is a fact to confirm. */
function hurried(): () => number {
  const begun = Date.now();
  return () => begun + (Date.now() - begun) * SPEED;
}

/** @throws {ConnectionError} if no request was answered, because that says nothing about the contract. */
function assertReached({ runs }: Report): void {
  for (const { target, checks } of runs)
    if (checks.filter(({ kind }) => kind === "declared status").every(({ cases }) => cases === 0))
      throw new ConnectionError(`${target.baseUrl} answered no request`, { sent: "maybe", server: target.baseUrl });
}
