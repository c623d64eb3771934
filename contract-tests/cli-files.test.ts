/** `minimax-video files`, run as its users run it: against a mock, and against servers that misbehave. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { EXIT } from "../src/cli/exit-codes.js";
import { KEY, mockFor, runCli, type Setting, temporaryFiles } from "./helpers/command-line.js";
import { cut, fakeServer, json, refused, silence, success } from "./helpers/fake-server.js";
import { png } from "./helpers/pictures.js";

const V2 = "video_generation_input";
const ID = "176844028768320123";
const PURPOSE = ["--purpose", V2];

const { folder } = temporaryFiles();
const picture = join(folder, "fox.png");
const server = fakeServer();
const mock = mockFor({});
beforeAll(() => writeFileSync(picture, png(640, 480, 5_000)));

/** One run at the mock, or at another server. */
const cli = (args: string[], { at = mock.url, key = KEY, ...setting }: Setting & { at?: string; key?: string } = {}) =>
  runCli(["files", ...args], { ...setting, env: { MINIMAX_API_KEY: key, MINIMAX_SERVER: at } });

const uploaded = async () =>
  JSON.parse((await cli(["upload", picture, ...PURPOSE, "--json"])).stdout).file_id as string;

describe("files upload", () => {
  test("prints what stands for the file in a request, and says what it did", async () => {
    const { code, stdout, stderr } = await cli(["upload", picture, ...PURPOSE]);
    expect([code, stdout]).toEqual([EXIT.done, expect.stringMatching(/^mm_file:\/\/\d+\n$/)]);
    const id = stdout.trim().replace("mm_file://", "");
    expect(stderr).toContain(
      `Uploaded ${picture}: 5.0 kB, file ${id}; use mm_file://${id} in requests of version 2 for seven days`,
    );
  });

  test("prints the id of what is for other products, and the whole file with --json, under the name it is given", async () => {
    const other = await cli(["upload", picture, "--purpose", "prompt_audio"]);
    expect([other.code, other.stdout]).toEqual([EXIT.done, expect.stringMatching(/^\d+\n$/)]);
    const { stdout, stderr } = await cli(["upload", picture, ...PURPOSE, "--filename", "owl.png", "--json", "--quiet"]);
    const file = JSON.parse(stdout);
    expect(file).toMatchObject({ bytes: 5_000, filename: "owl.png", purpose: V2, uri: `mm_file://${file.file_id}` });
    expect(stderr).toBe("");
  });

  test("shows how far it is in a terminal", async () => {
    const large = join(folder, "large.bin");
    writeFileSync(large, Buffer.alloc(3_000_000));
    const { stderr } = await cli(["upload", large, "--purpose", "video_understanding"], { isTTY: true });
    expect(stderr).toMatch(/Uploading \d\d % of 3\.0 MB/);
    expect(stderr).toContain("Uploading 100 % of 3.0 MB");
  });

  test("refuses before anything is sent what cannot be used, with every reason", async () => {
    const words = join(folder, "words.txt");
    writeFileSync(words, "");
    server.next(json(success));
    const { code, stderr } = await cli(["upload", words, "--purpose", "fun"], { at: server.url });
    expect(code).toBe(EXIT.refusedHere);
    expect(stderr).toMatch(/purpose: must be one of video_generation_input,[\s\S]*file: must not be empty/);
    const missing = await cli(["upload", join(folder, "none.png"), ...PURPOSE], { at: server.url });
    expect([missing.code, missing.stderr]).toEqual([
      EXIT.refusedHere,
      expect.stringMatching(
        /^Nothing was sent: Cannot read the file .*none\.png: ENOENT\nMore: minimax-video files --help/,
      ),
    ]);
    expect(server.seen).toEqual([]);
  });

  test("that may have arrived is sent once, and the list is named", async () => {
    server.next(cut);
    const { code, stderr } = await cli(["upload", picture, ...PURPOSE], { at: server.url });
    expect(code).toBe(EXIT.unreachable);
    expect(stderr).toContain("The file may or may not have arrived");
    expect(server.seen.length).toBe(1);
  });

  test("ends at Ctrl-C, and says how to know", async () => {
    server.next(silence);
    const stop = new AbortController();
    const going = cli(["upload", picture, ...PURPOSE], { at: server.url, signal: stop.signal });
    await expect.poll(() => server.seen.length).toBe(1);
    stop.abort(new Error("ended by SIGINT"));
    const { code, stderr } = await going;
    expect(code).toBe(EXIT.interrupted);
    expect(stderr).toContain(`Stopped. To see whether the file arrived, run: minimax-video files list --purpose ${V2}`);
  });
});

describe("files list", () => {
  test("prints a line for each file of a purpose, that of version 2's inputs by default", async () => {
    const id = await uploaded();
    const { code, stdout, stderr } = await cli(["list"]);
    expect([code, stderr]).toEqual([EXIT.done, ""]);
    const line = stdout.split("\n").find((one) => one.startsWith(id));
    expect(line).toMatch(/^\d+ {2}\d{4}-\d\d-\d\d \d\d:\d\d {5,}5\.0 kB {2}fox\.png$/);
    const none = await cli(["list", "--purpose", "voice_clone"]);
    expect(none.stdout).toBe("No files for voice_clone.\n");
  });

  test("prints every digit, and what a name may do to a terminal it may not", async () => {
    const answer = `{"files":[{"file_id":${ID},"filename":"a\\u001b[2Jb"}],"base_resp":{"status_code":0}}`;
    server.next(json(answer));
    const { stdout } = await cli(["list"], { at: server.url });
    expect(stdout).toMatch(new RegExp(`^${ID} +a\\[2Jb\n$`));
    server.next(json(answer));
    const files = JSON.parse((await cli(["list", "--json"], { at: server.url })).stdout);
    expect(files).toEqual({ files: [{ file_id: ID, filename: "a\u001b[2Jb" }] });
  });
});

