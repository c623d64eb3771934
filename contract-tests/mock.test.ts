/** V1 of the mock over real HTTP, called with plain fetch as any client could. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../src/index.js";
import { type Mock, type RequestLine, scenarios, startMock } from "../src/mock/index.js";
import { type Arrived, arrived, nameIn, spoilt, untilCut } from "./helpers/arrived.js";
import { receive } from "./helpers/calls.js";
import { dataUrl, png } from "./helpers/pictures.js";
import { image, PATHS, text, videoOf } from "./helpers/scenes.js";
import { json, KEY, type On, send, sender } from "./helpers/send.js";
import { uploadForm } from "./helpers/uploads.js";

const TEXT = { model: "MiniMax-Hailuo-2.3", prompt: "A fox runs through snow [Push in]." };
const TEMPLATE = { template_id: "393769180141805569", text_inputs: [{ value: "fox" }] };
const CREATE = "/v1/video_generation";
const CREATE_TEMPLATE = "/v1/video_template_generation";
/** Longer than any task and shorter than any link: milliseconds. */
const DONE = 100_000;

// The clock of tasks and links, so that no test has to wait.
let time = 1_700_000_000_000;
const lines: RequestLine[] = [];
let mock: Mock;
let strict: Mock;
const client = createClient({ apiKey: "any" });
const { post, get } = sender(() => mock);

beforeAll(async () => {
  const now = () => time;
  [mock, strict] = await Promise.all([
    startMock({ now, onRequest: (line) => lines.push(line) }),
    startMock({ now, strict: true }),
  ]);
});
afterAll(() => Promise.all([mock.close(), strict.close()]));

