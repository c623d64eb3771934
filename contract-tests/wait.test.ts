/** Waits in real time: they end when they should, leave no listeners, and keep their process alive. */
import { getEventListeners } from "node:events";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../src/index.js";
import { built } from "./helpers/build.js";
import { run } from "./helpers/checkout.js";
import { failureOf } from "./helpers/failure-of.js";
import { fakeServer, json, refused, success } from "./helpers/fake-server.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

describe("waits", () => {
  const server = fakeServer();
  const running = json({ status: "Processing", ...success });

  test("share one listener on their signal, end in the turn of its abort, and remove the listener", async () => {
    server.next(running);
    const warnings: unknown[] = [];
    const warn = (warning: unknown) => warnings.push(warning);
    process.on("warning", warn);
    const controller = new AbortController();
    const { signal } = controller;
    const { videos } = createClient({ apiKey: "k", server: server.url, queriesPerMinute: Number.POSITIVE_INFINITY });
    const left = videos.task("7").watch({ signal });
    for await (const _ of left) break;
    const ends = times(200, (index) =>
      failureOf<string>(videos.task(String(index)).wait({ signal, pollInterval: 60_000 })),
    );
    await expect.poll(() => server.seen.length, { timeout: 10_000 }).toBe(201);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(getEventListeners(signal, "abort").length).toBe(1);
    controller.abort("enough");
    const ended = await Promise.race([
      Promise.all(ends),
      new Promise((resolve) => setImmediate(resolve, ["too late"])),
    ]);
    expect(new Set(ended as string[])).toEqual(new Set(["enough"]));
    expect(getEventListeners(signal, "abort").length).toBe(0);
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  });

  test("time out even if they never get their turn (I2)", async () => {
    server.next(running);
    const { videos } = createClient({ apiKey: "k", server: server.url, queriesPerMinute: 1 });
    const waits = times(30, (index) => failureOf(videos.task(String(index)).wait({ timeout: 200 })));
    for (const error of await Promise.all(waits)) expect(error.name).toBe("WaitTimeoutError");
    expect(server.seen.length).toBeLessThan(30);
  });

  const folder = folderForAll();
  let library: string;
  beforeAll(() => {
    library = built("src/index.ts", folder);
  });

  test.each([
    ["awaited", "await task.wait({ pollInterval: 300 });"],
    ["an iteration", "for await (const { word } of task.watch({ pollInterval: 300 })) console.log(word);"],
    ["only begun", "void task.wait({ pollInterval: 300 });"],
  ])("keep their process alive: one that is %s", async (_, body) => {
    server.next(running, json(refused(1002)), json({ status: "Success", file_id: "9", ...success }));
    const SCRIPT = `
      import { createClient } from ${JSON.stringify(pathToFileURL(library).href)};
      const task = createClient({ apiKey: "k", server: ${JSON.stringify(server.url)} }).videos.task("7");
      ${body}
      console.log("end of the program");`;
    const { stdout, stderr, code } = await run('node --input-type=module --eval "$SCRIPT"', ".", { SCRIPT });
    expect(stdout, stderr).toContain("end of the program");
    expect([code, server.seen.length]).toEqual([0, 3]);
  });
});
