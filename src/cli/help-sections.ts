import { cells, templates } from "../generated/offers.js";
import type { RequestName } from "../generated/validators.js";

/** Which server to use. */
export const SERVING = `Server
  --server NAME|URL        global (default), china, china-cn, quickrouter, or a base URL;
                           otherwise MINIMAX_SERVER
  --like NAME              the documented server that a URL behaves like: spec, region, envelope
`;

/** What is printed. */
export const PRINTING = `Output
  --json                   one JSON object on stdout; for errors
                           { "error": { "name", "message", "taskId", "task", … }, "exitCode" }
  --quiet                  no progress
  -h, --help               this text
`;

/** How to wait and where to save. */
export const SAVING = `Waiting and saving
  --out PATH               a file; or a folder, if it exists as one or ends in a slash.
                           Default out/<task id>.mp4
  --force                  replace an existing file, which is otherwise refused before you pay
  --timeout SECONDS        stop waiting after this time; the task continues. Default 1800
  --poll-interval SECONDS  time between queries. Default: few queries at first, most when tasks like
                           this one usually finish, as learned from the journal
`;

/** What is recorded. */
export const JOURNAL = `Journal
  --journal FOLDER         where each request is recorded before it is sent, without prompt and
                           API key, for the commands tasks and resume. Default: MINIMAX_JOURNAL,
                           see minimax-video --help
  --no-journal             record nothing
`;

/** Everything about buying a video. */
export const BUYING = `${SAVING}  --no-wait                print the task id and exit; minimax-video task <id> continues
  --dry-run                check the request and show it with server and price; send nothing. Needs
                           no key

${JOURNAL}  --key NAME               buy only once: any run with the same NAME, request and server gets the
                           same task. This is not the API key; set MINIMAX_API_KEY for that
`;

/** The fields of a request for a video. */
export const REQUEST = `The request
  The argument is the prompt. If it ends in .json, or is -, it is the whole request as JSON instead,
  from that file or stdin. If it looks like another file, a URL or a command, it is refused;
  --prompt and --request say which of the two is meant.

  --prompt TEXT            the prompt, whatever it looks like, instead of an argument
  --model MODEL            see below; the default depends on the mode
  --duration SECONDS       6 (default) or 10; MiniMax-H3: 4 to 15, no default
  --resolution SIZE        512P, 720P, 768P or 1080P, the short side; default by model. MiniMax-H3:
                           768P or 2K, MiniMax-H3-Max: 480P or 768P, no default
  --first-frame IMAGE      start with this image; --image IMAGE is the same
  --last-frame IMAGE       end with this image
  --subject IMAGE          put the person in this photograph into the video
  --reference FILE         MiniMax-H3: use this image, video or sound as a reference; repeat for
                           each. Its extension or a prefix tells its type: video:mm_file://…
  --ratio W:H              MiniMax-H3: the aspect ratio, such as 16:9 or 9:16; with files also
                           adaptive. Required with a prompt only
  --no-prompt-optimizer    take the prompt literally
  --fast-pretreatment      shorten the prompt optimizer's step (Hailuo models only)
  --watermark              mark the video as made by AI
  --callback-url URL       where the service sends each change of status
  --request FILE           the whole request as JSON, whatever the file is called, or - for stdin;
                           without an argument and the options above

An IMAGE is a local file, an http(s) URL or a data URL: JPEG, PNG or WebP, below 20 MB, short side
above 300 pixels, between 2:5 and 5:2. MiniMax-H3 also takes the mm_file:// URL of an upload, and
HEIC; up to 30 MB, sides of 256 to 5760 pixels. A video is an MP4 or MOV up to 50 MB, a sound a WAV
or MP3 up to 15 MB.
`;

/** The models of the spec, one line each. */
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
A prompt has at most 2000 characters. Put camera commands in brackets where they should act;
commands in one bracket act together: [Push in] [Pull out] [Pan left] [Pan right] [Truck left]
[Truck right] [Tilt up] [Tilt down] [Pedestal up] [Pedestal down] [Zoom in] [Zoom out] [Shake]
[Tracking shot] [Static shot]. T2V-01, I2V-01, I2V-01-live and S2V-01 do not know them.
`;

/** The templates on the pages of the vendor. */
export function templateTable(): string {
  const rows = templates.map(({ template_id, name, inputs, regions, price }) => {
    const cost = price === undefined ? "" : `${price.toFixed(2)} USD`;
    return `  ${template_id}  ${inputs.join("+").padEnd(10)}  ${cost.padEnd(8)}  ${regions.join(", ").padEnd(13)}  ${name}\n`;
  });
  return rows.join("");
}

/** The scenarios of the mock, one or two lines each. Loaded on demand, without Prism. */
export async function scenarioTable(): Promise<string> {
  const { scenarios } = await import("../mock/scenarios.js");
  const rows = scenarios.map(({ prompt, key, plays, number }) => {
    const row = `  ${(prompt ?? `(key) ${key}`).padEnd(29)}${plays}\n`;
    return number ? `${row}${" ".repeat(31)}=N: ${number}\n` : row;
  });
  return rows.join("");
}
