/** Every scenario of the mock, in both versions of the API. */
import { beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../src/index.js";
import { type RequestLine, scenarios, startMock } from "../src/mock/index.js";
import { clipHeader } from "./helpers/clip-header.js";
import { guide } from "./helpers/documentation.js";
import {
  type Arrived,
  arrived,
  DONE,
  json,
  KEY,
  KIND_NAMES,
  KINDS,
  type KindName,
  mockServer,
  refusalIn,
} from "./helpers/mock-calls.js";

const server = mockServer();
const { clock, lines, get, post, create, view, finished, linkOf, remove } = server;
const withFault = (fault: string) => ({ ...KEY, "x-mock-fault": fault });
const withKey = (key: string) => ({ authorization: `Bearer ${key}` });
/** One kind of each version. */
const BOTH = ["video", "generation"] as const;

/** Refusals: the code in V1; the code, status and type in V2; whether MiniMax would charge for the create. */
const REFUSALS: Record<string, { v1: number; v2: [code: number, status: number, type: string]; paid?: true }> = {
  rate_limited: { v1: 1002, v2: [1002, 429, "rate_limit_error"] },
  insufficient_balance: { v1: 1008, v2: [1008, 402, "insufficient_balance_error"] },
  sensitive_input: { v1: 1026, v2: [1026, 422, "unprocessable_entity_error"] },
  plan_limit: { v1: 2056, v2: [2013, 400, "bad_request_error"] },
  timed_out: { v1: 1001, v2: [1000, 500, "server_error"], paid: true },
  invalid_key: { v1: 2049, v2: [2049, 401, "authorized_error"] },
  unauthorised: { v1: 1004, v2: [1004, 401, "authorized_error"] },
};

async function expectRefusal(name: string, isV2: boolean, reply: Promise<Response>): Promise<void> {
  const { v1, v2 } = REFUSALS[name] as (typeof REFUSALS)[string];
  const { code, status, type } = await refusalIn(await reply);
  expect([code, status, type]).toEqual(isV2 ? v2 : [v1, 200, undefined]);
}

/** The effect of each scenario about a single reply, in V1. */
const SPOILT: Record<string, (whole: Arrived) => Partial<Arrived>> = {
  rate_limited: () => ({ status: 200, text: expect.stringContaining('"status_code":1002') }),
  timed_out: () => ({ status: 200, text: expect.stringContaining('"status_code":1001') }),
  "too_many_requests=7": () => ({ status: 429, after: "7" }),
  "retry_date=60": () => ({ status: 429, after: expect.stringMatching(/^\w{3}, .* GMT$/) }),
  // fetch follows it to a host that does not exist.
  redirected: () => ({ status: 0 }),
  lost_request: () => ({ status: 0 }),
  lost_reply: () => ({ status: 0 }),
  plain_text: () => ({ status: 503, text: expect.stringMatching(/^upstream /), cut: false }),
  unclear: () => ({ status: 502, text: expect.stringMatching(/^<html>/), cut: false }),
  cut_reply: ({ size }) => ({ status: 200, size: size >> 1, announced: size, cut: true }),
  "cut_reply=10": ({ size }) => ({ status: 200, size: 10, announced: size, cut: true }),
  empty_reply: () => ({ status: 200, text: "", announced: 0, cut: false }),
  half_json: ({ size }) => ({ status: 200, size: size >> 1, announced: size >> 1, cut: false }),
  garbage: () => ({ status: 200, text: expect.stringMatching(/^[A-Z][a-z ]+\.\n$/), cut: false }),
  gateway_json: () => ({ status: 200, text: expect.stringContaining('"status_code":"0"'), cut: false }),
  "slow_headers=90": ({ size }) => ({ status: 200, size, late: true, cut: false }),
  "slow_body=90": ({ size }) => ({ status: 200, size, trickled: true, cut: false }),
  wrong_length: ({ size }) => ({ status: 200, size, announced: size + 100, cut: true }),
  no_length: ({ size }) => ({ status: 200, size: size >> 1, announced: undefined, cut: false }),
};
/** The differences in V2, where refusals have their own HTTP status. */
const SPOILT_V2: typeof SPOILT = {
  ...SPOILT,
  rate_limited: () => ({ status: 429, text: expect.stringContaining("(1002)") }),
  timed_out: () => ({ status: 500, text: expect.stringContaining("(1000)") }),
  "too_many_requests=7": () => ({ status: 429, after: "7", text: expect.stringContaining("rate_limit_error") }),
  "retry_date=60": () => ({ status: 429, text: expect.stringContaining("rate_limit_error") }),
};
const nameIn = (fault: string) => fault.replace(/=.*/, "");

test("the guide describes each scenario, what its number means, and where it acts", () => {
  const missing = scenarios.filter(({ prompt, key, plays, number, on, also }) => {
    const places = also.length > 0 ? `${on.join(", ")}; ${also.join(", ")}` : on.join(", ");
    const what = number ? `${plays} (\`=N\`: ${number})` : plays;
    return !guide("mock").includes(`| ${prompt ? `\`${prompt}\`` : ""} | \`${key}\` | ${what} | ${places} |`);
  });
  expect(missing.map(({ name }) => name)).toEqual([]);
});

