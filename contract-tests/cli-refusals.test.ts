/** What the command line refuses before anything is sent: an argument that is hardly a prompt, and a number that is none. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CommandName, OPTIONS } from "../src/cli/command-options.js";
import { EXIT } from "../src/cli/exit-codes.js";
import { KEY, PROMPT, runCli, temporaryFiles } from "./helpers/command-line.js";
import { fakeServer, json, success } from "./helpers/fake-server.js";

const REQUEST = { model: "MiniMax-Hailuo-02", prompt: PROMPT, duration: 10 };
const TEXT = JSON.stringify(REQUEST);
const { folder } = temporaryFiles();
const server = fakeServer();

const at = (name: string) => join(folder, name);
function written(name: string, content: string | Buffer): string {
  writeFileSync(at(name), content);
  return at(name);
}

function madeFolder(name: string): string {
  mkdirSync(at(name), { recursive: true });
  return at(name);
}

function linkTo(name: string): string {
  rmSync(at("link"), { force: true });
  symlinkSync(at(name), at("link"));
  return at("link");
}

/** One run against a server that accepts every create and counts what it is asked. */
async function cli(args: string[], { stdin = "" }: { stdin?: string | Buffer } = {}) {
  server.next(json({ task_id: "176843862716480", ...success }));
  const env = { MINIMAX_API_KEY: KEY, MINIMAX_SERVER: server.url, MINIMAX_JOURNAL: at("journal") };
  const ended = await runCli(args, { env, stdin }, [KEY, PROMPT]);
  return { ...ended, sent: server.seen.map(({ body }) => (body ? JSON.parse(body) : undefined)) };
}

/** Each command with an argument that can be a prompt. */
const COMMANDS: [string, (...words: string[]) => string[]][] = [
  ["generate", (...words) => ["generate", "--no-wait", ...words]],
  ["check", (...words) => ["check", ...words]],
  ["demo", (...words) => ["demo", "--no-wait", "--server", server.url, ...words]],
];

/** Runs what must be refused before anything is sent, and gives what was said. */
async function refusal(args: string[], stdin?: string | Buffer): Promise<string> {
  const { code, stdout, stderr, sent } = await cli(args, stdin === undefined ? {} : { stdin });
  expect({ code, stdout, sent }, stderr).toEqual({ code: EXIT.refusedHere, stdout: "", sent: [] });
  return stderr;
}

