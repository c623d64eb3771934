import { readFile } from "node:fs/promises";
import { cameraCommands, cells, imageLimits, templates } from "../generated/offers.js";
import type { RequestName } from "../generated/validators.js";
import { type CommandName, OPTIONS, type Option } from "./command-options.js";

/** The version of the package. */
export async function version(): Promise<string> {
  // The same path from dist/cli and src/cli.
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return String((JSON.parse(text) as { version: unknown }).version);
}

type FirstWord<Name> = Name extends `${infer Word} ${string}` ? Word : Name;
type Topic = FirstWord<CommandName>;

export function isTopic(word: string): word is Topic {
  return Object.hasOwn(HEADS, word);
}

/** The help of a command, or of the whole program. */
export async function helpFor(topic: Topic | undefined): Promise<string> {
  if (topic === undefined) return OVERVIEW;
  const options = Object.entries(OPTIONS).filter(([name]) => name.split(" ")[0] === topic);
  const all: Record<string, Option> = Object.assign({}, ...options.map(([, theirs]) => theirs));
  return `Usage: minimax-video ${HEADS[topic]}${optionsText(all)}${(await TAILS[topic]?.()) ?? ""}`;
}

/** A help text for a narrow terminal: prose flows, and the last column hangs, if there is room for it. */
export function fitted(text: string, columns = WIDTH): string {
  const width = Math.max(columns, 20);
  if (width >= WIDTH) return text;
  const flowing = text.replace(/\n {12,}(?=\S)/g, " ").replace(/(?<=^\S.*)\n(?=\S)/gm, " ");
  return flowing.replace(/^.*$/gm, (line) => {
    const [indent = ""] = /^ */.exec(line) ?? [];
    const [before = indent] = /^.*\S {2,}(?=\S)/.exec(line) ?? [];
    const isWide = before.length > width / 2;
    const hang = isWide ? indent.length + 4 : before.length;
    let rest = isWide && line.length > width ? indent + line.trim().replace(/ {2,}/g, "  ") : line;
    const lines: string[] = [];
    for (let at = 0; rest.length > width; ) {
      at = rest.lastIndexOf(" ", width);
      if (at <= hang) at = rest.indexOf(" ", Math.max(width, hang));
      if (at < 0) break;
      lines.push(rest.slice(0, at).trimEnd());
      rest = " ".repeat(hang) + rest.slice(at).trimStart();
    }
    return [...lines, rest].join("\n");
  });
}

const WIDTH = 100;
const INDENT = 27;

/** The options under their headings, a line or two each. */
function optionsText(options: Record<string, Option>): string {
  const titles = new Set(Object.values(options).map(({ section }) => section));
  const texts = [...titles].map((title) => {
    const theirs = Object.entries(options).filter(([, { section }]) => section === title);
    return `\n${title ?? "Options"}\n${theirs.map(optionText).join("")}`;
  });
  return texts.join("");
}

function optionText([name, { short, value, help }]: [string, Option]): string {
  const typed = `  ${short ? `-${short}, ` : ""}--${name}${value ? ` ${value}` : ""}`;
  const lines = help.match(new RegExp(`(?! ).{1,${WIDTH - INDENT}}(?= |$)`, "g")) ?? [];
  return `${typed.padEnd(INDENT - 1)} ${lines.join(`\n${" ".repeat(INDENT)}`)}\n`;
}

