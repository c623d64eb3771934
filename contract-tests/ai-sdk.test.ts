/** The provider for the AI SDK, driven by the real `ai` against the mock: version 6 here, version 7 in ai-sdk.long.test.ts. */
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  createMiniMaxVideo,
  type JsonObject,
  type MiniMaxVideoOptions,
  type MiniMaxVideoSettings,
  relayStatus,
  type VideoModel,
} from "../src/ai-sdk/index.js";
import {
  type ConnectOptions,
  createClient,
  SubmissionUnknownError,
  type TaskStatus,
  ValidationError,
  type VideoTask,
} from "../src/index.js";
import type { RequestLine } from "../src/mock/index.js";
import { openJournal } from "../src/node/index.js";
import { webhookUrl } from "../src/webhooks/index.js";
import { type AiSdk, callOf, sdk } from "./helpers/ai-sdk.js";
import { failureOf } from "./helpers/failure-of.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { dataUrl, png } from "./helpers/pictures.js";
import { listen, receiver, SECRET } from "./helpers/receiver.js";
import { hurriedClock } from "./helpers/simulated-clock.js";
import { temporaryFolder } from "./helpers/temporary-folder.js";

const KEY = "eyJ-THE-SECRET-KEY";
const PROMPT = "a fox nobody may read about";
const PICTURE = png(640, 480, 900);
const LAST = png(640, 480, 901);
const SECRETS = new RegExp(`SECRET-KEY|nobody may read|Signature=|${PICTURE.toString("base64").slice(-60, -10)}`);

const place = temporaryFolder();
const lines: RequestLine[] = [];
/** The clock of the mock and of the clients. The clients' pauses advance it. */
const clock = hurriedClock();
const mock = mockForAll({ now: clock.now, onRequest: (line) => lines.push(line) });

/** With `poll`, `ai` 7 waits by itself. `download` replaces its own download, which refuses private addresses. */
const poll = { intervalMs: 5000, delay: (milliseconds: number) => clock.pause(milliseconds) };
const download = async ({ url }: { url: URL }) => {
  const reply = await asService(url);
  return { data: new Uint8Array(await reply.arrayBuffer()), mediaType: undefined };
};

/** The mock under the names of the service, which have list prices. The mock's own address has none, and is private. */
const asService: typeof fetch = async (input, init) => {
  const url = String(input).replace(/https:\/\/(api\.minimax\.io|cdn\.hailuoai\.com)/, mock.url);
  const reply = await fetch(url, init);
  if (!reply.headers.get("content-type")?.startsWith("application/json")) return reply;
  return new Response((await reply.text()).replaceAll(mock.url, "https://cdn.hailuoai.com"), reply);
};

/** A provider at the mock, the bodies of its creates, and the tasks that it has reported. */
function studio({ server = mock.url, ...options }: ConnectOptions = {}, settings: MiniMaxVideoSettings = {}) {
  const bodies: Record<string, unknown>[] = [];
  const tasks: VideoTask[] = [];
  const before = { creates: mock.creates, lines: lines.length };
  const send = server === "global" ? asService : fetch;
  const connect: ConnectOptions = {
    apiKey: KEY,
    server,
    clock,
    async fetch(input, init) {
      if (init?.method !== "POST") return send(input, init);
      const body = await new Response(init.body as BodyInit).text();
      bodies.push(JSON.parse(body));
      const { duplex: _, ...rest } = init as RequestInit & { duplex?: string };
      return send(input, { ...rest, body });
    },
    ...options,
  };
  return {
    connect,
    minimax: createMiniMaxVideo(connect, { onTask: (task) => tasks.push(task), ...settings }),
    bodies,
    tasks,
    bought: () => mock.creates - before.creates,
    sent: () => lines.slice(before.lines).filter(({ method }) => method === "POST").length,
  };
}

type Provider = ReturnType<typeof createMiniMaxVideo>;
type Asked = Omit<Parameters<AiSdk["experimental_generateVideo"]>[0], "model">;
const generate = (minimax: Provider, model: string, asked: Asked) =>
  sdk.experimental_generateVideo({ model: minimax.video(model), ...asked });

const HAILUO = "MiniMax-Hailuo-02";
const isMp4 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1", 4, 8) === "ftyp";
const lastId = () => mock.taskIds.at(-1);
const H3 = { aspectRatio: "16:9", resolution: "1344x768", duration: 6 } as const;
/** A model of each version, with its required options. */
const BOTH = Object.entries({ "T2V-01": {}, "MiniMax-H3": H3 });

