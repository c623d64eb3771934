/** `npm run prism`: what it refuses, and that it ends on Ctrl-C. The project "prism" in vitest.config.ts repeats other tests with it. */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { describe, expect, test } from "vitest";
import { listening } from "./helpers/listening.js";
import { prismProcess, STRICT } from "./helpers/prism-process.js";
import { folderForAll } from "./helpers/temporary-folder.js";

describe("a separate process", () => {
  test("refuses malformed JSON, and an invalid request of version 2 without showing its content", async () => {
    const prism = await prismProcess(STRICT);
    try {
      const post = (body: string) =>
        fetch(`${prism.url}/v2/video_generation`, {
          method: "POST",
          headers: { authorization: "Bearer any", "content-type": "application/json" },
          body,
          signal: AbortSignal.timeout(20_000),
        });
      expect((await post("{")).status).toBe(400);
      const refused = await post('{"model":"MiniMax-H3"}');
      expect(refused.status).toBe(422);
      expect(await refused.text()).toMatch(/invalid params.*\(2013\)/);
    } finally {
      await prism.close();
    }
  });

  const folder = folderForAll();

  test("ends on Ctrl-C and SIGTERM, and leaves neither a server nor a file", async () => {
    const folders = () => readdirSync(folder).filter((name) => name.startsWith("minimax-video-"));
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const { child, url } = await prismProcess(["aimanyi", "--port", "0"], { TMPDIR: folder });
      expect(folders().length).toBe(1);
      child.kill(signal);
      expect(await once(child, "exit")).toEqual([130, null]);
      await expect(fetch(url)).rejects.toThrow();
      expect(folders()).toEqual([]);
    }
  });

  test.each([
    ["an unknown root", ["nobody"], /Unknown root nobody[.] The roots are minimax, quickrouter, aimanyi[.]/],
    ["an option that Prism does not have", ["minimax", "--nothing"], /Unknown argument: nothing/],
  ])("refuses %s", async (_, args, words) => {
    await expect(prismProcess(args)).rejects.toThrow(words);
  });

  test("says that its port is taken", async () => {
    const server = createServer();
    const { port } = new URL(await listening(server));
    await expect(prismProcess(["--port", port])).rejects.toThrow(/exited with 1: .*EADDRINUSE/s);
    server.close();
  });
});
