/** Completions in shells: what is offered, and the scripts that ask for it, of zsh and fish if they are installed. */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLine } from "../../contract-tests/helpers/command-line.js";
import { folderForAll } from "../../contract-tests/helpers/temporary-folder.js";
import { OPTIONS, SHELLS } from "./command-options.js";

const { cli, refusal } = commandLine();
const folder = folderForAll();

/** What the program offers to the script of a shell for the last of these words. */
async function rows(words: string[], shell = "bash"): Promise<string[]> {
  const { code, stdout, stderr } = await cli(["completion", shell, "--", ...words]);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout.split("\n").slice(0, -1);
}

describe("completion", () => {
  test("offers the commands and their subcommands", async () => {
    const commands = new Set(Object.keys(OPTIONS).map((name) => name.split(" ")[0]));
    expect(await rows([""])).toEqual([...commands]);
    expect(await rows(["tasks", ""])).toEqual(["list", "cancel", "delete"]);
    expect(await rows(["files", ""])).toEqual(["upload", "list", "get", "delete"]);
    expect(await rows(["completion", ""])).toEqual([...SHELLS]);
    expect(await rows(["template", ""])).toContain("393769180141805569");
    expect(await rows(["tasks", "cancel", ""])).toEqual([]);
  });

  test.each(Object.entries(OPTIONS))("offers every option of %s, and no other", async (name, options) => {
    const words = (await rows([...name.split(" "), "--"])).filter((word) => word.startsWith("--"));
    expect(words).toEqual(Object.keys(options).map((option) => `--${option}`));
  });

  test("offers models, servers, resolutions and kinds, wherever the option is", async () => {
    expect(await rows(["generate", "--model", ""])).toEqual(
      expect.arrayContaining(["MiniMax-Hailuo-2.3", "MiniMax-Hailuo-02", "S2V-01", "MiniMax-H3"]),
    );
    expect(await rows(["check", "a fox", "--server", ""])).toEqual(["global", "china", "china-cn", "quickrouter"]);
    expect(await rows(["contract", "--server", ""])).toEqual(expect.arrayContaining(["mock", "prism", "global"]));
    expect(await rows(["--quiet", "generate", "--resolution", ""])).toContain("1080P");
    expect(await rows(["generate", "--duration", ""])).toEqual(expect.arrayContaining(["4", "6", "10", "15"]));
    expect(await rows(["task", "--kind", ""])).toContain("regeneration");
    expect(await rows(["tasks", "list", "--kind", ""])).not.toContain("template");
    expect(await rows(["contract", "--rerun", ""])).toEqual(["failures"]);
  });

  test.each([
    ["as bash splits them", ["--model", "=", "MiniMax-H3-"]],
    ["before the value", ["--model", "="]],
    ["as zsh and fish leave them", ["--model=Mini"]],
    ["after another option", ["--duration", "=", "6", "--model", "="]],
  ])("offers values after =, %s", async (_, words) => {
    expect(await rows(["generate", ...words])).toEqual(expect.arrayContaining(["MiniMax-H3-Max", "T2V-01"]));
  });

  test.each([
    [["generate", "--timeout", ""], []],
    [["generate", "--key", ""], []],
    [["doctor", ""], []],
    [["generate", "--out", ""], [":files"]],
    [["generate", "-o", ""], [":files"]],
    [["generate", "-", ""], [":files"]],
    [["batch", ""], [":files"]],
    [["check", ""], [":files"]],
  ])("for %j, offers %j: nothing for a number, files for a file name", async (words, offers) => {
    expect(await rows(words)).toEqual(offers);
  });

  test("describes what it offers, as each shell expects it", async () => {
    expect(await rows(["generate", "--dr"], "fish")).toContain(
      "--dry-run\tcheck the request and show it with server and price",
    );
    expect(await rows(["generate", "--dr"], "zsh")).toContain(
      "--dry-run:check the request and show it with server and price",
    );
    expect(await rows(["generate", "--ratio", ""], "zsh")).toContain("16\\:9");
    expect(await rows([""], "fish")).toContain("models\tlist what each model makes and costs");
  });
});

/** Calls the functions of a script as the completion of its shell would. `minimax-video` prints what is in the file `answer`. */
const PROGRAMS: Record<(typeof SHELLS)[number], string> = {
  bash: `minimax-video() { cat answer; }
compopt() { :; }
source ./bash
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_minimax_video
printf '%s\n' "\${COMPREPLY[@]}"`,
  zsh: `minimax-video() { cat answer }
compdef() { :; }
_describe() { print -rl -- "\${(@)\${(@P)@[-1]}%%:*}"; }
_files() { print fox.json; }
_message() { :; }
compset() { PREFIX=\${PREFIX#*=}; }
source ./zsh
words=("$@") CURRENT=$# PREFIX=$@[-1]
_minimax_video`,
  fish: "function minimax-video; cat answer; end; source ./fish; complete -C (string join ' ' -- $argv)",
};

describe.each(SHELLS)("the script for %s", (shell) => {
  const isInstalled = spawnSync(shell, ["-c", "true"]).status === 0;

  async function offered(...words: string[]): Promise<string[]> {
    writeFileSync(join(folder, shell), (await cli(["completion", shell])).stdout);
    writeFileSync(join(folder, "fox.json"), "{}");
    writeFileSync(join(folder, "answer"), (await cli(["completion", shell, "--", ...words])).stdout);
    const name = shell === "fish" ? [] : [shell];
    const args = ["-c", PROGRAMS[shell], ...name, "minimax-video", ...words];
    const lines = execFileSync(shell, args, { encoding: "utf8", cwd: folder }).split("\n");
    return lines.map((line) => line.replace(/\t.*/, "")).filter(Boolean);
  }

  test.skipIf(!isInstalled)("shows what the program offers, and files where it says so", async () => {
    expect(await offered("files", "")).toEqual(expect.arrayContaining(["upload", "list", "get", "delete"]));
    expect(await offered("generate", "--dr")).toContain("--dry-run");
    expect(await offered("doctor", "")).toEqual([]);
    // Bash itself adds files if the function offers nothing.
    expect(await offered("check", "")).toEqual(shell === "bash" ? [] : expect.arrayContaining(["fox.json"]));
  });
});

test("bash offers values after =, which it treats as a separate word", async () => {
  writeFileSync(join(folder, "bash"), (await cli(["completion", "bash"])).stdout);
  writeFileSync(join(folder, "answer"), (await cli(["completion", "bash", "--", "generate", "--model", "="])).stdout);
  const shown = (...words: string[]) =>
    execFileSync("bash", ["-c", PROGRAMS.bash, "bash", "minimax-video", ...words], { encoding: "utf8", cwd: folder });
  expect(shown("generate", "--model", "=")).toContain("T2V-01\n");
  expect(shown("generate", "--model", "=", "MiniMax-H3-M")).toBe("MiniMax-H3-Max\nMiniMax-H3-Max-Turbo\n");
});

test("an unknown shell is refused with a list of the known ones", async () => {
  expect(await refusal(["completion", "powershell"])).toContain("bash, zsh, fish");
  expect(await refusal(["completion"])).toContain("bash, zsh, fish");
});
