/**
 * In every runtime, videos can be made, and a create sends one POST, however the connection breaks. A browser cannot promise
 * that, so its behaviour is recorded here.
 */
import { execFile, execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { startMock } from "../src/mock/index.js";
import { openBrowser } from "./helpers/browser.js";
import { built } from "./helpers/build.js";
import { png } from "./helpers/pictures.js";
import { commandOf, install, isAvailable, RUNTIMES, type RuntimeName } from "./helpers/runtimes.js";
import { type Job, type Outcome, SENDINGS, type Sending } from "./helpers/runtimes-probe.js";
import { breakingServer, EARLY, ENDINGS, type Ending, type Post } from "./helpers/runtimes-server.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = folderForAll();
let script: string;

beforeAll(() => {
  execFileSync(process.execPath, ["esbuild.config.js", join(folder, "dist")], { cwd: root });
  script = built("contract-tests/helpers/runtimes-probe.ts", folder);
});

const environment = () => {
  return { ...process.env, NO_PROXY: "127.0.0.1", DENO_DIR: join(folder, "deno"), DENO_NO_UPDATE_CHECK: "1" };
};

interface Row extends Outcome {
  sending: Sending;
  ending: Ending;
  posts: Post[];
}

/** More bytes than the buffers of a connection hold, so that a body is still being written when its connection ends. */
const LARGE = 3_000_000;

/** Runs each sending with each ending, each on a separate server. */
async function rowsOf(run: (jobs: Job[]) => Promise<Outcome[]>): Promise<Row[]> {
  const cases = await Promise.all(
    SENDINGS.flatMap((sending) =>
      ENDINGS.map(async (ending) => ({ sending, ending, server: await breakingServer(ending, folder) })),
    ),
  );
  const picture = png().toString("hex");
  const outcomes = await run(
    cases.map(({ sending, ending, server }) => ({
      sending,
      url: server.url,
      picture,
      size: ending === EARLY ? LARGE : 0,
    })),
  );
  return cases.map(({ sending, ending, server }, index) => {
    server.close();
    // Each job has an outcome.
    return { sending, ending, posts: server.posts, ...(outcomes[index] as Outcome) };
  });
}

/** Describes a row in a test. */
const seen = ({ sending, ending, posts, name }: Row) => `${sending}, ${ending}: ${posts.length} POST, ${name}`;

/** The sendings that use the library. */
const ours = (rows: Row[]) => rows.filter(({ sending }) => sending !== "bare fetch");

/** The endings after which more than one POST of a sending arrived. */
const repeated = (rows: Row[], sending: Sending) =>
  rows.filter((row) => row.sending === sending && row.posts.length > 1).map(({ ending }) => ending);

/** Refusals, after which nothing was created. */
const REFUSALS: readonly Ending[] = ["HTTP 401", "HTTP 421"];

/** The name of the error that a caller gets. Uploads have no special error: `ApiError` means that there was an answer. */
function expectedName({ sending, ending, name }: Row): string {
  if (REFUSALS.includes(ending)) return "ApiError";
  if (sending !== "upload") return "SubmissionUnknownError";
  return name === "ApiError" ? name : "ConnectionError";
}

// Concurrent, because they mostly wait, especially for the packages.
describe.concurrent.each(RUNTIMES)("%s", { timeout: 300_000 }, (name) => {
  test.skipIf(!isAvailable(name))(
    "sends a create and an upload once, completely, and reports that the outcome is unknown",
    async () => {
      await install();
      const [program, ...options] = commandOf(name);
      const library = pathToFileURL(join(folder, "dist/index.js")).href;
      const rows = await rowsOf(async (jobs) => {
        const { stdout } = await promisify(execFile)(program, [...options, script, library, JSON.stringify(jobs)], {
          env: environment(),
        });
        return JSON.parse(stdout);
      });

      expect(ours(rows).map(seen)).toEqual(
        ours(rows).map((row) => seen({ ...row, posts: row.posts.slice(0, 1), name: expectedName(row) })),
      );
      for (const row of ours(rows)) {
        const [post] = row.posts;
        const { "content-length": length, "transfer-encoding": coding } = post?.headers ?? {};
        expect([Number(length) > 0, coding, post?.isWhole], seen(row)).toEqual([
          true,
          undefined,
          row.ending !== EARLY || row.sending === "create",
        ]);
        // Bun is safe only on a new connection. The others are tested on a used one.
        expect(post && post.before > 0, seen(row)).toBe(!name.startsWith("Bun"));
      }
      expect(repeated(rows, "bare fetch")).toEqual(REPEATED[name]);
    },
  );
});

/** Makes a video and saves it, with the package's exports. */
const MAKE = `import { createClient } from "./dist/index.js";
import { saveVideo } from "./dist/node/index.js";
const [server, path] = process.argv.slice(2);
const video = await createClient({ apiKey: "any", server }).videos.generate({ model: "T2V-01", prompt: "a fox" });
console.log((await saveVideo(video, path)).bytes > 0);`;

describe.concurrent.each(RUNTIMES)("%s", { timeout: 300_000 }, (name) => {
  test.skipIf(!isAvailable(name))(
    "makes a video and saves it, in code and by the command line",
    async ({ onTestFinished }) => {
      await install();
      const { url, close } = await startMock({ speed: 100 });
      onTestFinished(close);
      const [program, ...options] = commandOf(name);
      const make = join(folder, `make-${name.replace(" ", "-")}.mjs`);
      writeFileSync(make, MAKE);
      const env = { ...environment(), MINIMAX_API_KEY: "any" };
      const told = async (...words: string[]) =>
        (await promisify(execFile)(program, [...options, ...words], { env, timeout: 120_000 })).stdout;
      const path = (by: string) => join(folder, `${name.replace(" ", "-")}-${by}.mp4`);
      expect(await told(make, url, path("code"))).toBe("true\n");
      const command = ["generate", "a fox", "--model", "T2V-01", "--no-journal", "--server", url];
      expect(await told(join(folder, "dist/cli/main.js"), ...command, "--out", path("command"))).toBe(
        `${path("command")}\n`,
      );
      expect(readFileSync(path("command")).equals(readFileSync(path("code")))).toBe(true);
    },
  );
});

/** Buys with a journal, and prints the error. Saves a video, and replaces it. */
const BUY = `import { createClient } from "./dist/index.js";
import { openJournal, saveVideo } from "./dist/node/index.js";
const journal = await openJournal(Deno.args[0]);
const { videos } = createClient({ apiKey: "any", server: "http://127.0.0.1:9", journal, maxRetries: 0 });
await videos.create({ model: "T2V-01", prompt: "a fox" }, { key: "fox" }).catch((e) => console.log(e.name, e.message));
const video = { async *chunks() {}, saved() {} };
for (const _ of "12") await saveVideo(video, Deno.args[0] + ".mp4").catch((e) => console.log(e.message));`;

test.skipIf(!isAvailable("Deno"))("Deno without permissions says which one a journal needs (H11)", async () => {
  await install();
  const [program] = commandOf("Deno");
  const script = join(folder, "buy.mjs");
  writeFileSync(script, BUY);
  const said = async (...allowed: string[]) => {
    const options = ["run", "--no-config", "--quiet", "--no-prompt", "--allow-net", ...allowed];
    return (await promisify(execFile)(program, [...options, script, join(folder, "journal")], { env: environment() }))
      .stdout;
  };
  const lacks = (flag: string) =>
    expect.stringMatching(new RegExp(`^JournalError Nothing was sent.* with the ${flag} flag`));
  const permissions = ["--allow-read", "--allow-sys=hostname", "--allow-write"];
  for (const [index, flag] of permissions.entries()) {
    const words = await said(...permissions.slice(0, index));
    expect(words).toEqual(lacks(flag.replace(/=.*/, "")));
    // Without permission to inspect the folder, there must be no advice to buy again.
    expect(words).not.toContain("buy again");
  }
  expect(await said(...permissions)).toMatch(/^ConnectionError[^\n]*\n$/);
});

const BROKEN: Ending[] = ["closed", "reset", "closed after 300 ms"];
const CUT: Ending[] = [...BROKEN, "half a status line", "headers cut"];

/** What a bare fetch sends again. If a list becomes empty, that runtime no longer needs requestInit. */
const REPEATED: Record<RuntimeName | "Chromium", Ending[]> = {
  "Node 20": ["HTTP 421"],
  "Node 22": ["HTTP 421"],
  "Node 24": ["HTTP 421"],
  "Node 26": ["HTTP 421"],
  Deno: [...CUT, "103 Early Hints, then reset", "an empty line", EARLY],
  "Bun 1.3": [...CUT, "body cut", "103 Early Hints, then reset", "an empty line", EARLY],
  "Bun 1.4": [],
  Chromium: [...BROKEN, "HTTP 408, kept open", "HTTP 408, closed", "HTTP 421", EARLY],
};

describe.concurrent("Chromium", () => {
  test("may send a create twice and report success, and the error of any other failure warns of that (I1, I13)", async () => {
    const browser = await openBrowser();
    const home = await breakingServer("closed", folder);
    const page = await browser.newPage();
    await page.goto(home.url);
    const rows = await rowsOf((jobs) =>
      page.evaluate(
        `import("/runtimes-probe.mjs").then(({ probe }) => probe("/dist/index.js", ${JSON.stringify(jobs)}))`,
      ),
    );
    await browser.close();
    home.close();

    for (const sending of SENDINGS) expect(repeated(rows, sending), sending).toEqual(REPEATED.Chromium);
    const [twice, once] = [true, false].map((isTwice) =>
      ours(rows).filter(({ posts }) => posts.length > 1 === isTwice),
    );
    expect(twice?.filter(({ name }) => name !== "success")).toEqual([]);
    expect(once?.map(seen)).toEqual(once?.map((row) => seen({ ...row, name: expectedName(row) })));
    const broken = once?.filter(({ message }) => message.includes("broke the connection")) ?? [];
    expect(broken.length).toBeGreaterThan(5);
    for (const row of broken) expect(row.message, seen(row)).toMatch(/may have sent the request twice/);
  });
});
