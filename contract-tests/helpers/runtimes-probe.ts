/**
 * Runs in every runtime and in a browser page. Each job queries a task, which leaves a connection open, and then sends one POST.
 * `runtimes-probe.mjs <URL of the built library> <jobs as JSON>` prints the outcome of each job.
 */

/** How the POST is sent: text with plain `fetch`, a create from text, a create with bytes, an upload. */
export const SENDINGS = ["bare fetch", "create", "picture", "upload"] as const;
export type Sending = (typeof SENDINGS)[number];

export interface Job {
  sending: Sending;
  /** The URL of a server that only this job uses. */
  url: string;
  /** Hexadecimal. */
  picture: string;
  /** The minimum number of bytes of a picture, or of the body of a bare fetch. */
  size: number;
}

/** What the caller gets. */
export interface Outcome {
  /** The name of the error, or "success". */
  name: string;
  message: string;
}

export async function probe(library: string, jobs: Job[]): Promise<Outcome[]> {
  // The built library has the types of its source.
  const { createClient, image } = (await import(library)) as typeof import("../../src/index.js");
  const outcomes: Outcome[] = [];
  // A few at a time, because Bun reuses no more than 64 connections.
  for (let at = 0; at < jobs.length; at += 16)
    outcomes.push(...(await Promise.all(jobs.slice(at, at + 16).map(outcomeOf))));
  return outcomes;

  async function outcomeOf({ sending, url, picture, size }: Job): Promise<Outcome> {
    const { videos, files } = createClient({ apiKey: "any", server: url, maxRetries: 2, timeout: 10_000 });
    const prompt = "A red fox runs through the snow";
    const bytes = bytesOf(picture, size);
    const send = {
      "bare fetch": async () => {
        const body = prompt.padEnd(size);
        const { status } = await fetch(`${url}/v1/video_generation`, { method: "POST", body, redirect: "error" });
        if (status !== 200) throw new Error(`HTTP ${status}`);
      },
      create: () => videos.create({ model: "T2V-01", prompt }),
      picture: async () => videos.create({ model: "I2V-01", first_frame_image: await image(bytes) }),
      upload: () => files.upload(bytes, { purpose: "video_generation_input" }),
    };
    await videos.task("1").status();
    // The runtime needs a moment to return the connection to its pool.
    await new Promise((resolve) => setTimeout(resolve, 30));
    try {
      await send[sending]();
      return { name: "success", message: "" };
    } catch (error) {
      const { name, message } = error as Error;
      return { name, message };
    }
  }
}

function bytesOf(hexadecimal: string, size: number): Uint8Array<ArrayBuffer> {
  const known = (hexadecimal.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
  const bytes = new Uint8Array(Math.max(size, known.length));
  bytes.set(known);
  return bytes;
}

const { process } = globalThis as { process?: { argv: string[]; exit(): never } };
const [, , library, jobs] = process?.argv ?? [];
if (library && jobs) {
  console.log(JSON.stringify(await probe(library, JSON.parse(jobs))));
  // Connections that are still closing would keep the process alive.
  process?.exit();
}
