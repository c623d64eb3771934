import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConnectionError, ValidationError } from "../base/errors.js";
import { type ServerOption, serverFrom } from "../base/server.js";
import { isTaskKind, KINDS, type TaskKind } from "../base/task.js";
import type { Report } from "../contract/contract-report.js";
import type { ContractResult } from "../contract/index.js";
import { usableKey } from "../http/api-key.js";
import { redact } from "../http/redact.js";
import type { Values } from "./command-options.js";
import { version } from "./help.js";
import { startMock, startPrism, startReceiver } from "./local-servers.js";
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
  const suite = await import("../contract/index.js");
  const accepted = values.accept === undefined ? [] : suite.acceptedFrom(await readJson(values.accept));
  const only = values.rerun === undefined ? values.only : await failuresIn(folder, values);
  if (only?.length === 0) {
    progress.say("Nothing failed in the last run.");
    return EXIT.done;
  }
  // Real time divided by this: a task of 90 seconds takes a quarter of a second, and so do its callbacks.
  const mock = values.server === "mock" ? await startMock({ speed: SPEED }) : undefined;
  const likePrism = (server: string) => serverOption({ ...values, server }, io);
  const isPrism = values.server === "prism";
  const prism = isPrism ? await startPrism(serverFrom(likePrism("http://127.0.0.1")).spec) : undefined;
  const own = mock ?? prism;
  const server = prism ? likePrism(prism.url) : (mock?.url ?? serverOption(values, io));
  const isFree = own !== undefined || (values.free ?? false);
  const receiver = isFree && !prism && isOnThisMachine(server) ? await startReceiver() : undefined;
  const announcing = (version: string) => (price: string | undefined) => {
    const known = price ?? "this server sets its own price, which is not known here";
    progress.say(`Buying one video of ${version}, the cheapest that is documented: ${known}.`);
    return !io.signal.aborted;
  };
  // What is known is written every few seconds, so that a run that is killed leaves a report too.
  let due = performance.now() + PAUSE;
  let soFar: (() => ContractResult) | undefined;
  const write = async ({ report: whole, exchanges }: ContractResult) => {
    const report = suite.withoutAccepted(whole, accepted);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "index.html"), suite.pageOf(report));
    await writeFile(join(folder, "junit.xml"), suite.junitOf(report));
    await writeFile(join(folder, "report.json"), JSON.stringify(report));
    if (values.traffic) await writeFile(join(folder, "traffic.ndjson"), suite.trafficOf(exchanges));
    return report;
  };
  let writing: Promise<unknown> = Promise.resolve();
  try {
    const result = await suite
      .runContract({
        ...(own ? { name: values.server, prefers: true, anyKey: isPrism } : { fetch: proxiedFetch(io.env) }),
        server,
        free: isFree,
        apiKey: key ? usableKey(key) : own && "any",
        requestsPerMinute: values["requests-per-minute"],
        maxTime: (values["max-time"] ?? LONGEST_RUN) * 1000,
        maxResponseTime: values["max-response-time"],
        only,
        skip: values.skip,
        receiver,
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
        onProgress: (part, current) => {
          progress.now(part);
          soFar = current;
          if (performance.now() < due) return;
          due = performance.now() + PAUSE;
          writing = writing.then(() => write(current())).catch(() => undefined);
        },
      })
      .catch(async (error: unknown) => {
        if (!io.signal.aborted) throw asUsageError(error);
        await writing;
        const isWritten =
          soFar &&
          (await write(soFar()).then(
            () => true,
            () => false,
          ));
        throw new Interrupted(
          isWritten ? `Stopped. What was tested until now is in ${folder}.` : "Stopped. No report was written.",
        );
      });
    progress.end();
    assertReached(result);
    await writing;
    const report = await write(result);
    if (values.json) printJson(io, report);
    else
      io.stdout.write(suite.summaryOf(report, { width: io.columns?.() ?? 100, color: io.isTTY && !io.env.NO_COLOR }));
    if (prism) progress.say(PRISM_DEVIATES);
    progress.say(`The report is in ${join(folder, "index.html")}.`);
    return suite.outcomeOf(report).held ? EXIT.done : EXIT.contractBroken;
  } finally {
    receiver?.close();
    await own?.close();
  }
}

const PRISM_DEVIATES =
  "Prism takes any key, so no wrong one is tried. It remembers nothing, so no task is followed and no fact is judged.";

/** Milliseconds between two reports of a run under way. */
const PAUSE = 3_000;
/** Seconds. */
const LONGEST_RUN = 3_600;

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new UsageError(`Cannot read ${path} as JSON`, { cause });
  }
}

/** Flows make the things that other checks need. */
const FLOWS = [
  ...["videoGeneration", "videoTemplateGeneration", "videoGenerationV2Create", "h3ContextIRV2Create"],
  ...["videoGenerationV2Query", "videoGenerationV2List", "videoGenerationV2Delete", "uploadFile"],
  ...["listFiles", "retrieveFile", "retrieveFileContent", "deleteFile"],
];

/** What failed in the last report, as `only` names it; empty if nothing did. */
async function failuresIn(folder: string, { rerun, only }: Values<"contract">): Promise<string[]> {
  if (rerun !== "failures") throw new UsageError('--rerun takes one word, "failures"');
  if (only) throw new UsageError("--rerun failures chooses what is tested: leave out --only");
  const { runs, matrix } = (await readJson(join(folder, "report.json"))) as Report;
  const failed = runs.flatMap(({ checks }) => checks.filter(({ outcome }) => outcome === "failed"));
  const isContradicted = runs.some(({ facts }) => facts.some(({ verdict }) => verdict === "contradicted"));
  const isDisputed = matrix.some(({ dissent }) => dissent.length > 0);
  const found = [
    ...failed.map(({ operationId, kind }) => `${operationId}:${kind}`),
    ...(isDisputed ? ["videoGeneration:request matrix"] : []),
    ...(isContradicted ? ["legal data", "illegal data", "missing key"] : []),
  ];
  const known = new Set(runs.flatMap(({ checks }) => checks.map(({ operationId }) => operationId)));
  return found.length > 0 ? [...found, ...FLOWS.filter((one) => known.has(one)).map((one) => `${one}:flow`)] : [];
}

function isOnThisMachine(server: ServerOption): boolean {
  const url = typeof server === "string" ? server : server.baseUrl;
  return URL.canParse(url) && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}

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

/** How many times faster than MiniMax the mock is. */
const SPEED = 400;

/** @throws {ConnectionError} if no request was answered, because that says nothing about the contract. */
function assertReached({ report, exchanges }: ContractResult): void {
  const { baseUrl = "" } = report.runs[0]?.target ?? {};
  if (exchanges.every(({ status }) => status === 0))
    throw new ConnectionError(`${baseUrl} answered no request`, { sent: "maybe", server: baseUrl });
}
