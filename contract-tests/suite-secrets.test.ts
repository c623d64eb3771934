/** The contract suite records neither keys, however a server repeats them, nor signatures. */
import { describe, expect, test } from "vitest";
import { serverFrom } from "../src/base/server.js";
import { recordExchanges } from "../src/contract/exchange-recorder.js";
import { type Exchange, trafficOf } from "../src/contract/index.js";
import { base_resp, base64, echoing, KEY, MANNERS, reply, shows } from "./helpers/echoes.js";
import { fakeServer } from "./helpers/fake-server.js";

const service = fakeServer();
const SENT = JSON.stringify({ model: "T2V-01", prompt: `I am ${KEY}` });

test("the test finds the key in each manner itself", () => {
  for (const [title, manner] of MANNERS) {
    const { headers = {}, body = "" } = manner(KEY);
    const all = [body, Object.keys(headers).join(), Object.values(headers).join("")];
    expect(all.some(shows), title).toBe(true);
  }
  expect(shows("what shows nothing")).toBe(false);
});

/** One exchange with the server, as the recorder keeps it; and what its sender got. */
async function exchanged(key: string, send: typeof fetch = fetch): Promise<{ kept: Exchange; got: string }> {
  const recorder = recordExchanges(serverFrom(service.url), send, key);
  const response = await recorder.fetch(`${service.url}/v1/files/retrieve?file_id=1`, {
    headers: { authorization: `Bearer ${key}` },
    redirect: "manual",
  });
  const got = await response.text();
  return { kept: (await recorder.latest()) as Exchange, got };
}

