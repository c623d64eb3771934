/** How generate, check and demo interpret their argument, and what they refuse to buy as a prompt. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { accepted, commandLine, KEY, PROMPT } from "./helpers/command-line.js";

const REQUEST = { model: "MiniMax-Hailuo-02", prompt: PROMPT, duration: 10 };
const TEXT = JSON.stringify(REQUEST);
const { server, folder, cli, refusal } = commandLine();
const at = (name: string) => join(folder, name);

beforeAll(() => {
  const files: Record<string, string | Buffer> = {
    "request.json": TEXT,
    "UPPER.JSON": TEXT,
    "a fox.Json": `\uFEFF${TEXT}`,
    "request.txt": TEXT,
    req: TEXT,
    "my request": TEXT,
    "bad.json": PROMPT,
    "empty.json": "",
    "list.json": `[${TEXT}]`,
    "text.json": JSON.stringify(PROMPT),
    "null.json": "null",
    "utf16.json": Buffer.from(`\uFEFF${TEXT}`, "utf16le"),
    "latin1.json": Buffer.from('{"prompt":"é"}', "latin1"),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content);
  mkdirSync(at("d.json"));
  symlinkSync(at("nowhere"), at("link"));
});

/** The bodies of the creates that a run sends. */
async function sent(args: string[], stdin: string | Buffer = "") {
  server.next(accepted);
  const { code, stderr } = await cli(args, { at: server.url, stdin });
  expect(code, stderr).toBe(0);
  return server.seen.map(({ body }) => JSON.parse(body));
}
const generate = (...words: string[]) => ["generate", "--no-wait", ...words];

describe("the argument is the prompt, unchanged", () => {
  test.each([
    ` ${PROMPT} `,
    'She says "open request.json"',
    "“A fox runs.”",
    "A fox costs $5",
    "True love",
    "{mock:fail} a fox",
    '[Push in] a sign that says {"open"}',
    "狐狸在雪中奔跑。",
    "🦊",
    "Run!",
  ])("%s", async (prompt) => {
    expect(await sent(generate(prompt, "--model", "T2V-01"))).toEqual([{ model: "T2V-01", prompt }]);
  });

  test.each([
    "request.json",
    "./request",
    "-5 degrees",
    "176843862716480",
    "https://x.example/a.png",
    "help",
  ])("and so is any text of --prompt: %s", async (prompt) => {
    expect(await sent(generate(`--prompt=${prompt}`, "--model", "T2V-01"))).toEqual([{ model: "T2V-01", prompt }]);
  });
});

test.each<[string[], string | Buffer]>([
  [[at("request.json")], ""],
  [[at("UPPER.JSON")], ""],
  [[at("a fox.Json")], ""],
  [["-"], `\uFEFF${TEXT}\n`],
  [["--request", at("request.txt")], ""],
  [["--request", "-"], TEXT],
  [["--request", "/dev/stdin"], TEXT],
])("%j is a whole request (H2)", async (args, stdin) => {
  expect(await sent(generate(...args), stdin)).toEqual([REQUEST]);
});

