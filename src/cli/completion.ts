import { ARGUMENTS, type Offers, OPTIONS, type Option, type Parsed, SHELLS } from "./command-options.js";
import { commandSummaries, firstSentence } from "./help.js";
import { commandIn, subcommandsOf } from "./parse-command-line.js";
import { EXIT, type Io, UsageError } from "./process.js";

/** `minimax-video completion`: prints a script for a shell. That runs this command again, with the words typed so far. */
export async function completion({ words: [name, ...typed] }: Parsed<"completion">, io: Io): Promise<number> {
  const shell = SHELLS.find((one) => one === name);
  if (!shell) throw new UsageError(`completion takes ${ARGUMENTS.completion?.needs}`);
  if (typed.length === 0) io.stdout.write(SCRIPTS[shell]);
  else for (const row of rowsFor(await offersFor(separated(typed)), shell)) io.stdout.write(`${row}\n`);
  return EXIT.done;
}

/** Words with options and their values apart: bash makes the = of --model=NAME a word of its own, other shells none. */
function separated(words: readonly string[]): string[] {
  const last = words.at(-1) ?? "";
  const parts = /^(--[^=]+)=(.*)$/s.exec(last)?.slice(1) ?? [last.replace(/^=$/, "")];
  return [...words.slice(0, -1).filter((word) => word !== "="), ...parts];
}

/** What may be offered for the last of these words. A tab separates an offered word from its description. */
async function offersFor(words: readonly string[]): Promise<Offers> {
  const before = words.slice(0, -1);
  const { command, words: named } = commandIn(before);
  const options: [string, Option][] = command ? Object.entries(OPTIONS[command]) : [];
  const rows = options.flatMap(([name, option]) =>
    [`--${name}`, ...(option.short ? [`-${option.short}`] : [])].map((word) => ({ word, option })),
  );
  const open = rows.find(({ word, option }) => word === before.at(-1) && option.type === "string");
  if (open) return valuesOf(open.option);
  if (words.at(-1)?.startsWith("-")) return rows.map(({ word, option }) => `${word}\t${firstSentence(option.help)}`);
  const [first = ""] = named;
  if (!first) return (await commandSummaries()).map((row) => row.join("\t"));
  const below = command === undefined || command === first ? subcommandsOf(first) : [];
  return below.length > 0 ? below : ((command && ARGUMENTS[command]?.offers) ?? "nothing");
}

function valuesOf({ offers, value = "" }: Option): Offers {
  return offers ?? (/^(FILE|FOLDER|PATH|IMAGE)$/.test(value) ? "files" : "nothing");
}

/** What the script of a shell reads: a line for each offer, or ":files". */
function rowsFor(offers: Offers, shell: (typeof SHELLS)[number]): readonly string[] {
  if (offers === "files") return [":files"];
  if (offers === "nothing") return [];
  if (shell === "bash") return offers.map((row) => row.replace(/\t.*/, ""));
  return shell === "fish" ? offers : offers.map((row) => row.replaceAll(":", "\\:").replace("\t", ":"));
}

const SCRIPTS = {
  bash: `# Completes minimax-video in bash. In ~/.bashrc: eval "$(minimax-video completion bash)"
_minimax_video() {
  local cur=\${COMP_WORDS[COMP_CWORD]} IFS=$'\\n' offers
  offers=$(minimax-video completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
  [[ $offers == :files ]] && return
  compopt +o default
  # Bash makes the = of --model=NAME a word of its own.
  COMPREPLY=($(compgen -W "$offers" -- "\${cur#=}"))
} 2> /dev/null
complete -o default -F _minimax_video minimax-video
`,
  zsh: `#compdef minimax-video
# Completes minimax-video in zsh. In ~/.zshrc, after compinit: eval "$(minimax-video completion zsh)"
_minimax_video() {
  local -a offers
  offers=("\${(@f)$(minimax-video completion zsh -- "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  if [[ $PREFIX == --*=* ]]; then compset -P '*='; fi
  if [[ $offers[1] == :files ]]; then _files
  elif [[ -n $offers[1] ]]; then _describe minimax-video offers
  else _message 'no completion'; fi
}
if [[ $funcstack[1] == _minimax-video ]]; then _minimax_video "$@"; else compdef _minimax_video minimax-video; fi
`,
  fish: `# Completes minimax-video in fish. In ~/.config/fish/config.fish: minimax-video completion fish | source
function __minimax_video
  set -l typed (commandline -ct)
  set -l option (string match -r '^--[^=]+=' -- "$typed")
  set -l offers (minimax-video completion fish -- (commandline -opc)[2..] "$typed" 2> /dev/null)
  test "$offers" = :files; and set offers (__fish_complete_path (string replace -- "$option" "" "$typed"))
  test -n "$offers"; and printf '%s\\n' "$option"$offers
end
complete -c minimax-video -f -a '(__minimax_video)'
`,
};
