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

// The keys of a table are its names.
const names = Object.keys(OPTIONS) as CommandName[];
/** The first words of commands: "files" is one, though there is only "files list" and others. */
const firsts = [...new Set(names.map((name) => name.split(" ")[0] ?? ""))];
const commands = [...new Set([...firsts, ...names])];

const optionsOf = (command: CommandName): [string, Option][] => Object.entries(OPTIONS[command]);
const typed = ([name, { short }]: [string, Option]) => [`--${name}`, ...(short ? [`-${short}`] : [])];

/** What may follow a command; without one, the first word. */
function argumentsOf(command: string): Offers {
  const below = names.flatMap((name) => (name.startsWith(`${command} `) ? [name.slice(command.length + 1)] : []));
  if (command === "" || below.length > 0) return command ? below : firsts;
  const known: Partial<Record<string, { offers?: Offers }>> = ARGUMENTS;
  return known[command]?.offers ?? "nothing";
}

/** What may follow an option. */
function valuesOf({ offers, value = "" }: Option): Offers {
  return offers ?? (/^(FILE|FOLDER|PATH|IMAGE)$/.test(value) ? "files" : "nothing");
}

/** Names by the text that belongs to them. */
function alike(rows: readonly (readonly [name: string, text: string])[]): [text: string, names: string[]][] {
  const groups = new Map<string, string[]>();
  for (const [name, text] of rows) groups.set(text, [...(groups.get(text) ?? []), name]);
  return [...groups];
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The branches of a `case`, as bash and zsh write them. */
function branches(rows: readonly (readonly [name: string, action: string])[]): string {
  return alike(rows)
    .map(([action, names]) => `      ${names.map(quoted).join("|")}) ${action} ;;`)
    .join("\n");
}

/** The branches after a command and an option that takes a value. */
function valueBranches(action: (offers: Offers) => string): string {
  const options = names.flatMap((command) => optionsOf(command).map((option) => [command, option] as const));
  const taking = options.filter(([, [, { type }]]) => type === "string");
  return branches(
    taking.flatMap(([command, option]) =>
      typed(option).map((word) => [`${command} ${word}`, action(valuesOf(option[1]))] as const),
    ),
  );
}

/** What a command line holds after a command, and then one word more. */
const steps = commands.map((name) => (name.includes(" ") ? name : ` ${name}`)).map(quoted);

function bash(): string {
  const reply = (offers: Offers) => {
    if (offers === "files") return "return";
    return offers === "nothing" ? "compopt +o default; return" : `offers=${quoted(offers.join(" "))}`;
  };
  return `# Completes minimax-video in bash. In ~/.bashrc: eval "$(minimax-video completion bash)"
_minimax_video() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= word offers=
  # To bash, the = of --model=NAME is a word.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in ${steps.join("|")}) command="\${command:+$command }$word" ;; esac
  done
  case "$command $prev" in
${valueBranches(reply)}
      *) if [[ $cur == -* ]]; then
        case $command in
${branches(names.map((name) => [name, reply(optionsOf(name).flatMap(typed))]))}
        esac
      else
        case $command in
${branches(["", ...commands].map((name) => [name, reply(argumentsOf(name))]))}
        esac
        [[ $command ]] || compopt +o default
      fi ;;
  esac
  COMPREPLY=($(compgen -W "$offers" -- "$cur"))
} 2> /dev/null
complete -o default -F _minimax_video minimax-video
`;
}

async function zsh(): Promise<string> {
  const add = (offers: Offers) => {
    if (offers === "files") return "_files";
    return offers === "nothing" ? "_message 'no completion'" : `compadd -- ${offers.map(quoted).join(" ")}`;
  };
  const described = (rows: readonly (readonly [string, string])[]) =>
    `rows=(${rows.map(([name, text]) => quoted(`${name}:${text}`)).join(" ")})`;
  const helped = (option: [string, Option]) =>
    typed(option).map((word) => [word, firstSentence(option[1].help)] as const);
  return `#compdef minimax-video
# Completes minimax-video in zsh. In ~/.zshrc, after compinit: eval "$(minimax-video completion zsh)"
_minimax_video() {
  local command= word prev=$words[CURRENT-1]
  local -a rows
  for word in $words[2,CURRENT-1]; do
    case "$command $word" in ${steps.join("|")}) command="\${command:+$command }$word" ;; esac
  done
  if [[ $PREFIX == --*=* ]]; then prev=\${PREFIX%%=*}; compset -P '*='; fi
  case "$command $prev" in
${valueBranches((offers) => `${add(offers)}; return`)}
  esac
  if [[ $PREFIX == -* ]]; then
    case $command in
${branches(names.map((name) => [name, described(optionsOf(name).flatMap(helped))]))}
    esac
    _describe -o option rows
    return
  fi
  case $command in
      '') ${described(await commandSummaries())}; _describe command rows ;;
${branches(commands.map((name) => [name, add(argumentsOf(name))]))}
  esac
}
if [[ $funcstack[1] == _minimax-video ]]; then _minimax_video "$@"; else compdef _minimax_video minimax-video; fi
`;
}

async function fish(): Promise<string> {
  const add = (offers: Offers, taking = "") => {
    if (offers === "files") return `${taking && "-r "}-F`;
    return offers === "nothing" ? taking : `${taking} -a ${quoted(offers.join(" "))}`;
  };
  const rows = [
    ...(await commandSummaries()).map(([name, text]) => ["", `-a ${name} -d ${quoted(text)}`] as const),
    ...commands.map((name) => [name, add(argumentsOf(name))] as const),
    ...names.flatMap((command) =>
      optionsOf(command).map(([name, option]) => {
        const words = `-l ${name}${option.short ? ` -s ${option.short}` : ""}`;
        const value = option.type === "string" ? ` ${add(valuesOf(option), "-x")}` : "";
        return [command, `${words}${value} -d ${quoted(firstSentence(option.help))}`] as const;
      }),
    ),
  ];
  const lines = alike(rows.filter(([, text]) => text)).map(([text, names]) => {
    const where = `__minimax_video_in ${names.map((name) => `"${name}"`).join(" ")}`;
    return `complete -c minimax-video -n ${quoted(where)} ${text}`;
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