describe("a create that is refused", () => {
  const rows = scenarios.flatMap(({ name, prompt, key }) => {
    if (!REFUSALS[name]) return [];
    const byKey = [name, "its key", "A fox.", withKey(key)] as const;
    return prompt ? [[name, "its token", `A fox ${prompt}.`, KEY] as const, byKey] : [byKey];
  });

  test.each(rows)("%s by %s has the code of its version, and is charged or not", async (name, _, prompt, headers) => {
    for (const kind of KIND_NAMES) {
      const before = server.mock.creates;
      const { path, body, isV2 } = KINDS[kind];
      await expectRefusal(name, isV2, post(path, body(prompt), headers));
      expect(server.mock.creates - before).toBe(REFUSALS[name]?.paid ? 1 : 0);
    }
  });

  test("succeeds after the given number of tries, counted by prompt", async () => {
    lines.length = 0;
    const codes = [];
    for (const words of ["a", "a", "a", "b"]) {
      const { base_resp } = await json(post(KINDS.video.path, KINDS.video.body(`{mock:rate_limited=2} ${words}`)));
      codes.push(base_resp.status_code);
    }
    expect(codes).toEqual([1002, 1002, 0, 1002]);
    expect(lines.map(({ note }) => note)).toEqual(codes.map((code) => (code ? "rate_limited" : undefined)));
  });

  test("is counted by its source if it is a regeneration of a task", async () => {
    const { id } = await finished("generation");
    const body = { model: "MiniMax-H3", source_task_id: id, resolution: "2K" };
    const statuses = [];
    for (const _ of [1, 2])
      statuses.push((await post(KINDS.regeneration.path, body, withFault("rate_limited=1"))).status);
    expect(statuses).toEqual([429, 200]);
  });
});

test.each(["invalid_key", "unauthorised"])("%s refuses every request", async (name) => {
  const headers = withKey(`mock-${name.replace("_", "-")}`);
  for (const kind of KIND_NAMES) await expectRefusal(name, KINDS[kind].isV2, get(`${KINDS[kind].query}1`, headers));
  await expectRefusal(name, false, get("/v1/files/retrieve?file_id=1", headers));
  await expectRefusal(name, true, get("/v2/query/video_generation", headers));
  await expectRefusal(name, true, remove("1", headers));
});

describe("what cannot be played", () => {
  const FAIL = "it takes on=create|any, times=N";

  test.each(BOTH)("is refused with the reason in the prompt of a %s", async (kind) => {
    const { path, body } = KINDS[kind];
    for (const [token, reason] of [
      ["rate-limit", "the mock has no scenario rate-limit: did you mean rate_limited?"],
      ["fail, no_callbacks", `the mock cannot play fail with "no_callbacks"; ${FAIL}; two scenarios need two tokens`],
    ]) {
      const { code, message } = await server.refusalOf(() => post(path, body(`{mock:${token}}`)));
      expect([code, message]).toEqual([2013, `invalid params, ${reason}`]);
    }
  });

  test("is refused in a header and a key, which is not shown", async () => {
    for (const headers of [withFault("nonsense"), withKey("mock-fail;private")]) {
      const { code, message } = await refusalIn(await get(`${KINDS.video.query}1`, headers));
      expect(code).toBe(2013);
      expect(message).toMatch(/ (the mock has no scenario nonsense|with what follows it in the key; .*)$/);
      expect(message).not.toContain("private");
    }
    const { link } = await finished("video");
    const response = await fetch(link, { headers: { "x-mock-fault": "fail;on=download" } });
    const problem = { title: `the mock cannot play fail with "on=download"; ${FAIL}`, status: 400 };
    expect([response.status, await response.json()]).toEqual([400, problem]);
  });
});

