import { readFile } from "node:fs/promises";
import { type CommandName, OPTIONS } from "./command-options.js";
import {
  BUYING,
  JOURNAL,
  MODELS,
  PRINTING,
  REQUEST,
  SAVING,
  SERVING,
  scenarioTable,
  templateTable,
} from "./help-sections.js";

/** Whether a word is one of the commands. */
export function isCommand(word: string): word is CommandName {
  return Object.hasOwn(OPTIONS, word);
}

/** The help of one command, or of the whole program. */
export async function helpFor(command: CommandName | undefined): Promise<string> {
  if (command === undefined) return OVERVIEW;
  return command === "mock" ? MOCK + (await scenarioTable()) : HELP[command];
}

const OVERVIEW = `minimax-video: videos from MiniMax (Hailuo), and a MiniMax on this machine to try them with

Usage: minimax-video <command> [options]

  generate   make a video from words, a first or last frame, or a face
  template   make a video from one of the vendor's templates
  task       wait for a task that exists, and save its video
  tasks      list what was bought here, which asks nobody; or list, cancel, delete at the service
  resume     wait for every task that is left, and save its video; buys nothing
  check      say what is wrong with a request and what it costs; asks nobody
  files      upload images, videos and sounds for version 2; list, get and delete files
  mock       run a local MiniMax, free of charge
  listen     print what the service calls back, as it comes
  contract   hold a server to the documented API, and write a report
  demo       generate at a mock of its own: needs no key, pays nothing

minimax-video <command> --help tells more; --version tells the version.

A video costs money and takes minutes. What can be known beforehand is checked before anything is
sent, the price is named before it is paid, and no request is sent twice if the first may have been
accepted. Each is written into a journal before it is sent, so that a crash loses no task.

stdout holds the result alone: the path of the video, or one JSON object with --json. Everything
else is on stderr.

Environment
  MINIMAX_API_KEY   the key. There is no option for it: every process can read a command line
  MINIMAX_SERVER    the server when --server is not given
  MINIMAX_JOURNAL   the folder of the journal, or off. Default minimax-video in $XDG_STATE_HOME or
                    ~/.local/state; on Windows in %LOCALAPPDATA%
  MINIMAX_WEBHOOK_SECRET   what listen signs its address with when --secret is not given

Exit codes
  0    done
  1    unexpected: a fault of this program; contract: the server does not keep the contract
  2    refused here: usage, request, key, journal, or place to save; nothing was sent
  3    refused by the service
  4    the task failed
  5    it is not known whether the service accepted the request; it may be charged
  6    the wait timed out; the task goes on
  7    the video is ready, but was not downloaded or could not be written
  8    the service cannot be reached
  130  Ctrl-C; 143 after SIGTERM
  After 6, 7 and 130 the last line is the command that goes on with the task.
  resume: the highest of its tasks' codes; 5 also while a create is listed as unknown.
`;

const GENERATE = `Usage: minimax-video generate [prompt | request.json | -] [options]

Makes a video: checks the request, sends it once, waits for the task, saves an MP4. Needs
MINIMAX_API_KEY. What you typed is sent as you typed it or refused; nothing is rounded, replaced or
left out.

  minimax-video generate 'a red fox runs [Push in]' --duration 10 --out fox.mp4
  minimax-video generate 'she smiles' --first-frame portrait.jpg --model MiniMax-Hailuo-2.3-Fast
  minimax-video generate 'a fox in the style of image 1' --reference style.png --model MiniMax-H3 \\
    --duration 6 --resolution 768P
  minimax-video generate fox.json --dry-run

${REQUEST}
${BUYING}
${SERVING}
${PRINTING}
${MODELS}`;

const TEMPLATE = `Usage: minimax-video template <template_id> [options]

Makes a video from a template, which decides on length, size and price. The vendor calls templates
deprecated; they are still served. Needs MINIMAX_API_KEY.

  minimax-video template 393769180141805569 --media cat.jpg --text lion

The request
  --text TEXT              fills the next blank for text; once for each
  --media IMAGE            fills the next blank for an image, a local file, an http(s) URL or a
                           data URL; once for each
  --callback-url URL       where the service shall push each change of status

${BUYING}
${SERVING}
${PRINTING}
Known templates (the vendor changes them; any id is sent)
${templateTable()}`;

