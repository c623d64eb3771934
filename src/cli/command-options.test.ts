/** Options, commands and their help. */
import { describe, expect, test } from "vitest";
import { commandIo } from "../../contract-tests/helpers/command-io.js";
import { commandLine, KEY, PNG, PROMPT } from "../../contract-tests/helpers/command-line.js";
import { ARGUMENTS, type CommandName, OPTIONS, type Option } from "./command-options.js";
import { parse } from "./parse-command-line.js";
import { run } from "./run-command.js";

const { cli, refusal, written } = commandLine();

test.each([
  ["--durtion", "--duration"],
  ["--frist-frame", "--first-frame"],
  ["--nowait", "--no-wait"],
  ["--prompt-optimizer", "--no-prompt-optimizer"],
  ["--aspect-ratio", "--ratio"],
  ["--output", "--out"],
  ["--seconds", "--duration"],
  ["--size", "--resolution"],
  ["--end-image", "--last-frame"],
  ["--tail-image", "--last-frame"],
  ["--image_url", "--first-frame"],
  ["--reference-image", "--reference"],
  ["--webhook-url", "--callback-url"],
  ["--base-url", "--server"],
])("for an unknown %s, the error suggests %s (H13)", async (typed, meant) => {
  expect(await refusal(["generate", PROMPT, typed, "1"])).toContain(`did you mean ${meant}?`);
});

test.each([
  [["genrate", PROMPT], "did you mean generate?"],
  [["create", PROMPT], "did you mean generate?"],
  [["status", "1"], "did you mean task?"],
  [["model"], "did you mean models?"],
  [["--quiet", "genrate"], "did you mean generate?"],
  [["--verbose", "generate", PROMPT], "Unknown option --verbose; --help --all lists the options"],
  [
    ["generate", PROMPT, "--negative-prompt", "x"],
    "Unknown option --negative-prompt: there is no negative prompt; say in the prompt what to show",
  ],
  [["task", "1", "--timeout", "-3"], '--timeout takes a number of seconds above 0, at most 2147483 (got "-3")'],
  [["task", "1", "--timeout"], "--timeout needs a value: --timeout SECONDS"],
  ...["--server=", "--server= ", "--out=", "--journal=", "--key= ", "--request="].map((blank): [string[], string] => [
    ["generate", PROMPT, blank],
    "needs a value: --",
  ]),
  [["mock", "--host="], "--host needs a value: --host ADDRESS"],
  [
    ["generate", PROMPT, "--model", "--quiet"],
    "--model needs a value; one that starts with a dash is written --model=-…",
  ],
  [["check", PROMPT, "--out", "fox.mp4"], "check does not take --out; --help --all lists its options"],
  [[KEY], "Unknown command …; choose one of generate"],
  [["tasks", KEY], "Unknown command tasks …; choose one of list"],
  [["tasks", "remove"], "Unknown command tasks remove; choose one of list, cancel, delete"],
  [[], "Choose a command: generate, template, task, tasks, resume, batch, worker, check, models, files, mock, listen"],
  [["fils"], "Unknown command fils; did you mean files?"],
  [["files"], "files needs one of upload, list, get, delete\nMore: minimax-video files --help"],
  [["mock", "here"], "mock takes no arguments, only options"],
  [["mock", "--host", "nowhere.invalid", "--port", "0"], "Cannot listen on nowhere.invalid:0: no such host"],
  [["demo", "--no-wait"], "--no-wait needs --server, because the demo's own mock stops with the demo"],
  [["tasks", "--forget-finished", "1.5"], '--forget-finished takes a whole number of days (got "1.5")'],
  [["generate", PROMPT, "--journal", "a", "--no-journal"], "--journal and --no-journal cannot be used together"],
  [
    ["generate", PROMPT, "--journal", "package.json"],
    "name another folder: --journal FOLDER or MINIMAX_JOURNAL. --no-journal",
  ],
  [
    ["generate", PROMPT, "--like", "china", "--server", "global"],
    '--like needs a URL as the server, and "global" is a name',
  ],
  [["generate", PROMPT, "--quiet=true"], "--quiet takes no value"],
  [["generate", "--url", "https://api.minimax.io", PROMPT], "To choose a server, use --server"],
  [[PROMPT], "minimax-video generate"],
  [[], "Choose a command: generate,"],
  [["generate", "a", "red", "fox"], "quotes"],
  [["generate", `--${PROMPT}`], "Unknown option --a…"],
  [["generate", PROMPT, "--model"], "--model"],
  [["generate", PROMPT, "--model", "a", "--model", "b"], "--model can only be given once"],
])("%j is refused with an explanation (H13)", async (args, says) => {
  expect(await refusal(args)).toContain(says);
});

test.each(["--api-key", "--api-key=x", "--apikey", "--key"])("%s with a key is refused", async (option) => {
  expect(await refusal(["generate", PROMPT, option.replace("x", KEY), KEY])).toContain("Set MINIMAX_API_KEY instead");
});

