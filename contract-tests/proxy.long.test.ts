/** The README's advice on proxies: the command line and the library as processes on every Node, over TLS, and a page. */
import { execFile, execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openBrowser } from "./helpers/browser.js";
import { built } from "./helpers/build.js";
import { snippets } from "./helpers/documentation.js";
import { listening } from "./helpers/listening.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { proxyServer } from "./helpers/proxy.js";
import { commandOf, install, isAvailable, RUNTIMES } from "./helpers/runtimes.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = folderForAll();
const HOST = "minimax.test";
const mock = mockForAll({ speed: 500, host: "127.0.0.1" });
let tls: Server;
let main: string;

beforeAll(async () => {
  const name = ["-subj", `/CN=${HOST}`, "-addext", `subjectAltName=DNS:${HOST}`];
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...name, ...files], {
    stdio: "ignore",
  });
  const pem = (file: string) => readFileSync(join(folder, file));
  tls = createServer({ key: pem("key.pem"), cert: pem("cert.pem") }, (asked, response) => {
    const { method, url: path, headers } = asked;
    const onward = request(`${mock.url}${path}`, { method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    });
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
  main = built("src/cli/main.ts", join(folder, "package/dist/cli"));
  for (const part of ["package.json", "node_modules"]) symlinkSync(join(root, part), join(folder, "package", part));
  execFileSync(process.execPath, ["esbuild.config.js", join(folder, "package/dist")], { cwd: root });
}, 60_000);
afterAll(() => {
  tls?.closeAllConnections();
  tls?.close();
});
const proxy = proxyServer(
  () => Number(new URL(mock.url).port),
  () => (tls.address() as AddressInfo).port,
);

const nodes = RUNTIMES.filter((name) => name.startsWith("Node") && isAvailable(name));
const env = () => ({
  PATH: process.env.PATH,
  MINIMAX_API_KEY: "any",
  MINIMAX_SERVER: `https://${HOST}`,
  MINIMAX_JOURNAL: "off",
  NODE_EXTRA_CA_CERTS: join(folder, "cert.pem"),
  HTTPS_PROXY: proxy.url,
  HTTP_PROXY: proxy.url,
});
const lines = () => proxy.seen.map(({ line }) => line);

describe.each(nodes)("%s", { timeout: 120_000 }, (name) => {
  test.each([
    {},
    { NODE_USE_ENV_PROXY: "1" },
  ])("generate tunnels once through the proxy with %j, and ends (E3)", async (more) => {
    await install();
    proxy.next();
    const [program, ...options] = commandOf(name);
    const out = join(folder, `${name} ${Object.keys(more)}.mp4`);
    const words = ["generate", "a red fox", "--poll-interval", "0.05", "--out", out];
    const { stdout } = await promisify(execFile)(program, [...options, main, ...words], { env: { ...env(), ...more } });
    expect(stdout.trim()).toBe(out);
    expect(readFileSync(out).toString("latin1", 4, 8)).toBe("ftyp");
    const [first, ...rest] = lines();
    expect(first).toBe(`CONNECT ${HOST}:443`);
    // The mock does not use TLS, so its links begin with http.
    expect(rest.filter((line) => !line.startsWith("CONNECT"))).toEqual([
      expect.stringMatching(/^GET http:\/\/minimax\.test\/files\//),
    ]);
  });

  test("the README's line for the library goes through the proxy (E3)", async () => {
    await install();
    proxy.next();
    const snippet = snippets.find((text) => text.includes("EnvHttpProxyAgent")) ?? expect.unreachable();
    // Within the package, its name refers to itself.
    const file = join(folder, "package/line.mjs");
    writeFileSync(file, transformSync(snippet, { loader: "ts", target: "node20" }).code);
    const [program, ...options] = commandOf(name);
    await promisify(execFile)(program, [...options, file], { env: env() });
    expect(lines()).toContain(`CONNECT ${HOST}:443`);
  });
});

test("a page uses the README's proxy, which has the key, at a path of its own host (H10)", {
  timeout: 120_000,
}, async () => {
  for (const [name, value] of Object.entries({ MINIMAX_SERVER: mock.url, MINIMAX_API_KEY: "of-the-proxy" }))
    vi.stubEnv(name, value);
  const file = join(folder, "page-proxy.mjs");
  const snippet = snippets.find((text) => text.includes("/api/minimax")) ?? expect.unreachable();
  writeFileSync(file, transformSync(snippet, { loader: "ts" }).code);
  const { proxy } = await import(pathToFileURL(file).href);
  // Any id is forwarded (C1). The service does not know this one.
  const foreign: Response = await proxy(new Request("http://page.test/api/minimax/v2/query/video_generation/a.b%2Fc"));
  expect(await foreign.json()).toMatchObject({ type: "error" });
  const keys: unknown[] = [];
  const home = createHttpServer(async (asked, response) => {
    const { method = "", url = "", headers } = asked;
    if (url.startsWith("/dist/"))
      return void response
        .writeHead(200, { "content-type": "text/javascript" })
        .end(readFileSync(join(folder, "package", url)));
    if (!url.startsWith("/api/"))
      return void response.writeHead(200, { "content-type": "text/html" }).end("<title>page</title>");
    keys.push(headers.authorization);
    const body = method === "POST" ? { body: await buffer(asked) } : {};
    const reply: Response = await proxy(
      new Request(`http://page.test${url}`, {
        method,
        headers: { "content-type": headers["content-type"] ?? "" },
        ...body,
      }),
    );
    response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(await reply.text());
  });
  const address = await listening(home);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(address);
    const seen = await page.evaluate(`import("/dist/index.js").then(async ({ createClient, serverFrom }) => {
      const { videos } = createClient({ server: "/api/minimax", apiKey: "-" });
      const video = await videos.generate({ model: "T2V-01", prompt: "a red fox" }, { pollInterval: 50 });
      const refused = ["//evil.test/api", "/\\\\evil.test", "api/minimax", "/api/minimax/v1"].filter((server) => {
        try { return !serverFrom(server); } catch { return true; }
      });
      return { server: serverFrom("/api/minimax/").baseUrl, video: video.width, refused: refused.length };
    })`);
    expect(seen).toEqual({ server: `${address}/api/minimax`, video: expect.any(Number), refused: 4 });
    expect(new Set(keys)).toEqual(new Set(["Bearer -"]));
  } finally {
    await browser.close();
    home.closeAllConnections();
    home.close();
    vi.unstubAllEnvs();
  }
});