const TASK = `Usage: minimax-video task <id | record.json | - | '{"version":1,…}'> [options]

Goes on with a task that exists, after Ctrl-C, a crash, a time-out or --no-wait: waits for it and
saves its video. Costs nothing. Name the task by its id, or by what --json printed for it (a file,
- for stdin, or the JSON itself), which knows its server and whether it is from a template.

  minimax-video task 176843862716480
  minimax-video generate 'a red fox runs' --no-wait --json > fox.json
  minimax-video task fox.json --out fox.mp4

  --template               the id is of a template task
  --kind KIND              the id is of a task of version 2: generation, regeneration, h3_context_ir
  --no-wait                print the status once, in the service's own word; exit code 4 if the
                           task failed

${SAVING}
${JOURNAL}
${SERVING}
${PRINTING}`;

const TASKS = `Usage: minimax-video tasks [options]
       minimax-video tasks list [--status WORD] [--model MODEL] [--kind KIND]
       minimax-video tasks cancel <id>
       minimax-video tasks delete <id>

Lists what the journal knows, what is open first: it asks nobody.

  UNKNOWN      the request was sent, and nobody knows whether it was accepted: it may be charged.
               Of version 2 minimax-video resume looks for its task; else look at the console, then
               --forget it
  sending      a process sends it right now
  accepted     the task is not known to have ended: minimax-video resume waits for it
  succeeded    the video is there, and was not saved: minimax-video resume saves it
  saved        the file is named; failed: the service gave the task up
  UNREADABLE   a file in the journal that is no entry, or of a later version; it is left alone

  --all                    also all that is over; else only the last 5
  --server NAME|URL        only of this server, or the one to ask; with --like as in generate
  --forget ID              remove the entry of this task, or with this id; once for each. Its key
                           then buys anew. Refused for what may still come, without --force
  --force                  forget it all the same
  --forget-finished DAYS   remove what was saved or failed at least so many days ago
  --journal FOLDER         where to look. Default MINIMAX_JOURNAL, see minimax-video --help

With a word it asks the service, which lists tasks of version 2 (MiniMax-H3) for seven days; of
version 1 it lists none, and takes none back. Needs MINIMAX_API_KEY.
  list                     every task of the account, as the service tells of it
  --status WORD            only queued, running, succeeded, failed, cancelled or expired
  --model MODEL            only of this model
  --kind KIND              only generation, regeneration or h3_context_ir
  cancel                   take a queued task back; it is not charged. Refused for any other
  delete                   take a task that is over off the list, its video with it. Refused while
                           the journal says that the video is not saved, without --force

Output
  --json                   one JSON object on stdout: { "folder", "entries": [{ "id", "state",
                           "key", "kind", "server", "model", "duration", "resolution",
                           "fingerprint", "submittedAt", "target", "task", "ended", "saved" }] };
                           what is not known is absent; unreadable ones have "id", "state" and
                           "problem". With --forget { "forgotten": [ids] }; list { "tasks":
                           [{ "task", "status", "createdAt", "updatedAt" }] }; cancel and delete
                           { "cancelled" } and { "deleted" }. Times are milliseconds since 1970
  --quiet                  no advice
  -h, --help               this text
`;

const RESUME = `Usage: minimax-video resume [task id …] [options]

Waits for every task of the journal that is accepted, or finished and not saved, all at once, and
saves each video where its generate wanted it, else as out/<task id>.mp4. Costs nothing. Prints
each path as soon as the video is there; goes on with the others when one fails. Only the chosen
server is asked; for tasks of others the command is named. A create whose reply was lost is looked
for in the list of the service, which version 2 has: by model, length, size and time.

  minimax-video resume
  minimax-video resume 176843862716480 176843862716481 --out videos/

${SAVING}  --journal FOLDER         where to look. Default MINIMAX_JOURNAL, see minimax-video --help

${SERVING}
Output
  --json                   one JSON object on stdout: { "saved": [{ "taskId", "task", "path",
                           "bytes", … }], "failed": [{ "taskId", "error", "exitCode" }],
                           "unknown": [entries, "reconciled" where it was looked for],
                           "elsewhere": [entries], "exitCode" }; entries as
                           in tasks --json
  --quiet                  no progress
  -h, --help               this text
`;

