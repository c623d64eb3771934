import { expect, test } from "vitest";
import type { Exchange } from "./recorded-exchange.js";
import { trafficOf } from "./traffic-log.js";

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
  milliseconds: 1,
  ...part,
});
const SECRET = "tiMothy42";
const go = (text: string) => JSON.stringify(text).replaceAll("&", "\\u0026");
const php = (text: string) => JSON.stringify(text).replaceAll("/", "\\/");

test.each([
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
  "auth_key=1-SECRET",
  "a=1&access_token=SECRET",
  "hdnea=SECRET",
])("no signature of a link with %s is written", (signed) => {
  const query = signed.replaceAll("SECRET", SECRET);
  const link = `https://cdn.example/video.mp4?${query}`;
  const written = [
    JSON.stringify(link),
    go(link),
    php(link),
    JSON.stringify(JSON.stringify({ link })),
    JSON.stringify(php(link)),
  ];
  for (const url of written) {
    const line = trafficOf([exchange({ text: `{"file":{"file_id":123456789012345678,"download_url":${url}}}` })]);
    expect(line).not.toContain(SECRET);
    expect(line).toContain('"file_id":123456789012345678');
    expect(JSON.stringify(JSON.parse(line).response.body.file.download_url)).toContain("cdn.example");
  }
  const nested = trafficOf([exchange({ text: JSON.stringify({ a: JSON.stringify({ link: `/a?${query}` }) }) })]);
  expect(nested).not.toContain(SECRET);
  expect(JSON.parse(JSON.parse(nested).response.body.a)).toHaveProperty("link");
  const html = query.replaceAll("&", "&amp;");
  for (const part of [
    { text: JSON.stringify({ message: `see ${link}, or <a href="https://cdn.example/a?${html}">here</a>` }) },
    { text: `<a href="/video.mp4?${html}">` },
    { operationId: "download", url: link },
    { body: JSON.stringify({ first_frame_image: link }) },
    ...[link, `/video.mp4?${query}`, `//cdn.example/a?${query}`].flatMap((address) => [
      { replyHeaders: { location: address, "content-location": address } },
      { replyHeaders: { link: `<${address}>; rel=next`, refresh: `0; url=${address}` } },
    ]),
  ]) {
    const line = trafficOf([exchange(part)]);
    expect(line).not.toContain(SECRET);
    JSON.parse(line);
  }
});

test("a link that was followed is written without its query", () => {
  const line = trafficOf([exchange({ operationId: "download", url: "https://cdn.example/a.mp4?Expires=1&x=2#3" })]);
  expect(JSON.parse(line).request.url).toBe("https://cdn.example/a.mp4");
});

test("no cookie and no header with the name of a secret is written", () => {
  const replyHeaders = { "set-cookie": `a=${SECRET}`, "x-amz-security-token": SECRET, "x-auth-token": SECRET };
  expect(trafficOf([exchange({ replyHeaders })])).not.toContain(SECRET);
});

test("the query of an operation and every text without a signature are kept, in one line", () => {
  const text =
    '{"a":"https://cdn.example/video.mp4","b":"what? a = b & c","c":"x?y=1\\\\",\n "d":"\\"https://a.example/?b\\\\"}';
  const line = trafficOf([exchange({ text })]);
  expect(line.trim()).not.toContain("\n");
  expect(JSON.parse(line)).toMatchObject({
    request: { url: "https://api.minimax.io/v1/files/retrieve?file_id=1", headers: { authorization: "Bearer […]" } },
    response: { body: { ...JSON.parse(text), d: '"https://a.example/\\' } },
  });
});

test("a body that is not JSON is written as text", () => {
  const line = trafficOf([exchange({ body: "no json" })]);
  expect(JSON.parse(line)).toMatchObject({ request: { body: "no json" }, response: { body: null } });
});
