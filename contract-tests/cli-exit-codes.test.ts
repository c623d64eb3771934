/** How the command line ends: its exit codes, Ctrl-C, and the process itself. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../src/cli/process.js";
import { run } from "../src/cli/run-command.js";
import { commandFor } from "../src/cli/session.js";
import {
  accepted,
  builtCommandLine,
  commandLine,
  fast,
  finished,
  ftyp,
  interruptedAfter,
  interruptedOnce,
  KEY,
  PROMPT,
  running,
  video,
} from "./helpers/command-line.js";
import { type Answer, silence } from "./helpers/fake-server.js";
import { freePort } from "./helpers/listening.js";

const { server, mock, folder, newFile, cli, ends, quick, linked } = commandLine();
const program = builtCommandLine(folder);
const there = () => ({ at: server.url });
/** The command that continues with the task of the fake server. */
const goOn = (more = fast.join(" ")) =>
  `npx --no-install minimax-video task 176843862716480 --server ${server.url} ${more}\n`;

describe("the exit code", () => {
  const slow = `${PROMPT} {mock:slow=100}`;

  test.each<[string, number, string, string[], RegExp]>([
    ["the request was refused here", 2, "ValidationError", [PROMPT, "--duration", "7"], /duration/],
    ["the service refused", 3, "ApiError", [`${PROMPT} {mock:sensitive_input}`], /1026/],
    ["the task failed", 4, "TaskFailedError", [`${PROMPT} {mock:sensitive_output}`], /1027/],
    ["the outcome is unknown", 5, "SubmissionUnknownError", [`${PROMPT} {mock:lost_reply}`], /may or may not/],
    ["the wait timed out", 6, "WaitTimeoutError", [slow, "--timeout", "0.3"], /after 0.3 s/],
  ])("if %s is %i, with text and with --json", async (_, code, name, args, says) => {
    const words = await cli(["generate", ...args, ...quick()]);
    expect(words).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(says) });
    const { stdout } = await cli(["generate", ...args, ...quick(), "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ error: { name, message: expect.stringMatching(says) }, exitCode: code });
  });

  test("if the wait timed out comes with the task, which the task command accepts", async () => {
    const args = ["generate", slow, "--timeout", "0.3", ...fast];
    const { stderr } = await cli(args);
    const id = mock().taskIds.at(-1);
    expect(stderr).toMatch(
      new RegExp(`npx --no-install minimax-video task ${id} --server ${mock().url} ${fast.join(" ")}\n$`),
    );
    const { stdout } = await cli([...args, "--json"]);
    const taskId = mock().taskIds.at(-1);
    expect(JSON.parse(stdout).error).toMatchObject({ taskId, task: { version: 1, id: taskId } });
    expect(await cli(["task", stdout, "--no-wait"])).toMatchObject({ code: 0, stdout: "Preparing\n" });
  });

  test("is 7 if the video cannot be downloaded: no file is left, and the task is kept", async () => {
    const denied: Answer = (response) => response.writeHead(403).end();
    server.next(accepted, finished, linked, denied, linked, denied, linked, denied, linked, denied);
    const out = newFile("mp4");
    const { code, stderr } = await cli(["generate", PROMPT, ...fast, "--out", out], there());
    expect([code, existsSync(out)]).toEqual([7, false]);
    expect(stderr).toContain("HTTP 403");
    expect(stderr).toContain(goOn(`--out ${out} ${fast.join(" ")}`));
  });

  test("is 7 if the file has appeared meanwhile, and it is not replaced", async () => {
    const out = newFile("mp4");
    const meanwhile: Answer = (response, seen) => {
      writeFileSync(out, "mine");
      finished(response, seen);
    };
    server.next(accepted, meanwhile, linked, video);
    const { code } = await cli(["generate", PROMPT, ...fast, "--out", out], there());
    expect([code, readFileSync(out, "utf8")]).toEqual([7, "mine"]);
  });

  test("is 8 within seconds if contract finds no server, and no report is written", async () => {
    const port = await freePort();
    const report = newFile("report");
    const { code, stderr } = await cli(["contract", "--server", `http://127.0.0.1:${port}`, "--report", report]);
    expect(code).toBe(8);
    expect(stderr).toContain(`http://127.0.0.1:${port} refuses connections: nothing listens there\n`);
    expect(existsSync(report)).toBe(false);
  });

  test("is 8 if no server listens", async () => {
    expect(await ends(8, ["generate", PROMPT, "--server", "http://127.0.0.1:9"])).toContain("could not be reached");
  });

  test("is 1 if the program itself fails, and the key is not shown", async () => {
    const printed: string[] = [];
    const write = () => {
      throw new Error(`no space, Bearer ${KEY}`);
    };
    const io = { stdin: (async function* () {})(), env: {}, signal: new AbortController().signal, isTTY: false };
    const code = await run(["--version"], {
      ...io,
      stdout: { write },
      stderr: { write: (text) => printed.push(String(text)) },
    });
    expect([code, printed.join("")]).toEqual([1, "Unexpected error: no space, [key]\n"]);
  });

  test("is documented in each case", async () => {
    const { stdout } = await cli(["--help", "--all"]);
    for (const code of Object.values(EXIT)) expect(stdout).toMatch(new RegExp(`^  ${code} `, "m"));
  });

  test("of a task that the service does not know comes without a command to continue", async () => {
    const { code, stderr } = await cli(["task", "1"]);
    expect([code, stderr]).toEqual([3, expect.not.stringContaining("Continue with")]);
  });
});