describe("the fate of a task", () => {
  test.each([
    ["sensitive_output", 1027, { code: "1027", message: "the finished video was judged sensitive" }],
    ["fail", 0, { code: "1000", message: "internal error" }],
  ])("%s: a task runs for its full time, then fails", async (name, code, error) => {
    for (const kind of KIND_NAMES) {
      const id = await create(kind, `{mock:${name}}`);
      clock.time += kind === "h3_context_ir" ? 29_999 : 89_999;
      expect((await view(kind, id)).status).toMatch(/^(Processing|running)$/);
      clock.time += DONE;
      const task = await view(kind, id);
      if (KINDS[kind].isV2) expect(task).toMatchObject({ status: "failed", error, usage: {} });
      else expect(task).toMatchObject({ status: "Fail", base_resp: { status_code: code } });
      expect(task).not.toHaveProperty("content");
    }
  });

  test("slow: a task takes ten times as long, or the given number of times", async () => {
    const ids = [await create("video", "{mock:slow}"), await create("video", "{mock:slow=2}")];
    const queued = await create("generation", "{mock:slow=1000}");
    const states = [];
    for (const pause of [179_999, 1, 719_999, 1]) {
      clock.time += pause;
      states.push(await Promise.all(ids.map(async (id) => (await view("video", id)).status)));
    }
    expect(states).toEqual([
      ["Processing", "Processing"],
      ["Processing", "Success"],
      ["Processing", "Success"],
      ["Success", "Success"],
    ]);
    expect((await view("generation", queued)).status).toBe("queued");
  });

  test.each([
    ["video", ["Preparing", "Reviewing", "Success"]],
    ["generation", ["queued", "reviewing", "succeeded"]],
  ] as const)("unknown_status: a %s is %j", async (kind, expected) => {
    const id = await create(kind, "{mock:unknown_status}");
    const states = [];
    for (const pause of [0, 30_000, DONE]) {
      clock.time += pause;
      states.push((await view(kind, id)).status);
    }
    expect(states).toEqual(expected);
  });

  test.each([
    ["flaky_poll", ["cut", 0, 1002, 0, "cut"]],
    ["flaky_poll=3", ["cut", 1002, "cut", 0, 0]],
  ])("%s: five queries in a row give %j", async (token, expected) => {
    for (const kind of BOTH) {
      const id = await create(kind, `{mock:${token}}`);
      const polls = [];
      for (let poll = 0; poll < 5; poll += 1) {
        const { status, text } = await arrived(get(KINDS[kind].query + id));
        polls.push(status === 0 ? "cut" : /\b1002\b/.test(text) ? 1002 : 0);
      }
      expect(polls).toEqual(expected);
    }
  });

  test("burst: the first creates and queries with a key are refused, counted over prompts, tasks and versions", async () => {
    const id = await create("video");
    const reply = async (kind: KindName, headers: Record<string, string>, query = "") => {
      const { path, body } = KINDS[kind];
      const { text } = await arrived(query ? get(KINDS[kind].query + query, headers) : post(path, body("a"), headers));
      return text.includes("1002");
    };
    const byKey = withKey("mock-burst=4");
    const refused = [
      await reply("video", byKey),
      await reply("video", byKey, id),
      await reply("generation", byKey),
      await reply("generation", byKey, "1"),
      await reply("video", byKey, id),
    ];
    expect(refused).toEqual([true, true, true, true, false]);
    const others = [];
    for (const key of ["a", "a", "b"])
      others.push(await reply("video", { ...withKey(key), "x-mock-fault": "burst=1" }, id));
    expect(others).toEqual([true, false, true]);
  });
});

