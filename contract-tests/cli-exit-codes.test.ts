/** How the command line ends: its exit codes, Ctrl-C, and the process itself. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXIT } from "../src/cli/exit-codes.js";
import { run } from "../src/cli/run-command.js";
import {
  accepted,
  builtCommandLine,
  commandLine,
  fast,
  finished,
  ftyp,
  KEY,
  PROMPT,
  running,
  type Setting,
  video,
} from "./helpers/command-line.js";
import type { Answer } from "./helpers/fake-server.js";

const { server, mock, folder, journal, newFile, cli, quick, scriptedEnv, linked } = commandLine();
const program = builtCommandLine(folder, journal);

describe("exit codes", () => {
  const slow = `${PROMPT} {mock:slow=100}`;

  test.each<[string, number, string, string[], RegExp]>([
    ["the request was refused here", EXIT.refusedHere, "ValidationError", [PROMPT, "--duration", "7"], /duration/],
    ["the service refused", EXIT.refusedByService, "ApiError", [`${PROMPT} {mock:sensitive_input}`], /1026/],
    ["the task failed", EXIT.taskFailed, "TaskFailedError", [`${PROMPT} {mock:sensitive_output}`], /1027/],
    [
      "the outcome is open",
      EXIT.outcomeUnknown,
      "SubmissionUnknownError",
      [`${PROMPT} {mock:lost_reply}`],
      /may or may not/,
    ],
    ["the wait timed out", EXIT.waitTimedOut, "WaitTimeoutError", [slow, "--timeout", "0.3"], /after 0.3 s/],
  ])("if %s, the exit code is %i", async (_, code, name, args, message) => {
    const said = await cli(["generate", ...args, ...quick()]);
    expect(said).toMatchObject({ code, stdout: "", stderr: expect.stringMatching(message) });
    const program = await cli(["generate", ...args, ...quick(), "--json"]);
    expect(program.code).toBe(code);
    expect(JSON.parse(program.stdout)).toMatchObject({
      error: { name, message: expect.stringMatching(message) },
      exitCode: code,
    });
  });

  test("a time-out keeps the task, in words and as JSON that the task command takes", async () => {
    const args = ["generate", slow, "--timeout", "0.3", "--poll-interval", "0.05"];
    const { stderr } = await cli(args);
    expect(stderr).toMatch(
      new RegExp(`npx --no-install minimax-video task ${mock.taskIds.at(-1)} --server ${mock.url}\n$`),
    );
    const { stdout } = await cli([...args, "--json"]);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ taskId: mock.taskIds.at(-1), task: { version: 1, id: mock.taskIds.at(-1) } });
    expect(await cli(["task", stdout, "--no-wait"])).toMatchObject({ code: 0, stdout: "Preparing\n" });
  });

  test("the exit code is 7 if the video cannot be downloaded: the task is kept, the signed link unseen, no file left", async () => {
    const denied: Answer = (response) => response.writeHead(403).end();
    server.next(accepted, finished, linked, denied, linked, denied, linked, denied, linked, denied);
    const out = newFile("mp4");
    const { code, stderr } = await cli(["generate", PROMPT, ...fast, "--out", out], { env: scriptedEnv() });
    expect(code).toBe(EXIT.notSaved);
    expect(stderr).toContain("HTTP 403");
    expect(stderr).toContain(
      `npx --no-install minimax-video task 176843862716480 --server ${server.url} --out ${out}\n`,
    );
    expect(existsSync(out)).toBe(false);
  });

  test("the exit code is 7 if a file appeared meanwhile: it is not replaced", async () => {
    const out = newFile("mp4");
    const meanwhile: Answer = (response, seen) => {
      writeFileSync(out, "mine");
      finished(response, seen);
    };
    server.next(accepted, meanwhile, linked, video);
    const { code } = await cli(["generate", PROMPT, ...fast, "--out", out], { env: scriptedEnv() });
    expect([code, readFileSync(out, "utf8")]).toEqual([EXIT.notSaved, "mine"]);
  });

  test("the exit code is 8 if no server listens", async () => {
    const gone = createServer().listen(0, "127.0.0.1");
    await once(gone, "listening");
    const { port } = gone.address() as AddressInfo;
    gone.close();
    const { code, stderr } = await cli(["generate", PROMPT, "--server", `http://127.0.0.1:${port}`]);
    expect(code).toBe(EXIT.unreachable);
    expect(stderr).toContain("could not be reached");
  });

  test("the exit code is 1 if the program itself fails", async () => {
    const printed: string[] = [];
    const stdout = {
      write: () => {
        throw new Error(`no space, Bearer ${KEY}`);
      },
    };
    const io = { stdin: (async function* () {})(), env: {}, signal: new AbortController().signal, isTTY: false };
    const code = await run(["--version"], { ...io, stdout, stderr: { write: (text) => printed.push(text) } });
    expect([code, printed.join("")]).toEqual([EXIT.unexpected, "Unexpected error: no space, [key]\n"]);
  });

  test("every exit code is documented", async () => {
    const { stdout } = await cli(["--help"]);
    for (const code of Object.values(EXIT)) expect(stdout).toMatch(new RegExp(`^  ${code} `, "m"));
  });

  test("a task that the service does not know is not offered again", async () => {
    const { code, stderr } = await cli(["task", "1"]);
    expect(code).toBe(EXIT.refusedByService);
    expect(stderr).not.toContain("Continue with");
  });
});

describe("Ctrl-C", () => {
  /** Aborts once stderr holds a text. */
  function interruptedAfter(text: string): Required<Pick<Setting, "signal" | "onError">> {
    const stop = new AbortController();
    const onError = (said: string) => said.includes(text) && stop.abort(new Error("Ctrl-C"));
    return { signal: stop.signal, onError };
  }

  test("while waiting prints the id and the command that goes on, and exits with 130", async () => {
    server.next(accepted, running);
    const out = join(folder, "fox's cut.mp4");
    const args = ["generate", PROMPT, ...fast, "--out", out, "--server", server.url];
    const { code, stdout, stderr } = await cli(args, {
      env: { MINIMAX_API_KEY: KEY },
      ...interruptedAfter("Processing"),
    });
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toContain("Task 176843862716480 continues");
    const quoted = `'${out.replace("'", `'\\''`)}'`;
    expect(stderr).toContain(
      `npx --no-install minimax-video task 176843862716480 --server ${server.url} --out ${quoted}\n`,
    );
    const words = execFileSync("sh", ["-c", `printf '%s\\n' ${stderr.split(" --out ").at(-1)}`], { encoding: "utf8" });
    expect(words).toBe(`${out}\n`);
  });

  test("with --json is an object with the task", async () => {
    server.next(accepted, running);
    const { stdout } = await cli(["generate", PROMPT, ...fast, "--json"], {
      env: scriptedEnv(),
      ...interruptedAfter("Processing"),
    });
    expect(JSON.parse(stdout)).toMatchObject({
      error: { name: "Interrupted", taskId: "176843862716480", task: { version: 1 } },
      exitCode: 130,
    });
  });

  test("while downloading leaves the command, and no half of a file", async () => {
    const place = mkdtempSync(join(folder, "half-"));
    const half: Answer = (response) => response.writeHead(200, { "content-length": "1000" }).write("half");
    server.next(accepted, finished, linked, half);
    const setting = { env: scriptedEnv(), isTTY: true, ...interruptedAfter("0 % of") };
    const { code, stderr } = await cli(["generate", PROMPT, ...fast, "--out", `${place}/`], setting);
    expect([code, readdirSync(place)]).toEqual([130, []]);
    expect(stderr).toContain("npx --no-install minimax-video task 176843862716480");
  });

  test("during the create says that its outcome is not known", async () => {
    const stop = new AbortController();
    server.next(() => stop.abort(new Error("Ctrl-C")));
    const { code, stderr } = await cli(["generate", PROMPT], { env: scriptedEnv(), signal: stop.signal });
    expect([code, stderr]).toEqual([130, expect.stringContaining("A task may have been created")]);
  });

  test("before the create says that nothing was sent, also while stdin is silent", async () => {
    server.next(accepted);
    const early = await cli(["generate", PROMPT], { env: scriptedEnv(), ...interruptedAfter("Model") });
    expect([early.code, early.stderr]).toEqual([130, expect.stringContaining("Nothing was sent")]);
    const child = program(["generate", "--request", "-", "--server", server.url]);
    // It says nothing while it waits; but a pipe takes so much only when somebody reads it.
    child.stdin.write(" ".repeat(1 << 20), () => child.kill("SIGTERM"));
    expect(await once(child, "exit")).toEqual([143, null]);
    expect(child.said().stderr).toContain("Nothing was sent");
    expect(server.seen).toEqual([]);
  });

  test("in a process: a real signal, a real exit code, and nothing on stdout", async () => {
    server.next(accepted, running);
    const child = program(["generate", PROMPT, ...fast, "--server", server.url]);
    child.stderr.on("data", () => child.said().stderr.includes("Processing") && child.kill("SIGINT"));
    const [code] = await once(child, "exit");
    expect([code, child.said().stdout]).toEqual([130, ""]);
    expect(child.said().stderr).toContain(`npx --no-install minimax-video task 176843862716480 --server ${server.url}`);
  });

  test("in a process: the demo closes its mock and says that the task ends with it", async () => {
    const child = program(["demo"]);
    child.stderr.on("data", () => child.said().stderr.includes("accepted") && child.kill("SIGINT"));
    const [code] = await once(child, "exit");
    expect(code).toBe(130);
    expect(child.said().stderr).toMatch(/Task \d+ ends with the mock/);
    expect(child.said().stderr).not.toContain("Continue with");
  });
});

describe("the program", () => {
  test("exits by itself, with the result on stdout and the code of its error", async () => {
    const good = program(["generate", PROMPT, ...quick(), "--server", mock.url, "--quiet"]);
    expect(await once(good, "exit")).toEqual([0, null]);
    expect(ftyp(good.said().stdout.trim())).toBe("ftyp");
    const bad = program(["generate", "--json"]);
    expect(await once(bad, "exit")).toEqual([2, null]);
    expect(JSON.parse(bad.said().stdout)).toMatchObject({ exitCode: 2 });
  });
});