test("the command that continues is quoted for a shell", () => {
  const out = "fox's cut.mp4";
  const command = commandFor(["task", "1"], { out, force: true });
  const words = execFileSync("sh", ["-c", `printf '%s|' ${command}`], { encoding: "utf8" });
  expect(words).toBe(`npx|--no-install|minimax-video|task|1|--out|${out}|--force|`);
});

describe("Ctrl-C", () => {
  test.each([
    ["--url", "--allow-host", "10.0.0.5", "--allow-host", "media.internal"],
    ["--like", "china", "--out", "fox.mp4", "--force", "--allow-host", "10.0.0.5"],
    ["--open", "--timeout", "60", "--poll-interval", "0.05"],
    ["--no-journal"],
  ])("keeps the options that still apply in the command that continues: %s (G4)", async (...options) => {
    server.next(accepted, running);
    const setting = { ...there(), ...interruptedAfter("Processing") };
    expect((await cli(["generate", PROMPT, ...options], setting)).stderr).toContain(goOn(options.join(" ")));
  });

  test("with --json prints an object with the task", async () => {
    server.next(accepted, running);
    const setting = { ...there(), ...interruptedAfter("Processing") };
    const { stdout } = await cli(["generate", PROMPT, ...fast, "--json"], setting);
    const next = { goOn: goOn(`${fast.join(" ")} --json`).trimEnd() };
    const error = { name: "Interrupted", taskId: "176843862716480", task: { version: 1 }, ...next };
    expect(JSON.parse(stdout)).toMatchObject({ error, exitCode: 130 });
  });

  test("while downloading prints the command, and leaves no partial file", async () => {
    const place = mkdtempSync(join(folder, "half-"));
    server.next(accepted, finished, linked, (response) =>
      response.writeHead(200, { "content-length": "1000" }).write("FLV: half"),
    );
    const setting = { ...there(), isTTY: true, ...interruptedAfter("0 % of") };
    const { code, stderr } = await cli(["generate", PROMPT, ...fast, "--out", `${place}/`], setting);
    expect([code, readdirSync(place)]).toEqual([130, []]);
    expect(stderr).toContain("Stopped. The video of task 176843862716480 is ready, but was not saved.\n");
    expect(stderr).toContain("npx --no-install minimax-video task 176843862716480");
  });

  test("during the create says that a task may have been created", async () => {
    server.next(silence);
    const { code, stderr } = await interruptedOnce(server.seen, (signal) =>
      cli(["generate", PROMPT], { ...there(), signal }),
    );
    expect([code, stderr]).toEqual([130, expect.stringContaining("A task may have been created")]);
  });

  test("before the create says that nothing was sent", async () => {
    server.next(accepted);
    const { code, stderr } = await cli(["generate", PROMPT], { ...there(), ...interruptedAfter("Model") });
    expect([code, stderr, server.seen]).toEqual([130, expect.stringContaining("Nothing was sent"), []]);
  });
});

