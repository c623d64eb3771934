import { KINDS } from "../base/task.js";
import { MODELS } from "../check/meant-request.js";
import { templates } from "../generated/offers.js";
import { servers } from "../generated/servers.js";

/** An option, for the parser, the help and the completion. */
export interface Option {
  type: "string" | "boolean";
  help: string;
  /** What the help calls its value, such as FILE. */
  value?: string;
  multiple?: true;
  short?: string;
  number?: NumberRule;
  /** Its heading in the help. */
  section?: string;
  /** Whether only --help --all shows it. */
  more?: true;
  /** What a shell offers as its value. Default: files if `value` names a file or folder. */
  offers?: Offers;
}

/** What a shell may offer: these words, files, or nothing. */
export type Offers = readonly string[] | "files" | "nothing";

/** The numbers that an option accepts, in decimal digits. */
export interface NumberRule {
  least: number;
  most: number;
  whole?: true;
  /** What the error message asks for if it is anything else. */
  wanted: string;
  /** What the help calls it. */
  value: string;
}

/** A help text. As in help.txt, one that begins with | is shown only with --all. */
const helped = (text: string) =>
  text.startsWith("| ") ? { help: text.slice(2), more: true as const } : { help: text };
const flag = (help: string) => ({ type: "boolean" as const, ...helped(help) });
/** An option with a value. `offers`: words for a shell, with spaces between them. */
const text = (value: string, help: string, offers?: string) => {
  return { type: "string" as const, value, ...helped(help), ...(offers && { offers: offers.split(" ") }) };
};
const list = (value: string, help: string) => ({ ...text(value, `${help}; repeat for each`), multiple: true as const });
const number = (rule: NumberRule, help: string) => ({ ...text(rule.value, help), number: rule });

/** Shows an option only with --all. */
const more = <Of extends Option>(option: Of) => ({ ...option, more: true as const });

/** Puts options under a heading of the help. */
function section<Options extends Record<string, Option>>(title: string, options: Options): Options {
  const rows = Object.entries(options).map(([name, option]) => [name, { ...option, section: title }]);
  // The same names and types.
  return Object.fromEntries(rows) as Options;
}

const modelNames = [...new Set(MODELS)].join(" ");

const decimal = (least: number, most: number, wanted: string, value = "N") => ({ least, most, wanted, value });
const whole = (...rule: Parameters<typeof decimal>) => ({ ...decimal(...rule), whole: true as const });
// The longest time that a timer can be set to.
const seconds = decimal(Number.MIN_VALUE, 2_147_483, "a number of seconds above 0, at most 2147483", "SECONDS");
const milliseconds = decimal(1, 2_147_483_647, "a number of milliseconds from 1", "MS");
const days = whole(0, 1e6, "a whole number of days", "DAYS");
const money = decimal(0, 1e9, "a number from 0, in the currency of the price list", "AMOUNT");
const factor = decimal(Number.MIN_VALUE, 1e12, "a number above 0");
const counts = whole(1, 1000, "a whole number from 1 to 1000");
const seeds = whole(1, 1e9, "a whole number from 1");
const pace = decimal(0.01, 1e12, "a number from 0.01");
const ports = whole(0, 65_535, "a number from 0 to 65535");

const redis = text("URL", "the Redis with the queue of batch and worker, or env to use REDIS_URL");
const port = number(ports, "the port to listen on, or 0 for any free one. Default 4010 for mock, 4020 for listen");
const host = text("ADDRESS", "the address to listen on. Default 127.0.0.1, this machine only");

