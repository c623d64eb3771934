/** `minimax-video demo`: a video from its own mock. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { EXAMPLE } from "../src/cli/generate.js";
import { commandLine, ftyp, PROMPT } from "./helpers/command-line.js";
import { json, refused } from "./helpers/fake-server.js";

const { server, newFile, cli } = commandLine();

test("demo saves a playable video of the vendor's example without a key, and writes no journal", async () => {
  const out = newFile("mp4");
  const journal = newFile("journal");
  const env = { MINIMAX_API_KEY: "" };
  const { code, stdout, stderr } = await cli(["demo", "--out", out], { env, at: "http://127.0.0.1:9", journal });
  expect([code, stdout, ftyp(out), existsSync(journal)]).toEqual([0, `${out}\n`, "ftyp", false]);
  expect(stderr).toMatch(/Task \d+ was accepted[\s\S]*Success/);
  expect(stderr).toMatch(/Saved \S+: [\d.]+ kB, 1366 x 768, 6\.0 s, task \d+, free here \(MiniMax lists 0\.28 USD\)\n/);
  expect(stderr).not.toContain("warning");
});

test("demo sends the prompt of the vendor's example, with the given options", async () => {
  const file = new URL("../openapi/examples/videoGeneration/requests.yaml", import.meta.url);
  expect(parse(readFileSync(file, "utf8")).textCamera.value).toMatchObject(EXAMPLE);
  const { stdout } = await cli(["demo", "--watermark", "--duration", "10", "--dry-run", "--json"]);
  const { prompt, ...others } = JSON.parse(stdout).request;
  expect(EXAMPLE.prompt).toContain(prompt.slice(0, 20));
  expect(others).toEqual({ model: EXAMPLE.model, aigc_watermark: true, duration: 10 });
});

test("demo uses another server only with --server", async () => {
  server.next(json(refused(1008)));
  const there = await cli(["demo", PROMPT, "--server", server.url]);
  expect([there.code, server.seen.length]).toEqual([3, 1]);
  const here = await cli(["demo", PROMPT, "--dry-run"], { at: server.url });
  expect(here.stdout).toContain("a mock on this machine");
});

test.each([
  ["--no-wait"],
  ["--like", "china"],
  ["--key", "fox"],
  ["--journal", "x"],
])("demo refuses %s without --server, because its task ends with the mock", async (...option) => {
  expect(await cli(["demo", ...option])).toMatchObject({ code: 2, stderr: expect.stringContaining("--server") });
});
