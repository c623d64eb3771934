/** The command line as its users run it, in this process or as one of its own, beside a mock and a server that follows a script. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect } from "vitest";
import { run } from "../../src/cli/run-command.js";
import { type Mock, type MockOptions, startMock } from "../../src/mock/index.js";
import { built } from "./build.js";
import { type Answer, fakeServer, json, success } from "./fake-server.js";

export const KEY = "sk-nobody-may-see-this-key";
export const PROMPT = "a fox that nobody may hear of runs through the snow";
/** A PNG of 320 x 320 pixels, as base64. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAUAAAAFAAQMAAAD3XjfpAAAAA1BMVEVuqtw+vhFsAAAAI0lEQVR42u3BAQ0AAADCoPdPbQ8HFAAAAAAAAAAAAAAAAPwaM0AAAWQoMfMAAAAASUVORK5CYII=";
export const SIGNATURE = "nobody-may-follow-this";
/** Tells a terminal to start its line anew. */
export const CLEAR = "\r\x1b[2K";
/** None of these may ever be printed. */
const SECRETS = [KEY, PROMPT, PNG.slice(0, 40), SIGNATURE];

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Waits for the mock in a hurry. */
export const fast = ["--poll-interval", "0.05"];

export interface Setting {
  env?: Record<string, string>;
  stdin?: string | Buffer;
  isTTY?: boolean;
  signal?: AbortSignal;
  /** Called with all that stdout holds so far. */
  onOutput?: (text: string) => void;
  /** Called with all that stderr holds so far. */
  onError?: (text: string) => void;
}

/** One run in this process. Fails the test if a secret was printed. */
export async function runCli(
  args: string[],
  { env = {}, stdin = "", isTTY = false, signal = new AbortController().signal, onOutput, onError }: Setting,
  secrets: readonly string[] = SECRETS,
) {
  const printed = { stdout: "", stderr: "" };
  const code = await run(args, {
    stdin: (async function* () {
      yield stdin;
    })(),
    stdout: {
      write(text) {
        printed.stdout += text;
        onOutput?.(printed.stdout);
      },
    },
    stderr: {
      write(text) {
        printed.stderr += text;
        onError?.(printed.stderr);
      },
    },
    env,
    signal,
    isTTY,
  });
  for (const secret of secrets) expect(printed.stdout + printed.stderr).not.toContain(secret);
  return { code, ...printed };
}

/** A mock that starts before the tests of a file and ends after them. */
export function mockFor(options: MockOptions): Omit<Mock, "close"> {
  let started: Mock | undefined;
  const mock = () => started as Mock;
  beforeAll(async () => {
    started = await startMock(options);
  });
  afterAll(() => mock().close());
  return {
    get url() {
      return mock().url;
    },
    get creates() {
      return mock().creates;
    },
    get taskIds() {
      return mock().taskIds;
    },
    get requests() {
      return mock().requests;
    },
  };
}

/** A folder for the tests of a file, with files that are named in order. */
export function temporaryFiles() {
  const folder = mkdtempSync(join(tmpdir(), "minimax-video-cli-"));
  let count = 0;
  const newFile = (ending: string) => join(folder, `${count++}.${ending}`);
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    newFile,
    written(ending: string, content: string | Buffer): string {
      const path = newFile(ending);
      writeFileSync(path, content);
      return path;
    },
  };
}

/** A folder, a mock and a fake server for the tests of a file, and runs of the command line beside them. */
export function commandLine() {
  const server = fakeServer();
  const mock = mockFor({ speed: 200 });
  const { folder, newFile, written } = temporaryFiles();
  /** The journal of every run that names no other: never the one of whoever runs the tests. */
  const journal = join(folder, "journal");

  const cli = (args: string[], { env, ...setting }: Setting = {}) =>
    runCli(args, {
      ...setting,
      env: { MINIMAX_JOURNAL: journal, ...(env ?? { MINIMAX_API_KEY: KEY, MINIMAX_SERVER: mock.url }) },
    });

  return {
    server,
    mock,
    folder,
    journal,
    newFile,
    written,
    cli,
    /** Options for a quick wait, and a file of its own. */
    quick: () => [...fast, "--out", newFile("mp4")],
    /** The environment of a run against the fake server. */
    scriptedEnv: () => ({ MINIMAX_API_KEY: KEY, MINIMAX_SERVER: server.url }),
    /** The environment of a run against the mock with an empty journal. */
    emptyJournal: () => ({
      MINIMAX_API_KEY: KEY,
      MINIMAX_SERVER: mock.url,
      MINIMAX_JOURNAL: mkdtempSync(`${folder}/j-`),
    }),
    /** The same journal, but the fake server. */
    here: <Env extends object>(env: Env) => ({ ...env, MINIMAX_SERVER: server.url }),
    /** Everything that a journal lists. */
    async listed(env: Record<string, string>, ...args: string[]) {
      const { code, stdout } = await cli(["tasks", "--json", "--all", ...args], { env });
      expect(code).toBe(0);
      return JSON.parse(stdout).entries;
    },
    /** A reply with a link to the fake server, signed as real ones are. */
    linked: ((response, seen) =>
      json({
        file: { file_id: "205258526306433", download_url: `${server.url}/v.mp4?Signature=${SIGNATURE}` },
        ...success,
      })(response, seen)) satisfies Answer as Answer,
  };
}

/** The command line as a process of its own, built before the tests of a file. */
export function builtCommandLine(folder: string, journal: string) {
  let main = "";
  beforeAll(() => {
    // The program looks for its version and its specs two folders above itself.
    main = built("src/cli/main.ts", join(folder, "package/dist/cli"));
    for (const part of ["package.json", "openapi", "src", "node_modules"])
      symlinkSync(join(root, part), join(folder, "package", part));
  });
  /** Starts a process, which tells what it has printed so far. */
  return (args: string[]) => {
    const env = { ...process.env, MINIMAX_API_KEY: KEY, MINIMAX_SERVER: "", MINIMAX_JOURNAL: journal };
    const child = spawn(process.execPath, [main, ...args], { env });
    const printed = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (printed.stdout += chunk));
    child.stderr.on("data", (chunk) => (printed.stderr += chunk));
    return Object.assign(child, {
      said() {
        for (const secret of SECRETS) expect(printed.stdout + printed.stderr).not.toContain(secret);
        return printed;
      },
    });
  };
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
export const video: Answer = (response) => response.end("....ftyp");

/** "ftyp" if a file begins as an MP4 does. */
export const ftyp = (path: string) => readFileSync(path).toString("latin1", 4, 8);
