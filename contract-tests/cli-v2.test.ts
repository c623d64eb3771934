/** MiniMax-H3 on the command line: its options, and the tasks that the service lists. */
import { describe, expect, test } from "vitest";
import { commandLine, interruptedOnce } from "./helpers/command-line.js";
import { cut, json, refused, silence } from "./helpers/fake-server.js";
import { movie } from "./helpers/movies.js";
import { dataUrl, png } from "./helpers/pictures.js";
import { wav } from "./helpers/sounds.js";

const LINK = "https://x.example/a.png";
const H3 = ["--model", "MiniMax-H3", "--duration", "6", "--resolution", "768P"];
const REQUEST = {
  ...{ model: "MiniMax-H3", duration: 6, resolution: "768P", ratio: "1:1" },
  content: [{ type: "text", text: "a fox" }],
};
const { server, newJournal, written, cli, ends, refusal } = commandLine({ speed: 900 });
const slow = commandLine({ speed: 1 });

describe("generate sends", () => {
  async function bodyOf(args: string[]): Promise<{ content: { type: string; role?: string }[] }> {
    server.next(json({ task_id: "1" }));
    const { code, stderr } = await cli(["generate", "a fox", ...H3, ...args, "--no-wait"], { at: server.url });
    expect([code, server.seen[0]?.url], stderr).toEqual([0, "/v2/video_generation"]);
    return JSON.parse(server.seen[0]?.body ?? "");
  }
  const text = { type: "text", text: "a fox" };
  const common = { model: "MiniMax-H3", duration: 6, resolution: "768P" };

  test("a prompt with its aspect ratio", async () => {
    expect(await bodyOf(["--ratio", "9:16"])).toEqual({ ...common, ratio: "9:16", content: [text] });
  });

  test.each(["--image", "--first-frame"])("the first frame from %s, with a last one", async (option) => {
    const frame = (role: string) => ({ type: "image_url", image_url: { url: LINK }, role });
    const content = [text, frame("first_frame"), frame("last_frame")];
    expect(await bodyOf([option, LINK, "--last-frame", LINK])).toEqual({ ...common, content });
  });

  test("references, with kinds from their extension, type or prefix, and the bytes of local files", async () => {
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
    const { content } = await bodyOf(typed.flatMap((file) => ["--reference", file]));
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

test.each<[string[], RegExp]>([
  [["a", "--image", LINK, "--first-frame", LINK], /--image and --first-frame cannot be used together/],
  [["a", ...H3, "--reference", "mm_file://1"], /write image:mm_file/],
  [["a", ...H3, "--reference", "/no/such.mp4"], /such\.mp4/],
  [["a", ...H3, "--reference", ""], /--reference needs a value: --reference FILE/],
  [["a", ...H3, "--reference", `image:${__filename}`], /JPEG/],
  [[...H3, "--ratio", "1:1"], /Say what to show: give a prompt, --first-frame, --image/],
  [["a", ...H3, "--image", LINK, "--reference", LINK], /first_frame_image: does not go/],
])("generate refuses %j before anything is sent", async (args, said) => {
  expect(await refusal(["generate", ...args])).toMatch(said);
});

test("the error of a lost reply names the command that searches for its task, not a function of the library", async () => {
  server.next(cut);
  const args = ["generate", "a fox", ...H3, "--ratio", "1:1"];
  const { code, stderr } = await cli(args, { at: server.url, journal: newJournal() });
  expect([code, stderr]).toEqual([5, expect.stringMatching(/; look for it before[\s\S]*run:\n {2}npx .* resume /)]);
  server.next(cut);
  const unrecorded = await cli([...args, "--no-journal"], { at: server.url });
  expect(unrecorded.stderr).toContain("To look for it, run:\n  npx --no-install minimax-video tasks list --server ");
  const file = written("jsonl", JSON.stringify({ ...REQUEST, key: "a" }));
  server.next(cut);
  const batch = await cli(["batch", file], { at: server.url, journal: newJournal() });
  for (const printed of [stderr, unrecorded.stderr, batch.stderr]) expect(printed).not.toContain("videos.");
});

test("a cancelled task is reported as not failed and not charged", async () => {
  server.next(json({ id: "7", status: "cancelled" }));
  for (const more of [[], ["--no-wait"]]) {
    expect(await ends(4, ["task", "7", "--kind", "generation", ...more], { at: server.url })).toMatch(
      /^Task 7 was cancelled; it is not charged\n$/m,
    );
  }
});

test("generate chooses MiniMax-H3 for a reference, says so, and shows what would be sent", async () => {
  const args = ["generate", "a fox", "--reference", LINK, "--duration", "6", "--resolution", "768P"];
  const { code, stdout, stderr } = await cli([...args, "--dry-run", "--json"]);
  const request = { model: "MiniMax-H3", content: [{}, { role: "reference_image" }] };
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { path: "/v2/video_generation", request }]);
  expect(stderr).toContain("Model MiniMax-H3");
});

describe("tasks", () => {
  const buy = async (journal: string, at?: string) => {
    const args = ["generate", "a fox", ...H3, "--ratio", "1:1", "--no-wait"];
    return (await cli(args, { journal, ...(at ? { at } : {}) })).stdout.trim();
  };
  const succeeds = (id: string) =>
    expect.poll(async () => (await cli(["tasks", "list", "--status", "succeeded"])).stdout).toContain(id);

  test("list prints the tasks that the service lists, optionally filtered, and no link", async () => {
    const id = await buy(newJournal());
    await succeeds(id);
    const { stdout } = await cli(["tasks", "list"]);
    expect(stdout).toMatch(new RegExp(`^${id}  succeeded  \\d{4}-.* generation +MiniMax-H3 6 s 768P$`, "m"));
    const all = (await cli(["tasks", "list", "--json"])).stdout;
    const listed = JSON.parse(all).tasks.find(({ task }: { task: { id: string } }) => task.id === id);
    const task = { version: 1, id, kind: "generation" };
    expect(listed).toMatchObject({ task, status: { word: "succeeded" }, createdAt: expect.any(Number) });
    expect(all).not.toContain('"url"');
    const none = await cli(["tasks", "list", "--model", "MiniMax-H3-Max"]);
    expect(none.stdout).toContain("lists no matching tasks");
  });

  test("cancel cancels a queued task, and resume has nothing left to wait for", async () => {
    const journal = newJournal();
    const at = slow.mock().url;
    const id = await buy(journal, at);
    const cancelled = await cli(["tasks", "cancel", id], { at, journal });
    expect(cancelled).toMatchObject({ code: 0, stdout: `${id}\n`, stderr: expect.stringContaining("not charged") });
    expect((await cli(["tasks", "list"], { at })).stdout).toMatch(new RegExp(`^${id}  cancelled`, "m"));
    expect(await cli(["resume"], { at, journal })).toMatchObject({ code: 0, stdout: "" });
    const { stdout } = await cli(["tasks", "cancel", id, "--json"], { at, journal });
    expect(JSON.parse(stdout)).toEqual({ cancelled: id });
  });

  test("delete removes a task whose video is not saved only with --force", async () => {
    const journal = newJournal();
    const id = await buy(journal);
    await succeeds(id);
    expect(await ends(2, ["tasks", "delete", id], { journal })).toMatch(/is not saved yet; use --force/);
    expect((await cli(["tasks", "list"])).stdout).toContain(id);
    const { stdout, stderr } = await cli(["tasks", "delete", id, "--force", "--json"], { journal });
    expect(JSON.parse(stdout)).toEqual({ deleted: id });
    expect(stderr).toMatch(new RegExp(`Its entry stays in the journal[^]*tasks --forget=?\\s?${id} --force`));
    expect((await cli(["tasks", "list"])).stdout).not.toContain(id);
  });

  test("cancel refuses a task of version 1, and sends nothing", async () => {
    const journal = newJournal();
    server.next(json({ task_id: "1", base_resp: { status_code: 0 } }));
    await cli(["generate", "a fox", "--no-wait"], { at: server.url, journal });
    expect(await refusal(["tasks", "cancel", "1"], { journal })).toContain("API v1 cannot cancel or delete tasks");
  });

  test.each<[string[], RegExp]>([
    [["forget"], /Unknown command tasks forget/],
    [["cancel"], /tasks cancel needs the id of a task/],
    [["delete", "1", "2"], /tasks delete takes one argument/],
    [["list", "1"], /tasks list takes no arguments/],
    [["list", "--all"], /tasks list does not take --all/],
    [["cancel", "1", "--model", "x"], /tasks cancel does not take --model/],
    [["--status", "queued"], /tasks does not take --status/],
  ])("%j is refused before anything is sent", async (args, said) => {
    expect(await refusal(["tasks", ...args])).toMatch(said);
  });

  test("list needs a key, and reports a refusal of the service", async () => {
    expect(await refusal(["tasks", "list"], { env: { MINIMAX_API_KEY: "" } })).toContain("MINIMAX_API_KEY");
    server.next(json(refused(1004)));
    expect((await cli(["tasks", "list"], { at: server.url })).code).toBe(3);
  });

  test("cancel ends on Ctrl-C, and says how to find out whether the task was cancelled", async () => {
    server.next(silence);
    const { code, stderr } = await interruptedOnce(server.seen, (signal) =>
      cli(["tasks", "cancel", "1"], { at: server.url, signal }),
    );
    expect([code, stderr]).toEqual([130, expect.stringContaining("run: minimax-video tasks list")]);
  });
});
