/** Completions in shells. Bash is always tested, zsh and fish if they are installed. */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { commandLine } from "../../contract-tests/helpers/command-line.js";
import { folderForAll } from "../../contract-tests/helpers/temporary-folder.js";
import { OPTIONS, SHELLS } from "./command-options.js";

const { cli, refusal } = commandLine();
const folder = folderForAll();
const scriptOf = (shell: string) => join(folder, shell);

beforeAll(async () => {
  for (const shell of SHELLS) writeFileSync(scriptOf(shell), (await cli(["completion", shell])).stdout);
});

/** Calls a zsh function as zsh's completion would. */
const ZSH = `compdef() { :; }
compadd() { shift; print -rl -- "$@"; }
_describe() { print -rl -- "\${(@)\${(@P)@[-1]}%%:*}"; }
_files() { print files; }
_message() { print nothing; }
compset() { PREFIX=\${PREFIX#*=}; }
source "$1"; shift
words=("$@") CURRENT=$# PREFIX=$@[-1]
_minimax_video`;
const BASH = `source "$1"; shift
compopt() { echo nothing; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_minimax_video
printf '%s\\n' "\${COMPREPLY[@]}"`;

/** The completions that a shell offers for the last of these words, which may be empty. */
const ASK: Record<(typeof SHELLS)[number], (words: string[]) => [string, string[]]> = {
  bash: (words) => ["bash", ["--norc", "-c", BASH, "bash", scriptOf("bash"), ...words]],
  zsh: (words) => ["zsh", ["-f", "-c", ZSH, "zsh", scriptOf("zsh"), ...words]],
  fish: (words) => ["fish", ["--no-config", "-c", `source ${scriptOf("fish")}; complete -C '${words.join(" ")}'`]],
};

function offered(shell: (typeof SHELLS)[number], ...words: string[]): string[] {
  const [program, args] = ASK[shell](["minimax-video", ...words]);
  // Runs in an empty folder, because shells offer its files.
  const lines = execFileSync(program, args, { encoding: "utf8", cwd: folder }).split("\n");
  return lines.map((line) => line.replace(/\t.*/, "")).filter(Boolean);
}

const isInstalled = (shell: string) => spawnSync(shell, ["-c", "true"]).status === 0;

describe.each(SHELLS)("%s", (shell) => {
  const it = test.skipIf(shell !== "bash" && !isInstalled(shell));

  it("offers the commands and their subcommands", () => {
    const commands = new Set(Object.keys(OPTIONS).map((name) => name.split(" ")[0]));
    expect(offered(shell, "")).toEqual(expect.arrayContaining([...commands]));
    expect(offered(shell, "tasks", "")).toEqual(expect.arrayContaining(["list", "cancel", "delete"]));
    expect(offered(shell, "files", "")).toEqual(expect.arrayContaining(["upload", "list", "get", "delete"]));
    expect(offered(shell, "completion", "").toSorted()).toEqual([...SHELLS].toSorted());
    expect(offered(shell, "template", "")).toContain("393769180141805569");
  });

  it.each(Object.entries(OPTIONS))("offers every option of %s, and no other", (name, options) => {
    const words = offered(shell, ...name.split(" "), "--").filter((word) => word.startsWith("--"));
    expect(words.toSorted()).toEqual(
      Object.keys(options)
        .map((option) => `--${option}`)
        .toSorted(),
    );
  });

  it("offers models, servers, resolutions and kinds, wherever the option is", () => {
    expect(offered(shell, "generate", "--model", "")).toEqual(
      expect.arrayContaining(["MiniMax-Hailuo-2.3", "MiniMax-Hailuo-02", "S2V-01", "MiniMax-H3"]),
    );
    expect(offered(shell, "check", "a fox", "--server", "").toSorted()).toEqual([
      "china",
      "china-cn",
      "global",
      "quickrouter",
    ]);
    expect(offered(shell, "contract", "--server", "")).toEqual(expect.arrayContaining(["mock", "prism", "global"]));
    expect(offered(shell, "--quiet", "generate", "--resolution", "")).toContain("1080P");
    expect(offered(shell, "generate", "--duration", "")).toEqual(expect.arrayContaining(["4", "6", "10", "15"]));
    expect(offered(shell, "task", "--kind", "")).toContain("regeneration");
    expect(offered(shell, "tasks", "list", "--kind", "")).not.toContain("template");
    expect(offered(shell, "contract", "--rerun", "")).toEqual(["failures"]);
  });

  it("offers nothing for a number, and files for a file name", () => {
    writeFileSync(join(folder, "fox.json"), "{}");
    for (const words of [
      ["generate", "--timeout", ""],
      ["generate", "--key", ""],
      ["doctor", ""],
    ])
      expect(offered(shell, ...words).filter((word) => word !== "nothing")).toEqual([]);
    for (const words of [
      ["generate", "--out", ""],
      ["generate", "-o", ""],
      ["generate", "-", ""],
      ["batch", ""],
      ["check", ""],
    ]) {
      // Bash itself adds files if the function offers nothing.
      expect(offered(shell, ...words), `${words}`).toEqual(
        shell === "bash" ? [] : shell === "zsh" ? ["files"] : expect.arrayContaining(["fox.json"]),
      );
    }
  });
});

test("bash offers values after =, which it treats as a separate word", () => {
  expect(offered("bash", "generate", "--model", "=", "MiniMax-H3-")).toEqual(
    expect.arrayContaining(["MiniMax-H3-Max"]),
  );
  expect(offered("bash", "generate", "--model", "=")).toContain("T2V-01");
});

test.skipIf(!isInstalled("zsh"))("zsh offers values after =", () => {
  expect(offered("zsh", "generate", "--model=")).toContain("T2V-01");
});

test("an unknown shell is refused with a list of the known ones", async () => {
  expect(await refusal(["completion", "powershell"])).toContain("bash, zsh, fish");
  expect(await refusal(["completion"])).toContain("bash, zsh, fish");
});
