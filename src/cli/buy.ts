import { assertSendable } from "../check/check.js";
import type { Cost } from "../check/cost.js";
import { isRecord } from "../record.js";
import type { VideoGenerationReq, VideoTemplateGenerationReq } from "../request.js";
import type { VideoTask } from "../task.js";
import { EXIT, Interrupted } from "./exit.js";
import { follow, followingFrom } from "./follow.js";
import type { Values } from "./options.js";
import { plain } from "./progress.js";
import { costLine, issueLine, priceText, printJson, serverText } from "./report.js";
import type { Request } from "./request.js";
import { assertKey, type Session } from "./session.js";
import { shortened } from "./shortened.js";
import { assertFree } from "./target.js";

type BuyValues = Pick<Values<"template">, "out" | "force" | "timeout" | "poll-interval" | "no-wait" | "dry-run">;

/**
 * From a request to a saved video. Everything that can go wrong for free goes wrong first: the check, the place to save,
 * the key.
 */
export async function buy({ body, note }: Request, values: BuyValues, session: Session): Promise<number> {
  const { io, server, progress, mock } = session;
  const following = await followingFrom(values);
  // A mock is asked as often as one likes, and its tasks are over in seconds.
  if (mock) following.pollInterval ??= 200;
  const kind = isRecord(body) && body.template_id !== undefined ? "template" : "video";
  const { issues, cost } = assertSendable(body, server, kind);
  await assertFree(following.target);
  if (!values["dry-run"]) assertKey(session);
  if (note) progress.say(note);
  for (const issue of issues) progress.say(issueLine(issue));
  if (values["dry-run"]) return dryRun(body, kind, cost, session);
  if (io.signal.aborted) throw new Interrupted("Stopped. Nothing was sent.");
  progress.say(`Sending the request to ${serverText(session)}${mock ? "" : `; ${priceText(cost)}`}.`);
  const task = await create(body, kind, session);
  progress.say(`Task ${task.id} was accepted.`);
  return values["no-wait"] ? leave(task, cost, session) : follow(task, session, { ...following, price: { cost } });
}

async function create(
  body: unknown,
  kind: "video" | "template",
  { io: { signal }, minimax }: Session,
): Promise<VideoTask> {
  try {
    // Checked by the server's spec, above and again inside.
    if (kind === "template") return await minimax.templates.create(body as VideoTemplateGenerationReq, { signal });
    return await minimax.videos.create(body as VideoGenerationReq, { signal });
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    const message =
      "Stopped while the request was under way: it is not known whether a task was made. One may be charged, and cannot be " +
      "listed or cancelled. Look at the usage page of the console before you send the request again.";
    throw new Interrupted(message, { cause: error });
  }
}

/** --no-wait: the id on stdout, and how to go on. */
function leave(task: VideoTask, cost: Cost | undefined, { io, json, progress, goOn }: Session): number {
  const next = goOn(task);
  if (next) progress.say(`It goes on at the service. Wait for its video and save it with:\n  ${next}`);
  if (json) printJson(io, { taskId: task.id, cost, task, goOn: next });
  else io.stdout.write(`${plain(task.id)}\n`);
  return EXIT.done;
}

/** --dry-run: what would be sent, where to, and for how much. */
function dryRun(body: unknown, kind: "video" | "template", cost: Cost | undefined, session: Session): number {
  const { io, json, server } = session;
  const path = kind === "template" ? "/v1/video_template_generation" : "/v1/video_generation";
  const request = shortened(body);
  if (json) printJson(io, { dryRun: true, server: server.name, path, request, cost });
  else {
    io.stdout.write(
      `Nothing was sent. The request is valid; long values are shortened here:\n` +
        `POST ${path} to ${serverText(session)}\n${JSON.stringify(request, null, 2)}\n${costLine(cost)}\n`,
    );
  }
  return EXIT.done;
}