const replace = flag("replace an existing file, which is otherwise refused before anything is bought or downloaded");
const place = "a file, a folder, or - for stdout. A folder must exist or end in a slash. Default out/<id>.mp4";
const out = { ...text("PATH", `where to save: ${place}`), short: "o" };
const quiet = flag("print only the result and errors");
const help = { ...flag("print help; with --all, print everything"), short: "h" };
const json = flag("print one JSON object on stdout, also for an error");
const output = section("Output", { json, quiet, help });
const published = Object.entries(servers).flatMap(([name, { baseUrl }]) => (baseUrl ? [name] : []));
const named = `${published.join(", ")} or a base URL`;
const server = section("Server", {
  server: text("NAME|URL", `${named}. Default MINIMAX_SERVER, else global`, published.join(" ")),
  like: text("NAME", "| the documented server that a URL behaves like", Object.keys(servers).join(" ")),
});
const common = { ...server, ...output };

const journal = text(
  "FOLDER",
  "the folder of the journal, or the redis:// URL of a shared one. Default MINIMAX_JOURNAL, see minimax-video --help",
);
const journaling = section("Journal", { journal: more(journal), "no-journal": flag("| record nothing") });

const waiting = section("Waiting and saving", {
  out,
  force: more(replace),
  "allow-host": list("HOST", "| a private host that the link to the video may lead to"),
  timeout: number(seconds, "| stop waiting after this time; the task continues. Default 1800"),
  "poll-interval": number(seconds, "| time between queries. Default: learned from how long such tasks take"),
});

const linking = section("Waiting and saving", {
  url: flag("print the link to the video instead of saving it. It needs no key and works for about an hour"),
  open: flag("open the saved video in the default video player of this machine"),
});

const keyHelp =
  "buy once: later runs with this NAME get the same task. Their request must be the same. Not the API key";
const buying = {
  ...waiting,
  ...linking,
  ...section("Waiting and saving", {
    "no-wait": flag("print the id of the task and exit; minimax-video task <id> continues"),
    "dry-run": flag("check the request and show it with server and price. Sends nothing and needs no key"),
  }),
  ...section("Journal", { ...journaling, key: text("NAME", keyHelp) }),
};

const sizesOfH3 = "MiniMax-H3: 480P, 768P or 2K, -H3-Max: 480P or 768P";
const callbackUrl = text("URL", "where the service sends each change of status");

export const fields = section("The request", {
  prompt: text("TEXT", "| the prompt, whatever it looks like, instead of the argument"),
  model: text("MODEL", "minimax-video models lists them with prices. The default depends on the mode", modelNames),
  duration: text("SECONDS", "6 (default) or 10; MiniMax-H3: 4 to 15, no default", "4 5 6 7 8 9 10 11 12 13 14 15"),
  resolution: text("SIZE", `512P, 720P, 768P or 1080P. ${sizesOfH3}, no default`, "480P 512P 720P 768P 1080P 2K"),
  "first-frame": text("IMAGE", "start with this image"),
  image: text("IMAGE", "| the same as --first-frame"),
  "last-frame": text("IMAGE", "end with this image"),
  subject: text("IMAGE", "| put the person in this photograph into the video"),
  reference: list("FILE", "MiniMax-H3: an image, video or sound as a reference"),
  ratio: text(
    "W:H",
    "| MiniMax-H3: such as 16:9; with files also adaptive. Required with a prompt only",
    "21:9 16:9 4:3 1:1 3:4 9:16 adaptive",
  ),
  "no-prompt-optimizer": flag("| take the prompt literally"),
  "fast-pretreatment": flag("| shorten the prompt optimizer's step (Hailuo models only)"),
  watermark: flag("| mark the video as made by AI"),
  "callback-url": more(callbackUrl),
});
const request = section("The request", {
  ...fields,
  request: text("FILE", "| the whole request as JSON, whatever the file is called, or - for stdin"),
});

const force = flag("with --forget: tasks that may still finish; with delete: tasks whose video is not saved");
const purpose = text(
  "PURPOSE",
  "required to upload and delete. list: default video_generation_input",
  "video_generation_input video_understanding voice_clone prompt_audio t2a_async_input",
);

