/** Videos as BullMQ jobs: one request, one job, one paid task, whatever happens to the workers. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Worker } from "bullmq";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { realClock } from "../src/base/clock.js";
import {
  createVideoQueue,
  createVideoWorker,
  jobIdOf,
  type VideoJob,
  type VideoJobData,
  type VideoQueue,
  type VideoWorkerOptions,
} from "../src/bullmq/index.js";
import { type ConnectOptions, createClient, image, ValidationError } from "../src/index.js";
import type { StoredJournal } from "../src/node/index.js";
import { redisJournal, redisWebhookStore } from "../src/redis/index.js";
import { webhookUrl } from "../src/webhooks/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { cut, fakeServer, json, refused, success } from "./helpers/fake-server.js";
import { accepted } from "./helpers/journal-tools.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { png } from "./helpers/pictures.js";
import { receiver, SECRET } from "./helpers/receiver.js";
import { sharedRedis } from "./helpers/shared-redis.js";
import { hurriedClock } from "./helpers/simulated-clock.js";
import { temporaryFolder } from "./helpers/temporary-folder.js";

const url = inject("redis");
const shared = sharedRedis();
const { redis } = shared;
const connection = { url, maxRetriesPerRequest: null };
const server = fakeServer();
const place = temporaryFolder();
const request = { model: "MiniMax-Hailuo-2.3", prompt: "a red fox runs" } as const;

let prefix: string;
let journal: StoredJournal;
let queue: VideoQueue;
let workers: Pick<Worker, "close">[] = [];

const mock = mockForAll({ speed: 400 });
let earlier = 0;
/** How many tasks the test has bought. */
const bought = () => mock.creates - earlier;
beforeEach(async () => {
  earlier = mock.creates;
  ({ prefix } = shared);
  journal = redisJournal(redis, { prefix });
  queue = await createVideoQueue({ connection, prefix });
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  workers = [];
  await queue.close();
});

async function startWorker<Result>(client: ConnectOptions = {}, options: Partial<VideoWorkerOptions<Result>> = {}) {
  const worker = await createVideoWorker<Result>({
    client: { apiKey: "any", server: mock.url, queriesPerMinute: Infinity, ...client, journal },
    ...{ connection, prefix, folder: place.path, drainDelay: 1 },
    ...options,
  });
  workers.push(worker);
  return worker;
}
const jobOf = async (key: string) => (await queue.queue.getJob(jobIdOf(key))) as VideoJob;
/** Waits until the job of a key is in this state. */
async function jobIn(state: string, key = "fox"): Promise<VideoJob> {
  await vi.waitFor(async () => expect(await (await jobOf(key)).getState()).toBe(state), {
    timeout: 30_000,
    interval: 50,
  });
  return jobOf(key);
}
const listed = async () => (await journal.list()).map(({ state }) => state);

