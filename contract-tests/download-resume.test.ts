import { expect, test } from "vitest";
import type { Video } from "../src/base/task.js";
import { download } from "../src/download/download.js";
import { failureOf } from "./helpers/failure-of.js";
import { simulatedClock } from "./helpers/simulated-clock.js";

type Answer = () => Response;
const answer =
  (bytes: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>, status = 200): Answer =>
  () =>
    // A stream: of a text, a Response would tell a type of its own.
    new Response(new Blob([bytes]).stream(), { status, headers });
const FTYP = Uint8Array.from([0, 0, 0, 8, 0x66, 0x74, 0x79, 0x70]);

/** The bytes that a host's answers make, one after the other and the last for ever, and what is told meanwhile. */
async function fetched(answers: Answer[], options: Parameters<typeof download>[2] = {}) {
  const clock = simulatedClock(() => 1);
  const told: unknown[] = [];
  const progress: unknown[] = [];
  const logger = { debug: (...words: unknown[]) => void told.push(words), info() {}, warn() {}, error() {} };
  let asked = 0;
  const fetch = async () => (answers[Math.min(asked++, answers.length - 1)] as Answer)();
  const video = { taskId: "7", url: async () => "https://files.test/a.mp4" } as unknown as Video;
  const read = async () => {
    const pieces: Uint8Array[] = [];
    const chunks = download({ clock, logger, fetch }, video, {
      onProgress: (facts) => progress.push(facts),
      ...options,
    });
    for await (const piece of chunks) pieces.push(piece);
    return Buffer.concat(pieces).toString("latin1");
  };
  return { work: clock.until(read()), told, progress };
}
const failed = async (...given: Parameters<typeof fetched>) =>
  (await failureOf((await fetched(...given)).work)).message;
const short = answer("abc", { "content-length": "5", etag: '"1"' });
const LATER = "It is still available: try again";

test("what came is told, with the whole where the host tells it", async () => {
  const known = await fetched([answer("abcde", { "content-length": "5" })]);
  expect([await known.work, known.progress, known.told]).toEqual(["abcde", [{ bytes: 5, total: 5 }], []]);
  const unknown = await fetched([answer("abcde", {})]);
  expect([await unknown.work, unknown.progress]).toEqual(["abcde", [{ bytes: 5 }]]);
});

test("a logger is told of each try, and where it goes on", async () => {
  const rest = answer("de", { "content-range": "bytes 3-4/5", etag: '"1"' }, 206);
  const { work, told, progress } = await fetched([short, rest]);
  expect(await work).toBe("abcde");
  expect(told).toEqual([["again", { operation: "download", bytes: 3, milliseconds: 500 }]]);
  expect(progress).toEqual([
    { bytes: 3, total: 5 },
    { bytes: 5, total: 5 },
  ]);
});

test("what a page says is no video, whatever its length", async () => {
  const page = answer("not yours", { "content-type": "text/plain" });
  expect(await failed([page])).toContain("files.test sent text/plain instead of a video.");
  const html = answer("<p>not yours", { "content-type": "text/html" });
  expect(await failed([html])).toBe(
    `The video of task 7 was not downloaded: files.test answered HTTP 200 with an HTML page (6 attempts in a row brought nothing). ${LATER}`,
  );
  const { work } = await fetched([answer("bytes", { "content-type": "application/context" })]);
  expect(await work).toBe("bytes");
  const movie = await fetched([answer(FTYP, { "content-type": "text/plain" })]);
  expect(await movie.work).toHaveLength(8);
});

test("a video that ends amid a box is cut, where nobody tells how long it is", async () => {
  const cut = Uint8Array.from([...FTYP, 0, 0, 0, 9, 1, 2, 3, 4]);
  expect(await failed([answer(cut, {})])).toContain("files.test ended early, after 16 of more bytes");
  expect(await (await fetched([answer(cut, { "content-length": "16" })])).work).toHaveLength(16);
});

test("nothing at all is no video", async () => {
  expect(await failed([answer("", {})])).toContain("files.test ended early, after 0 of 0 bytes");
});

test("a stream cannot begin anew, and says why it would have to", async () => {
  const other = answer("vwxyz", { "content-length": "5", etag: '"2"' });
  expect(await failed([short, other])).toBe(
    `The video of task 7 was not downloaded: files.test ended early, after 3 of 5 bytes. A stream cannot start over, and the file has changed there. ${LATER}`,
  );
  const unmarked = answer("abcde", { "content-length": "5" });
  expect(await failed([short, unmarked])).toContain("nothing tells whether the file there is the same");
});

test("whoever can throw away what has come, begins anew", async () => {
  let restarts = 0;
  const other = answer("vwxyz", { "content-length": "5", etag: '"2"' });
  const { work } = await fetched([short, other], { restart: () => void restarts++ });
  expect([await work, restarts]).toEqual(["abcvwxyz", 1]);
});

test("a host that sends another part than was asked for is asked for the whole", async () => {
  const elsewhere = answer("e", { "content-range": "bytes 4-4/5", etag: '"1"' }, 206);
  const whole = answer("abcde", { "content-length": "5", etag: '"1"' });
  const { work, told } = await fetched([short, elsewhere, whole]);
  expect([await work, told.length]).toEqual(["abcde", 2]);
});
