/** One wish, one paid task: what a create writes down before it is sent, what a key is worth, and what an open outcome tells. */
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import {
  createClient,
  type Intent,
  type Journal,
  type Known,
  SubmissionUnknownError,
  type TaskRecord,
  ValidationError,
} from "../src/index.js";
import { cut, fakeServer, html, json, refused, success } from "./helpers/fake-server.js";

const server = fakeServer();
const PROMPT = "a fox nobody may read about";
const request = { model: "MiniMax-Hailuo-02", prompt: PROMPT, duration: 6, resolution: "768P" } as const;
const accepted = json({ ...success, task_id: "106916112212032" });

/** A journal in memory that writes down what it hears and how many requests the server had seen by then. */
function diary({ failing = [] as string[] } = {}) {
  const lines: string[] = [];
  const known = new Map<string, Known>();
  const intents: Intent[] = [];
  const line = async (what: string) => {
    lines.push(`${what} after ${server.seen.length}`);
    if (failing.some((word) => what.startsWith(word))) throw new Error("disk full");
  };
  const journal: Journal = {
    async begin(intent) {
      await line("begin");
      const earlier = known.get(intent.key ?? "");
      if (earlier) return earlier;
      intents.push(intent);
      if (intent.key) known.set(intent.key, intent);
      return {
        entry: {
          async accepted(task) {
            if (intent.key) known.set(intent.key, { ...intent, task });
            await line(`accepted ${task.id}`);
          },
          async refused() {
            known.delete(intent.key ?? "");
            await line("refused");
          },
          unknown: () => line("unknown"),
        },
      };
    },
    ended: (task: TaskRecord, { state, at }) => line(`ended ${task.id} ${state}${at ? " at" : ""}`),
    saved: (task, path) => line(`saved ${task.id} ${path}`),
  };
  return { journal, lines, intents };
}

function client(journal?: Journal, options: Parameters<typeof createClient>[0] = {}) {
  const clock = { now: Date.now, random: () => 0.5, pause: () => turn() };
  return createClient({ apiKey: "THE-SECRET-KEY", server: server.url, clock, journal, ...options }).videos;
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail("it worked"),
    (error: unknown) => error as never,
  );

describe("a create with a journal", () => {
  test("is written down before it is sent and completed after, without its secrets", async () => {
    server.next(accepted);
    const { journal, lines, intents } = diary();
    await client(journal).create(request);
    expect(lines).toEqual(["begin after 0", "accepted 106916112212032 after 1"]);
    expect(intents).toEqual([
      {
        kind: "video",
        server: server.url,
        model: "MiniMax-Hailuo-02",
        duration: 6,
        resolution: "768P",
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        submittedAt: expect.any(Number),
      },
    ]);
    expect(JSON.stringify(intents)).not.toMatch(/nobody may read|SECRET/);
  });

  test.each<[string, Parameters<typeof server.next>, string[]]>([
    ["clearly refused", [json(refused(1008))], ["begin after 0", "refused after 1"]],
    [
      "refused for its pace, then accepted",
      [json(refused(1002)), accepted],
      ["begin after 0", "refused after 1", "begin after 1", "accepted 106916112212032 after 2"],
    ],
    ["cut", [cut], ["begin after 0", "unknown after 1"]],
    ["answered with HTTP 502", [html(502)], ["begin after 0", "unknown after 1"]],
  ])("that is %s", async (_, script, expected) => {
    server.next(...script);
    const { journal, lines } = diary();
    await client(journal)
      .create(request)
      .catch(() => {});
    expect(lines).toEqual(expected);
  });

  test("that the caller breaks off while it is under way is open", async () => {
    const controller = new AbortController();
    const reason = new Error("mine");
    server.next(() => controller.abort(reason));
    const { journal, lines } = diary();
    expect(await caught(client(journal).create(request, { signal: controller.signal }))).toBe(reason);
    expect(lines).toEqual(["begin after 0", "unknown after 1"]);
  });

  test("is not sent when it cannot be written down", async () => {
    server.next(accepted);
    const { journal } = diary({ failing: ["begin"] });
    expect(await caught(client(journal).create(request))).toMatchObject({ message: "disk full" });
    expect(server.seen.length).toBe(0);
  });

  test("is not lost when the journal fails afterwards", async () => {
    server.next(accepted, json({ status: "Success", file_id: "9", ...success }));
    const { journal, lines } = diary({ failing: ["accepted", "ended"] });
    const logged: unknown[] = [];
    const videos = client(journal, { logger: { debug: (...line) => void logged.push(line) } });
    expect(await (await videos.create(request)).wait()).toMatchObject({ fileId: "9" });
    expect(lines.at(-1)).toBe("ended 106916112212032 succeeded at after 2");
    expect(JSON.stringify(logged)).toContain("the journal could not be written");
  });

  test("tells it how a task ended; a restored one says no time that it does not know", async () => {
    server.next(json({ status: "Fail", ...success }));
    const { journal, lines } = diary();
    await caught(client(journal).task("7").wait());
    expect(lines).toEqual(["ended 7 failed after 1"]);
  });
});

