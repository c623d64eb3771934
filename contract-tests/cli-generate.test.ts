/** `minimax-video generate` and `template`: what is sent, what is refused before anything is paid, and what is printed. */
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../src/cli/exit-codes.js";
import {
  accepted,
  CLEAR,
  commandLine,
  fast,
  finished,
  ftyp,
  KEY,
  PNG,
  PROMPT,
  running,
  type Setting,
  SIGNATURE,
  video,
} from "./helpers/command-line.js";
import { json, refused, success } from "./helpers/fake-server.js";

const { server, mock, folder, newFile, written, cli, quick, scriptedEnv, linked } = commandLine();

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
    expect(await refusal(["generate", "--request", path])).toContain(`${path} is not valid JSON (line 3)`);
  });

  test("a missing key is named by its variable, and nothing else is said before", async () => {
    const said = await refusal(["generate", PROMPT], { env: { MINIMAX_SERVER: server.url } });
    expect(said).toMatch(/^No API key: set MINIMAX_API_KEY/);
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
