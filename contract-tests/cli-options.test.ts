/** Options and commands as they are typed, and the help that names them. */
import { describe, expect, test } from "vitest";
import { type CommandName, OPTIONS, type Option } from "../src/cli/command-options.js";
import { parse } from "../src/cli/parse-command-line.js";
import { commandLine, KEY, PROMPT } from "./helpers/command-line.js";

const { cli, refusal } = commandLine();

test.each([
  ["--durtion", "--duration"],
  ["--frist-frame", "--first-frame"],
  ["--nowait", "--no-wait"],
  ["--prompt-optimizer", "--no-prompt-optimizer"],
])("an unknown %s is answered with the nearest, %s", async (typed, meant) => {
  expect(await refusal(["generate", PROMPT, typed, "1"])).toContain(`did you mean ${meant}?`);
});

test.each([
  [["genrate", PROMPT], "did you mean generate?"],
  [[PROMPT], "minimax-video generate"],
  [[], "Choose a command: generate,"],
  [["generate", "a", "red", "fox"], "quotes"],
  [["generate", `--${PROMPT}`], "Unknown option --a…"],
  [["generate", PROMPT, "--model"], "--model"],
  [["generate", PROMPT, "--model", "a", "--model", "b"], "--model is given twice"],
])("%j is refused in words", async (args, says) => {
  expect(await refusal(args)).toContain(says);
});

test.each(["--api-key", "--api-key=x", "--apikey", "--key"])("%s with a key is refused", async (option) => {
  expect(await refusal(["generate", PROMPT, option.replace("x", KEY), KEY])).toContain("Set MINIMAX_API_KEY instead");
});

test("a prompt that begins with a dash goes behind two", async () => {
  const { stdout } = await cli(["generate", "--dry-run", "--json", "--", "--help, cries the fox"]);
  expect(JSON.parse(stdout).request.prompt).toBe("--help, cries the fox");
});

test.each(Object.entries(OPTIONS))("the help of %s names every option of it, in 100 columns", async (name, options) => {
  const { code, stdout, stderr } = await cli([...name.split(" "), "--help"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(new RegExp(`^(Usage:|      ) minimax-video ${name}\\b`, "m"));
  for (const option of Object.keys(options)) expect(stdout).toMatch(new RegExp(`^  (-h, )?--${option}(?![\\w-])`, "m"));
  // The vendor's names of templates are as long as they are.
  for (const line of stdout.split(/\n(?: {2}\d{18} .*\n)*/)) expect(line.length, line).toBeLessThanOrEqual(100);
});

test("help is found by either name, and the overview without a command", async () => {
  expect((await cli(["help", "resume"])).stdout).toMatch(/^Usage: minimax-video resume/);
  expect((await cli(["--help"])).stdout).toMatch(/^minimax-video: /);
});

describe("a number", () => {
  const BAD = ["", " ", "NaN", "Infinity", "-1", "5m", "5,5", "1e400", "1e3", "0x10", "1_000", " 5", "+5", "٥", "--5"];
  const RULES: Record<string, { good: string[]; bad: string[] }> = {
    timeout: { good: ["5", "0.5", ".5", "1800.25", "2147483"], bad: ["0", "0.0", "2147484"] },
    "poll-interval": { good: ["1", "0.05"], bad: ["0", "2147484"] },
    port: { good: ["0", "4010", "65535"], bad: ["65536", "80.5", ".5"] },
    speed: { good: ["1", "0.5", "900"], bad: ["0"] },
    "requests-per-minute": { good: ["60", "0.5", "60000"], bad: ["0", "0.001"] },
    "forget-finished": { good: ["0", "7"], bad: ["1.5", "99999999999999999"] },
  };
  const options = Object.entries(OPTIONS).flatMap(([command, known]: [string, Record<string, Option>]) =>
    Object.keys(known)
      .filter((name) => known[name]?.number)
      .map((name) => [command as CommandName, name] as const),
  );

  test.each(options)("of %s --%s is decimal and within its range, or refused by name", (command, option) => {
    const parsed = (typed: string) => parse(command, [`--${option}=${typed}`]).values;
    const { good, bad } = RULES[option] ?? expect.unreachable();
    for (const typed of good) expect(parsed(typed)).toEqual({ [option]: Number(typed) });
    for (const typed of [...BAD, ...bad]) expect(() => parsed(typed)).toThrow(`--${option} takes a number`);
    expect(() => parsed("9".repeat(400))).toThrow(`(got "${"9".repeat(40)}…")`);
  });

  test("that is wrong is refused before anything is sent", async () => {
    expect(options.length).toBe(15);
    expect(await refusal(["generate", PROMPT, "--timeout", "soon"])).toContain("--timeout takes a number of seconds");
    for (const typed of ["0x6", "6s", "1e1", " 6", "Infinity", "-6", ""])
      expect(await refusal(["generate", "a fox", `--duration=${typed}`])).toMatch(/duration: must be/);
  });
});
