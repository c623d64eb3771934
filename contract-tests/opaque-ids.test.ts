/** Any id from a service can be typed on the command line. src/opaque-ids.test.ts tests the library. */
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { commandLine } from "./helpers/command-line.js";
import { type Answer, json, success } from "./helpers/fake-server.js";

const { server, cli, folder } = commandLine();

const typed = [
  "6f1c2d9e-3b7a-4c55-9a0e-8d2f7b1c4e6a",
  "task_01JX",
  "video:2026.11/7",
  "cGVyc2lzdA+/==",
  "50%25",
  "-abc",
  "a'b\"c",
  "видео-7",
  "..a",
];

test.each(typed)("the id %s can be typed on the command line, and is printed quoted for a shell (C1)", async (id) => {
  server.next(json({ task_id: id, ...success }));
  const created = await cli(["generate", "a fox", "--no-wait"], { at: server.url });
  expect(created.stdout).toBe(`${id}\n`);
  server.next(json({ task_id: id, status: "Processing", ...success }));
  const [, command = ""] = /^ *npx --no-install minimax-video (.*)$/m.exec(created.stderr) ?? [];
  const [name = "", ...args] = execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
    .trimEnd()
    .split("\n");
  const again = await cli([name, "--no-wait", ...args], { at: server.url });
  expect([again.code, again.stdout]).toEqual([0, "Processing\n"]);
  server.next(json({ task_id: id, status: "Fail", ...success }));
  const resumed = await cli(["resume", "--", id], { at: server.url });
  expect([resumed.code, server.seen.length], resumed.stderr).toEqual([4, 1]);
});

test.each(
  typed,
)("the id %s of a file can be typed on the command line, and does not change the folder (C1)", async (id) => {
  const at = { at: server.url };
  const bytes: Answer = (response) => response.writeHead(200, { "content-type": "video/mp4" }).end("bytes");
  server.next(json({ file: { file_id: id, filename: "fox.mp4" }, ...success }), bytes);
  const got = await cli(["files", "get", "--out", `${folder}/`, "--force", "--", id], at);
  expect([got.code, dirname(got.stdout), got.stdout.endsWith(".mp4\n")], got.stderr).toEqual([0, folder, true]);
  server.next(json({ file_id: id, ...success }));
  const deleted = await cli(["files", "delete", "--purpose", "video_generation_input", "--", id], at);
  expect([deleted.code, deleted.stdout], deleted.stderr).toEqual([0, `${id}\n`]);
});
