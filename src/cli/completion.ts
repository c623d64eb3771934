import { grouped } from "../contract/report-outcome.js";
import { ARGUMENTS, type CommandName, type Offers, OPTIONS, type Option, SHELLS } from "./command-options.js";
import { EXIT } from "./exit-codes.js";
import { shellQuoted } from "./format-text.js";
import { commandSummaries, firstSentence } from "./help.js";
import type { Parsed } from "./parse-command-line.js";
import { type Io, UsageError } from "./process.js";

/** `minimax-video completion`: prints a script for a shell, made from the table of options. */
export async function completion({ argument = "" }: Parsed<"completion">, io: Io): Promise<number> {
  const shell = SHELLS.find((one) => one === argument);
  if (!shell) throw new UsageError(`completion takes ${ARGUMENTS.completion?.needs}`);
  io.stdout.write(await SCRIPTS[shell]());
  return EXIT.done;
}

// The keys of the table are the names of the commands.
const names = Object.keys(OPTIONS) as CommandName[];
/** Includes "files", although only "files list" and the like can be run. */
const commands = [...new Set(names.flatMap((name) => [name.replace(/ .*/, ""), name]))];

const optionsOf = (command: CommandName): [string, Option][] => Object.entries(OPTIONS[command]);

/** What may follow a command. */
function argumentsOf(command: string): Offers {
  const below = names.flatMap((name) => (name.startsWith(`${command} `) ? [name.slice(command.length + 1)] : []));
  const known: Partial<Record<string, { offers?: Offers }>> = ARGUMENTS;
  return below.length > 0 ? below : (known[command]?.offers ?? "nothing");
}

/** What may follow an option. */
function valuesOf({ offers, value = "" }: Option): Offers {
  return offers ?? (/^(FILE|FOLDER|PATH|IMAGE)$/.test(value) ? "files" : "nothing");
}

/**
 * A place in a command line, and what to offer there. `files list` and `files list --purpose` stand for the place after these
 * words, and `-files list` for an option there. An offered word may be followed by a tab and its description.
 */
type Place = readonly [place: string, offers: Offers];

async function places(): Promise<Place[]> {
  const ofOptions = names.flatMap((command): Place[] => {
    const words = optionsOf(command).flatMap(([name, option]) =>
      [`--${name}`, ...(option.short ? [`-${option.short}`] : [])].map((word) => [word, option] as const),
    );
    const values = words.filter(([, { type }]) => type === "string");
    return [
      [`-${command}`, words.map(([word, { help }]) => `${word}\t${firstSentence(help)}`)],
      ...values.map(([word, option]): Place => [`${command} ${word}`, valuesOf(option)]),
    ];
  });
  const summaries = (await commandSummaries()).map(([word, text]) => `${word}\t${text}`);
  return [["", summaries], ...commands.map((name): Place => [name, argumentsOf(name)]), ...ofOptions];
}

/** The branches of a `case` over places, in the syntax of bash and zsh. */
async function branches(action: (offers: Offers) => string): Promise<string> {
  return grouped(await places(), ([, offers]) => action(offers))
    .map(([text, own]) => `      ${own.map(([place]) => shellQuoted(place)).join("|")}) ${text} ;;`)
    .join("\n");
}

/** The values of `$command $word` for which `word` continues the name of a command. */
const steps = commands.map((name) => (name.includes(" ") ? name : ` ${name}`)).map(shellQuoted);

async function bash(): Promise<string> {
  const reply = (offers: Offers) => {
    if (offers === "files") return "return";
    if (offers === "nothing") return "compopt +o default; return";
    return `offers=${shellQuoted(offers.map((word) => word.replace(/\t.*/, "")).join(" "))}; break`;
  };
  return `# Completes minimax-video in bash. In ~/.bashrc: eval "$(minimax-video completion bash)"
_minimax_video() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= word offers=
  # Bash makes the = of --model=NAME a word of its own.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in ${steps.join("|")}) command="\${command:+$command }$word" ;; esac
  done
  for word in "$command $prev" "\${cur:0:1}$command" "$command"; do
    case $word in
${await branches(reply)}
    esac
  done
  [[ $command ]] || compopt +o default
  COMPREPLY=($(compgen -W "$offers" -- "$cur"))
} 2> /dev/null
complete -o default -F _minimax_video minimax-video
`;
}

async function zsh(): Promise<string> {
  const add = (offers: Offers) => {
    if (offers === "files") return "_files; return";
    if (offers === "nothing") return "_message 'no completion'; return";
    if (!offers[0]?.includes("\t")) return `compadd -- ${offers.map(shellQuoted).join(" ")}; return`;
    return `rows=(${offers.map((row) => shellQuoted(row.replace("\t", ":"))).join(" ")}); break`;
  };
  return `#compdef minimax-video
# Completes minimax-video in zsh. In ~/.zshrc, after compinit: eval "$(minimax-video completion zsh)"
_minimax_video() {
  local command= word prev=$words[CURRENT-1]
  local -a rows
  for word in $words[2,CURRENT-1]; do
    case "$command $word" in ${steps.join("|")}) command="\${command:+$command }$word" ;; esac
  done
  if [[ $PREFIX == --*=* ]]; then prev=\${PREFIX%%=*}; compset -P '*='; fi
  for word in "$command $prev" "\${PREFIX[1]}$command" "$command"; do
    case $word in
${await branches(add)}
    esac
  done
  if [[ $word ]]; then _describe -o option rows; else _describe command rows; fi
}
if [[ $funcstack[1] == _minimax-video ]]; then _minimax_video "$@"; else compdef _minimax_video minimax-video; fi
`;
}

async function fish(): Promise<string> {
  const add = (offers: Offers, taking = "") => {
    if (offers === "files") return `${taking && "-r "}-F`;
    return offers === "nothing" ? taking : `${taking} -a ${shellQuoted(offers.join(" "))}`;
  };
  const rows = [
    ...(await commandSummaries()).map(([name, text]) => ["", `-a ${name} -d ${shellQuoted(text)}`] as const),
    ...commands.map((name) => [name, add(argumentsOf(name))] as const),
    ...names.flatMap((command) =>
      optionsOf(command).map(([name, option]) => {
        const words = `-l ${name}${option.short ? ` -s ${option.short}` : ""}`;
        const value = option.type === "string" ? ` ${add(valuesOf(option), "-x")}` : "";
        return [command, `${words}${value} -d ${shellQuoted(firstSentence(option.help))}`] as const;
      }),
    ),
  ];
  const told = rows.filter(([, text]) => text);
  const lines = grouped(told, ([, text]) => text).map(([text, own]) => {
    const where = `__minimax_video_in ${own.map(([name]) => `"${name}"`).join(" ")}`;
    return `complete -c minimax-video -n ${shellQuoted(where)} ${text}`;
  });
  return `# Completes minimax-video in fish. In ~/.config/fish/config.fish: minimax-video completion fish | source
function __minimax_video_in
  set -l command
  for word in (commandline -opc)[2..]
    switch "$command $word"
      case ${steps.join(" ")}
        set command (string trim "$command $word")
    end
  end
  contains -- "$command" $argv
end
complete -c minimax-video -f
${lines.join("\n")}
`;
}

const SCRIPTS = { bash, zsh, fish };
