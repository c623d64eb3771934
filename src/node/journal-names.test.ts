import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultFolder, idOfKey, newId } from "./journal-names.js";

test("a journal that is switched off has its usual folder, for whoever asks for it all the same", () => {
  expect(defaultFolder({ MINIMAX_JOURNAL: "off", HOME: "/h" }, "linux")).toBe("/h/.local/state/minimax-video");
});

test("what is meant for Windows alone counts there alone, and there nothing else is needed", () => {
  expect(defaultFolder({ LOCALAPPDATA: "/l", HOME: "/h" }, "linux")).toBe("/h/.local/state/minimax-video");
  expect(defaultFolder({ HOME: "/h" }, "win32")).toBe("/h/.local/state/minimax-video");
});

test("where the environment names no home, the system does", () => {
  expect(defaultFolder({}, "linux")).toBe(join(homedir(), ".local/state/minimax-video"));
});

test("an id tells its time without a character that a file system might mind, and is never the same", () => {
  const submittedAt = Date.UTC(2026, 10, 27, 8, 9, 10, 11);
  const [one, other] = [newId({ submittedAt }), newId({ submittedAt })];
  expect(one).toMatch(/^20261127T080910011Z-[0-9a-f]{16}$/);
  expect(one).not.toBe(other);
});

test("the id of a key is that of its server and key, however they are cut, and shows neither", () => {
  const id = idOfKey({ server: "global", key: "fox" });
  expect(id).toMatch(/^key-[0-9a-f]{32}$/);
  expect(idOfKey({ server: "global", key: "fox" })).toBe(id);
  expect(idOfKey({ server: "globalf", key: "ox" })).not.toBe(id);
});
