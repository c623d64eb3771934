/** What generate, check and demo take their argument for, and what they refuse because it would be paid for as a prompt. */
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

/** The bodies of creates that a run sends. */
async function sent(args: string[], stdin: string | Buffer = "") {
  server.next(accepted);
  const { code, stderr } = await cli(args, { at: server.url, stdin });
  expect(code, stderr).toBe(0);
  return server.seen.map(({ body }) => JSON.parse(body));
}
const generate = (...words: string[]) => ["generate", "--no-wait", ...words];

describe("the argument is the prompt, as it was typed", () => {
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
  ])("or the text of --prompt, whatever it looks like: %s", async (prompt) => {
    expect(await sent(generate(`--prompt=${prompt}`, "--model", "T2V-01"))).toEqual([{ model: "T2V-01", prompt }]);
  });
});

test.each<[string[], string | Buffer]>([
  [[at("request.json")], ""],
  [[at("UPPER.JSON")], ""],
  [[at("a fox.Json")], ""],
  [["-"], TEXT],
  [["-"], `\uFEFF${TEXT}\n`],
  [["--request", at("request.txt")], ""],
  [["--request", "-"], TEXT],
  [["--request", "/dev/stdin"], TEXT],
])("%j is a whole request", async (args, stdin) => {
  expect(await sent(generate(...args), stdin)).toEqual([REQUEST]);
});

test.each<[string, string[], RegExp]>([
  ["a missing request", ["request.json"], /request\.json cannot be read: no such file.*--prompt TEXT/],
  ["a request in a missing folder", [at("no/request.json")], /no such file/],
  ["a request with blanks around it", [` ${at("request.json")} `], /no such file.*--prompt/],
  ["a sentence that ends in .json", [`${PROMPT}.json`], /The argument cannot be read: no such file.*--prompt TEXT/],
  ["a folder that ends in .json", [at("d.json")], /is a folder/],
  ["a request that is no JSON", [at("bad.json")], /not valid JSON.*\{ "model": .*--prompt/],
  ["an empty request", [at("empty.json")], /is empty/],
  ["a list of requests", [at("list.json")], /not a JSON object/],
  ["a text as JSON", [at("text.json")], /not a JSON object/],
  ["null", [at("null.json")], /not a JSON object/],
  ["a request in UTF-16", [at("utf16.json")], /not UTF-8/],
  ["a request in Latin-1", [at("latin1.json")], /not UTF-8/],
  ["curl's @ before a request", [`@${at("request.json")}`], /without the @/],
  ["curl's @ before a text file", ["@request"], /without the @/],
  ["a file: URL", [`file://${at("request.json")}`], /URL/],
  ["a short file: URL", ["file:request.json"], /URL/],
  ["the URL of a request", ["https://x.example/request.json?key=secret"], /URL/],
  ["the URL of an image", ["https://x.example/a.png"], /URL.*--first-frame/],
  ["a data URL", ["data:image/png;base64,iVBORw0KGgo="], /URL.*--first-frame/],
  ["an upload", ["mm_file://176844028768320"], /URL/],
  ["a text file", [at("request.txt")], /request\.txt is a file.*--request .*--prompt/],
  ["a file with blanks around it", [` ${at("req")} `], /is a file/],
  ["a file with blanks in it", [at("my request")], /is a file/],
  ["a folder", [folder], /is a folder/],
  ["a link that leads nowhere", [at("link")], /is a file/],
  ["stdin by its path", ["/dev/stdin"], /--request/],
  ["missing JSON5", ["request.json5"], /looks like a file.*--request request\.json5.*--prompt/],
  ["missing YAML", ["request.yaml"], /looks like a file/],
  ["a missing path", ["./req"], /looks like a file/],
  ["a path from home", ["~/req"], /looks like a file/],
  ["a path of Windows", ["requests\\fox"], /looks like a file/],
  ["a path below", ["requests/fox"], /looks like a file/],
  ["a request in quotes", ["'request.json'"], /looks like a file/],
  ["a request with a full stop", ["request.json."], /looks like a file/],
  ["a request itself", [TEXT], /JSON.*pipe it to -/],
  ["half a request", ['{ "model": "T2V-01", "prompt"'], /JSON.*pipe it to -/],
  ["requests themselves", [`[${TEXT}]`], /JSON.*pipe it to -/],
  ["the id of a task", ["176843862716480"], /minimax-video task/],
  ["a command", ["tasks"], /is a command.*--help/],
  ["a command in capitals", ["Help"], /is a command/],
  ["a dash with blanks", [" - "], /stdin/],
  ["an autocorrected dash", ["–"], /stdin/],
  ["a file that begins with a dash", ["--", "-fox.txt"], /looks like a file.*--prompt=-fox\.txt/],
  ["undefined", ["undefined"], /script/],
  ["an object that is no text", ["[object Object]"], /script/],
  ["a variable", ["$PROMPT"], /no shell/],
  ["a command that was not run", ["$(cat prompt.txt)"], /no shell/],
  ["a request beside a prompt", [at("request.json"), PROMPT], /takes one argument/],
  ["a request beside --prompt", [at("request.json"), "--prompt", PROMPT], /leave out --prompt/],
  ["a request beside --request", ["-", "--request", "-"], /one request: - or --request/],
  ["two prompts", [PROMPT, "--prompt", PROMPT], /one prompt/],
  ["--prompt beside --request", ["--prompt", PROMPT, "--request", "-"], /leave out --prompt/],
  ["--prompt -", ["--prompt", "-"], /--prompt takes the text itself/],
  ["--request without a name", ["--request", ""], /--request takes a file, or - for stdin/],
  ["another key", ["sk-another-key-of-somebody"], /Set MINIMAX_API_KEY instead/],
  ["the key", [KEY], /Set MINIMAX_API_KEY instead/],
])("%s is refused before anything is paid", async (_, words, says) => {
  expect((await refusal(generate(...words), { stdin: TEXT })).replaceAll("\n", " ")).toMatch(says);
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
])("the blank prompt %j is refused by the spec, and nothing is put in its place", async (prompt) => {
  expect(await refusal(generate(prompt))).toMatch(/^ *prompt: /m);
  expect(await refusal(generate("--prompt", prompt))).toMatch(/^ *prompt: /m);
});

test.each([
  ["check", ["check"]],
  ["demo", ["demo", "--no-wait", "--server", "global"]],
])("%s reads its argument in the same way", async (_, command) => {
  expect(await refusal([...command, "request.yaml"])).toContain("looks like a file");
});

test.each([
  ["template", "request.json"],
  ["template", "-"],
  ["template", ""],
  ["template", PROMPT],
  ["template", "394125185182695432", "--text", "-"],
  ["task", "request.json"],
  ["task", PROMPT],
  ["tasks", "request.json"],
  ["tasks", "cancel", "request.json"],
  ["tasks", "delete", "-"],
  ["resume", "-"],
  ["files", "upload", "-", "--purpose", "video_generation_input"],
  ["files", "delete", "-", "--purpose", "video_generation_input"],
  ["mock", "request.json"],
  ["listen", "-"],
  ["contract", "request.json", "--server", "global"],
])("%s refuses %s, which is no argument of it", async (...args) => {
  await refusal(args, { stdin: TEXT });
});
