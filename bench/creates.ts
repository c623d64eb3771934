import { simulatedClock } from "../contract-tests/helpers/simulated-clock.js";
import { type PretendOptions, pretend } from "../contract-tests/helpers/simulated-service.js";
import { createClient } from "../src/index.js";
import type { Benchmark, Row } from "./benchmark.js";

const VIDEOS = 200;
/** The documented limit of Hailuo creates per minute. */
const DOCUMENTED = 20;
/** Milliseconds from a create to its reply. */
const LATENCY = 500;
const request = { model: "MiniMax-Hailuo-2.3", prompt: "A fox runs over fresh snow" } as const;

export const creates: Benchmark = {
  name: "creates",
  shows: `${VIDEOS} creates of generateAll in simulated time, under the documented limit of ${DOCUMENTED} per minute and under half of it, which is undocumented; the reference is the ideal time, with each minute's creates sent at once`,
  target: "at most 1.05 times the ideal time; at most 3 refusals under the documented limit",
  async run() {
    const rows = [
      await under("sliding minutes", { createsPerMinute: DOCUMENTED }, 3),
      await under("fixed minutes", { createsPerMinute: DOCUMENTED, hasFixedMinutes: true }, 3),
      await under("half the limit, sliding", { createsPerMinute: DOCUMENTED / 2 }),
      await under("half the limit, fixed", { createsPerMinute: DOCUMENTED / 2, hasFixedMinutes: true }),
    ];
    return rows.flat();
  },
};

async function under(
  name: string,
  limits: Partial<PretendOptions> & { createsPerMinute: number },
  most?: number,
): Promise<Row[]> {
  const clock = simulatedClock();
  const service = pretend(clock, { duration: () => 1, ...limits });
  let last = 0;
  const slowly: typeof fetch = async (url, init) => {
    if (init?.method !== "POST") return service.fetch(url, init);
    await clock.pause(LATENCY / 2);
    const reply = await service.fetch(url, init);
    await clock.pause(LATENCY / 2);
    last = clock.monotonic();
    return reply;
  };
  const options = { apiKey: "any", server: "global", clock, fetch: slowly, queriesPerMinute: Infinity } as const;
  const { videos } = createClient(options);
  const all = async () => {
    for await (const { status } of videos.generateAll(Array(VIDEOS).fill(request), { concurrency: VIDEOS }))
      if (status === "rejected") throw new Error("a video was not generated");
  };
  await clock.until(all());
  const ideal = 60 * (VIDEOS / limits.createsPerMinute - 1);
  const ratio = last / 1000 / ideal;
  return [
    {
      what: name,
      ours: last / 1000,
      unit: "s",
      reference: { name: "ideal", value: ideal },
      ratio: { median: ratio, low: ratio, high: ratio },
      atMost: 1.05,
    },
    { what: `${name}: refused`, unit: "creates", ours: service.refusedCreates, atMost: most },
  ];
}