describe("experimental_generateVideo", () => {
  test("makes a video with API v1, and reports its task and its price", async () => {
    const { minimax, bodies, tasks, bought } = studio({ server: "global" });
    const asked = { prompt: PROMPT, duration: 6, resolution: "1366x768", aspectRatio: "16:9" } as const;
    const result = await generate(minimax, "MiniMax-Hailuo-2.3", asked);
    expect(isMp4(result.video.uint8Array)).toBe(true);
    expect(result.video.mediaType).toBe("video/mp4");
    expect(bodies).toEqual([{ model: "MiniMax-Hailuo-2.3", prompt: PROMPT, duration: 6, resolution: "768P" }]);
    const task = { version: 1, id: lastId(), kind: "video", server: "global" };
    expect(result.providerMetadata.minimax).toEqual({
      videos: [
        {
          taskId: lastId(),
          task: expect.objectContaining(task),
          fileId: expect.any(String),
          width: 1366,
          height: 768,
          cost: { amount: 0.28, currency: "USD", date: "2026-10-08", basis: expect.any(String) },
        },
      ],
    });
    expect([tasks.map(({ id }) => id), bought(), result.warnings]).toEqual([[lastId()], 1, []]);
    expect(result.responses).toMatchObject([{ timestamp: expect.any(Date), modelId: "MiniMax-Hailuo-2.3" }]);
    expect(inspect([result, minimax, minimax.video("T2V-01")], { depth: 9 })).not.toMatch(SECRETS);
  });

  test("makes a video with API v2", async () => {
    const { minimax, bodies } = studio({ server: "global" });
    const result = await generate(minimax, "MiniMax-H3", { prompt: PROMPT, ...H3, generateAudio: true });
    expect(isMp4(result.video.uint8Array)).toBe(true);
    const content = [{ type: "text", text: PROMPT }];
    expect(bodies).toEqual([{ model: "MiniMax-H3", content, duration: 6, resolution: "768P", ratio: "16:9" }]);
    const [video] = result.providerMetadata.minimax?.videos as never[];
    expect(video).toMatchObject({ taskId: lastId(), usage: { output_seconds: 6 }, cost: { amount: 0.48 } });
    expect(result.warnings).toEqual([]);
  });

  test("buys each of several videos once", async () => {
    const { minimax, tasks, bought } = studio();
    const result = await generate(minimax, HAILUO, { prompt: PROMPT, n: 3 });
    const ids = (result.providerMetadata.minimax?.videos as { taskId: string }[]).map(({ taskId }) => taskId);
    expect([result.videos.length, bought(), new Set(ids).size]).toEqual([3, 3, 3]);
    expect(ids.toSorted()).toEqual(tasks.map(({ id }) => id).toSorted());
  });

  test.each([
    ["video/quicktime", "video/quicktime"],
    ["application/octet-stream", "video/mp4"],
  ])("maps a download of type %s to %s", async (named, type) => {
    const { connect } = studio();
    const renamed: typeof fetch = async (input, init) => {
      const reply = await (connect.fetch as typeof fetch)(input, init);
      if (reply.headers.get("content-type") !== "video/mp4") return reply;
      return new Response(reply.body, { headers: { "content-type": named } });
    };
    const result = await generate(createMiniMaxVideo({ ...connect, fetch: renamed }), "T2V-01", { prompt: PROMPT });
    expect(result.video.mediaType).toBe(type);
  });

  test("works with a client", async () => {
    const { connect, bought } = studio();
    await generate(createMiniMaxVideo(createClient(connect)), "T2V-01", { prompt: PROMPT });
    expect(bought()).toBe(1);
  });
});

