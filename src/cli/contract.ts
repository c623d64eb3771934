import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConnectionError, ValidationError } from "../base/errors.js";
import { idFrom } from "../base/record.js";
import { type ServerOption, serverFrom } from "../base/server.js";
import { isTaskKind, KINDS, type TaskKind } from "../base/task.js";
import type { Report } from "../contract/contract-report.js";
import type { AcceptedDeviation, ContractResult } from "../contract/index.js";
import { usableKey } from "../http/api-key.js";
import { redact } from "../http/redact.js";
import { makeFolders, probeFolder } from "../node/atomic-file.js";
import type { Parsed, Values } from "./command-options.js";
import { version, widthOf } from "./help.js";
import { LOOPBACK, startMock, startPrism, startReceiver } from "./local-servers.js";
import { EXIT, hasColor, Interrupted, type Io, printJson, UsageError } from "./process.js";
import { progressOn } from "./progress.js";
import { proxiedFetch } from "./proxy.js";
import { readJson } from "./read-input.js";
import { serverOption } from "./session.js";

type Suite = typeof import("../contract/index.js");

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
  const accepted = values.accept === undefined ? [] : suite.acceptedFrom(await readJson(values.accept, io));
  const only = values.rerun === undefined ? values.only : await failuresIn(folder, values, io);
  if (only?.length === 0) {
    progress.say("Nothing failed in the last run.");
    return EXIT.done;
  }
  await probeFolder(folder).catch((cause) => {
    throw new UsageError(`Nothing was sent: the report cannot be written to ${folder} (${cause.code})`, { cause });
  });
  const write = reportWriter(folder, suite, accepted, values.traffic);
  const own = await ownServer(values, io);
  const server = own?.server ?? serverOption(values, io);
  const isFree = own !== undefined || (values.free ?? false);
  const isHere = LOOPBACK.test(new URL(serverFrom(server).baseUrl).hostname);
  const receiver = isFree && !own?.isPrism && isHere ? await startReceiver() : undefined;
  const announcing = (version: string) => (price: string | undefined) => {
    const known = price ?? "this server sets its own price, which is not known here";
    progress.say(`Buying one video of ${version}, the cheapest that is documented: ${known}.`);
    return !io.signal.aborted;
  };
  let latest: (() => ContractResult) | undefined;
  const writeLatest = async () => latest && write(latest()).catch(() => undefined);
  // Reports are written also while the suite runs, because that may be killed.
  const timer = setInterval(writeLatest, PAUSE).unref();
  try {
    const result = await suite
      .runContract({
        ...(own ? { name: values.server, prefers: true, anyKey: own.isPrism } : { fetch: proxiedFetch(io.env) }),
        server,
        free: isFree,
        apiKey: key ? usableKey(key) : own && "any",
        requestsPerMinute: values["requests-per-minute"],
        maxTime: (values["max-time"] ?? LONGEST_RUN) * 1000,
        maxResponseTime: values["max-response-time"],
        seed: values.seed,
        only,
        skip: values.skip,
        receiver,
        tasks,
        buy: values.paid ? announcing("version 1") : undefined,
        buyV2: values["paid-v2"] ? announcing("version 2") : undefined,
        onTask: ({ id, kind }) => {
          // A server could return the API key as the task id.
          const shown = redact(id, [io.env.MINIMAX_API_KEY ?? ""]);
          progress.say(`Bought. To check the task again free of charge, use --task ${kind}:${shown}.`);
        },
        signal: io.signal,
        suite: `minimax-video ${await version()}`,
        onProgress: (part, current) => {
          progress.now(part);
          latest = current;
        },
      })
      .finally(() => clearInterval(timer))
      .catch(async (error: unknown) => {
        const [issue] = error instanceof ValidationError ? error.issues : [];
        const option = issue?.path === "buyV2" ? "paid-v2" : issue?.path.startsWith("tasks.") && "task";
        if (issue && option) throw new UsageError(`--${option}: ${issue.message}`);
        if (!io.signal.aborted) throw error;
        const kept = (await writeLatest()) ? `What was tested so far is in ${folder}.` : "No report was written.";
        throw new Interrupted(`Stopped. ${kept}`);
      });
    progress.end();
    const { baseUrl = "" } = result.report.runs[0]?.target ?? {};
    // That says nothing about the contract.
    if (result.exchanges.every(({ status }) => status === 0))
      throw new ConnectionError(`${baseUrl} answered no request`, { sent: "maybe", server: baseUrl });
    const report = await write(result);
    if (values.json) printJson(io, report);
    else io.stdout.write(suite.summaryOf(report, { width: widthOf(io) ?? 100, color: hasColor(io) }));
    if (own?.isPrism) progress.say(PRISM_DEVIATES);
    progress.say(`The report is in ${join(folder, "index.html")}.`);
    return suite.outcomeOf(report).held ? EXIT.done : EXIT.contractBroken;
  } finally {
    receiver?.close();
    await own?.close();
  }
}

