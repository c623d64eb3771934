/** Runs the commands that generate files, in checkouts with faults in their specs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packed, run } from "../contract-tests/helpers/checkout.js";

test("npm run bundle refuses an option instead of writing to a folder of that name", async () => {
  const { folder } = await packed();
  const { code, stderr } = await run("npm run --silent bundle -- --help", folder);
  expect([code, stderr]).toEqual([2, "Unknown option '--help'. The options are none.\n"]);
}, 120_000);

describe("npm run generate", () => {
  test("writes the same wherever the packages are installed", async () => {
    // The packages of this checkout are behind a link.
    const { folder } = await packed();
    expect(await run("npm run --silent generate -- --check", folder)).toEqual({ code: 0, stdout: "", stderr: "" });
  }, 120_000);

  test.each<[title: string, file: string, was: string, is: string, says: RegExp]>([
    [
      "a tab",
      "schemas/VideoOptions.yaml",
      "  prompt",
      "\tprompt",
      /^redocly bundle failed: bundling .*\n[\s\S]*VideoOptions\.yaml:4:1/,
    ],
    [
      "a missing file",
      "schemas/VideoOptions.yaml",
      "CallbackUrl",
      "CallbackUri",
      /VideoOptions\.yaml:10:5[\s\S]*no such file/,
    ],
    [
      "an unknown keyword",
      "schemas/TextToVideo.yaml",
      "minLength",
      "minLenght",
      /TextToVideo\.yaml:14:9[\s\S]*Did you mean: minLength/,
    ],
    [
      "a pattern",
      "schemas/TextToVideo.yaml",
      "pattern: ^$|",
      "pattern: ^$|(",
      /TextToVideo\.yaml:\d+:\d+[\s\S]*Invalid regular expression/,
    ],
    [
      "no table of codes",
      "schemas/StatusCode.yaml",
      "x-status-codes:",
      "x-codes:",
      /^schemas\/StatusCode\.yaml has no x-status-codes/,
    ],
    [
      "a server without a name",
      "gateways/quickrouter.yaml",
      "x-server:",
      "x-serv:",
      /api\.quickrouter\.ai.* has no x-server/,
    ],
    ["no such option", "minimax.yaml", "a", "a", /Unknown option '--chekc'\. The options are --check/],
  ])(
    "says where to look after a fault in a file: %s",
    async (title, file, was, is, says) => {
      const { folder } = await packed();
      const path = join(folder, "openapi", file);
      writeFileSync(path, readFileSync(path, "utf8").replace(was, is));
      const option = title.includes("option") ? "-- --chekc" : "";
      const { code, stderr } = await run(`npm run --silent generate ${option}`, folder);
      expect(stderr).toMatch(says);
      expect(stderr).not.toMatch(/^ +at /m);
      expect(code).toBe(2);
    },
    120_000,
  );
});