/** The options of each command. To add one, declare it here: the parser and --help read this table. */
export const OPTIONS = {
  generate: { ...request, ...buying, ...common },
  template: {
    ...section("The request", {
      text: list("TEXT", "fill the next text blank"),
      media: list("IMAGE", "fill the next image blank with a local file, an http(s) URL or a data URL"),
      "callback-url": callbackUrl,
    }),
    ...buying,
    ...common,
  },
  task: {
    template: flag("the id belongs to a template task"),
    kind: text(
      "KIND",
      `the kind of the task, if it is not a video of version 1: ${KINDS.slice(1).join(", ")}`,
      KINDS.join(" "),
    ),
    "no-wait": flag("print the status in the words of the service; exit code 4 if the task failed"),
    ...waiting,
    ...linking,
    ...journaling,
    ...common,
  },
  tasks: {
    all: flag("list all finished entries instead of the last 5"),
    forget: list("ID", "remove the entry with this task or entry id. Its key can then buy again"),
    force,
    "forget-finished": number(days, "remove entries that were saved or failed at least DAYS days ago"),
    journal,
    ...common,
  },
  "tasks list": {
    ...section("Filters of tasks list", {
      status: text(
        "WORD",
        "queued, running, succeeded, failed, cancelled or expired",
        "queued running succeeded failed cancelled expired",
      ),
      model: text("MODEL", "such as MiniMax-H3", modelNames),
      kind: text("KIND", "generation, regeneration or h3_context_ir", "generation regeneration h3_context_ir"),
    }),
    journal,
    ...common,
  },
  "tasks cancel": { journal, ...common },
  "tasks delete": { force, journal, ...common },
  resume: { ...waiting, ...section("Journal", { journal }), ...common },
  batch: {
    ...section("The batch", {
      concurrency: number(counts, "videos that may be under way at once. Default 5"),
      "max-cost": number(money, "buy nothing more once the total list price, earlier runs included, would exceed this"),
      redis,
      results: text("FILE", "the outcome of each request, as a line of JSON. Default: the file plus .results.jsonl"),
      "dry-run": flag("check every request and show the total list price. Sends nothing and needs no key"),
    }),
    ...waiting,
    ...section("Journal", { journal }),
    ...common,
  },
  worker: {
    redis,
    concurrency: number(counts, "jobs that may run at once. Default 5"),
    out: { ...text("FOLDER", "where videos are saved. Default out/"), short: "o" },
    ...server,
    ...section("Output", { quiet, help }),
  },
  check: { ...request, ...common },
  models: common,
  "files upload": { purpose, filename: text("NAME", "upload under this name. Default: the file's own"), ...common },
  "files list": { purpose, ...common },
  "files get": { out, force: replace, ...common },
  "files delete": { purpose, ...common },
  mock: {
    port,
    host,
    speed: number(factor, "how many times faster than MiniMax. Default 1: a task takes 90 seconds"),
    replay: text("FILE", "answer like the server whose traffic is in FILE (traffic.ndjson of contract --traffic)"),
    tls: flag("serve HTTPS, with a certificate made for this run. Needs the package selfsigned"),
    strict: flag("answer invalid requests with HTTP 4xx and the broken rule, as Prism does"),
    quiet,
    help,
  },
  listen: {
    port,
    host,
    path: text("/PATH", "the path of the callback_url. Default /callbacks"),
    "public-url": text("URL", "how the service reaches this machine. Default http://127.0.0.1 and the port"),
    secret: text("TEXT", "signs the URL. Prefer MINIMAX_WEBHOOK_SECRET. Default: a new one for each run"),
    ...output,
  },
  contract: {
    ...section("What may be sent", {
      task: list("[KIND:]ID", "also check an existing task, one of each kind"),
      paid: flag("buy the cheapest video of version 1 once; its list price is shown first"),
      "paid-v2": flag("the same for version 2. Refused if no list price is documented"),
      free: flag("the server charges nothing: send everything, including hundreds of creates"),
      "requests-per-minute": number(pace, "| default 60; no limit with --free"),
      "max-time": number(seconds, "| end the run after this time, with a report of what was tested. Default 3600"),
    }),
    ...section("What is tested", {
      only: list("WHAT", "an operationId, a kind of check, or operationId:kind, such as 'listFiles:list facts'"),
      skip: list("WHAT", "| what not to test, in the same form"),
      rerun: text(
        "failures",
        "| only what failed in the last run, according to the report in the folder of --report",
        "failures",
      ),
      accept: text(
        "FILE",
        "| deviations that do not count: a JSON list of { operation, check, about, reason, expires }",
      ),
      seed: number(seeds, "| send a server that charges the same sample of illegal bodies as the run that reported N"),
      "max-response-time": number(milliseconds, "| report every reply that takes longer"),
    }),
    ...section("The report", {
      report: text("FOLDER", "where to write index.html, junit.xml and report.json. Default contract-report"),
      traffic: flag("also write traffic.ndjson: every exchange without keys and signatures"),
    }),
    ...common,
    server: {
      ...server.server,
      help: `mock, prism, ${named}. Required; MINIMAX_SERVER is not read`,
      offers: [...published, "mock", "prism"],
    },
  },
  doctor: {
    "try-regions": flag("if the server refuses the key, also send it to the vendor's servers of the other region"),
    "callback-url": text("URL", "check from here whether this address of yours answers as the service requires"),
    ...journaling,
    ...common,
  },
  mcp: {
    ...section("What a model may do", {
      folder: list("FOLDER", "read and save files below this folder; relative paths start at the first. Default none"),
      "max-cost": number(money, "what may be spent without asking, until the server stops. Default 0: always ask"),
      "max-cost-per-video": number(money, "what one video may cost without asking. Default --max-cost"),
    }),
    ...journaling,
    ...server,
    ...section("Output", { quiet, help }),
  },
  completion: { help },
  demo: { ...request, ...buying, ...common },
} as const satisfies Record<string, Record<string, Option>>;

