import { afterEach, expect, test, vi } from "vitest";
import type { Io } from "./process.js";
import { run } from "./run-command.js";

afterEach(() => void vi.restoreAllMocks());

test("in a folder that has been deleted, a command says so, and is refused", async () => {
  vi.spyOn(process, "cwd").mockImplementation(() => {
    throw Object.assign(new Error("ENOENT: no such file or directory, uv_cwd"), { code: "ENOENT", syscall: "uv_cwd" });
  });
  const said: string[] = [];
  const stderr = { write: (text: string) => void said.push(text) };
  const io = { stderr, stdout: stderr, env: {}, isTTY: false, signal: new AbortController().signal };
  expect(await run(["tasks"], io as unknown as Io)).toBe(2);
  expect(said.join("")).toContain("The current folder has been deleted: change to another one\n");
});
