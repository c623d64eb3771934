import { execFile } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { lives, sender } from "./sending-process.js";

const MINUTES = 60_000;
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("this process lives, for ten minutes before and after", () => {
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

test("one of another machine may live, whatever its number", () => {
  expect(lives({ ...sender(), host: "elsewhere", pid: 2 ** 22 + 1 })).toBe(true);
});

test("one that is somebody else's lives; one that is not there does not", () => {
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

test.runIf(process.platform === "linux")("a later process of the same number is another one", () => {
  const { born, ...ours } = sender();
  expect(born).toMatch(/^[0-9a-f-]{36} \d+$/);
  expect(lives({ ...ours, born: `${born}0` })).toBe(false);
  expect(lives(ours)).toBe(false);
});

test.runIf(process.platform === "linux")("a killed one that nobody has buried does not live", async () => {
  // The shell becomes a program that never looks after the child that it has begun.
  const parent = execFile("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
  try {
    const [line] = await once(parent.stdout ?? parent, "data");
    const { born, ...ours } = { ...sender(), pid: Number(line) };
    await vi.waitUntil(() => lives(ours), 5000);
    expect(lives({ ...ours, born: born ?? "" })).toBe(false);
  } finally {
    parent.kill("SIGKILL");
  }
});
