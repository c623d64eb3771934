/**
 * A video through the AI SDK, saved: `node generate.ts "A red fox runs" fox.mp4`. Run it again: the key makes it one purchase.
 * Before: `npm ci && npm run build` in the repository, `npm install` here, and MINIMAX_API_KEY in the environment.
 * Without paying: `MINIMAX_SERVER=http://127.0.0.1:4010 MINIMAX_API_KEY=any`, beside `npm run mock` in the repository.
 */
import { writeFile } from "node:fs/promises";
import { experimental_generateVideo as generateVideo } from "ai";
import { SubmissionUnknownError, ValidationError } from "minimax-video";
import { createMiniMaxVideo, type MiniMaxVideoOptions } from "minimax-video/ai-sdk";
import { openJournal } from "minimax-video/node";

const [prompt = "A red fox runs through snow [Push in]", path = "fox.mp4"] = process.argv.slice(2);
const journal = await openJournal();
// Called as soon as a video is bought: whatever happens later, its task is known.
const onTask = ({ id }: { id: string }) => console.error(`Bought task ${id}`);
const minimax = createMiniMaxVideo({ journal }, { onTask });

try {
  const { video, warnings, providerMetadata } = await generateVideo({
    model: minimax.video("MiniMax-Hailuo-2.3"),
    prompt,
    duration: 6,
    resolution: "1366x768",
    providerOptions: { minimax: { prompt_optimizer: false, key: path } satisfies MiniMaxVideoOptions },
  });
  await writeFile(path, video.uint8Array);
  console.log(path, JSON.stringify(providerMetadata.minimax?.videos), warnings);
} catch (error) {
  process.exitCode = 1;
  if (error instanceof ValidationError) console.error(error.issues);
  else if (error instanceof SubmissionUnknownError)
    console.error("It may have been bought; look before you repeat:", error.message);
  else throw error;
}
