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

const OVERVIEW = `minimax-video: videos from MiniMax (Hailuo), and a local mock to try them with

Usage: minimax-video <command> [options]

  generate   make a video from a prompt, a first or last frame, or a face
  template   make a video from one of the vendor's templates
  task       wait for an existing task and save its video
  tasks      list what was bought from here; list, cancel or delete tasks at the service
  resume     wait for every unfinished task and save its video; buys nothing
  check      show what is wrong with a request and what it costs, without sending it
  files      upload images, videos and sounds for version 2; list, get and delete files
  mock       run a local MiniMax, free of charge
  listen     print callbacks from the service as they arrive
  contract   test a server against the documented API and write a report
  demo       run generate with a mock of its own: no key needed, free of charge

Run minimax-video <command> --help for details and --version for the version.

A video costs money and takes minutes. Everything that can be checked in advance is checked before
anything is sent, the price is shown before you pay, and a request that may have been accepted is
never sent again. Each request is recorded in a journal first, so a crash loses no task.

stdout holds only the result: the path of the video, or one JSON object with --json. Everything
else goes to stderr.

Environment
  MINIMAX_API_KEY   the API key. It is not an option, because every process can read a command line
  MINIMAX_SERVER    the server, unless --server is given
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

const GENERATE = `Usage: minimax-video generate [prompt | request.json | -] [options]

Checks the request, sends it once, waits for the task and saves an MP4. Needs MINIMAX_API_KEY. Your
input is sent exactly as typed or refused; nothing is rounded, replaced or dropped.

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

Makes a video from a template, which sets length, size and price. The vendor has deprecated
templates but still serves them. Needs MINIMAX_API_KEY.

  minimax-video template 393769180141805569 --media cat.jpg --text lion

The request
  --text TEXT              fill the next text blank; repeat for each
  --media IMAGE            fill the next image blank with a local file, an http(s) URL or a data
                           URL; repeat for each
  --callback-url URL       where the service sends each change of status

${BUYING}
${SERVING}
${PRINTING}
Known templates (the vendor changes them, so any id is accepted)
${templateTable()}`;

const TASK = `Usage: minimax-video task <id | record.json | - | '{"version":1,…}'> [options]

Continues with an existing task after Ctrl-C, a crash, a timeout or --no-wait: waits for it and
saves its video. Free of charge. Give the id of the task or the output of --json (a file, - for
stdin, or the JSON itself), which also holds its server and kind.

  minimax-video task 176843862716480
  minimax-video generate 'a red fox runs' --no-wait --json > fox.json
  minimax-video task fox.json --out fox.mp4

  --template               the id belongs to a template task
  --kind KIND              the id belongs to a version 2 task: generation, regeneration or
                           h3_context_ir
  --no-wait                print the current status in the words of the service; exit code 4 if
                           the task failed

${SAVING}
${JOURNAL}
${SERVING}
${PRINTING}`;

const TASKS = `Usage: minimax-video tasks [options]
       minimax-video tasks list [--status WORD] [--model MODEL] [--kind KIND]
       minimax-video tasks cancel <id>
       minimax-video tasks delete <id>

Lists the journal, open entries first, without asking the service.

  UNKNOWN      the request was sent, but it is unknown whether it was accepted: it may be charged.
               For version 2, minimax-video resume looks for the task. Otherwise check the console,
               then --forget the entry
  sending      a process is sending the request right now
  accepted     the task may still be running: minimax-video resume waits for it
  succeeded    the video is ready but not saved: minimax-video resume saves it
  saved        the video is saved in the named file; failed: the task failed
  UNREADABLE   a file that is not a journal entry, or one of a later version; it is left alone

  --all                    list all finished entries instead of the last 5
  --server NAME|URL        list only this server, or ask it; --like works as in generate
  --forget ID              remove the entry with this task or entry id; repeat for each. Its key can
                           then buy again. Refused for tasks that may still finish
  --force                  forget such tasks anyway
  --forget-finished DAYS   remove entries that were saved or failed at least DAYS days ago
  --journal FOLDER         the journal to use. Default MINIMAX_JOURNAL, see minimax-video --help

