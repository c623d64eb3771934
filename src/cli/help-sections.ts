import { cells, templates } from "../generated/offers.js";
import type { RequestName } from "../generated/validators.js";

/** Which service. */
export const SERVING = `Server
  --server NAME|URL        global (default), china, china-cn, quickrouter, or a base URL;
                           else MINIMAX_SERVER
  --like NAME              documented server that a URL behaves like: its spec, region, envelope
`;

/** What is printed. */
export const PRINTING = `Output
  --json                   one JSON object on stdout; for an error
                           { "error": { "name", "message", "taskId", "task", … }, "exitCode" }
  --quiet                  no progress
  -h, --help               this text
`;

/** From a task to a file. */
export const SAVING = `Waiting and saving
  --out PATH               a file; or a folder, if it exists as one or ends in a slash.
                           Default out/<task id>.mp4
  --force                  replace a file that exists; else that is refused before it is paid for
  --timeout SECONDS        end the wait after so long; the task goes on. Default 1800
  --poll-interval SECONDS  ask at this pace. Default: few queries at first, most when tasks like
                           this one usually end, as the journal has taught
`;

/** What is written down. */
export const JOURNAL = `Journal
  --journal FOLDER         where each create is written down before it is sent, without prompt and
                           key; minimax-video tasks lists it, resume goes on. Default: see
                           minimax-video --help, MINIMAX_JOURNAL
  --no-journal             write nothing down
`;

/** From a request to a file. */
export const BUYING = `${SAVING}  --no-wait                print the task's id and leave; minimax-video task <id> goes on
  --dry-run                check, show the request, the server and the price; send nothing.
                           Needs no key

${JOURNAL}  --key NAME               a name for this wish: the same NAME gives the same task instead of
                           buying again, in any run; with the same request, at one server. No
                           secret: MINIMAX_API_KEY is the place for that
`;

/** The fields of a request for a video. */
export const REQUEST = `The request
  The argument is the prompt. If it ends in .json, or is -, it is the whole request as JSON instead,
  in that file or on stdin. One that looks like another file, an address or a command is refused;
  --prompt and --request say which of the two is meant.

  --prompt TEXT            the prompt, whatever it looks like; instead of an argument
  --model MODEL            see below; the default depends on the mode
  --duration SECONDS       6 (default) or 10; MiniMax-H3: 4 to 15, no default
  --resolution SIZE        512P, 720P, 768P or 1080P, the short side; default by model. MiniMax-H3:
                           768P or 2K, MiniMax-H3-Max: 480P or 768P, no default
  --first-frame IMAGE      begin with this image; --image IMAGE is the same
  --last-frame IMAGE       end with this image
  --subject IMAGE          put the person of this photograph into the video
  --reference FILE         MiniMax-H3: take something from this image, video or sound; once for
                           each. What it is tells its ending, or a word before: video:mm_file://…
  --ratio W:H              MiniMax-H3: the shape, such as 16:9 or 9:16; beside files also adaptive.
                           Needed for a prompt alone
  --no-prompt-optimizer    take the prompt literally
  --fast-pretreatment      shorten the prompt optimizer's step (Hailuo models only)
  --watermark              mark the video as made by AI
  --callback-url URL       where the service shall push each change of status
  --request FILE           the whole request as JSON, whatever the file is called, or - for stdin;
                           with no argument and none of the above

An IMAGE is a local file, an http(s) URL or a data URL: JPEG, PNG or WebP, below 20 MB, short side
above 300 pixels, between 2:5 and 5:2. For MiniMax-H3 also the mm_file:// of files upload, and HEIC;
up to 30 MB, sides of 256 to 5760 pixels. A video is an MP4 or MOV up to 50 MB, a sound a WAV or MP3
up to 15 MB.
`;

/** What the matrix of the spec says, one line a model. */
function modelTable(): string {
  const modes: Partial<Record<RequestName, string>> = {
    TextToVideo: "prompt alone",
    ImageToVideo: "--first-frame",
    FirstLastFrameToVideo: "--last-frame",
    SubjectReferenceToVideo: "--subject",
  };
  const rows = Object.entries(modes).flatMap(([mode, asked]) =>
    Object.entries(cells.minimax[mode] ?? {}).map(([model, { accepts }], index) => {
      const offers = accepts.map(([seconds, sizes]) => `${seconds} s at ${sizes.join(" or ")}`).join(", ");
      return `  ${(index ? "" : asked).padEnd(14)} ${model.padEnd(24)} ${offers || "takes neither duration nor resolution"}`;
    }),
  );
  return `Models; the first of each mode is its default\n${rows.join("\n")}\n`;
}

/** What each model can do, and what a prompt can say. */
export const MODELS = `${modelTable()}
A prompt has at most 2000 characters. Camera commands stand in brackets where they shall act;
several in one bracket act together: [Push in] [Pull out] [Pan left] [Pan right] [Truck left]
[Truck right] [Tilt up] [Tilt down] [Pedestal up] [Pedestal down] [Zoom in] [Zoom out] [Shake]
[Tracking shot] [Static shot]. T2V-01, I2V-01, I2V-01-live and S2V-01 do not know them.
`;

/** The templates that the vendor's pages list. */
export function templateTable(): string {
  const rows = templates.map(({ template_id, name, inputs, regions, price }) => {
    const cost = price === undefined ? "" : `${price.toFixed(2)} USD`;
    return `  ${template_id}  ${inputs.join("+").padEnd(10)}  ${cost.padEnd(8)}  ${regions.join(", ").padEnd(13)}  ${name}\n`;
  });
  return rows.join("");
}

/** One or two lines for each scenario of the mock. Loaded when asked for; needs no Prism. */
export async function scenarioTable(): Promise<string> {
  const { scenarios } = await import("../mock/scenario.js");
  const rows = scenarios.map(({ prompt, key, plays, number }) => {
    const row = `  ${(prompt ?? `(key) ${key}`).padEnd(29)}${plays}\n`;
    return number ? `${row}${" ".repeat(31)}=N: ${number}\n` : row;
  });
  return rows.join("");
}
