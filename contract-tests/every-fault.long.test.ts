/**
 * Runs every operation on tasks with every fault of the mock that can affect it, and counts the creates that would be charged.
 * files.test.ts tests faults of calls about files, and ai-sdk.test.ts that the AI SDK repeats no create.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { createClient, MiniMaxError, type VideoTask } from "../src/index.js";
import { type RequestLine, type Scenario, scenarios } from "../src/mock/index.js";
import { saveVideo } from "../src/node/index.js";
import { clipBytes } from "./helpers/clips.js";
import { failureOf } from "./helpers/failure-of.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { dataUrl, png } from "./helpers/pictures.js";
import { hurriedClock } from "./helpers/simulated-clock.js";
import { folderForAll } from "./helpers/temporary-folder.js";

type Place = Scenario["on"][number];
/** The expected facts of an error, with its class as `name`. */
type Facts = { name: string } & Record<string, unknown>;

/** The expected outcomes of a scenario. Without an entry, the operation succeeds. */
interface Expectation {
  /** The error of a create if each attempt fails. */
  create?: Facts;
  /** True if the create was certainly not accepted, and is sent again. */
  again?: true;
  /** The error of a query, or of the retrieval of a file, if each attempt fails. */
  read?: Facts;
  /** True if the error is final, so that nothing is repeated. */
  final?: true;
  /** The error of a wait. */
  wait?: Facts;
  /** The error of a download if each attempt fails. */
  download?: Facts;
  /** The status word that the caller must have seen. */
  word?: string;
  /** The clip that must have been saved. */
  clip?: string;
  /** How to request it for each attempt and for one, if not by name and `times=`. Undefined if impossible. */
  asked?: { always?: string | undefined; once?: string | undefined };
}

const refused = (code: number, kind: string): Facts => ({ name: "ApiError", code, kind, status: 200 });
const open = (cause: Facts): Facts => ({ name: "SubmissionUnknownError", cause });
const answered = (status: number, kind: string): Facts => ({ name: "ApiError", status, kind });
const broken: Facts = { name: "ConnectionError", sent: "maybe" };
const unsaved = (status?: number): Facts => ({ name: "DownloadError", ...(status && { status }) });
const spoilt = (what: Facts, status?: number): Expectation => {
  return { create: open(what), read: what, download: unsaved(status) };
};
const limited = refused(1002, "rate_limited");
const tooMany = { ...answered(429, "rate_limited"), retryAfter: 1000 };
const ending = (facts: object): Expectation => ({
  wait: { name: "TaskFailedError", ...facts },
  asked: { once: undefined },
});
const key = (code: number): Expectation => {
  const facts = refused(code, "authentication");
  return { create: facts, read: facts, final: true };
};
const NEVER_ONCE: Expectation = { asked: { once: undefined } };
const EVER = 99_999;

/** By scenario name. A test fails if one is missing. */
const expectations: Record<string, Expectation> = {
  rate_limited: { create: limited, again: true, read: limited },
  burst: { create: limited, again: true, read: limited },
  insufficient_balance: { create: refused(1008, "insufficient_balance") },
  sensitive_input: { create: refused(1026, "content_rejected") },
  plan_limit: { create: refused(2056, "plan_limit") },
  too_many_requests: { create: tooMany, again: true, read: tooMany, download: unsaved(429) },
  retry_date: {
    ...{ create: answered(429, "rate_limited"), again: true, read: answered(429, "rate_limited") },
    download: unsaved(429),
  },
  gateway_balance: { create: { ...refused(1008, "insufficient_balance"), status: 429 } },
  gateway_quota: { create: answered(403, "insufficient_balance") },
  // The server has moved permanently, so repeating the read would not help.
  redirected: { ...spoilt(broken), read: answered(308, "unknown"), final: true },
  // While the task is new, a wait keeps querying.
  unknown_task: { read: { name: "ApiError", kind: "invalid_request" }, asked: { once: undefined } },
  lost_request: spoilt(broken),
  flaky_poll: { asked: { always: "flaky_poll", once: "flaky_poll=2" } },
  timed_out: spoilt(refused(1001, "service")),
  lost_reply: spoilt(broken),
  unclear: spoilt(answered(502, "service"), 502),
  plain_text: spoilt(answered(503, "service"), 503),
  cut_reply: { ...spoilt(broken), asked: { always: `cut_reply=0 times=${EVER}` } },
  empty_reply: spoilt(answered(200, "unknown")),
  half_json: spoilt(answered(200, "unknown")),
  garbage: spoilt(answered(200, "unknown")),
  gateway_json: {},
  slow_headers: { asked: { always: "slow_headers=15", once: "slow_headers=15 times=1" } },
  slow_body: { asked: { always: "slow_body=15", once: "slow_body=15 times=1" } },
  wrong_length: spoilt(broken),
  no_length: spoilt(answered(200, "unknown")),
  sensitive_output: ending({ code: 1027, kind: "content_rejected" }),
  fail: ending({ kind: "unknown" }),
  slow: NEVER_ONCE,
  late_callbacks: NEVER_ONCE,
  double_callbacks: NEVER_ONCE,
  disordered_callbacks: NEVER_ONCE,
  numeric_challenge: NEVER_ONCE,
  no_callbacks: NEVER_ONCE,
  unknown_status: { word: "Reviewing", asked: { once: undefined } },
  late_result: { download: unsaved() },
  late_link: { asked: { always: "late_link=1", once: undefined } },
  expired_link: { download: unsaved(403) },
  backup_link: {},
  cut_download: { download: unsaved() },
  range_ignored: { asked: { always: "cut_download} {mock:range_ignored", once: undefined } },
  file_changed: {
    clip: "768P-6s-portrait.mp4",
    asked: { always: "cut_download} {mock:file_changed", once: undefined },
  },
  redirected_link: {},
  misdirected_link: { download: unsaved() },
  invalid_key: key(2049),
  unauthorised: key(1004),
};