describe("the recorder keeps no key of a reply", () => {
  test.each(MANNERS)("%s", async (_, manner) => {
    service.next(echoing(manner));
    const { kept, got } = await exchanged(KEY);
    expect(shows(JSON.stringify(kept))).toBe(false);
    for (const value of Object.values(kept)) if (typeof value === "string") expect(shows(value)).toBe(false);
    // Whoever asked gets every byte.
    expect(got).toBe(manner(KEY).body ?? "");
    expect(shows(trafficOf([kept]))).toBe(false);
    expect(() => JSON.parse(trafficOf([kept]))).not.toThrow();
    if (isJson(got)) expect(kept.json).toEqual(JSON.parse(kept.text ?? ""));
  });

  test("of a reply that breaks off or never comes", async () => {
    const failing: typeof fetch = () => Promise.reject(new Error(`connect ECONNREFUSED with Bearer ${KEY}`));
    const recorder = recordExchanges(serverFrom(service.url), failing, KEY);
    await expect(recorder.fetch(`${service.url}/v1/files/list`)).rejects.toThrow(KEY);
    expect(shows((await recorder.latest())?.fault ?? KEY)).toBe(false);
    const broken = new ReadableStream({ pull: (stream) => stream.error(new Error(`terminated: ${base64(KEY)}`)) });
    const breaking = recordExchanges(serverFrom(service.url), async () => new Response(broken), KEY);
    const reply = await breaking.fetch(`${service.url}/v1/files/list`);
    await reply.text().catch(() => {});
    expect((await breaking.latest())?.fault).toMatch(/^the reply broke off: terminated/);
    expect(shows((await breaking.latest())?.fault ?? KEY)).toBe(false);
  });

  test("nor of a request: in an address, a body, a header", async () => {
    service.next(echoing(() => reply({ base_resp })));
    const recorder = recordExchanges(serverFrom(service.url), fetch, KEY);
    await recorder.fetch(`${service.url}/v1/files/retrieve?file_id=1&api_key=${encodeURIComponent(KEY)}`, {
      method: "POST",
      body: JSON.stringify({ model: KEY, prompt: `I am ${KEY}`, n: 12345678901234567890n.toString() }),
      headers: { "x-api-key": KEY, [`x-${KEY.replace(/[^\w-]/g, "-")}`]: "a" },
    });
    const kept = (await recorder.latest()) as Exchange;
    expect(shows(JSON.stringify(kept))).toBe(false);
    expect(JSON.parse(kept.body ?? "")).toMatchObject({ n: "12345678901234567890" });
    expect(new URL(kept.url).searchParams.get("file_id")).toBe("1");
    expect(kept.operationId).toBe("retrieveFile");
    const form = new FormData();
    form.append("purpose", KEY);
    await recorder.fetch(`${service.url}/v1/files/upload`, { method: "POST", body: form });
    expect(shows((await recorder.latest())?.body ?? KEY)).toBe(false);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("everything around a key stays, digit by digit", async () => {
  const body = `{"id":123456789012345678, "key":"a ${KEY} z","n":[1.50,true,null],"t":"\\u00e9\\n\\"${KEY}\\"","v":"keep"}`;
  service.next(echoing(() => ({ ...reply(0), body })));
  const { kept } = await exchanged(KEY);
  expect(kept.text).toBe(
    '{"id":123456789012345678, "key":"a […] z","n":[1.50,true,null],"t":"\\u00e9\\n\\"[…]\\"","v":"keep"}',
  );
});

test.each(["any", "k", "test", "1234567"])("a key as short as %j spoils no words", async (key) => {
  const words = { message: "any company may test 12345678 keys, k?", any: "any", test: ["k"] };
  service.next(echoing((sent) => reply({ ...words, auth: `Bearer ${sent}` })));
  const { kept } = await exchanged(key);
  expect(kept.json).toEqual({ ...words, auth: "Bearer […]" });
});

test("a key of common digits or letters spoils no ids", async () => {
  service.next(echoing(() => reply({ task_id: "100000000000000", file_id: 123456789012345, zeros: "00000000000" })));
  for (const key of ["sk-test-1234567890", "sk-0000000000000000", "aaaaaaaaaaaaaaaaaaaaaaaa"])
    expect((await exchanged(key)).kept.text).toBe(
      '{"task_id":"100000000000000","file_id":123456789012345,"zeros":"00000000000"}',
    );
});

test("a number that is the key becomes 0, so that JSON stays JSON", async () => {
  service.next(echoing(() => ({ ...reply(0), body: '{"key":2718281828459045,"a":[2718281828459045.0]}' })));
  expect((await exchanged("2718281828459045")).kept.json).toEqual({ key: 0, a: [0] });
});

test.each<[string, () => NonNullable<RequestInit["body"]>]>([
  ["a stream, of which the sender has one", () => new Blob([SENT]).stream()],
  ["bytes", () => new TextEncoder().encode(SENT)],
  ["a blob", () => new Blob([SENT])],
])("a create sent as %s is recorded as text, and arrives whole", async (_, body) => {
  service.next(echoing(() => reply({ task_id: "1", base_resp })));
  const recorder = recordExchanges(serverFrom(service.url), fetch, KEY);
  const headers = { "content-type": "application/json", authorization: `Bearer ${KEY}` };
  const init = { method: "POST", headers, body: body(), duplex: "half" } as RequestInit;
  await (await recorder.fetch(`${service.url}/v1/video_generation`, init)).text();
  expect(service.seen[0]?.body).toBe(SENT);
  expect((await recorder.latest())?.body).toBe(SENT.replace(KEY, "[…]"));
});

test("a stream that breaks off while it is sent leaves the exchange without a body", async () => {
  service.next(echoing(() => reply({ base_resp })));
  const recorder = recordExchanges(serverFrom(service.url), fetch, KEY);
  const broken = new ReadableStream({ pull: (stream) => stream.error(new Error("no more")) });
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: broken, duplex: "half" } as RequestInit;
  await expect(recorder.fetch(`${service.url}/v1/video_generation`, init)).rejects.toThrow();
  expect(await recorder.latest()).toMatchObject({ status: 0, fault: expect.any(String) });
  expect((await recorder.latest())?.body).toBeUndefined();
});

describe("traffic shows no signature", () => {
  const exchange = (part: Partial<Exchange>): Exchange => ({
    operationId: "retrieveFile",
    method: "GET",
    url: "https://api.minimax.io/v1/files/retrieve?file_id=1",
    headers: {},
    keyed: true,
    status: 200,
    replyHeaders: {},
    type: "application/json",
    size: 1,
    ...part,
  });
  const SECRET = "tiMothy42";
  const QUERIES = [
    "Expires=1&OSSAccessKeyId=a&Signature=SECRET",
    "x-oss-signature-version=OSS4&x-oss-signature=SECRET",
    "x-oss-security-token=SECRET",
    "X-Tos-Signature=SECRET&X-Tos-Credential=SECRET",
    "X-Amz-Algorithm=a&X-Amz-Signature=SECRET",
    "X-Goog-Signature=SECRET",
    "q-sign-algorithm=sha1&q-ak=SECRET&q-signature=SECRET",
    "sv=2022&sp=r&sig=SECRET",
    "token=SECRET",
    "Policy=SECRET&Signature=SECRET&Key-Pair-Id=SECRET",
    "security-token=SECRET",
    "auth_key=1-SECRET",
    "a=1&access_token=SECRET",
    "hdnea=SECRET",
  ].map((query) => query.replaceAll("SECRET", SECRET));
  const go = (text: string) => JSON.stringify(text).replaceAll("&", "\\u0026");
  const php = (text: string) => JSON.stringify(text).replaceAll("/", "\\/");

  test.each(QUERIES)("%s", (query) => {
    const link = `https://cdn.example/video.mp4?${query}`;
    const texts = [
      ...[
        JSON.stringify(link),
        go(link),
        php(link),
        JSON.stringify(JSON.stringify({ link })),
        JSON.stringify(php(link)),
      ].map((written) => `{"file":{"file_id":123456789012345678,"download_url":${written}}}`),
      JSON.stringify({ message: `see ${link}, or <a href="${link.replaceAll("&", "&amp;")}">here</a>` }),
    ];
    for (const text of texts) {
      const line = trafficOf([exchange({ text, json: JSON.parse(text) })]);
      expect(line).not.toContain(SECRET);
      expect(JSON.parse(line).response.body).toBeDefined();
      if (text.includes("123456789012345678")) expect(line).toContain('"file_id":123456789012345678');
      expect(line).toContain("cdn.example");
    }
    const page = trafficOf([
      exchange({ type: "text/html", text: `<a href="/video.mp4?${query.replaceAll("&", "&amp;")}">` }),
    ]);
    expect(page).not.toContain(SECRET);
    for (const location of [link, `/video.mp4?${query}`, `video.mp4?${query}`, `//cdn.example/a?${query}`]) {
      const replyHeaders = {
        location,
        "content-location": location,
        link: `<${location}>; rel=next`,
        refresh: `0; url=${location}`,
      };
      expect(trafficOf([exchange({ replyHeaders })])).not.toContain(SECRET);
    }
    expect(trafficOf([exchange({ operationId: "download", url: link, keyed: false })])).not.toContain(SECRET);
    expect(trafficOf([exchange({ body: JSON.stringify({ first_frame_image: link }) })])).not.toContain(SECRET);
  });

  test("nor a cookie, nor the values of headers with names of secrets", () => {
    const replyHeaders = { "set-cookie": `a=${SECRET}`, "x-amz-security-token": SECRET, "x-auth-token": SECRET };
    expect(trafficOf([exchange({ replyHeaders })])).not.toContain(SECRET);
  });

  test("the query of an operation stays, and so do links without a query", () => {
    const text = '{"a":"https://cdn.example/video.mp4","b":"what? a = b & c","c":"x?y=1"}';
    const line = trafficOf([exchange({ text, json: JSON.parse(text) })]);
    expect(JSON.parse(line)).toMatchObject({
      request: { url: "https://api.minimax.io/v1/files/retrieve?file_id=1" },
      response: { body: JSON.parse(text) },
    });
  });

  test("a body that is not JSON is written as text", () => {
    const line = trafficOf([exchange({ body: "no json" })]);
    expect(JSON.parse(line).request.body).toBe("no json");
  });
});