/** Arguments that are unlikely to be a prompt, by the message about them. */
const DOUBTFUL: [RegExp, ...string[]][] = [
  [/request\.json cannot be read: no such file.*--prompt TEXT/, "request.json"],
  [/The argument cannot be read: no such file.*--prompt TEXT/, `${PROMPT}.json`, ` ${at("request.json")} `],
  [/cannot be read: no such file/, at("no/request.json")],
  [/is a folder/, at("d.json"), folder],
  [/not valid JSON.*\{ "model": .*--prompt/, at("bad.json")],
  [/is empty/, at("empty.json")],
  [/not a JSON object/, at("list.json"), at("text.json"), at("null.json")],
  [/not UTF-8/, at("utf16.json"), at("latin1.json")],
  [/without the @/, `@${at("request.json")}`, "@request"],
  [/URL.*--first-frame/, `file://${at("request.json")}`, "file:request.json", "https://x.example/request.json?key=x"],
  [/URL.*--first-frame/, "https://x.example/a.png", "data:image/png;base64,iVBORw0KGgo=", "mm_file://176844028768320"],
  [
    /is a file: to read a request from it, use --request .*--prompt/,
    at("request.txt"),
    ` ${at("req")} `,
    at("my request"),
    at("link"),
    "/dev/stdin",
  ],
  [/looks like a file.*--request request\.json5.*--prompt/, "request.json5"],
  [
    /looks like a file/,
    "request.yaml",
    "./req",
    "~/req",
    "requests\\fox",
    "requests/fox",
    "'request.json'",
    "request.json.",
  ],
  [/JSON.*pipe it to -/, TEXT, '{ "model": "MiniMax-Hailuo-2.3", "prompt"', `[${TEXT}]`],
  [/task id: to wait for that task, use minimax-video task ID/, "176843862716480"],
  [/is a command.*--help/, "tasks", "files", "Help"],
  [/stdin/, " - ", "–"],
  [/script/, "undefined", "[object Object]"],
  [/no shell/, "$PROMPT", "$(cat prompt.txt)", "$env:PROMPT"],
  [/is a placeholder that nothing has filled in/, "<prompt>", "{{prompt}}", `$${"{{ inputs.prompt }}"}`],
  [/lost its quotes/, "{model:T2V-01,prompt:a cat}", "{'model': 'x', 'prompt': 'y'}"],
  [/HTTP header/, "Bearer abcdefgh"],
  [/Set MINIMAX_API_KEY instead/, "sk-another-key-of-somebody", KEY],
];

test.each(DOUBTFUL)("an argument is refused before anything is bought, with %s: %s (H2)", async (says, ...doubtful) => {
  for (const argument of doubtful)
    expect((await refusal(generate(argument), { stdin: TEXT })).replaceAll("\n", " ")).toMatch(says);
});

test.each<[string[], RegExp]>([
  [["--", "-fox.txt"], /looks like a file.*--prompt=-fox\.txt/],
  [[at("request.json"), PROMPT], /takes one argument/],
  [[at("request.json"), "--prompt", PROMPT], /leave out --prompt/],
  [["-", "--request", "-"], /^Give the request either as - or with --request, not both/],
  [[PROMPT, "--prompt", PROMPT], /^Give the prompt either as the argument or with --prompt, not both/],
  [["--prompt", PROMPT, "--request", "-"], /leave out --prompt/],
  [["--prompt", "-"], /--prompt takes the text itself/],
])("%j are refused because they contradict each other", async (words, says) => {
  expect(await refusal(generate(...words), { stdin: TEXT })).toMatch(says);
});

test.each([
  ["a text", PROMPT, /stdin is not valid JSON.*\{ "model": .*--prompt TEXT/],
  ["nothing", "", /stdin is empty/],
  ["a list", `[${TEXT}]`, /stdin is not a JSON object/],
  ["UTF-16", Buffer.from(`\uFEFF${TEXT}`, "utf16le"), /stdin is not UTF-8/],
])("%s on stdin is refused", async (_, stdin, says) => {
  expect((await refusal(generate("-"), { stdin })).replaceAll("\n", " ")).toMatch(says);
});

test.each([
  "",
  " ",
  "\n\t",
  "\u3000",
  "\u00a0",
  "\u200b\u200d\ufeff\u2060",
])("the blank prompt %j is refused by the spec, and not replaced", async (prompt) => {
  expect(await refusal(generate(prompt))).toMatch(/^ *prompt: /m);
  expect(await refusal(generate("--prompt", prompt))).toMatch(/^ *prompt: /m);
});

test.each([
  ["check", ["check"]],
  ["demo", ["demo", "--no-wait", "--server", "global"]],
])("%s interprets its argument in the same way (H2)", async (_, command) => {
  expect(await refusal([...command, "request.yaml"])).toContain("looks like a file");
});

test.each([
  ["template", "request.json"],
  ["template", ""],
  ["template", "394125185182695432", "--text", "-"],
  ["task", PROMPT],
  ["tasks", "cancel", "request.json"],
  ["resume", "-"],
  ["files", "upload", "-", "--purpose", "video_generation_input"],
  ["mock", "request.json"],
  ["contract", "request.json", "--server", "global"],
])("%s refuses the argument %s", async (...args) => {
  await refusal(args, { stdin: TEXT });
});