/** The differences in version 2. */
const inVersion2: Record<string, Expectation> = {
  // The message mentions a plan, the code does not (fact sheet, 17).
  plan_limit: { create: { name: "ApiError", code: 2013, kind: "invalid_request", status: 400 } },
  fail: ending({ code: 1000, kind: "service" }),
  unknown_status: { word: "reviewing", asked: { once: undefined } },
};

function expectationOf({ name }: Pick<Scenario, "name">, { isVersion2 }: Operation): Expectation {
  const { [name]: usual = {} } = expectations;
  if (!isVersion2) return usual;
  return (
    inVersion2[name] ??
    Object.fromEntries(
      Object.entries(usual).map(([when, what]) => [when, FACTS.includes(when) ? withoutCode(what) : what]),
    )
  );
}

const FACTS = ["create", "read", "wait", "download"];

/** Compares only the facts that both versions share, because version 2 has other codes, and an HTTP status for each refusal. */
function withoutCode({ status, code, cause, ...rest }: Facts): Facts {
  return {
    ...rest,
    ...(cause ? { cause: withoutCode(cause as Facts) } : {}),
    ...(status === undefined || code !== undefined ? {} : { status }),
    ...(code === undefined || status !== undefined ? {} : { code }),
  };
}

const KEY = "eyJ-THE-SECRET-KEY";
const PROMPT = "a fox nobody may read about";
const IMAGE = dataUrl(png(640, 480, 900));
const SECRETS = new RegExp(`SECRET-KEY|nobody may read|Signature=|${IMAGE.slice(-60, -10)}`);
const CLIP = "768P-6s-landscape.mp4";
/** Time-out in milliseconds for a wait that must fail. Only queries take real time, which a busy machine needs. */
const WAIT = 4000;

const folder = folderForAll();
const lines: RequestLine[] = [];
// The clock of the mock and the client. The client's pauses advance it, so that no test waits.
const clock = hurriedClock();
const mock = mockForAll({ now: clock.now, onRequest: (line) => lines.push(line) });

/** A client that sends `secret.key`, and a request of each kind with a scenario in its prompt. */
function studio(token: string, timeout = 5000) {
  // A burst is counted per key.
  const own = `${KEY}-${lines.length}`;
  const secret = { own, key: own };
  const prompt = `${PROMPT}, ${lines.length} ${token}`;
  return {
    ...createClient({ apiKey: () => secret.key, server: mock.url, clock, timeout }),
    secret,
    words: [] as string[],
    request: { model: "MiniMax-Hailuo-02", prompt, first_frame_image: IMAGE } as const,
    template: { template_id: "394125185182695432", text_inputs: [{ value: prompt }] },
    generation: { model: "MiniMax-H3", prompt, first_frame_image: IMAGE, resolution: "768P", duration: 6 } as const,
  };
}

type Studio = ReturnType<typeof studio>;
type Made = Studio & { task: VideoTask };
/** The time-out of a wait in milliseconds, if the row has one. */
type Timeout = number | undefined;
interface Operation {
  sort: "create" | "generate" | "read" | "wait" | "save";
  /** The requests that it sends. */
  reaches: Place[];
  /** The kind of the task that must exist before it begins. */
  made?: Kind;
  /** Whether it uses version 2, where refusals have other HTTP statuses and codes but the same meaning. */
  isVersion2?: boolean;
  /** Runs the operation, and checks its result. */
  does(made: Made, timeout: Timeout): Promise<void>;
}

type Kind = "video" | "template" | "generation";

