/** The refusals of the mock and their messages: like MiniMax's by default, and like Prism's in strict mode. */
import { describe, expect, test } from "vitest";
import { operations } from "../src/generated/operations.js";
import { createClient } from "../src/index.js";
import { json, KEY, KINDS, mockServer, refusalIn, uploadForm } from "./helpers/mock-calls.js";
import { png } from "./helpers/pictures.js";
import { image, PATHS, promptOf, text, videoOf } from "./helpers/scenes.js";

const server = mockServer();
const strict = mockServer({ strict: true });
const CREATE = KINDS.video.path;
const TEXT = KINDS.video.body("A fox runs through snow [Push in].");
const GOOD = videoOf([text]);
const QUERY = "/v2/query/video_generation";
const NO_TEXT = "content must include a non-empty text item (prompt is required)";
const binding = (path: string) => `binding: expr_path=${path}, cause=missing required parameter`;

describe("by default, the mock", () => {
  test.each<[string, string, unknown, string | RegExp]>([
    // Messages that were seen from the service.
    ["an empty prompt", CREATE, { ...TEXT, prompt: "" }, "text to video: prompt can't be empty"],
    [
      "Fast without a frame",
      CREATE,
      { ...TEXT, model: "MiniMax-Hailuo-2.3-Fast" },
      "model MiniMax-Hailuo-2.3-Fast does not support Text-to-Video mode",
    ],
    [
      "720P on 2.3",
      CREATE,
      { ...TEXT, resolution: "720P" },
      "model MiniMax-Hailuo-2.3 does not support resolution 720P, supported resolutions: 768P, 1080P",
    ],
    [
      "ten seconds at 1080P",
      CREATE,
      { ...TEXT, duration: 10, resolution: "1080P" },
      "model MiniMax-Hailuo-2.3 does not support the combination of duration 10s and resolution 1080P",
    ],
    [
      "ten seconds on the 01 series",
      CREATE,
      { model: "T2V-01", prompt: "x", duration: 10 },
      "model T2V-01 does not support the combination of duration 10s and resolution 720P",
    ],
    ["no content", PATHS.video, { ...GOOD, content: undefined }, binding("content")],
    ["no model", PATHS.video, { ...GOOD, model: undefined }, binding("model")],
    ["no ratio for a text", PATHS.video, { ...GOOD, ratio: undefined }, binding("ratio")],
    ["a regeneration of nothing", PATHS.regeneration, { model: "MiniMax-H3", resolution: "2K" }, binding("content")],
    ["no text", PATHS.video, videoOf([image("first_frame")]), NO_TEXT],
    ["an empty text", PATHS.video, videoOf([{ ...text, text: "" }]), NO_TEXT],
    ["a model of V1", PATHS.video, { ...GOOD, model: "MiniMax-Hailuo-02" }, "该模型暂不支持 /v2/video_generation"],
    ["H3-Max", PATHS.prompt, promptOf([text], { model: "MiniMax-H3-Max" }), "该模型暂不支持 /v2/h3_context_ir"],
    // Messages of the client's check.
    ["no model and a misspelt option", CREATE, { sed: 1, prompt: "x" }, /^model: is required for text to video/],
    [
      "a misspelled option with a resolution that other modes lack",
      CREATE,
      { model: "T2V-01", prompt: "x", resolution: "720P", sed: 1 },
      /^sed: .*known .*model, prompt/,
    ],
    [
      "a subject without an image",
      CREATE,
      { model: "S2V-01", subject_reference: [{ type: "character" }] },
      /^subject_reference\[0\]\.image: is required/,
    ],
    ["an array", CREATE, [], "the body must be a JSON object"],
    ["invalid JSON", CREATE, "{", "the body is not JSON"],
    ["two texts", PATHS.video, videoOf([text, text]), /^content: .*exactly one text$/],
    [
      "an item of an unknown type",
      PATHS.video,
      videoOf([text, { type: "image", url: "x" }]),
      /^content\[1\]\.type: .*"image"/,
    ],
    ["nothing", PATHS.video, "", "the body must be a JSON object"],
    ["invalid JSON", PATHS.video, "{", "the body is not JSON"],
    [
      "a source without an id",
      PATHS.regeneration,
      { model: "MiniMax-H3", source_task_id: "", resolution: "2K" },
      /^source_task_id: .*must not be empty/,
    ],
  ])("refuses %s at %s with 2013, no task, and the reason", async (_, path, body, reason) => {
    const status = path.startsWith("/v2/") ? 400 : 200;
    const { code, message } = await server.refusalOf(() => server.post(path, body), status);
    const words = message.replace("invalid params, ", "");
    expect([code, words]).toEqual([2013, typeof reason === "string" ? reason : expect.stringMatching(reason)]);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ["a misspelt option", CREATE, { ...TEXT, sed: 1 }],
    ["a name of another API (F4)", CREATE, { ...TEXT, image_url: "https://example.com/a.png" }],
    ["a name that every object inherits (F9)", CREATE, { ...TEXT, constructor: 1 }],
    ["a prompt of 2001 characters", CREATE, { ...TEXT, prompt: "x".repeat(2001) }],
    ["template inputs that are not an array", KINDS.template.path, { ...KINDS.template.body("x"), text_inputs: 1 }],
    ["an unknown role", PATHS.video, videoOf([text, image("frist_frame")])],
  ])("refuses %s exactly as the client's check words it", async (_, path, body) => {
    const { issues } = await createClient({ apiKey: "any" }).videos.check(body);
    const words = issues.map((issue) => `invalid params, ${issue.path}: ${issue.message}`);
    expect(words).toContain((await refusalIn(await server.post(path, body))).message);
  });

  test('returns task_id: "" for a refused create of V1', async () => {
    expect(await json(server.post(CREATE, { prompt: "x" }))).toMatchObject({ task_id: "" });
  });

  test.each([
    ["/v1/query/video_generation", "query: must have required property 'task_id'"],
    ["/v1/query/video_generation?task_id=123", "task_id not found"],
    [`${QUERY}/123`, "invalid task_id"],
    [`${QUERY}/fox`, "invalid task_id"],
    [`${QUERY}?page_num=0`, "page_num: must be >= 1"],
    [`${QUERY}?page_size=many`, "page_size: must be integer"],
    [
      `${QUERY}?filter.status=done`,
      "filter.status: must be equal to one of the allowed values: queued, running, succeeded, failed, cancelled, expired",
    ],
    [`${QUERY}?filter.task_ids=1&filter.task_ids=a`, 'filter.task_ids.1: must match pattern "^[0-9]+$"'],
  ])("refuses GET %s", async (path, reason) => {
    const { code, message } = await refusalIn(await server.get(path));
    expect([code, message]).toEqual([2013, `invalid params, ${reason}`]);
  });

  test("returns a different request_id with each refusal of V2", async () => {
    const ids = [];
    for (const _ of [1, 2]) ids.push((await (await server.get(`${QUERY}/1`)).json()).request_id);
    expect(ids[0]).not.toBe(ids[1]);
  });

  test("refuses a wrong content type in V2 as a wrong parameter", async () => {
    const headers = { ...KEY, "content-type": "text/plain" };
    const { message } = await refusalIn(await server.post(PATHS.video, GOOD, headers));
    expect(message).toBe("invalid params, content-type: must be application/json");
  });

  test("adds a trace id to every reply except downloads", async () => {
    const { id, link } = await server.finished("generation");
    const replies = await Promise.all([server.get(`${QUERY}/${id}`), server.get(`${QUERY}/1`), fetch(link)]);
    expect(replies.map(({ headers }) => headers.has("trace-id"))).toEqual([true, true, false]);
  });
});