describe("gateways and late answers", () => {
  test.each<[string, number, object]>([
    ["gateway_balance", 429, { error: { message: expect.stringContaining("(1008)") } }],
    ["gateway_quota", 403, { code: "insufficient_user_quota", data: null }],
  ])("%s: a create is refused with HTTP %i (B2, B3)", async (name, status, body) => {
    for (const kind of KIND_NAMES) {
      const before = server.mock.creates;
      const reply = await post(KINDS[kind].path, KINDS[kind].body(`{mock:${name}}`));
      expect([reply.status, await reply.json(), server.mock.creates - before]).toMatchObject([status, body, 0]);
    }
  });

  test("unknown_task: the first queries do not know the task (B10, B13)", async () => {
    for (const kind of BOTH) {
      const id = await create(kind, "{mock:unknown_task=2}");
      const words = [];
      for (let poll = 0; poll < 3; poll++) words.push((await arrived(get(KINDS[kind].query + id))).text);
      const unknown = expect.stringMatching(/task_id not found|record not found \(1000\)/);
      expect(words).toEqual([unknown, unknown, expect.not.stringMatching(/not found/)]);
    }
  });

  test("late_result: the first success names no file and no link (B4)", async () => {
    for (const kind of ["video", "template", "generation"] as const) {
      const id = await create(kind, "{mock:late_result}");
      clock.time += DONE;
      const results = [await view(kind, id), await view(kind, id)].map(
        ({ file_id, video_url, content }) => video_url || content?.url || file_id || "none",
      );
      expect(results).toEqual(["none", expect.not.stringMatching(/none/)]);
    }
  });

  test("late_link: the first link to a file is empty (B5)", async () => {
    const id = await create("video", "{mock:late_link}");
    clock.time += DONE;
    expect([await linkOf("video", id), await linkOf("video", id)]).toEqual(["", expect.stringMatching(/^http/)]);
  });

  test("redirected: a request is sent on to another host (B11)", async () => {
    const { path, body } = KINDS.video;
    const init = {
      method: "POST",
      headers: { ...withFault("redirected"), "content-type": "application/json" },
      body: JSON.stringify(body("a")),
    };
    const { status, headers } = await fetch(server.mock.url + path, { ...init, redirect: "manual" });
    expect([status, headers.get("location")]).toEqual([308, `https://moved.invalid${path}`]);
  });
});

