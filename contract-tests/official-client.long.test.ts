/** MiniMax's own client, `mmx-cli/sdk`, on the mock: it rewrites the link of a download to https. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { run } from "./helpers/checkout.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { installedApart } from "./helpers/runtimes.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const SCRIPT = `
import { MiniMaxSDK } from "mmx-cli/sdk";
const sdk = new MiniMaxSDK({ apiKey: "sk-api-any", baseUrl: process.env.URL });
const task = await sdk.video.generate({ model: "MiniMax-Hailuo-2.3", prompt: "a fox", pollInterval: 0.2 });
const saved = await sdk.video.download({ fileId: task.file_id, outPath: process.env.OUT });
console.log(JSON.stringify({ task, size: saved.size }));
`;
const folder = folderForAll();
const mock = mockForAll({ tls: true, speed: 200 });
let packages: string;

beforeAll(async () => {
  packages = await installedApart("mmx-cli@1.0.27");
}, 120_000);

test("makes a video and downloads it, over HTTPS", { timeout: 60_000 }, async () => {
  writeFileSync(join(packages, "script.mjs"), SCRIPT);
  const certificate = join(folder, "certificate.pem");
  writeFileSync(certificate, mock.certificate ?? "");
  const out = join(folder, "fox.mp4");
  const env = { NODE_EXTRA_CA_CERTS: certificate, URL: mock.url, OUT: out };
  const { code, stdout, stderr } = await run(`'${process.execPath}' script.mjs`, packages, env);
  expect(code, stderr).toBe(0);
  const { task, size } = JSON.parse(stdout);
  expect(task).toMatchObject({ task_id: mock.taskIds[0], status: "Success" });
  const video = readFileSync(out);
  expect([video.length, video.toString("latin1", 4, 8)]).toEqual([size, "ftyp"]);
});