describe.each(COMMANDS)("the argument of %s", (name, words) => {
  /** Runs what must be taken for a request of its own. */
  async function takes(args: string[], stdin: string | Buffer = "") {
    const { code, sent, stderr } = await cli(words(...args), { stdin });
    expect(code, stderr).toBe(0);
    expect(sent).toEqual(name === "check" ? [] : [REQUEST]);
    expect(stderr).not.toContain("the default here");
  }

  test("is the prompt, as it was typed", async () => {
    const { code, sent } = await cli(words(` ${PROMPT} `, "--model", "T2V-01"));
    expect(code).toBe(0);
    if (name !== "check") expect(sent).toEqual([{ model: "T2V-01", prompt: ` ${PROMPT} ` }]);
  });

  test.each([
    'She says "open request.json"',
    "“A fox runs.”",
    "A fox costs $5",
    "True love",
    "{mock:fail} a fox",
    '[Push in] a sign that says {"open"}',
    "a fox reads notes.txt",
    "狐狸在雪中奔跑。",
    "🦊",
    "Run!",
  ])("is a prompt when it is %s", async (prompt) => {
    expect((await cli(words(prompt))).code).toBe(0);
  });

  test("is a request where it ends in .json, in any capitals", async () => {
    await takes([written("request.json", TEXT)]);
    await takes([written("REQUEST.JSON", TEXT)]);
    await takes([written("a fox.Json", `\uFEFF${TEXT}`)]);
  });

  test("is a request on stdin where it is a dash", async () => {
    await takes(["-"], TEXT);
    await takes(["-"], `\uFEFF${TEXT}\n`);
  });

  test("gives way to --request, which takes any file, and stdin by either name", async () => {
    await takes(["--request", written("request.txt", TEXT)]);
    await takes(["--request", "-"], TEXT);
    await takes(["--request", "/dev/stdin"], TEXT);
  });

  test.each([
    "request.json",
    "./request",
    "-5 degrees",
    "176843862716480",
    "https://x.example/a.png",
    "help",
  ])("gives way to --prompt, which takes any text: %s", async (prompt) => {
    const { code, sent, stderr } = await cli(words(`--prompt=${prompt}`, "--model", "T2V-01"));
    expect(code, stderr).toBe(0);
    if (name !== "check") expect(sent).toEqual([{ model: "T2V-01", prompt }]);
  });

  test.each<[string, () => string[], RegExp]>([
    ["a request that is not there", () => ["request.json"], /request\.json: no such file.*--prompt request\.json/],
    ["one that is not there, in capitals", () => ["REQUEST.JSON"], /no such file/],
    ["one in a folder that is not there", () => [at("no/request.json")], /no such file/],
    [
      "one with blanks around it",
      () => [` ${written("request.json", TEXT)} `],
      /spaces around it: leave them out.*--prompt/,
    ],
    ["a sentence that ends in .json", () => [`${PROMPT}.json`], /ends in \.json.*no such file.*--prompt TEXT/],
    ["a folder that ends in .json", () => [madeFolder("d.json")], /is a folder/],
    ["a request that is no JSON", () => [written("bad.json", PROMPT)], /not valid JSON.*\{ "model": .*--prompt/],
    ["a request that is empty", () => [written("empty.json", "")], /is empty/],
    ["a list of requests", () => [written("list.json", `[${TEXT}]`)], /not a JSON object/],
    ["a text as JSON", () => [written("text.json", JSON.stringify(PROMPT))], /not a JSON object/],
    ["null", () => [written("null.json", "null")], /not a JSON object/],
    ["a request in UTF-16", () => [written("16.json", Buffer.from(`\uFEFF${TEXT}`, "utf16le"))], /not UTF-8/],
    ["a request in Latin-1", () => [written("1.json", Buffer.from('{"prompt":"é"}', "latin1"))], /not UTF-8/],
    ["curl's @ before a file", () => [`@${written("request.json", TEXT)}`], /without the @/],
    ["curl's @ before a text file", () => ["@request"], /without the @/],
    ["a file: address", () => [`file://${written("request.json", TEXT)}`], /URL/],
    ["a file: address that is short", () => ["file:request.json"], /URL/],
    ["an address of a request", () => ["https://x.example/request.json?key=secret"], /URL/],
    ["an address of a picture", () => ["https://x.example/a.png"], /URL.*--first-frame/],
    ["a picture", () => ["data:image/png;base64,iVBORw0KGgo="], /URL.*--first-frame/],
    ["an upload", () => ["mm_file://176844028768320"], /URL/],
    ["a text file", () => [written("request.txt", TEXT)], /request\.txt is a file.*--request .*--prompt/],
    ["a file without an ending", () => [written("req", TEXT)], /req is a file.*--request .*--prompt/],
    ["a file with blanks around it", () => [` ${written("req", TEXT)} `], /is a file/],
    ["a file with blanks in it", () => [written("my request", TEXT)], /is a file/],
    ["a folder", () => [folder], /is a folder/],
    ["stdin by its path", () => ["/dev/stdin"], /--request/],
    ["JSON5 that is not there", () => ["request.json5"], /looks like a file.*--request request\.json5.*--prompt/],
    ["JSON lines that are not there", () => ["request.jsonl"], /looks like a file/],
    ["YAML that is not there", () => ["request.yaml"], /looks like a file/],
    ["YAML that is there", () => [written("request.yml", "model: T2V-01")], /is a file/],
    ["a path that is not there", () => ["./req"], /looks like a file/],
    ["a path from home", () => ["~/req"], /looks like a file/],
    ["a path of Windows", () => ["requests\\fox"], /looks like a file/],
    ["a path below", () => ["requests/fox"], /looks like a file/],
    ["a request itself", () => [TEXT], /JSON.*pipe it to -/],
    ["half a request", () => ['{ "model": "T2V-01", "prompt"'], /JSON.*pipe it to -/],
    ["requests themselves", () => [`[${TEXT}]`], /JSON.*pipe it to -/],
    ["the id of a task", () => ["176843862716480"], /minimax-video task/],
    ["a command", () => ["tasks"], /is a command/],
    ["help", () => ["help"], /is a command.*--help/],
    ["a dash with blanks", () => [" - "], /stdin/],
    ["an autocorrected dash", () => ["–"], /stdin/],
    ["a command in capitals", () => ["Help"], /is a command/],
    ["a request in quotes that no shell took", () => ["'request.json'"], /looks like a file/],
    ["a request in quotes of an editor", () => ["“request.json”"], /looks like a file/],
    ["a request with a stop", () => ["request.json."], /looks like a file/],
    ["a file that begins with a dash", () => ["--", "-5.json"], /no such file.*--prompt=-5\.json/],
    ["a link that leads nowhere", () => [linkTo("nowhere")], /is a file/],
    ["undefined", () => ["undefined"], /script/],
    ["an object that is no text", () => ["[object Object]"], /script/],
    ["a variable", () => ["$PROMPT"], /no shell/],
    ["a command that was not run", () => ["$(cat prompt.txt)"], /no shell/],
    ["two words", () => ["a", "fox"], /takes one argument.*quotes/],
    ["a request beside a prompt", () => [written("request.json", TEXT), PROMPT], /takes one argument/],
    ["a request beside --prompt", () => [written("request.json", TEXT), "--prompt", PROMPT], /leave out --prompt/],
    ["a request beside a field", () => [written("request.json", TEXT), "--duration", "6"], /leave out --duration/],
    ["a request beside --request", () => ["-", "--request", "-"], /one request: - or --request/],
    [
      "two files",
      () => [written("request.json", TEXT), "--request", "x.json"],
      /one request: .*request\.json or --request/,
    ],
    ["two prompts", () => [PROMPT, "--prompt", PROMPT], /one prompt/],
    ["--prompt beside --request", () => ["--prompt", PROMPT, "--request", "-"], /leave out --prompt/],
    ["--prompt -", () => ["--prompt", "-"], /--prompt takes the text itself/],
    ["--request without a name", () => ["--request", ""], /--request takes a file, or - for stdin/],
    ["--request with an @", () => ["--request", "@x.json"], /no such file/],
    ["a key", () => ["sk-another-key-of-somebody"], /Set MINIMAX_API_KEY instead/],
    ["the key", () => [KEY], /Set MINIMAX_API_KEY instead/],
  ])("is refused when it is %s", async (_, args, says) => {
    expect((await refusal(words(...args()), TEXT)).replaceAll("\n", " ")).toMatch(says);
  });

  test.each([
    ["a text", PROMPT, /stdin is not valid JSON.*\{ "model": .*--prompt TEXT/],
    ["nothing", "", /stdin is empty/],
    ["blanks", " \n", /stdin is empty/],
    ["a list", `[${TEXT}]`, /stdin is not a JSON object/],
    ["a number", "6", /stdin is not a JSON object/],
    ["UTF-16", Buffer.from(`\uFEFF${TEXT}`, "utf16le"), /stdin is not UTF-8/],
  ])("is refused when it is a dash, and stdin holds %s", async (_, stdin, says) => {
    expect((await refusal(words("-"), stdin)).replaceAll("\n", " ")).toMatch(says);
  });

  test.each([
    ["empty", ""],
    ["a blank", " "],
    ["a line", "\n\t"],
    ["an ideographic blank", "\u3000"],
    ["a blank that does not break", "\u00a0"],
    ["of no width", "\u200b\u200d\ufeff\u2060"],
  ])("is refused by the spec when it is %s: nothing is put in its place", async (_, prompt) => {
    for (const args of [[prompt], ["--prompt", prompt]]) {
      const { code, stdout, stderr, sent } = await cli(words(...args));
      expect({ code, sent }, stdout).toEqual({ code: EXIT.refusedHere, sent: [] });
      expect(stdout + stderr).toMatch(/^ *prompt: /m);
    }
  });
});

test.each(["generate", "check"])("the help of %s says what its argument means", async (command) => {
  const { stdout } = await cli([command, "--help"]);
  expect(stdout).toMatch(
    new RegExp(`^Usage: minimax-video ${command} \\[prompt \\| request\\.json \\| -\\] \\[options\\]`),
  );
  expect(stdout).toMatch(/argument is the prompt\. If it ends in \.json, or is -, it is the whole request as JSON/);
  expect(stdout).toMatch(/--prompt and --request say which of the two is meant/);
});

describe("an argument of a command that takes no prompt", () => {
  test.each<[string, string[]]>([
    ["template", ["template", "request.json"]],
    ["template", ["template", "-"]],
    ["template", ["template", ""]],
    ["template", ["template", PROMPT]],
    ["template", ["template", "393769180141805569", "request.json"]],
    ["template", ["template", "394125185182695432", "--text", "-"]],
    ["task", ["task", "request.json"]],
    ["task", ["task", "-"]],
    ["task", ["task", PROMPT]],
    ["task", ["task", ""]],
    ["tasks", ["tasks", "request.json"]],
    ["tasks", ["tasks", "-"]],
    ["tasks", ["tasks", "cancel", "request.json"]],
    ["tasks", ["tasks", "delete", "-"]],
    ["resume", ["resume", "request.json"]],
    ["resume", ["resume", "-"]],
    ["files", ["files", "request.json"]],
    ["files", ["files", "upload", "-", "--purpose", "video_generation_input"]],
    ["files", ["files", "get", "request.json"]],
    ["files", ["files", "delete", "-", "--purpose", "video_generation_input"]],
    ["mock", ["mock", "request.json"]],
    ["listen", ["listen", "-"]],
    ["contract", ["contract", "request.json", "--server", "global"]],
  ])("%s refuses %j", async (_, args) => {
    await refusal(args, TEXT);
  });
});

describe("a number", () => {
  const GOOD: Record<string, string[]> = {
    timeout: ["5", "0.5", ".5", "1800.25", "2147483"],
    "poll-interval": ["1", "0.05"],
    port: ["0", "4010", "65535"],
    speed: ["1", "0.5", "900"],
    "requests-per-minute": ["60", "0.5", "60000"],
    "forget-finished": ["0", "7"],
  };
  const BAD = [
    "",
    " ",
    "NaN",
    "Infinity",
    "-Infinity",
    "-1",
    "5m",
    "5,5",
    "1e400",
    "1e3",
    "0x10",
    "0b1",
    "1_000",
    " 5",
    "+5",
    "٥",
  ];
  BAD.push("9".repeat(400), "--5", "5-", "1/2", "$5", "five");
  const NOT: Record<string, string[]> = {
    timeout: ["0", "0.0", "2147484"],
    "poll-interval": ["0", "2147484"],
    port: ["65536", "80.5", ".5"],
    speed: ["0"],
    "requests-per-minute": ["0", "0.001"],
    "forget-finished": ["1.5", "99999999999999999"],
  };
  /** What a command needs beside its options to come as far as sending something. */
  const NEEDS: Partial<Record<CommandName, string[]>> = {
    generate: ["a fox"],
    template: ["394125185182695432", "--text", "rain"],
    task: ["176843862716480", "--no-wait"],
    contract: ["--server", "global"],
    demo: ["a fox", "--server", "global"],
  };
  const options = Object.entries(OPTIONS).flatMap(([command, known]) =>
    Object.keys(GOOD)
      .filter((option) => Object.hasOwn(known, option))
      .map((option) => [command as CommandName, option] as const),
  );

  test("is an option of these commands", () => {
    expect(options.map((pair) => pair.join(" "))).toEqual([
      "generate timeout",
      "generate poll-interval",
      "template timeout",
      "template poll-interval",
      "task timeout",
      "task poll-interval",
      "tasks forget-finished",
      "resume timeout",
      "resume poll-interval",
      "mock port",
      "mock speed",
      "listen port",
      "contract requests-per-minute",
      "demo timeout",
      "demo poll-interval",
    ]);
  });

  test.each(
    options,
  )("of %s --%s is refused by name before anything is sent, unless it is one", async (command, option) => {
    for (const typed of [...BAD, ...(NOT[option] ?? [])]) {
      const said = await refusal([command, ...(NEEDS[command] ?? []), `--${option}=${typed}`]);
      expect(said).toContain(`--${option} takes a number`);
      expect(said).toContain(`(got "${typed.slice(0, 20)}`);
    }
  });

  test.each(["generate", "demo"])("of %s is taken where it is one", async (command) => {
    for (const option of ["timeout", "poll-interval"])
      for (const typed of GOOD[option] ?? [])
        expect((await cli([command, "a fox", `--${option}`, typed, "--dry-run"])).code).toBe(0);
  });

  test("of days is taken where it is one", async () => {
    for (const typed of GOOD["forget-finished"] ?? [])
      expect((await cli(["tasks", "--forget-finished", typed])).code).toBe(0);
  });

  test.each([
    "0x6",
    "6s",
    "1e1",
    " 6",
    "6 ",
    "Infinity",
    "NaN",
    "-6",
    "",
    "0b110",
  ])("of seconds to buy is decimal: --duration=%s is refused by the spec", async (typed) => {
    expect(await refusal(["generate", "a fox", `--duration=${typed}`])).toMatch(/duration: must be/);
  });

  test("of seconds to buy is what was typed", async () => {
    const { sent } = await cli(["generate", "a fox", "--duration", "10", "--no-wait"]);
    expect(sent).toMatchObject([{ duration: 10 }]);
  });
});
