/** The command line, run as its users run it: against a mock, against servers that misbehave, and as a process. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { OPTIONS } from "../src/cli/command-options.js";
import { EXAMPLE } from "../src/cli/demo.js";
import { EXIT } from "../src/cli/exit-codes.js";
import { run } from "../src/cli/run-command.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { openJournal } from "../src/node/index.js";
import { built } from "./build.js";
import { type Answer, json, refused, scripted, success } from "./script.js";

const KEY = "sk-nobody-may-see-this-key";
const PROMPT = "a fox that nobody may hear of runs through the snow";
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAUAAAAFAAQMAAAD3XjfpAAAAA1BMVEVuqtw+vhFsAAAAI0lEQVR42u3BAQ0AAADCoPdPbQ8HFAAAAAAAAAAAAAAAAPwaM0AAAWQoMfMAAAAASUVORK5CYII=";
const SIGNATURE = "nobody-may-follow-this";
/** What a terminal is told to begin its line anew. */
const CLEAR = "\r\x1b[2K";
const SECRETS = [KEY, PROMPT, PNG.slice(0, 40), SIGNATURE];

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "minimax-video-cli-"));
const server = scripted();
/** Where every run here keeps its journal, unless it says otherwise: never in anybody's home. */
const journal = join(folder, "journal");
let mock: Mock;
let main: string;
let files = 0;

beforeAll(async () => {
  // The program looks for its version and its specs two folders above itself.
  main = built("src/cli/main.ts", join(folder, "package/dist/cli"));
  for (const part of ["package.json", "openapi", "src", "node_modules"])
    symlinkSync(join(root, part), join(folder, "package", part));
  mock = await startMock({ speed: 200 });
});
afterAll(async () => {
  await mock.close();
  rmSync(folder, { recursive: true });
});

interface Setting {
  env?: Record<string, string>;
  stdin?: string;
  isTTY?: boolean;
  signal?: AbortSignal;
  /** Called with all that stderr holds so far. */
  onError?: (text: string) => void;
}

/** One run in this process. Whatever is tested, no secret may be in what it printed. */
async function cli(args: string[], { env, stdin = "", isTTY = false, signal, onError }: Setting = {}) {
  const printed = { stdout: "", stderr: "" };
  const code = await run(args, {
    stdin: (async function* () {
      yield stdin;
    })(),
    stdout: { write: (text) => (printed.stdout += text) },
    stderr: {
      write(text) {
        printed.stderr += text;
        onError?.(printed.stderr);
      },
    },
    env: { MINIMAX_JOURNAL: journal, ...(env ?? { MINIMAX_API_KEY: KEY, MINIMAX_SERVER: mock.url }) },
    signal: signal ?? new AbortController().signal,
    isTTY,
  });
  for (const secret of SECRETS) expect(printed.stdout + printed.stderr).not.toContain(secret);
  return { code, ...printed };
}

/** Options for a quick wait, and with a place of its own. */
const fast = ["--poll-interval", "0.05"];
const quick = () => [...fast, "--out", newFile("mp4")];
const newFile = (ending: string) => join(folder, `${files++}.${ending}`);
const scriptedEnv = () => ({ MINIMAX_API_KEY: KEY, MINIMAX_SERVER: server.url });
const ftyp = (path: string) => readFileSync(path).toString("latin1", 4, 8);

function written(ending: string, content: string | Buffer): string {
  const path = newFile(ending);
  writeFileSync(path, content);
  return path;
}

const accepted = json({ task_id: "176843862716480", ...success });
const finished = json({
  status: "Success",
  file_id: "205258526306433",
  video_width: 1366,
  video_height: 768,
  ...success,
});
const running = json({ status: "Processing", file_id: "", ...success });
/** A link to this very server, signed as real ones are. */
const linked: Answer = (response, seen) =>
  json({
    file: { file_id: "205258526306433", download_url: `${server.url}/v.mp4?Signature=${SIGNATURE}` },
    ...success,
  })(response, seen);

const video: Answer = (response) => response.end("....ftyp");

