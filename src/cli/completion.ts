import { ARGUMENTS, type CommandName, type Offers, OPTIONS, type Option, SHELLS } from "./command-options.js";
import { commandSummaries, firstSentence } from "./help.js";
import type { Parsed } from "./parse-command-line.js";
import { EXIT, type Io, UsageError } from "./process.js";

/** `minimax-video completion`: a script for a shell, made from the table of options. */
export async function completion({ argument = "" }: Parsed<"completion">, io: Io): Promise<number> {
  const shell = SHELLS.find((one) => one === argument);
  if (!shell) throw new UsageError(`completion takes ${ARGUMENTS.completion?.needs}`);
  io.stdout.write(await SCRIPTS[shell]());
  return EXIT.done;
}

const names = Object.keys(OPTIONS) as CommandName[];
const optionsOf = (command: CommandName): [string, Option][] => Object.entries(OPTIONS[command]);
const typed = ([name, { short }]: [string, Option]) => [`--${name}`, ...(short ? [`-${short}`] : [])];

function offersOf({ offers, value = "" }: Option): Offers {
  return offers ?? (/^(FILE|FOLDER|PATH|IMAGE)$/.test(value) ? "files" : "nothing");
}

/** The words below a command, or what its argument is. */
function argumentsOf(command: CommandName | ""): Offers {
  if (command === "") return [...new Set(names.map((name) => name.split(" ")[0] ?? ""))];
  const below = names.flatMap((name) => (name.startsWith(`${command} `) ? [name.slice(command.length + 1)] : []));
  return below.length > 0 ? below : (ARGUMENTS[command]?.offers ?? "nothing");
}

/** Commands and groups of commands. */
const all = ["", ...new Set(names.flatMap((name) => [name.split(" ")[0] as CommandName, name]))] as const;

/** Keys with equal values, as one row each: `'a'|'b'` and the value. */
function grouped<Key extends string, Value>(entries: readonly (readonly [Key, Value])[]): [Key[], Value][] {
  const groups = new Map<string, [Key[], Value]>();
  for (const [key, value] of entries) {
    const text = JSON.stringify(value);
    const group = groups.get(text);
    if (group) group[0].push(key);
    else groups.set(text, [[key], value]);
  }
  return [...groups.values()];
}

/** The options that take a value, after the command that they belong to, with what may follow. */
function valueRows(): [string[], Offers][] {
  return grouped(
    names.flatMap((command) =>
      optionsOf(command)
        .filter(([, { type }]) => type === "string")
        .flatMap((option) => typed(option).map((word) => [`${command} ${word}`, offersOf(option[1])] as const)),
    ),
  );
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const either = (words: readonly string[]) => words.map(quoted).join("|");
const steps = all.slice(1).map((name) => (name.includes(" ") ? name : ` ${name}`));

function bash(): string {
  const reply = (offers: Offers) =>
    offers === "files"
      ? "return"
      : offers === "nothing"
        ? "compopt +o default; return"
        : `offers=${quoted(offers.join(" "))}`;
  return `# Completes minimax-video in bash. In ~/.bashrc: eval "$(minimax-video completion bash)"
_minimax_video() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= word offers=
  # To bash, the = of --model=NAME is a word.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in ${either(steps)}) command="\${command:+$command }$word" ;; esac
  done
  case "$command $prev" in
${valueRows()
  .map(([keys, offers]) => `    ${either(keys)}) ${reply(offers)} ;;\n`)
  .join("")}    *)
      if [[ $cur == -* ]]; then
        case $command in
${grouped(names.map((name) => [name, optionsOf(name).flatMap(typed)] as const))
  .map(([keys, words]) => `          ${either(keys)}) ${reply(words)} ;;\n`)
  .join("")}        esac
      else
        case $command in
${grouped(all.map((name) => [name, argumentsOf(name)] as const))
  .map(([keys, offers]) => `          ${either(keys)}) ${reply(offers)} ;;\n`)
  .join("")}        esac
        [[ $command ]] || compopt +o default
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$offers" -- "$cur"))
} 2> /dev/null
complete -o default -F _minimax_video minimax-video
`;
}

