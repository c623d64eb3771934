/** `minimax-video check`: what is wrong with a request, and what it costs. */
import { describe, expect, test } from "vitest";
import { EXIT } from "../src/cli/exit-codes.js";
import { accepted, commandLine, PROMPT } from "./helpers/command-line.js";

const { server, written, cli, scriptedEnv } = commandLine();

describe("check", () => {
  test("prints every issue with its path, and exits with 2", async () => {
    const { code, stdout } = await cli(["check", PROMPT, "--duration", "7", "--resolution", "4K"]);
    expect(code).toBe(EXIT.refusedHere);
    expect(stdout).toMatch(/duration: [\s\S]*resolution: /);
  });

  test("prints the price of a request that is fine", async () => {
    const { code, stdout } = await cli(["check", PROMPT, "--server", "china"], { env: {} });
    expect([code, stdout]).toEqual([0, expect.stringContaining("list price 2.00 CNY")]);
  });

  test("reads a file, and checks one with a template_id as a template", async () => {
    const request = { template_id: "393769180141805569", model: "S2V-01" };
    const { code, stdout } = await cli(["check", written("json", JSON.stringify(request)), "--json"]);
    expect(code).toBe(EXIT.refusedHere);
    expect(JSON.parse(stdout).ok).toBe(false);
    expect(JSON.parse(stdout).issues.map(({ path }: { path: string }) => path)).toEqual([
      "model",
      "",
      "media_inputs",
      "text_inputs",
    ]);
    const piped = await cli(["check", "-", "--json"], {
      stdin: JSON.stringify({
        template_id: "393881433990066176",
        media_inputs: [{ value: "https://x.example/a.png" }],
      }),
    });
    expect(JSON.parse(piped.stdout)).toMatchObject({ ok: true, cost: { amount: 0.45 } });
  });

  test("warns, and lets pass, what is likely a mistake; generate warns before it sends", async () => {
    const { code, stdout } = await cli(["check", "a fox [Push out]"]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringContaining("warning: prompt: [Push out] is not a camera command; did you mean [Pull out]?"),
    ]);
    server.next(accepted);
    const { stderr } = await cli(["generate", "a fox [Push out]", "--no-wait"], { env: scriptedEnv() });
    expect(stderr.indexOf("warning: prompt: [Push out]")).toBeGreaterThanOrEqual(0);
    expect(stderr.indexOf("warning: prompt")).toBeLessThan(stderr.indexOf("Sending the request"));
  });

  test("obeys the spec of a gateway, by name or by --like", async () => {
    const by = (...args: string[]) => cli(["check", PROMPT, "--model", "T2V-01", ...args]);
    const address = ["--server", "https://x.example/minimax"];
    expect([(await by(...address)).code, (await by(...address, "--like", "aimanyi")).code]).toEqual([0, 2]);
    expect((await by("--server", "aimanyi")).stderr).toContain("--like aimanyi");
  });
});
