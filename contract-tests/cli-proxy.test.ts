/** The command line with a proxy from the environment. */
import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import { proxiedFetch } from "../src/cli/proxy.js";
import { createClient } from "../src/client.js";
import { accepted, commandLine, ftyp, KEY, PROMPT, type Setting } from "./helpers/command-line.js";
import { failureOf } from "./helpers/failure-of.js";
import { cut, json } from "./helpers/fake-server.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { png } from "./helpers/pictures.js";
import { proxyServer } from "./helpers/proxy.js";

/** A name that only the proxy can connect to. */
const HOST = "http://minimax.test";
const { server, cli, written, quick, newJournal } = commandLine();
// With a host option, the mock answers to any host name.
const mock = mockForAll({ speed: 200, host: "127.0.0.1" });
const proxy = proxyServer(() => Number(new URL(mock.url).port));
const faults = proxyServer(() => Number(new URL(server.url).port));
const behind = (env: Record<string, string>, more: Setting = {}) => ({ at: HOST, env, journal: newJournal(), ...more });

test.each([
  "http_proxy",
  "HTTP_PROXY",
  "all_proxy",
  "ALL_PROXY",
])("creates, queries, links and resumed downloads of http go through %s, each with its whole URL (E3)", async (name) => {
  proxy.next();
  const out = quick();
  const { code, stdout, stderr } = await cli(
    ["generate", `${PROMPT} {mock:cut_download}`, ...out],
    behind({ [name]: proxy.url }),
  );
  expect([code, ftyp(stdout.trim())], stderr).toEqual([0, "ftyp"]);
  const paths = ["video_generation", "query/video_generation", "files/retrieve"].map((path) => `/v1/${path}`);
  for (const path of paths)
    expect(proxy.seen.map(({ line }) => line)).toContainEqual(expect.stringContaining(HOST + path));
  // The download is cut once, and resumed.
  expect(
    proxy.seen.filter(({ line }) => /^GET http:\/\/minimax\.test\/files\/\d+\/output\.mp4/.test(line)),
  ).toHaveLength(2);
});

test("an upload and a form arrive complete through a proxy with a user name and password (E3)", async () => {
  proxy.next();
  const picture = written("png", png(640, 480, 300_000));
  const setting = behind({ http_proxy: proxy.url.replace("http://", "fox:p%40ss%20%C3%A9@") });
  const purpose = ["--purpose", "video_generation_input"];
  const { code, stdout, stderr } = await cli(["files", "upload", picture, ...purpose], setting);
  expect([code, stdout], stderr).toEqual([0, expect.stringMatching(/^mm_file:/)]);
  expect(proxy.seen).toEqual([
    { line: `POST ${HOST}/v1/files/upload`, authorization: `Basic ${Buffer.from("fox:p@ss é").toString("base64")}` },
  ]);
  const send = proxiedFetch(setting.env);
  const form = new FormData();
  form.append("purpose", "video_generation_input");
  form.append("file", new Blob([new Uint8Array(png())]), "a.png");
  const init = { method: "POST", headers: { authorization: `Bearer ${KEY}` }, body: form };
  expect(await (await send?.(`${HOST}/v1/files/upload`, init))?.json()).toMatchObject({ file: { filename: "a.png" } });
});

test.each([
  ["socks5://127.0.0.1:1080", "SOCKS"],
  ["socks5h://me:secret-word@127.0.0.1:1080", "SOCKS"],
  ["ftp://me:secret-word@127.0.0.1", "not the address of a proxy"],
  ["http://", "not the address of a proxy"],
  ["a b", "not the address of a proxy"],
])("the proxy %s is refused before anything is sent, and not shown (E3)", async (value, says) => {
  const { code, stderr } = await cli(["generate", PROMPT], behind({ http_proxy: value }));
  expect([code, stderr]).toEqual([2, expect.stringMatching(new RegExp(`http_proxy is .*${says}.*NO_PROXY`))]);
  expect(stderr).not.toContain("secret-word");
  expect((await cli(["check", PROMPT], behind({ http_proxy: value }))).code).toBe(0);
});

