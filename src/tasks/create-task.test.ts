/** One request, one paid task: what a journal records before a create is sent, and what a key guarantees. */
import { describe, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, type Given, OK, refusal } from "../../contract-tests/helpers/fake-fetch.js";
import {
  ConnectionError,
  type ConnectOptions,
  type CreateFacts,
  createClient,
  type Intent,
  type Journal,
  type Known,
  type TaskRecord,
  type ValidationError,
} from "../index.js";

const PROMPT = "a fox nobody may read about";
const request = { model: "MiniMax-Hailuo-02", prompt: PROMPT, duration: 6, resolution: "768P" } as const;
const ID = "106916112212032";
const ACCEPTED = { task_id: ID, ...OK };
const DONE = { task_id: ID, status: "Success", file_id: "9", ...OK };
const cut = new TypeError("terminated");
const html = () => new Response("<title>502 Bad Gateway</title>", { status: 502 });

/** A client with a journal in memory that records its calls, and the number of requests sent before each. */
function studio(given: Given[], { failing = "", ...more }: { failing?: string } & ConnectOptions = {}) {
  const { options, sent, clock } = answers(...given);
  const lines: string[] = [];
  const known = new Map<string, Known>();
  const intents: Intent[] = [];
  const found: [CreateFacts, string][] = [];
  const line = async (what: string) => {
    lines.push(`${what} after ${sent.length}`);
    if (failing && what.startsWith(failing)) throw new Error("disk full");
  };
  const journal: Journal = {
    async begin(intent) {
      await line("begin");
      const { key = "" } = intent;
      const earlier = known.get(key);
      if (earlier) return earlier;
      intents.push(intent);
      if (key) known.set(key, intent);
      const accepted = (task: TaskRecord) => {
        if (key) known.set(key, { ...intent, task });
        return line(`accepted ${task.id}`);
      };
      const refused = () => {
        known.delete(key);
        return line("refused");
      };
      return { entry: { accepted, refused, unknown: () => line("unknown") } };
    },
    ended: (task, { state, at }) => line(`ended ${task.id} ${state}${at ? " at" : ""}`),
    saved: (task, path) => line(`saved ${task.id} ${path}`),
    async found(create, task) {
      found.push([create, task.id]);
      await line(`found ${task.id}`);
    },
  };
  const { videos } = createClient({ ...options, server: "global", journal, ...more });
  return { videos, lines, intents, found, sent, clock };
}

test("sends the checked values of a class instance: its fields and accessors, whatever its toJSON returns", async () => {
  class Wish {
    model = "MiniMax-Hailuo-02";
    prompt = PROMPT;
    get duration() {
      return 10;
    }
    toJSON() {
      return { model: "MiniMax-Hailuo-2.3", prompt: "something else" };
    }
  }
  const { videos, sent } = studio([ACCEPTED]);
  await videos.create(new Wish() as never);
  expect(JSON.parse(sent[0]?.body as string)).toEqual({ model: "MiniMax-Hailuo-02", prompt: PROMPT, duration: 10 });
});

test.each<[string, object, object]>([
  [
    "the accessors of a class, even for version 2",
    new (class {
      model = "MiniMax-H3";
      prompt = PROMPT;
      duration = 5;
      resolution = "768P";
      get reference_images() {
        return ["https://example.com/fox.png"];
      }
    })(),
    { content: [{ type: "text" }, { type: "image_url", role: "reference_image" }] },
  ],
  [
    "the accessors of a part",
    {
      model: "S2V-01",
      prompt: PROMPT,
      subject_reference: [
        new (class {
          get type() {
            return "character";
          }
          get image() {
            return ["https://example.com/fox.png"];
          }
        })(),
      ],
    },
    { subject_reference: [{ type: "character", image: ["https://example.com/fox.png"] }] },
  ],
  [
    "a part as it was checked, whatever its toJSON returns",
    {
      model: "MiniMax-H3",
      duration: 5,
      resolution: "768P",
      ratio: "16:9",
      content: [
        new (class {
          type = "text";
          text = PROMPT;
          toJSON() {
            return { type: "text", text: "something else" };
          }
        })(),
      ],
    },
    { content: [{ type: "text", text: PROMPT }] },
  ],
  [
    "inherited fields",
    Object.assign(Object.create({ duration: 10 }), { model: "MiniMax-Hailuo-02", prompt: PROMPT }),
    { duration: 10 },
  ],
])("sends %s", async (_, wish, expected) => {
  const { videos, sent } = studio([ACCEPTED]);
  await videos.create(wish as never);
  expect(JSON.parse(sent[0]?.body as string)).toMatchObject(expected);
});