describe.each(BOTH)("the link to a %s", (kind) => {
  const linkWith = async (token: string) => (await finished(kind, `{mock:${token}}`)).link;
  const range = { headers: { range: "bytes=100-" } };

  test.each([
    ["expired_link", [403, 200]],
    ["expired_link=2", [403, 403, 200]],
  ])("%s: the links give %j", async (token, expected) => {
    const { id, link } = await finished(kind, `{mock:${token}}`);
    const statuses = [(await fetch(link, { method: "HEAD" })).status];
    while (statuses.length < expected.length)
      statuses.push((await fetch(await linkOf(kind, id), { method: "HEAD" })).status);
    expect(statuses).toEqual(expected);
  });

  test("cut_download: the first download breaks off, a range resumes it, and the next one is complete", async () => {
    const link = await linkWith("cut_download");
    // No download.
    await fetch(link, { method: "HEAD" });
    const first = await arrived(fetch(link));
    expect(first).toMatchObject({ cut: true, size: (first.announced ?? 0) >> 1 });
    const rest = await arrived(fetch(link, { headers: { range: `bytes=${first.size}-` } }));
    const whole = await arrived(fetch(link));
    expect([rest.status, whole.cut]).toEqual([206, false]);
    expect(Buffer.concat([first.bytes, rest.bytes])).toEqual(whole.bytes);
  });

  test("range_ignored: a range request gets the whole file, without Accept-Ranges", async () => {
    const link = await linkWith("range_ignored times=1");
    const [whole, ignored, heeded] = [await fetch(link), await fetch(link, range), await fetch(link, range)];
    expect([whole, ignored, heeded].map(({ status }) => status)).toEqual([200, 200, 206]);
    expect(ignored.headers.get("accept-ranges")).toBeNull();
    expect(await ignored.arrayBuffer()).toEqual(await whole.arrayBuffer());
  });

  test.each([
    ["file_changed", 1],
    ["file_changed=2", 2],
  ])("%s: later downloads get another playable file, with another length and ETag", async (token, before) => {
    const link = await linkWith(token);
    const files: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await fetch(link);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(clipHeader(bytes).streamable).toBe(true);
      files.push(`${response.headers.get("etag")} ${bytes.length}`);
    }
    expect(files.map((file) => file === files[0])).toEqual(files.map((_, turn) => turn < before));
    expect(new Set(files.map((file) => file.split(" ")[1])).size).toBe(2);
    const [old = ""] = (files[0] ?? "").split(" ");
    const resumed = await fetch(link, { headers: { ...range.headers, "if-range": old } });
    expect([resumed.status, resumed.headers.get("etag") === old]).toEqual([200, false]);
  });

  test("redirected_link: the link redirects to the file at another host and path", async () => {
    const link = await linkWith("redirected_link");
    const { status, headers } = await fetch(link, { redirect: "manual" });
    const onward = new URL(headers.get("location") ?? "");
    expect([status, onward.protocol, onward.hostname]).toEqual([302, "http:", "localhost"]);
    expect(onward.pathname).toMatch(/^\/files\/\d+\/moved\/output\.mp4$/);
    expect((await fetch(link)).headers.get("content-type")).toBe("video/mp4");
    onward.searchParams.set("Signature", "another");
    expect((await fetch(onward)).status).toBe(403);
  });

  test("misdirected_link: the link redirects to an address that is not HTTP", async () => {
    const link = await linkWith("misdirected_link times=1");
    const { status, headers } = await fetch(link, { redirect: "manual" });
    expect([status, headers.get("location")]).toEqual([302, expect.stringMatching(/^ftp:\/\//)]);
    expect((await fetch(link)).status).toBe(200);
  });
});

test("backup_link: the link is refused, its backup works, and a download uses it (D2)", async () => {
  const { id } = await finished("video", "{mock:backup_link}");
  const { file_id } = await view("video", id);
  const { file } = await json(get(`/v1/files/retrieve?file_id=${file_id}`));
  const replies = await Promise.all([file.download_url, file.backup_download_url].map((link) => arrived(fetch(link))));
  expect(replies.map(({ status }) => status)).toEqual([404, 200]);
  const real = { now: Date.now, random: Math.random, pause: async () => {} };
  const { videos } = createClient({ apiKey: "any", server: server.mock.url, clock: real });
  expect((await (await videos.task(id).wait()).blob()).size).toBe(replies[1]?.size);
});

describe("the scenarios about a single reply", () => {
  type Send = (headers: Record<string, string>) => Promise<Response>;
  /** By operation, with V2 separately. */
  const requests: Record<string, { v1: Send[]; v2: Send[] }> = {};
  const wholes = new Map<Send, Arrived>();

  beforeAll(async () => {
    const { id, link } = await finished("video");
    const { file_id } = await view("video", id);
    const [template, generation] = [await finished("template"), await finished("generation")];
    const asked =
      (path: string): Send =>
      (headers) =>
        get(path, headers);
    const creates = (kinds: KindName[]) =>
      kinds.map(
        (kind): Send =>
          (headers) =>
            post(KINDS[kind].path, KINDS[kind].body("A fox."), headers),
      );
    const upload: Send = (headers) => server.upload(Buffer.from("A text."), "a.txt", "t2a_async_input", headers);
    const deleteUpload: Send = async (headers) => {
      const { file } = await json(upload(KEY));
      return post("/v1/files/delete", { file_id: file.file_id, purpose: "t2a_async_input" }, headers);
    };
    const cancelTask: Send = async (headers) => remove(await create("generation"), headers);
    Object.assign(requests, {
      create: { v1: creates(["video", "template"]), v2: creates(["generation", "h3_context_ir", "regeneration"]) },
      query: {
        v1: [asked(KINDS.video.query + id), asked(KINDS.template.query + template.id)],
        v2: [asked(KINDS.generation.query + generation.id)],
      },
      list: {
        v1: [asked("/v1/files/list?purpose=prompt_audio")],
        v2: [asked(`/v2/query/video_generation?filter.task_ids=${generation.id}`)],
      },
      delete: { v1: [deleteUpload], v2: [cancelTask] },
      upload: { v1: [upload], v2: [] },
      retrieve: { v1: [asked(`/v1/files/retrieve?file_id=${file_id}`)], v2: [] },
      content: { v1: [asked(`/v1/files/retrieve_content?file_id=${file_id}`)], v2: [] },
      download: { v1: [(headers: Record<string, string>) => fetch(link, { headers })], v2: [] },
    });
    for (const { v1, v2 } of Object.values(requests))
      for (const send of [...v1, ...v2]) wholes.set(send, await arrived(send(KEY)));
  });

  const rows = Object.keys(SPOILT).flatMap((fault) => {
    const { on = [], also = [], moment } = scenarios.find(({ name }) => name === nameIn(fault)) ?? {};
    return [...on, ...also].map((operation) => [fault, operation, moment] as const);
  });

  test.each(rows)("%s meets a %s", async (fault, operation, moment) => {
    const { v1 = [], v2 = [] } = requests[operation] ?? {};
    for (const send of [...v1, ...v2]) {
      const before = server.mock.creates;
      const whole = wholes.get(send) as Arrived;
      expect(whole).toMatchObject({ status: 200, announced: whole.size, cut: false });
      const expected = (v1.includes(send) ? SPOILT : SPOILT_V2)[fault]?.(whole);
      expect(await arrived(send(withFault(fault)))).toMatchObject(expected ?? {});
      // A task must exist before it is cancelled.
      const isPaid = operation === "delete" ? v2.includes(send) : operation === "create" && moment === "after";
      expect(server.mock.creates - before).toBe(isPaid ? 1 : 0);
    }
  });

  test("times= limits a scenario to the first requests", async () => {
    // Each deletion is of another file or task, and counted separately.
    const { delete: _, ...repeated } = requests;
    for (const { v1 } of Object.values(repeated)) {
      const statuses = [];
      for (let turn = 0; turn < 3; turn += 1)
        statuses.push((await arrived((v1[0] as Send)(withFault("unclear;times=2")))).status);
      expect(statuses).toEqual([502, 502, 200]);
    }
  });

  test("several take effect one after the other, in the order of the request", async () => {
    const id = await create("video", "{mock:unclear on=query times=1} {mock:lost_reply on=query times=1}");
    const statuses = [];
    for (let poll = 0; poll < 3; poll += 1) statuses.push((await arrived(get(KINDS.video.query + id))).status);
    expect(statuses).toEqual([502, 0, 200]);
  });

  test("a token reaches every operation of its task, and no other task", async () => {
    const token = ["query", "delete", "download"].map((place) => `{mock:unclear on=${place} times=1}`).join(" ");
    const id = await create("generation", token);
    clock.time += DONE;
    expect((await get(KINDS.generation.query + id)).status).toBe(502);
    const link = await linkOf("generation", id);
    expect([(await fetch(link)).status, (await fetch(link)).status]).toEqual([502, 200]);
    expect((await remove(id)).status).toBe(502);
    // The deletion was carried out, as a create would have been.
    expect((await refusalIn(await remove(id))).message).toContain("invalid task_id");
    await finished("generation");
  });

  test("each task and each prompt is counted separately", async () => {
    const { path, body, query } = KINDS.video;
    const statuses = [];
    for (const prompt of ["{mock:unclear on=any times=1} c", "{mock:unclear on=any times=1} d"]) {
      statuses.push((await post(path, body(prompt))).status);
      const id = await create("video", prompt);
      statuses.push((await get(query + id)).status, (await get(query + id)).status);
    }
    expect(statuses).toEqual([502, 502, 200, 502, 502, 200]);
  });

  test("a key acts on the requests made with it, and on downloads of its tasks", async () => {
    const path = KINDS.video.query + (await create("video"));
    const headers = withKey("mock-garbage;on=query;times=1");
    expect((await get(path, headers)).headers.get("content-type")).toBe("text/plain");
    expect((await get(path, headers)).headers.get("content-type")).toBe("application/json");
    const id = await create("video", "A fox.", withKey("mock-lost-reply;on=download"));
    clock.time += DONE;
    await expect(fetch(await linkOf("video", id))).rejects.toThrow("fetch failed");
  });

  test("a header on a create applies to its task, and to no other", async () => {
    const id = await create("video", "A fox.", withFault("fail, slow_headers=1"));
    clock.time += DONE;
    lines.length = 0;
    expect((await view("video", id)).status).toBe("Fail");
    expect(lines.map(({ note }) => note)).toEqual(["Fail"]);
  });

  test("the log names a scenario that took effect", async () => {
    lines.length = 0;
    for (const fault of ["lost_reply", "unclear", "slow_headers=30", "rate_limited"])
      await arrived(get(`${KINDS.video.query}1`, withFault(fault)));
    await expect.poll(() => lines.length).toBe(4);
    expect(lines.map(({ status, note }) => [status, note])).toEqual([
      [0, "lost_reply"],
      [502, "unclear"],
      [200, "slow_headers"],
      [200, "rate_limited"],
    ]);
  });

  test("close() does not wait for a slow reply, and leaves none pending", async () => {
    const over: RequestLine[] = [];
    const own = await startMock({ onRequest: (line) => over.push(line) });
    const path = `${own.url}${KINDS.video.query}1`;
    const waiting = ["slow_headers", "slow_body"].map((fault) =>
      arrived(fetch(path, { headers: withFault(`${fault}=60000`) })),
    );
    await expect.poll(() => own.requests).toBe(2);
    await own.close();
    expect((await Promise.all(waiting)).map(({ cut }) => cut)).toEqual([true, true]);
    await expect.poll(() => over.length, { timeout: 5_000 }).toBe(2);
  });
});
