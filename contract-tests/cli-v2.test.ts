/** MiniMax-H3 on the command line: its options, and the tasks that the service lists. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EXIT } from "../src/cli/exit-codes.js";
import { createClient } from "../src/index.js";
import { KEY, mockFor, runCli, type Setting, temporaryFiles } from "./helpers/command-line.js";
import { fakeServer, json, refused, silence } from "./helpers/fake-server.js";
import { movie } from "./helpers/movies.js";
import { dataUrl, png } from "./helpers/pictures.js";
import { wav } from "./helpers/sounds.js";

const LINK = "https://x.example/a.png";
const H3 = ["--model", "MiniMax-H3", "--duration", "6", "--resolution", "768P"];
const { newFile, written } = temporaryFiles();
const server = fakeServer();
const mock = mockFor({ speed: 900 });
const slow = mockFor({ speed: 1 });

interface Run extends Setting {
  at?: string;
  key?: string;
  journal?: string;
}

const cli = (args: string[], { at = mock.url, key = KEY, journal = newFile("journal"), ...setting }: Run = {}) =>
  runCli(args, { ...setting, env: { MINIMAX_API_KEY: key, MINIMAX_SERVER: at, MINIMAX_JOURNAL: journal } }, [KEY]);

describe("generate sends", () => {
  async function bodyOf(args: string[]): Promise<{ content: { type: string; role?: string }[] }> {
    server.next(json({ task_id: "1" }));
    const { code, stderr } = await cli(["generate", ...args, "--no-wait"], { at: server.url });
    expect(code, stderr).toBe(0);
    expect(server.seen[0]?.url).toBe("/v2/video_generation");
    return JSON.parse(server.seen[0]?.body ?? "");
  }
  const text = { type: "text", text: "a fox" };
  const common = { model: "MiniMax-H3", duration: 6, resolution: "768P" };

  test("a prompt with its shape", async () => {
    expect(await bodyOf(["a fox", ...H3, "--ratio", "9:16"])).toEqual({ ...common, ratio: "9:16", content: [text] });
  });

  test("frames, by one name or the other", async () => {
    const frame = (role: string) => ({ type: "image_url", image_url: { url: LINK }, role });
    const both = { ...common, content: [text, frame("first_frame"), frame("last_frame")] };
    expect(await bodyOf(["a fox", ...H3, "--image", LINK, "--last-frame", LINK])).toEqual(both);
    expect(await bodyOf(["a fox", ...H3, "--first-frame", LINK, "--last-frame", LINK])).toEqual(both);
  });

  test("references by what they are: endings, types, words before them, and bytes of local files", async () => {
    const picture = png(512, 512);
    const typed = [
      written("png", picture),
      "https://x.example/dance.MP4?size=big",
      written("mov", movie({ brand: "qt  " })),
      "https://x.example/voice.mp3",
      "https://x.example/picture",
      "image:mm_file://7",
      "audio:mm_file://8",
      written("wav", wav()),
      "video:https://x.example/stream",
      dataUrl(picture),
    ];
    const { content } = await bodyOf(["a fox", ...H3, ...typed.flatMap((file) => ["--reference", file])]);
    const urlOf = (item: object) =>
      Object.values(item)
        .find((value) => typeof value === "object")
        ?.url.slice(0, 30);
    expect(content.slice(1).map((item) => `${item.role} ${urlOf(item)}`)).toEqual([
      "reference_image data:image/png;base64,iVBORw0K",
      "reference_image https://x.example/picture",
      "reference_image mm_file://7",
      "reference_image data:image/png;base64,iVBORw0K",
      "reference_video https://x.example/dance.MP4?si",
      "reference_video data:video/quicktime;base64,AA",
      "reference_video https://x.example/stream",
      "reference_audio https://x.example/voice.mp3",
      "reference_audio mm_file://8",
      "reference_audio data:audio/wav;base64,UklGRiRx",
    ]);
  });
});

describe("before anything is paid", () => {
  async function refusal(args: string[]): Promise<string> {
    server.next(json({ task_id: "1" }));
    const { code, stderr, stdout } = await cli(["generate", ...args], { at: server.url });
    expect({ code, stdout, asked: server.seen }).toEqual({ code: EXIT.refusedHere, stdout: "", asked: [] });
    return stderr;
  }

  test.each<[string, string[], RegExp]>([
    ["both names of a frame", ["a", "--image", LINK, "--first-frame", LINK], /--image and --first-frame are the same/],
    ["an upload of no kind", ["a", ...H3, "--reference", "mm_file://1"], /write image:mm_file/],
    ["a reference that is no file", ["a", ...H3, "--reference", "/no/such.mp4"], /such\.mp4/],
    ["a reference that is empty", ["a", ...H3, "--reference", ""], /--reference takes a file, an http\(s\) URL/],
    ["a picture that is a video", ["a", ...H3, "--reference", `image:${__filename}`], /is no|JPEG/],
    ["nothing to show", [...H3, "--ratio", "1:1"], /Say what to show: give a prompt, --first-frame, --image/],
    ["no shape", ["a", ...H3], /ratio: is required for text to video/],
    ["no length and no size", ["a", "--ratio", "1:1"], /resolution: is required[\s\S]*duration: is required/],
    ["a reference on another model", ["a", "--model", "T2V-01", "--reference", LINK], /reference_images/],
    [
      "a reference beside a frame",
      ["a", ...H3, "--image", LINK, "--reference", LINK],
      /first_frame_image: does not go/,
    ],
  ])("%s", async (_, args, said) => {
    expect(await refusal(args)).toMatch(said);
  });

  test("the model that alone takes references is chosen, and said; what is sent is shown", async () => {
    const args = ["generate", "a fox", "--reference", LINK, "--duration", "6", "--resolution", "768P"];
    const { code, stdout, stderr } = await cli([...args, "--dry-run", "--json"]);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { path: "/v2/video_generation", request: { model: "MiniMax-H3", content: [{}, { role: "reference_image" }] } },
    ]);
    expect(stderr).toContain("Model MiniMax-H3");
  });
});

test("generate saves a video of MiniMax-H3", async () => {
  const out = newFile("mp4");
  const { code, stdout } = await cli([
    "generate",
    "a fox",
    ...H3,
    "--ratio",
    "16:9",
    "--out",
    out,
    "--poll-interval",
    "0.05",
  ]);
  expect([code, stdout]).toEqual([0, `${out}\n`]);
  expect(readFileSync(out).toString("latin1", 4, 8)).toBe("ftyp");
});

describe("tasks", () => {
  const wish = { model: "MiniMax-H3", prompt: "a fox", resolution: "768P", duration: 4, ratio: "16:9" } as const;
  const made = (at: typeof mock) => createClient({ apiKey: "any", server: at.url }).videos.create(wish);
  const buy = (journal: string, at: typeof mock) =>
    cli(["generate", "a fox", ...H3, "--ratio", "1:1", "--no-wait"], { at: at.url, journal });

  test("list shows what the service lists, by filters too, and no link", async () => {
    const { id } = await made(mock);
    await expect.poll(async () => (await cli(["tasks", "list", "--status", "succeeded"])).stdout).toContain(id);
    const { code, stdout } = await cli(["tasks", "list"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${id}  succeeded  \\d{4}-.* generation +MiniMax-H3 4 s 768P$`, "m"));
    const all = JSON.parse((await cli(["tasks", "list", "--json"])).stdout);
    expect(all.tasks.find(({ task }: { task: { id: string } }) => task.id === id)).toMatchObject({
      task: { kind: "generation", model: "MiniMax-H3" },
      status: { state: "succeeded", word: "succeeded" },
      createdAt: expect.any(Number),
    });
    expect(JSON.stringify(all)).not.toContain("http://127.0.0.1:0");
    expect(JSON.stringify(all)).not.toMatch(/"url"/);
    const none = await cli(["tasks", "list", "--model", "MiniMax-H3-Max"]);
    expect([none.code, none.stdout]).toEqual([0, expect.stringContaining("lists no such task")]);
  });

  test("cancel takes a queued one back; resume has nothing left to wait for", async () => {
    const journal = newFile("journal");
    const id = (await buy(journal, slow)).stdout.trim();
    const at = { at: slow.url, journal };
    const cancelled = await cli(["tasks", "cancel", id], at);
    expect(cancelled).toMatchObject({ code: 0, stdout: `${id}\n`, stderr: expect.stringContaining("not charged") });
    expect((await cli(["tasks", "list"], at)).stdout).toMatch(new RegExp(`^${id}  cancelled`, "m"));
    expect(await cli(["resume"], at)).toMatchObject({ code: 0, stdout: "" });
    expect(JSON.parse((await cli(["tasks", "cancel", id, "--json"], at)).stdout)).toEqual({ cancelled: id });
  });

  test("delete takes one that is over off the list; not one whose video is not saved, unless forced", async () => {
    const journal = newFile("journal");
    const id = (await buy(journal, mock)).stdout.trim();
    await expect.poll(async () => (await cli(["tasks", "list", "--status", "succeeded"])).stdout).toContain(id);
    const kept = await cli(["tasks", "delete", id], { journal });
    expect([kept.code, kept.stderr]).toEqual([2, expect.stringMatching(/is not saved yet; use --force/)]);
    expect((await cli(["tasks", "list"])).stdout).toContain(id);
    expect(await cli(["tasks", "delete", id, "--force"], { journal })).toMatchObject({ code: 0, stdout: `${id}\n` });
    expect((await cli(["tasks", "list"])).stdout).not.toContain(id);
    const other = await made(mock);
    await other.wait({ pollInterval: 20 });
    expect(JSON.parse((await cli(["tasks", "delete", other.id, "--json"])).stdout)).toEqual({ deleted: other.id });
  });

  test("of version 1 none is taken back, and nobody is asked", async () => {
    const journal = newFile("journal");
    server.next(json({ task_id: "1", base_resp: { status_code: 0 } }));
    await cli(["generate", "a fox", "--no-wait"], { at: server.url, journal });
    server.next(json({}));
    const { code, stderr } = await cli(["tasks", "cancel", "1"], { at: server.url, journal });
    expect([code, stderr, server.seen]).toEqual([
      2,
      expect.stringContaining("API v1 cannot cancel or delete tasks"),
      [],
    ]);
  });

  test.each<[string, string[], RegExp]>([
    ["a word that is none", ["forget"], /Use tasks list, cancel, delete, or tasks with options only/],
    ["no id", ["cancel"], /tasks cancel takes the id of one task/],
    ["two ids", ["delete", "1", "2"], /tasks delete takes the id of one task/],
    ["an id where there is none", ["list", "1"], /tasks list takes options only/],
    ["an option of the journal", ["list", "--all"], /tasks list does not take --all/],
    ["an option of the list", ["cancel", "1", "--model", "x"], /tasks cancel does not take --model/],
    ["a filter without the list", ["--status", "queued"], /--status works only with tasks list/],
  ])("%s is refused", async (_, args, said) => {
    server.next(json({}));
    const { code, stderr } = await cli(["tasks", ...args], { at: server.url });
    expect([code, stderr, server.seen]).toEqual([2, expect.stringMatching(said), []]);
  });

  test("without a key says so; a refusal of the service has its exit code; Ctrl-C says what is left", async () => {
    expect((await cli(["tasks", "list"], { key: "" })).stderr).toContain("MINIMAX_API_KEY");
    server.next(json(refused(1004)));
    expect((await cli(["tasks", "list"], { at: server.url })).code).toBe(EXIT.refusedByService);
    server.next(silence);
    const controller = new AbortController();
    const stopped = cli(["tasks", "cancel", "1"], { at: server.url, signal: controller.signal });
    await expect.poll(() => server.seen.length).toBe(1);
    controller.abort(new Error("ended by SIGINT"));
    const { code, stderr } = await stopped;
    expect([code, stderr]).toEqual([EXIT.interrupted, expect.stringContaining("run: minimax-video tasks list")]);
  });
});