const CHECK = `Usage: minimax-video check [prompt | request.json | -] [options]

Says everything that is wrong with a request, and its list price where one is published. Asks
nobody, needs no key. Exit code 2 if the request would be refused. A request with a template_id is
checked as one for a template. What generate takes, check takes, and it means the same.

  minimax-video check 'a red fox runs' --duration 10 --resolution 1080P
  minimax-video check request.json --server quickrouter --json

${REQUEST}
${SERVING}
${PRINTING}
${MODELS}`;

const FILES = `Usage: minimax-video files upload <path> --purpose PURPOSE [options]
       minimax-video files list [--purpose PURPOSE] [options]
       minimax-video files get <id> [--out PATH] [options]
       minimax-video files delete <id> --purpose PURPOSE [options]

What the service keeps: uploads, and the videos of version 1. Costs nothing. An upload for
video_generation_input is looked at before it is sent, and can be used for seven days in a request
of version 2, by the mm_file:// that upload prints. It is not sent twice when it is not known
whether it arrived: list shows that. delete asks nothing; gone is gone.

  minimax-video files upload fox.mp4 --purpose video_generation_input
  minimax-video files list --json
  minimax-video files get 176844028768320 --out fox.mp4
  minimax-video files delete 176844028768320 --purpose video_generation_input

  --purpose PURPOSE        upload: video_generation_input, or of other products video_understanding,
                           voice_clone, prompt_audio, t2a_async_input. list and delete also know
                           video_generation and t2a_async. list: default video_generation_input
  --filename NAME          upload under this name. Default the file's own
  --out PATH               get: a file; or a folder, if it exists as one or ends in a slash. Default
                           out/<id> with the ending that the file has at the service
  --force                  get: replace a file that exists; else that is refused

${SERVING}
Output
  On stdout: what upload gives for use in a request, a line for each file, the path, the deleted id.
  --json                   one JSON object on stdout: the file with its uri, { "files" },
                           { "fileId", "path", "bytes", "type" }, or { "deleted", "purpose" }; for
                           an error { "error": { "name", "message", "fileId", … }, "exitCode" }
  --quiet                  no progress
  -h, --help               this text
`;

const DEMO = `Usage: minimax-video demo [prompt | request.json | -] [options]

As generate, but at a mock that is started for it: needs no key, pays nothing. Without a prompt, an
image or a request it sends the documented example, a face that becomes a video. npm start is this
command.

  npm start
  npm start -- 'a red fox runs [Push in]' --model MiniMax-Hailuo-2.3 --duration 10
  MINIMAX_API_KEY=… npm start -- --server global     the same at MiniMax, which costs money

It takes the options of generate (minimax-video generate --help). Only --server makes it talk to
anybody else; MINIMAX_SERVER does not. --no-wait and --like go with --server only.
`;

const MOCK = `Usage: minimax-video mock [options]

A MiniMax on this machine, until Ctrl-C: it judges requests by the spec, moves tasks through their
states and serves playable MP4s. Its URL goes to stdout, one line for each request to stderr; never
a key or a prompt.

  minimax-video mock --speed 20
  MINIMAX_SERVER=http://127.0.0.1:4010 MINIMAX_API_KEY=anything minimax-video generate 'a fox runs'

  --port N                 default 4010; 0 takes any free one
  --host ADDRESS           default 127.0.0.1, this machine alone
  --speed N                how many times faster than life. Default 1: a task takes 90 seconds
  --strict                 answer an invalid request with HTTP 4xx and the rule it breaks, as
                           Prism does. Default: as MiniMax does, HTTP 200 and status_code 2013
  --quiet                  no line for each request
  -h, --help               this text

Failures to ask for, by a token anywhere in the prompt (or a template's text). As API key the name
with dashes asks for it in every request: MINIMAX_API_KEY=mock-rate-limited. The header
x-mock-fault: NAME asks for it in the request that carries it. on=query, retrieve or download moves
a fault there, times=N limits it: {mock:unclear on=query times=2}.

`;

