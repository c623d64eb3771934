/** Every snippet of the README and the guides compiles and runs against the mock; every command of the package in them is run. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import * as library from "../src/index.js";
import * as node from "../src/node/index.js";
import { installPackage, run, typeErrors, withoutTypes } from "./helpers/checkout.js";
import { commands, guide, NPX, snippets, untilItListens, type Way, wayOf } from "./helpers/documentation.js";
import { freePort } from "./helpers/listening.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { png } from "./helpers/pictures.js";
import { folderForAll } from "./helpers/temporary-folder.js";

/** A user's folder, with this package installed. */
const user = folderForAll();
const mock = mockForAll({ speed: 400 });
/** Its links are valid for an hour, as documented. */
const begun = Date.now();
const hurried = mockForAll({ now: () => begun + (Date.now() - begun) * 400 });

beforeAll(async () => {
  await installPackage(user, "@types", "ai", "undici");
  writeFileSync(join(user, "portrait.png"), png());
  writeFileSync(
    join(user, "requests.jsonl"),
    JSON.stringify({ model: "MiniMax-Hailuo-2.3", prompt: "a fox", key: "a" }),
  );
  writeFileSync(join(user, "request.json"), JSON.stringify({ model: "T2V-01", prompt: "a fox" }));
}, 120_000);

const env = () => ({ MINIMAX_API_KEY: "any", MINIMAX_SERVER: mock.url, MINIMAX_JOURNAL: join(user, "journal") });

describe("the snippets of the README and the guides", () => {
  test("compile in a strict project", async () => {
    expect([snippets.length > 6, commands.length > 8]).toEqual([true, true]);
    for (const [index, snippet] of snippets.entries()) writeFileSync(join(user, `snippet-${index}.ts`), snippet);
    expect(await typeErrors(user, { types: ["node"], skipLibCheck: true }, "typescript-7")).toBe("");
  }, 60_000);

  // These tests mostly wait for a task, so they run concurrently.
  test.concurrent.each(
    snippets.map((snippet, index) => ({ snippet, index, line: snippet.trim().split("\n").at(-1) })),
  )("run: … $line", async ({ snippet, index }) => {
    const script = withoutTypes(snippet).replaceAll("4020", await freePort());
    writeFileSync(join(user, `snippet-${index}.js`), script);
    const { code, stdout, stderr } = await run(`node snippet-${index}.js`, user, env());
    expect(code, stderr).toBe(0);
    for (const [, said] of snippet.matchAll(/console\.log\(.*?\); \/\/ (false|true), \[/g))
      expect(stdout).toContain(said);
  }, 60_000);
});

test("the guides name every error class that users can catch", () => {
  const names = [library, node].flatMap(Object.keys).filter((name) => name.endsWith("Error"));
  expect(names.length).toBeGreaterThan(8);
  for (const name of names.filter((name) => name !== "MiniMaxError"))
    expect(guide("money-and-errors")).toContain(`| \`${name}\` |`);
});

const often = (command: string) => `${command} --poll-interval 0.1`;
const PROGRAM = `${NPX} minimax-video`;
const WAYS: Record<string, Way> = {
  [`${PROGRAM} contract`]: [
    /All \d+ checks passed/,
    (command) => `${command.replace(/--server \S+/, `--server ${hurried.url}`)} --requests-per-minute 60000`,
  ],
  [`${PROGRAM} mock`]: [/http:\/\/127\.0\.0\.1:\d+/, untilItListens],
  [`${PROGRAM} listen`]: [/callbacks\?token=v0/, untilItListens],
  [`${PROGRAM} --help`]: [/Usage: minimax-video <command>/],
  [`${PROGRAM} --version`]: [/^\d+\.\d+\.\d+$/m],
  [`${PROGRAM} models`]: [/MiniMax-Hailuo-2\.3 +6 s +768P +0\.28/],
  [`${PROGRAM} completion`]: [/complete .*minimax-video/],
  [`${PROGRAM} doctor`]: [/journal/],
  [`${PROGRAM} files upload`]: [/^mm_file:\/\/\d+$/m],
  [`${PROGRAM} files list`]: [/portrait\.png/],
  [`${PROGRAM} generate --first-frame`]: [/first_frame_image/],
  [`${PROGRAM} generate "a red fox" --no-wait`]: [/"task"/],
  [`${PROGRAM} generate`]: [/fox\.mp4/, (command) => `rm -f fox.mp4; ${often(command)}`],
  [`${PROGRAM} template`]: [/out\/\d+\.mp4/, often],
  [`${PROGRAM} tasks list`]: [/^\d{15} .*MiniMax-H3/m],
  [`${PROGRAM} tasks`]: [/^saved .*fox\.mp4$/m],
  [`${PROGRAM} batch`]: [/^1 saved; list price so far: 0/m, often],
  [`${PROGRAM} resume`]: [/Nothing left to save|1 saved, 0 not saved/],
  // The mock does not know the task of the example, hence exit code 3.
  [`${PROGRAM} task`]: [/106916112212032/, (command) => `${command}; test $? = 3`],
  [`${PROGRAM} check`]: [/price/],
};

test.each(commands.filter((command) => command.startsWith(NPX)))("%s", async (command) => {
  const [prints, runs = (line: string) => line] = wayOf(command, WAYS);
  const PATH = `${join(user, "node_modules/.bin")}:${process.env.PATH}`;
  // One command uses npx to find the program. The others start it by its path, as npx would.
  const started = command.includes("--help") ? command : command.slice(NPX.length + 1);
  const { code, stdout, stderr } = await run(runs(started), user, { ...env(), PATH });
  expect(stdout + stderr).toMatch(prints);
  expect(code, stderr).toBe(0);
}, 120_000);
