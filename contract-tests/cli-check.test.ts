/** `minimax-video check`: the issues of a request, and its price. */
import { expect, test } from "vitest";
import { accepted, commandLine, PROMPT } from "./helpers/command-line.js";

const { server, written, cli } = commandLine();

test("check prints every issue with its path, and exits with 2", async () => {
  const { code, stdout } = await cli(["check", PROMPT, "--duration", "7", "--resolution", "4K"]);
  expect([code, stdout]).toEqual([2, expect.stringMatching(/duration: [\s\S]*resolution: /)]);
});

test("check prints the price of a valid request, without a key", async () => {
  const { code, stdout } = await cli(["check", PROMPT, "--server", "china"], { env: { MINIMAX_API_KEY: "" } });
  expect([code, stdout]).toEqual([0, expect.stringContaining("list price 2.00 CNY")]);
});

test("check treats a request with a template_id as a template request, from a file or stdin", async () => {
  const request = { template_id: "393769180141805569", model: "S2V-01" };
  const { code, stdout } = await cli(["check", written("json", JSON.stringify(request)), "--json"]);
  const { ok, issues } = JSON.parse(stdout);
  expect([code, ok]).toEqual([2, false]);
  const paths = issues.map(({ path }: { path: string }) => path);
  expect(paths).toEqual(["model", "", "media_inputs", "text_inputs"]);
  const media_inputs = [{ value: "https://x.example/a.png" }];
  const stdin = JSON.stringify({ template_id: "393881433990066176", media_inputs });
  const piped = await cli(["check", "-", "--json"], { stdin });
  expect(JSON.parse(piped.stdout)).toMatchObject({ ok: true, cost: { amount: 0.45 } });
});

test("check accepts a likely mistake with a warning, which generate prints before it sends", async () => {
  const warning = "warning: prompt: [Push out] is not a camera command; did you mean [Pull out]?";
  const { code, stdout } = await cli(["check", "a fox [Push out]"]);
  expect([code, stdout]).toEqual([0, expect.stringContaining(warning)]);
  server.next(accepted);
  const { stderr } = await cli(["generate", "a fox [Push out]", "--no-wait"], { at: server.url });
  expect(stderr).toMatch(/warning: prompt: \[Push out\][\s\S]*Sending the request/);
});

test("check follows the spec of a gateway, by name or by --like", async () => {
  const by = (...args: string[]) => cli(["check", PROMPT, "--model", "T2V-01", "--server", ...args]);
  const url = "https://x.example/minimax";
  expect([(await by(url)).code, (await by(url, "--like", "aimanyi")).code]).toEqual([0, 2]);
  expect((await by("aimanyi")).stderr).toContain("--like aimanyi");
  expect((await by("global", "--like", "aimanyi")).stderr).toContain('"global" is a name');
  expect((await by(url, "--like", "nobody")).stderr).toContain("--like takes one of global");
});