test("a lower-case bearer is accepted, as HTTP requires, but refused by Prism in strict mode", async () => {
  const headers = { authorization: "bearer key" };
  await json(server.post(CREATE, TEXT, headers));
  expect((await strict.post(CREATE, TEXT, headers)).status).toBe(401);
});

describe("in strict mode, the mock", () => {
  test("refuses ten seconds at 1080P with 422 and the keyword that failed", async () => {
    const response = await strict.post(CREATE, { ...TEXT, duration: 10, resolution: "1080P" });
    expect([response.status, response.headers.get("content-type")]).toEqual([422, "application/problem+json"]);
    const { validation } = await response.json();
    expect(validation).toContainEqual(expect.objectContaining({ location: ["body", "resolution"], code: "const" }));
  });

  test.each([
    ["an invalid create", PATHS.video, { ...GOOD, duration: 20 }, "body.duration enum"],
    ["a property in Chinese", PATHS.video, { ...GOOD, 时长: 5 }, "body unevaluatedProperties"],
    ["an invalid regeneration", PATHS.regeneration, {}, "body required"],
  ])("answers %s with the example of the declared status, and the broken rules in a header", async (_, path, body, rule) => {
    const response = await strict.post(path, body);
    expect([response.status, response.headers.get("content-type")]).toEqual([422, "application/json"]);
    const violations: { location: string[]; code: string }[] = JSON.parse(response.headers.get("sl-violations") ?? "");
    expect(violations.map(({ location, code }) => `${location.slice(1).join(".")} ${code}`)).toContain(rule);
    const { error } = await response.json();
    expect([error.http_code, error.message]).toEqual(["422", expect.stringMatching(/^invalid params, .* \(2013\)$/)]);
  });

  test("cuts a header that would be too long", async () => {
    const content = [text, ...Array(12).fill(image("nonsense"))];
    const violations = (await strict.post(PATHS.video, videoOf(content))).headers.get("sl-violations");
    expect(violations).toMatch(/^Too many violations! \[/);
    expect(violations?.length).toBeLessThan(8_192);
  });

  test("refuses with the status that the spec declares, a missing key with 401, invalid JSON with 400", async () => {
    const replies = await Promise.all([
      strict.get(`${QUERY}/fox`),
      strict.get(`${QUERY}?page_num=0`),
      strict.post(CREATE, TEXT, {}),
      strict.post(PATHS.video, GOOD, {}),
      strict.post(CREATE, "{"),
      strict.post(PATHS.video, "{"),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([400, 400, 401, 401, 400, 400]);
    expect(replies[2]?.headers.get("www-authenticate")).toBe("Bearer");
    expect(await replies[5]?.json()).toEqual({ error: { code: "invalid_json" } });
  });
});

test.each([
  ["an unknown path", 404, "POST", "/v1/videos", {}],
  ["a query of an id that is no UTF-8 (I19)", 404, "GET", "/v2/query/video_generation/%", {}],
  ["a query without an id", 404, "GET", "/v2/query/video_generation/", {}],
  ["a cancellation without an id", 404, "DELETE", "/v2/video_generation/", {}],
  ["an unknown path of V2", 404, "POST", "/v2/videos", {}],
  ["a wrong method", 405, "DELETE", CREATE, {}],
  ["a wrong method of V2", 405, "PATCH", `${PATHS.video}/1`, {}],
  ["a wrong content type in V1", 415, "POST", CREATE, { "content-type": "text/plain" }],
])("%s is answered with a problem and HTTP %i, in either mode", async (_, status, method, path, headers) => {
  const body = method === "GET" ? undefined : "a=b";
  for (const on of [server, strict]) {
    const response = await on.send(method, path, { body, headers: { ...KEY, ...headers } });
    expect([response.status, response.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
    if (status !== 415) expect((await on.send(method, path, { body, headers: {} })).status).toBe(status);
  }
});

test("a body larger than 64 MB is refused with 413", async () => {
  expect((await server.post(CREATE, `"${"x".repeat(64 * 1024 * 1024)}"`)).status).toBe(413);
});

describe("Prefer", () => {
  const bodies: Record<string, unknown> = {
    ...Object.fromEntries(Object.values(KINDS).map(({ path, body }) => [path, body("A fox.")])),
    "/v1/files/delete": { file_id: 1, purpose: "prompt_audio" },
    "/v1/files/upload": uploadForm("prompt_audio", png(), "a"),
  };
  const rows = Object.values(operations.minimax);

  test.each(
    rows.map((row) => [row.method, row.path, row] as const),
  )("selects any reply of %s %s", async (_, __, row) => {
    const before = server.mock.creates;
    const { method, path, parameters, replies } = row;
    const required = parameters.filter(({ in: where, required }) => where === "query" && required);
    const query = new URLSearchParams(required.map((one) => [one.name, String(one.example)]));
    const asked = Object.entries(replies).flatMap(([status, { examples }]) => examples.map((name) => [status, name]));
    for (const [status, name] of asked) {
      const headers = { ...KEY, prefer: `code=${status}, example=${name}` };
      const body = row.body && bodies[path];
      const response = await server.send(method, `${path.replace("{task_id}", "1")}?${query}`, { body, headers });
      expect(`${name} ${response.status}`).toBe(`${name} ${status}`);
      await response.arrayBuffer();
    }
    expect(asked.length).toBeGreaterThan(5);
    expect(server.mock.creates).toBe(before);
  });

  test("also selects bytes", async () => {
    const headers = { ...KEY, prefer: "example=success" };
    const response = await server.get("/v1/files/retrieve_content?file_id=1", headers);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "video/mp4"]);
    expect(await response.text()).toContain("ftyp");
  });

  test("gets an error that names an unknown example", async () => {
    const response = await server.post(CREATE, TEXT, { ...KEY, prefer: "example=nonsense" });
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringMatching(/^There is no example "nonsense" here; the examples are success, (\w+, )+\w+\.\n$/),
    ]);
    const elsewhere = await server.post(CREATE, TEXT, { ...KEY, prefer: "code=404, example=success" });
    expect(elsewhere.status).toBe(400);
  });
});