list, cancel and delete ask the service, which keeps tasks of version 2 (MiniMax-H3) for seven days.
It does not list or cancel tasks of version 1. Needs MINIMAX_API_KEY.
  list                     list every task of the account
  --status WORD            only queued, running, succeeded, failed, cancelled or expired
  --model MODEL            only this model
  --kind KIND              only generation, regeneration or h3_context_ir
  cancel                   cancel a queued task, which is then not charged. Refused in other states
  delete                   delete a finished task and its video. Refused without --force while the
                           journal says that the video is not saved

Output
  --json                   one JSON object on stdout: { "folder", "entries": [{ "id", "state",
                           "key", "kind", "server", "model", "duration", "resolution",
                           "fingerprint", "submittedAt", "target", "task", "ended", "saved" }] };
                           unknown fields are absent; unreadable entries have "id", "state" and
                           "problem". With --forget { "forgotten": [ids] }; list { "tasks":
                           [{ "task", "status", "createdAt", "updatedAt" }] }; cancel and delete
                           { "cancelled" } and { "deleted" }. Times are milliseconds since 1970
  --quiet                  no advice
  -h, --help               this text
`;

const RESUME = `Usage: minimax-video resume [task id …] [options]

Waits for all unfinished tasks of the journal at once and saves each video where generate was told
to, otherwise as out/<task id>.mp4. Free of charge. Prints each path as soon as the video is saved
and continues with the others if one fails. Asks only the chosen server, and prints the command for
others. If the reply to a version 2 request was lost, looks for its task at the service by model,
length, size and time.

  minimax-video resume
  minimax-video resume 176843862716480 176843862716481 --out videos/

${SAVING}  --journal FOLDER         the journal to use. Default MINIMAX_JOURNAL, see minimax-video --help

${SERVING}
Output
  --json                   one JSON object on stdout: { "saved": [{ "taskId", "task", "path",
                           "bytes", … }], "failed": [{ "taskId", "error", "exitCode" }],
                           "unknown": [entries, with "reconciled" after a search],
                           "elsewhere": [entries], "exitCode" }; entries are as
                           in tasks --json
  --quiet                  no progress
  -h, --help               this text
`;

const CHECK = `Usage: minimax-video check [prompt | request.json | -] [options]

Shows everything that is wrong with a request, and its list price if one is published. Sends
nothing and needs no key. Exit code 2 if the request would be refused. A request with a template_id
is checked as a template request. Arguments and options mean the same as for generate.

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

The files that the service keeps: uploads, and videos of version 1. Free of charge. An upload for
video_generation_input is checked before it is sent. For seven days, requests of version 2 can use
it by the mm_file:// URL that upload prints. If an upload may have arrived, it is not sent again:
list shows whether it did. delete does not ask for confirmation and cannot be undone.

  minimax-video files upload fox.mp4 --purpose video_generation_input
  minimax-video files list --json
  minimax-video files get 176844028768320 --out fox.mp4
  minimax-video files delete 176844028768320 --purpose video_generation_input

  --purpose PURPOSE        upload: video_generation_input; for other products video_understanding,
                           voice_clone, prompt_audio, t2a_async_input. list and delete also take
                           video_generation and t2a_async. list: default video_generation_input
  --filename NAME          upload under this name. Default: the name of the file
  --out PATH               get: a file; or a folder, if it exists as one or ends in a slash. Default
                           out/<id> with the file extension used at the service
  --force                  get: replace an existing file

${SERVING}
Output
  On stdout: the URL or id of the upload, a line for each file, the path, or the deleted id.
  --json                   one JSON object on stdout: the file with its uri, { "files" },
                           { "fileId", "path", "bytes", "type" } or { "deleted", "purpose" }; for
                           an error { "error": { "name", "message", "fileId", … }, "exitCode" }
  --quiet                  no progress
  -h, --help               this text
`;

const DEMO = `Usage: minimax-video demo [prompt | request.json | -] [options]

Runs generate with a mock of its own: needs no key and is free of charge. Without a prompt, an image
or a request it sends the documented example, a video of a face. npm start runs this command.

  npm start
  npm start -- 'a red fox runs [Push in]' --model MiniMax-Hailuo-2.3 --duration 10
  MINIMAX_API_KEY=… npm start -- --server global     the same with MiniMax, which costs money

Takes the options of generate (minimax-video generate --help). Only --server makes it use another
server; MINIMAX_SERVER does not. --no-wait and --like work only with --server.
`;

const MOCK = `Usage: minimax-video mock [options]