const OVERVIEW = `minimax-video: videos from MiniMax (Hailuo), and a local mock to try them with

Usage: minimax-video <command> [options]

  generate   make a video from a prompt, a first or last frame, or a face
  template   make a video from one of the vendor's templates
  task       wait for an existing task and save its video
  tasks      list what was bought from here; tasks list, cancel and delete ask the service
  resume     wait for every unfinished task and save its video; buys nothing
  check      show what is wrong with a request and what it costs, without sending it
  files      upload images, videos and sounds for version 2; list, get and delete files
  mock       run a local MiniMax, free of charge
  listen     print callbacks from the service as they arrive
  contract   test a server against the documented API and write a report
  demo       run generate with a mock of its own: no key needed, free of charge

Run minimax-video <command> --help for details and --version for the version. Options may
stand before the command as well.

A request that may have been accepted is never sent again. Each one is recorded in a journal first,
so a crash loses no task. stdout holds only the result: the path of the video, or one JSON object
with --json; an error is { "error": { "name", "message", "taskId", "task", … }, "exitCode" }.

Environment
  MINIMAX_API_KEY   the API key. It is not an option, because every process can read a command line
  MINIMAX_SERVER    the server, unless --server is given
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY   as curl reads them; SOCKS proxies are refused
  MINIMAX_API_HOST and MINIMAX_API_BASE, which other tools read, are not read: set MINIMAX_SERVER
  MINIMAX_JOURNAL   the folder of the journal, or off. Default minimax-video in $XDG_STATE_HOME or
                    ~/.local/state; on Windows in %LOCALAPPDATA%
  MINIMAX_WEBHOOK_SECRET   signs the URL of listen, unless --secret is given

Exit codes
  0    success
  1    unexpected: a bug in this program; contract: the server breaks the contract
  2    refused here: usage, request, key, journal or target; nothing was sent
  3    refused by the service
  4    the task failed
  5    unknown whether the service accepted the request; it may be charged
  6    the wait timed out; the task continues
  7    the video is ready but could not be downloaded or written
  8    the service cannot be reached
  130  Ctrl-C; 143 after SIGTERM
  After 6, 7 and 130, the last line is the command that continues with the task.
  resume: the highest code of its tasks; 5 also while the outcome of a request is unknown.
`;

const ARGUMENT = `The argument is the prompt. If it ends in .json, or is -, it is the whole request as JSON instead,
from that file or stdin. If it looks like another file, a URL or a command, it is refused;
--prompt and --request say which of the two is meant.
`;

