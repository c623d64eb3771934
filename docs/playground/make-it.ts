/** "Make it": sends the request to the mock that serves the page, with this library, and plays the video. */
import { ValidationError } from "../../src/base/errors.js";
import type { VideoRequest, VideoTemplateGenerationReq } from "../../src/base/request-types.js";
import type { TaskStatus } from "../../src/base/task.js";
import { connect } from "../../src/connection.js";
import { createFromTemplate, createVideo } from "../../src/tasks/create-task.js";
import { byId, element } from "./dom.js";

/** Milliseconds between two queries. Short, because a mock has no limit. */
const PACE = 500;

/** Sets up the button. `request` returns the request in the form. */
export function offerToMake(request: () => Record<string, unknown>): void {
  const [button, stop] = [byId("make-it", HTMLButtonElement), byId("stop", HTMLButtonElement)];
  let stopped = new AbortController();
  button.addEventListener("click", async () => {
    stopped = new AbortController();
    button.setAttribute("aria-disabled", "true");
    stop.hidden = false;
    await make(request(), stopped.signal).catch((error) => showProblem(stopped.signal.aborted ? undefined : error));
    button.removeAttribute("aria-disabled");
    stop.hidden = true;
  });
  stop.addEventListener("click", () => {
    stopped.abort();
    button.focus();
  });
}

async function make(request: Record<string, unknown>, signal: AbortSignal): Promise<void> {
  const statuses = byId("statuses", HTMLOListElement);
  const made = byId("made", HTMLElement);
  statuses.replaceChildren();
  made.replaceChildren();
  showProblem(undefined);
  const say = (text: string) => statuses.append(element("li", {}, text));

  const mock = connect({ server: location.origin, apiKey: "playground" });
  // The form may contain anything. The create validates it.
  const task = await (request.template_id === undefined
    ? createVideo(mock, request as unknown as VideoRequest, { signal })
    : createFromTemplate(mock, request as unknown as VideoTemplateGenerationReq, { signal }));
  say(`Task ${task.id} was accepted.`);
  let word = "";
  const onStatus = (status: TaskStatus) => {
    if (status.word !== word) say(status.word);
    word = status.word;
  };
  const done = await task.wait({ signal, onStatus, pollInterval: PACE });
  const url = await done.url({ signal });
  const video = element("video", {
    src: url,
    controls: true,
    playsinline: true,
    tabindex: 0,
    "aria-label": "The video",
  });
  video.addEventListener("error", () => showProblem(new Error("The video was made, but it does not play.")));
  made.replaceChildren(video, element("p", {}, element("a", { href: url }, "The link to the video")));
}

function showProblem(error: unknown): void {
  const place = byId("make-problem", HTMLElement);
  place.hidden = error === undefined;
  const invalid =
    error instanceof ValidationError
      ? "The request is not legal yet: see the issues above. Nothing was sent."
      : undefined;
  place.textContent = error === undefined ? "" : (invalid ?? String(error instanceof Error ? error.message : error));
}
