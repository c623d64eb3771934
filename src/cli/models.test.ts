/** `minimax-video models`: the tables of both versions, with prices. It sends nothing. */
import { describe, expect, test } from "vitest";
import { commandLine } from "../../contract-tests/helpers/command-line.js";
import { cellsV2 } from "../generated/content-offers.js";
import { cells, olderModels } from "../generated/offers.js";
import { createClient } from "../index.js";

const { server, cli } = commandLine();
const listed = async (...args: string[]) => JSON.parse((await cli(["models", "--json", ...args], { at: "" })).stdout);

describe("models", () => {
  test("lists each model once per duration and resolution, with every mode that supports them", async () => {
    const { models } = await listed();
    const keys = models.map(
      ({ model, duration, resolution }: Record<string, unknown>) => `${model} ${duration} ${resolution}`,
    );
    expect(new Set(keys).size).toBe(keys.length);
    for (const [mode, rows] of Object.entries({ ...cells.minimax, ...cellsV2 }))
      for (const [model, { accepts }] of Object.entries(rows))
        for (const [duration, sizes] of accepts)
          for (const resolution of sizes)
            expect(models).toContainEqual(
              expect.objectContaining({ model, duration, resolution, modes: expect.arrayContaining([mode]) }),
            );
    expect(models).toContainEqual({ model: "S2V-01", modes: ["SubjectReferenceToVideo"], older: true });
  });

  test.each(["global", "china"] as const)("shows the same prices as a check at %s", async (name) => {
    const { models } = await listed("--server", name);
    const { videos } = createClient({ apiKey: "any", server: name });
    const texts = models.filter(({ modes }: { modes: string[] }) => modes.some((mode) => /^TextToVideo/.test(mode)));
    expect(texts.length).toBeGreaterThan(40);
    for (const { model, duration, resolution, cost } of texts) {
      const shape = { ...(/H3/.test(model) && { ratio: "16:9" }), ...(/Fast$/.test(model) && { style: "style1" }) };
      const { cost: checked } = await videos.check({ model, duration, resolution, prompt: "a fox", ...shape });
      expect(checked, `${model} ${duration} ${resolution}`).toEqual(cost);
    }
  });

  test("marks the models that the vendor's newest list no longer has", async () => {
    const { models } = await listed();
    const older = models.filter(({ older }: { older?: boolean }) => older).map(({ model }: { model: string }) => model);
    expect([...new Set(older)].sort()).toEqual(olderModels.toSorted());
    const { stdout, stderr } = await cli(["models"], { at: "" });
    expect([...stdout.matchAll(/^(\S+) †/gm)].map(([, model]) => model).sort()).toEqual(olderModels.toSorted());
    expect(stderr).toContain("\n† older: not in the vendor's newest list of models, and may stop working\n");
  });

  test("shows consecutive durations in one row, and marks models that only third parties document", async () => {
    const { stdout, stderr } = await cli(["models"], { at: "" });
    expect(stdout).toMatch(/^Model +Length +Size +USD +Begins with\n/);
    expect(stdout).toMatch(/^MiniMax-Hailuo-2\.3 +6 s +768P +0\.28 +prompt, frame$/m);
    expect(stdout).toMatch(/^MiniMax-H3 +4–15 s +2K +0\.52–1\.95 +prompt, frames, references$/m);
    expect(stdout).toMatch(/^MiniMax-H3-Fast \* /m);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(stderr).toMatch(/^List prices of \d{4}-\d\d-\d\d, .*\n\* documented only by third parties/m);
    expect((await cli(["models", "--quiet"], { at: "" })).stderr).toBe("");
    const narrow = await cli(["models"], { at: "", env: { COLUMNS: "40" } });
    expect(narrow.stdout.split(/\s+/)).toEqual(stdout.split(/\s+/));
  });

  test("lists the models of a gateway's spec, without prices, and sends nothing", async () => {
    const { models } = await listed("--server", "quickrouter");
    expect(models.some(({ model }: { model: string }) => /H3/.test(model))).toBe(false);
    expect(models.filter(({ cost }: { cost?: object }) => cost)).toEqual([]);
    expect((await cli(["models"], { at: server.url })).code).toBe(0);
    expect(server.seen).toEqual([]);
  });
});
