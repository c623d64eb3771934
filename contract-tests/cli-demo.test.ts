/** `minimax-video demo`: a video from a mock of its own. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { EXAMPLE } from "../src/cli/demo.js";
import { EXIT } from "../src/cli/exit-codes.js";
import { commandLine, ftyp, KEY, PROMPT } from "./helpers/command-line.js";
import { json, refused } from "./helpers/fake-server.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const { server, newFile, cli, scriptedEnv } = commandLine();

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