describe("an existing client works unchanged", () => {
  test("create, query, retrieve and download give a playable video of the size that the query reported", async () => {
    const quick = await startMock({ speed: 500 });
    const { task_id, base_resp } = await json(post(CREATE, { ...TEXT, resolution: "1080P" }, { on: quick }));
    expect(base_resp).toEqual({ status_code: 0, status_msg: "success" });

    let task = await json(query(task_id, { on: quick }));
    while (task.status !== "Success") {
      expect(task).toMatchObject({ task_id, file_id: "", video_width: 0, video_height: 0 });
      await new Promise((resolve) => setTimeout(resolve, 5));
      task = await json(query(task_id, { on: quick }));
    }
    expect(task).toMatchObject({ task_id, video_width: 1920, video_height: 1080 });

    const { file } = await json(get(`/v1/files/retrieve?file_id=${task.file_id}`, { on: quick }));
    expect(file).toMatchObject({ file_id: Number(task.file_id), bytes: 0, filename: "output.mp4" });
    const video = await fetch(file.download_url);
    expect([video.status, video.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    const bytes = Buffer.from(await video.arrayBuffer());
    expect(bytes.toString("latin1", 4, 8)).toBe("ftyp");
    expect(bytes.length).toBe(Number(video.headers.get("content-length")));
    await quick.close();
  });

  test("a task passes through its four states as fast as a real one", async () => {
    const { task_id } = await json(post(CREATE, TEXT));
    const states = [];
    for (const pause of [0, 2_000, 8_000, 79_999, 1]) {
      time += pause;
      states.push((await json(query(task_id))).status);
    }
    expect(states).toEqual(["Preparing", "Queueing", "Processing", "Processing", "Success"]);
  });

  test("a template task has an id of 18 digits, never queues, and reports its link itself", async () => {
    const { task_id } = await json(post(CREATE_TEMPLATE, TEMPLATE));
    expect(task_id).toMatch(/^\d{18}$/);
    time += 5_000;
    expect(await json(queryTemplate(task_id))).toMatchObject({ task_id, status: "Processing", video_url: "" });
    time += DONE;
    const { status, video_url } = await json(queryTemplate(task_id));
    expect(status).toBe("Success");
    expect((await fetch(video_url)).headers.get("content-type")).toBe("video/mp4");
  });

  test("a first frame of 20 MB is accepted, and one in portrait gives a video in portrait", async () => {
    const first_frame_image = dataUrl(png(768, 1364, 20 * 1024 * 1024 - 1));
    const { task_id } = await json(post(CREATE, { model: "MiniMax-Hailuo-2.3-Fast", first_frame_image, duration: 10 }));
    time += DONE;
    expect(await json(query(task_id))).toMatchObject({ status: "Success", video_width: 768, video_height: 1364 });
  });

  test("another mock does not know the ids", async () => {
    const { task_id } = await json(post(CREATE, TEXT));
    expect(codeOf(await json(query(task_id, { on: strict })))).toBe(2013);
  });

  test("a template task cannot be queried as a video task", async () => {
    const { task_id } = await json(post(CREATE_TEMPLATE, TEMPLATE));
    expect(codeOf(await json(query(task_id)))).toBe(2013);
  });

  test("created_at of a file is the second in which its task ended, however late it is queried", async () => {
    const made = Math.floor((time + 90_000) / 1000);
    const { fileId } = await finished();
    const { file } = await json(get(`/v1/files/retrieve?file_id=${fileId}`));
    expect(file.created_at).toBe(made);
  });

  test("a file does not exist before its task has ended", async () => {
    const { task_id } = await json(post(CREATE, TEXT));
    const fileId = String(Number(task_id) + 4_097);
    const early = await json(get(`/v1/files/retrieve?file_id=${fileId}`));
    time += DONE;
    expect((await json(query(task_id))).file_id).toBe(fileId);
    expect(early.base_resp.status_msg).toBe("invalid params, file_id not found");
  });
});

describe("by default, the mock", () => {
  test.each<[string, unknown, string | RegExp]>([
    ["an empty prompt", { ...TEXT, prompt: "" }, "text to video: prompt can't be empty"],
    [
      "Fast without a frame",
      { ...TEXT, model: "MiniMax-Hailuo-2.3-Fast" },
      "model MiniMax-Hailuo-2.3-Fast does not support Text-to-Video mode",
    ],
    [
      "720P on 2.3",
      { ...TEXT, resolution: "720P" },
      "model MiniMax-Hailuo-2.3 does not support resolution 720P, supported resolutions: 768P, 1080P",
    ],
    [
      "ten seconds at 1080P",
      { ...TEXT, duration: 10, resolution: "1080P" },
      "model MiniMax-Hailuo-2.3 does not support the combination of duration 10s and resolution 1080P",
    ],
    ["seven seconds", { ...TEXT, duration: 7 }, /^duration: .*\b6, 10 .*7/],
    ["a prompt of 2001 characters", { ...TEXT, prompt: "x".repeat(2001) }, /^prompt: .*at most 2000 characters .*2001/],
    ["a misspelt option", { ...TEXT, sed: 1 }, /^sed: .*known .*model, prompt/],
    ["no model", { prompt: "x" }, /^model: is required for text to video/],
    [
      "an unknown model",
      { ...TEXT, model: "MiniMax-Hailuo-9" },
      /^model: must be one of MiniMax-Hailuo-2\.3, MiniMax-Hailuo-02, T2V-01-Director, T2V-01\b/,
    ],
    [
      "a duration with a subject",
      {
        model: "S2V-01",
        duration: 6,
        subject_reference: [{ type: "character", image: ["https://example.com/a.jpg"] }],
      },
      /^duration: .*subject reference to video/,
    ],
    [
      "ten seconds on the 01 series",
      { model: "T2V-01", prompt: "x", duration: 10 },
      "model T2V-01 does not support the combination of duration 10s and resolution 720P",
    ],
    [
      "a misspelt option beside a resolution that other modes lack",
      { model: "T2V-01", prompt: "x", resolution: "720P", sed: 1 },
      /^sed: .*known .*model, prompt/,
    ],
    ["a blank prompt", { ...TEXT, prompt: "\u3000\n" }, /^prompt: .*blank/],
    [
      "a blank prompt beside a first frame",
      { ...TEXT, prompt: "\u200b", first_frame_image: "https://example.com/a.jpg" },
      /^prompt: .*blank/,
    ],
    [
      "a first frame that is not an image",
      { ...TEXT, first_frame_image: "fox" },
      /^first_frame_image: must be an http\(s\) URL, or a data URL of a JPEG, PNG or WebP image/,
    ],
    ["no subject", { model: "S2V-01", subject_reference: [] }, /^subject_reference: .*at least 1/],
    [
      "a subject without an image",
      { model: "S2V-01", subject_reference: [{ type: "character" }] },
      /^subject_reference\[0\]\.image: is required/,
    ],
    [
      "a first frame beside a subject",
      {
        model: "S2V-01",
        first_frame_image: "https://example.com/a.jpg",
        subject_reference: [{ type: "character", image: ["https://example.com/a.jpg"] }],
      },
      /^first_frame_image: .*subject reference to video/,
    ],
    ["an array", [], "the body must be a JSON object"],
  ])("refuses %s with HTTP 200, 2013, no task_id, and the reason", async (_, body, reason) => {
    const before = mock.creates;
    const response = await post(CREATE, body);
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        task_id: "",
        base_resp: {
          status_code: 2013,
          status_msg:
            typeof reason === "string"
              ? `invalid params, ${reason}`
              : expect.stringMatching(new RegExp(reason.source.replace("^", "^invalid params, "))),
        },
      },
    ]);
    expect(mock.creates).toBe(before);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ["a misspelt option", CREATE, { ...TEXT, sed: 1 }],
    ["no model", CREATE, { prompt: "x" }],
    ["a prompt of 2001 characters", CREATE, { ...TEXT, prompt: "x".repeat(2001) }],
    ["template inputs that are not an array", CREATE_TEMPLATE, { ...TEMPLATE, text_inputs: 1 }],
    ["two texts for MiniMax-H3", PATHS.video, videoOf([text, text])],
    ["an unknown role", PATHS.video, videoOf([text, image("frist_frame")])],
  ])("refuses %s in the words of the client's check", async (_, path, body) => {
    const { issues } = await client.videos.check(body);
    const words = issues.map((issue) => `invalid params, ${issue.path}: ${issue.message}`);
    const { base_resp, error } = await (await post(path, body)).json();
    expect(words).toContain(error?.message.replace(/ \(2013\)$/, "") ?? base_resp.status_msg);
  });

  test("refuses a body that is not JSON with 2013", async () => {
    const { base_resp } = await json(post(CREATE, "{"));
    expect(base_resp).toEqual({ status_code: 2013, status_msg: "invalid params, the body is not JSON" });
  });

  test("refuses a query without an id, and with an unknown id", async () => {
    expect((await json(get("/v1/query/video_generation"))).base_resp.status_msg).toBe(
      "invalid params, query: must have required property 'task_id'",
    );
    expect((await json(query("123"))).base_resp.status_msg).toBe("invalid params, task_id not found");
  });

  test.each([
    ["no key", undefined],
    ["another scheme", "Basic abc"],
    ["an empty bearer", "Bearer "],
  ])("refuses a request when there is %s", async (_, authorization) => {
    const { base_resp } = await json(post(CREATE, TEXT, { headers: authorization ? { authorization } : {} }));
    expect(base_resp).toEqual({
      status_code: 1004,
      status_msg: "login fail: Please carry the API secret key in the 'Authorization' field of the request header",
    });
  });
});