describe("files get", () => {
  test("saves a file with the ending that it has, into a folder or where it is told", async () => {
    const id = await uploaded();
    const { code, stdout, stderr } = await cli(["get", id, "--out", `${folder}/in/`]);
    const path = join(folder, "in", `${id}.png`);
    expect([code, stdout]).toEqual([EXIT.done, `${path}\n`]);
    expect(stderr).toContain(`Saved ${path}: 5.0 kB, file ${id}`);
    expect(readFileSync(path).equals(readFileSync(picture))).toBe(true);
    const there = join(folder, "there.bin");
    const again = await cli(["get", id, "--out", there, "--json", "--quiet"]);
    expect(JSON.parse(again.stdout)).toEqual({
      fileId: id,
      path: there,
      bytes: 5_000,
      type: "application/octet-stream",
    });
    expect(again.stderr).toBe("");
  });

  test("replaces nothing without --force, and then asks for no bytes", async () => {
    const id = await uploaded();
    const before = mock.requests;
    const { code, stderr } = await cli(["get", id, "--out", picture]);
    expect([code, stderr]).toEqual([
      EXIT.refusedHere,
      expect.stringMatching(/^Nothing was downloaded: .*already exists/),
    ]);
    expect(mock.requests).toBe(before);
    const copy = join(folder, "copy.png");
    writeFileSync(copy, "old");
    expect((await cli(["get", id, "--out", copy, "--force"])).code).toBe(EXIT.done);
    expect(readFileSync(copy).length).toBe(5_000);
  });

  test("of an id that nobody gave out is the service's refusal; a path is no id", async () => {
    const gone = await cli(["get", "123", "--out", join(folder, "gone.png"), "--json"]);
    expect(gone.code).toBe(EXIT.refusedByService);
    expect(JSON.parse(gone.stdout)).toMatchObject({
      error: { name: "ApiError", code: 2013, fileId: "123" },
      exitCode: 3,
    });
    const before = mock.requests;
    expect((await cli(["get", "../fox"])).code).toBe(EXIT.refusedHere);
    expect(mock.requests).toBe(before);
  });

  test("leaves nothing at Ctrl-C", async () => {
    const place = join(folder, "half.mp4");
    server.next((response) => {
      response.writeHead(200, { "content-type": "video/mp4" }).write("....ftyp");
    });
    const stop = new AbortController();
    const going = cli(["get", ID, "--out", place], { at: server.url, signal: stop.signal });
    await expect.poll(() => server.seen.length).toBe(1);
    stop.abort(new Error("ended by SIGINT"));
    const { code, stderr } = await going;
    expect([code, stderr]).toEqual([EXIT.interrupted, expect.stringContaining("Stopped. Nothing was saved.")]);
    expect(existsSync(place)).toBe(false);
  });
});

describe("files delete", () => {
  test("deletes without asking, and says what", async () => {
    const id = await uploaded();
    const { code, stdout, stderr } = await cli(["delete", id, ...PURPOSE]);
    expect({ code, stdout, stderr }).toEqual({
      code: EXIT.done,
      stdout: `${id}\n`,
      stderr: `Deleted file ${id} (${V2}).\n`,
    });
    expect((await cli(["list"])).stdout).not.toContain(id);
    const again = await cli(["delete", id, ...PURPOSE]);
    expect([again.code, again.stdout]).toEqual([EXIT.refusedByService, ""]);
  });

  test("prints JSON, and sends every digit", async () => {
    server.next(json(success));
    const { stdout } = await cli(["delete", ID, ...PURPOSE, "--json", "--quiet"], { at: server.url });
    expect(JSON.parse(stdout)).toEqual({ deleted: ID, purpose: V2 });
    expect(server.seen[0]?.body).toContain(`"file_id":${ID},`);
  });

  test("that the service refuses is no deletion", async () => {
    server.next(json(refused(2013, "no such file")));
    const { code, stderr } = await cli(["delete", ID, ...PURPOSE], { at: server.url });
    expect(code).toBe(EXIT.refusedByService);
    expect(stderr).not.toContain("Deleted");
  });
});

describe("files", () => {
  test.each([
    [[], /^Use files upload, list, get, delete/],
    [["show"], /^Use files upload/],
    [["constructor"], /^Use files upload/],
    [["upload"], /^files upload takes the path of a file/],
    [["get"], /^files get takes the id of a file/],
    [["list", "123"], /^files list takes options only/],
    [["upload", picture], /^files upload needs --purpose, such as --purpose video_generation_input/],
    [["delete", "123"], /^files delete needs --purpose/],
    [["list", "--out", "there"], /^files list does not take --out/],
    [["get", "123", "--purpose", V2], /^files get does not take --purpose/],
    [["delete", "123", ...PURPOSE, "--force"], /^files delete does not take --force/],
    [["get", "123", "456", "789"], /^files takes at most 2 arguments but got 4/],
  ])("%j is refused in words, and nothing is sent", async (args, words) => {
    server.next(json(success));
    const { code, stderr } = await cli(args, { at: server.url });
    expect([code, stderr]).toEqual([EXIT.refusedHere, expect.stringMatching(words)]);
    expect(server.seen).toEqual([]);
  });

  test("needs a key, and has help", async () => {
    const { code, stderr } = await cli(["list"], { key: " " });
    expect([code, stderr]).toEqual([EXIT.refusedHere, expect.stringMatching(/^No API key/)]);
    expect((await cli(["--help"])).stdout).toContain("minimax-video files upload <path> --purpose PURPOSE");
  });
});