export type CommandName = keyof typeof OPTIONS;

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The commands that take arguments: at most how many (default 1), what it is if one is required, and what shells offer. */
export const ARGUMENTS: Partial<Record<CommandName, { most?: number; needs?: string; offers?: Offers }>> = {
  generate: { offers: "files" },
  template: {
    needs: "the id of a template (minimax-video template --help --all lists them)",
    offers: templates.map(({ template_id }) => template_id),
  },
  task: { needs: "the id of a task, or a file with the output of --json", offers: "files" },
  "tasks cancel": { needs: "the id of a task" },
  "tasks delete": { needs: "the id of a task" },
  resume: { most: Number.POSITIVE_INFINITY },
  batch: { needs: "a file with one request per line, or - for stdin", offers: "files" },
  check: { offers: "files" },
  "files upload": { needs: "the path of a file", offers: "files" },
  "files get": { needs: "the id of a file" },
  "files delete": { needs: "the id of a file" },
  completion: { most: Number.POSITIVE_INFINITY, needs: `the name of a shell: ${SHELLS.join(", ")}`, offers: SHELLS },
  demo: { offers: "files" },
};

export const EXCLUSIVE: readonly (readonly [string, string])[] = [
  ["url", "out"],
  ["url", "no-wait"],
  ["open", "url"],
  ["open", "no-wait"],
  ["journal", "no-journal"],
  ["template", "kind"],
  ["image", "first-frame"],
];

type Value<Of extends Option> = Of extends { number: NumberRule }
  ? number
  : Of extends { multiple: true }
    ? string[]
    : Of extends { type: "boolean" }
      ? boolean
      : string;

/** The values of a command's options. Absent ones are undefined. */
export type Values<Name extends CommandName> = {
  [Key in keyof (typeof OPTIONS)[Name]]?: Value<Extract<(typeof OPTIONS)[Name][Key], Option>> | undefined;
};

/** What was typed after a command. Most take only one argument, the first of the words. */
export interface Parsed<Name extends CommandName> {
  values: Values<Name>;
  argument: string | undefined;
  words: string[];
}