test.each<[string, object, string]>([
  ["an inherited field", Object.create({ first_frame: "https://example.com/fox.png" }), "first_frame"],
  [
    "an accessor",
    new (class {
      get first_frame() {
        return "https://example.com/fox.png";
      }
    })(),
    "first_frame",
  ],
  ["a gap in a list", { reference_images: Array(1) }, "reference_images[0]"],
  [
    "an object that cannot be copied",
    new (class {
      get [Symbol.toStringTag]() {
        return "Wish";
      }
    })(),
    "",
  ],
])("refuses %s that would not be sent", async (_, more, path) => {
  const { videos, sent } = studio([ACCEPTED]);
  const wish = Object.assign(more, { model: "MiniMax-H3", prompt: PROMPT, duration: 5, resolution: "768P" });
  const { issues } = await failureOf<ValidationError>(videos.create(wish as never));
  expect(issues.map(({ path }) => path)).toContain(path);
  expect(sent).toEqual([]);
});

describe("a create with a journal", () => {
  test("is recorded before it is sent and completed afterwards, without its secrets", async () => {
    const { videos, lines, intents } = studio([ACCEPTED], { apiKey: "THE-SECRET-KEY" });
    await videos.create(request);
    expect(lines).toEqual(["begin after 0", `accepted ${ID} after 1`]);
    const { prompt, ...facts } = request;
    const fingerprint = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(intents).toEqual([
      { kind: "video", server: "global", ...facts, fingerprint, submittedAt: expect.any(Number) },
    ]);
    expect(JSON.stringify(intents)).not.toMatch(/nobody may read|SECRET/);
  });

  test.each<[string, Given[], string[]]>([
    ["clearly refused", [refusal(1008, "no money")], ["begin after 0", "refused after 1"]],
    [
      "rate limited, then accepted",
      [refusal(1002, "slow"), ACCEPTED],
      ["begin after 0", "refused after 1", "begin after 1", `accepted ${ID} after 2`],
    ],
    ["cut", [cut], ["begin after 0", "unknown after 1"]],
    ["answered with HTTP 502", [html], ["begin after 0", "unknown after 1"]],
    [
      "refused by a reply that names a task",
      [{ task_id: "7", ...refusal(1008, "no") }],
      ["begin after 0", "accepted 7 after 1"],
    ],
  ])("that is %s is recorded like this", async (_, given, expected) => {
    const { videos, lines, clock } = studio(given);
    await clock.until(videos.create(request).catch(() => {}));
    expect(lines).toEqual(expected);
  });

  test.each([
    new Error("mine"),
    new ConnectionError("of another call", { sent: "no" }),
  ])("is recorded as unknown if the caller aborts it while it is under way: %s", async (reason) => {
    const controller = new AbortController();
    const aborting = () => {
      controller.abort(reason);
      return new Response(new ReadableStream());
    };
    const { videos, lines } = studio([aborting]);
    expect(await failureOf(videos.create(request, { signal: controller.signal }))).toBe(reason);
    await expect.poll(() => lines).toEqual(["begin after 0", "unknown after 1"]);
  });

  const SOURCE = { model: "MiniMax-H3", source_task_id: ID, resolution: "2K" };
  test.each<[string, object, string]>([
    ["with its task if half of the reply has named it", request, `accepted ${ID}`],
    ["as unknown if half of the reply has named only the source of its request", SOURCE, "unknown"],
  ])("that the caller aborts is recorded %s", async (_, wish, outcome) => {
    const controller = new AbortController();
    const half = new TextEncoder().encode(`{"task_id":"${ID}","base_resp":`);
    const stalling = () =>
      new Response(
        new ReadableStream(
          {
            start: (stream) => stream.enqueue(half),
            // Nothing else arrives.
            pull: () => controller.abort("enough"),
          },
          { highWaterMark: 0 },
        ),
      );
    const { videos, lines } = studio([stalling]);
    expect(await failureOf(videos.create(wish as never, { signal: controller.signal }))).toBe("enough");
    await expect.poll(() => lines).toEqual(["begin after 0", `${outcome} after 1`]);
  });

  test("leaves its key free if the caller aborts before it is sent", async () => {
    const controller = new AbortController();
    const apiKey = () => {
      controller.abort("enough");
      return new Promise<string>(() => {});
    };
    const { videos, lines, sent } = studio([ACCEPTED], { apiKey });
    expect(await failureOf(videos.create(request, { signal: controller.signal }))).toBe("enough");
    await expect.poll(() => lines).toEqual(["begin after 0", "refused after 0"]);
    expect(sent).toEqual([]);
  });

  test("is not sent if it cannot be recorded", async () => {
    const { videos, sent } = studio([ACCEPTED], { failing: "begin" });
    expect(await failureOf(videos.create(request))).toMatchObject({ message: "disk full" });
    expect(sent).toEqual([]);
  });

  test("is recorded as refused if the caller aborts while it is recorded", async () => {
    const { options, sent, clock } = answers(ACCEPTED);
    const controller = new AbortController();
    const told: unknown[] = [];
    const tell = (outcome: string) => async () => void told.push(outcome);
    const entry = { accepted: tell("accepted"), refused: tell("refused"), unknown: tell("unknown") };
    const begin: Journal["begin"] = async (_, { signal } = {}) => {
      controller.abort("enough");
      told.push(signal?.reason);
      await clock.pause(1000);
      return { entry };
    };
    const journal: Journal = { begin, ended: async () => {}, saved: async () => {} };
    const { videos } = createClient({ ...options, journal });
    expect(await failureOf(videos.create(request, { signal: controller.signal }))).toBe("enough");
    await clock.until(clock.pause(2000));
    expect([told, sent]).toEqual([["enough", "refused"], []]);
  });

  test("is not sent, and void, if the journal does not record it in time", async () => {
    const { options, sent, clock } = answers(ACCEPTED);
    const told: unknown[] = [];
    const tell = (outcome: string) => async () => void told.push(outcome);
    const entry = { accepted: tell("accepted"), refused: tell("refused"), unknown: tell("unknown") };
    let record = () => {};
    const recorded = new Promise<void>((resolve) => {
      record = resolve;
    });
    const begin: Journal["begin"] = () => recorded.then(() => ({ entry }));
    const journal: Journal = { begin, ended: async () => {}, saved: async () => {} };
    const { videos } = createClient({ ...options, journal, timeout: 20 });
    const error = await failureOf(clock.until(videos.create(request, { key: "fox" })));
    const message = "The journal did not answer within 0.02 s. Nothing was sent";
    expect(error).toMatchObject({ name: "ConnectionError", sent: "no", message });
    record();
    await expect.poll(() => told).toEqual(["refused", "refused"]);
    expect(sent).toEqual([]);
  });

  test("has an unknown outcome, and its error says so, if its reply cannot be read", async () => {
    const unreadable = () => ({ status: 200, headers: new Headers(), text: async () => ({}) }) as unknown as Response;
    const { videos, lines } = studio([unreadable]);
    expect((await failureOf(videos.create(request))).message).toMatch(
      /^The create may or may not have been accepted\. videoGeneration: the reply of \S+ could not be read\. A task may have been created and may be charged; .* before you send the request again\.$/,
    );
    expect(lines).toEqual(["begin after 0", "unknown after 1"]);
  });

  test.each(["accepted", "ended"])("is not lost if the journal fails to record: %s", async (failing) => {
    const logged: unknown[] = [];
    const logger = { debug: (...line: unknown[]) => void logged.push(line) };
    const { videos, lines, clock } = studio([ACCEPTED, DONE], { failing, logger });
    expect(await clock.until(videos.generate(request))).toMatchObject({ fileId: "9" });
    expect(lines.at(-1)).toBe(`ended ${ID} succeeded at after 2`);
    expect(JSON.stringify(logged)).toContain("the journal could not be written");
  });
});

