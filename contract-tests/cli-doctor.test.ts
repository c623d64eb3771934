/** `minimax-video doctor`: its findings and its advice. It buys nothing, and sends the key to no other server. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { webhookUrl } from "../src/webhooks/index.js";
import { commandLine } from "./helpers/command-line.js";
import { type Answer, fakeServer, json, success } from "./helpers/fake-server.js";

const { server, folder, newJournal, cli } = commandLine();
const receiver = fakeServer();

const hello = json({}, 404);
const unknown = json({ type: "error", error: { type: "server_error", message: "record not found (1000)" } }, 500);
const refused = json({ base_resp: { status_code: 1004, status_msg: "login fail" } });
const balance = (amount: string) => json({ available_amount: amount, owed_amount: "0.00", ...success });

/** The lines of a run: state, subject and text. */
async function examined(script: Answer[], args: string[] = [], setting: Parameters<typeof cli>[1] = {}) {
  server.next(...script);
  const { code, stdout, stderr } = await cli(["doctor", ...args], {
    at: server.url,
    journal: newJournal(),
    ...setting,
  });
  const lines = stdout.trimEnd().split("\n");
  return { code, stderr, lines, states: lines.map((line) => line.split(/ +/).slice(0, 2).join(" ")) };
}

describe("doctor", () => {
  test("finds no problem with a mock, and prints one line for each subject", async () => {
    const { code, stdout } = await cli(["doctor"], { journal: newJournal(), env: { MINIMAX_API_KEY: "sk-api-any" } });
    expect([code, stdout.trimEnd().split("\n")]).toEqual([
      0,
      [
        expect.stringMatching(/^ok {7}server {4}http:\/\/127\.0\.0\.1:\d+ answers in \d+ ms, without a proxy$/),
        "ok       clock     agrees with the service",
        expect.stringMatching(/^ok {7}key {7}accepted by http.*, pay as you go$/),
        "ok       account   98.00 available",
        expect.stringMatching(/^ok {7}journal {3}.*journal-\w+ can be written, 0 entries$/),
      ],
    ]);
  });

  test("asks with one free query, and buys nothing", async () => {
    await examined([hello, unknown, balance("1.00")]);
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /",
      "GET /v2/query/video_generation/1",
      "GET /account/query_balance",
    ]);
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
  });

  test.each<[string, Answer[], number, RegExp]>([
    ["a key of another region", [hello, refused], 3, /^failed +key +.*1004.*--try-regions sends it to/],
    ["a service that is broken", [hello, json("", 503)], 3, /^failed +key +.*HTTP 503/],
    ["a page instead of the API", [hello, json("<html>", 404)], 0, /^warning +key +the reply does not show whether/],
    ["no money", [hello, unknown, balance("0.00")], 0, /^warning +account +0\.00 available: top up/],
    ["no balance", [hello, unknown, refused], 0, /^warning +account +the service does not say/],
  ])(
    "tells of %s",
    async (_, script, code, line) => {
      const found = await examined(script);
      expect(found).toMatchObject({ code, lines: expect.arrayContaining([expect.stringMatching(line)]) });
      expect(found.states.at(-1)).toBe("ok journal");
    },
    20_000,
  );

  test("reports by how much the clock is wrong", async () => {
    const date = new Date(Date.now() - 300_000).toUTCString();
    const late = json({ base_resp: { status_code: 2013, status_msg: "invalid params" } }, 200, { date });
    const { lines } = await examined([hello, late, balance("1.00")]);
    expect(lines).toContainEqual(expect.stringMatching(/^warning +clock +this clock is (299|300|301) s ahead of/));
  });

  test.each([
    ["http://127.0.0.1:9", /127\.0\.0\.1 refuses the connection.*ECONNREFUSED|the connection fails/],
    ["https://nobody.invalid", /DNS does not know nobody\.invalid/],
  ])("says why %s cannot be reached, and still checks the journal", async (at, reason) => {
    const { code, lines, states } = await examined([], [], { at });
    expect([code, states, lines[0]]).toEqual([8, ["failed server", "ok journal"], expect.stringMatching(reason)]);
  });

  test("without a key says how to set one", async () => {
    const { code, lines } = await examined([hello], [], { env: { MINIMAX_API_KEY: "" } });
    expect([code, lines[1]]).toEqual([2, expect.stringMatching(/^failed +key +.*MINIMAX_API_KEY/)]);
    expect(server.seen).toHaveLength(1);
  });

  test("says if the journal is off, unreadable or not writable", async () => {
    const script = [hello, unknown, balance("1.00")];
    expect((await examined(script, ["--no-journal"])).states).toContain("warning journal");
    const journal = mkdtempSync(join(folder, "torn-"));
    writeFileSync(join(journal, "torn.json"), "{");
    expect((await examined(script, [], { journal })).lines.at(-1)).toMatch(/^warning +journal +1 of 1 entries/);
    const file = join(folder, "file");
    writeFileSync(file, "");
    const { code, lines } = await examined(script, ["--journal", join(file, "below")]);
    expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/^failed +journal +.*cannot be written/)]);
  });

  test("sends a challenge to a callback address", async () => {
    const url = await webhookUrl(`${receiver.url}/callbacks`, { secret: "a secret that is long enough for this" });
    const script = [hello, unknown, balance("1.00")];
    const last = async (answer: Answer) => {
      receiver.next(answer);
      const { code, lines } = await examined(script, ["--callback-url", url]);
      return [code, lines.at(-1)];
    };
    const echo: Answer = (response, { body }) => json(JSON.parse(body))(response, { body } as never);
    expect(await last(echo)).toEqual([
      0,
      expect.stringMatching(/^ok +callback +127\.0\.0\.1:\d+ answers the challenge/),
    ]);
    expect(await last(json({}, 404))).toEqual([2, expect.stringMatching(/^failed +callback .*HTTP 404/)]);
    for (const wrong of ["ftp://x", "http://127.0.0.1:9/x", "http://127.0.0.1:2/x"]) {
      const { code, lines } = await examined(script, ["--callback-url", wrong]);
      expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/^failed +callback(?!.*HTTPS_PROXY)/)]);
    }
  });

  test.each<[string, object, boolean]>([
    ["in a terminal", { isTerminal: true }, true],
    ["for a program", {}, false],
    ["in a terminal with NO_COLOR", { isTerminal: true, env: { NO_COLOR: "1" } }, false],
    ["in a terminal with an empty NO_COLOR", { isTerminal: true, env: { NO_COLOR: "" } }, true],
    ["in a dumb terminal", { isTerminal: true, env: { TERM: "dumb" } }, false],
    ["for a program with FORCE_COLOR", { env: { FORCE_COLOR: "1" } }, true],
    ["with FORCE_COLOR and NO_COLOR", { env: { FORCE_COLOR: "1", NO_COLOR: "1" } }, true],
    ["in a terminal with FORCE_COLOR=0", { isTerminal: true, env: { FORCE_COLOR: "0" } }, false],
  ])("%s has the right colours", async (_, setting, isColored) => {
    const { lines } = await examined([hello, refused], [], setting);
    expect(lines.some((line) => line.startsWith("\x1b[31mfailed\x1b[0m   key"))).toBe(isColored);
    expect(lines.join("").includes("\x1b")).toBe(isColored);
  });

  test("wraps its findings to 40 columns", async () => {
    const { lines } = await examined([hello, refused], [], { env: { COLUMNS: "40" } });
    expect(lines.filter((line) => /^\w/.test(line)).length).toBe(4);
    for (const line of lines) if (!/\S{22,}/.test(line)) expect(line.length, line).toBeLessThanOrEqual(40);
  });

  test("--json prints one object with every finding", async () => {
    const { code, lines } = await examined([hello, refused], ["--json"]);
    expect(JSON.parse(lines.join("\n"))).toMatchObject({
      server: server.url,
      exitCode: 3,
      program: expect.stringMatching(/^minimax-video \d+\.\d+\.\d+, Node \d+\.\S+ on \w+ \w+$/),
      findings: [
        { name: "server", state: "ok" },
        { name: "clock", state: "ok" },
        { name: "key", state: "failed", exitCode: 3 },
        { name: "journal", state: "ok" },
      ],
    });
    expect(code).toBe(3);
  });
});