test("a lower-case bearer is accepted as HTTP demands, but refused by Prism in strict mode", async () => {
  const headers = { authorization: "bearer key" };
  const [tolerant, exact] = await Promise.all([
    post(CREATE, TEXT, { headers }),
    post(CREATE, TEXT, { on: strict, headers }),
  ]);
  expect([codeOf(await tolerant.json()), exact.status]).toEqual([0, 401]);
});

describe("in strict mode, the mock", () => {
  test("refuses ten seconds at 1080P with 422 and the keyword that failed", async () => {
    const response = await post(CREATE, { ...TEXT, duration: 10, resolution: "1080P" }, { on: strict });
    expect([response.status, response.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
    const { validation } = await response.json();
    expect(validation).toContainEqual(expect.objectContaining({ location: ["body", "resolution"], code: "const" }));
    expect(strict.creates).toBe(0);
  });

  test("refuses a missing key with 401, and a body that is not JSON with 400", async () => {
    const keyless = await post(CREATE, TEXT, { on: strict, headers: {} });
    expect([keyless.status, keyless.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect((await post(CREATE, "{", { on: strict })).status).toBe(400);
  });

  test("accepts a valid create, as by default", async () => {
    const { task_id } = await json(post(CREATE, TEXT, { on: strict }));
    expect(strict.taskIds).toContain(task_id);
  });
});

describe("in either mode", () => {
  test.each([
    ["an unknown path", 404, "/v1/videos", { method: "POST" }, {}],
    ["a wrong method", 405, CREATE, { method: "DELETE" }, {}],
    ["a wrong content type", 415, CREATE, { method: "POST", body: "a=b" }, { "content-type": "text/plain" }],
  ])("%s is answered with a problem and HTTP %i", async (_, status, path, init, headers) => {
    for (const on of [mock, strict]) {
      const response = await fetch(on.url + path, { ...init, headers: { ...KEY, ...headers } });
      expect([response.status, response.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
    }
  });

  test.each([
    ["path", 404, "/v1/videos"],
    ["method", 405, "/v1/query/video_generation"],
  ])("a wrong %s is a %i without a key too", async (_, status, path) => {
    for (const on of [mock, strict]) expect((await post(path, TEXT, { on, headers: {} })).status).toBe(status);
  });

  test("a body larger than 64 MB is refused with 413", async () => {
    const response = await post(CREATE, `"${"x".repeat(64 * 1024 * 1024)}"`);
    expect(response.status).toBe(413);
  });

  test("Prefer selects any documented reply, and creates nothing", async () => {
    const before = mock.creates;
    const response = await post(CREATE, TEXT, { headers: { ...KEY, prefer: "example=modelNotInPlan" } });
    expect([codeOf(await response.json()), mock.creates]).toEqual([2061, before]);
  });

  test("the error for an unknown example names it", async () => {
    const response = await post(CREATE, TEXT, { headers: { ...KEY, prefer: "example=nonsense" } });
    expect([response.status, await response.text()]).toEqual([
      500,
      'The mock failed. openapi/minimax.yaml has no example "nonsense" for post /v1/video_generation.\n',
    ]);
  });

  test("the log says what happened, without keys, prompts and signatures", async () => {
    lines.length = 0;
    const { link } = await finished("{mock:cut_download} very private");
    await fetch(link)
      .then((response) => response.arrayBuffer())
      .catch(() => undefined);
    expect(lines.map(({ path, status, note }) => [path.replace(/\d{15}/, "id"), status, note])).toEqual([
      [CREATE, 200, "cut_download"],
      ["/v1/query/video_generation", 200, "Success"],
      ["/v1/files/retrieve", 200, undefined],
      ["/files/id/output.mp4", 200, "cut_download"],
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/private|Signature|Bearer|key/);
  });
});

describe("downloads", () => {
  let link: string;
  let whole: Buffer;

  beforeAll(async () => {
    ({ link } = await finished());
    whole = Buffer.from(await (await fetch(link)).arrayBuffer());
  });

  test("a range request gets its part, and its position", async () => {
    const response = await fetch(link, { headers: { range: "bytes=100-199" } });
    expect([response.status, response.headers.get("content-range")]).toEqual([206, `bytes 100-199/${whole.length}`]);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(whole.subarray(100, 200));
  });

  test("a range beyond the end gets 416 and the size", async () => {
    const response = await fetch(link, { headers: { range: `bytes=${whole.length}-` } });
    expect([response.status, response.headers.get("content-range")]).toEqual([416, `bytes */${whole.length}`]);
  });

  test("If-Range gets the part with the current ETag, and the whole file with another one", async () => {
    const { headers } = await fetch(link, { method: "HEAD" });
    const range = { range: "bytes=0-9" };
    const same = await fetch(link, { headers: { ...range, "if-range": headers.get("etag") ?? "" } });
    const other = await fetch(link, { headers: { ...range, "if-range": '"other"' } });
    expect([same.status, other.status]).toEqual([206, 200]);
  });

  test("HEAD gets the size and Accept-Ranges without a body", async () => {
    const response = await fetch(link, { method: "HEAD" });
    expect([response.headers.get("content-length"), response.headers.get("accept-ranges")]).toEqual([
      String(whole.length),
      "bytes",
    ]);
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });

  test("HEAD does not use up a cut_download", async () => {
    const { link } = await finished("{mock:cut_download}");
    await fetch(link, { method: "HEAD" });
    await expect(fetch(link).then((response) => response.arrayBuffer())).rejects.toThrow();
  });

  test("links of a fast mock expire sooner, but never within a minute", async () => {
    const lives = [];
    for (const speed of [10, 10_000]) {
      const quick = await startMock({ speed, now: () => time });
      const { link } = await finished("A fox.", quick);
      const seconds = Number(new URL(link).searchParams.get("Expires")) - time / 1000;
      lives.push(Math.round(seconds / 60));
      await quick.close();
    }
    expect(lives).toEqual([6, 1]);
  });

  test("a changed link is refused with 403 and XML, and other methods with 405", async () => {
    const response = await fetch(link.replace(/Expires=\d+/, "Expires=9999999999"));
    expect([response.status, response.headers.get("content-type")]).toEqual([403, "application/xml"]);
    expect(await response.text()).toContain("<Code>SignatureDoesNotMatch</Code>");
    expect((await fetch(link, { method: "PUT" })).status).toBe(405);
  });

  test("a link expires after an hour, and another retrieve gives a valid one", async () => {
    const { link, fileId } = await finished();
    time += 3_599_000;
    expect((await fetch(link, { method: "HEAD" })).status).toBe(200);
    time += 2_000;
    const late = await fetch(link);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining("Request has expired.")]);
    const { file } = await json(get(`/v1/files/retrieve?file_id=${fileId}`));
    expect((await fetch(file.download_url, { method: "HEAD" })).status).toBe(200);
  });
});

describe("scenarios", () => {
  /** What happens to a create, and whether MiniMax would charge for it. */
  const creates: Record<string, { code?: number; status?: number; lost?: true; paid?: true }> = {
    rate_limited: { code: 1002 },
    insufficient_balance: { code: 1008 },
    sensitive_input: { code: 1026 },
    plan_limit: { code: 2056 },
    timed_out: { code: 1001, paid: true },
    lost_reply: { lost: true, paid: true },
    unclear: { status: 502, paid: true },
    invalid_key: { code: 2049 },
    unauthorised: { code: 1004 },
  };
  // "The scenarios about a single reply" are played on every operation; each of the others has its own test.
  const tasks = ["sensitive_output", "fail", "slow", "unknown_status", "flaky_poll", "burst"];
  const links = [
    "expired_link",
    "cut_download",
    "range_ignored",
    "file_changed",
    "redirected_link",
    "misdirected_link",
  ];

  const callbacks = ["late_callbacks", "double_callbacks", "disordered_callbacks", "no_callbacks"];

  test("every scenario is tested here", () => {
    const known = [...Object.keys(creates), ...Object.keys(spoilt).map(nameIn), ...tasks, ...links, ...callbacks];
    const tested = new Set(known);
    expect(scenarios.map(({ name }) => name).sort()).toEqual([...tested].sort());
  });

  const asked = scenarios.flatMap(({ name, prompt, key }) => {
    const expected = creates[name];
    if (!expected) return [];
    const byKey = [name, "its key", { headers: { authorization: `Bearer ${key}` } }, "A fox.", expected] as const;
    return prompt ? [[name, "its token", {}, `A fox ${prompt}.`, expected] as const, byKey] : [byKey];
  });
  test.each(asked)("%s by %s", async (_, __, options, prompt, { code, status = 200, lost, paid }) => {
    for (const [path, body] of [
      [CREATE, { ...TEXT, prompt }],
      [CREATE_TEMPLATE, { ...TEMPLATE, text_inputs: [{ value: prompt }] }],
    ] as const) {
      const before = mock.creates;
      const answer = post(path, body, options);
      if (lost) await expect(answer).rejects.toThrow("fetch failed");
      else {
        const response = await answer;
        expect(response.status).toBe(status);
        if (code) expect(await response.json()).toMatchObject({ task_id: "", base_resp: { status_code: code } });
        else expect(await response.text()).toMatch(/^<html>/);
      }
      expect(mock.creates - before).toBe(paid ? 1 : 0);
    }
  });

  test.each(["invalid_key", "unauthorised"])("%s refuses requests that cost nothing too", async (name) => {
    const key = scenarios.find((scenario) => scenario.name === name)?.key;
    const options = { headers: { authorization: `Bearer ${key}` } };
    const answers = [query("1", options), queryTemplate("1", options), get("/v1/files/retrieve?file_id=1", options)];
    for (const answer of answers) expect(codeOf(await json(answer))).toBe(creates[name]?.code);
  });

  test("a number limits a refusal to the first creates with the same prompt", async () => {
    const codes = [];
    lines.length = 0;
    for (let attempt = 0; attempt < 4; attempt += 1)
      codes.push(codeOf(await json(post(CREATE, { ...TEXT, prompt: "{mock:rate_limited=2} a" }))));
    codes.push(codeOf(await json(post(CREATE, { ...TEXT, prompt: "{mock:rate_limited=2} b" }))));
    expect(codes).toEqual([1002, 1002, 0, 0, 1002]);
    expect(lines.map(({ note }) => note)).toEqual(codes.map((code) => (code ? "rate_limited" : undefined)));
  });

  test("an unknown token is refused by name instead of being ignored", async () => {
    const { base_resp } = await json(post(CREATE, { ...TEXT, prompt: "{mock:rate-limit}" }));
    expect(base_resp).toEqual({ status_code: 2013, status_msg: "invalid params, the mock has no scenario rate-limit" });
  });

  test.each([
    ["sensitive_output", 1027],
    ["fail", 0],
  ])("%s: the task runs for its full time, then ends with Fail and %i", async (name, code) => {
    const { task_id } = await json(post(CREATE, { ...TEXT, prompt: `{mock:${name}}` }));
    time += 89_999;
    expect((await json(query(task_id))).status).toBe("Processing");
    time += 1;
    const task = await json(query(task_id));
    expect(task).toMatchObject({ task_id, status: "Fail", file_id: "", base_resp: { status_code: code } });
  });

  test("slow: the task takes ten times as long, or as many times as its number says", async () => {
    const ids = [];
    for (const token of ["{mock:slow}", "{mock:slow=2}"])
      ids.push((await json(post(CREATE, { ...TEXT, prompt: token }))).task_id);
    const states = [];
    for (const pause of [179_999, 1, 719_999, 1]) {
      time += pause;
      states.push(await Promise.all(ids.map(async (id) => (await json(query(id))).status)));
    }
    expect(states).toEqual([
      ["Processing", "Processing"],
      ["Processing", "Success"],
      ["Processing", "Success"],
      ["Success", "Success"],
    ]);
  });

  test("unknown_status: an undocumented word while it is processing, then the usual end", async () => {
    const { task_id } = await json(post(CREATE, { ...TEXT, prompt: "{mock:unknown_status}" }));
    time += 20_000;
    const { status } = await json(query(task_id));
    expect(["Preparing", "Queueing", "Processing", "Success", "Fail", ""]).not.toContain(status);
    time += DONE;
    expect((await json(query(task_id))).status).toBe("Success");
  });

  /** The results of five queries in a row. */
  async function fivePolls(task_id: string): Promise<unknown[]> {
    const polls = [];
    for (let poll = 0; poll < 5; poll += 1)
      polls.push(
        await query(task_id).then(
          async (response) => codeOf(await response.json()),
          () => "cut",
        ),
      );
    return polls;
  }

  test("flaky_poll: a query is cut, the next succeeds, one is refused with 1002, the next succeeds", async () => {
    const { task_id } = await json(post(CREATE, { ...TEXT, prompt: "{mock:flaky_poll}" }));
    expect(await fivePolls(task_id)).toEqual(["cut", 0, 1002, 0, "cut"]);
  });

  test("flaky_poll with a number: so many queries in a row fail, then all succeed", async () => {
    const { task_id } = await json(post(CREATE, { ...TEXT, prompt: "{mock:flaky_poll=3}" }));
    expect(await fivePolls(task_id)).toEqual(["cut", 1002, "cut", 0, 0]);
  });

  test("burst: the first creates and queries are refused, whatever their prompt and task", async () => {
    const own = await startMock({ now: () => time });
    const { task_id } = await json(post(CREATE, TEXT, { on: own }));
    const options = { on: own, headers: { authorization: "Bearer mock-burst=4" } };
    const codes = [];
    for (const prompt of ["a", "b"]) {
      codes.push(codeOf(await json(post(CREATE, { ...TEXT, prompt }, options))));
      codes.push(codeOf(await json(query(task_id, options))));
    }
    codes.push(codeOf(await json(query(task_id, options))), codeOf(await json(post(CREATE, TEXT, options))));
    expect([codes, own.creates]).toEqual([[1002, 1002, 1002, 1002, 0, 0], 2]);

    const header = (key: string) => ({
      on: own,
      headers: { authorization: `Bearer ${key}`, "x-mock-fault": "burst=1" },
    });
    const others = [];
    for (const key of ["a", "a", "b"]) others.push(codeOf(await json(query(task_id, header(key)))));
    expect(others).toEqual([1002, 0, 1002]);
    await own.close();
  });

  test.each([
    ["{mock:expired_link}", [403, 200]],
    ["{mock:expired_link=2}", [403, 403, 200]],
  ])("%s: expired links, then a valid one", async (prompt, expected) => {
    const { link, fileId } = await finished(prompt);
    const statuses = [(await fetch(link, { method: "HEAD" })).status];
    while (statuses.length < expected.length) {
      const { file } = await json(get(`/v1/files/retrieve?file_id=${fileId}`));
      statuses.push((await fetch(file.download_url, { method: "HEAD" })).status);
    }
    expect(statuses).toEqual(expected);
  });

  test("cut_download: the first download breaks off, a range resumes it, and the next one is complete", async () => {
    const { link } = await finished("{mock:cut_download}");
    const first = await fetch(link);
    const size = Number(first.headers.get("content-length"));
    const got = await untilCut(first);
    expect(got.length).toBe(size >> 1);
    const rest = await fetch(link, { headers: { range: `bytes=${got.length}-` } });
    expect(rest.status).toBe(206);
    const whole = Buffer.from(await (await fetch(link)).arrayBuffer());
    expect(Buffer.concat([got, Buffer.from(await rest.arrayBuffer())])).toEqual(whole);
  });

  test("range_ignored: a range request gets the whole file, without Accept-Ranges", async () => {
    const { link } = await finished("{mock:range_ignored times=1}");
    const range = { headers: { range: "bytes=100-" } };
    const [whole, ignored, heeded] = [await fetch(link), await fetch(link, range), await fetch(link, range)];
    expect([whole, ignored, heeded].map(({ status }) => status)).toEqual([200, 200, 206]);
    expect(ignored.headers.get("accept-ranges")).toBeNull();
    expect(await ignored.arrayBuffer()).toEqual(await whole.arrayBuffer());
  });

  test.each([
    ["{mock:file_changed}", 1],
    ["{mock:file_changed=2}", 2],
  ])("%s: later downloads get another playable file, with another length and ETag", async (token, before) => {
    const { link } = await finished(token);
    const files: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const response = await fetch(link);
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(bytes.toString("latin1", 4, 8)).toBe("ftyp");
      files.push(`${response.headers.get("etag")} ${bytes.length}`);
    }
    expect(files.map((file) => file === files[0])).toEqual(files.map((_, turn) => turn < before));
    expect(new Set(files.map((file) => file.split(" ")[1])).size).toBe(2);
  });

  test("file_changed: If-Range with the old ETag gets the whole new file", async () => {
    const { link } = await finished("{mock:file_changed}");
    const etag = (await fetch(link)).headers.get("etag") ?? "";
    const resumed = await fetch(link, { headers: { range: "bytes=100-", "if-range": etag } });
    expect([resumed.status, resumed.headers.get("etag") === etag]).toEqual([200, false]);
  });

  test("redirected_link: the link redirects to the file at another host and path", async () => {
    const { link } = await finished("{mock:redirected_link}");
    const { status, headers } = await fetch(link, { redirect: "manual" });
    const onward = new URL(headers.get("location") ?? "");
    expect([status, onward.protocol, onward.host]).toEqual([
      302,
      "http:",
      new URL(link).host.replace("127.0.0.1", "localhost"),
    ]);
    expect(onward.pathname).not.toBe(new URL(link).pathname);
    expect((await fetch(link)).headers.get("content-type")).toBe("video/mp4");
    onward.searchParams.set("Signature", "another");
    expect((await fetch(onward)).status).toBe(403);
  });

  test("misdirected_link: the link redirects to an address that is not HTTP", async () => {
    const { link } = await finished("{mock:misdirected_link times=1}");
    const { status, headers } = await fetch(link, { redirect: "manual" });
    expect([status, headers.get("location")]).toEqual([302, expect.stringMatching(/^ftp:\/\//)]);
    expect((await fetch(link)).status).toBe(200);
  });

  test("tokens of one prompt add up", async () => {
    const { link } = await finished("{mock:cut_download} {mock:expired_link}");
    expect((await fetch(link)).status).toBe(403);
  });
});

describe("the scenarios about a single reply", () => {
  type Send = (headers: Record<string, string>) => Promise<Response>;
  const requests: Record<string, Send[]> = {};
  const wholes = new Map<Send, Arrived>();

  beforeAll(async () => {
    const { link, fileId } = await finished();
    const { task_id } = await json(post(CREATE, TEXT));
    const template = await json(post(CREATE_TEMPLATE, TEMPLATE));
    time += DONE;
    requests.create = [
      (headers) => post(CREATE, TEXT, { headers: { ...KEY, ...headers } }),
      (headers) => post(CREATE_TEMPLATE, TEMPLATE, { headers: { ...KEY, ...headers } }),
    ];
    requests.query = [
      (headers) => query(task_id, { headers: { ...KEY, ...headers } }),
      (headers) => queryTemplate(template.task_id, { headers: { ...KEY, ...headers } }),
    ];
    const file = (path: string): Send => {
      return (headers) => get(`/v1/files/${path}`, { headers: { ...KEY, ...headers } });
    };
    requests.retrieve = [file(`retrieve?file_id=${fileId}`)];
    requests.content = [file(`retrieve_content?file_id=${fileId}`)];
    requests.list = [file("list?purpose=prompt_audio")];
    requests.upload = [(headers) => upload({ headers: { ...KEY, ...headers } })];
    requests.delete = [
      async (headers) => {
        const { file } = await json(upload());
        const body = { file_id: file.file_id, purpose: "t2a_async_input" };
        return post("/v1/files/delete", body, { headers: { ...KEY, ...headers } });
      },
    ];
    requests.download = [(headers) => fetch(link, { headers })];
    for (const send of Object.values(requests).flat()) wholes.set(send, await arrived(send({})));
  });

  const rows = Object.keys(spoilt).flatMap((fault) => {
    const scenario = scenarios.find(({ name }) => name === nameIn(fault));
    const { on = [], also = [], moment } = scenario ?? {};
    return [...on, ...also].map((operation) => [fault, operation, moment] as const);
  });

  test("are all tested here", () => {
    const one = scenarios.filter(({ moment, also, prompt }) => prompt && moment !== "later" && also.length > 1);
    // A burst concerns several replies.
    const wire = one.filter(({ name }) => name !== "burst");
    expect([...new Set(rows.map(([fault]) => nameIn(fault)))].sort()).toEqual(wire.map(({ name }) => name).sort());
  });

  test.each(rows)("%s meets a %s", async (fault, operation, moment) => {
    for (const send of requests[operation] ?? []) {
      const before = mock.creates;
      const whole = wholes.get(send) as Arrived;
      expect(whole).toMatchObject({ status: 200, announced: whole.size, cut: false });
      expect(await arrived(send({ "x-mock-fault": fault }))).toMatchObject(
        (spoilt[fault] as (whole: Arrived) => object)(whole),
      );
      expect(mock.creates - before).toBe(operation === "create" && moment === "after" ? 1 : 0);
    }
  });

  test("times= limits a scenario to the first requests", async () => {
    // Each deletion concerns another file, and is counted by it.
    const { delete: _, ...repeated } = requests;
    for (const [send] of Object.values(repeated)) {
      const statuses = [];
      for (let turn = 0; turn < 3; turn += 1)
        statuses.push((await arrived((send as Send)({ "x-mock-fault": "unclear;times=2" }))).status);
      expect(statuses).toEqual([502, 502, 200]);
    }
  });

  test("several are played one after the other, in the order of the request", async () => {
    const { task_id } = await json(
      post(CREATE, { ...TEXT, prompt: "{mock:unclear on=query times=1} {mock:lost_reply on=query times=1}" }),
    );
    const statuses = [];
    for (let poll = 0; poll < 3; poll += 1) statuses.push((await arrived(query(task_id))).status);
    expect(statuses).toEqual([502, 0, 200]);
  });

  test("a token reaches every operation of its task, and no other task", async () => {
    const prompt = ["query", "retrieve", "download"].map((place) => `{mock:unclear on=${place} times=1}`).join(" ");
    const { task_id } = await json(post(CREATE, { ...TEXT, prompt }));
    time += DONE;
    expect((await query(task_id)).status).toBe(502);
    const { file_id } = await json(query(task_id));
    expect((await get(`/v1/files/retrieve?file_id=${file_id}`)).status).toBe(502);
    const { file } = await json(get(`/v1/files/retrieve?file_id=${file_id}`));
    expect([(await fetch(file.download_url)).status, (await fetch(file.download_url)).status]).toEqual([502, 200]);
    await finished();
  });

  test("each task and each prompt is counted separately", async () => {
    const statuses = [];
    for (const prompt of ["{mock:unclear on=any times=1} c", "{mock:unclear on=any times=1} d"]) {
      statuses.push((await post(CREATE, { ...TEXT, prompt })).status);
      const { task_id } = await json(post(CREATE, { ...TEXT, prompt }));
      statuses.push((await query(task_id)).status, (await query(task_id)).status);
    }
    expect(statuses).toEqual([502, 502, 200, 502, 502, 200]);
  });

  test("a key acts on the requests made with it, and on downloads of its tasks", async () => {
    const headers = { authorization: "Bearer mock-garbage;on=query;times=1" };
    const task = await json(post(CREATE, TEXT));
    expect((await query(task.task_id, { headers })).headers.get("content-type")).toBe("text/plain");
    expect((await query(task.task_id, { headers })).headers.get("content-type")).toBe("application/json");

    const cutting = { headers: { authorization: "Bearer mock-lost-reply;on=download" } };
    const { task_id } = await json(post(CREATE, TEXT, cutting));
    time += DONE;
    const { file_id } = await json(query(task_id));
    const { file } = await json(get(`/v1/files/retrieve?file_id=${file_id}`));
    await expect(fetch(file.download_url)).rejects.toThrow("fetch failed");
  });

  test("a header on a create applies to its task, and to no other", async () => {
    const headers = { ...KEY, "x-mock-fault": "fail, slow_headers=1" };
    const { task_id } = await json(post(CREATE, TEXT, { headers }));
    time += DONE;
    lines.length = 0;
    expect((await json(query(task_id))).status).toBe("Fail");
    expect(lines.map(({ note }) => note)).toEqual(["Fail"]);
  });

  test("an unknown scenario in a header or key is refused, and the key is not shown", async () => {
    for (const headers of [{ ...KEY, "x-mock-fault": "nonsense" }, { authorization: "Bearer mock-garbage;private" }]) {
      const { base_resp } = await json(query("1", { headers }));
      expect(base_resp.status_code).toBe(2013);
      expect(base_resp.status_msg).toMatch(/^invalid params, the mock has no scenario (nonsense|garbage)$/);
    }
    const { link } = await finished();
    const response = await fetch(link, { headers: { "x-mock-fault": "fail;on=download" } });
    expect([response.status, await response.json()]).toEqual([
      400,
      { title: "the mock has no scenario fail;on=download", status: 400 },
    ]);
  });

  test("the log names a scenario after it was played", async () => {
    lines.length = 0;
    for (const fault of ["lost_reply", "unclear", "slow_headers=30", "rate_limited"])
      await arrived(query("1", { headers: { ...KEY, "x-mock-fault": fault } }));
    await expect.poll(() => lines.length).toBe(4);
    expect(lines.map(({ status, note }) => [status, note])).toEqual([
      [0, "lost_reply"],
      [502, "unclear"],
      [200, "slow_headers"],
      [200, "rate_limited"],
    ]);
  });

  test("close() does not wait for a slow reply, and leaves none behind", async () => {
    const over: RequestLine[] = [];
    const own = await startMock({ onRequest: (line) => over.push(line) });
    const slow = (fault: string) => query("1", { on: own, headers: { ...KEY, "x-mock-fault": `${fault}=60000` } });
    const waiting = [slow("slow_headers"), slow("slow_body").then((response) => response.text())].map((answer) =>
      answer.then(
        () => "answered",
        () => "cut",
      ),
    );
    await expect.poll(() => own.requests).toBe(2);
    await own.close();
    expect(await Promise.all(waiting)).toEqual(["cut", "cut"]);
    await expect.poll(() => over.length, { timeout: 5_000 }).toBe(2);
  });
});

test("the README says what each scenario plays, what a number means, and where it acts", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const missing = scenarios.filter(({ prompt, key, plays, number, on, also }) => {
    const places = also.length > 0 ? `${on.join(", ")}; ${also.join(", ")}` : on.join(", ");
    const what = number ? `${plays} (\`=N\`: ${number})` : plays;
    return !readme.includes(`| ${prompt ? `\`${prompt}\`` : ""} | \`${key}\` | ${what} | ${places} |`);
  });
  expect(missing.map(({ name }) => name)).toEqual([]);
});

describe("callbacks", () => {
  test.each([
    ["video", CREATE, TEXT, ["processing", "success"]],
    ["video that fails", CREATE, { ...TEXT, prompt: "{mock:sensitive_output}" }, ["processing", "failed"]],
    ["template", CREATE_TEMPLATE, TEMPLATE, ["processing", "Success"]],
  ])("the receiver of a %s gets a challenge, then each change of status", async (_, path, body, statuses) => {
    const quick = await startMock({ speed: 2_000 });
    const receiver = await receive((call) => call);
    const { task_id } = await json(post(path, { ...body, callback_url: receiver.url }, { on: quick }));
    expect(receiver.calls).toEqual([{ challenge: expect.any(String) }]);
    await expect.poll(() => receiver.calls.length, { interval: 5, timeout: 5_000 }).toBe(3);
    expect(receiver.calls.slice(1).map(({ status }) => status)).toEqual(statuses);
    const last = receiver.calls[2] ?? {};
    const asked = path === CREATE ? query(task_id, { on: quick }) : queryTemplate(task_id, { on: quick });
    const { file_id = "", base_resp } = await json(asked);
    expect(last).toEqual({ task_id, status: statuses[1], file_id, base_resp });
    await Promise.all([quick.close(), receiver.close()]);
  });

  test.each([
    ["double_callbacks", ["processing", "processing", "success", "success"]],
    ["disordered_callbacks", ["success", "processing"]],
    ["no_callbacks", []],
    ["late_callbacks=300", ["processing", "success"]],
  ])("%s: after the challenge the receiver gets %j", async (scenario, statuses) => {
    const quick = await startMock({ speed: 2_000 });
    const receiver = await receive((call) => call);
    const prompt = `{mock:${scenario}}`;
    await json(post(CREATE, { ...TEXT, prompt, callback_url: receiver.url }, { on: quick }));
    expect(receiver.calls).toEqual([{ challenge: expect.any(String) }]);
    // At this speed a task ends after 45 ms.
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (scenario.startsWith("late")) expect(receiver.calls.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(receiver.calls.slice(1).map(({ status }) => status)).toEqual(statuses);
    await Promise.all([quick.close(), receiver.close()]);
  });

  test.each([
    ["echoes another challenge", () => ({ challenge: "other" })],
    ["answers with something else", () => "ok"],
  ])("a receiver that %s makes the create fail without a task", async (_, answer) => {
    const before = mock.creates;
    const receiver = await receive(answer);
    const { task_id, base_resp } = await json(post(CREATE, { ...TEXT, callback_url: receiver.url }));
    expect([task_id, base_resp]).toEqual([
      "",
      { status_code: 2013, status_msg: "invalid params, fail to check callback url" },
    ]);
    expect(mock.creates).toBe(before);
    await receiver.close();
  });

  test("a receiver that does not listen makes the create fail as well", async () => {
    const { base_resp } = await json(post(CREATE, { ...TEXT, callback_url: "http://127.0.0.1:9/" }));
    expect(base_resp.status_msg).toBe("invalid params, fail to check callback url");
  });
});

describe("starting and stopping", () => {
  test("close() aborts a waiting create, sends no more callbacks, and leaves no socket open", async () => {
    const quick = await startMock({ speed: 40 });
    const receiver = await receive((call) => (receiver.calls.length > 1 ? new Promise<never>(() => undefined) : call));
    await post(CREATE, { ...TEXT, callback_url: receiver.url }, { on: quick });
    const waiting = post(CREATE, { ...TEXT, callback_url: receiver.url }, { on: quick });
    const idle = connect(Number(new URL(quick.url).port), "127.0.0.1");
    const gone = new Promise((resolve) => idle.once("close", resolve));
    await expect.poll(() => receiver.calls.length, { interval: 1, timeout: 5_000 }).toBe(2);

    const cut = expect(waiting).rejects.toThrow("fetch failed");
    await quick.close();
    await Promise.all([cut, gone]);
    await expect.poll(() => receiver.broken(), { interval: 1, timeout: 1_000 }).toBe(1);
    await expect(get(CREATE, { on: quick })).rejects.toThrow("fetch failed");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(receiver.calls.map((call) => Object.keys(call))).toEqual([["challenge"], ["challenge"]]);
    await receiver.close();
  });

  test("startMock rejects if the port is taken", async () => {
    await expect(startMock({ port: Number(new URL(mock.url).port) })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  test.each([0, -1, Number.NaN])("startMock rejects a speed of %d", async (speed) => {
    await expect(startMock({ speed })).rejects.toThrow(RangeError);
  });

  test("requests counts every request", async () => {
    const before = mock.requests;
    await Promise.all([query("1"), get("/nowhere"), fetch(`${mock.url}/files/1/output.mp4`)]);
    expect(mock.requests - before).toBe(3);
  });
});

function upload({ on = mock, headers }: On = {}): Promise<Response> {
  const body = uploadForm("t2a_async_input", Buffer.from("A text."), "text.txt");
  return send(on, "POST", "/v1/files/upload", { body, headers });
}

function query(taskId: string, options?: On): Promise<Response> {
  return get(`/v1/query/video_generation?task_id=${taskId}`, options);
}

function queryTemplate(taskId: string, options?: On): Promise<Response> {
  return get(`/v1/query/video_template_generation?task_id=${taskId}`, options);
}

function codeOf(body: { base_resp: { status_code: number } }): number {
  return body.base_resp.status_code;
}

/** A finished task, and the first link to its video. */
async function finished(prompt = "A fox.", on = mock): Promise<{ link: string; fileId: string }> {
  const { task_id } = await json(post(CREATE, { ...TEXT, prompt }, { on }));
  time += DONE;
  const { file_id } = await json(query(task_id, { on }));
  const { file } = await json(get(`/v1/files/retrieve?file_id=${file_id}`, { on }));
  return { link: file.download_url, fileId: file_id };
}