describe("generate", () => {
  test("calls onTask with its task once, before the first query", async () => {
    const { videos, sent, clock } = studio([ACCEPTED, DONE]);
    const told: unknown[] = [];
    await clock.until(videos.generate(request, { onTask: ({ id }) => told.push([id, sent.length]) }));
    expect(told).toEqual([[ID, 1]]);
  });

  test("loses no task if onTask throws", async () => {
    const { videos, sent } = studio([ACCEPTED, DONE]);
    const cause = new Error("disk full");
    const onTask = () => {
      throw cause;
    };
    const message = `onTask threw an error, see its cause; task ${ID} is not affected, continue with error.task`;
    const error = await failureOf(videos.generate(request, { onTask }));
    expect(error).toMatchObject({ name: "MiniMaxError", message, task: { id: ID }, cause });
    expect(sent).toHaveLength(1);
  });
});

describe("a key", () => {
  const key = "fox";

  test("returns the same task instead of buying it again", async () => {
    const { videos, sent } = studio([ACCEPTED]);
    const one = await videos.create(request, { key });
    expect((await videos.create(request, { key })).toJSON()).toEqual(one.toJSON());
    expect(sent.length).toBe(1);
    await videos.create(request, { key: "another fox" });
    expect(sent.length).toBe(2);
  });

  test("waits for the task of the first run", async () => {
    const { videos, sent, clock } = studio([ACCEPTED, DONE]);
    await clock.until(videos.generate(request, { key }));
    expect(await clock.until(videos.generate(request, { key }))).toMatchObject({ taskId: ID });
    expect(sent.filter(({ request }) => request.startsWith("POST")).length).toBe(1);
  });

  test("is free again if its create was refused", async () => {
    const { videos } = studio([refusal(1008, "no money"), ACCEPTED]);
    await failureOf(videos.create(request, { key }));
    expect((await videos.create(request, { key })).id).toBe(ID);
  });

  test("of a create with an unknown outcome sends nothing", async () => {
    const { videos, sent } = studio([cut, ACCEPTED]);
    const first = await failureOf(videos.create(request, { key }));
    const again = await failureOf(videos.create(request, { key }));
    const { prompt, ...facts } = request;
    expect(again).toMatchObject({
      name: "SubmissionUnknownError",
      operation: "videoGeneration",
      kind: "video",
      ...facts,
    });
    for (const name of ["submittedAt", "fingerprint", "server"] as const)
      expect(again).toHaveProperty(name, (first as never)[name]);
    expect(again.message).toMatch(/under the key "fox".*was not sent again.*console/);
    expect(sent.length).toBe(1);
  });

  test("of another request is refused, and nothing is sent", async () => {
    const { videos, sent } = studio([ACCEPTED]);
    await videos.create(request, { key });
    const error = await failureOf(videos.create({ ...request, prompt: "a hare" }, { key }));
    expect(error.message).toMatch(
      /key: "fox" already names another request \(task \d+\) at this server; use one key per request/,
    );
    expect(sent.length).toBe(1);
    const lost = studio([cut, ACCEPTED]);
    await failureOf(lost.videos.create(request, { key }));
    const other = await failureOf(lost.videos.create({ ...request, prompt: "a hare" }, { key }));
    expect(other.message).toMatch(/key: "fox" already names another request at this server; use one key per request/);
    expect(lost.sent.length).toBe(1);
  });

  test("is refused without a journal, and nothing is sent", async () => {
    const { videos, sent } = studio([ACCEPTED], { journal: undefined });
    expect((await failureOf(videos.create(request, { key }))).message).toBe(
      "This create was not sent\n  key: needs a journal: createClient({ journal: await openJournal() })",
    );
    expect(sent).toEqual([]);
  });
});

