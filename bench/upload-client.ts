/** One measured upload of bench/upload.ts: `upload-client.mjs <built library> <its node entry> <base URL> <way> <image>`. */
import { readFile } from "node:fs/promises";
import type { TransferFigure, Way } from "./transfer.js";

/** Sent at the end. */
export interface UploadFigure extends TransferFigure {
  /** The task id that the server returned. */
  taskId: string;
}

const [, , library = "", node = "", baseUrl = "", way = "tiny", path = ""] = process.argv;
// The built library has the types of its source.
const { createClient } = (await import(library)) as typeof import("../src/index.js");
const { imageFile } = (await import(node)) as typeof import("../src/node/index.js");
const { videos } = createClient({ apiKey: "sk-bench", server: baseUrl });
const model = "MiniMax-Hailuo-2.3";
const link = "https://example.com/frame.png";

// Connections and compilers warm up first, in the same way for all.
await videos.create({ model, first_frame_image: link });
await naive(link);
const begun = performance.now();
const taskId = await WAYS()[way as Way]();
const milliseconds = performance.now() - begun;
process.send?.({ milliseconds, memory: process.resourceUsage().maxRSS, taskId } satisfies UploadFigure);
process.disconnect();

function WAYS(): Record<Way, () => Promise<string>> {
  return {
    tiny: async () => (await videos.create({ model, first_frame_image: link })).id,
    ours: async () => (await videos.create({ model, first_frame_image: await imageFile(path) })).id,
    naive: async () => naive(`data:image/png;base64,${(await readFile(path)).toString("base64")}`),
  };
}

async function naive(first_frame_image: string): Promise<string> {
  const headers = { authorization: "Bearer sk-bench", "content-type": "application/json" };
  const body = JSON.stringify({ model, first_frame_image });
  const response = await fetch(`${baseUrl}/v1/video_generation`, { method: "POST", headers, body });
  return (await response.json()).task_id;
}
