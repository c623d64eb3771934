import { describe, expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import { describeExchange } from "./read-exchange.js";
import { recordExchanges } from "./recorded-exchange.js";
import { trafficOf } from "./traffic-log.js";

const URL_V1 = "https://api.minimax.io/v1/files/retrieve?file_id=1";
const KEY = "sk-Quartz7/Jumble+vow.9x_Hickory";
/** A key that is also valid hexadecimal. */
const SHOWN = /quartz|hickory|51756172747a/i;
const recorder = (send: typeof fetch) => recordExchanges(serverFrom("global"), send, KEY);
/** The record of an exchange with a server that sends this reply. */
const recorded = (reply: Response, init: RequestInit = {}) => recorder(async () => reply).exchange(URL_V1, init);
const json = (text: string, headers = {}) =>
  new Response(text, { headers: { "content-type": "application/json", ...headers } });

test("the sender gets every byte, and the key is removed from the record", async () => {
  const body = `{"id":123456789012345678, "key":"a ${KEY} z","n":[1.50,true,null],"t":"\\u00e9\\n"}`;
  const { fetch, exchanges, settled } = recorder(async () => json(body));
  const response = await fetch(URL_V1, { headers: { authorization: `Bearer ${KEY}` } });
  expect(await response.text()).toBe(body);
  await settled();
  const [kept] = exchanges();
  expect(kept).toMatchObject({ operationId: "retrieveFile", keyed: true, headers: {}, size: body.length });
  expect(kept?.text).toBe(body.replace(KEY, "redacted"));
  expect(kept?.json).toMatchObject({ key: "a redacted z" });
});

test.each<[string, Response]>([
  ["a text that cannot be cut", json(`{"a":"${KEY.toUpperCase()}"}`)],
  ["a header", json("{}", { "x-echo": `Bearer ${KEY}`, "set-cookie": `key=${KEY}` })],
  ["the name of a header", json("{}", { [`x-${KEY.replace(/\W/g, "-")}`]: "1" })],
  ["its type", new Response("x", { headers: { "content-type": `application/${KEY.replace(/\W/g, "-")}` } })],
  ["bytes", new Response(KEY, { headers: { "content-type": "video/mp4" } })],
])("a key in %s is not recorded", async (_, reply) => {
  const kept = await recorded(reply);
  expect(kept.status).toBe(200);
  for (const text of [JSON.stringify(kept), trafficOf([kept])]) expect(text).not.toMatch(SHOWN);
});

test("JSON that is nested too deeply counts as no JSON", async () => {
  const nested = (depth: number) => json("[".repeat(depth) + "]".repeat(depth));
  expect((await recorded(nested(90))).json).toBeDefined();
  const kept = await recorded(nested(200_000));
  expect(kept.json).toBeUndefined();
  expect(describeExchange(kept)).toBe("HTTP 200, 400000 bytes of application/json");
});

test("an endless reply is given up, and its description says so", async () => {
  let sent = 0;
  let isCancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(++sent && 2 ** 24)),
    cancel: () => {
      isCancelled = true;
    },
  });
  const kept = await recorded(new Response(endless, { headers: { "content-type": "application/json" } }));
  expect(describeExchange(kept)).toBe("HTTP 200, the reply broke off: it is larger than 256 MB");
  expect([isCancelled, sent]).toEqual([true, expect.toSatisfy((count: number) => count < 20)]);
});

test("no header is recorded if several of them together repeat the key", async () => {
  const pieces = (KEY.match(/.{1,5}/g) ?? []).map((piece, at) => [`x-part-${at}`, piece]);
  const { replyHeaders } = await recorded(json("{}", Object.fromEntries(pieces)));
  expect(replyHeaders).toEqual({});
});

test("a key that is sent in a URL, a header, a body or a form is not recorded, and the URL is still valid", async () => {
  const form = new FormData();
  form.append("purpose", KEY);
  form.append("file", new Blob(["bytes"]));
  for (const body of [JSON.stringify({ prompt: `I am ${KEY}` }), form]) {
    const { exchange } = recorder(async () => json("{}"));
    const init = { method: "POST", body, headers: { "x-api-key": KEY } };
    const kept = await exchange(`${URL_V1}&api_key=${encodeURIComponent(KEY)}`, init);
    expect(new URL(kept.url).searchParams.get("file_id")).toBe("1");
    expect(kept.body).toContain("redacted");
    expect(JSON.stringify(kept)).not.toMatch(SHOWN);
  }
  const follows = await recorder(async () => json("{}")).exchange(`https://${KEY.replace(/\W/g, "-")}.example/`, {});
  expect(new URL(follows.url).host).not.toMatch(SHOWN);
});

describe("a failure is recorded as a fault, without the key", () => {
  test("of a request that gets no reply", async () => {
    const failing = recorder(() => Promise.reject(new Error(`connect ECONNREFUSED with Bearer ${KEY}`)));
    await expect(failing.fetch(URL_V1)).rejects.toThrow(KEY);
    await failing.settled();
    const [kept] = failing.exchanges();
    expect(kept).toMatchObject({ status: 0, fault: "connect ECONNREFUSED with Bearer redacted" });
  });

  test("of a reply that breaks off", async () => {
    const broken = new ReadableStream({ pull: (stream) => stream.error(new Error("terminated")) });
    expect(await recorded(new Response(broken))).toMatchObject({
      status: 200,
      fault: "the reply broke off: terminated",
    });
  });

  test("of a body that breaks off", async () => {
    const body = new ReadableStream({ pull: (stream) => stream.error(new Error("no more")) });
    const { exchange } = recorder(async (_, init) => new Response(await new Response(init?.body).text()));
    expect(await exchange(URL_V1, { method: "POST", body })).toMatchObject({ status: 0, fault: "no more" });
  });
});

test.each<[string, (text: string) => NonNullable<RequestInit["body"]>]>([
  ["a stream that can be read only once", (text) => new Blob([text]).stream()],
  ["bytes", (text) => new TextEncoder().encode(text)],
  ["a blob", (text) => new Blob([text])],
])("a body sent as %s is recorded as text, and arrives complete", async (_, body) => {
  const sent = JSON.stringify({ model: "T2V-01", prompt: `I am ${KEY}` });
  let arrived = "";
  const { exchange } = recorder(async (_, init) => {
    arrived = await new Response(init?.body).text();
    return json("{}");
  });
  const kept = await exchange("https://api.minimax.io/v1/video_generation", { method: "POST", body: body(sent) });
  expect(arrived).toBe(sent);
  expect(kept).toMatchObject({ operationId: "videoGeneration", body: sent.replace(KEY, "redacted") });
});