/** Usage, purpose and examples of each command, before its options. */
const HEADS: Record<Topic, string> = {
  generate: `generate [prompt | request.json | -] [options]

Checks the request, sends it once, waits for the task and saves an MP4. Needs MINIMAX_API_KEY. Your
input is sent exactly as typed or refused; nothing is rounded, replaced or dropped.

  minimax-video generate 'a red fox runs [Push in]' --duration 10 --out fox.mp4
  minimax-video generate 'she smiles' --first-frame portrait.jpg --model MiniMax-Hailuo-2.3-Fast
  minimax-video generate 'a fox in the style of image 1' --reference style.png --duration 6
  minimax-video generate fox.json --dry-run

${ARGUMENT}`,
  template: `template <template_id> [options]

Makes a video from a template, which sets length, size and price. The vendor has deprecated
templates but still serves them. Needs MINIMAX_API_KEY.

  minimax-video template 393769180141805569 --media cat.jpg --text lion
`,
  task: `task <id | record.json | - | '{"version":1,…}'> [options]

Continues with an existing task after Ctrl-C, a crash, a timeout or --no-wait: waits for it and
saves its video. Free of charge. Give the id of the task or the output of --json (a file, - for
stdin, or the JSON itself), which also holds its server and kind.

  minimax-video task 176843862716480
  minimax-video task fox.json --out fox.mp4
`,
  tasks: `tasks [options]
       minimax-video tasks list [options]
       minimax-video tasks cancel <id>
       minimax-video tasks delete <id>

tasks lists the journal, open entries first, and asks nobody. list, cancel and delete ask the
service, which keeps tasks of version 2 (MiniMax-H3) for seven days and lists none of version 1.
cancel takes queued tasks, which are then not charged; delete removes a task and its video.

  UNKNOWN      the request may have been accepted and charged. For version 2, resume looks for the
               task; otherwise check the console, then --forget the entry
  accepted     the task may still be running: resume waits for it
  succeeded    the video is ready but not saved: resume saves it
  UNREADABLE   a file that is not a journal entry, or one of a later version; it is left alone
`,
  resume: `resume [task id …] [options]

Waits for all unfinished tasks of the journal at once and saves each video where generate was told
to, otherwise as out/<task id>.mp4. Free of charge. Prints each path as soon as the video is saved.
Asks only the chosen server, and prints the command for others. If the reply to a version 2 request
was lost, looks for its task at the service by model, length, size and time.

  minimax-video resume 176843862716480 176843862716481 --out videos/
`,
  check: `check [prompt | request.json | -] [options]

Shows everything that is wrong with a request, and its list price if one is published. Sends
nothing and needs no key. Exit code 2 if the request would be refused.

  minimax-video check request.json --server quickrouter --json

${ARGUMENT}`,
  files: `files upload <path> --purpose PURPOSE [options]
       minimax-video files list [--purpose PURPOSE] [options]
       minimax-video files get <id> [--out PATH] [options]
       minimax-video files delete <id> --purpose PURPOSE [options]

The files that the service keeps: uploads, and videos of version 1. Free of charge. For seven days,
requests of version 2 can use an upload by the mm_file:// URL that upload prints. If an upload may
have arrived, it is not sent again: list shows whether it did. delete cannot be undone.

  minimax-video files upload fox.mp4 --purpose video_generation_input
  minimax-video files get 176844028768320 --out fox.mp4

A PURPOSE is video_generation_input; for other products video_understanding, voice_clone,
prompt_audio or t2a_async_input. list and delete also take video_generation and t2a_async.
`,
  demo: `demo [prompt | request.json | -] [options]

Runs generate with a mock of its own: needs no key and is free of charge. Without a prompt, an image
or a request it sends the documented example, a video of a face. npm start runs this command.

  npm start -- 'a red fox runs [Push in]' --model MiniMax-Hailuo-2.3 --duration 10
  MINIMAX_API_KEY=… npm start -- --server global     the same with MiniMax, which costs money

Only --server makes it use another server; MINIMAX_SERVER does not. --no-wait, --like, --key and
--journal work only with --server.
`,
  mock: `mock [options]

Runs a local MiniMax until Ctrl-C. It validates requests against the spec, moves tasks through their
states and serves playable MP4s. Its URL goes to stdout and one line for each request to stderr,
without keys or prompts.

  minimax-video mock --speed 20
  MINIMAX_SERVER=http://127.0.0.1:4010 MINIMAX_API_KEY=anything minimax-video generate 'a fox runs'
`,
  listen: `listen [options]

Prints callbacks from the service as they arrive, until Ctrl-C. The first line on stdout is the
callback_url to use; one line follows for each status, with --json one object. Challenges are
answered; calls to other URLs are refused. Sends nothing, needs no key, and verifies no callback.
MiniMax reaches only public addresses: put a tunnel or proxy in front and name it with --public-url.

  minimax-video listen --port 4020
  minimax-video listen --public-url https://fox.example --json
`,
  contract: `contract --server NAME|URL|mock [options]

Tests a server against the documented API: sends every permitted request, validates every reply
against the specs, and reports which documented facts are confirmed, contradicted or untested.
Without MINIMAX_API_KEY, only requests that need no key are sent. By default only what is free is
sent: reads, and creates without a valid key. --server mock starts a mock and implies --free.

  minimax-video contract --server https://staging.example/minimax --like quickrouter --free
  MINIMAX_API_KEY=… minimax-video contract --server global --task generation:424010985738629
`,
};

/** What follows the options. */
const TAILS: Partial<Record<Topic, () => string | Promise<string>>> = {
  generate: modelsText,
  template: templateTable,
  tasks: () => `
--json prints { "folder", "entries": [{ "id", "state", "key", "kind", "server", "model", "duration",
"resolution", "fingerprint", "submittedAt", "target", "task", "ended", "saved" }] }; unknown fields
are absent, and unreadable entries have "id", "state" and "problem". --forget prints { "forgotten":
[ids] }, list { "tasks": [{ "task", "status", "createdAt", "updatedAt" }] }. Times are milliseconds.
`,
  resume: () => `
--json prints { "saved": [{ "taskId", "task", "path", "bytes", … }], "failed": [{ "taskId", "error",
"exitCode" }], "unknown": [entries, with "reconciled" after a search], "elsewhere": [entries],
"exitCode" }, with entries as in tasks --json.
`,
  check: modelsText,
  mock: scenariosText,
  contract: () => `
The KIND of a task is video (default), template, generation, regeneration or h3_context_ir. A bought
task of version 2 is awaited and never cancelled or deleted.

Exit code 0 if nothing fails and no fact is contradicted, otherwise 1; 2 if the command line is
invalid, 8 if the server cannot be reached.
`,
};