describe("a call becomes a request:", () => {
  const minimax = (options: MiniMaxVideoOptions) => ({ providerOptions: { minimax: options } });
  const LINK = "https://cdn.hailuoai.com/portrait.jpg";
  const TIER = { duration: 6, resolution: "768P" };
  const frameImages = [
    { image: LAST, frameType: "last_frame" as const },
    { image: PICTURE, frameType: "first_frame" as const },
  ];
  const item = (url: string, role: string) => ({ type: "image_url", image_url: { url }, role });
  const forms: Record<string, string | Uint8Array | ArrayBuffer> = {
    bytes: new Uint8Array(PICTURE),
    "an ArrayBuffer": new Uint8Array(PICTURE).buffer,
    base64: PICTURE.toString("base64"),
    "a data URL": dataUrl(PICTURE),
  };
  type Translated = [what: string, model: string, asked: Partial<Asked>, body: object];

  test.each<Translated>([
    ...Object.entries(forms).map(([form, image]): Translated => {
      const body = { prompt: PROMPT, first_frame_image: dataUrl(PICTURE) };
      return [`an image from ${form}`, "MiniMax-Hailuo-2.3-Fast", { prompt: { image, text: PROMPT } }, body];
    }),
    ["a link, which needs no prompt", "I2V-01", { prompt: { image: LINK } }, { first_frame_image: LINK }],
    [
      "both frames",
      HAILUO,
      { frameImages, duration: 6, ...minimax({ resolution: "768P" }) },
      { prompt: PROMPT, first_frame_image: dataUrl(PICTURE), last_frame_image: dataUrl(LAST), ...TIER },
    ],
    [
      "both frames with API v2",
      "MiniMax-H3",
      { frameImages, duration: 6, ...minimax({ resolution: "768P" }) },
      {
        content: [
          { type: "text", text: PROMPT },
          item(dataUrl(PICTURE), "first_frame"),
          item(dataUrl(LAST), "last_frame"),
        ],
        ...TIER,
      },
    ],
    [
      "a subject",
      "S2V-01",
      { inputReferences: [PICTURE], aspectRatio: "16:9" },
      { prompt: PROMPT, subject_reference: [{ type: "character", image: [dataUrl(PICTURE)] }] },
    ],
    [
      "the service's own fields, but not our options",
      HAILUO,
      minimax({ prompt_optimizer: false, resolution: "1080P", pollInterval: 900 }),
      { prompt: PROMPT, prompt_optimizer: false, resolution: "1080P" },
    ],
    [
      "a field that is given twice with the same value",
      HAILUO,
      { duration: 10, resolution: "1366x768", ...minimax({ duration: 10, resolution: "768P" }) },
      { prompt: PROMPT, duration: 10, resolution: "768P" },
    ],
  ])("%s", async (_, model, asked, body) => {
    const { minimax, bodies } = studio();
    const { warnings } = await generate(minimax, model, { prompt: PROMPT, ...asked });
    // Older models have advice about themselves.
    expect([bodies, warnings.filter(({ type }) => type !== "other")]).toEqual([[{ model, ...body }], []]);
  });

  test("references of MiniMax-H3, together with videos and sounds", async () => {
    const { minimax, bodies } = studio();
    const link = "https://cdn.hailuoai.com/fox";
    const inputReferences = [
      { data: `${link}.mp4`, mediaType: "video/mp4" },
      PICTURE,
      { data: `${link}.mp3`, mediaType: "audio/mpeg" },
      { data: `${link}.png`, mediaType: "image/png" },
    ];
    // In version 3 of the specification, links have no type.
    const model = minimax.video("MiniMax-H3");
    await model.doGenerate(
      callOf({
        prompt: PROMPT,
        ...H3,
        inputReferences: inputReferences.map((one) =>
          one instanceof Uint8Array
            ? { type: "file", mediaType: "image/png", data: one }
            : { type: "url", url: one.data, mediaType: one.mediaType },
        ),
      }),
    );
    const { warnings } = await generate(minimax, "MiniMax-H3", { prompt: PROMPT, ...H3, inputReferences });
    expect(warnings).toEqual([]);
    const item = (kind: string, url: string) => ({
      type: `${kind}_url`,
      [`${kind}_url`]: { url },
      role: `reference_${kind}`,
    });
    for (const body of bodies)
      expect(body).toMatchObject({
        content: [
          { type: "text", text: PROMPT },
          item("image", dataUrl(PICTURE)),
          item("image", `${link}.png`),
          item("video", `${link}.mp4`),
          item("audio", `${link}.mp3`),
        ],
      });
    expect(bodies.length).toBe(2);
  });
});

