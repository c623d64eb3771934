import { stat } from "node:fs/promises";
import { type Cost, costLine, issueLine, priceText } from "../base/check-result.js";
import { SubmissionUnknownError } from "../base/errors.js";
import { defined, isRecord } from "../base/record.js";
import type { VideoRequest, VideoTemplateGenerationReq } from "../base/request-types.js";
import type { TaskKind, VideoTask } from "../base/task.js";
import { assertSendable, check as checkRequest } from "../check/check.js";
import { kindOf } from "../kinds/kind-of.js";
import { kinds } from "../kinds/kinds.js";
import { imageFile, JournalError } from "../node/index.js";
import { adviceForUnknown } from "../tasks/unknown-outcome.js";
import { type Request, requestFrom, saysWhatToShow, videoBodyFrom } from "./build-request.js";
import type { Parsed } from "./command-options.js";
import { describeSaved, finish, printSaved, savingTarget } from "./finish-task.js";
import { serverText, shortened, timeText } from "./format-text.js";
import { earlierEntry, isSavedAt, journalFrom, recordIn } from "./journal.js";
import { startMock } from "./local-servers.js";
import { EXIT, Interrupted, type Io, Unfinished, UsageError } from "./process.js";
import { fileFrom } from "./read-input.js";
import { allowing, assertTargetFree, pathIn } from "./save-target.js";
import { assertKey, commandFor, commandToGoOn, openSession, printResult, type Session } from "./session.js";

export async function generate({ values, argument }: Parsed<"generate">, io: Io): Promise<number> {
  const session = openSession(values, io, await journalFrom(values, io));
  return buy(await requestFrom(values, argument, io), session);
}

/** Turns a request into a saved video, after everything is checked that can fail free of charge. Buys a --key only once. */
async function buy({ body, note }: Request, session: Session): Promise<number> {
  const { io, server, progress, mock, values } = session;
  const target = await savingTarget(session);
  const kind = kindOf(body, isRecord(body) && body.template_id !== undefined ? "template" : "video");
  const { issues, cost, body: wire } = await assertSendable(body, server, kind);
  const earlier = await earlierEntry(session);
  const known = recordIn(earlier);
  const place = known && !target.isUnused ? pathIn(target, known.id) : undefined;
  const isThere = place !== undefined && (await isSavedAt(place, earlier));
  if (!isThere) await assertTargetFree(allowing(target, earlier), known?.id);
  if (!values["dry-run"]) assertKey(session);
  if (note) progress.say(note);
  for (const issue of issues) progress.say(issueLine(issue));
  if (values["dry-run"]) return dryRun(wire, kind, cost, session);
  if (io.signal.aborted) throw new Interrupted("Stopped. Nothing was sent.");
  if (!earlier) progress.say(`Sending the request to ${serverText(session)}${mock ? "" : `; ${priceText(cost)}`}.`);
  else if (earlier.state === "sending")
    progress.say("Another run is sending the request for this key; waiting for its outcome.");
  const task = await create(body, kind, session);
  if (known && earlier && "key" in earlier) {
    const when = timeText(earlier.submittedAt);
    progress.say(`The key "${earlier.key}" already has a task, from ${when}: nothing is sent again.`);
  }
  progress.say(`Task ${task.id} was accepted.`);
  const price = known ? undefined : { cost };
  if (values["no-wait"]) {
    const next = commandToGoOn(task, session);
    if (next) progress.say(`It continues at the service. To wait for its video and save it, run:\n  ${next}`);
    return printResult(session, { taskId: task.id, cost: price?.cost, task, goOn: next }, task.id);
  }
  if (!isThere) return finish(task, target, session, price);
  progress.say("Its video is already saved.");
  const { size: bytes } = await stat(place);
  return printSaved(await describeSaved({ path: place, bytes }, { task }), session);
}

async function create(body: unknown, kind: TaskKind, session: Session): Promise<VideoTask> {
  const { minimax, io, values } = session;
  const options = { signal: io.signal, key: values.key };
  try {
    // The check above validated it against the spec of the server.
    if (kind === "template") return await minimax.templates.create(body as VideoTemplateGenerationReq, options);
    return await minimax.videos.create(body as VideoRequest, options);
  } catch (cause) {
    if (cause instanceof JournalError) {
      const folders = "--journal FOLDER or MINIMAX_JOURNAL. --no-journal records nothing";
      throw new UsageError(cause.message.replace("openJournal(folder) or MINIMAX_JOURNAL", folders), { cause });
    }
    if (cause instanceof SubmissionUnknownError) {
      if (cause.task) throw new Unfinished(cause, commandToGoOn(cause.task, session));
      throw new SubmissionUnknownError(cause.message + (await hintForUnknown(kind, session)), { ...cause, cause });
    }
    if (!io.signal.aborted || cause !== io.signal.reason) throw cause;
    const advice = `${adviceForUnknown({ kind })}${await hintForUnknown(kind, session)}`;
    throw new Interrupted(`Stopped while the request was being sent. ${advice}`, { cause });
  }
}