describe("a key", () => {
  test("gives the same task again instead of buying it again", async () => {
    server.next(accepted);
    const { journal } = diary();
    const one = await client(journal).create(request, { key: "fox" });
    const again = await client(journal).create(request, { key: "fox" });
    expect(JSON.stringify(again)).toBe(JSON.stringify(one));
    expect(server.seen.length).toBe(1);
    await client(journal).create(request, { key: "another fox" });
    expect(server.seen.length).toBe(2);
  });

  test("of a refused create is free again", async () => {
    server.next(json(refused(1008)), accepted);
    const { journal } = diary();
    await caught(client(journal).create(request, { key: "fox" }));
    expect((await client(journal).create(request, { key: "fox" })).id).toBe("106916112212032");
  });

  test("of an open create is not sent again: it stays open", async () => {
    server.next(cut, accepted);
    const { journal } = diary();
    const first = (await caught(client(journal).create(request, { key: "fox" }))) as SubmissionUnknownError;
    const error = (await caught(client(journal).create(request, { key: "fox" }))) as SubmissionUnknownError;
    expect(error).toBeInstanceOf(SubmissionUnknownError);
    expect(error.submittedAt).toBeLessThanOrEqual(first.submittedAt);
    expect(error.fingerprint).toBe(first.fingerprint);
    expect(error.message).toMatch(/under the key "fox".*was not sent again.*console/);
    expect(server.seen.length).toBe(1);
  });

  test("of another request is refused, and nothing is sent", async () => {
    server.next(accepted);
    const { journal } = diary();
    await client(journal).create(request, { key: "fox" });
    const other = client(journal).create({ ...request, prompt: "a hare" }, { key: "fox" });
    expect(await caught(other)).toMatchObject({
      issues: [{ path: "key", message: expect.stringContaining("one key per request") }],
    });
    expect(server.seen.length).toBe(1);
  });

  test("without a journal is refused rather than ignored", async () => {
    server.next(accepted);
    expect(await caught(client().create(request, { key: "fox" }))).toBeInstanceOf(ValidationError);
    expect(server.seen.length).toBe(0);
  });

  test("with generate waits for the task of the first run", async () => {
    server.next(accepted, json({ status: "Success", file_id: "9", ...success }));
    const { journal } = diary();
    await client(journal).generate(request, { key: "fox" });
    expect(await client(journal).generate(request, { key: "fox" })).toMatchObject({ taskId: "106916112212032" });
    expect(server.seen.filter(({ method }) => method === "POST").length).toBe(1);
  });
});

describe("the fingerprint of an open create", () => {
  const openError = async (body: object) => {
    server.next(cut);
    return (await caught(client().create(body as typeof request))) as SubmissionUnknownError;
  };

  test("is the same for the same request in another order, and another for another one", async () => {
    const { fingerprint } = await openError(request);
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    const { model, prompt, duration, resolution } = request;
    expect((await openError({ resolution, duration, prompt, model })).fingerprint).toBe(fingerprint);
    expect((await openError({ ...request, prompt: `${PROMPT}.` })).fingerprint).not.toBe(fingerprint);
    expect((await openError({ ...request, duration: 10 })).fingerprint).not.toBe(fingerprint);
  });
});