test("warns about options without effect and links without a type, passes on the advice of the check, and buys", async () => {
  const { minimax, bought } = studio();
  const asked = { prompt: PROMPT, ...H3, seed: 7, inputReferences: ["https://cdn.hailuoai.com/fox"] };
  const { warnings } = await generate(minimax, "MiniMax-H3-Max", asked);
  expect(warnings).toEqual([
    { type: "other", message: "inputReferences[0] has no mediaType and is sent as an image" },
    { type: "unsupported", feature: "seed", details: "there is no seed; each video differs" },
    { type: "other", message: expect.stringMatching(/^model the vendor's pages contradict each other/) },
  ]);
  expect(bought()).toBe(1);
});

describe("refuses, with every reason and before anything is sent,", () => {
  const minimax = (options: object) => ({ providerOptions: { minimax: options as MiniMaxVideoOptions } });
  type Refused = [model: string, asked: Partial<Asked>, issues: Record<string, RegExp>];
  const refused: Record<string, Refused> = {
    "a length and a size that the model cannot do": [
      "MiniMax-Hailuo-2.3",
      { duration: 7, resolution: "912x512" },
      { duration: /must be one of 6, 10 \(got 7\)/, resolution: /must be one of 768P, 1080P \(got "512P"\)/ },
    ],
    "what API v2 has no default for": [
      "MiniMax-H3",
      {},
      { resolution: /is required .* 768P, 2K/, duration: /is required/, ratio: /is required/ },
    ],
    "bytes that are no image": [
      HAILUO,
      { prompt: { image: new Uint8Array(2000) }, duration: 7 },
      { first_frame_image: /must be a complete JPEG, PNG or WebP/, duration: /6, 10/ },
    ],
    "two durations": [HAILUO, { duration: 6, ...minimax({ duration: 10 }) }, { duration: /pass it once/ }],
    "a misspelt option": [HAILUO, minimax({ promptOptimizer: false }), { promptOptimizer: /prompt_optimizer/ }],
    "a field with the name of a prototype": [
      "T2V-01",
      minimax(JSON.parse('{ "__proto__": { "n": 1 } }')),
      { ["__proto__"]: /is not a known field/ },
    ],
    "a key without a journal": ["T2V-01", minimax({ key: "fox" }), { key: /needs a journal/ }],
    "a key in the headers without a journal": [
      "T2V-01",
      { headers: { "Idempotency-Key": "fox" } },
      { key: /needs a journal/ },
    ],
    "an invalid timeout": ["T2V-01", minimax({ timeout: -1 }), { timeout: /milliseconds/ }],
  };
  test.each(Object.entries(refused))("%s", async (_, [model, asked, issues]) => {
    const { minimax, sent } = studio();
    const error = await failureOf<ValidationError>(generate(minimax, model, { prompt: PROMPT, ...asked }));
    expect(error).toBeInstanceOf(ValidationError);
    const errors = error.issues.filter(({ severity }) => severity === "error");
    expect(errors.map(({ path, message }) => ({ path, message }))).toEqual(
      expect.arrayContaining(
        Object.entries(issues).map(([path, says]) => ({ path, message: expect.stringMatching(says) })),
      ),
    );
    expect(sent()).toBe(0);
    expect(inspect(error, { depth: 9 })).not.toMatch(SECRETS);
  });
});

test("a model alone accepts plain base64, and ignores the options of other providers", async () => {
  const { minimax, bodies } = studio();
  const image = { type: "file", mediaType: "image/png", data: PICTURE.toString("base64") } as const;
  const call = callOf({ prompt: PROMPT, duration: 6, image, providerOptions: { gemini: { seed: 1 }, xai: {} } });
  const { warnings, providerMetadata } = await minimax.video(HAILUO).doGenerate(call);
  expect(bodies).toMatchObject([{ first_frame_image: dataUrl(PICTURE) }]);
  expect([warnings, providerMetadata.minimax]).toMatchObject([[], { videos: [{ taskId: lastId() }] }]);
});

test("a model does not show its key when printed", () => {
  const { minimax } = studio();
  const shown = [minimax, minimax.video("T2V-01"), minimax.videoModel("T2V-01")];
  expect(inspect(shown, { depth: 9, showHidden: true }) + JSON.stringify(shown)).not.toMatch(SECRETS);
});

describe("a paid create is not repeated, whatever maxRetries says:", () => {
  // every-fault.long.test.ts tries all other faults.
  test.each<[string, facts: object, counts: [bought: number, sent: number], asked?: Partial<Asked>]>([
    ["lost_reply times=9", { name: "SubmissionUnknownError" }, [1, 1]],
    ["lost_reply times=9", { name: "SubmissionUnknownError" }, [1, 1], H3],
    ["unclear times=9", { name: "SubmissionUnknownError" }, [1, 1]],
    ["insufficient_balance", { name: "ApiError", code: 1008 }, [0, 1]],
    ["sensitive_output", { name: "TaskFailedError", code: 1027, kind: "content_rejected" }, [1, 1]],
    ["misdirected_link", { name: "DownloadError" }, [1, 1]],
  ])("%s is %j", async (fault, facts, counts, more) => {
    const { minimax, bought, sent, tasks } = studio();
    const asked = { prompt: `${PROMPT} {mock:${fault}}`, maxRetries: 9, ...more };
    const error = await failureOf(generate(minimax, more ? "MiniMax-H3" : "T2V-01", asked));
    expect(error).toMatchObject(facts);
    expect([bought(), sent()]).toEqual(counts);
    if (tasks.length > 0) expect(error.task?.id).toBe(lastId());
    expect(inspect(error, { depth: 9 })).not.toMatch(SECRETS);
  });

  test("a lost reply among several", async () => {
    const { minimax, bought, sent, tasks } = studio();
    const asked = { prompt: `${PROMPT} {mock:lost_reply times=1}`, n: 3, maxRetries: 9 };
    expect(await failureOf(generate(minimax, "T2V-01", asked))).toBeInstanceOf(SubmissionUnknownError);
    await expect.poll(() => [bought(), sent(), tasks.length]).toEqual([3, 3, 2]);
  });
});

test("a create that was rate limited (1002) is sent again, and bought once", async () => {
  const { minimax, bought, sent } = studio();
  await generate(minimax, "T2V-01", { prompt: `${PROMPT} {mock:rate_limited=1}`, maxRetries: 0 });
  expect([bought(), sent()]).toEqual([1, 2]);
});

test.each(["flaky_poll", "expired_link"])("%s costs nothing and fails nothing", async (fault) => {
  const { minimax, bought } = studio();
  const result = await generate(minimax, "T2V-01", { prompt: `${PROMPT} {mock:${fault}}`, maxRetries: 0 });
  expect([isMp4(result.video.uint8Array), bought()]).toEqual([true, 1]);
});

describe("an abort", () => {
  test("before the call sends nothing", async () => {
    const { minimax, sent } = studio();
    const abortSignal = AbortSignal.abort(new Error("not any more"));
    expect(await failureOf(generate(minimax, "T2V-01", { prompt: PROMPT, abortSignal }))).toBe(abortSignal.reason);
    expect(sent()).toBe(0);
  });

  test("during a create ends it with its reason, and the create is not repeated", async () => {
    const { minimax, bought, sent } = studio();
    const controller = new AbortController();
    const asked = { prompt: `${PROMPT} {mock:slow_headers=60000}`, abortSignal: controller.signal, maxRetries: 9 };
    const making = failureOf(generate(minimax, "T2V-01", asked));
    await expect.poll(bought).toBe(1);
    controller.abort(new Error("not any more"));
    expect(await making).toBe(controller.signal.reason);
    // The mock logs a slow answer only once the caller has hung up.
    await expect.poll(sent).toBe(1);
    expect(bought()).toBe(1);
  });

  test.each([
    ["the query", 1],
    ["the query for the result", 2],
    ["the link", 3],
  ])("during %s ends a status with its reason", async (_, at) => {
    const controller = new AbortController();
    const { connect, minimax } = studio();
    const { operation } = await minimax.video("T2V-01").doStart(callOf({ prompt: PROMPT }));
    clock.time += 200_000;
    let requests = 0;
    const hanging: typeof fetch = (input, init) => {
      if (++requests < at) return fetch(input, init);
      controller.abort(new Error("not any more"));
      return new Promise(() => {});
    };
    const { doStatus } = createMiniMaxVideo({ ...connect, fetch: hanging }).video("T2V-01");
    const error = await failureOf(doStatus({ operation, abortSignal: controller.signal }));
    expect([error, requests]).toEqual([controller.signal.reason, at]);
  });

  test("during a download ends it with its reason", async () => {
    const controller = new AbortController();
    const { connect } = studio();
    const hanging: typeof fetch = (input, init) => {
      if (!String(input).includes("output.mp4")) return (connect.fetch as typeof fetch)(input, init);
      controller.abort(new Error("not any more"));
      return new Promise(() => {});
    };
    const minimax = createMiniMaxVideo({ ...connect, fetch: hanging });
    const asked = { prompt: PROMPT, abortSignal: controller.signal };
    expect(await failureOf(generate(minimax, "T2V-01", asked))).toBe(controller.signal.reason);
  });

  test("ends a wait with its reason, and onTask has the task", async () => {
    const controller = new AbortController();
    const tasks: VideoTask[] = [];
    const onTask = (task: VideoTask) => {
      tasks.push(task);
      controller.abort(new Error("not any more"));
    };
    const { minimax, bought } = studio({}, { onTask });
    const asked = { prompt: PROMPT, abortSignal: controller.signal, maxRetries: 9 };
    expect(await failureOf(generate(minimax, "T2V-01", asked))).toBe(controller.signal.reason);
    expect([bought(), tasks.map(({ id }) => id)]).toEqual([1, [lastId()]]);
  });
});

test.each(["doGenerate", "doStart"] as const)("an onTask that throws loses no task: %s", async (method) => {
  const cause = new Error("disk full");
  const { minimax, bought } = studio(
    {},
    {
      onTask: () => {
        throw cause;
      },
    },
  );
  const error = await failureOf(minimax.video("T2V-01")[method](callOf({ prompt: PROMPT })));
  expect(error).toMatchObject({ name: "MiniMaxError", taskId: lastId(), cause, task: { id: lastId() } });
  expect(bought()).toBe(1);
});

describe("with a journal", () => {
  test("a key buys once, in providerOptions and in the headers", async () => {
    const journal = await openJournal(place.join("journal"));
    const { minimax, bought } = studio({ journal });
    for (let time = 0; time < 2; time++) {
      await generate(minimax, "T2V-01", { prompt: PROMPT, providerOptions: { minimax: { key: "fox" } } });
      await generate(minimax, "T2V-01", { prompt: PROMPT, headers: { "idempotency-key": "owl" } });
    }
    expect(bought()).toBe(2);
  });
});

/** Starts a video, and gets its status: with the functions of `ai` 7, or, in `ai` 6, with the same calls. */
const start = (minimax: Provider, model: string, asked: Asked & { webhookUrl?: string }) =>
  sdk.experimental_startVideo?.({ model: minimax.video(model), ...asked }) ??
  minimax.video(model).doStart(callOf(asked as object));
const statusOf = (minimax: Provider, model: string, operation: JsonObject) =>
  sdk.experimental_getVideoStatus?.(minimax.video(model), { operation }) ??
  minimax.video(model).doStatus({ operation });

describe("start and status", () => {
  test("are separate: the operation is JSON, which another process can finish", async () => {
    const { minimax, tasks, bought } = studio({ server: "global" });
    const asked = { prompt: PROMPT, duration: 6, providerOptions: { minimax: { resolution: "768P" } } };
    const { operation, providerMetadata, warnings } = await start(minimax, "MiniMax-Hailuo-2.3", asked);
    expect(providerMetadata).toEqual({
      minimax: { taskId: lastId(), cost: expect.objectContaining({ amount: 0.28 }) },
    });
    expect([tasks.map(({ id }) => id), warnings]).toEqual([[lastId()], []]);
    const saved = JSON.stringify(operation);
    expect(JSON.parse(saved)).toEqual(operation);
    expect(saved).not.toMatch(SECRETS);

    const another = studio({ server: "global" }).minimax;
    const pending = { status: "pending", providerMetadata: { minimax: { taskId: lastId() } } };
    expect(await statusOf(another, "any", JSON.parse(saved))).toMatchObject(pending);
    clock.time += 200_000;
    const status = await statusOf(another, "any", JSON.parse(saved));
    expect(status).toMatchObject({
      status: "completed",
      videos: [{ type: "url", url: expect.stringMatching(/^https:/), mediaType: "video/mp4" }],
      warnings: [],
      response: { timestamp: expect.any(Date), modelId: "any" },
      providerMetadata: { minimax: { videos: [{ taskId: lastId(), width: 1366, cost: { amount: 0.28 } }] } },
    });
    expect(JSON.parse(JSON.stringify(status))).toMatchObject({ status: "completed" });
    expect(bought()).toBe(1);
  });

  test("an operation is a task record that the client accepts", async () => {
    const { minimax, connect } = studio();
    const { operation } = await start(minimax, "MiniMax-H3", { prompt: PROMPT, ...H3 });
    const task = createClient(connect).videos.task(operation as never);
    expect((await task.wait()).taskId).toBe(lastId());
  });

  test.each(BOTH)("a failure is a status, with its reason, for %s", async (model, more) => {
    const { minimax } = studio();
    const { operation } = await start(minimax, model, { prompt: `${PROMPT} {mock:sensitive_output}`, ...more });
    clock.time += 300_000;
    expect(await statusOf(minimax, model, operation)).toMatchObject({
      status: "error",
      error: expect.stringContaining(`${lastId()} failed`),
      providerMetadata: { minimax: { taskId: lastId(), kind: "content_rejected", code: 1027 } },
    });
  });

  test("an error while fetching the link has the task", async () => {
    const { minimax } = studio();
    const { operation } = await start(minimax, "T2V-01", { prompt: `${PROMPT} {mock:unclear on=retrieve times=99}` });
    clock.time += 200_000;
    const error = await failureOf(statusOf(minimax, "T2V-01", operation));
    expect(error).toMatchObject({ name: "ApiError", status: 502, task: { id: lastId() } });
  });

  test("a service that does not answer is no error, with which the AI SDK would end its wait", async () => {
    const { minimax } = studio();
    const asked = (times: number) => ({ prompt: `${PROMPT} {mock:unclear on=query times=${times}}` });
    const [short, long] = [await start(minimax, "T2V-01", asked(6)), await start(minimax, "T2V-01", asked(999))];
    clock.time += 200_000;
    expect(await statusOf(minimax, "T2V-01", short.operation)).toMatchObject({ status: "completed" });
    const before = clock.time;
    expect(await statusOf(minimax, "T2V-01", long.operation)).toMatchObject({ status: "pending" });
    expect(clock.time - before).toBeLessThan(40_000);
  });

  test("a lost reply is bought once, whatever maxRetries says", async () => {
    const { minimax, bought, sent } = studio();
    const asked = { prompt: `${PROMPT} {mock:unclear times=9}`, maxRetries: 9 };
    expect(await failureOf(start(minimax, "T2V-01", asked))).toBeInstanceOf(SubmissionUnknownError);
    expect([bought(), sent()]).toEqual([1, 1]);
  });

  test("an invalid operation is refused", async () => {
    const { minimax } = studio();
    const prompt = { version: 1, id: "1", kind: "h3_context_ir", server: mock.url };
    const foreign = { ...prompt, kind: "video", server: "global" };
    for (const operation of [prompt, {}, { id: "1" }, foreign, [], null, 7])
      expect(await failureOf(statusOf(minimax, "T2V-01", operation as never))).toBeInstanceOf(ValidationError);
  });

  test("the key of a workflow's step buys once; the AI SDK's random keys are ignored", async () => {
    const journal = await openJournal(place.join("steps"));
    const { minimax, bought } = studio({ journal });
    for (const key of ["aisdk_workflow_video_7", "aisdk_workflow_video_7", "aisdk_vid_1", "aisdk_vid_1"])
      await start(minimax, "T2V-01", { prompt: PROMPT, headers: { "idempotency-key": key } });
    expect(bought()).toBe(3);
    await start(studio().minimax, "T2V-01", { prompt: PROMPT, headers: { "idempotency-key": "aisdk_workflow_1" } });
  });
});

describe.runIf(sdk.experimental_startVideo)("with poll", () => {
  test("the AI SDK waits, and combines the results of start and status", async () => {
    const { minimax, bought } = studio({ server: "global" });
    const asked = { prompt: PROMPT, n: 2, providerOptions: { minimax: { resolution: "768P" } } };
    const result = await generate(minimax, "MiniMax-Hailuo-2.3", { ...asked, poll, download });
    expect([result.videos.length, bought()]).toEqual([2, 2]);
    const ids = (result.providerMetadata.minimax?.videos as { taskId: string }[]).map(({ taskId }) => taskId);
    expect(new Set(ids).size).toBe(2);
  });

  test("a failed task is not bought again", async () => {
    const { minimax, bought } = studio();
    const asked = { prompt: `${PROMPT} {mock:fail}`, maxRetries: 9 };
    expect(await failureOf(generate(minimax, "T2V-01", { ...asked, poll, download }))).toMatchObject({
      message: expect.stringContaining(`${lastId()} failed`),
    });
    expect(bought()).toBe(1);
  });

  test("registries find the models", async () => {
    const { createProviderRegistry } = (await import(process.env.AI_SDK ?? "ai")) as never as {
      createProviderRegistry(providers: object): { videoModel(id: string): VideoModel<"v4"> };
    };
    const { minimax, bought } = studio();
    const model = createProviderRegistry({ minimax }).videoModel("minimax:T2V-01");
    await sdk.experimental_generateVideo({ model: model as never, prompt: PROMPT });
    expect(bought()).toBe(1);
  });
});

describe("a webhook", () => {
  const fast = mockForAll({ speed: 200 });

  type Factory = () => Promise<{ url: string; received: Promise<{ headers: Record<string, string>; body: null }> }>;
  /** Does what `experimental_generateVideo` of `ai` 7 does with it. */
  async function generateWith(minimax: Provider, model: string, asked: Asked, webhook: Factory) {
    if (sdk.experimental_startVideo) {
      const result = await generate(minimax, model, { ...asked, webhook, download });
      return isMp4(result.video.uint8Array);
    }
    const { webhookUrl, received } = await minimax.video(model).handleWebhookOption({ webhook });
    const { operation } = await start(minimax, model, { ...asked, webhookUrl });
    await received;
    return (await statusOf(minimax, model, operation)).status === "completed";
  }

  test.each(BOTH)("of the user's own wakes the wait of %s", async (model, more) => {
    const connect = { apiKey: KEY, server: fast.url };
    let over = (_: { headers: Record<string, string>; body: null }) => {};
    const onStatus = ({ state }: TaskStatus) => state !== "running" && over({ headers: {}, body: null });
    const { base } = await receiver({ client: createClient(connect), onStatus });
    const webhook: Factory = async () => ({
      url: await webhookUrl(`${base}/callbacks`, { secret: SECRET }),
      received: new Promise((resolve) => (over = resolve)),
    });
    const minimax = createMiniMaxVideo(connect);
    expect(await generateWith(minimax, model, { prompt: PROMPT, ...more }, webhook)).toBe(true);
    expect(fast.taskIds.length).toBe(fast.creates);
  });

  /** Like the webhook of a workflow: the first request ends the wait, and is answered with 202. */
  async function firstCall() {
    let calls = 0;
    let received = (_: { headers: Record<string, string>; body: null }) => {};
    const waiting = new Promise<{ headers: Record<string, string>; body: null }>((resolve) => (received = resolve));
    const said: unknown[] = [];
    const url = await listen(async (request, response) => {
      calls++;
      const [chunk] = await request.setEncoding("utf8").toArray();
      said.push([request.method, request.url, request.headers["content-type"], chunk]);
      response.writeHead(202).end();
      received({ headers: {}, body: null });
    });
    return { webhook: async () => ({ url: `${url}/resume?step=7&of=9`, received: waiting }), calls: () => calls, said };
  }

  test.each(BOTH)("that accepts a single request gets the final status from a relay, for %s", async (model, more) => {
    const connect = { apiKey: KEY, server: fast.url };
    const { base, errors } = await receiver({ client: createClient(connect), onStatus: relayStatus });
    const minimax = createMiniMaxVideo(connect, { relay: { url: `${base}/callbacks`, secret: SECRET } });
    const { webhook, calls, said } = await firstCall();
    expect(await generateWith(minimax, model, { prompt: PROMPT, ...more }, webhook)).toBe(true);
    expect([calls(), errors]).toEqual([1, []]);
    const body = JSON.stringify({ taskId: fast.taskIds.at(-1), state: "succeeded" });
    expect(said).toEqual([["POST", "/resume?step=7&of=9", "application/json", body]]);
  });

  test("a workflow step that runs again buys nothing, although each relay has its own URL", async () => {
    const journal = await openJournal(place.join("steps"));
    const { base } = await receiver({ onStatus: relayStatus });
    const relay = { url: `${base}/callbacks`, secret: SECRET };
    const minimax = createMiniMaxVideo({ apiKey: KEY, server: fast.url, journal }, { relay });
    const { url: webhookUrl } = await (await firstCall()).webhook();
    const before = fast.creates;
    const ids = [];
    for (let run = 0; run < 2; run++) {
      const call = callOf({ prompt: PROMPT, headers: { "idempotency-key": "aisdk_workflow_video_7" } });
      ids.push((await minimax.videoModel("T2V-01").doStart({ ...call, webhookUrl })).operation.id);
    }
    expect([fast.creates - before, ids[0]]).toEqual([1, ids[1]]);
  });

  test("that does not answer a challenge gets no task without a relay", async () => {
    const minimax = createMiniMaxVideo({ apiKey: KEY, server: fast.url });
    const { webhook } = await firstCall();
    const before = fast.creates;
    const error = await failureOf(generateWith(minimax, "T2V-01", { prompt: PROMPT }, webhook));
    expect(error).toMatchObject({ name: "ApiError", kind: "invalid_request" });
    expect(fast.creates - before).toBe(0);
  });

  test("relayStatus rejects if it cannot deliver the status", async () => {
    const status = { state: "succeeded", taskId: "7", word: "Success" } as const;
    const url = await listen((_, response) => response.writeHead(410).end());
    await expect(relayStatus(status, { reference: url })).rejects.toMatchObject({
      name: "MiniMaxError",
      message: expect.stringContaining("410"),
      taskId: "7",
    });
    const elsewhere = await listen((_, response) => response.writeHead(302, { location: url }).end());
    await expect(relayStatus(status, { reference: elsewhere })).rejects.toThrow();
    await relayStatus({ ...status, state: "running" }, { reference: url });
    await relayStatus(status, {});
  });
});

test.each([
  [{ onTask: 7 }, "onTask"],
  [{ relay: "https://example.com" }, "relay"],
  [{ journal: {} }, "journal"],
])("an invalid setting is refused: %j", (settings, path) => {
  const create = () => createMiniMaxVideo({ apiKey: KEY }, settings as never);
  expect(create).toThrow(ValidationError);
  expect(create).toThrow(path);
});

test.each([null, 7, [], "sk-key"])("invalid options are refused: %j", (options) => {
  expect(() => createMiniMaxVideo(options as never)).toThrow(ValidationError);
});

test("models that make no videos are refused by name", () => {
  const { minimax } = studio();
  for (const method of ["languageModel", "embeddingModel", "imageModel"] as const)
    expect(() => minimax[method]("abab")).toThrow(/no model "abab"/);
});