describe("demo", () => {
  test("makes a playable video of the documented example, without a key, and says what it did", async () => {
    const out = newFile("mp4");
    const env = { MINIMAX_SERVER: "http://127.0.0.1:9", MINIMAX_JOURNAL: newFile("journal") };
    const { code, stdout, stderr } = await cli(["demo", "--out", out], { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${out}\n` });
    expect(ftyp(out)).toBe("ftyp");
    // Its task ends with its mock: there is nothing to come back to.
    expect(existsSync(env.MINIMAX_JOURNAL)).toBe(false);
    expect(stderr).toMatch(/Task \d+ was accepted[\s\S]*Queueing[\s\S]*Processing[\s\S]*Success/);
    expect(stderr).toMatch(/Saved \S+: [\d.]+ kB, 1280 x 720, 6\.0 s, task \d+, free here\n/);
  });

  test("sends the example of the spec, seed 001", () => {
    const examples = parse(readFileSync(join(root, "openapi/examples/videoGeneration/requests.yaml"), "utf8"));
    expect(EXAMPLE).toEqual(examples.subjectReference.value);
  });

  test("keeps to what was typed beside the example", async () => {
    const { stdout } = await cli(["demo", "--watermark", "--dry-run", "--json"]);
    expect(JSON.parse(stdout).request).toMatchObject({ model: "S2V-01", aigc_watermark: true });
  });

  test("goes elsewhere only by --server", async () => {
    server.next(json(refused(1008)));
    const there = await cli(["demo", PROMPT, "--server", server.url], { env: { MINIMAX_API_KEY: KEY } });
    expect([there.code, server.seen.length]).toEqual([EXIT.refusedByService, 1]);
    server.next(json(refused(1008)));
    const here = await cli(["demo", PROMPT, "--dry-run"], { env: scriptedEnv() });
    expect(here.stdout).toContain("a mock on this machine");
  });

  test("refuses --no-wait, because its task would end with the mock", async () => {
    expect(await cli(["demo", "--no-wait"])).toMatchObject({ code: 2, stderr: expect.stringContaining("--server") });
  });
});

describe("generate sends", () => {
  async function bodyOf(args: string[], setting: Setting = {}): Promise<unknown> {
    server.next(json(refused(1008)));
    const { code, stderr } = await cli(["generate", ...args], { env: scriptedEnv(), ...setting });
    expect(code, stderr).toBe(EXIT.refusedByService);
    expect(server.seen).toHaveLength(1);
    return JSON.parse(server.seen[0]?.body ?? "");
  }

  test("what was typed, field for field, and nothing else", async () => {
    const frame = "https://x.example/a.png";
    const url = "https://x.example/hook";
    const options = ["--first-frame", frame, "--duration", "10", "--resolution", "768P", "--no-prompt-optimizer"];
    const more = ["--fast-pretreatment", "--watermark", "--callback-url", url, "--model", "MiniMax-Hailuo-2.3-Fast"];
    expect(await bodyOf([PROMPT, ...options, ...more])).toEqual({
      model: "MiniMax-Hailuo-2.3-Fast",
      prompt: PROMPT,
      first_frame_image: frame,
      duration: 10,
      resolution: "768P",
      prompt_optimizer: false,
      fast_pretreatment: true,
      aigc_watermark: true,
      callback_url: url,
    });
    expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(await bodyOf([PROMPT])).toEqual({ model: "MiniMax-Hailuo-2.3", prompt: PROMPT });
  });

  test.each([
    ["a prompt", [], "MiniMax-Hailuo-2.3"],
    ["a first frame", ["--first-frame", "https://x.example/a.png"], "MiniMax-Hailuo-2.3"],
    ["a last frame", ["--last-frame", "https://x.example/a.png"], "MiniMax-Hailuo-02"],
    ["a subject", ["--subject", "https://x.example/a.png"], "S2V-01"],
  ])("for %s the default model, and says which", async (_, options, model) => {
    const { code, stderr, stdout } = await cli(["generate", PROMPT, ...options, "--dry-run", "--json"]);
    expect([code, JSON.parse(stdout).request.model]).toEqual([0, model]);
    expect(stderr).toContain(`Model ${model}`);
  });

  test("a local image as a data URL", async () => {
    const image = written("png", Buffer.from(PNG, "base64"));
    const dataUrl = `data:image/png;base64,${PNG}`;
    expect(await bodyOf(["--first-frame", image])).toMatchObject({ first_frame_image: dataUrl });
    expect(await bodyOf(["--subject", image])).toMatchObject({
      subject_reference: [{ type: "character", image: [dataUrl] }],
    });
  });

  test("a request from a file, or from stdin, unchanged", async () => {
    const request = { model: "MiniMax-Hailuo-02", prompt: PROMPT, duration: 10 };
    expect(await bodyOf(["--request", written("json", JSON.stringify(request))])).toEqual(request);
    expect(await bodyOf(["--request", "-"], { stdin: `\uFEFF${JSON.stringify(request)}` })).toEqual(request);
  });

  test("a request with a template_id as one for a template", async () => {
    server.next(accepted);
    const request = written(
      "json",
      JSON.stringify({ template_id: "394125185182695432", text_inputs: [{ value: "rain" }] }),
    );
    const { stderr } = await cli(["generate", "--request", request, "--no-wait"], { env: scriptedEnv() });
    expect(server.seen[0]?.url).toBe("/v1/video_template_generation");
    expect(stderr).toContain(`task 176843862716480 --template --server ${server.url}`);
  });

  test("a template's texts and images in their order", async () => {
    server.next(json(refused(1008)));
    const image = written("png", Buffer.from(PNG, "base64"));
    const inputs = ["--text", "lion", "--media", image, "--text", "cat", "--media", "https://x.example/b.png"];
    await cli(["template", "393769180141805569", ...inputs], { env: scriptedEnv() });
    expect(JSON.parse(server.seen[0]?.body ?? "")).toEqual({
      template_id: "393769180141805569",
      text_inputs: [{ value: "lion" }, { value: "cat" }],
      media_inputs: [{ value: `data:image/png;base64,${PNG}` }, { value: "https://x.example/b.png" }],
    });
  });
});

describe("before anything is paid", () => {
  /** Runs against a server that must not be asked, and gives what was said. */
  async function refusal(args: string[], setting: Setting = {}): Promise<string> {
    server.next(accepted, finished);
    const { code, stderr, stdout } = await cli(args, { env: scriptedEnv(), ...setting });
    expect({ code, stdout, asked: server.seen }).toEqual({ code: EXIT.refusedHere, stdout: "", asked: [] });
    return stderr;
  }

  test("a file that exists is refused, and stays", async () => {
    const out = written("mp4", "mine");
    expect(await refusal(["generate", PROMPT, "--out", out])).toContain("--force");
    expect(await refusal(["task", "176843862716480", "--out", out])).toContain("already exists");
    expect(readFileSync(out, "utf8")).toBe("mine");
  });

  test("a place that cannot be written to is refused", async () => {
    expect(await refusal(["generate", PROMPT, "--out", join(written("txt", ""), "a.mp4")])).toContain("is a file");
  });

  test("an invalid request is refused with every reason", async () => {
    const said = await refusal([
      "generate",
      "--subject",
      "https://x.example/a.png",
      "--duration",
      "6",
      "--resolution",
      "1P",
    ]);
    expect(said).toMatch(/duration: .*\n.*resolution: /);
  });

  test("a request beside options that it would override is refused, and they are named", async () => {
    const said = await refusal(["generate", PROMPT, "--request", "x.json", "--duration", "6"]);
    expect(said).toContain("leave out the prompt, --duration");
  });

  test("a file that is no image, that is missing, or that is no file at all is refused", async () => {
    expect(await refusal(["generate", "--first-frame", written("png", "GIF89a")])).toContain(
      "JPEG, PNG, WebP, HEIC or HEIF",
    );
    expect(await refusal(["generate", "--first-frame", newFile("png")])).toContain("ENOENT");
    expect(await refusal(["generate", "--first-frame", PNG.repeat(9)])).toContain("--first-frame takes");
    expect(await refusal(["generate", "--first-frame", "ftp://x.example/a.png"])).toContain("--first-frame takes");
  });

  test("JSON with a mistake is refused with its line and without its text", async () => {
    const path = written("json", `{\n  "prompt": "${PROMPT}",\n  ${PROMPT}\n}`);
    expect(await refusal(["generate", "--request", path])).toContain(`${path} holds no valid JSON (line 3)`);
  });

  test("a missing key is named by its variable, and nothing else is said before", async () => {
    const said = await refusal(["generate", PROMPT], { env: { MINIMAX_SERVER: server.url } });
    expect(said).toMatch(/^There is no API key: set MINIMAX_API_KEY/);
  });

  test("--dry-run shows request, server and price, needs no key, and asks nobody", async () => {
    server.next(accepted);
    const image = written("png", Buffer.from(PNG, "base64"));
    const hook = `https://x.example/hook?token=${SIGNATURE}`;
    const args = [
      "generate",
      PROMPT,
      "--first-frame",
      image,
      "--callback-url",
      hook,
      "--server",
      server.url,
      "--dry-run",
    ];
    const { code, stdout } = await cli(args, { env: {} });
    expect([code, server.seen]).toEqual([0, []]);
    expect(stdout).toContain("image/png, 320 x 320, 0.1 kB, as a data URL");
    expect(stdout).toContain("a fox that nobody may he… (51 characters)");
    expect(stdout).toContain(`to ${server.url}`);
    expect(stdout).toContain("list price 0.28 USD (MiniMax-Hailuo-2.3, 768P, 6 s");
  });

  test("the price is named, or that nobody knows it", async () => {
    const { stderr } = await cli(["generate", PROMPT, "--duration", "10", "--no-wait"]);
    expect(stderr).toMatch(/list price 0\.56 USD[\s\S]*was accepted/);
    const old = await cli(["generate", PROMPT, "--model", "T2V-01", "--no-wait"]);
    expect(old.stderr).toContain("price unknown");
  });
});

describe("the result", () => {
  test("is the path alone on stdout, and the facts on stderr", async () => {
    const out = newFile("mp4");
    const args = ["generate", PROMPT, "--resolution", "1080P", "--poll-interval", "0.05", "--out", out];
    const { code, stdout, stderr } = await cli(args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${out}\n` });
    expect(stderr).toContain(`Saved ${out}: `);
    expect(stderr).toContain(`1920 x 1080, 6.0 s, task ${mock.taskIds.at(-1)}, list price 0.49 USD\n`);
    expect(ftyp(out)).toBe("ftyp");
  });

  test("is one JSON object alone on stdout with --json, and the task in it can be gone on with", async () => {
    const out = newFile("mp4");
    const { stdout } = await cli(["generate", PROMPT, "--poll-interval", "0.05", "--out", out, "--json"]);
    const taskId = mock.taskIds.at(-1);
    expect(JSON.parse(stdout)).toMatchObject({
      path: out,
      bytes: readFileSync(out).length,
      width: 1366,
      height: 768,
      seconds: 6,
      taskId,
      cost: { amount: 0.28, currency: "USD" },
      task: { version: 1, id: taskId, kind: "video", server: mock.url },
    });
    const again = await cli(["task", written("json", stdout), ...quick()]);
    expect(again.code).toBe(0);
  });

  test("goes into a folder under the task's id, and replaces a file with --force", async () => {
    const inFolder = await cli(["generate", PROMPT, "--poll-interval", "0.05", "--out", `${folder}/new/`]);
    expect(inFolder.stdout).toBe(`${join(folder, "new", `${mock.taskIds.at(-1)}.mp4`)}\n`);
    const out = written("mp4", "old");
    await cli(["generate", PROMPT, "--poll-interval", "0.05", "--out", out, "--force"]);
    expect(ftyp(out)).toBe("ftyp");
  });

  test("with --no-wait is the id alone, and the printed command saves the video", async () => {
    const first = await cli(["template", "394125185182695432", "--text", "rain", "--no-wait", "--server", mock.url]);
    const id = first.stdout.trim();
    expect(id).toBe(mock.taskIds.at(-1));
    const [, command = ""] = /npx --no-install minimax-video (task .*)\n/.exec(first.stderr) ?? [];
    expect(command).toBe(`task ${id} --template --server ${mock.url}`);
    expect((await cli([...command.split(" "), ...quick()])).code).toBe(0);
  });

  test("comes with one line for each change where no terminal is", async () => {
    const preparing = json({ status: "Preparing", file_id: "", ...success });
    server.next(accepted, preparing, preparing, running, running, running, finished, linked, video);
    const { stderr } = await cli(["generate", PROMPT, ...quick()], { env: scriptedEnv() });
    const words = [...stderr.matchAll(/^ *\d+ s {2}(.*)$/gm)].map(([, word]) => word);
    expect(words).toEqual(["Preparing", "Processing", "Success", "Downloading"]);
    expect(stderr).not.toContain("\r");
  });

  test("comes with one rewritten line in a terminal, which is gone in the end", async () => {
    const { stderr } = await cli(["generate", PROMPT, ...quick()], { isTTY: true });
    expect(stderr).toContain(`${CLEAR}   0 s  `);
    expect(stderr.split(CLEAR).at(-1)).toMatch(/^Saved .*\n$/);
  });

  test("comes without a word on stderr with --quiet", async () => {
    expect(await cli(["generate", PROMPT, ...quick(), "--quiet"])).toMatchObject({ code: 0, stderr: "" });
  });

  test("goes nowhere but where --out says, whatever the service calls its task", async () => {
    const hostile = "../../hostile";
    const place = `${mkdtempSync(join(folder, "place-"))}/`;
    server.next(json({ task_id: hostile, ...success }), finished, linked, video);
    const { stdout } = await cli(["generate", PROMPT, ...fast, "--out", place], { env: scriptedEnv() });
    expect(stdout).toBe(`${place}______hostile.mp4\n`);
  });

  test("a status word that would command a terminal is shown without its power", async () => {
    const hostile = json({ status: "\x1b[31mOdd\x07", file_id: "", ...success });
    server.next(accepted, hostile, json(refused(1004)));
    const { stderr } = await cli(["generate", PROMPT, ...quick()], { env: scriptedEnv(), isTTY: true });
    expect(stderr).toContain("[31mOdd");
    for (const control of ["\x1b", "\x07"]) expect(stderr.replaceAll(CLEAR, "")).not.toContain(control);
  });
});

describe("exit codes", () => {
  const slow = `${PROMPT} {mock:slow=100}`;

  test.each<[string, number, string, string[], RegExp]>([
    ["the request was refused here", EXIT.refusedHere, "ValidationError", [PROMPT, "--duration", "7"], /duration/],
    ["the service refused", EXIT.refusedByService, "ApiError", [`${PROMPT} {mock:sensitive_input}`], /1026/],
    ["the task failed", EXIT.taskFailed, "TaskFailedError", [`${PROMPT} {mock:sensitive_output}`], /1027/],
    [
      "the outcome is open",
      EXIT.outcomeUnknown,
      "SubmissionUnknownError",
      [`${PROMPT} {mock:lost_reply}`],
      /not known/,
    ],
    ["the wait timed out", EXIT.waitTimedOut, "WaitTimeoutError", [slow, "--timeout", "0.3"], /after 0.3 s/],
  ])("when %s: %i", async (_, code, name, args, message) => {
    const said = await cli(["generate", ...args, ...quick()]);
    expect(said).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(message) });
    const program = await cli(["generate", ...args, ...quick(), "--json"]);
    expect(program.code).toBe(code);
    expect(JSON.parse(program.stdout)).toMatchObject({
      error: { name, message: expect.stringMatching(message) },
      exitCode: code,
    });
  });

  test("a time-out keeps the task, in words and as JSON that the task command takes", async () => {
    const args = ["generate", slow, "--timeout", "0.3", "--poll-interval", "0.05"];
    const { stderr } = await cli(args);
    expect(stderr).toMatch(
      new RegExp(`npx --no-install minimax-video task ${mock.taskIds.at(-1)} --server ${mock.url}\n$`),
    );
    const { stdout } = await cli([...args, "--json"]);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ taskId: mock.taskIds.at(-1), task: { version: 1, id: mock.taskIds.at(-1) } });
    expect(await cli(["task", stdout, "--no-wait"])).toMatchObject({ code: 0, stdout: "Preparing\n" });
  });

  test("7 when the video cannot be downloaded: the task is kept, the signed link unseen, no file left", async () => {
    const denied: Answer = (response) => response.writeHead(403).end();
    server.next(accepted, finished, linked, denied, linked, denied, linked, denied, linked, denied);
    const out = newFile("mp4");
    const { code, stderr } = await cli(["generate", PROMPT, ...fast, "--out", out], { env: scriptedEnv() });
    expect(code).toBe(EXIT.notSaved);
    expect(stderr).toContain("HTTP 403");
    expect(stderr).toContain(
      `npx --no-install minimax-video task 176843862716480 --server ${server.url} --out ${out}\n`,
    );
    expect(existsSync(out)).toBe(false);
  });

  test("7 when a file appeared meanwhile: it is not replaced", async () => {
    const out = newFile("mp4");
    const meanwhile: Answer = (response, seen) => {
      writeFileSync(out, "mine");
      finished(response, seen);
    };
    server.next(accepted, meanwhile, linked, video);
    const { code } = await cli(["generate", PROMPT, ...fast, "--out", out], { env: scriptedEnv() });
    expect([code, readFileSync(out, "utf8")]).toEqual([EXIT.notSaved, "mine"]);
  });

  test("8 when nobody listens", async () => {
    const gone = createServer().listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as AddressInfo;
    gone.close();
    const { code, stderr } = await cli(["generate", PROMPT, "--server", `http://127.0.0.1:${port}`]);
    expect(code).toBe(EXIT.unreachable);
    expect(stderr).toContain("could not be reached");
  });

  test("1 when the program itself fails", async () => {
    const printed: string[] = [];
    const stdout = {
      write: () => {
        throw new Error(`no space, Bearer ${KEY}`);
      },
    };
    const io = { stdin: (async function* () {})(), env: {}, signal: new AbortController().signal, isTTY: false };
    const code = await run(["--version"], { ...io, stdout, stderr: { write: (text) => printed.push(text) } });
    expect([code, printed.join("")]).toEqual([EXIT.unexpected, "Unexpected error: no space, [key]\n"]);
  });

  test("are documented, every one", async () => {
    const { stdout } = await cli(["--help"]);
    for (const code of Object.values(EXIT)) expect(stdout).toMatch(new RegExp(`^  ${code} `, "m"));
  });

  test("a task that the service does not know is not offered again", async () => {
    const { code, stderr } = await cli(["task", "1"]);
    expect(code).toBe(EXIT.refusedByService);
    expect(stderr).not.toContain("Go on with");
  });
});

describe("task", () => {
  const record = (over: object = {}) =>
    JSON.stringify({ version: 1, id: "176843862716480", kind: "video", server: server.url, ...over });

  test("--no-wait prints the service's own word, and exits with 4 when the task failed", async () => {
    server.next(running);
    expect(await cli(["task", "176843862716480", "--no-wait"], { env: scriptedEnv() })).toMatchObject({
      code: 0,
      stdout: "Processing\n",
    });
    server.next(json({ status: "Fail", base_resp: { status_code: 1027, status_msg: "" } }));
    const failed = await cli(["task", "176843862716480", "--no-wait", "--json"], { env: scriptedEnv() });
    expect(failed.code).toBe(EXIT.taskFailed);
    expect(JSON.parse(failed.stdout)).toMatchObject({ state: "failed", word: "Fail", code: 1027 });
  });

  test("--no-wait of a finished template keeps its signed link to itself", async () => {
    const link = `https://x.example/v.mp4?Signature=${SIGNATURE}`;
    server.next(json({ status: "Success", video_url: link, ...success }));
    const { stdout } = await cli(["task", "1", "--template", "--no-wait", "--json"], { env: scriptedEnv() });
    expect(JSON.parse(stdout)).toMatchObject({ state: "succeeded", task: { kind: "template" } });
  });

  test("takes the server of a record only where it is a documented one: the key goes nowhere by a file", async () => {
    server.next(running);
    const env = { MINIMAX_API_KEY: KEY };
    const refused = await cli(["task", record(), "--no-wait"], { env });
    expect([refused.code, server.seen]).toEqual([EXIT.refusedHere, []]);
    expect(refused.stderr).toContain(`--server ${server.url}`);
    const confirmed = await cli(["task", record(), "--no-wait", "--server", `${server.url}/`], { env });
    expect(confirmed.code).toBe(0);
    const other = await cli(["task", record({ server: "china" }), "--no-wait", "--server", "global"], { env });
    expect(other.stderr).toContain("made at china");
  });

  test("refuses what is no task, and says why", async () => {
    expect((await cli(["task"])).stderr).toContain("Say which task");
    expect((await cli(["task", "no/such.json"])).stderr).toContain("no such file");
    expect((await cli(["task", record({ version: 2 }), "--server", server.url])).stderr).toContain("version 2");
  });
});

describe("check", () => {
  test("prints every issue with its path, and exits with 2", async () => {
    const { code, stdout } = await cli(["check", PROMPT, "--duration", "7", "--resolution", "4K"]);
    expect(code).toBe(EXIT.refusedHere);
    expect(stdout).toMatch(/duration: [\s\S]*resolution: /);
  });

  test("prints the price of a request that is fine", async () => {
    const { code, stdout } = await cli(["check", PROMPT, "--server", "china"], { env: {} });
    expect([code, stdout]).toEqual([0, expect.stringContaining("list price 2.00 CNY")]);
  });

  test("reads a file, and checks one with a template_id as a template", async () => {
    const request = { template_id: "393769180141805569", model: "S2V-01" };
    const { code, stdout } = await cli(["check", written("json", JSON.stringify(request)), "--json"]);
    expect(code).toBe(EXIT.refusedHere);
    expect(JSON.parse(stdout).ok).toBe(false);
    expect(JSON.parse(stdout).issues.map(({ path }: { path: string }) => path)).toEqual([
      "model",
      "",
      "media_inputs",
      "text_inputs",
    ]);
    const piped = await cli(["check", "-", "--json"], {
      stdin: JSON.stringify({
        template_id: "393881433990066176",
        media_inputs: [{ value: "https://x.example/a.png" }],
      }),
    });
    expect(JSON.parse(piped.stdout)).toMatchObject({ ok: true, cost: { amount: 0.45 } });
  });

  test("warns, and lets pass, what is likely a mistake; generate warns before it sends", async () => {
    const { code, stdout } = await cli(["check", "a fox [Push out]"]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining("warning: prompt: [Push out] is no camera command; did you mean [Pull out]?"),
    ]);
    server.next(accepted);
    const { stderr } = await cli(["generate", "a fox [Push out]", "--no-wait"], { env: scriptedEnv() });
    expect(stderr.indexOf("warning: prompt: [Push out]")).toBeGreaterThanOrEqual(0);
    expect(stderr.indexOf("warning: prompt")).toBeLessThan(stderr.indexOf("Sending the request"));
  });

  test("obeys the spec of a gateway, by name or by --like", async () => {
    const by = (...args: string[]) => cli(["check", PROMPT, "--model", "T2V-01", ...args]);
    const address = ["--server", "https://x.example/minimax"];
    expect([(await by(...address)).code, (await by(...address, "--like", "aimanyi")).code]).toEqual([0, 2]);
    expect((await by("--server", "aimanyi")).stderr).toContain("--like aimanyi");
  });
});

describe("Ctrl-C", () => {
  /** Aborts once stderr holds a text. */
  function interruptedAfter(text: string): Required<Pick<Setting, "signal" | "onError">> {
    const stop = new AbortController();
    const onError = (said: string) => said.includes(text) && stop.abort(new Error("Ctrl-C"));
    return { signal: stop.signal, onError };
  }

  test("while waiting prints the id and the command that goes on, and exits with 130", async () => {
    server.next(accepted, running);
    const out = join(folder, "fox's cut.mp4");
    const args = ["generate", PROMPT, ...fast, "--out", out, "--server", server.url];
    const { code, stdout, stderr } = await cli(args, {
      env: { MINIMAX_API_KEY: KEY },
      ...interruptedAfter("Processing"),
    });
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toContain("Task 176843862716480 goes on");
    const quoted = `'${out.replace("'", `'\\''`)}'`;
    expect(stderr).toContain(
      `npx --no-install minimax-video task 176843862716480 --server ${server.url} --out ${quoted}\n`,
    );
    const words = execFileSync("sh", ["-c", `printf '%s\\n' ${stderr.split(" --out ").at(-1)}`], { encoding: "utf8" });
    expect(words).toBe(`${out}\n`);
  });

  test("with --json is an object with the task", async () => {
    server.next(accepted, running);
    const { stdout } = await cli(["generate", PROMPT, ...fast, "--json"], {
      env: scriptedEnv(),
      ...interruptedAfter("Processing"),
    });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { name: "Interrupted", taskId: "176843862716480", task: { version: 1 } },
      exitCode: 130,
    });
  });

  test("while downloading leaves the command, and no half of a file", async () => {
    const place = mkdtempSync(join(folder, "half-"));
    const half: Answer = (response) => response.writeHead(200, { "content-length": "1000" }).write("half");
    server.next(accepted, finished, linked, half);
    const setting = { env: scriptedEnv(), isTTY: true, ...interruptedAfter("0 % of") };
    const { code, stderr } = await cli(["generate", PROMPT, ...fast, "--out", `${place}/`], setting);
    expect([code, readdirSync(place)]).toEqual([130, []]);
    expect(stderr).toContain("npx --no-install minimax-video task 176843862716480");
  });

  test("during the create says that its outcome is not known", async () => {
    const stop = new AbortController();
    server.next(() => stop.abort(new Error("Ctrl-C")));
    const { code, stderr } = await cli(["generate", PROMPT], { env: scriptedEnv(), signal: stop.signal });
    expect([code, stderr]).toEqual([130, expect.stringContaining("not known whether a task was made")]);
  });

  test("before the create says that nothing was sent, also while stdin is silent", async () => {
    server.next(accepted);
    const early = await cli(["generate", PROMPT], { env: scriptedEnv(), ...interruptedAfter("Model") });
    expect([early.code, early.stderr]).toEqual([130, expect.stringContaining("Nothing was sent")]);
    const child = program(["generate", "--request", "-", "--server", server.url]);
    // It says nothing while it waits; but a pipe takes so much only when somebody reads it.
    child.stdin.write(" ".repeat(1 << 20), () => child.kill("SIGTERM"));
    expect(await once(child, "exit")).toEqual([143, null]);
    expect(child.said().stderr).toContain("Nothing was sent");
    expect(server.seen).toEqual([]);
  });

  test("in a process: a real signal, a real exit code, and nothing on stdout", async () => {
    server.next(accepted, running);
    const child = program(["generate", PROMPT, ...fast, "--server", server.url]);
    child.stderr.on("data", () => child.said().stderr.includes("Processing") && child.kill("SIGINT"));
    const [code] = await once(child, "exit");
    expect([code, child.said().stdout]).toEqual([130, ""]);
    expect(child.said().stderr).toContain(`npx --no-install minimax-video task 176843862716480 --server ${server.url}`);
  });

  test("in a process: the demo closes its mock and says that the task ends with it", async () => {
    const child = program(["demo"]);
    child.stderr.on("data", () => child.said().stderr.includes("accepted") && child.kill("SIGINT"));
    const [code] = await once(child, "exit");
    expect(code).toBe(130);
    expect(child.said().stderr).toMatch(/Task \d+ ends with the mock/);
    expect(child.said().stderr).not.toContain("Go on with");
  });
});

describe("the program", () => {
  test("exits by itself, with the result on stdout and the code of its error", async () => {
    const good = program(["generate", PROMPT, ...quick(), "--server", mock.url, "--quiet"]);
    expect(await once(good, "exit")).toEqual([0, null]);
    expect(ftyp(good.said().stdout.trim())).toBe("ftyp");
    const bad = program(["generate", "--json"]);
    expect(await once(bad, "exit")).toEqual([2, null]);
    expect(JSON.parse(bad.said().stdout)).toMatchObject({ exitCode: 2 });
  });
});

/** The command line as a process of its own, with what it has said so far. */
function program(args: string[]) {
  const env = { ...process.env, MINIMAX_API_KEY: KEY, MINIMAX_SERVER: "", MINIMAX_JOURNAL: journal };
  const child = spawn(process.execPath, [main, ...args], { env });
  const printed = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (printed.stdout += chunk));
  child.stderr.on("data", (chunk) => (printed.stderr += chunk));
  return Object.assign(child, {
    said() {
      for (const secret of SECRETS) expect(printed.stdout + printed.stderr).not.toContain(secret);
      return printed;
    },
  });
}

describe("options", () => {
  test.each([
    ["--durtion", "--duration"],
    ["--frist-frame", "--first-frame"],
    ["--pol-interval", "--poll-interval"],
    ["--nowait", "--no-wait"],
    ["--prompt-optimizer", "--no-prompt-optimizer"],
  ])("an unknown %s is answered with the nearest, %s", async (typed, meant) => {
    const { code, stderr } = await cli(["generate", PROMPT, typed, "1"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`did you mean ${meant}?`)]);
  });

  test("an unknown command is answered with the nearest, a prompt in its place with the right one", async () => {
    expect((await cli(["genrate", PROMPT])).stderr).toContain("did you mean generate?");
    expect((await cli([PROMPT])).stderr).toContain("minimax-video generate");
  });

  test.each([
    ["--api-key"],
    ["--api-key=x"],
    ["--apikey"],
    ["--key"],
  ])("%s is refused, with the reason", async (option) => {
    const { code, stderr } = await cli(["generate", PROMPT, option.replace("x", KEY), KEY]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("Set MINIMAX_API_KEY instead")]);
  });

  test("a value that is missing, given twice or out of range is refused by name", async () => {
    const refusals = [["--model"], ["--model", "a", "--model", "b"], ["--timeout", "soon"], ["--poll-interval", "0"]];
    for (const words of refusals) {
      const { code, stderr } = await cli(["generate", PROMPT, ...words]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(words[0] as string)]);
    }
  });

  test("a prompt without quotes is noticed", async () => {
    expect((await cli(["generate", "a", "red", "fox"])).stderr).toContain("quotes");
  });

  test("a prompt that begins with a dash goes behind two, and is not repeated where it does not", async () => {
    const { stderr } = await cli(["generate", `--${PROMPT}`]);
    expect(stderr).toContain("There is no option --a…");
    const { code, stdout } = await cli(["generate", "--dry-run", "--json", "--", "--help, cries the fox"]);
    expect([code, JSON.parse(stdout).request.prompt]).toEqual([0, "--help, cries the fox"]);
  });

  test.each(Object.entries(OPTIONS))("%s --help names every option of it, in 100 columns", async (name, options) => {
    const { code, stdout, stderr } = await cli([name, "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^Usage: minimax-video ${name} `));
    // demo takes what generate takes, and says so.
    if (name === "demo") expect(stdout).toContain("minimax-video generate --help");
    else for (const option of Object.keys(options)) expect(stdout).toMatch(new RegExp(`--${option}(?![\\w-])`));
    // The vendor's names of templates are as long as they are.
    for (const line of stdout.split(/\n(?: {2}\d{18} .*\n)*/)) expect(line.length, line).toBeLessThanOrEqual(100);
  });
});