/** The operations on tasks of a kind. */
function operationsOn(kind: Kind): Record<string, Operation> {
  const isVersion2 = kind === "generation";
  const existing = { isVersion2, made: kind };
  const create = async (studio: Studio) => isLast((await made(studio, kind)).id);
  return {
    [`create of a ${kind}`]: { sort: "create", reaches: ["create"], isVersion2, does: create },
    [`status of a ${kind}`]: { ...existing, sort: "read", reaches: ["query"], does: twice },
    [`wait for a ${kind}`]: { ...existing, sort: "wait", reaches: ["query"], does: wait },
    [`saveVideo of a ${kind}`]: {
      ...{ ...existing, sort: "save", does: save },
      reaches: [kind === "video" ? "retrieve" : "query", "download"],
    },
  };
}

function generates(isVersion2: boolean, expected: object): Operation {
  return {
    sort: "generate",
    reaches: ["create", "query"],
    isVersion2,
    async does({ videos, request, generation, words }, timeout) {
      const options = { ...PACE, timeout, onStatus: ({ word }: { word: string }) => words.push(word) };
      const video = await videos.generate(isVersion2 ? generation : request, options);
      isLast(video.taskId);
      expect(video).toMatchObject(expected);
    },
  };
}

const operations: Record<string, Operation> = {
  ...operationsOn("video"),
  ...operationsOn("template"),
  ...operationsOn("generation"),
  "generate of a video": generates(false, { width: 1366, height: 768 }),
  "generate of a generation": generates(true, { usage: { output_seconds: 6 } }),
};

const PACE = { pollInterval: 5000 };
/** Runs a step without faults. */
async function untroubled<T>(secret: Studio["secret"], step: () => Promise<T>): Promise<T> {
  const { key, own } = secret;
  secret.key = own;
  const result = await step();
  secret.key = key;
  return result;
}

function isLast(taskId: string) {
  expect(taskId).toBe(mock.taskIds.at(-1));
}

const pathOf = ({ id }: VideoTask) => join(folder, `${id}.mp4`);

async function twice({ task, words }: Made) {
  for (const age of [20_000, 2_000_000]) {
    clock.time += age;
    words.push((await task.status()).word);
  }
  expect(words[1]).toMatch(/^(Success|Fail|succeeded|failed)$/);
}

async function wait({ task, words }: Made, timeout: Timeout) {
  const video = await task.wait({ ...PACE, timeout, onStatus: ({ word }) => words.push(word) });
  expect(video.taskId).toBe(task.id);
}

async function save({ task, secret }: Made) {
  const video = await untroubled(secret, () => task.wait(PACE));
  await saveVideo(video, pathOf(task));
}

interface Row {
  title: string;
  name: string;
  operation: Operation;
  scenario: Scenario;
  place: Place;
  often: "always" | "once";
  token: string;
}

const rows = Object.entries(operations).flatMap(([name, operation]) =>
  scenarios.flatMap((scenario) => {
    const { on, also, moment } = scenario;
    const places = [...on, ...also].filter((place) => operation.reaches.includes(place));
    // The scenario is set in the create, and shows in the queries.
    const asks = operation.reaches.includes("query") && operation.sort !== "save";
    if (moment === "later" && on.includes("create") && asks) places[0] ??= "create";
    return (
      places
        .filter((place) => moment === "later" || !(operation.sort === "save" && place === "query"))
        // A refused key creates no task.
        .filter((place) => scenario.prompt || operation.made || place === "create")
        .flatMap((place) => rowsOf(name, operation, scenario, place))
    );
  }),
);

function rowsOf(name: string, operation: Operation, scenario: Scenario, place: Place): Row[] {
  const { name: fault, prompt, moment } = scenario;
  const { asked = {} } = expectationOf(scenario, operation);
  const on = moment === "later" ? "" : ` on=${place}`;
  const usual = { always: `${fault} times=${EVER}`, once: `${fault} times=1` };
  const tokens = Object.entries({ ...usual, ...asked }).filter(([, text]) => text !== undefined);
  return (prompt ? tokens : [["always"]]).map(([often, text]) => ({
    title: `${name}: ${fault} at each ${place}`.replace("at each", often === "once" ? "at one" : "at each"),
    name,
    operation,
    scenario,
    place,
    often: often as Row["often"],
    token: text ? `{mock:${text}${on}}` : "",
  }));
}

/** The expected error. Undefined if the operation must succeed. */
function errorOf(row: Row): Facts | undefined {
  const { operation, scenario, place, often } = row;
  const [{ sort }, { moment }] = [operation, scenario];
  const { create, again, read, final, wait, download } = expectationOf(scenario, operation);
  // A download follows redirects.
  const passes = often === "once" && !(final && place !== "download");
  if (moment === "later" && sort !== "save") return sort === "read" || sort === "create" ? undefined : wait;
  if (place === "create") return passes && again ? undefined : create;
  if (passes) return undefined;
  if (place === "download" || moment === "later") return download;
  if (!read || sort === "read" || (final && sort !== "save")) return read;
  // A wait that times out names the last failure.
  return { name: sort === "save" ? "DownloadError" : "WaitTimeoutError", cause: read };
}