describe("a request", () => {
  test("is bought once, polled and saved, and its job has its task, its status and its file", async () => {
    await queue.add(request, { key: "fox" });
    await startWorker();
    const job = await jobIn("completed");
    const taskId = mock.taskIds.at(-1) as string;
    const path = join(place.path, `${taskId}.mp4`);
    expect(job.returnvalue).toEqual({ path, bytes: readFileSync(path).length });
    expect(job.data).toMatchObject({ key: "fox", request, task: { id: taskId } });
    expect(job.progress).toEqual({ state: "succeeded", word: "Success", taskId });
    expect([bought(), await listed()]).toEqual([1, ["saved"]]);
  });

  test("with a known key is the same job, and is refused if the request differs", async () => {
    const first = await queue.add(request, { key: "fox" });
    const again = await queue.add({ prompt: "a red fox runs", model: "MiniMax-Hailuo-2.3" }, { key: "fox" });
    expect([again.id, await queue.queue.count()]).toEqual([first.id, 1]);
    const other = await failureOf(queue.add({ ...request, duration: 10 }, { key: "fox" }));
    expect(other).toBeInstanceOf(ValidationError);
    expect(other.message).toContain('"fox" already names another request in this queue');
    expect((await jobOf("fox")).data.request).toEqual(request);
  });

  test("that is illegal is refused with every reason before it is added", async () => {
    const wrong = { ...request, duration: 10, resolution: "1080P", colour: "red" };
    const error = await failureOf<ValidationError>(queue.add(wrong as never, { key: "fox" }));
    expect(error.issues.length).toBeGreaterThan(1);
    const long = { model: "MiniMax-Hailuo-02", prompt: "a fox", duration: 10, resolution: "1080P" } as const;
    // @ts-expect-error 1080P lasts six seconds
    expect(await failureOf(queue.add(long, { key: "fox" }))).toBeInstanceOf(ValidationError);
    const bytes = { model: "S2V-01", subject_reference: [{ type: "character", image: [new Uint8Array(9)] }] };
    for (const each of [bytes, { ...request, prompt: new Map() }, undefined, "fox"])
      expect(await failureOf(queue.add(each as never, { key: "fox" }))).toBeInstanceOf(ValidationError);
    expect(await queue.queue.count()).toBe(0);
  });

  test("may contain media, which are stored as data URLs, and may take longer than a second to check", async () => {
    const { begin } = journal;
    journal = { ...journal, begin: (...given) => realClock.pause(1500).then(() => begin(...given)) };
    const picture = await image(png(640, 480, 2e6));
    await queue.add({ model: "MiniMax-Hailuo-2.3", first_frame_image: picture }, { key: "fox" });
    expect((await jobOf("fox")).data.request).toMatchObject({
      first_frame_image: expect.stringMatching(/^data:image\/png/),
    });
    await startWorker({}, { save: async () => "kept" });
    expect((await jobIn("completed")).returnvalue).toBe("kept");
  });

  test("is not started by a worker that could not save its video", async () => {
    const file = place.join("taken");
    writeFileSync(file, "");
    const error = await failureOf(startWorker({}, { folder: join(file, "videos") }));
    expect(error).toMatchObject({ name: "ValidationError", issues: [{ path: "folder" }] });
    expect(error.message).toContain(`${join(file, "videos")} cannot be written (ENOTDIR)`);
    await startWorker({}, { folder: join(file, "videos"), save: async () => ({}) });
  });

  test("may name the path of its video, within the folder of the worker", async () => {
    expect(await failureOf(queue.add(request, { key: "fox", out: "../fox.mp4" }))).toBeInstanceOf(ValidationError);
    await queue.queue.add("video", { key: "fox", request, out: "../fox.mp4" }, { jobId: "fox" });
    await queue.add(request, { key: "cat", out: "a/cat.mp4" });
    await startWorker();
    const { data, returnvalue } = await jobIn("completed", "cat");
    expect(returnvalue).toMatchObject({ path: join(place.path, "a/cat.mp4") });
    expect((await jobIn("failed")).failedReason).toContain("below the folder of the worker");
    await queue.queue.add("video", { ...data, key: "dog", out: "../dog.mp4" }, { jobId: "dog" });
    expect((await jobIn("failed", "dog")).failedReason).toContain("below the folder of the worker");
    expect(bought()).toBe(1);
    expect(await failureOf(queue.add(request, { key: "cat", out: "cat.mp4" }))).toMatchObject({
      issues: [{ path: "out", message: 'differs from that of the job with the key "cat"' }],
    });
  });

  test("without a key is not bought, because it could be bought twice", async () => {
    await queue.queue.add("video", { request } as VideoJobData, { jobId: "fox" });
    await startWorker();
    expect((await jobIn("failed")).failedReason).toContain("No job can have this key");
    expect(bought()).toBe(0);
  });

  test("is not bought again if its job was removed and is added again", async () => {
    await queue.add(request, { key: "fox" });
    await startWorker();
    await (await jobIn("completed")).remove();
    await queue.add(request, { key: "fox" });
    expect((await jobIn("completed")).data.task).toMatchObject({ id: mock.taskIds.at(-1) });
    expect(bought()).toBe(1);
  });
});