Runs a local MiniMax until Ctrl-C. It validates requests against the spec, moves tasks through their
states and serves playable MP4s. Its URL goes to stdout and one line for each request to stderr,
without keys or prompts.

  minimax-video mock --speed 20
  MINIMAX_SERVER=http://127.0.0.1:4010 MINIMAX_API_KEY=anything minimax-video generate 'a fox runs'

  --port N                 default 4010; 0 means any free port
  --host ADDRESS           default 127.0.0.1, this machine only
  --speed N                how many times faster than MiniMax. Default 1: a task takes 90 seconds
  --strict                 answer invalid requests like Prism, with HTTP 4xx and the broken rule.
                           Default: like MiniMax, with HTTP 200 and status_code 2013
  --quiet                  do not print requests
  -h, --help               this text

To simulate a failure, put its token anywhere in the prompt (or in a template's text). To simulate
it in every request, use its name with dashes as the API key: MINIMAX_API_KEY=mock-rate-limited. The
header x-mock-fault: NAME simulates it in one request. on=query, retrieve or download moves a fault
to that step, and times=N limits it: {mock:unclear on=query times=2}.

`;

const LISTEN = `Usage: minimax-video listen [options]

Prints callbacks from the service as they arrive, until Ctrl-C, to show what callbacks look like or
whether they reach this machine. The first line on stdout is the callback_url to use; one line
follows for each status. Challenges are answered. Calls to other URLs are refused, with a line on
stderr. Sends nothing, needs no key, and does not verify callbacks.

  minimax-video listen --port 4020
  minimax-video listen --public-url https://fox.example --json

MiniMax reaches only public addresses: put a tunnel or proxy in front and give its address with
--public-url. A mock on this machine needs neither:

  minimax-video mock --speed 20 &
  minimax-video listen &
  MINIMAX_SERVER=http://127.0.0.1:4010 MINIMAX_API_KEY=anything \\
    minimax-video generate 'a red fox runs' --callback-url 'the first line of listen'

  --port N                 default 4020; 0 means any free port
  --host ADDRESS           default 127.0.0.1, this machine only
  --path PATH              default /callbacks
  --public-url URL         how the service reaches this machine: scheme, host and anything before
                           the path. Default http://127.0.0.1 and the port
  --secret TEXT            at least 32 characters, so that the URL of an earlier run stays valid.
                           Better set MINIMAX_WEBHOOK_SECRET, because every process can read a
                           command line. Default: a new secret for each run

Output
  --json                   one JSON object a line: { "url" } first, then
                           { "at", "kind", "state", "taskId", "word", … }; never a signed link
  --quiet                  nothing on stderr
  -h, --help               this text
`;

const CONTRACT = `Usage: minimax-video contract --server NAME|URL|mock [options]

Tests a server against the documented API: sends every permitted request, validates every reply
against the specs, and reports which documented facts are confirmed, contradicted or untested. Made
for the CI of a gateway or of a project that depends on the service. Without MINIMAX_API_KEY, only
requests that need no key are sent.

  minimax-video contract --server mock
  minimax-video contract --server https://staging.example/minimax --like quickrouter --free
  MINIMAX_API_KEY=… minimax-video contract --server global --paid --paid-v2
  MINIMAX_API_KEY=… minimax-video contract --server global --task generation:424010985738629

What may be sent
  (none of these)          only what is free: reads, and creates without a valid key
  --task [KIND:]ID         also check an existing task: its query, its file and its link. KIND is
                           video (default), template, generation, regeneration or h3_context_ir; the
                           last three belong to version 2. One task of each kind
  --paid                   buy the cheapest video of version 1 once; its list price is shown first
  --paid-v2                the same for version 2. The task is awaited and never cancelled or
                           deleted. Refused if no list price is documented
  --free                   the server charges nothing: send everything, including hundreds of valid
                           and invalid creates. Implied by --server mock, which starts a mock
  --requests-per-minute N  the limit. Default 60; none with --free

${SERVING}
The report
  --report FOLDER          where to write index.html (self-contained), junit.xml and report.json.
                           Default contract-report
  --traffic                also write traffic.ndjson: every exchange without keys and signatures,
                           for redocly drift
  --json                   print the report as one JSON object instead of the summary
  --quiet                  no progress
  -h, --help               this text

Exit code 0 if nothing fails and no fact is contradicted, otherwise 1; 2 if the command line is
invalid, 8 if the server cannot be reached.
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
