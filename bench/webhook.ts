import type { Benchmark, Row } from "./benchmark.js";
import { builtLibrary, messagesOf, start } from "./built.js";
import { type Pair, paired, pairRow } from "./pair.js";
import type { Batch } from "./webhook-sender.js";
import type { Cost, Ready, Way } from "./webhook-server.js";

const ROUNDS = 64;
/** Concurrent connections, and events per batch. */
const IN_FLIGHT = 32;
const EVENTS = 800;

export const webhook: Benchmark = {
  name: "webhook",
  shows:
    "CPU time of one callback in the receiver's process, against a plain node:http server that parses the JSON and answers; senders run in a separate process",
  target:
    "at most 1.3 × while checking token, limits, content type, payload, order and duplicates, behind nodeListener",
  async run(progress) {
    const library = new URL("webhooks/index.js", builtLibrary()).href;
    const rows: Row[] = [];
    for (const way of ["nodeListener", "a URL for each task", "Request and Response"] as const) {
      progress(`${way}, ${ROUNDS} rounds of ${4 * EVENTS} events`);
      const pair = await pairOf(way, library);
      const atMost = way === "Request and Response" ? undefined : 1.3;
      rows.push(pairRow(`${way}, ${IN_FLIGHT} in flight`, "µs", "plain node:http", pair, atMost));
    }
    return rows;
  },
};

async function pairOf(way: Way, library: string): Promise<Pair> {
  const plain = await receiver("plain", library);
  const ours = await receiver(way, library);
  try {
    return await paired(plain.batch, ours.batch, { rounds: ROUNDS });
  } finally {
    plain.close();
    ours.close();
  }
}

/** Starts a receiver and a process that sends to it. A batch returns the receiver's CPU time per event in microseconds. */
async function receiver(way: Way | "plain", library: string) {
  const server = start("webhook-server.ts", library, way);
  const answers = messagesOf<Ready | Cost>(server);
  const { value: ready } = await answers.next();
  if (!ready || !("port" in ready)) throw new Error("the receiver sent no message");
  const sender = start("webhook-sender.ts", String(ready.port), String(IN_FLIGHT));
  const sent = messagesOf<object>(sender);
  await sent.next();
  let first = 0;
  return {
    async batch(): Promise<number> {
      server.send("begin");
      sender.send({ first, events: EVENTS, paths: ready.paths } satisfies Batch);
      first += EVENTS;
      await sent.next();
      server.send("end");
      const { value: cost } = await answers.next();
      if (!cost || !("microseconds" in cost)) throw new Error("the receiver sent no message");
      if (cost.events !== EVENTS) throw new Error(`${cost.events} of ${EVENTS} events were delivered`);
      return cost.microseconds / EVENTS;
    },
    close() {
      server.kill();
      sender.kill();
    },
  };
}