describe("a job", () => {
  test("whose outcome is unknown is parked, found in the journal, and never sent again", async () => {
    server.next(cut, accepted());
    await queue.add(request, { key: "fox" });
    await startWorker({ server: server.url });
    const job = await jobIn("failed");
    expect(job.data.open).toMatchObject({ kind: "video", fingerprint: expect.any(String), server: server.url });
    expect(job.failedReason).toMatch(/may or may not have been accepted/);
    expect([server.seen.length, await listed(), job.attemptsMade]).toEqual([1, ["unknown"], 1]);
    await job.retry();
    await jobIn("failed");
    expect(server.seen).toHaveLength(1);
  });

  test("whose lost task is found continues with it once it is promoted", async () => {
    await queue.add({ ...request, prompt: "{mock:lost_reply}" }, { key: "fox" });
    await startWorker();
    const { open } = (await jobIn("failed")).data as Required<VideoJobData>;
    await journal.found?.(
      { submittedAt: open.submittedAt, fingerprint: open.fingerprint as string },
      { ...{ version: 1, id: mock.taskIds.at(-1) as string, kind: "video", server: mock.url } },
    );
    expect(await queue.promote("fox")).toBe(true);
    await jobIn("completed");
    expect([bought(), await listed()]).toEqual([1, ["saved"]]);
  });

  test.each<[string, number]>([
    ["content", 1026],
    ["parameters", 2013],
  ])("whose %s are refused fails immediately", async (_, code) => {
    server.next(json(refused(code, "no")));
    await queue.add(request, { key: "fox" });
    await startWorker({ server: server.url });
    expect((await jobIn("failed")).attemptsMade).toBe(1);
    expect([server.seen.length, await listed()]).toEqual([1, []]);
  });

  test("of a failed task fails immediately, with the reason from the service", async () => {
    await queue.add({ ...request, prompt: "{mock:sensitive_output}" }, { key: "fox" });
    await startWorker();
    const job = await jobIn("failed");
    expect([job.failedReason, job.attemptsMade]).toEqual([expect.stringContaining("1027"), 1]);
    expect(await listed()).toEqual(["failed"]);
  });

  test("is retried while the account has no money, and if saving fails, without buying twice", async () => {
    let saves = 0;
    const save = async () => {
      if (++saves < 3) throw new Error("the disk is full");
      return "kept";
    };
    const prompt = "a fox {mock:insufficient_balance=2}";
    await queue.add({ ...request, prompt }, { key: "fox", backoff: 50 });
    await startWorker({}, { save });
    expect((await jobIn("completed")).returnvalue).toBe("kept");
    expect([bought(), saves]).toEqual([1, 3]);
  });

  test("whose service or API key is unavailable is tried as often as BullMQ is configured to", async () => {
    const apiKey = () => Promise.reject(new Error("the vault is closed"));
    for (const [key, client] of [
      ["fox", { server: "http://127.0.0.1:1" }],
      ["cat", { apiKey }],
    ] as const) {
      await queue.add(request, { key, attempts: 3, backoff: 20 });
      const worker = await startWorker(client);
      expect((await jobIn("failed", key)).attemptsMade).toBe(3);
      await worker.close();
    }
    expect(await listed()).toEqual([]);
  });

  test("that is rate limited is retried before all others, without counting as an attempt", async () => {
    await queue.add({ ...request, prompt: "a fox {mock:rate_limited=4}" }, { key: "fox" });
    await startWorker({}, { save: async () => "kept" });
    expect((await jobIn("completed")).attemptsMade).toBe(1);
    expect(bought()).toBe(1);
  });

  test("that nothing but refusals for the pace meet for half an hour counts the next one as an attempt", async () => {
    let ahead = 0;
    const pause = (milliseconds: number, signal?: AbortSignal) => realClock.pause(Math.min(milliseconds, 50), signal);
    const clock = { now: () => Date.now() + ahead, random: Math.random, pause };
    server.next(json(refused(1002, "rate limit")));
    await queue.add(request, { key: "fox", attempts: 2, backoff: 20 });
    await startWorker({ server: server.url, clock });
    await vi.waitFor(() => expect(server.seen.length).toBeGreaterThan(1));
    expect((await jobOf("fox")).attemptsMade).toBe(0);
    ahead = 31 * 60_000;
    expect((await jobIn("failed")).attemptsMade).toBe(2);
  });

  test.each<[string, object, number]>([
    ["has no video", { status: "Success", file_id: "" }, 200],
    ["cannot be queried", {}, 500],
  ])("whose task %s does not hold its slot for ever", async (_, reply, status) => {
    server.next(accepted("7"), json({ task_id: "7", ...reply, ...success }, status));
    const task = { version: 1, kind: "video", server: server.url, id: "7", createdAt: Date.now() - 3_600_000 } as const;
    await queue.queue.add("video", { key: "fox", request, task }, { jobId: "fox", attempts: 2, backoff: 20 });
    await startWorker({ server: server.url, clock: hurriedClock() }, { save: async () => "kept" });
    if (status === 200) expect((await jobIn("failed")).failedReason).toContain("the reply of");
    else expect((await jobIn("delayed")).delay).toBeGreaterThan(299_000);
  });

  test("shows no key, no prompt and no signed link in its failure and its progress", async () => {
    server.next(accepted("1"), (response, seen) =>
      json({
        task_id: "1",
        status: "Fail",
        error_message: "a red fox runs sk-secret",
        base_resp: { status_code: 1027, status_msg: "a red fox runs" },
      })(response, seen),
    );
    await queue.add(request, { key: "fox" });
    await startWorker({ server: server.url, apiKey: "sk-secret-of-mine" });
    const { failedReason, stacktrace, progress } = await jobIn("failed");
    expect(JSON.stringify({ failedReason, stacktrace, progress })).not.toMatch(/red fox runs|sk-secret-of/);
  });
});