const MODES = {
  TextToVideo: "prompt alone",
  ImageToVideo: "--first-frame",
  FirstLastFrameToVideo: "--last-frame",
  SubjectReferenceToVideo: "--subject",
} satisfies Partial<Record<RequestName, string>>;

/** What images, models and prompts can be, with the models of the spec. */
function modelsText(): string {
  const rows = Object.entries(MODES).flatMap(([mode, asked]) =>
    Object.entries(cells.minimax[mode] ?? {}).map(([model, { accepts }], index) => {
      const offers = accepts.map(([seconds, sizes]) => `${seconds} s at ${sizes.join(" or ")}`).join(", ");
      return `  ${(index ? "" : asked).padEnd(14)} ${model.padEnd(24)} ${offers || "takes neither duration nor resolution"}`;
    }),
  );
  const { maxBytes, minSide, minAspect, maxAspect } = imageLimits.ImageInput;
  return `
An IMAGE is a local file, an http(s) URL or a data URL: JPEG, PNG or WebP, below ${Math.ceil(maxBytes / 1024 ** 2)} MB, short side
from ${minSide} pixels, width / height of ${minAspect} to ${maxAspect}. MiniMax-H3 also takes HEIC and the mm_file:// URL of
an upload; up to 30 MB, sides of 256 to 5760 pixels. Its videos are MP4 or MOV up to 50 MB, its
sounds WAV or MP3 up to 15 MB. An extension or prefix says what a reference is: video:mm_file://…

Models; the first of each mode is its default
${rows.join("\n")}

A prompt has at most 2000 characters. Put camera commands in brackets where they should act;
commands in one bracket act together.
${wrapped(cameraCommands.map(({ english }) => `[${english}]`))}
T2V-01, I2V-01, I2V-01-live and S2V-01 do not know them.
`;
}

function templateTable(): string {
  const rows = templates.map(({ template_id, name, inputs, regions, price }) => {
    const cost = price === undefined ? "" : `${price.toFixed(2)} USD`;
    return `  ${template_id}  ${inputs.join("+").padEnd(10)}  ${cost.padEnd(8)}  ${regions.join(", ").padEnd(13)}  ${name}\n`;
  });
  return `\nKnown templates (the vendor changes them, so any id is accepted)\n${rows.join("")}`;
}

/** The failures that the mock can simulate. Loaded on demand, without Prism. */
async function scenariosText(): Promise<string> {
  const { scenarios } = await import("../mock/scenarios.js");
  const rows = scenarios.map(({ prompt, key, plays, number }) => {
    const row = `  ${(prompt ?? `(key) ${key}`).padEnd(29)}${plays}\n`;
    return number ? `${row}${" ".repeat(31)}=N: ${number}\n` : row;
  });
  return `
To simulate a failure, put its token anywhere in the prompt (or in a template's text). To simulate
it in every request, use its name with dashes as the API key: MINIMAX_API_KEY=mock-rate-limited. The
header x-mock-fault: NAME simulates it in one request. on=query, retrieve or download moves a fault
to that step, and times=N limits it: {mock:unclear on=query times=2}.

${rows.join("")}`;
}

/** Words in lines of at most 100 characters. */
function wrapped(words: string[]): string {
  return words
    .join(" ")
    .replace(/.{1,100}(?= \[|$)/g, (line) => `${line.trim()}\n`)
    .trimEnd();
}