/** How to find a request with an unknown outcome, and how to use its key again. */
async function hintForUnknown(kind: TaskKind, { journal, server, values }: Session): Promise<string> {
  const { key, journal: folder } = values;
  // The journal knows where its video goes.
  const rest = { ...values, server: server.name, out: undefined, force: undefined };
  if (kinds[kind].isListed) return ` To look for it, run:\n  ${commandFor([journal ? "resume" : "tasks list"], rest)}`;
  if (!journal) return "";
  const entry = key === undefined ? undefined : await journal.find({ server: server.name, key }).catch(() => undefined);
  if (!entry) return ` It stays in the journal; to list it, run: ${commandFor(["tasks"], { journal: folder })}`;
  const command = commandFor(["tasks", "--forget", entry.id], { journal: folder });
  return ` Its key sends nothing until you have checked this and removed the entry:\n  ${command}`;
}

/** Prints what would be sent, where, and for how much, for --dry-run. */
function dryRun(body: unknown, kind: TaskKind, cost: Cost | undefined, session: Session): number {
  const { server } = session;
  const { path } = kinds[kind].create;
  const request = shortened(body);
  const text =
    `Nothing was sent. The request is valid; long values are shortened here:\n` +
    `POST ${path} to ${serverText(session)}\n${JSON.stringify(request, null, 2)}\n${costLine(cost)}`;
  return printResult(session, { dryRun: true, server: server.name, path, request, cost }, text);
}

export async function template({ values, argument: template_id }: Parsed<"template">, io: Io): Promise<number> {
  const session = openSession(values, io, await journalFrom(values, io));
  const { text, media, "callback-url": callback_url } = values;
  if (text?.includes("-")) throw new UsageError("--text takes the text itself and does not read stdin");
  const images = media && (await Promise.all(media.map((value) => fileFrom("media", value, imageFile))));
  const body = defined({
    template_id,
    text_inputs: text?.map((value) => ({ value })),
    media_inputs: images?.map((value) => ({ value })),
    callback_url,
  });
  return buy({ body }, session);
}

/** How many times faster than the real service. A task takes about 5 s. */
const SPEED = 20;

/** From the vendor's example (textCamera in openapi/examples/videoGeneration/requests.yaml). */
export const EXAMPLE = {
  model: "MiniMax-Hailuo-2.3",
  prompt: "A man picks up a book [Pedestal up], then reads [Static shot].",
};

/** `minimax-video demo`, also `npm start`: generate with a mock of its own and the vendor's example, unless options say otherwise. */
export async function demo({ values, argument }: Parsed<"demo">, io: Io): Promise<number> {
  const alone = (["no-wait", "url", "like", "key", "journal"] as const).find((option) => values[option]);
  if (values.server === undefined && alone)
    throw new UsageError(`--${alone} needs --server, because the demo's own mock stops with the demo`);
  const request: Request = saysWhatToShow(values, argument)
    ? await requestFrom(values, argument, io)
    : {
        body: await videoBodyFrom({ ...EXAMPLE, ...values }),
        note: `No request given, so this sends the vendor's example: "${EXAMPLE.prompt}"`,
      };
  if (values.server !== undefined) return buy(request, openSession(values, io, await journalFrom(values, io)));
  const sessionAt = (url: string): Session => {
    // Queries to a mock cost nothing, and its tasks finish within seconds.
    const options = { "poll-interval": 0.2, ...values, server: url };
    return { ...openSession(options, { ...io, env: { MINIMAX_API_KEY: "demo" } }), mock: true };
  };
  // Nothing will be sent, so no mock is needed.
  if (values["dry-run"]) return buy(request, sessionAt("http://127.0.0.1"));
  const mock = await startMock({ speed: SPEED });
  const session = sessionAt(mock.url);
  try {
    session.progress.say(`A MiniMax mock runs at ${mock.url}, ${SPEED} times faster than the real service.`);
    const code = await buy(request, session);
    session.progress.say("The mock has stopped. For a real video, set MINIMAX_API_KEY and add --server global.");
    return code;
  } finally {
    await mock.close();
  }
}

export async function check({ values, argument }: Parsed<"check">, io: Io): Promise<number> {
  const session = openSession(values, io);
  const { body, note } = await requestFrom(values, argument, io);
  const result = await checkRequest(body, session.server);
  const { ok, issues, cost } = result;
  const verdict = `${ok ? "Valid" : "Not valid"} for ${serverText(session)}`;
  const lines = [verdict, ...issues.map((issue) => `  ${issueLine(issue)}`), ...(ok ? [costLine(cost)] : [])];
  if (note) session.progress.say(note);
  printResult(session, { ...result, server: session.server.name }, lines.join("\n"));
  return ok ? EXIT.done : EXIT.refusedHere;
}