describe("the journal", () => {
  const empty = () => ({
    MINIMAX_API_KEY: KEY,
    MINIMAX_SERVER: mock.url,
    MINIMAX_JOURNAL: mkdtempSync(`${folder}/j-`),
  });
  const here = (env: ReturnType<typeof empty>) => ({ ...env, MINIMAX_SERVER: server.url });
  const listed = async (env: Record<string, string>, ...args: string[]) => {
    const { code, stdout } = await cli(["tasks", "--json", "--all", ...args], { env });
    expect(code).toBe(0);
    return JSON.parse(stdout).entries;
  };

  test("has what was made, with its path, and shows no secret", async () => {
    const env = empty();
    const out = newFile("mp4");
    await cli(["generate", PROMPT, "--duration", "6", "--out", out, ...fast], { env });
    const made = { state: "saved", model: "MiniMax-Hailuo-2.3", duration: 6, server: mock.url, saved: { path: out } };
    expect(await listed(env)).toMatchObject([{ ...made, task: { id: mock.taskIds.at(-1) }, target: { path: out } }]);
    const { stdout } = await cli(["tasks"], { env });
    expect(stdout).toMatch(
      new RegExp(`^saved +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d +MiniMax-Hailuo-2.3 6 s +${mock.taskIds.at(-1)} `),
    );
    expect(stdout).toContain(out);
  });

  test.each([
    ["--no-journal", ["--no-journal"], {}],
    ["MINIMAX_JOURNAL=off", [], { MINIMAX_JOURNAL: "off" }],
  ])("is not written with %s; and --key is refused, which needs it", async (_, options, off) => {
    const env = empty();
    await cli(["generate", PROMPT, "--no-wait", ...options], { env: { ...env, ...off } });
    expect(readdirSync(env.MINIMAX_JOURNAL)).toEqual([]);
    const { code, stderr } = await cli(["generate", PROMPT, "--key", "fox", ...options], { env: { ...env, ...off } });
    expect([code, stderr]).toEqual([2, expect.stringContaining("--key needs the journal")]);
  });

  test("lies where --journal says, in generate, template, task, tasks and resume", async () => {
    const place = newFile("d");
    const off = { env: { ...empty(), MINIMAX_JOURNAL: "off" } };
    const made = await cli(["template", "394125185182695432", "--text", "rain", "--no-wait", "--journal", place], off);
    const [, command = ""] = /npx --no-install minimax-video (task .*)\n/.exec(made.stderr) ?? [];
    expect(command).toBe(`task ${made.stdout.trim()} --template --server ${mock.url} --journal ${place}`);
    await cli(["generate", PROMPT, "--no-wait", "--journal", place], off);
    await cli([...command.split(" "), ...quick()], off);
    expect(await listed(off.env, "--journal", place)).toMatchObject([{ state: "accepted" }, { state: "saved" }]);
    expect(await cli(["resume", "--journal", place, ...quick()], off)).toMatchObject({ code: 0 });
    expect(await listed(off.env, "--journal", place)).toMatchObject([{ state: "saved" }, { state: "saved" }]);
    for (const command of ["tasks", "resume"])
      expect(await cli([command], off)).toMatchObject({ code: 2, stderr: expect.stringContaining("--journal") });
  });

  test("that cannot be written refuses the purchase before anything is sent, and names the way round it", async () => {
    server.next(accepted);
    const env = { ...scriptedEnv(), MINIMAX_JOURNAL: written("txt", "") };
    const { code, stderr, stdout } = await cli(["generate", PROMPT], { env });
    expect([code, stdout, server.seen]).toEqual([2, "", []]);
    expect(stderr).toMatch(/Nothing was sent\. The journal in \S+ cannot be written: EEXIST[\s\S]*--no-journal/);
  });

  test("that fails after the create costs nothing but a warning", async () => {
    const env = empty();
    server.next((response, seen) => {
      rmSync(env.MINIMAX_JOURNAL, { recursive: true });
      writeFileSync(env.MINIMAX_JOURNAL, "");
      accepted(response, seen);
    });
    const { code, stderr } = await cli(["generate", PROMPT, "--no-wait"], { env: here(env) });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/warning: the journal could not be written: .*EEXIST/i)]);
  });

  test("has no part in the demo, whose tasks end with it", async () => {
    for (const option of [
      ["--key", "fox"],
      ["--journal", "x"],
    ])
      expect(await cli(["demo", ...option])).toMatchObject({ code: 2, stderr: expect.stringContaining("--server") });
  });

  describe("with --key", () => {
    test("the same wish is bought once: the second run waits for the same task, saves it, and says so", async () => {
      const env = empty();
      const before = mock.creates;
      const args = ["generate", PROMPT, "--key", "fox", ...fast];
      const first = await cli([...args, "--no-wait"], { env });
      const out = newFile("mp4");
      const second = await cli([...args, "--out", out], { env });
      expect([second.code, second.stdout, mock.creates - before]).toEqual([0, `${out}\n`, 1]);
      expect(second.stderr).toMatch(/key "fox" has a task already.*nothing is sent again/);
      expect(second.stderr).toContain(`Task ${first.stdout.trim()} was accepted`);
      expect(second.stderr).not.toContain("list price");
    });

    test("a third run finds it saved, and asks nobody", async () => {
      const env = empty();
      const out = newFile("mp4");
      const args = ["generate", PROMPT, "--key", "fox", "--out", out, ...fast];
      await cli(args, { env });
      const asked = mock.requests;
      const again = await cli(args, { env });
      expect([again.code, again.stdout, mock.requests]).toEqual([0, `${out}\n`, asked]);
      expect(again.stderr).toMatch(/saved already/);
      const { stdout } = await cli([...args, "--json"], { env });
      expect(JSON.parse(stdout)).toMatchObject({ path: out, taskId: mock.taskIds.at(-1), task: { version: 1 } });
      rmSync(out);
      expect(await cli(args, { env })).toMatchObject({ code: 0, stdout: `${out}\n` });
      expect(ftyp(out)).toBe("ftyp");
    });

    test("a file that is there for another reason is refused as ever", async () => {
      const env = empty();
      const args = ["generate", PROMPT, "--key", "fox", ...fast];
      await cli([...args, "--out", newFile("mp4")], { env });
      expect(await cli([...args, "--out", written("mp4", "mine")], { env })).toMatchObject({ code: 2 });
    });

    test("another request is refused, and nothing is sent", async () => {
      const env = here(empty());
      server.next(accepted);
      await cli(["generate", PROMPT, "--key", "fox", "--no-wait"], { env });
      const { code, stderr } = await cli(["generate", `${PROMPT}!`, "--key", "fox", "--no-wait"], { env });
      expect([code, stderr, server.seen.length]).toEqual([2, expect.stringContaining("one key, one wish"), 1]);
    });

    test("an open create is not sent again before its entry is forgotten", async () => {
      const env = here(empty());
      const args = ["generate", PROMPT, "--key", "fox", "--no-wait"];
      server.next((response) => response.destroy());
      expect(await cli(args, { env })).toMatchObject({
        code: 5,
        stderr: expect.stringContaining("minimax-video tasks"),
      });
      server.next(accepted);
      const { code, stderr } = await cli(args, { env });
      expect([code, stderr, server.seen]).toEqual([5, expect.stringContaining("--forget"), []]);
      const [{ id }] = await listed(env);
      expect(await cli(["tasks", "--forget", id], { env })).toMatchObject({ code: 0 });
      expect((await cli(args, { env })).code).toBe(0);
    });

    test("what looks like the key of the service is refused, and written nowhere", async () => {
      const env = empty();
      for (const key of ["eyJhbGciOiJSUzI1NiJ9.x.y", "x".repeat(80)]) {
        const { code, stderr } = await cli(["generate", PROMPT, "--key", key], { env });
        expect([code, stderr]).toEqual([2, expect.stringContaining("Set MINIMAX_API_KEY instead")]);
      }
      const own = { ...env, MINIMAX_API_KEY: "short" };
      expect((await cli(["generate", PROMPT, "--key", "short"], { env: own })).code).toBe(2);
      expect(readdirSync(env.MINIMAX_JOURNAL)).toEqual([]);
    });
  });

  describe("tasks", () => {
    test("says that there is nothing, and where it looked", async () => {
      const env = { MINIMAX_JOURNAL: newFile("d") };
      const { code, stdout } = await cli(["tasks"], { env });
      expect([code, stdout]).toEqual([0, expect.stringContaining(`${env.MINIMAX_JOURNAL} is empty`)]);
      expect(await cli(["resume"], { env })).toMatchObject({ code: 0, stdout: "" });
    });

    test("shows what is open first and unmistakably, and of what is done the last few, or --all; and asks nobody", async () => {
      const env = here(empty());
      for (const index of Array.from({ length: 8 }).keys()) {
        server.next(json({ task_id: `${index}0`, ...success }));
        await cli(["generate", PROMPT, "--no-wait"], { env });
        if (index === 6) continue;
        const outcome = index === 1 ? { status: "Fail", base_resp: { status_code: 1026, status_msg: "" } } : success;
        server.next(json({ status: "Success", file_id: "205258526306433", ...outcome }), linked, video);
        await cli(["task", `${index}0`, ...quick()], { env });
      }
      server.next((response) => response.destroy());
      await cli(["generate", PROMPT], { env });
      writeFileSync(join(env.MINIMAX_JOURNAL, "torn.json"), "{");
      server.next(accepted);
      const words = async (...args: string[]) =>
        (await cli(["tasks", ...args], { env })).stdout.split("\n").map((line) => line.split(" ")[0]);
      const open = ["UNKNOWN", "UNREADABLE", "accepted"];
      expect(await words()).toEqual([...open, ...Array(5).fill("saved"), ""]);
      expect(await words("--all")).toEqual([...open, ...Array(5).fill("saved"), "failed", "saved", ""]);
      expect(await words("--server", "china")).toEqual(["UNREADABLE", ""]);
      const { stderr } = await cli(["tasks"], { env });
      expect(stderr).toMatch(/UNKNOWN: .*may be charged[\s\S]*--forget[\s\S]*minimax-video resume/);
      expect(stderr).toMatch(/2 more/);
      expect(server.seen).toEqual([]);
    });

    test("--json is an object with the folder and all that is known", async () => {
      const env = here(empty());
      server.next(accepted);
      await cli(["generate", PROMPT, "--key", "fox\n\x1b[31m", "--no-wait"], { env });
      const { stdout } = await cli(["tasks", "--json"], { env });
      const entry = { state: "accepted", key: "fox\n\x1b[31m", kind: "video", server: server.url };
      expect(JSON.parse(stdout)).toMatchObject({
        folder: env.MINIMAX_JOURNAL,
        entries: [{ ...entry, id: expect.stringMatching(/^key-/) }],
      });
      const text = (await cli(["tasks"], { env })).stdout;
      expect([text.split("\n").length, text.includes("\x1b")]).toEqual([2, false]);
    });

    test("--forget takes what is cleared up; what may still come only with --force; and nothing by a mistake", async () => {
      const env = here(empty());
      server.next(accepted);
      await cli(["generate", PROMPT, "--no-wait"], { env });
      const refused = await cli(["tasks", "--forget", "176843862716480"], { env });
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--force")]);
      expect(await cli(["tasks", "--forget", "../x"], { env })).toMatchObject({ code: 2 });
      server.next((response) => response.destroy());
      await cli(["generate", PROMPT], { env });
      const unknown = (await listed(env)).find(({ state }: { state: string }) => state === "unknown");
      const both = ["tasks", "--forget", unknown.id, "--forget", "176843862716480"];
      expect(await cli(both, { env })).toMatchObject({ code: 2 });
      expect(await listed(env)).toHaveLength(2);
      expect(await cli([...both, "--force", "--json"], { env })).toMatchObject({ code: 0 });
      expect(await listed(env)).toEqual([]);
    });

    test("--forget never takes a file that it cannot read, and names it", async () => {
      const env = empty();
      writeFileSync(join(env.MINIMAX_JOURNAL, "torn.json"), "{");
      const { code, stderr } = await cli(["tasks", "--forget", "torn", "--force"], { env });
      expect([code, stderr]).toEqual([2, expect.stringContaining(join(env.MINIMAX_JOURNAL, "torn.json"))]);
    });

    test("--forget-finished takes the finished ones of so many days ago, and none that may still come", async () => {
      const env = empty();
      await cli(["generate", PROMPT, ...quick()], { env });
      await cli(["generate", `${PROMPT} {mock:fail}`, ...quick()], { env });
      await cli(["generate", PROMPT, "--no-wait"], { env });
      await cli(["generate", `${PROMPT} {mock:lost_reply}`], { env });
      await cli(["tasks", "--forget-finished", "1"], { env });
      expect(await listed(env)).toHaveLength(4);
      expect((await cli(["tasks", "--forget-finished", "0"], { env })).stderr).toContain("2 entries");
      const states = (await listed(env)).map(({ state }: { state: string }) => state);
      expect(states.sort()).toEqual(["accepted", "unknown"]);
      expect((await cli(["tasks", "--forget-finished", "soon"], { env })).code).toBe(2);
    });
  });

  describe("resume", () => {
    /** Tasks that nobody has waited for, wanted in these places. */
    async function left(env: Record<string, string>, ...outs: (string | undefined)[]): Promise<string[]> {
      const ids = [];
      for (const out of outs) {
        const args = ["generate", PROMPT, "--no-wait", ...(out ? ["--out", out] : [])];
        ids.push((await cli(args, { env })).stdout.trim());
      }
      return ids;
    }

    test("saves everything that is left where it was wanted, prints each path, and buys nothing", async () => {
      const env = empty();
      const [one, two] = [newFile("mp4"), `${newFile("d")}/`];
      const [, second] = await left(env, one, two);
      const before = mock.creates;
      const { code, stdout, stderr } = await cli(["resume", ...fast], { env });
      expect([code, mock.creates]).toEqual([0, before]);
      expect(stdout.trim().split("\n").sort()).toEqual([one, join(two, `${second}.mp4`)].sort());
      for (const path of stdout.trim().split("\n")) expect(ftyp(path)).toBe("ftyp");
      expect(stderr).toMatch(/2 saved/);
      expect((await listed(env)).map(({ state }: { state: string }) => state)).toEqual(["saved", "saved"]);
      expect(await cli(["resume"], { env })).toMatchObject({ code: 0, stdout: "" });
    });

    test("takes up what is finished and was not saved, too", async () => {
      const env = empty();
      const out = `${newFile("d")}/x.mp4`;
      const [id = ""] = await left(env, out);
      await cli(["task", id, "--out", written("mp4", "mine"), ...fast], { env });
      writeFileSync(join(folder, "a-file"), "");
      const half = await cli(["task", id, "--out", join(folder, "late", "x.mp4"), ...fast], {
        env,
        onError: (said) =>
          said.includes("Success") && !existsSync(join(folder, "late")) && writeFileSync(join(folder, "late"), ""),
      });
      expect(half.code).toBe(7);
      expect((await listed(env))[0].state).toBe("succeeded");
      expect(await cli(["resume", ...fast], { env })).toMatchObject({ code: 0, stdout: `${out}\n` });
    });

    test("goes on with the others when one fails; the exit code is the highest of theirs", async () => {
      const env = empty();
      const [one] = [newFile("mp4")];
      await cli(["generate", `${PROMPT} {mock:fail}`, "--no-wait"], { env });
      await left(env, one);
      const { code, stdout, stderr } = await cli(["resume", ...fast], { env });
      expect([code, stdout]).toEqual([EXIT.taskFailed, `${one}\n`]);
      expect(stderr).toMatch(/Task \d+ failed/);
      await left(env, written("mp4", "old").replace("mp4", "mp5"), undefined);
      const slow = await cli(["generate", `${PROMPT} {mock:slow=100}`, "--no-wait"], { env });
      const late = await cli(["resume", ...fast, "--timeout", "1.5", "--out", `${newFile("d")}/`, "--json"], { env });
      expect(late.code).toBe(EXIT.waitTimedOut);
      expect(JSON.parse(late.stdout)).toMatchObject({
        saved: [
          { taskId: expect.stringMatching(/^\d+$/), path: expect.stringMatching(/\.mp4$/) },
          { bytes: expect.any(Number) },
        ],
        failed: [{ taskId: slow.stdout.trim(), error: { name: "WaitTimeoutError" }, exitCode: 6 }],
        exitCode: 6,
      });
    });

    test("takes only the tasks that are named, and refuses what the journal does not know", async () => {
      const env = empty();
      const [one, two] = [newFile("mp4"), newFile("mp4")];
      const [, second = ""] = await left(env, one, two);
      const args = ["resume", second, second, ...fast];
      const late = await cli([...args, "--timeout", "0.01"], { env });
      expect(late).toMatchObject({
        code: 6,
        stderr: expect.stringContaining(`npx --no-install minimax-video resume ${second} `),
      });
      expect(await cli(args, { env })).toMatchObject({ code: 0, stdout: `${two}\n` });
      expect(await cli(["resume", second], { env })).toMatchObject({
        code: 0,
        stderr: expect.stringContaining("saved"),
      });
      const unknown = await cli(["resume", "4711"], { env });
      expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("minimax-video task 4711")]);
      const many = await cli(["resume", "--out", newFile("mp4")], { env });
      expect(many).toMatchObject({ code: 0 });
    });

    test("saves no two videos in one place, and replaces no file that was not to be replaced", async () => {
      const env = empty();
      const out = newFile("mp4");
      const [first, second] = await left(env, out, out);
      const { code, stdout, stderr } = await cli(["resume", ...fast], { env });
      expect([code, stdout]).toEqual([EXIT.notSaved, `${out}\n`]);
      expect(stderr).toContain(`${second}`);
      expect(stderr).toContain(`task ${first}`);
      expect(await cli(["resume", ...fast], { env })).toMatchObject({
        code: 7,
        stderr: expect.stringMatching(/already exists/),
      });
      await left(env, newFile("mp4"));
      expect(await cli(["resume", "--out", out], { env })).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/slash/),
      });
      const elsewhere = `${newFile("d")}/`;
      expect((await cli(["resume", "--out", elsewhere, ...fast], { env })).code).toBe(0);
      expect(readdirSync(elsewhere)).toHaveLength(2);
    });

    describe("of a create of version 2 whose reply was lost", () => {
      const request = (more: object) =>
        written(
          "json",
          JSON.stringify({
            model: "MiniMax-H3",
            content: [{ type: "text", text: "a red fox {mock:lost_reply}" }],
            resolution: "768P",
            ratio: "16:9",
            ...more,
          }),
        );

      test("finds the task in the list of the service, and saves its video", async () => {
        const env = empty();
        const out = newFile("mp4");
        const lost = await cli(["generate", "--request", request({ duration: 5 }), "--out", out, "--key", "fox"], {
          env,
        });
        expect(lost.code).toBe(EXIT.outcomeUnknown);
        expect(lost.stderr).toContain(`npx --no-install minimax-video resume --server ${mock.url}`);
        const { stderr } = await cli(["tasks"], { env });
        expect(stderr).toMatch(/UNKNOWN: .*may be charged[\s\S]*npx --no-install minimax-video resume --server/);
        expect(stderr).not.toContain("--forget");
        const before = mock.creates;
        const resumed = await cli(["resume", ...fast], { env });
        expect(resumed).toMatchObject({ code: 0, stdout: `${out}\n` });
        expect(resumed.stderr).toContain(`It is task ${mock.taskIds.at(-1)}.`);
        expect([ftyp(out), mock.creates]).toEqual(["ftyp", before]);
      });

      test("says so when nothing fits, when several do, and when nobody can be asked", async () => {
        const env = empty();
        const path = request({ duration: 7 });
        await cli(["generate", "--request", path], { env });
        await cli(["generate", "--request", path], { env });
        const several = await cli(["resume", "--json"], { env });
        expect([several.code, JSON.parse(several.stdout).unknown]).toMatchObject([
          5,
          [
            { state: "unknown", reconciled: { outcome: "ambiguous", tasks: [{ kind: "generation" }, {}] } },
            { reconciled: { outcome: "ambiguous" } },
          ],
        ]);
        expect((await cli(["resume"], { env })).stderr).toMatch(/Several tasks fit.*: \d+, \d+\.[\s\S]*--forget/);
        const keyless = await cli(["resume"], { env: { ...env, MINIMAX_API_KEY: "" } });
        expect([keyless.code, keyless.stderr]).toEqual([
          5,
          expect.stringContaining("npx --no-install minimax-video resume"),
        ]);
        for (const { id } of await listed(env)) await cli(["tasks", "--forget", id], { env });
        server.next((response) => response.destroy());
        await cli(["generate", "--request", request({ duration: 8 })], { env: here(env) });
        // Of an hour ago: it is looked for once.
        const [entry] = readdirSync(env.MINIMAX_JOURNAL);
        const file = join(env.MINIMAX_JOURNAL, entry ?? "");
        const content = JSON.parse(readFileSync(file, "utf8"));
        writeFileSync(file, JSON.stringify({ ...content, submittedAt: content.submittedAt - 3_600_000 }));
        server.next(json({ items: [], total: 0 }));
        const none = await cli(["resume"], { env: here(env) });
        expect([none.code, none.stderr]).toEqual([5, expect.stringMatching(/lists no task that fits[\s\S]*--forget/)]);
        server.next(json(refused(1004, "no")));
        const failed = await cli(["resume"], { env: here(env) });
        expect([failed.code, failed.stderr]).toEqual([5, expect.stringMatching(/could not be looked for.*1004/)]);
      });
    });

    test("asks only the chosen server, names the command for the others, and what to do about what is unknown", async () => {
      const env = empty();
      await left(env, newFile("mp4"));
      server.next(accepted);
      await cli(["generate", PROMPT, "--no-wait"], { env: here(env) });
      await cli(["generate", `${PROMPT} {mock:lost_reply}`], { env });
      server.next(running);
      const { code, stderr } = await cli(["resume", ...fast], { env });
      expect([code, server.seen]).toEqual([EXIT.outcomeUnknown, []]);
      expect(stderr).toContain(`npx --no-install minimax-video resume --server ${server.url}`);
      expect(stderr).toMatch(/UNKNOWN[\s\S]*--forget/);
      const { stdout } = await cli(["resume", "--json"], { env });
      expect(JSON.parse(stdout)).toMatchObject({
        saved: [],
        unknown: [{ state: "unknown" }],
        elsewhere: [{ server: server.url }],
        exitCode: 5,
      });
    });

    test("reports a task that the service no longer knows; it stays until it is forgotten", async () => {
      const env = here(empty());
      server.next(accepted);
      await left(env, newFile("mp4"));
      server.next(json(refused(2013, "invalid task id")));
      const { code, stderr } = await cli(["resume"], { env });
      expect([code, stderr]).toEqual([3, expect.stringMatching(/2013[\s\S]*tasks --forget 176843862716480 --force/)]);
      expect((await listed(env))[0].state).toBe("accepted");
    });

    test("at Ctrl-C leaves nothing half, exits with 130 and names the command that goes on", async () => {
      const env = empty();
      const [one, two] = [newFile("mp4"), newFile("mp4")];
      await cli(["generate", `${PROMPT} {mock:slow=100}`, "--no-wait", "--out", one], { env });
      await left(env, two);
      const stop = new AbortController();
      const { code, stdout, stderr } = await cli(["resume", ...fast, "--server", mock.url], {
        env: { ...env, MINIMAX_SERVER: "" },
        signal: stop.signal,
        onError: (said) => said.includes(`Saved ${two}`) && stop.abort(new Error("Ctrl-C")),
      });
      expect([code, stdout]).toEqual([130, `${two}\n`]);
      expect(stderr).not.toContain("Stopped. Task");
      expect(stderr).toMatch(new RegExp(`npx --no-install minimax-video resume --server ${mock.url}\n$`));
      expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
      expect((await listed(env)).map(({ state }: { state: string }) => state)).toEqual(["accepted", "saved"]);
    });

    test("waits for all at once, and downloads a few at a time", async () => {
      const env = here(empty());
      const ids = Array.from({ length: 9 }, (_, index) => String(4711 + index));
      for (const id of ids) {
        server.next(json({ task_id: id, ...success }));
        await cli(["generate", PROMPT, "--no-wait", "--out", `${newFile("d")}/`], { env });
      }
      const now = { query: 0, download: 0 };
      const most = { query: 0, download: 0 };
      server.next((response, seen) => {
        const step = seen.url.includes("query") ? "query" : "download";
        if (seen.url.includes("retrieve")) return linked(response, seen);
        most[step] = Math.max(most[step], ++now[step]);
        setTimeout(() => {
          now[step]--;
          (step === "query" ? finished : video)(response, seen);
        }, 60);
      });
      expect((await cli(["resume"], { env })).stdout.trim().split("\n")).toHaveLength(9);
      expect(most).toEqual({ query: 9, download: 4 });
    });

    test("shows several tasks in one line of a terminal, and line by line in a log", async () => {
      const env = empty();
      await left(env, newFile("mp4"), newFile("mp4"), newFile("mp4"));
      const { stderr } = await cli(["resume", ...fast], { env, isTTY: true });
      expect(stderr).toMatch(/3 tasks: (\d \w+(, )?)+/);
      expect(stderr.split(CLEAR).at(-1)).not.toMatch(/ tasks: /);
      const [id] = await left(env, newFile("mp4"));
      const log = await cli(["resume", ...fast], { env });
      expect(log.stderr).toMatch(new RegExp(`^ *\\d+ s  ${id}  \\w+$`, "m"));
      expect(log.stderr).not.toContain("\r");
    });

    test("a video that another run has saved in its place meanwhile is no failure", async () => {
      const env = here(empty());
      const out = newFile("mp4");
      server.next(accepted);
      await cli(["generate", PROMPT, "--no-wait", "--out", out], { env });
      const other = await openJournal(env.MINIMAX_JOURNAL);
      const [{ task }] = await listed(env);
      server.next((response, seen) => {
        writeFileSync(out, "theirs");
        setTimeout(() => other.saved(task, out), 150);
        finished(response, seen);
      });
      expect(await cli(["resume"], { env })).toMatchObject({ code: 0, stdout: `${out}\n` });
      expect(readFileSync(out, "utf8")).toBe("theirs");
    });

    test("does not wait for what it could not save, and replaces what was to be replaced", async () => {
      const env = here(empty());
      const out = newFile("mp4");
      server.next(accepted);
      await cli(["generate", PROMPT, "--no-wait", "--out", out], { env });
      writeFileSync(out, "mine");
      server.next(running);
      const refused = await cli(["resume", "--quiet"], { env });
      expect([refused.code, server.seen]).toEqual([EXIT.notSaved, []]);
      expect(refused.stderr).toMatch(/Task 176843862716480|task 176843862716480 was not fetched.*already exists/);
      server.next(finished, linked, video);
      expect((await cli(["resume", "--force"], { env })).code).toBe(0);
      server.next(json({ task_id: "4712", ...success }));
      await cli(["generate", PROMPT, "--no-wait", "--out", out, "--force"], { env });
      server.next(finished, linked, video);
      expect(await cli(["resume"], { env })).toMatchObject({ code: 0, stdout: `${out}\n` });
    });
  });
});

