/** The mock over HTTPS, for clients that require it, as MiniMax's own `mmx-cli/sdk` does for downloads. */
import { existsSync, readFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:tls";
import { Agent, fetch as undiciFetch } from "undici";
import { expect, test } from "vitest";
import { createClient } from "../src/index.js";
import { startMock } from "../src/mock/index.js";
import { commandLine } from "./helpers/command-line.js";
import { mockForAll } from "./helpers/mock-for-all.js";

const mock = mockForAll({ tls: true, speed: 500 });

/** A fetch that trusts the mock. */
const trusting = (ca = mock.certificate) => {
  const dispatcher = new Agent({ connect: { ca } });
  return ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher } as never)) as unknown as typeof fetch;
};

test("a client that trusts its certificate makes and downloads a video only over HTTPS", async () => {
  expect(mock.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const minimax = createClient({ apiKey: "any", server: mock.url, fetch: trusting() });
  const done = await minimax.videos.generate({ model: "T2V-01", prompt: "a fox" }, { pollInterval: 20 });
  expect(await done.url()).toMatch(/^https:/);
  expect((await done.blob()).size).toBeGreaterThan(1000);
  const moved = { model: "T2V-01", prompt: "{mock:redirected_link}" } as const;
  expect((await (await minimax.videos.generate(moved, { pollInterval: 20 })).blob()).size).toBeGreaterThan(1000);
});

test.each(["localhost", "127.0.0.1"])("its certificate is valid for %s", async (host) => {
  const port = Number(new URL(mock.url).port);
  const socket = connect({ host, port, ca: mock.certificate, ...(host === "localhost" && { servername: host }) });
  await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
  expect(socket.authorized).toBe(true);
  socket.destroy();
});

test("other clients do not trust it, and each mock has its own certificate", async () => {
  await expect(fetch(mock.url)).rejects.toThrow("fetch failed");
  const other = await startMock({ tls: true });
  await expect(trusting(other.certificate)(mock.url)).rejects.toThrow();
  await other.close();
  const plain = await startMock();
  expect([plain.url.slice(0, 5), plain.certificate]).toEqual(["http:", undefined]);
  await plain.close();
});

const { cli } = commandLine();

test("mock --tls says how to make a client trust it, and leaves no file behind", async () => {
  const stop = new AbortController();
  let file = "";
  let status = 0;
  let isAsked = false;
  const onError = (said: string) => {
    file = /NODE_EXTRA_CA_CERTS=(\S+)/.exec(said)?.[1] ?? "";
    const url = /export MINIMAX_SERVER=(\S+)/.exec(said)?.[1];
    if (!file || !url || isAsked) return;
    isAsked = true;
    request(url, { ca: readFileSync(file) }, (response) => {
      status = response.statusCode ?? 0;
      response.resume();
      stop.abort(new Error("Ctrl-C"));
    }).end();
  };
  const { code, stdout } = await cli(["mock", "--tls", "--port", "0"], { signal: stop.signal, onError });
  expect([code, status]).toEqual([0, 404]);
  expect(stdout).toMatch(/^https:/);
  expect(existsSync(file)).toBe(false);
});
