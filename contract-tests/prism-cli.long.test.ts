/** `npm run prism`: Prism's command line answers like its engine, ends on Ctrl-C, and reports errors. */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { examplesFor } from "../src/contract/request-samples.js";
import { createTarget } from "../src/contract/target-server.js";
import { witnesses } from "../src/generated/witnesses.js";
import { LIKE, names, operationsOf } from "./helpers/documents.js";
import { listening } from "./helpers/listening.js";
import { type PrismProcess, prismProcess, STRICT } from "./helpers/prism-process.js";
import { folderForAll } from "./helpers/temporary-folder.js";

describe.each(names)("the command line on %s", (name) => {
  let prism: PrismProcess;
  beforeAll(async () => {
    prism = await prismProcess([name, ...STRICT]);
  });
  afterAll(() => prism.close());

  /** Sends the same request to the command line and the engine. Their answers contain no times and no addresses. */
  function both() {
    const targets = [prism.url, inject("prism")[name] as string].map((baseUrl) =>
      createTarget({ server: { baseUrl, like: LIKE[name] }, apiKey: "test", free: true }),
    );
    return async (operationId: string, asking: Parameters<(typeof targets)[0]["ask"]>[1]) => {
      const exchanges = await Promise.all(targets.map((target) => target.ask(operationId, asking)));
      return exchanges.map(({ status, type, text, head, replyHeaders }) => {
        return { status, type, text, head, violations: replyHeaders["sl-violations"] };
      });
    };
  }

  test("answers every request example and every reply that can be requested like the engine", async () => {
    const ask = both();
    const wrong: string[] = [];
    let count = 0;
    for (const { operationId, body, replies, parameters } of operationsOf(name)) {
      const given = { parameters: examplesFor({ parameters } as never) };
      const examples = Object.values(body?.examples ?? { none: undefined });
      const wishes = replies.flatMap((reply) =>
        Object.keys(reply.examples).map((example) => ({
          accept: reply.mediaType,
          prefer: `code=${reply.status}, example=${example}`,
        })),
      );
      const asked = [
        ...examples.map((body) => ({ ...given, body })),
        ...wishes.map((headers) => ({ ...given, body: examples[0], headers })),
      ];
      for (const asking of asked) {
        const [one, other] = await ask(operationId, asking);
        count++;
        expect(one).toEqual(other);
        if (one?.status === 404) wrong.push(`${operationId} ${JSON.stringify(asking)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(names.indexOf(name) === 0 ? 300 : 30);
  });

  test("judges every probe of the specs, legal or illegal, like the engine", { timeout: 120_000 }, async () => {
    const ask = both();
    const probes = witnesses[name].filter(({ place }) => place === "request");
    expect(new Set(probes.map(({ obeys }) => obeys)).size).toBe(2);
    for (const { operationId, value, of } of probes) {
      const [one, other] = await ask(operationId, { body: value });
      expect(one, of).toEqual(other);
    }
  });
});

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