describe("a key at a server that supports idempotency keys", () => {
  const key = "fox";
  const server = { baseUrl: "https://router.example", idempotencyHeader: "Idempotency-Key" };
  const HOUR = 3_600_000;

  /** A journal that has a create with a lost reply, and the outcome of a second create with its key after a while. */
  async function again(pause: number, given: Given, more: ConnectOptions = {}) {
    const keys: (string | null)[] = [];
    const { options, clock } = answers(cut, given);
    const fetch: typeof options.fetch = (url, init) => {
      keys.push(new Headers(init?.headers).get("idempotency-key"));
      return options.fetch(url, init);
    };
    // The clock of the machine is set back after the first create, if the pause is negative.
    const now = () => clock.now() + (keys.length > 0 ? Math.min(0, pause) : 0);
    const shop = studio([], { server, clock: { ...clock, now }, fetch, maxRetries: 0, ...more });
    await failureOf(shop.videos.create(request, { key }));
    await clock.until(clock.pause(pause));
    const result = await shop.videos.create(request, { key }).catch((error) => error);
    return { ...shop, result, keys };
  }

  test("sends a create with an unknown outcome again within an hour, and records the result in the journal", async () => {
    const { result, keys, intents, found, lines } = await again(HOUR - 1000, ACCEPTED);
    expect(result).toMatchObject({ id: ID });
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), keys[0]]);
    const { fingerprint, submittedAt } = intents[0] as Intent;
    expect(found).toEqual([[{ server: server.baseUrl, fingerprint, submittedAt }, ID]]);
    expect(lines).toEqual(["begin after 0", "unknown after 0", "begin after 0", `found ${ID} after 0`]);
  });

  test.each<[string, number, Given, number]>([
    ["is refused the second time", 0, refusal(1008, "no money"), 2],
    ["is lost the second time", 0, cut, 2],
    ["was sent an hour ago", HOUR, ACCEPTED, 1],
    ["was sent nobody knows when, because the clock was set back", -HOUR, ACCEPTED, 1],
  ])("leaves the outcome of a create unknown that %s", async (_, pause, given, count) => {
    const { result, keys, found } = await again(pause, given);
    expect(result).toMatchObject({ name: "SubmissionUnknownError" });
    expect([keys.length, found]).toEqual([count, []]);
  });

  test("is never sent again to a server that declares no header", async () => {
    const { result, keys } = await again(0, ACCEPTED, { server: server.baseUrl });
    expect(result).toMatchObject({ name: "SubmissionUnknownError" });
    expect(keys).toEqual([null]);
  });
});
