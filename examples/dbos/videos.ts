/**
 * Videos as durable workflows of DBOS, on Postgres: `node videos.ts wishes.json` (Node 24), an array of { id, request, out }.
 * Each is bought once, however often the process dies: start it again, and it goes on. With a `PUBLIC_URL`, MiniMax calls when a video is
 * ready, and no workflow polls.
 *
 * It needs nothing of this package but `create(request, { key })`, tasks as JSON, and callbacks, so any durable engine does.
 * Before: `npm ci && npm run build` in the repository, `npm install` here, MINIMAX_API_KEY and DBOS_SYSTEM_DATABASE_URL.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { createClient, type TaskRecord, type VideoRequest } from "minimax-video";
import { openJournal, saveVideo } from "minimax-video/node";
import { createWebhookHandler, nodeListener, webhookUrl } from "minimax-video/webhooks";

const { PUBLIC_URL, PORT = "3000", WEBHOOK_SECRET: secret = "", PAUSE = "20" } = process.env;
// On several machines, a journal that they share: redisJournal of minimax-video/redis.
const minimax = createClient({ journal: await openJournal() });

interface Wish {
  /** Names the workflow and the purchase. */
  id: string;
  request: VideoRequest;
  out: string;
}

const makeVideo = DBOS.registerWorkflow(
  async ({ id, request, out }: Wish) => {
    const task = await DBOS.runStep(() => buy(id, request), { name: "buy" });
    while (await DBOS.runStep(() => isRunning(task), { name: "ask" })) {
      // Until the callback, or for a while: a callback may be lost.
      await DBOS.recv(undefined, Number(PAUSE));
    }
    return DBOS.runStep(() => save(task, out), { name: "save" });
  },
  { name: "makeVideo" },
);

/** If the process dies in here, the step runs again, and the key gives it the task that was bought. */
async function buy(key: string, request: VideoRequest): Promise<TaskRecord> {
  const callback = PUBLIC_URL && (await webhookUrl(`${PUBLIC_URL}/callbacks`, { secret, reference: key }));
  const task = await minimax.videos.create({ ...request, ...(callback && { callback_url: callback }) }, { key });
  return task.toJSON();
}

async function isRunning(task: TaskRecord): Promise<boolean> {
  return (await minimax.videos.task(task).status()).state === "running";
}

/** Throws a TaskFailedError if the task failed. */
async function save(task: TaskRecord, out: string): Promise<string> {
  const video = await minimax.videos.task(task).wait();
  if (!("chunks" in video)) throw new Error("not a video");
  return (await saveVideo(video, out)).path;
}

DBOS.setConfig({ name: "videos", systemDatabaseUrl: process.env.DBOS_SYSTEM_DATABASE_URL, logLevel: "warn" });
// Goes on with every workflow that an earlier process began.
await DBOS.launch();
const onStatus = async ({ state }: { state: string }, { reference }: { reference?: string }) => {
  if (state !== "running" && reference) await DBOS.send(reference, state);
};
const server = PUBLIC_URL && createServer(nodeListener(createWebhookHandler({ secret, client: minimax, onStatus })));
if (server) server.listen(Number(PORT));

const wishes: Wish[] = JSON.parse(readFileSync(process.argv[2] ?? "wishes.json", "utf8"));
for (const wish of wishes) {
  // The same id twice is the same workflow.
  const workflow = await DBOS.startWorkflow(makeVideo, { workflowID: wish.id })(wish);
  workflow.getResult().then(
    (path) => console.log(`${wish.id}: ${path}`),
    ({ message }) => console.error(`${wish.id}: ${message}`),
  );
}
await Promise.allSettled(wishes.map(({ id }) => DBOS.retrieveWorkflow(id).getResult()));
await DBOS.shutdown();
if (server) server.close();
