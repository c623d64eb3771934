/** Options and commands as they are typed, and the help that names them. */
import { describe, expect, test } from "vitest";
import { OPTIONS } from "../src/cli/command-options.js";
import { commandLine, KEY, PROMPT } from "./helpers/command-line.js";

const { cli } = commandLine();

describe("options", () => {
  test.each([
    ["--durtion", "--duration"],
    ["--frist-frame", "--first-frame"],
    ["--pol-interval", "--poll-interval"],
    ["--nowait", "--no-wait"],
    ["--prompt-optimizer", "--no-prompt-optimizer"],
  ])("an unknown %s is answered with the nearest, %s", async (typed, meant) => {
    const { code, stderr } = await cli(["generate", PROMPT, typed, "1"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`did you mean ${meant}?`)]);
  });

  test("an unknown command is answered with the nearest, a prompt in its place with the right one", async () => {
    expect((await cli(["genrate", PROMPT])).stderr).toContain("did you mean generate?");
    expect((await cli([PROMPT])).stderr).toContain("minimax-video generate");
  });

  test.each([
    ["--api-key"],
    ["--api-key=x"],
    ["--apikey"],
    ["--key"],
  ])("%s is refused, with the reason", async (option) => {
    const { code, stderr } = await cli(["generate", PROMPT, option.replace("x", KEY), KEY]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("Set MINIMAX_API_KEY instead")]);
  });

  test("a value that is missing, given twice or out of range is refused by name", async () => {
    const refusals = [["--model"], ["--model", "a", "--model", "b"], ["--timeout", "soon"], ["--poll-interval", "0"]];
    for (const words of refusals) {
      const { code, stderr } = await cli(["generate", PROMPT, ...words]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(words[0] as string)]);
    }
  });

  test("a prompt without quotes is noticed", async () => {
    expect((await cli(["generate", "a", "red", "fox"])).stderr).toContain("quotes");
  });

  test("a prompt that begins with a dash goes behind two, and is not repeated where it does not", async () => {
    const { stderr } = await cli(["generate", `--${PROMPT}`]);
    expect(stderr).toContain("Unknown option --a…");
    const { code, stdout } = await cli(["generate", "--dry-run", "--json", "--", "--help, cries the fox"]);
    expect([code, JSON.parse(stdout).request.prompt]).toEqual([0, "--help, cries the fox"]);
  });

  test.each(Object.entries(OPTIONS))("%s --help names every option of it, in 100 columns", async (name, options) => {
    const { code, stdout, stderr } = await cli([name, "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^Usage: minimax-video ${name} `));
    // demo takes what generate takes, and says so.
    if (name === "demo") expect(stdout).toContain("minimax-video generate --help");
    else for (const option of Object.keys(options)) expect(stdout).toMatch(new RegExp(`--${option}(?![\\w-])`));
    // The vendor's names of templates are as long as they are.
    for (const line of stdout.split(/\n(?: {2}\d{18} .*\n)*/)) expect(line.length, line).toBeLessThanOrEqual(100);
  });
});
