/** A mock that replays the answers of a recorded server, and the mock's log of requests. */
import { describe, expect, onTestFinished, test } from "vitest";
import { runContract, trafficOf } from "../src/contract/index.js";
import { createClient } from "../src/index.js";
import { type Mock, startMock } from "../src/mock/index.js";
import { commandLine } from "./helpers/command-line.js";
import { fakeServer, json, refused } from "./helpers/fake-server.js";

const odd = fakeServer();

async function mockOf(options: Parameters<typeof startMock>[0]): Promise<Mock> {
  const mock = await startMock(options);
  onTestFinished(() => mock.close());
  return mock;
}
const lineOf = (method: string, url: string, body: string, response: object, text: string) =>
  `{"request":{"method":"${method}","url":"https://api.example${url}","headers":{},"body":${body}},"response":${JSON.stringify(response).slice(0, -1)},"body":${text}}}`;
const OK = { status: 200, headers: { "content-type": "application/json", "content-length": "7", "x-odd": "yes" } };
const get = async (mock: Mock, path: string, init?: RequestInit) => {
  const response = await fetch(mock.url + path, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe("a replay", () => {
  test("answers with the recorded status, headers and every digit of the body", async () => {
    const body =
      '{"task_id":123456789012345678,"response":{"body":[1,{"a":"\\"response\\":{"}]},"base_resp":{"status_code":0}}';
    const mock = await mockOf({ replay: lineOf("GET", "/v1/query/video_generation?task_id=1", "null", OK, body) });
    const { status, headers, text } = await get(mock, "/v1/query/video_generation?task_id=1");
    expect([status, text, headers.get("x-odd")]).toEqual([200, body, "yes"]);
    expect(Number(headers.get("content-length"))).toBe(body.length);
  });

  test("prefers the same request, then the same path, and replays repeated ones in order", async () => {
    const query = "/minimax/v1/query/video_generation?task_id=";
    const create = (body: string, text: string) => lineOf("POST", "/v1/video_generation", body, OK, text);
    const replay = [
      lineOf("GET", `${query}1`, "null", OK, '{"n":1}'),
      lineOf("GET", `${query}1`, "null", { status: 502, headers: {} }, '"<html>"'),
      lineOf("GET", `${query}1`, "null", OK, '{"n":3}'),
      lineOf("GET", `${query}2`, "null", OK, '{"n":"other"}'),
      create('{"model":"A","prompt":"x"}', '{"made":"A"}'),
      create('{"model":"B"}', '{"made":"B"}'),
      "",
    ].join("\n");
    const mock = await mockOf({ replay });
    const asked = [];
    for (const id of [1, 1, 2, 1, 1]) asked.push(await get(mock, `/v1/query/video_generation?task_id=${id}`));
    expect(asked.map(({ status, text }) => [status, text])).toEqual([
      [200, '{"n":1}'],
      [502, "<html>"],
      [200, '{"n":"other"}'],
      [200, '{"n":3}'],
      [200, '{"n":3}'],
    ]);
    const headers = { "content-type": "application/json" };
    const post = async (body: object) =>
      (await get(mock, "/v1/video_generation", { method: "POST", headers, body: JSON.stringify(body) })).text;
    expect(await post({ prompt: "x", model: "A" })).toBe('{"made":"A"}');
    expect(await post({ model: "B" })).toBe('{"made":"B"}');
    expect(await post({ model: "C" })).toBe('{"made":"A"}');
    expect((await get(mock, "/v1/files/list")).status).toBe(404);
  });

  test.each([
    "{",
    "[]",
    '{"request":{}}',
    '{"request":{"method":"GET","url":"nowhere"},"response":{"status":200}}',
    "null",
  ])("refuses a line that is not an exchange: %s", async (line) => {
    const good = lineOf("GET", "/v1/files/list", "null", OK, "{}");
    await expect(startMock({ replay: `${good}\n${line}` })).rejects.toThrow(
      "Line 2 of the recorded traffic is not an exchange",
    );
  });

  test("of a contract suite run gives a client the replies that the suite got", async () => {
    odd.next(json(refused(1004, "odd")));
    const about = { server: odd.url, apiKey: "sk-secret", free: false, requestsPerMinute: 100_000 };
    const { exchanges } = await runContract(about);
    const replay = trafficOf(exchanges);
    expect(replay).not.toContain("sk-secret");
    const mock = await mockOf({ replay });
    const minimax = createClient({ apiKey: "any", server: mock.url });
    await expect(minimax.files.list({ purpose: "video_generation" })).rejects.toMatchObject({ code: 1004 });
  });
});

test("the log shows the requests of each test, without keys and bytes, and can be cleared", async () => {
  const mock = await mockOf({ speed: 500 });
  const headers = { authorization: "Bearer sk-api-secret", "content-type": "application/json" };
  const send = (test: string, path: string, body?: object) =>
    get(mock, path, {
      headers: { ...headers, "x-mock-test": test },
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
  const body = { model: "T2V-01", prompt: "a fox" };
  const first_frame_image = `data:image/png;base64,${"A".repeat(4000)}`;
  await send("one", "/v1/video_generation", body);
  await send("two", "/v1/video_generation", { model: "I2V-01", first_frame_image });
  await send("two", "/v1/files/list?purpose=video_generation");
  const read = async (search = "") => JSON.parse((await get(mock, `/__mock/requests${search}`)).text).requests;
  const logged = { test: "one", method: "POST", path: "/v1/video_generation", body, status: 200 };
  expect(await read("?test=one")).toMatchObject([logged]);
  const text = JSON.stringify(await read());
  expect(text).toContain('"query":{"purpose":"video_generation"}');
  expect(text).not.toMatch(/sk-api-secret|AAAAAAAAAA/);
  await fetch(`${mock.url}/__mock/requests?test=one`, { method: "DELETE" });
  expect([await read("?test=one"), (await read()).length > 0]).toEqual([[], true]);
  await fetch(`${mock.url}/__mock/requests`, { method: "DELETE" });
  expect(await read()).toEqual([]);
});

const { refusal, written } = commandLine();

test("mock --replay refuses a file that is missing or not a recording", async () => {
  expect(await refusal(["mock", "--replay", "/no/such/file", "--port", "0"])).toContain(
    "/no/such/file cannot be read: no such file",
  );
  expect(await refusal(["mock", "--replay", written("ndjson", "nothing"), "--port", "0"])).toContain(
    "Line 1 of the recorded traffic",
  );
});
