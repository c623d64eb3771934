/** `minimax-video files`: against a mock, and against servers that misbehave. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { commandLine, interruptedOnce, type Setting } from "./helpers/command-line.js";
import { json, silence } from "./helpers/fake-server.js";
import { png } from "./helpers/pictures.js";

const V2 = "video_generation_input";
const ID = "176844028768320123";
const PURPOSE = ["--purpose", V2];

const { server, mock, folder, cli: run, ends, refusal } = commandLine();
const picture = join(folder, "fox.png");
beforeAll(() => writeFileSync(picture, png(640, 480, 5_000)));

const cli = (args: string[], setting?: Setting) => run(["files", ...args], setting);
const there = () => ({ at: server.url });
const uploaded = async () =>
  JSON.parse((await cli(["upload", picture, ...PURPOSE, "--json"])).stdout).file_id as string;

describe("files upload", () => {
  test("prints the URL that stands for the file in a request", async () => {
    const { code, stdout, stderr } = await cli(["upload", picture, ...PURPOSE]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^mm_file:\/\/\d+\n$/)]);
    const uri = stdout.trim();
    const id = uri.replace("mm_file://", "");
    const use = `use ${uri} in requests of version 2 for seven days`;
    expect(stderr).toContain(`Uploaded ${picture}: 5.0 kB, file ${id}; ${use}\n`);
  });

  test("prints the id of a file for another product, and the whole file with --json", async () => {
    const other = await cli(["upload", picture, "--purpose", "prompt_audio"]);
    expect(other).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\n$/) });
    const { stdout, stderr } = await cli(["upload", picture, ...PURPOSE, "--filename", "owl.png", "--json", "--quiet"]);
    const file = JSON.parse(stdout);
    expect(file).toMatchObject({ bytes: 5_000, filename: "owl.png", purpose: V2, uri: `mm_file://${file.file_id}` });
    expect(stderr).toBe("");
  });

  test("shows its progress in a terminal", async () => {
    const large = join(folder, "large.bin");
    writeFileSync(large, Buffer.alloc(3_000_000));
    const { stderr } = await cli(["upload", large, "--purpose", "video_understanding"], { isTTY: true });
    expect(stderr).toMatch(/Uploading \d\d % of 3\.0 MB[\s\S]*Uploading 100 % of 3\.0 MB/);
  });

  test("reports no upload if the file is refused", async () => {
    expect(await ends(2, ["files", "upload", __filename, ...PURPOSE])).toMatch(/^This file was not sent/);
  });

  test("refuses an unusable file before anything is sent, with every reason", async () => {
    const words = join(folder, "words.txt");
    writeFileSync(words, "");
    const said = await refusal(["files", "upload", words, "--purpose", "fun"]);
    expect(said).toMatch(/purpose: must be one of video_generation_input,[\s\S]*file: must not be empty/);
    const missing = await refusal(["files", "upload", join(folder, "none.png"), ...PURPOSE]);
    expect(missing).toMatch(
      /^Nothing was sent: Cannot read the file .*none\.png: no such file\nMore: minimax-video files/,
    );
  });

  test("ends on Ctrl-C, and says how to find out whether the file arrived", async () => {
    server.next(silence);
    const { code, stderr } = await interruptedOnce(server.seen, (signal) =>
      cli(["upload", picture, ...PURPOSE], { ...there(), signal }),
    );
    expect(code).toBe(130);
    expect(stderr).toContain(`Stopped. To see whether the file arrived, run: minimax-video files list --purpose ${V2}`);
  });
});

describe("files list", () => {
  test("prints a line for each file of a purpose, by default the inputs of version 2", async () => {
    const id = await uploaded();
    const { code, stdout, stderr } = await cli(["list"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(new RegExp(`^${id} {2}\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d {5,}5\\.0 kB {2}fox\\.png$`, "m"));
    expect((await cli(["list", "--purpose", "voice_clone"])).stdout).toBe("No files for voice_clone.\n");
  });

  test("prints every digit of an id, and no control characters of a name", async () => {
    server.next(json(`{"files":[{"file_id":${ID},"filename":"a\\u001b[2Jb"}],"base_resp":{"status_code":0}}`));
    expect((await cli(["list"], there())).stdout).toMatch(new RegExp(`^${ID} +a\\[2Jb\n$`));
    const { stdout } = await cli(["--json", "list"], there());
    expect(JSON.parse(stdout)).toEqual({ files: [{ file_id: ID, filename: "a\u001b[2Jb" }] });
  });
});

describe("files get", () => {
  test("saves a file with its extension in a folder, or at a given path", async () => {
    const id = await uploaded();
    const path = join(folder, "in", `${id}.png`);
    const { code, stdout, stderr } = await cli(["get", id, "--out", `${folder}/in/`]);
    expect([code, stdout]).toEqual([0, `${path}\n`]);
    expect(stderr).toContain(`Saved ${path}: 5.0 kB, file ${id}`);
    expect(readFileSync(path).equals(readFileSync(picture))).toBe(true);
    const out = join(folder, "there.bin");
    const again = await cli(["get", id, "--out", out, "--json", "--quiet"]);
    const type = "application/octet-stream";
    expect([JSON.parse(again.stdout), again.stderr]).toEqual([{ fileId: id, path: out, bytes: 5_000, type }, ""]);
  });

  test("replaces a file only with --force, and otherwise downloads nothing", async () => {
    const id = await uploaded();
    const before = mock().requests;
    const { code, stderr } = await cli(["get", id, "--out", picture]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^Nothing was downloaded: .*already exists/)]);
    expect(mock().requests).toBe(before);
    const copy = join(folder, "copy.png");
    writeFileSync(copy, "old");
    expect((await cli(["get", id, "--out", copy, "--force"])).code).toBe(0);
    expect(readFileSync(copy).length).toBe(5_000);
  });

  test("writes any file to stdout with --out -, and nothing else (G3)", async () => {
    const id = await uploaded();
    const { code, stdout, stderr } = await cli(["get", id, "--out", "-"]);
    expect([code, Buffer.from(stdout, "latin1").equals(readFileSync(picture))]).toEqual([0, true]);
    expect(stderr).toContain("Saved /dev/stdout: 5.0 kB");
    expect((await cli(["get", id, "--out", "-", "--json"])).stdout).toContain(
      "--out - and --json cannot be used together",
    );
  });

  test("reports an unknown id as the service's refusal, and sends no path as an id", async () => {
    const { code, stdout } = await cli(["get", "123", "--out", join(folder, "gone.png"), "--json"]);
    const error = { name: "ApiError", code: 2013, fileId: "123" };
    expect([code, JSON.parse(stdout)]).toMatchObject([3, { error, exitCode: 3 }]);
    await refusal(["files", "get", "../fox"]);
  });

  test("leaves no file on Ctrl-C", async () => {
    const place = join(folder, "half.mp4");
    server.next((response) => void response.writeHead(200, { "content-type": "video/mp4" }).write("....ftyp"));
    const { code, stderr } = await interruptedOnce(server.seen, (signal) =>
      cli(["get", ID, "--out", place], { ...there(), signal }),
    );
    expect([code, stderr]).toEqual([130, expect.stringContaining("Stopped. Nothing was saved.")]);
    expect(existsSync(place)).toBe(false);
  });
});

describe("files delete", () => {
  test("deletes without asking, and says which file", async () => {
    const id = await uploaded();
    const said = { stdout: `${id}\n`, stderr: `Deleted file ${id} (${V2}).\n` };
    expect(await cli(["delete", id, ...PURPOSE])).toEqual({ code: 0, ...said });
    const { stdout } = await cli(["delete", await uploaded(), ...PURPOSE, "--json"]);
    expect(JSON.parse(stdout)).toEqual({ deleted: expect.stringMatching(/^\d+$/), purpose: V2 });
    const again = await cli(["delete", id, ...PURPOSE]);
    expect([again.code, again.stdout]).toEqual([3, ""]);
  });
});

test.each([
  [[], /^files needs one of upload, list, get, delete/],
  [["constructor"], /^Unknown command files constructor; choose one of upload, list, get, delete/],
  [["uplaod"], /^Unknown command files uplaod; did you mean upload\?/],
  [["upload"], /^files upload needs the path of a file/],
  [["get"], /^files get needs the id of a file/],
  [["get", "a fox"], /^The argument is not a file id: it contains spaces/],
  [["list", "123"], /^files list takes no arguments/],
  [["upload", __filename], /^files upload needs --purpose, such as --purpose video_generation_input/],
  [["delete", "123"], /^files delete needs --purpose/],
  [["list", "--out", "there"], /^files list does not take --out; --help/],
  [["delete", "123", ...PURPOSE, "--force"], /^files delete does not take --force/],
  [["get", "123", "456", "789"], /^files get takes one argument but got 3/],
])("files %j is refused before anything is sent", async (args, says) => {
  expect(await refusal(["files", ...args])).toMatch(says);
});

test("files needs a key", async () => {
  expect(await refusal(["files", "list"], { env: { MINIMAX_API_KEY: " " } })).toMatch(/^No API key/);
});