describe("mock", () => {
  test("prints its URL alone on stdout, a line for each request, and ends at Ctrl-C with 0", async () => {
    const stop = new AbortController();
    let asked: Promise<unknown> | undefined;
    const onError = (said: string) => {
      const [, url] = /MINIMAX_SERVER=(\S+) /.exec(said) ?? [];
      const env = { MINIMAX_API_KEY: KEY, MINIMAX_SERVER: url ?? "" };
      if (url) asked ??= cli(["generate", PROMPT, "--no-wait"], { env }).finally(() => stop.abort());
    };
    const { code, stdout, stderr } = await cli(["mock", "--port", "0"], { signal: stop.signal, onError });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\n$/)]);
    expect(stderr).toContain("POST /v1/video_generation 200");
    await asked;
  });

  test("a port that is taken is named, with the way out", async () => {
    const { port } = new URL(mock.url);
    const { code, stderr } = await cli(["mock", "--port", port]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`${port} is taken.*--port`))]);
  });

  test("its help lists the failures that it can play", async () => {
    const { stdout } = await cli(["mock", "--help"]);
    for (const word of ["{mock:rate_limited}", "{mock:cut_download}", "mock-invalid-key"])
      expect(stdout).toContain(word);
  });
});

describe("listen", () => {
  const secret = "a-secret-of-listen-that-nobody-may-see";

  /** A run that calls its own address with each of these, then ends with Ctrl-C. */
  async function listening(args: string[], calls: (url: string) => Promise<unknown>) {
    const stop = new AbortController();
    const printed = { stdout: "", stderr: "" };
    let called: Promise<unknown> | undefined;
    const code = await run(["listen", "--port", "0", ...args], {
      stdin: (async function* () {})(),
      stdout: {
        write(text) {
          printed.stdout += text;
          const [, url] = /(http:[^"\s]+)/.exec(printed.stdout) ?? [];
          if (url) called ??= calls(url).finally(() => setTimeout(() => stop.abort(), 50));
        },
      },
      stderr: { write: (text) => (printed.stderr += text) },
      env: { MINIMAX_WEBHOOK_SECRET: secret },
      signal: stop.signal,
      isTTY: false,
    });
    await called;
    for (const one of [secret, SIGNATURE]) expect(printed.stdout + printed.stderr).not.toContain(one);
    return { code, ...printed };
  }

  const send = (url: string, body: object) =>
    fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

  test("prints its address, then each callback as it comes, and ends at Ctrl-C with 0", async () => {
    const { code, stdout, stderr } = await listening(["--path", "/fox"], async (url) => {
      expect(await (await send(url, { challenge: "c3f1" })).json()).toEqual({ challenge: "c3f1" });
      for (const status of ["success", "processing", "\x1b[2Jprocessing"]) await send(url, { task_id: "77", status });
      await send(url, { task_id: "78", status: "failed", base_resp: { status_code: 1027, status_msg: "no" } });
      await send(url.replace("/fox", "/"), { task_id: "79", status: "success" });
      await send(url.replace("token", "taken"), { task_id: "79", status: "success" });
    });
    const [address, ...lines] = stdout.trimEnd().split("\n");
    expect([code, address]).toEqual([0, expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/fox\?token=v0\./)]);
    expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ""))).toEqual([
      "77  success (succeeded)",
      "77  processing (running)",
      "77  [2Jprocessing (running)",
      expect.stringMatching(/^78 {2}failed {2}1027 /),
    ]);
    expect(stderr).toContain("POST refused: HTTP 404");
    expect(stderr).toContain("POST refused: HTTP 403");
    expect(stderr).not.toContain(address?.split("token=")[1]);
  });

  test("prints JSON lines, names a public address, and keeps a signed link to itself", async () => {
    let local = "";
    const url = `https://cdn.example/v.mp4?Signature=${SIGNATURE}`;
    const { stdout } = await listening(["--json", "--quiet"], async (address) => {
      local = address;
      await send(address, { task_id: "77", status: "Success", video_url: url });
    });
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { url: local },
      { at: expect.any(String), kind: "video", state: "succeeded", taskId: "77", word: "Success", url: "[…]" },
    ]);
    const named = await listening(["--public-url", "http://fox.example:8080/inner/"], async () => {});
    expect(named.stdout).toMatch(/^http:\/\/fox\.example:8080\/inner\/callbacks\?token=/);
  });

  test.each([
    ["a short secret", ["--secret", "short"], /at least 32 characters/],
    ["no secret", ["--secret", ""], /at least 32 characters/],
    ["an address that is none", ["--public-url", "fox.example"], /absolute http/],
    ["a path that is none", ["--path", "fox?x"], /--path takes/],
    ["a port that is none", ["--port", "fox"], /--port takes/],
    ["a word", ["fox"], /options only/],
  ])("%s is refused", async (_, args, says) => {
    const port = args[0] === "--port" ? [] : ["--port", "0"];
    expect(await cli(["listen", ...port, ...args])).toMatchObject({ code: 2, stderr: expect.stringMatching(says) });
  });

  test("a port that is taken is named, with the way out", async () => {
    const { code, stderr } = await cli(["listen", "--port", new URL(mock.url).port]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/is taken.*--port/)]);
  });
});
