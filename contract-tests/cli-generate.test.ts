/** `minimax-video generate` and `template`: what they send, what they refuse before anything is bought, and what they print. */
import { existsSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { clipHeader } from "./helpers/clip-header.js";
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

const { server, mock, folder, newFile, written, cli, quick, refusal, linked, newJournal, listed } = commandLine();
const there = () => ({ at: server.url });
const LINK = "https://x.example/a.png";
const pngFile = () => written("png", Buffer.from(PNG, "base64"));
/** A dangling symbolic link, or, if `to` is "", a link to itself. */
function linkTo(to: string): string {
  const path = newFile("mp4");
  symlinkSync(to || basename(path), path);
  return path;
}
const DATA_URL = `data:image/png;base64,${PNG}`;

describe("generate sends", () => {
  async function bodyOf(args: string[], setting: Setting = {}): Promise<unknown> {
    server.next(json(refused(1008)));
    const { code, stderr } = await cli(["generate", ...args], { ...there(), ...setting });
    expect([code, server.seen.length], stderr).toEqual([3, 1]);
    return JSON.parse(server.seen[0]?.body ?? "");
  }

  test("exactly the given fields", async () => {
    const url = "https://x.example/hook";
    const options = ["--first-frame", LINK, "--duration", "10", "--resolution", "768P", "--no-prompt-optimizer"];
    const more = ["--fast-pretreatment", "--watermark", "--callback-url", url, "--model", "MiniMax-Hailuo-2.3-Fast"];
    expect(await bodyOf([PROMPT, ...options, ...more])).toEqual({
      model: "MiniMax-Hailuo-2.3-Fast",
      prompt: PROMPT,
      first_frame_image: LINK,
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
    ["a first frame", ["--first-frame", LINK], "MiniMax-Hailuo-2.3"],
    ["a last frame", ["--last-frame", LINK], "MiniMax-Hailuo-02"],
    ["a subject", ["--subject", LINK], "S2V-01"],
  ])("the default model for %s, and says which", async (_, options, model) => {
    const { stderr, stdout } = await cli(["generate", PROMPT, ...options, "--dry-run", "--json"]);
    expect(JSON.parse(stdout).request.model).toBe(model);
    expect(stderr).toContain(`Model ${model}`);
  });

  test("a local image as a data URL", async () => {
    expect(await bodyOf(["--first-frame", pngFile()])).toMatchObject({ first_frame_image: DATA_URL });
    const subject_reference = [{ type: "character", image: [DATA_URL] }];
    expect(await bodyOf(["--subject", pngFile()])).toMatchObject({ subject_reference });
  });

  test("a request with a template_id to the template endpoint", async () => {
    server.next(accepted);
    const request = { template_id: "394125185182695432", text_inputs: [{ value: "rain" }] };
    const { stderr } = await cli(["generate", written("json", JSON.stringify(request)), "--no-wait"], there());
    expect(server.seen[0]?.url).toBe("/v1/video_template_generation");
    expect(stderr).toContain(`task 176843862716480 --template --server ${server.url}`);
  });

  test("a template's texts and images in their order", async () => {
    server.next(json(refused(1008)));
    const inputs = ["--text", "lion", "--media", pngFile(), "--text", "cat", "--media", LINK];
    await cli(["template", "393769180141805569", ...inputs], there());
    expect(JSON.parse(server.seen[0]?.body ?? "")).toEqual({
      template_id: "393769180141805569",
      text_inputs: [{ value: "lion" }, { value: "cat" }],
      media_inputs: [{ value: DATA_URL }, { value: LINK }],
    });
  });
});

describe("before anything is bought", () => {
  test("a file that exists is refused, and not changed", async () => {
    const out = written("mp4", "mine");
    expect(await refusal(["generate", PROMPT, "--out", out])).toContain("--force");
    expect(await refusal(["task", "176843862716480", "--out", out])).toContain("already exists");
    expect(readFileSync(out, "utf8")).toBe("mine");
  });

  test.each<[string, () => string[], RegExp]>([
    ["a place below a file", () => ["--out", join(written("txt", ""), "a.mp4")], /is a file/],
    [
      "an invalid request",
      () => ["--subject", LINK, "--duration", "6", "--resolution", "1P"],
      /duration: .*\n.*resolu/,
    ],
    ["more than a request", () => ["--request", "x.json", "--duration", "6"], /leave out the prompt, --duration/],
    [
      "a file that is not an image",
      () => ["--first-frame", written("png", "GIF89a")],
      /JPEG, PNG or WebP image, or for MiniMax-H3 an HEIC or HEIF one/,
    ],
    ["a missing file", () => ["--first-frame", newFile("png")], /no such file/],
    ["base64 as a file", () => ["--first-frame", PNG.repeat(9)], /--first-frame takes/],
    ["a device (G3)", () => ["--out", "/dev/null", "--force"], /not a regular file; to write to stdout, use --out -/],
    ["a link to nothing (I17)", () => ["--out", linkTo("nowhere"), "--force"], /is a link to nothing; remove/],
    ["a name that is too long (I17)", () => ["--out", `${"狐".repeat(86)}.mp4`], /more than 255 bytes/],
    ["a folder whose name is too long (I17)", () => ["--out", `${"f".repeat(256)}/`], /more than 255 bytes/],
    ["a link to itself (I17)", () => ["--out", linkTo("")], /is a link to nothing; remove/],
    ["a place below a link to nothing (I17)", () => ["--out", `${linkTo("x")}/`], /nothing, not a folder/],
    ["the link and a file (G4)", () => ["--url", "--out", "a.mp4"], /--url and --out cannot be used together/],
    ["a host that is a URL (G4)", () => ["--allow-host", "http://10.0.0.5"], /--allow-host takes a host name/],
    ["a host with a port (G4)", () => ["--allow-host", "media.internal:80"], /without a port/],
    ["the link, unwaited (G4)", () => ["--url", "--no-wait"], /--url and --no-wait cannot be used together/],
    ["what to open, and stdout", () => ["--open", "--out", "-"], /--open needs a file/],
    ["what to open, and the link", () => ["--open", "--url"], /--open and --url cannot be used together/],
    ["another protocol", () => ["--first-frame", "ftp://x.example/a.png"], /--first-frame takes/],
  ])("%s is refused", async (_, args, says) => {
    expect(await refusal(["generate", "a fox", ...args()])).toMatch(says);
  });

  test.runIf(process.platform === "linux").each(["/proc/x/", "/proc/a.mp4", "/proc/x/y/a.mp4"])(
    "%s, where nothing can be saved despite its permissions, is refused before anything is sent",
    async (out) => {
      expect(await refusal(["generate", PROMPT, "--out", out])).toMatch(/Nothing was sent: \/proc\S* is not writable/);
    },
  );

  test("invalid JSON is refused with its line number and without its text", async () => {
    const path = written("json", `{\n  "prompt": "${PROMPT}",\n  ${PROMPT}\n}`);
    expect(await refusal(["generate", path])).toContain(`${path} is not valid JSON (line 3)`);
  });

  test("a missing key is reported with its variable, and nothing is printed before", async () => {
    const env = { MINIMAX_API_KEY: "" };
    expect(await refusal(["generate", PROMPT], { env })).toMatch(/^No API key: set MINIMAX_API_KEY/);
  });

  test("--dry-run shows request, server and price, needs no key, and sends nothing", async () => {
    server.next(accepted);
    const hook = `https://x.example/hook?token=${SIGNATURE}`;
    const args = ["generate", PROMPT, "--first-frame", pngFile(), "--callback-url", hook, "--dry-run"];
    const { code, stdout } = await cli(args, { ...there(), env: { MINIMAX_API_KEY: "" } });
    expect([code, server.seen]).toEqual([0, []]);
    expect(stdout).toContain("image/png, 320 x 320, 0.1 kB, as a data URL");
    expect(stdout).toContain("a fox that nobody may he… (51 characters)");
    expect(stdout).toContain(`to ${server.url}`);
    expect(stdout).toContain("list price 0.28 USD (MiniMax-Hailuo-2.3, 768P, 6 s");
  });

  test("the price is shown, or that it is unknown", async () => {
    const { stderr } = await cli(["generate", PROMPT, "--duration", "10", "--no-wait"]);
    expect(stderr).toMatch(/list price 0\.56 USD[\s\S]*was accepted/);
    const old = await cli(["generate", PROMPT, "--model", "T2V-01", "--no-wait"]);
    expect(old.stderr).toContain("price unknown");
  });
});

describe("the result", () => {
  test("is only the path on stdout, and the facts on stderr", async () => {
    const out = newFile("mp4");
    const { code, stdout, stderr } = await cli(["generate", PROMPT, "--resolution", "1080P", ...fast, "--out", out]);
    expect([code, stdout, ftyp(out)]).toEqual([0, `${out}\n`, "ftyp"]);
    const facts = `1920 x 1080, 6.0 s, task ${mock().taskIds.at(-1)}, list price 0.49 USD\n`;
    expect(stderr).toMatch(new RegExp(`Saved ${out}: [\\d.]+ kB, ${facts}`));
  });

  test("with --out - is only the video on stdout, and resume has nothing left to save (G3)", async () => {
    const journal = newJournal();
    const at = { journal };
    const { code, stdout, stderr } = await cli(["generate", PROMPT, ...fast, "--out", "-", "--key", "fox"], at);
    const again = await cli(["generate", PROMPT, ...fast, "--out", "-", "--key", "fox"], at);
    expect([code, stdout.slice(4, 8), again.stdout === stdout]).toEqual([0, "ftyp", true]);
    expect(clipHeader(Buffer.from(stdout, "latin1"))).toMatchObject({ width: 1366, height: 768 });
    expect(stderr).toMatch(/Saved \/dev\/stdout: [\d.]+ kB, 1366 x 768/);
    expect(existsSync("-")).toBe(false);
    expect(await listed(journal)).toMatchObject([{ state: "saved", saved: { path: "/dev/stdout" } }]);
    expect((await cli(["resume", "--out", "-"], at)).stdout).toBe("");
  });

  test("with --out - is refused before anything is bought if stdout is a terminal, or --json needs it (G3)", async () => {
    expect(await refusal(["generate", PROMPT, "--out", "-"], { isTerminal: true })).toMatch(/redirect stdout/);
    const { code, stdout } = await cli(["generate", PROMPT, "--out", "-", "--json"], there());
    expect([code, JSON.parse(stdout).error.message, server.seen]).toEqual([
      2,
      expect.stringMatching(/--json cannot be used together/),
      [],
    ]);
  });

  test("with --url is only the link, and stderr says how long it works (G4)", async () => {
    const journal = newJournal();
    const { stdout, stderr } = await cli(["generate", PROMPT, ...fast, "--url"], { journal });
    expect((await fetch(stdout.trim())).headers.get("content-type")).toBe("video/mp4");
    expect(stderr).toMatch(/Whoever has this link can fetch the video until \d{4}-\d\d-\d\d \d\d:\d\d\.\n$/);
    const [{ state, task }] = await listed(journal);
    expect(state).toBe("succeeded");
    const printed = JSON.parse((await cli(["task", task.id, ...fast, "--url", "--json"])).stdout);
    expect(printed).toMatchObject({
      url: expect.stringMatching(/^http/),
      taskId: task.id,
      expiresAt: expect.any(Number),
    });
    expect(printed.expiresAt).toBeGreaterThan(Date.now());
  });

  test("with --url lasts about an hour if the link does not say (G4)", async () => {
    server.next(json({ task_id: "7", status: "Success", video_url: "https://cdn.example.com/v.mp4", ...success }));
    const { stdout, stderr } = await cli(["task", "7", "--template", "--url"], there());
    expect([stdout, stderr]).toEqual([
      "https://cdn.example.com/v.mp4\n",
      expect.stringContaining("for about an hour."),
    ]);
  });

  test.each([
    ["opens it", 'printf "%s|" "$@" > "$OPENED"', ""],
    ["says that it cannot", "exit 3", "could not be opened: xdg-open exited with code 3."],
    ["says that there is no opener", undefined, "could not be opened: xdg-open is not installed."],
  ])("with --open is saved, and then %s", async (_, script, says) => {
    const bin = mkdtempSync(join(folder, "bin-"));
    if (script) writeFileSync(join(bin, "xdg-open"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const out = join(bin, "a fox; $(exit).mp4");
    const env = { PATH: bin, OPENED: join(bin, "opened") };
    const { code, stdout, stderr } = await cli(["generate", PROMPT, ...fast, "--open", "--out", out], { env });
    expect([code, stdout, ftyp(out)]).toEqual([0, `${out}\n`, "ftyp"]);
    if (says) expect(stderr).toContain(says);
    else expect([readFileSync(env.OPENED, "utf8"), stderr]).toEqual([`${out}|`, expect.not.stringContaining("opened")]);
  });

  test("is one JSON object with --json, whose task another run continues", async () => {
    const out = newFile("mp4");
    const { stdout } = await cli(["generate", PROMPT, ...fast, "--out", out, "--json"]);
    const taskId = mock().taskIds.at(-1);
    expect(JSON.parse(stdout)).toEqual({
      path: out,
      bytes: readFileSync(out).length,
      width: 1366,
      height: 768,
      seconds: 6,
      taskId,
      fileId: expect.any(String),
      cost: expect.objectContaining({ amount: 0.28, currency: "USD" }),
      mock: false,
      task: expect.objectContaining({ version: 1, id: taskId, kind: "video", server: mock().url }),
    });
    expect((await cli(["task", written("json", stdout), ...quick()])).code).toBe(0);
  });

  test("is named after the task's id in a folder, and replaces a file with --force", async () => {
    const { stdout } = await cli(["generate", PROMPT, ...fast, "--out", `${folder}/new/`]);
    expect(stdout).toBe(`${join(folder, "new", `${mock().taskIds.at(-1)}.mp4`)}\n`);
    const out = written("mp4", "old");
    await cli(["generate", PROMPT, ...fast, "--out", out, "--force"]);
    expect(ftyp(out)).toBe("ftyp");
  });

  test("with --no-wait is only the id, and the printed command saves the video", async () => {
    const args = ["template", "394125185182695432", "--text", "rain", "--no-wait", "--server", mock().url];
    const { stdout, stderr } = await cli(args);
    const id = mock().taskIds.at(-1);
    const [, command = ""] = /npx --no-install minimax-video (task .*)\n/.exec(stderr) ?? [];
    expect([stdout, command]).toEqual([`${id}\n`, `task ${id} --template --server ${mock().url}`]);
    expect((await cli([...command.split(" "), ...quick()])).code).toBe(0);
  });

  test("comes with one line per status if stderr is a log", async () => {
    const preparing = json({ status: "Preparing", file_id: "", ...success });
    server.next(accepted, preparing, preparing, running, running, running, finished, linked, video);
    const { stderr } = await cli(["generate", PROMPT, ...quick()], there());
    const words = [...stderr.matchAll(/^ *\d+ s {2}(.*)$/gm)].map(([, word]) => word);
    expect(words).toEqual(["Waiting", "Preparing", "Processing", "Success", "Downloading"]);
    expect(stderr).not.toContain("\r");
  });

  test("comes with one line that is rewritten, and finally cleared, in a terminal", async () => {
    const { stderr } = await cli(["generate", PROMPT, ...quick()], { isTTY: true });
    expect(stderr).toContain(`${CLEAR}   0 s  `);
    expect(stderr.split(CLEAR).at(-1)).toMatch(/^Saved .*\n$/);
  });

  test("prints nothing on stderr with --quiet", async () => {
    expect(await cli(["generate", PROMPT, ...quick(), "--quiet"])).toMatchObject({ code: 0, stderr: "" });
  });

  test("stays in the folder of --out, whatever the id of its task", async () => {
    const place = `${mkdtempSync(join(folder, "place-"))}/`;
    server.next(json({ task_id: "../../hostile", ...success }), finished, linked, video);
    const { stdout } = await cli(["generate", PROMPT, ...fast, "--out", place], there());
    expect(stdout).toBe(`${place}______hostile.mp4\n`);
  });

  test("shows the service's messages without control characters", async () => {
    server.next(accepted, json({ status: "\x1b[31mOdd\x07", file_id: "", ...success }), json(refused(1004)));
    const { stderr } = await cli(["generate", PROMPT, ...quick()], { ...there(), isTTY: true });
    expect(stderr.replaceAll(CLEAR, "")).toMatch(/\[31mOdd/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for them
    expect(stderr.replaceAll(CLEAR, "")).not.toMatch(/[\x1b\x07]/);
  });
});