/** The expected numbers of creates that were sent and charged. */
function costOf(row: Row): { sent: number; paid: number } {
  const { again } = expectations[row.scenario.name] ?? {};
  if (row.place !== "create" || row.scenario.moment !== "before") return { sent: 1, paid: 1 };
  if (!again) return { sent: 1, paid: 0 };
  return row.often === "once" ? { sent: 2, paid: 1 } : { sent: 3, paid: 0 };
}

test("every scenario has an expectation", () => {
  expect(Object.keys(expectations).sort()).toEqual(scenarios.map(({ name }) => name).sort());
});

test("each scenario is tested in each place that concerns tasks", () => {
  const others = ["list", "delete", "upload", "content"];
  const met = new Set(rows.map(({ scenario, place }) => `${scenario.name} ${place}`));
  const possible = scenarios.flatMap(({ name, on, also }) =>
    [...on, ...also].filter((place) => !others.includes(place)).map((place) => `${name} ${place}`),
  );
  expect([...met].toSorted()).toEqual(possible.toSorted());
});

describe.each(Object.keys(operations))("%s", (name) => {
  for (const row of rows.filter((row) => row.name === name)) {
    test(row.title, () => play(row));
  }
});

test.each([
  "slow_headers",
  "slow_body",
])("%s beyond the timeout leaves the outcome of a create unknown, sent once and charged once", async (fault) => {
  const before = { lines: lines.length, creates: mock.creates };
  const { videos, request } = studio(`{mock:${fault}=60000}`, 120);
  expect(await failureOf(videos.create(request))).toMatchObject({ name: "SubmissionUnknownError", cause: broken });
  expect(mock.creates - before.creates).toBe(1);
  // The mock logs a slow answer only once the caller has hung up.
  await expect.poll(() => lines.length - before.lines).toBe(1);
});

async function play(row: Row) {
  const { operation, scenario, token, place } = row;
  const expected = errorOf(row);
  const before = { lines: lines.length, creates: mock.creates, files: readdirSync(folder) };
  const one = studio(token);
  const task = operation.made && (await made(one, operation.made));
  if (!scenario.prompt) one.secret.key = scenario.key;
  const timeout = expected?.name === "WaitTimeoutError" ? WAIT : undefined;
  // Operations that need no task ignore it.
  const error = await operation.does({ ...one, task: task as VideoTask }, timeout).catch((error) => error);

  const seen = lines.slice(before.lines);
  const sent = seen.filter(({ method }) => method === "POST").length;
  expect({ sent, paid: mock.creates - before.creates }).toEqual(costOf(row));
  if (scenario.moment !== "later") expect(seen.map(({ note }) => note)).toContain(scenario.name);
  if (expected) isAsSaid(error, expected);
  else if (error) throw error;
  const carries = place !== "create" || scenario.moment === "later";
  if (error && carries)
    expect(error).toMatchObject({ taskId: mock.taskIds.at(-1), task: { status: expect.any(Function) } });
  if (error) expect(readdirSync(folder)).toEqual(before.files);
  else await isWhole(row, one, task);
}

function isAsSaid(error: unknown, expected: Facts) {
  expect(error).toMatchObject(expected);
  expect(error).toBeInstanceOf(MiniMaxError);
  expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(SECRETS);
}

/** Checks the statuses that the caller received, and the saved file. */
async function isWhole({ operation, scenario }: Row, { words, secret }: Studio, task: VideoTask | undefined) {
  const { sort, isVersion2 } = operation;
  const { word, clip = CLIP } = expectationOf(scenario, operation);
  if (word && sort !== "save") expect(words).toContain(word);
  if (!task || sort !== "save") return;
  const saved = readFileSync(pathOf(task));
  if (!isVersion2) expect(saved.equals(clipBytes(clip))).toBe(true);
  else if (scenario.name !== "file_changed")
    expect(saved.equals(await untroubled(secret, () => videoOf(task)))).toBe(true);
}

/** Downloads its whole video again. */
async function videoOf(task: VideoTask): Promise<Buffer> {
  return Buffer.from(await (await (await task.wait(PACE)).blob()).arrayBuffer());
}

/** Creates a task of this kind. */
function made({ videos, templates, request, template, generation }: Studio, kind: Kind): Promise<VideoTask> {
  if (kind === "template") return templates.create(template);
  return videos.create(kind === "video" ? request : generation);
}
