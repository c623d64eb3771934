/** One run of the command line against a service with odd replies: for paid-handles.long.test.ts. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { run } from "../../src/cli/run-command.js";
import { openJournal } from "../../src/node/index.js";
import { type Answer, openService, type Service } from "./paid-handles-service.js";

/** What somebody types, and what happens meanwhile. */
export interface Command {
  words: string[];
  creates: Answer[];
  queries: Answer[];
  /** At which step Ctrl-C comes. */
  stopAt: number | undefined;
}

/** Seconds that an option takes, and what it does not. */
const SECONDS = ["0.0000001", "0.005", ".05", "0.2", "1."];
const NO_SECONDS = ["NaN", "5m", "-1", "0", "1e-9", "1e3", "0x10", "Infinity", "2147484", "", " 5", "0.0.1"];

export function commands(replies: fc.Arbitrary<Pick<Command, "creates" | "queries">>): fc.Arbitrary<Command> {
  const more = [["--json"], ["--no-wait"], ["--quiet"], ["--no-journal"], ["--key", "fox"]];
  const seconds = (name: string) =>
    fc
      .oneof(
        { weight: 8, arbitrary: fc.constantFrom(...SECONDS) },
        { weight: 1, arbitrary: fc.constantFrom(...NO_SECONDS) },
      )
      .map((value) => `--${name}=${value}`);
  const words = fc
    .tuple(
      fc.constantFrom(["generate", "fox 0"], ["template", "394125185182695432", "--text", "fox 0"]),
      seconds("timeout"),
      seconds("poll-interval"),
      fc.constantFrom<string[]>([], [], [], ...more),
    )
    .map(([command, timeout, pause, more]) => [...command, timeout, pause, ...more]);
  const stopAt = fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined, freq: 2 });
  return fc.record({ words, replies, stopAt }).map(({ replies, ...command }) => ({ ...command, ...replies }));
}

/** What is wrong with a run; nothing if its user can go on with each task that was sold. */
export async function commandFaults(
  { words, creates, queries, stopAt }: Command,
  folder: string,
  show: (service: Service) => string,
): Promise<string[]> {
  const stop = new AbortController();
  let steps = 0;
  const step = () => {
    if (++steps === stopAt) stop.abort(new Error("ended by SIGINT"));
  };
  const service = openService(creates, queries, { step, pause: async () => {}, aborted: () => stop.signal.aborted });
  const printed = { text: "" };
  const output = {
    write(text: string) {
      step();
      printed.text += text;
    },
  };
  mkdirSync(folder, { recursive: true });
  const journal = join(folder, "journal");
  const server = show({
    ...service,
    next(...request) {
      step();
      return service.next(...request);
    },
  });
  const code = await run([...words, "--out", join(folder, "out/")], {
    stdin: (async function* () {})(),
    stdout: output,
    stderr: output,
    env: { MINIMAX_API_KEY: "any", MINIMAX_SERVER: server, MINIMAX_JOURNAL: journal },
    signal: stop.signal,
    isTTY: false,
  }).catch((error: unknown) => error);
  if (typeof code !== "number") return [`it threw ${code}`];
  const listed = JSON.stringify(await (await openJournal(journal)).list());
  const { posts, purchases } = service;
  return [
    ...(code === 2 && posts.length > 0 ? ["it says that nothing was sent"] : []),
    ...(purchases.length > 1 ? ["it was sold twice"] : []),
    ...purchases.flatMap(({ id, named }) => {
      const isKnown = printed.text.includes(id) || (code === 0 && !words.includes("--no-wait"));
      // A reply that is cut off by Ctrl-C may have named it.
      if (isKnown || ((!named || stop.signal.aborted) && (code === 5 || code === 130))) return [];
      return [`task ${id} is lost, exit code ${code}: ${printed.text}`];
    }),
    ...(words.includes("--no-journal") ||
    purchases.every(({ id }) => listed.includes(id) || /unknown|sending/.test(listed))
      ? []
      : ["the journal has lost it"]),
  ];
}