const LISTEN = `Usage: minimax-video listen [options]

Prints what the service calls back, as it comes, until Ctrl-C: to see what callbacks are like, or
whether they reach this machine. The first line on stdout is the callback_url to give; one line
follows for each status. The challenge of a create is answered. Whoever calls another address is
refused, with a line on stderr. Asks nobody, needs no key, and confirms nothing.

  minimax-video listen --port 4020
  minimax-video listen --public-url https://fox.example --json

MiniMax reaches public addresses only: put a tunnel or a proxy in front, and name its address with
--public-url. A mock on this machine needs neither:

  minimax-video mock --speed 20 &
  minimax-video listen &
  MINIMAX_SERVER=http://127.0.0.1:4010 MINIMAX_API_KEY=anything \\
    minimax-video generate 'a red fox runs' --callback-url 'the first line of listen'

  --port N                 default 4020; 0 takes any free one
  --host ADDRESS           default 127.0.0.1, this machine alone
  --path PATH              default /callbacks
  --public-url URL         how the service reaches this machine: its scheme, host and what stands
                           before the path. Default http://127.0.0.1 and the port
  --secret TEXT            at least 32 characters, so that the address of an earlier run is good
                           again. Better as MINIMAX_WEBHOOK_SECRET: every process can read a command
                           line. Default: one of its own for each run

Output
  --json                   one JSON object a line: { "url" } first, then
                           { "at", "kind", "state", "taskId", "word", … }; never a signed link
  --quiet                  nothing on stderr
  -h, --help               this text
`;

const CONTRACT = `Usage: minimax-video contract --server NAME|URL|mock [options]

Holds a server to the documented API: asks it everything that may be asked, validates every answer
against the specs, and says which documented facts it confirms, contradicts or was not asked. For
the CI of whoever operates a gateway or depends on the service. The key is MINIMAX_API_KEY; without
one only what needs none is asked.

  minimax-video contract --server mock
  minimax-video contract --server https://staging.example/minimax --like quickrouter --free
  MINIMAX_API_KEY=… minimax-video contract --server global --paid --paid-v2
  MINIMAX_API_KEY=… minimax-video contract --server global --task generation:424010985738629

What may be sent
  (nothing of these)       only what costs nothing: reads, and creates without a good key
  --task [KIND:]ID         look at a task that exists too: its query, its file and its link. KIND is
                           video (the default), template, generation, regeneration, h3_context_ir;
                           the last three are of version 2. Once for each kind
  --paid                   buy the cheapest video of version 1, once; its list price is shown first
  --paid-v2                the same of version 2. It is waited for and left where it is: nothing is
                           cancelled or deleted. Refused where no list price is documented
  --free                   the server charges nothing: send all, hundreds of legal and illegal
                           creates among them. --server mock, which starts a mock, implies it
  --requests-per-minute N  at most so many. Default 60; with --free as many as go

${SERVING}
The report
  --report FOLDER          where index.html (self-contained), junit.xml and report.json go. Default
                           contract-report
  --traffic                write traffic.ndjson beside them: every exchange, without keys and
                           signatures, as redocly drift reads it
  --json                   the report as one JSON object on stdout, instead of the summary
  --quiet                  no progress
  -h, --help               this text

Exit code 0 when nothing fails and no fact is contradicted, 1 when something does, 2 when it could
not be carried out as written, 8 when the server cannot be reached.
`;

const HELP: Record<Exclude<CommandName, "mock">, string> = {
  generate: GENERATE,
  template: TEMPLATE,
  task: TASK,
  tasks: TASKS,
  resume: RESUME,
  check: CHECK,
  files: FILES,
  listen: LISTEN,
  contract: CONTRACT,
  demo: DEMO,
};

/** The version of the package. */
export async function version(): Promise<string> {
  // The same path from dist/cli and src/cli.
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return String((JSON.parse(text) as { version: unknown }).version);
}