async function zsh(): Promise<string> {
  const summaries = await commandSummaries();
  const add = (offers: Offers) =>
    offers === "files"
      ? "_files"
      : offers === "nothing"
        ? "_message 'no completion'"
        : `compadd -- ${offers.map(quoted).join(" ")}`;
  const described = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([name, text]) => quoted(`${name}:${text}`)).join(" ");
  return `#compdef minimax-video
# Completes minimax-video in zsh. In ~/.zshrc, after compinit: eval "$(minimax-video completion zsh)"
_minimax_video() {
  local command= word prev=$words[CURRENT-1]
  local -a rows
  for word in $words[2,CURRENT-1]; do
    case "$command $word" in (${either(steps)}) command="\${command:+$command }$word" ;; esac
  done
  if [[ $PREFIX == --*=* ]]; then prev=\${PREFIX%%=*}; compset -P '*='; fi
  case "$command $prev" in
${valueRows()
  .map(([keys, offers]) => `    (${either(keys)}) ${add(offers)}; return ;;\n`)
  .join("")}  esac
  if [[ $PREFIX == -* ]]; then
    case $command in
${grouped(
  names.map(
    (name) =>
      [
        name,
        optionsOf(name).flatMap((one) => typed(one).map((word) => [word, firstSentence(one[1].help)] as const)),
      ] as const,
  ),
)
  .map(([keys, rows]) => `      (${either(keys)}) rows=(${described(rows)}) ;;\n`)
  .join("")}    esac
    _describe -o option rows
    return
  fi
  case $command in
    ('') rows=(${described(summaries)}); _describe command rows ;;
${grouped(names.map((name) => [name, argumentsOf(name)] as const))
  .map(([keys, offers]) => `    (${either(keys)}) ${add(offers)} ;;\n`)
  .join("")}    (files) ${add(argumentsOf("files" as CommandName))} ;;
  esac
}
if [[ $funcstack[1] == _minimax-video ]]; then _minimax_video "$@"; else compdef _minimax_video minimax-video; fi
`;
}

async function fish(): Promise<string> {
  const within = (commands: readonly string[]) =>
    `-n ${quoted(`__minimax_video_in ${commands.map((one) => `"${one}"`).join(" ")}`)}`;
  const add = (offers: Offers) =>
    offers === "files" ? "-r -F" : offers === "nothing" ? "-x" : `-x -a ${quoted(offers.join(" "))}`;
  const options = grouped(
    names.flatMap((command) =>
      optionsOf(command).map(([name, option]) => {
        const { short, type, help } = option;
        const taken = type === "string" ? ` ${add(offersOf(option))}` : "";
        return [command, `-l ${name}${short ? ` -s ${short}` : ""}${taken} -d ${quoted(firstSentence(help))}`] as const;
      }),
    ),
  );
  const words = grouped(all.slice(1).map((name) => [name, argumentsOf(name)] as const));
  const lines = [
    ...(await commandSummaries()).map(([name, text]) => `${within([""])} -a ${name} -d ${quoted(text)}`),
    ...words
      .filter(([, offers]) => offers !== "nothing")
      .map(([keys, offers]) => `${within(keys)} ${offers === "files" ? "-F" : add(offers).replace("-x ", "")}`),
    ...options.map(([keys, option]) => `${within(keys)} ${option}`),
  ];
  return `# Completes minimax-video in fish. In ~/.config/fish/config.fish: minimax-video completion fish | source
function __minimax_video_in
  set -l command
  for word in (commandline -opc)[2..]
    switch "$command $word"
      case ${steps.map(quoted).join(" ")}
        set command (string trim "$command $word")
    end
  end
  contains -- "$command" $argv
end
complete -c minimax-video -f
${lines.map((line) => `complete -c minimax-video ${line}\n`).join("")}`;
}

const SCRIPTS = { bash, zsh, fish };
