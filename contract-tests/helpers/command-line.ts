/** Runs the command line as users do, in this process or a separate one, with a mock and a scripted server. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";
import { run } from "../../src/cli/run-command.js";
import { built } from "./build.js";
import type { Ended } from "./checkout.js";
import { type Answer, fakeServer, json, success } from "./fake-server.js";
import { mockForAll } from "./mock-for-all.js";
import { movie } from "./movies.js";

export const KEY = "sk-nobody-may-see-this-key";
export const PROMPT = "a fox that nobody may hear of runs through the snow";
/** A PNG of 320 x 320 pixels, as base64. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAUAAAAFAAQMAAAD3XjfpAAAAA1BMVEVuqtw+vhFsAAAAI0lEQVR42u3BAQ0AAADCoPdPbQ8HFAAAAAAAAAAAAAAAAPwaM0AAAWQoMfMAAAAASUVORK5CYII=";
export const SIGNATURE = "nobody-may-follow-this";
/** Tells a terminal to clear the current line. */
export const CLEAR = "\r\x1b[2K";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Options to query the mock often. */
export const fast = ["--poll-interval", "0.05"];

export interface Setting {
  /** The server. Default: the mock. */
  at?: string;
  journal?: string;
  env?: Record<string, string>;
  stdin?: string | Buffer;
  isTTY?: boolean;
  /** Whether stdout is a terminal. Default false. */
  isTerminal?: boolean;
  signal?: AbortSignal;
  /** Called with everything printed to stdout or stderr so far. */
  onOutput?: (text: string) => void;
  onError?: (text: string) => void;
}

/** Fails the test if a secret was printed. */
function assertDiscreet({ stdout, stderr }: { stdout: string; stderr: string }): void {
  for (const secret of [KEY, PROMPT, PNG.slice(0, 40), SIGNATURE]) expect(stdout + stderr).not.toContain(secret);
}

/** Sets up a folder, a mock and a fake server for the tests of a file, and functions to run the command line with them. */
export function commandLine({ speed = 200 } = {}) {
  const server = fakeServer();
  const folder = mkdtempSync(join(tmpdir(), "minimax-video-cli-"));
  const mock = mockForAll({ speed });
  afterAll(() => rmSync(folder, { recursive: true }));
  let count = 0;
  const newFile = (ending: string) => join(folder, `${count++}.${ending}`);

  async function cli(args: string[], setting: Setting = {}) {
    const { at = mock.url, journal = join(folder, "journal"), env, stdin = "", isTTY = false } = setting;
    const { signal = new AbortController().signal, onOutput, onError, isTerminal = false } = setting;
    const printed = { stdout: "", stderr: "" };
    const into = (name: "stdout" | "stderr", heard?: (text: string) => void) => ({
      write(text: string | Uint8Array, written = () => {}) {
        printed[name] += typeof text === "string" ? text : Buffer.from(text).toString("latin1");
        heard?.(printed[name]);
        written();
      },
    });
    const code = await run(args, {
      stdin: (async function* () {
        yield stdin;
      })(),
      stdout: { ...into("stdout", onOutput), isTTY: isTerminal },
      stderr: into("stderr", onError),
      env: { MINIMAX_API_KEY: KEY, MINIMAX_SERVER: at, MINIMAX_JOURNAL: journal, ...env },
      signal,
      isTTY,
    });
    assertDiscreet(printed);
    return { code, ...printed };
  }

  return {
    server,
    folder,
    cli,
    /** Runs a command that must end with this exit code, and returns stderr. */
    async ends(exitCode: number, args: string[], setting?: Setting): Promise<string> {
      const { code, stderr } = await cli(args, setting);
      expect(code, stderr).toBe(exitCode);
      return stderr;
    },
    newFile,
    mock: () => mock,
    newJournal: () => mkdtempSync(join(folder, "journal-")),
    written(ending: string, content: string | Buffer): string {
      const path = newFile(ending);
      writeFileSync(path, content);
      return path;
    },
    /** Options for a quick wait, and a new output file. */
    quick: () => [...fast, "--out", newFile("mp4")],
    /** Runs a command that must be refused before it sends anything, and returns stderr. */
    async refusal(args: string[], setting: Setting = {}): Promise<string> {
      server.next(accepted, finished);
      const { code, stdout, stderr } = await cli(args, { at: server.url, ...setting });
      expect({ code, stdout, seen: server.seen }, stderr).toEqual({ code: 2, stdout: "", seen: [] });
      return stderr;
    },
    /** All entries of a journal. */
    async listed(journal: string) {
      const { code, stdout } = await cli(["tasks", "--json", "--all"], { journal });
      expect(code).toBe(0);
      return JSON.parse(stdout).entries;
    },
    /** Replies with a link to the fake server, signed as real ones are. */
    linked: ((response, seen) =>
      json({
        file: { file_id: "205258526306433", download_url: `${server.url}/v.mp4?Signature=${SIGNATURE}` },
        ...success,
      })(response, seen)) satisfies Answer as Answer,
  };
}

/** Builds the command line before the tests of a file, and starts it in separate processes. */
export function builtCommandLine(folder: string) {
  let main = "";
  beforeAll(() => {
    // The program reads its version and its specs from two folders above.
    main = built("src/cli/main.ts", join(folder, "package/dist/cli"));
    for (const part of ["package.json", "openapi", "src", "node_modules"])
      symlinkSync(join(root, part), join(folder, "package", part));
  });
  /** Starts a process. `said` returns its output so far. */
  return (args: string[]) => {
    const env = { ...process.env, MINIMAX_API_KEY: KEY, MINIMAX_SERVER: "", MINIMAX_JOURNAL: join(folder, "journal") };
    const child = spawn(process.execPath, [main, ...args], { env });
    const printed = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (printed.stdout += chunk));
    child.stderr.on("data", (chunk) => (printed.stderr += chunk));
    const said = () => {
      assertDiscreet(printed);
      return printed;
    };
    return Object.assign(child, { said });
  };
}

/** Aborts, as Ctrl-C does, once stderr contains a text. */
export function interruptedAfter(text: string): Required<Pick<Setting, "signal" | "onError">> {
  const stop = new AbortController();
  const onError = (said: string) => said.includes(text) && stop.abort(new Error("Ctrl-C"));
  return { signal: stop.signal, onError };
}

/** Runs until the fake server has received a request, then aborts as Ctrl-C does. */
export async function interruptedOnce(seen: readonly unknown[], running: (signal: AbortSignal) => Promise<Ended>) {
  const stop = new AbortController();
  const ending = running(stop.signal);
  await expect.poll(() => seen.length).toBe(1);
  stop.abort(new Error("Ctrl-C"));
  return ending;
}

/** Replies of the fake server to a create and to queries, and a video. */
export const accepted = json({ task_id: "176843862716480", ...success });
export const finished = json({
  status: "Success",
  file_id: "205258526306433",
  video_width: 1366,
  video_height: 768,
  ...success,
});
export const running = json({ status: "Processing", file_id: "", ...success });
export const video: Answer = (response) => response.end(movie());

/** "ftyp" if a file begins as an MP4 does. */
export const ftyp = (path: string) => readFileSync(path).toString("latin1", 4, 8);