describe("a worker", () => {
  test("uses no slot while its tasks run: one slot handles twenty at once", async () => {
    server.next((response, seen) => {
      if (seen.method === "POST") return accepted(`${server.seen.length}`)(response, seen);
      json({
        task_id: new URL(seen.url, "http://x").searchParams.get("task_id"),
        status: "Processing",
        base_resp: { status_code: 0 },
      })(response, seen);
    });
    for (let index = 0; index < 20; index++) await queue.add(request, { key: `fox ${index}` });
    await startWorker({ server: server.url }, { concurrency: 1 });
    await vi.waitFor(async () => expect(await queue.queue.getDelayedCount()).toBe(20), { timeout: 10_000 });
    // The first tasks of a kind are queried early.
    await vi.waitFor(() => expect(server.seen.length).toBeGreaterThan(22), { timeout: 20_000 });
    expect(server.seen.filter(({ method }) => method === "POST")).toHaveLength(20);
  });

  test("handles ten thousand tasks with five slots", async () => {
    const looks = new Map<string, number>();
    server.next((response, { url }) => {
      const task_id = new URL(url, "http://x").searchParams.get("task_id") as string;
      const look = (looks.get(task_id) ?? 0) + 1;
      looks.set(task_id, look);
      const end = look === 1 ? { status: "Processing" } : { status: "Success", file_id: "9" };
      json({ task_id, ...end, ...success })(response, {} as never);
    });
    const createdAt = Date.now() - 60_000;
    const task = { version: 1, kind: "video", server: server.url, createdAt } as const;
    const jobs = Array.from({ length: 10_000 }, (_, index) => ({
      name: "video" as const,
      data: { key: `fox ${index}`, request, task: { ...task, id: `${index}` } },
      opts: { jobId: jobIdOf(`fox ${index}`) },
    }));
    await queue.queue.addBulk(jobs);
    await startWorker({ server: server.url }, { save: async () => "kept" });
    let most = 0;
    const isOver = async () => {
      const { active = 0, completed } = await queue.queue.getJobCounts("active", "completed");
      most = Math.max(most, active);
      expect(completed).toBe(10_000);
    };
    await vi.waitFor(isOver, { timeout: 590_000, interval: 1000 });
    expect([...new Set(looks.values())]).toEqual([2]);
    expect(looks.size).toBe(10_000);
    expect(most).toBeLessThanOrEqual(5);
  }, 600_000);

  test("that waits for the shared budget keeps its slots free for tasks that are due", async () => {
    let isFull = false;
    const budget = {
      take: async (name: string) => (isFull && name.includes("creates") ? { wait: 500 } : { end() {} }),
    };
    await queue.add(request, { key: "fox" });
    const save = async () => "kept";
    server.next(json({}));
    const first = await startWorker({ budget, createsPerMinute: 20 }, { concurrency: 1, save });
    await vi.waitFor(async () => expect((await jobOf("fox")).data.task).toBeDefined(), 5000);
    isFull = true;
    for (let index = 0; index < 5; index++) await queue.add(request, { key: `fox ${index}` });
    await jobIn("completed");
    expect(await queue.queue.getPrioritizedCount()).toBeGreaterThanOrEqual(4);
    expect((await jobOf("fox 3")).attemptsMade).toBe(0);
    isFull = false;
    for (let index = 0; index < 5; index++) await jobIn("completed", `fox ${index}`);
    await first.close();
  });

  test("needs a journal, and refuses options that it cannot use", async () => {
    for (const wrong of [{ client: {} }, { client: undefined }, { save: 5 }, { queueName: "" }])
      expect(await failureOf(startWorker({}, wrong as never))).toBeInstanceOf(ValidationError);
  });

  test("learns of a callback on any machine, and queries immediately", async () => {
    const { base } = await receiver({
      store: redisWebhookStore(redis, { prefix }),
      client: createClient({ apiKey: "any", server: mock.url, journal }),
      onStatus: (_, { reference }) => queue.promote(reference as string),
    });
    await queue.close();
    queue = await createVideoQueue({ connection, prefix, server: mock.url });
    for (const [key, prompt] of [
      ["fox", "a fox {mock:slow=20}"],
      ["cat", "a cat {mock:lost_reply} {mock:slow=4}"],
    ] as const) {
      const callback_url = await webhookUrl(base, { secret: SECRET, reference: key });
      await queue.add({ ...request, prompt, callback_url }, { key });
    }
    const before = mock.requests;
    await startWorker({}, { callbacks: true, save: async () => "kept" });
    await jobIn("completed");
    await jobIn("completed", "cat");
    // Two creates; for each, a query that confirms the callback, and one by the job.
    expect(mock.requests - before).toBeLessThan(14);
  });
});
