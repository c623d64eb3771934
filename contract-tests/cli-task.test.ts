/** `minimax-video task`: continues with an existing task. */
import { expect, test } from "vitest";
import { accepted, commandLine, fast, PROMPT, running, SIGNATURE } from "./helpers/command-line.js";
import { type Answer, json, refused, success } from "./helpers/fake-server.js";

const { server, newJournal, written, cli, ends, quick } = commandLine();
const H3 = ["--model", "MiniMax-H3", "--duration", "6", "--resolution", "768P", "--ratio", "1:1"];
const record = (over: object = {}) =>
  JSON.stringify({ version: 1, id: "176843862716480", kind: "video", server: server.url, ...over });

test("task --no-wait prints the service's own status, and exits with 4 if the task failed", async () => {
  server.next(running, json({ status: "Fail", base_resp: { status_code: 1027, status_msg: "" } }));
  const args = ["task", "176843862716480", "--no-wait"];
  expect(await cli(args, { at: server.url })).toMatchObject({ code: 0, stdout: "Processing\n" });
  const { code, stdout } = await cli([...args, "--json"], { at: server.url });
  expect([code, JSON.parse(stdout)]).toMatchObject([4, { state: "failed", word: "Fail", code: 1027 }]);
});

test("task --no-wait does not print the signed link of a finished template", async () => {
  server.next(json({ status: "Success", video_url: `https://x.example/v.mp4?Signature=${SIGNATURE}`, ...success }));
  const { stdout } = await cli(["task", "1", "--template", "--no-wait", "--json"], { at: server.url });
  expect(JSON.parse(stdout)).toMatchObject({ state: "succeeded", task: { kind: "template" } });
});

test("task sends the key to the server of a record only if that is documented or confirmed with --server", async () => {
  server.next(running);
  const nowhere = { at: "" };
  const refused = await cli(["task", record(), "--no-wait"], nowhere);
  expect([refused.code, refused.stderr, server.seen]).toEqual([
    2,
    expect.stringContaining(`--server ${server.url}`),
    [],
  ]);
  const confirmed = await cli(["task", record(), "--no-wait", "--server", `${server.url}/`], nowhere);
  expect(confirmed.code).toBe(0);
  const other = await cli(["task", record({ server: "china" }), "--no-wait", "--server", "global"], nowhere);
  expect(other.stderr).toContain("created at china");
});

test("task accepts a record from an argument, a file or stdin, alone or in the output of --json", async () => {
  server.next(running);
  const text = JSON.stringify({ error: { task: JSON.parse(record()) } });
  for (const argument of [record(), text, written("json", record()), written("txt", text), "-"]) {
    const { stdout } = await cli(["task", argument, "--no-wait"], { at: server.url, stdin: text });
    expect(stdout).toBe("Processing\n");
  }
});

test.each([
  [[], "needs the id of a task"],
  [["no/such.json"], "no such file"],
  [["1", "--kind", "film"], "--kind takes one of video, template"],
  [["1", "--kind", "generation", "--template"], "cannot be used together"],
  [["1", "--kind", "h3_context_ir"], "has no video"],
  [['{"version":2,"id":"1","kind":"video","server":"china"}'], "version is 2"],
])("task refuses %j", async (args, says) => {
  expect((await cli(["task", ...args], { at: "" })).stderr).toContain(says);
});

test("task gets the kind of an id from the journal", async () => {
  const journal = newJournal();
  const id = (await cli(["generate", PROMPT, ...H3, "--no-wait"], { journal })).stdout.trim();
  expect(await cli(["task", id, ...quick()], { journal })).toMatchObject({ code: 0 });
});

test("task names the server of an id that the journal knows from another one, and sends nothing", async () => {
  const journal = newJournal();
  server.next(accepted);
  const id = (await cli(["generate", PROMPT, "--no-wait"], { at: server.url, journal })).stdout.trim();
  expect(await ends(2, ["task", id, "--no-wait"], { at: "", journal })).toContain(
    `created at ${server.url}: add --server ${server.url}`,
  );
});

test.each([[[]], [["--no-wait"]]])("task %j with an unknown id says how to name a MiniMax-H3 task", async (more) => {
  server.next(json(refused(2013, "invalid params, task_id not found")));
  const { code, stderr } = await cli(["task", "187034489045366", ...more], { at: server.url });
  expect([code, stderr]).toEqual([
    3,
    expect.stringMatching(/key or server\. A MiniMax-H3 task needs --kind generation\.\n$/),
  ]);
  const typed = await cli(["task", "187034489045366", "--kind", "video", ...more], { at: server.url });
  expect(typed.stderr).not.toMatch(/MiniMax-H3|Continue with/);
});

test("a wait is shown before any reply arrives, with a warning once per outage", async () => {
  const lost: Answer = (response) => response.destroy();
  server.next(lost, lost, running, lost, lost, json({ status: "Fail", ...success }));
  const { stderr } = await cli(["task", "176843862716480", ...fast], { at: server.url });
  expect(stderr).toMatch(/Waiting\n(warning: .*; trying again: .*\n +\d s {2}(Processing|Fail)\n){2}Task \d+ failed/);
});