describe("the process", () => {
  test.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("when it gets %s while it waits for stdin, exits with %i and sends nothing", async (signal, exitCode) => {
    server.next(accepted);
    const child = program(["generate", "--request", "-", "--server", server.url]);
    // It prints nothing while it waits, but a pipe accepts this much only if the process reads it.
    child.stdin.write(" ".repeat(1 << 20), () => child.kill(signal));
    expect(await once(child, "exit")).toEqual([exitCode, null]);
    expect([child.said().stderr, server.seen]).toEqual([expect.stringContaining("Nothing was sent"), []]);
  });

  test("exits with 130 on SIGINT, and prints only the command that continues", async () => {
    server.next(accepted, running);
    const child = program(["generate", PROMPT, ...fast, "--server", server.url]);
    child.stderr.on("data", () => !child.killed && child.said().stderr.includes("Processing") && child.kill("SIGINT"));
    const [code] = await once(child, "exit");
    expect([code, child.said().stdout]).toEqual([130, ""]);
    expect(child.said().stderr).toContain(
      `Task 176843862716480 continues at the service.\nContinue with:\n  ${goOn()}`,
    );
  });

  test("of the demo closes its mock on SIGINT, and says that the task ends with it", async () => {
    const child = program(["demo"]);
    // Sent only once, because a process that is ending may ignore a second signal.
    child.stderr.on("data", () => !child.killed && child.said().stderr.includes("accepted") && child.kill("SIGINT"));
    const [code] = await once(child, "exit");
    expect([code, child.said().stderr]).toEqual([130, expect.stringMatching(/Task \d+ ends with the mock/)]);
    expect(child.said().stderr).not.toContain("Continue with");
  });

  test("exits by itself, with the result on stdout and the code of its error", async () => {
    const good = program(["generate", PROMPT, ...quick(), "--server", mock().url, "--quiet"]);
    expect(await once(good, "exit")).toEqual([0, null]);
    expect(ftyp(good.said().stdout.trim())).toBe("ftyp");
    const bad = program(["generate", "--json"]);
    expect(await once(bad, "exit")).toEqual([2, null]);
    expect(JSON.parse(bad.said().stdout)).toMatchObject({ exitCode: 2 });
  });

  test.skipIf(process.platform === "win32")("is not blocked by a pipe that nobody writes to", async () => {
    const pipe = newFile("pipe");
    execFileSync("mkfifo", [pipe]);
    expect(await once(program(["check", "--subject", pipe]), "exit")).toEqual([2, null]);
    const child = program(["check", "--request", pipe]);
    const writer = openSync(pipe, "w");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([143, null]);
    closeSync(writer);
  });

  test("goes on after the reader of stdout has stopped, and fails only if the video was for that reader", async () => {
    const ended = async (...args: string[]) => {
      const child = program([...args, ...fast, "--server", mock().url, "--journal", join(folder, "unread")]);
      child.stdout.destroy();
      return [...(await once(child, "exit")), child.said().stderr];
    };
    const place = mkdtempSync(join(folder, "unread-"));
    for (const [name, prompt] of Object.entries({ a: PROMPT, b: `${PROMPT} {mock:slow=6}` }))
      await ended("generate", prompt, "--no-wait", "--out", join(place, name));
    expect([...(await ended("resume")), readdirSync(place)]).toMatchObject([
      0,
      null,
      expect.stringContaining("2 saved"),
      ["a", "b"],
    ]);
    const [code, , stderr] = await ended("generate", PROMPT, "--out", "-");
    expect([code, stderr]).toEqual([7, expect.stringMatching(/stdout .*EPIPE.*\s+Continue with:\s.* --out -/)]);
  });
});
