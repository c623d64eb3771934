import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { lives, sender } from "./sending-process.js";

const MINUTES = 60_000;
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("this process counts as alive for ten minutes before and after", () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000_000 });
  const now = sender();
  expect(now).toMatchObject({ host: hostname(), pid: process.pid, at: 1_000_000_000, once: expect.any(String) });
  expect(sender().once).not.toBe(now.once);
  for (const [at, isAlive] of [
    [0, true],
    [10 * MINUTES, true],
    [10 * MINUTES + 1, false],
    [-10 * MINUTES, true],
    [-10 * MINUTES - 1, false],
  ] as const) {
    vi.setSystemTime(1_000_000_000 + at);
    expect([at, lives(now)]).toEqual([at, isAlive]);
  }
});

test("a process on another machine may be alive, whatever its pid", () => {
  expect(lives({ ...sender(), host: "elsewhere", pid: 2 ** 22 + 1 })).toBe(true);
});

test("another user's process is alive, and one that does not exist is not", () => {
  const { born, ...ours } = { ...sender(), pid: 2 ** 22 + 1 };
  expect(lives(ours)).toBe(false);
  const kill = vi.spyOn(process, "kill");
  const refuse = (code: string) =>
    kill.mockImplementation(() => {
      throw Object.assign(new Error(code), { code });
    });
  refuse("EPERM");
  expect(lives(ours)).toBe(true);
  refuse("ESRCH");
  expect(lives(ours)).toBe(false);
});

test.runIf(process.platform === "linux")("a later process with the same pid is another one", () => {
  const { born, ...ours } = sender();
  expect(born).toMatch(/^[0-9a-f-]{36} \d+$/);
  expect(lives({ ...ours, born: `${born}0` })).toBe(false);
  expect(lives(ours)).toBe(true);
});

test("a process may be alive if its runtime lets nobody look, as Deno does", () => {
  const ours = sender();
  vi.spyOn(process, "kill").mockImplementation(() => {
    throw new Error("Requires run access");
  });
  expect(lives(ours)).toBe(true);
  // A start time that can be read still proves that the process is another one.
  if (ours.born) expect(lives({ ...ours, born: "earlier" })).toBe(false);
});

test.runIf(process.platform === "linux")("a killed process that was not reaped is not alive", async () => {
  // The shell is replaced by a program that never reaps the child that the shell started.
  const parent = execFile("sh", ["-c", "sleep 0.5 & echo $!; exec sleep 60"]);
  try {
    const [line] = await once(parent.stdout ?? parent, "data");
    const [boot] = sender().born?.split(" ") ?? [];
    const [, started] = readFileSync(`/proc/${Number(line)}/stat`, "utf8").match(/\) (?:\S+ ){19}(\d+)/) ?? [];
    const child = { ...sender(), pid: Number(line), born: `${boot} ${started}` };
    expect(lives(child)).toBe(true);
    await vi.waitUntil(() => !lives(child), 5000);
    expect(process.kill(child.pid, 0)).toBe(true);
  } finally {
    parent.kill("SIGKILL");
  }
});