test.each([
  ["--quiet", "--json", "check", PROMPT],
  ["--server", "china", "--json", "check", PROMPT, "--quiet"],
  ["--json", "--model=T2V-01", "check", "--quiet", PROMPT],
])("options may precede the command: %s %s %s %s (H13)", async (...args) => {
  const { code, stdout, stderr } = await cli(args);
  expect([code, JSON.parse(stdout).ok, stderr], stderr).toEqual([0, true, ""]);
});

test("options may precede a command of two words, and -o is --out (H13)", async () => {
  expect(await refusal(["--purpose", "retrieval", "files", "--quiet", "list"])).toContain("purpose");
  const { stdout } = await cli(["-o", "nowhere/", "generate", "--dry-run", "--json", "--no-journal", PROMPT]);
  expect(JSON.parse(stdout).dryRun).toBe(true);
});

test.each([
  ["-v"],
  ["-V"],
  ["--version"],
  ["version"],
  ["generate", "--version"],
])("%s %s prints the version (H13)", async (...args) => {
  expect(await cli(args)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test("a prompt that begins with a dash is passed after --", async () => {
  const { stdout } = await cli(["generate", "--dry-run", "--json", "--", "--help, cries the fox"]);
  expect(JSON.parse(stdout).request.prompt).toBe("--help, cries the fox");
});

test.each(["", ...Object.keys(OPTIONS)])("the help of %s fits a screen, and says how to see the rest", async (name) => {
  const words = name.split(" ").filter(Boolean);
  const { stdout } = await cli([...words, "--help"]);
  expect(stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(24);
  const whole = await cli(["--help", "--all", ...words]);
  expect(whole.stdout.length).toBeGreaterThan(stdout.length);
  // The vendor's names of templates may be longer.
  const lines = [stdout, whole.stdout].flatMap((text) => text.split(/\n(?: {2}\d{18} .*\n)*/));
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(100);
  expect(stdout).toContain(`minimax-video ${[...words.slice(0, 1), "--help --all"].join(" ")}\n`);
});

test.each(Object.keys(OPTIONS))("the examples of %s fit into 80 columns, so that they can be copied", async (name) => {
  const { stdout } = await cli([...name.split(" "), "--help", "--all"]);
  const examples = stdout.match(/^ {2}(\w+=\S+ )*(export|npm|minimax-video) (?:(?! {2}).)*/gm) ?? [];
  for (const example of examples) expect(example.length, example).toBeLessThanOrEqual(80);
});

test.each(["generate", "template"])("the examples of %s are legal requests", async (name) => {
  const { stdout } = await cli([name, "--help", "--all"]);
  const examples = stdout.match(/(?<=^ {2}minimax-video ).*/gm) ?? [];
  expect(examples).not.toEqual([]);
  const image = written("png", Buffer.from(PNG, "base64"));
  const request = written("json", '{ "model": "MiniMax-Hailuo-2.3", "prompt": "a fox" }');
  for (const example of examples) {
    const words = [...example.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word = ""]) => quoted ?? word);
    const args = words.map((word) => word.replace(/^\w+\.(jpg|png)$/, image).replace(/^\w+\.json$/, request));
    expect(await cli([...new Set([...args, "--dry-run"])]), example).toMatchObject({ code: 0 });
  }
});

test.each(Object.entries(OPTIONS))("the help of %s with --all names each of its options", async (name, options) => {
  const { code, stdout, stderr } = await cli([...name.split(" "), "--help", "--all"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(new RegExp(`^(Usage:|      ) minimax-video ${name}\\b`, "m"));
  for (const option of Object.keys(options))
    expect(stdout).toMatch(new RegExp(`^  (-[ho], )?--${option}(?![\\w-])`, "m"));
});

test.each([20, 40, 72])("help fits into %i columns, and loses no word (H13)", async (columns) => {
  const topics = [["--help"], ...Object.keys(OPTIONS).map((name) => [...name.split(" "), "--help"])];
  for (const args of topics.flatMap((topic) => [topic, [...topic, "--all"]])) {
    const [whole, narrow] = await Promise.all([cli(args), cli(args, { env: { COLUMNS: String(columns) } })]);
    expect(narrow.stdout.split(/\s+/)).toEqual(whole.stdout.split(/\s+/));
    // A word may be longer than a line.
    for (const line of narrow.stdout.split("\n"))
      if (line.length > columns)
        expect(line.trim(), `${args}`).not.toMatch(columns > 20 ? /\S +\S+ +\S/ : /\S +\S+ +\S+ +\S/);
  }
});

test("the help of --server names every server with a published host, and images by the limits of the spec", async () => {
  const { stdout } = await cli(["generate", "--help", "--all"]);
  expect(stdout).toMatch(/--server NAME\|URL\s+global, china, china-cn, quickrouter or a base URL/);
  expect(stdout).toContain("below 20 MB, short side\nfrom 300 pixels, width / height of 0.4 to 2.5.");
});

test.each([
  "MINIMAX_API_HOST",
  "MINIMAX_API_BASE",
  "MINIMAX_BASE_URL",
])("%s is not read, and a message says so (E5)", async (name) => {
  const env = { [name]: "https://api.minimaxi.com" };
  const { stdout, stderr } = await cli(["check", PROMPT, "--json"], { at: "", env });
  expect(JSON.parse(stdout).server).toBe("global");
  expect(stderr).toContain(`${name} is set but not read: to choose a server, set MINIMAX_SERVER`);
  for (const more of [{ at: "china" }, { at: "" }])
    expect(
      (await cli(["check", PROMPT, ...(more.at ? [] : ["--server", "china"])], { ...more, env })).stderr,
    ).not.toContain(name);
  expect((await cli(["--help", "--all"])).stdout).toContain("MINIMAX_API_HOST and MINIMAX_API_BASE");
});

test("help fits the width of a terminal, and has its own width in a pipe (H13)", async () => {
  const { io, printed } = commandIo();
  const columns = () => 40;
  await run(["generate", "--help"], { ...io, columns });
  expect(Math.max(...printed.stdout.split("\n").map((line) => line.length))).toBeGreaterThan(80);
  const terminal = commandIo();
  await run(["generate", "--help"], { ...terminal.io, columns, stdout: { ...terminal.io.stdout, isTTY: true } });
  expect(Math.max(...terminal.printed.stdout.split("\n").map((line) => line.length))).toBeLessThan(60);
});

test("names of inherited members are not options", async () => {
  for (const name of ["constructor", "toString", "__proto__"])
    expect(await refusal(["generate", PROMPT, `--${name}`])).toContain(`Unknown option --${name}`);
});

test("help is found by either name, and the overview without a command", async () => {
  expect((await cli(["help", "resume"])).stdout).toMatch(/^Usage: minimax-video resume/);
  expect((await cli(["--help"])).stdout).toMatch(/^minimax-video: /);
});

describe("a number", () => {
  const BAD = ["NaN", "Infinity", "-1", "5m", "5,5", "1e400", "1e3", "0x10", "1_000", " 5", "+5", "٥", "--5"];
  const RULES: Record<string, { good: string[]; bad: string[] }> = {
    timeout: { good: ["5", "0.5", ".5", "1800.25", "2147483"], bad: ["0", "0.0", "2147484"] },
    "poll-interval": { good: ["1", "0.05"], bad: ["0", "2147484"] },
    port: { good: ["0", "4010", "65535"], bad: ["65536", "80.5", ".5"] },
    speed: { good: ["1", "0.5", "900"], bad: ["0"] },
    "requests-per-minute": { good: ["60", "0.5", "60000"], bad: ["0", "0.001"] },
    concurrency: { good: ["1", "1000"], bad: ["0", "1001", "1.5"] },
    "max-cost": { good: ["0", "12.5", "1000000000"], bad: ["1000000001"] },
    "max-cost-per-video": { good: ["0", "0.5"], bad: ["1000000001"] },
    "max-time": { good: ["60", "0.5"], bad: ["0", "2147484"] },
    "max-response-time": { good: ["1", "250.5"], bad: ["0", "0.5"] },
    seed: { good: ["1", "1000000000"], bad: ["0", "1.5", "1000000001"] },
    "forget-finished": { good: ["0", "7"], bad: ["1.5", "99999999999999999"] },
  };
  const options = Object.entries(OPTIONS).flatMap(([command, known]: [string, Record<string, Option>]) =>
    Object.keys(known)
      .filter((name) => known[name]?.number)
      .map((name) => [command as CommandName, name] as const),
  );

  test.each(options)("of %s --%s must be decimal and within its range, or is refused", (command, option) => {
    const needed = ARGUMENTS[command]?.needs ? ["1"] : [];
    const parsed = (typed: string) => parse(command, [`--${option}=${typed}`, ...needed]).values;
    const { good, bad } = RULES[option] ?? expect.unreachable();
    for (const typed of good) expect(parsed(typed)).toEqual({ [option]: Number(typed) });
    for (const typed of [...BAD, ...bad])
      expect(() => parsed(typed)).toThrow(new RegExp(`^--${option} takes a (whole )?number`));
    expect(() => parsed("9".repeat(400))).toThrow(`(got "${"9".repeat(40)}…")`);
  });

  test("that is wrong is refused before anything is sent", async () => {
    expect(options.length).toBe(25);
    expect(await refusal(["generate", PROMPT, "--timeout", "soon"])).toContain("--timeout takes a number of seconds");
    for (const typed of ["0x6", "6s", "1e1", " 6", "Infinity", "-6"])
      expect(await refusal(["generate", "a fox", `--duration=${typed}`])).toMatch(/duration: must be/);
  });
});