/** The default of --max-time, in seconds. */
const LONGEST_RUN = 3_600;
/** How many times faster than MiniMax the mock is. */
const SPEED = 400;
const PRISM_DEVIATES =
  "Prism accepts any key, so no wrong one is tried. It remembers nothing, so no task is followed and no fact is judged.";

/** Starts the server of this run, if --server is mock or prism. */
async function ownServer(values: Values<"contract">, io: Io) {
  if (values.server === "mock") {
    const { url, close } = await startMock({ speed: SPEED });
    return { server: url as ServerOption, isPrism: false, close };
  }
  if (values.server !== "prism") return undefined;
  const likePrism = (server: string) => serverOption({ ...values, server }, io);
  const { url, close } = await startPrism(serverFrom(likePrism("http://127.0.0.1")).spec);
  return { server: likePrism(url), isPrism: true, close };
}

/** Milliseconds between two reports of a running suite. */
const PAUSE = 3_000;

/** Returns a function that writes the files of a report, without accepted deviations; one report after the other. */
function reportWriter(folder: string, suite: Suite, accepted: readonly AcceptedDeviation[], hasTraffic = false) {
  const write = async ({ report: whole, exchanges }: ContractResult): Promise<Report> => {
    const report = suite.withoutAccepted(whole, accepted);
    await makeFolders(folder);
    const files = {
      "index.html": suite.pageOf(report),
      "junit.xml": suite.junitOf(report),
      "report.json": JSON.stringify(report),
      ...(hasTraffic && { "traffic.ndjson": suite.trafficOf(exchanges) }),
    };
    for (const [name, text] of Object.entries(files)) {
      // Written elsewhere and then renamed, so that a run that is killed leaves no incomplete file.
      await writeFile(join(folder, `${name}.part`), text);
      await rename(join(folder, `${name}.part`), join(folder, name));
    }
    return report;
  };
  let last: Promise<unknown> = Promise.resolve();
  return (result: ContractResult): Promise<Report> => {
    const writing = last.then(() => write(result));
    last = writing.catch(() => undefined);
    return writing;
  };
}

/** What failed in the last report, in the form of `only`; empty if nothing did. */
async function failuresIn(folder: string, { rerun, only }: Values<"contract">, io: Io): Promise<string[]> {
  if (rerun !== "failures") throw new UsageError('--rerun takes one word, "failures"');
  if (only) throw new UsageError("--rerun failures chooses what is tested: leave out --only");
  const { runs, matrix } = (await readJson(join(folder, "report.json"), io)) as Report;
  const checks = runs.flatMap((run) => run.checks);
  const failed = checks.filter(({ outcome }) => outcome === "failed");
  const isContradicted = runs.some(({ facts }) => facts.some(({ verdict }) => verdict === "contradicted"));
  const found = failed.map(({ operationId, kind }) => `${operationId}:${kind}`);
  if (matrix.some(({ dissent }) => dissent.length > 0)) found.push("videoGeneration:request matrix");
  if (isContradicted) found.push("legal data", "illegal data", "missing key");
  if (found.length === 0) return [];
  // Flows create the tasks and files that other checks need. Facts are found in all of them.
  const operationsOf = (list: typeof checks) => list.map(({ operationId }) => operationId);
  const { flowsWith } = await import("../contract/choose-flows.js");
  const flows = flowsWith(operationsOf(isContradicted ? checks : failed));
  return [...found, ...flows.filter((flow) => operationsOf(checks).includes(flow.split(":")[0] ?? ""))];
}

/** Parses "106" or "template:107". @throws {UsageError} for an unknown kind, or two ids of one kind. */
function tasksFrom(words: readonly string[] = []): Partial<Record<TaskKind, string>> {
  const tasks: Partial<Record<TaskKind, string>> = {};
  for (const one of words) {
    const [, kind = "video", typed] = /^(?:(\w+):)?(.*)$/.exec(one) ?? [];
    const id = idFrom(typed);
    if (id === undefined || !isTaskKind(kind))
      throw new UsageError(`--task takes an id, or KIND:ID, where KIND is one of ${KINDS.join(", ")} (got "${one}")`);
    if (tasks[kind] !== undefined) throw new UsageError(`--task ${kind}:… is given twice: use one task of each kind`);
    tasks[kind] = id;
  }
  return tasks;
}

/** @throws {UsageError} if options about payment contradict other options, or a key is needed and missing. */
function assertPayable(values: Values<"contract">, tasks: Partial<Record<TaskKind, string>>, { env }: Io): void {
  const isPaid = values.paid || values["paid-v2"];
  if (isPaid && values.free)
    throw new UsageError("--free says that the server charges nothing: leave out --paid and --paid-v2");
  if ((values.paid && tasks.video) || (values["paid-v2"] && tasks.generation))
    throw new UsageError("--task checks an existing task, but --paid and --paid-v2 would buy a new one");
  if ((isPaid || values.task) && !values.free && values.server !== "mock" && !env.MINIMAX_API_KEY?.trim())
    throw new UsageError("No API key: set MINIMAX_API_KEY. Buying a video or checking a task needs one");
}
