/**
 * A video for each line of a file, five at a time: `node batch.ts prompts.txt videos`. Stop it and run it again: the keys make each
 * line one purchase. For requests as JSON, a cost limit and a results file, use `minimax-video batch`.
 */
import { readFile } from "node:fs/promises";
import { createClient, type VideoRequest } from "minimax-video";
import { openJournal, saveVideo } from "minimax-video/node";

const [file = "prompts.txt", folder = "videos"] = process.argv.slice(2);
const prompts = (await readFile(file, "utf8")).split("\n").filter((line) => line.trim());
const requests = prompts.map((prompt): VideoRequest => ({ model: "MiniMax-Hailuo-2.3", prompt }));
const minimax = createClient({ journal: await openJournal() });

// All of them, before the first is paid for.
const checked = await Promise.all(requests.map((request) => minimax.videos.check(request)));
for (const [index, { issues }] of checked.entries())
  for (const { severity, message } of issues) console.error(`line ${index + 1}: ${severity}: ${message}`);
if (checked.some(({ ok }) => !ok)) process.exit(2);
const total = checked.reduce((sum, { cost }) => sum + (cost?.amount ?? 0), 0);
console.error(`${requests.length} videos, list price ${total.toFixed(2)} ${checked[0]?.cost?.currency ?? ""}`);

const key = (_: VideoRequest, index: number) => `${file} ${index + 1} ${prompts[index]?.slice(0, 40)}`;
for await (const settled of minimax.videos.generateAll(requests, { concurrency: 5, key })) {
  const line = settled.index + 1;
  if (settled.status === "fulfilled") console.log((await saveVideo(settled.value, `${folder}/${line}.mp4`)).path);
  else {
    process.exitCode = 1;
    console.error(`line ${line}: ${settled.reason instanceof Error ? settled.reason.message : settled.reason}`);
  }
}
