/** Waits that learn from callbacks over HTTP, from the mock. src/tasks/waits-with-callbacks.test.ts tests them in simulated time. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { createClient, type SubmissionUnknownError, type TaskStatus, type TextToVideoV2 } from "../src/index.js";
import { openJournal } from "../src/node/index.js";
import { webhookUrl } from "../src/webhooks/index.js";
import { failureOf } from "./helpers/failure-of.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { receiver, SECRET } from "./helpers/receiver.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;

const folder = folderForAll();
const queries: string[] = [];
const mock = mockForAll({
  speed: 100,
  onRequest: ({ method, path }) => method === "GET" && path.includes("query") && queries.push(path),
});
test("a video is generated without polling, with one query that confirms the end", async () => {
  const minimax = createClient({ apiKey: "any", server: mock.url });
  const { url, words, errors } = await receiver({ client: minimax });
  const told: string[] = [];
  const options = { onStatus: ({ word }: TaskStatus) => told.push(word) };
  const video = await minimax.videos.generate({ ...request, callback_url: url }, options);
  expect(video).toMatchObject({ width: 1366, height: 768 });
  expect([queries.length, told]).toEqual([1, ["processing", "Success"]]);
  await expect.poll(words).toBe("processing Success");
  expect(errors).toEqual([]);
});

const content: TextToVideoV2["content"] = [{ type: "text", text: "a fox {mock:lost_reply}" }];
const lost = {
  video: { ...request, prompt: "a fox {mock:lost_reply}" },
  generation: { model: "MiniMax-H3", resolution: "768P", duration: 6, ratio: "16:9", content } as const,
};

test.each([
  "video",
  "generation",
] as const)("a lost %s is found by its callback, also in the journal (H7)", async (kind) => {
  const place = join(folder, kind);
  const journal = await openJournal(place);
  const buyer = createClient({ apiKey: "any", server: mock.url, journal });
  // A second process, which only receives callbacks.
  const other = createClient({ apiKey: "any", server: mock.url, journal: await openJournal(place) });
  const received = await receiver({ client: other });
  const callback_url = await webhookUrl(received.base, { secret: SECRET, kind, reference: "order 7" });
  const request = { ...lost[kind], callback_url };
  const error = await failureOf<SubmissionUnknownError>(buyer.videos.create(request, { key: "order 7" }));
  const taskId = mock.taskIds.at(-1);
  expect([error.name, error.taskId, error.callback]).toEqual([
    "SubmissionUnknownError",
    undefined,
    expect.stringMatching(/^[vg]0\./),
  ]);
  await expect.poll(received.words, { timeout: 5_000 }).toMatch(/success|succeeded/i);
  const [entry] = await journal.list();
  const size = kind === "video" ? {} : { duration: 6, resolution: "768P" };
  const task = { id: taskId, kind, model: lost[kind].model, ...size };
  expect(entry).toMatchObject({ state: "accepted", task });
  for (const { videos } of [buyer, other])
    expect(await videos.reconcile(error)).toMatchObject({ outcome: "found", task });
  expect(received.about.at(-1)).toEqual({ kind, reference: "order 7" });
});

test("a task is never given to another create whose callbacks go to the same URL (H7)", async () => {
  const shared = join(folder, "shared");
  const journal = await openJournal(shared);
  const received = await receiver({ client: createClient({ apiKey: "any", server: mock.url, journal }) });
  const buyer = createClient({ apiKey: "any", server: mock.url, journal: await openJournal(shared) });
  const callback_url = await webhookUrl(received.base, { secret: SECRET });
  const bought = await buyer.videos.create({ ...request, callback_url }, { key: "A" });
  const lostOne = {
    ...request,
    prompt: "an owl {mock:lost_reply, no_callbacks}".replace(", ", "} {mock:"),
    callback_url,
  };
  const error = await failureOf<SubmissionUnknownError>(buyer.videos.create(lostOne, { key: "B" }));
  await expect.poll(received.words, { timeout: 5_000 }).toMatch(/success/i);
  expect((await journal.list()).map(({ state }) => state)).toEqual(["accepted", "unknown"]);
  for (const videos of [buyer.videos, createClient({ apiKey: "any", server: mock.url, journal }).videos])
    expect((await failureOf(videos.reconcile(error))).message).toContain("a callback names it");
  expect((await buyer.videos.create({ ...request, callback_url }, { key: "A" })).id).toBe(bought.id);
});
