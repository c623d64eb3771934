/** One measured download of bench/save.ts: `save-client.mjs <built library> <its node entry> <base URL> <way> <bytes> <path>`. */
import { writeFile } from "node:fs/promises";
import type { TransferFigure } from "./transfer.js";

const [, , library = "", node = "", baseUrl = "", way = "tiny", bytes = "", path = ""] = process.argv;
// The built library has the types of its source.
const { createClient } = (await import(library)) as typeof import("../src/index.js");
const { saveVideo } = (await import(node)) as typeof import("../src/node/index.js");
const { videos } = createClient({ apiKey: "sk-bench", server: baseUrl });
const TINY = "1000";

// Connections and compilers warm up first, in the same way for all.
await naive(TINY);
await ours(TINY);
const begun = performance.now();
await (way === "naive" ? naive(bytes) : ours(way === "tiny" ? TINY : bytes));
const milliseconds = performance.now() - begun;
process.send?.({ milliseconds, memory: process.resourceUsage().maxRSS } satisfies TransferFigure);
process.disconnect();

/** The task's id is the size of the file. */
async function ours(id: string): Promise<void> {
  await saveVideo(await videos.task(id).wait(), path);
}

async function naive(id: string): Promise<void> {
  const video = await videos.task(id).wait();
  const response = await fetch(await video.url());
  await writeFile(path, new Uint8Array(await response.arrayBuffer()));
}
