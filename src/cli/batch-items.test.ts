/** The lines of a batch for a queue, which need no places. */
import { expect, test } from "vitest";
import { commandLine } from "../../contract-tests/helpers/command-line.js";

const { cli, written } = commandLine();

test.each([
  [["fox", "cat"], 0, ""],
  [["fox", "fox"], 2, 'line 2: key "fox" is already used in line 1'],
  [["fox", "Fox"], 2, "line 2: key Fox may be the same file as key fox in line 1"],
])("a batch with the keys %j for a queue ends with %i", async (keys, code, says) => {
  const lines = keys.map((key) => JSON.stringify({ key, model: "MiniMax-Hailuo-2.3", prompt: "a fox" }));
  const file = written("jsonl", lines.join("\n"));
  const { stderr, ...ended } = await cli(["batch", file, "--redis", "redis://127.0.0.1:1", "--dry-run"]);
  expect(ended).toEqual({ code, stdout: code === 0 ? "Nothing was added.\n" : "" });
  expect(stderr).toContain(says);
});
