/** kill -9 at any moment: the journal still finds every task that the service knows, and a second run gets its video. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { run } from "../src/cli/run-command.js";
import { createClient, SubmissionUnknownError } from "../src/index.js";
import { type FolderJournal, type Listed, openJournal } from "../src/node/index.js";
import { built } from "./helpers/build.js";
import { commandIo } from "./helpers/command-io.js";
import type { Order } from "./helpers/crash-child.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { seeded } from "./helpers/simulated-clock.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const KILLS = 50;
/** Other seeds try other moments. A failed test prints the seed. */
const SEED = Number(process.env.CRASH_SEED) || Date.now() % 2 ** 31;
/** The duration of a task, from its create to its video, in milliseconds. */
const LIFE = 150;

const place = folderForAll();
let script: string;
const mock = mockForAll({ speed: 90_000 / LIFE });
beforeAll(async () => {
  script = built("contract-tests/helpers/crash-child.ts", place);
});

/** Starts a process. Resolves when it is ready, with a promise for its end. */
async function started(order: Omit<Order, "server">) {
  const child = fork(script, [JSON.stringify({ ...order, server: mock.url })], { execArgv: [] });
  const ended = once(child, "exit").then(async ([code, signal]) => {
    // Its last messages may not have been read yet.
    await pause(15);
    return { code: code as number | null, signal: signal as string | null };
  });
  if (!order.go) await once(child, "message");
  return { child, ended };
}

/** What one process left behind, from comparing the journal before and after. */
interface Remains {
  entries: Listed[];
  /** The tasks that the service created for it, and those without an entry for their id. */
  made: readonly string[];
  lost: string[];
}

async function remainsOf(journal: FolderJournal, work: () => Promise<unknown>): Promise<Remains> {
  const [before, tasks] = [new Set((await journal.list()).map(({ id }) => id)), mock.taskIds.length];
  await work();
  const entries = (await journal.list()).filter(({ id }) => !before.has(id));
  const made = mock.taskIds.slice(tasks);
  return { entries, made, lost: made.filter((id) => !entries.some((entry) => taskIdIn(entry) === id)) };
}

function taskIdIn(entry: Listed): string | undefined {
  return "task" in entry ? entry.task?.id : undefined;
}

const count = (entries: readonly Listed[], ...states: Listed["state"][]) =>
  entries.filter(({ state }) => states.includes(state)).length;

/** Expects each task to have an entry with its id, or an entry with an unknown outcome. */
function assertComplete({ entries, lost }: Remains, when: string): void {
  const unknown = count(entries, "unknown");
  expect(lost.length, `${when}: of ${lost} nothing is known`).toBeLessThanOrEqual(unknown);
  expect(count(entries, "unreadable", "sending"), `${when}: torn, or still being sent`).toBe(0);
}

async function resumed(folder: string) {
  const { io, printed } = commandIo({ MINIMAX_API_KEY: "any", MINIMAX_SERVER: mock.url, MINIMAX_JOURNAL: folder });
  const code = await run(["resume", "--poll-interval", "0.02", "--json"], io);
  return { code, ...JSON.parse(printed.stdout) };
}

describe("a process that is killed", () => {
  test(`at ${KILLS} random moments leaves no task that the journal does not know; resume gets every video and buys none`, async () => {
    const random = seeded(SEED);
    const [folder, out] = [join(place, "journal"), join(place, "out")];
    mkdirSync(out);
    const journal = await openJournal({ folder, target: { path: join(out, "/") } });
    const hits = { before: 0, between: 0, waiting: 0 };
    for (let kill = 0; kill < KILLS; kill++) {
      // The first moments matter most: they get a third of the kills, the exchange gets another, and the rest are anywhere.
      const moment = random() * ([20, 90, 2 * LIFE][kill % 3] as number);
      const when = `seed ${SEED}, kill ${kill}, after ${moment.toFixed(1)} ms`;
      const wishes = [
        { prompt: "a fox" },
        { prompt: "a late fox {mock:slow_headers=50}" },
        { prompt: "a fox with a name", key: `fox ${kill}` },
      ];
      const remains = await remainsOf(journal, async () => {
        const { child, ended } = await started({ journal: folder, out, wishes, go: false });
        child.send("go");
        await pause(moment);
        child.kill("SIGKILL");
        await ended;
      });
      assertComplete(remains, when);
      const { entries, lost } = remains;
      if (entries.length < wishes.length || count(entries, "unknown") > lost.length) hits.before++;
      if (lost.length > 0) hits.between++;
      if (count(entries, "accepted") > 0) hits.waiting++;
    }
    for (const [phase, times] of Object.entries(hits))
      expect(times, `seed ${SEED}: too few kills hit the phase "${phase}": ${JSON.stringify(hits)}`).toBeGreaterThan(2);

    // The same requests again: only those that were never begun are bought.
    const begun = (await journal.list()).filter((entry) => "key" in entry && entry.key !== undefined).length;
    const minimax = createClient({ apiKey: "any", server: mock.url, journal });
    const creates = mock.creates;
    for (let kill = 0; kill < KILLS; kill++) {
      const request = { model: "MiniMax-Hailuo-2.3", prompt: "a fox with a name" } as const;
      const again = minimax.videos.create(request, { key: `fox ${kill}` });
      await again.catch((error) => expect(error).toBeInstanceOf(SubmissionUnknownError));
    }
    expect(mock.creates - creates, `seed ${SEED}`).toBe(KILLS - begun);

    const left = await journal.list();
    const bought = mock.creates;
    const { code, saved, failed, unknown } = await resumed(folder);
    expect({ code, failed, bought: mock.creates }, `seed ${SEED}`).toEqual({ code: 5, failed: [], bought });
    expect([saved.length, unknown.length]).toEqual([count(left, "accepted", "succeeded"), count(left, "unknown")]);
    for (const entry of await journal.list()) {
      const id = taskIdIn(entry);
      expect(entry.state, id).toBe(id === undefined ? "unknown" : "saved");
      if (id !== undefined) expect(existsSync(join(out, `${id}.mp4`)), id).toBe(true);
    }
  }, 180_000);

  test("before any single step of writing leaves the same guarantees", async () => {
    const out = join(place, "steps");
    mkdirSync(out);
    /** False if there are fewer steps. */
    const dies = async (dieAt: number): Promise<boolean> => {
      const folder = join(place, `step-${dieAt}`);
      let signal: string | null = null;
      const { entries, made, lost } = await remainsOf(await openJournal(folder), async () => {
        const wishes = [{ prompt: "a fox", key: "fox" }];
        const { ended } = await started({ journal: folder, out, wishes, go: true, dieAt });
        signal = (await ended).signal;
      });
      assertComplete({ entries, made, lost }, `step ${dieAt}`);
      if (entries.length === 0) expect(made, `step ${dieAt}`).toEqual([]);
      if (signal === null) expect(entries.map(({ state }) => state)).toEqual(["saved"]);
      return signal !== null;
    };
    let steps = 0;
    while (await dies(steps)) steps++;
    // The entry has four states, each written, flushed, linked or renamed, and flushed again.
    expect(steps).toBeGreaterThan(4 * 6);
  }, 180_000);
});