describe("a failure behind a proxy", () => {
  test.each([
    407, 403,
  ])("that refuses with %i, or does not listen, leaves no unknown outcome, because nothing was sent (E3)", async (status) => {
    proxy.next(status);
    const env = { https_proxy: proxy.url.replace("//", "//me:secret-word@") };
    const refused = await cli(["generate", PROMPT], behind(env, { at: "https://minimax.test" }));
    expect(proxy.seen[0]?.line).toBe("CONNECT minimax.test:443");
    expect([refused.code, refused.stderr]).toEqual([8, expect.stringContaining(`the proxy answered HTTP ${status}`)]);
    expect(refused.stderr).toContain(`through the proxy ${new URL(proxy.url).host} (https_proxy)`);
    const closed = await cli(["generate", PROMPT], behind({ http_proxy: "http://me:secret-word@127.0.0.1:9" }));
    expect([closed.code, closed.stderr]).toEqual([8, expect.stringContaining("the proxy 127.0.0.1:9 (http_proxy)")]);
    expect(refused.stderr + closed.stderr).not.toContain("secret-word");
  });

  test("after the create was sent is an unknown outcome, and the create is sent once (E3)", async () => {
    server.next(cut);
    faults.next();
    const { code, stderr } = await cli(["generate", PROMPT], behind({ http_proxy: faults.url }));
    expect([code, server.seen.length], stderr).toEqual([5, 1]);
  });

  test("ends within the time-out, follows no redirect with the key, and shows no secret (E3)", async () => {
    const client = (timeout?: number) =>
      createClient({
        server: HOST,
        apiKey: KEY,
        maxRetries: 0,
        timeout,
        fetch: proxiedFetch({ http_proxy: faults.url }),
      });
    server.next(() => {});
    const late = await failureOf(client(300).videos.task("7").status());
    expect(late).toMatchObject({ name: "ConnectionError", message: expect.stringContaining("in time") });
    server.next(json({}, 302, { location: "http://elsewhere.test/" }), accepted);
    const moved = await failureOf(client().videos.task("7").status());
    expect(server.seen.length).toBe(1);
    expect(moved.message).toContain("redirect");
    server.next((response, { headers }) => response.socket?.end(`${headers.authorization}\r\n\r\n`));
    const echoed = await failureOf(client().videos.task("7").status());
    expect(JSON.stringify([late, moved, echoed, echoed.cause]) + echoed.stack).not.toContain(KEY);
  });
});

test.each<[env: Record<string, string>, says: string | undefined]>([
  [{}, undefined],
  [{ HTTP_PROXY: "http://me:secret-word@127.0.0.1:9" }, "HTTP_PROXY is set, but Node's fetch does not read it"],
  [{ all_proxy: "127.0.0.1:9" }, "all_proxy is set"],
  [{ https_proxy: "127.0.0.1:9" }, undefined],
  [{ HTTP_PROXY: "127.0.0.1:9", NODE_USE_ENV_PROXY: "1" }, undefined],
])("the library explains an unreachable host with %j (E3)", async (env, says) => {
  for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) vi.stubEnv(name, "");
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const options = { server: "http://127.0.0.1:9", apiKey: KEY, maxRetries: 0 };
  const { message } = await failureOf(createClient(options).videos.task("7").status());
  expect(message).toContain("could not be reached, nothing was sent");
  if (says) expect(message).toContain(says);
  else expect(message).not.toContain("README");
  expect(message).not.toContain("secret-word");
  const own = await failureOf(
    createClient({ ...options, fetch: (...call) => fetch(...call) })
      .videos.task("7")
      .status(),
  );
  expect(own.message).not.toContain("README");
  vi.unstubAllEnvs();
});

test("the mock of the demo is reached without the proxy (E3)", async () => {
  proxy.next();
  const env = { http_proxy: proxy.url, ALL_PROXY: "http://127.0.0.1:9" };
  const { code, stdout, stderr } = await cli(["demo", PROMPT, "--model", "T2V-01", ...quick()], behind(env));
  expect([code, proxy.seen], stderr).toEqual([0, []]);
  expect(readFileSync(stdout.trim()).toString("latin1", 4, 8)).toBe("ftyp");
});
