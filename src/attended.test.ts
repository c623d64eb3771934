import { afterEach, expect, test, vi } from "vitest";
import { Attended } from "./attended.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** How often something was begun, and called off, that keeps a process alive. */
function watched() {
  const [begun, ended] = [vi.spyOn(globalThis, "setInterval"), vi.spyOn(globalThis, "clearInterval")];
  return () => [begun.mock.calls.length, ended.mock.calls.length];
}

test("whoever waits keeps the process alive, until the last one has heard", async () => {
  const counts = watched();
  let resolve: (value: string) => void = () => {};
  const promise = new Promise<string>((done) => {
    resolve = done;
  });
  const one = Attended.resolve(promise);
  expect(counts()).toEqual([0, 0]);
  const first = one.then((value) => value);
  const second = one.then((value) => value);
  expect(counts()).toEqual([1, 0]);
  resolve("done");
  expect(await Promise.all([first, second])).toEqual(["done", "done"]);
  expect(counts()).toEqual([1, 1]);
});

test("a failure is heard of as well, and what then() makes is an ordinary promise", async () => {
  const counts = watched();
  const waiting = Attended.reject(new Error("no")).then(undefined, (error: Error) => error.message);
  expect(waiting).not.toBeInstanceOf(Attended);
  expect(await waiting).toBe("no");
  expect(counts()).toEqual([1, 1]);
});
