import type { Benchmark } from "./benchmark.js";
import { builtLibrary } from "./built.js";
import { paired } from "./pair.js";

const CHECKS = 2_000;

export const checking: Benchmark = {
  name: "check",
  shows: "time of videos.check for a request without media, with all rules, against JSON.stringify of the same request",
  target: "at most 50 µs per request",
  async run() {
    // The built library has the types of its source.
    const { createClient } = (await import(builtLibrary())) as typeof import("../src/index.js");
    const { videos } = createClient({ apiKey: "sk-bench" });
    const prompt = `${"A red fox runs over fresh snow, its breath visible. ".repeat(36)}[Push in,Pan left] then [Static shot]`;
    const request = { model: "MiniMax-Hailuo-2.3", prompt, duration: 6, callback_url: "https://example.com/callback" };
    const each = (work: () => unknown) => async () => {
      const begun = performance.now();
      for (let turn = 0; turn < CHECKS; turn++) await work();
      return ((performance.now() - begun) * 1000) / CHECKS;
    };
    const { reference, ours } = await paired(
      each(() => JSON.stringify(request)),
      each(() => videos.check(request)),
      { rounds: 20 },
    );
    const what = `videos.check, prompt of ${prompt.length} characters`;
    return [{ what, unit: "µs", ours, reference: { name: "JSON.stringify", value: reference }, atMost: 50 }];
  },
};
