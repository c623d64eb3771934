/** A process that generates videos with a journal, for tests that start several or kill it. Reports its progress to its parent. */
import { once } from "node:events";
import fs from "node:fs";
import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { createClient } from "../../src/index.js";
import { openJournal, saveVideo } from "../../src/node/index.js";

/** What to do: its only argument, as JSON. */
export interface Order {
  server: string;
  /** The folder of the journal. */
  journal: string;
  /** The folder to save to. */
  out: string;
  /** The videos to generate, all at once. */
  wishes: { prompt: string; key?: string }[];
  /** If false, sends "ready" and waits for a message before it begins. */
  go: boolean;
  /** Kills itself before this step of writing its journal, counted from 0. */
  dieAt?: number;
}

const { server, journal: folder, out, wishes, go, dieAt } = JSON.parse(process.argv[2] ?? "") as Order;
if (dieAt !== undefined) dieBefore(dieAt);
const journal = await openJournal({ folder, target: { path: join(out, "/"), force: true } });
const minimax = createClient({ apiKey: "any", server, journal, queriesPerMinute: Infinity });
// The first create loads half of the library, which the test must not interrupt. This one is refused before it is sent.
await minimax.videos.create({} as never).catch(() => {});
process.send?.("ready");
if (!go) await once(process, "message");
await Promise.all(wishes.map(make));
process.disconnect?.();

async function make({ prompt, key }: Order["wishes"][number]): Promise<void> {
  const task = await minimax.videos.create({ model: "MiniMax-Hailuo-2.3", prompt }, { key });
  process.send?.({ id: task.id });
  const video = await task.wait({ pollInterval: 20 });
  await saveVideo(video, join(out, `${task.id}.mp4`), {});
}

/** Counts each call on the journal's folder, and each call on an open file there, as a step. */
function dieBefore(steps: number): void {
  let left = steps;
  const counted = <Args extends unknown[], Result>(call: (...args: Args) => Result, isMine = isInFolder) => {
    return (...args: Args): Result => {
      if (isMine(args[0]) && left-- === 0) process.kill(process.pid, "SIGKILL");
      return call(...args);
    };
  };
  const { open } = promises;
  promises.open = counted(async (...args: Parameters<typeof open>) => {
    const file = await open(...args);
    if (!isInFolder(args[0])) return file;
    const always = () => true;
    file.writeFile = counted(file.writeFile.bind(file), always);
    file.sync = counted(file.sync.bind(file), always);
    file.close = counted(file.close.bind(file), always);
    return file;
  });
  promises.link = counted(promises.link);
  promises.rename = counted(promises.rename);
  promises.rm = counted(promises.rm);
  fs.renameSync = counted(fs.renameSync);
  syncBuiltinESMExports();
}

function isInFolder(path: unknown): boolean {
  return String(path).startsWith(folder);
}
