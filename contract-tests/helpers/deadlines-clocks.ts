/** Waits, creates and a journal in a process whose wall clock jumps by an hour each time it is read. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** How a call ended, measured by the monotonic clock. */
export interface Timed {
  error: string;
  milliseconds: number;
  /** Milliseconds after a timer that was started with the call and for its limit. */
  late: number;
}

/** What it prints, as JSON. */
export interface Measured {
  /** Waits with a timeout of one second. */
  waits: Timed[];
  /** An unanswered create, with a timeout of 300 ms. */
  unanswered: Timed;
  /** Two creates. The first request is refused for its pace and sent again half a second later. */
  creates: Timed;
  /** A wait whose first query is refused for its pace and whose sixth succeeds. */
  queries: Timed;
  /** How far each date in the journal is from the true time. */
  dates: Record<string, number>;
}

const HOUR = 3_600_000;
const trueNow = Date.now;
let looks = 0;
Date.now = () => trueNow() + HOUR * ((looks++ % 3) - 1);

const { library, folder }: { library: string; folder: string } = JSON.parse(process.argv[2] ?? "");
const load = (entry: string) => import(pathToFileURL(join(library, entry)).href);
const { createClient }: typeof import("../../src/index.js") = await load("index.js");
const { openJournal }: typeof import("../../src/node/index.js") = await load("node/index.js");

type Script = (path: string, times: number) => object | undefined;

/** A client and its server, which answers by path and by how often that was asked. Without an answer, it stalls. */
async function clientOf(script: Script, options: Parameters<typeof createClient>[0] = {}) {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const { url = "" } = request;
    const times = (asked.get(url) ?? 0) + 1;
    asked.set(url, times);
    request.resume().on("end", () => {
      const answer = script(url, times);
      if (answer) response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const end = () => {
    server.closeAllConnections();
    server.close();
  };
  return { minimax: createClient({ apiKey: "k", server: url, ...options }), asked, end };
}

async function timed(call: Promise<unknown>, limit: number): Promise<Timed> {
  const began = performance.now();
  let due = Number.POSITIVE_INFINITY;
  setTimeout(() => {
    due = performance.now();
  }, limit);
  const error = await call.then(
    () => "none",
    ({ name }: Error) => name,
  );
  const ended = performance.now();
  return { error, milliseconds: Math.round(ended - began), late: Math.max(0, Math.round(ended - due)) };
}

const success = { base_resp: { status_code: 0 } };
const refusal = { task_id: "", base_resp: { status_code: 1002 } };
const request = { model: "MiniMax-Hailuo-02", prompt: "a fox" } as const;
const running = { status: "Processing", ...success };
const done = { status: "Success", file_id: "9", ...success };
const isCreate = (path: string) => path === "/v1/video_generation";

async function waits(): Promise<Timed[]> {
  const { minimax, end } = await clientOf(() => running);
  const tasks = ["1", "2", "3"].map((id) => minimax.videos.task(id));
  const ended = await Promise.all(tasks.map((task) => timed(task.wait({ timeout: 1000, pollInterval: 50 }), 1000)));
  end();
  return ended;
}

async function unanswered(): Promise<Timed> {
  const { minimax, end } = await clientOf(() => undefined, { timeout: 300, maxRetries: 0 });
  const ended = await timed(minimax.videos.create(request), 300);
  end();
  return ended;
}

async function creates(): Promise<Timed> {
  const { minimax, end } = await clientOf((_, times) => (times === 1 ? refusal : { task_id: `${times}`, ...success }));
  const both = Promise.all([minimax.videos.create(request), minimax.videos.create(request)]);
  const ended = await timed(both, 1000);
  end();
  return ended;
}

async function queries(): Promise<Timed> {
  const { minimax, end } = await clientOf((_, times) => (times === 1 ? refusal : times < 6 ? running : done));
  const ended = await timed(minimax.videos.task("7").wait({ pollInterval: 50 }), 1500);
  end();
  return ended;
}

async function dates(): Promise<Record<string, number>> {
  const journal = await openJournal(folder);
  const { minimax, end } = await clientOf(
    (path, times) => (isCreate(path) ? { task_id: "7", ...success } : times < 3 ? running : done),
    { journal },
  );
  const video = await minimax.videos.generate(request, { pollInterval: 50 });
  await video.saved("fox.mp4");
  const [entry] = await journal.list();
  end();
  if (entry?.state !== "saved") throw new Error(`The journal says ${entry?.state}`);
  const { submittedAt, task, ended, saved } = entry;
  const all = { submittedAt, createdAt: task?.createdAt, endedAt: ended?.at, savedAt: saved?.at };
  return Object.fromEntries(Object.entries(all).map(([name, date = 0]) => [name, Math.abs(date - trueNow())]));
}

const measured: Measured = {
  waits: await waits(),
  unanswered: await unanswered(),
  creates: await creates(),
  queries: await queries(),
  dates: await dates(),
};
console.log(JSON.stringify(measured));
