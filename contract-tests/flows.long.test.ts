/** Runs openapi/flows.arazzo.yaml with Redocly Respect against the mock, as any Arazzo tool would. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { execute } from "../openapi/documents.js";
import { startMock } from "../src/mock/index.js";
import { createWebhookHandler, nodeListener, webhookUrl } from "../src/webhooks/index.js";
import { operationsOf } from "./helpers/documents.js";
import { listen, SECRET } from "./helpers/receiver.js";

const file = fileURLToPath(new URL("../openapi/flows.arazzo.yaml", import.meta.url));
const { workflows } = parse(readFileSync(file, "utf8")) as {
  workflows: { workflowId: string; steps: { operationId: string }[] }[];
};

/** Runs Redocly Respect. */
async function respect(server: string, callbackUrl: string, ...args: string[]) {
  const cli = createRequire(import.meta.url).resolve("@redocly/cli/bin/cli.js");
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  const input = JSON.stringify({ apiKey: "sk-flows", callbackUrl });
  const words = [cli, "respect", file, "--server", `minimax=${server}`, "--input", input, ...args];
  const { code, stdout, stderr } = await execute(process.execPath, words, { env }).then(
    (output) => ({ code: 0, ...output }),
    (error) => error,
  );
  return { code, output: stdout + stderr };
}

test("every workflow succeeds on the mock, each step once, and the callbacks arrive", async () => {
  const heard: string[] = [];
  const handler = createWebhookHandler({ secret: SECRET, onStatus: ({ word }) => void heard.push(word) });
  const callback = await webhookUrl(`${await listen(nodeListener(handler))}/callbacks`, { secret: SECRET });
  // A task is finished before its first query, so no step waits ten seconds.
  const mock = await startMock({ speed: 1_000_000 });
  try {
    const { code, output } = await respect(mock.url, callback);
    expect(code, output).toBe(0);
    expect(output).toContain(`Workflows: ${workflows.length} passed, ${workflows.length} total`);
    expect(output).not.toContain("sk-flows");
    // V1: video, callback, template, two tasks that fail. V2: a video, a cancelled one, two for 2K, a prompt, one with an upload.
    expect(mock.creates).toBe(11);
    expect(heard).toEqual(["processing", "success"]);
  } finally {
    await mock.close();
  }
}, 60_000);

test("a server that breaks the contract fails a workflow", async () => {
  const url = await listen((_, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end('{"base_resp":{"status_code":0}}'),
  );
  const { code, output } = await respect(url, "", "--workflow", "refusals");
  expect(code).not.toBe(0);
  expect(output).toContain("✗");
}, 60_000);

test("the workflows call every operation of the spec but one, and no unknown one", () => {
  const named = new Set(
    workflows.flatMap(({ steps }) => steps.map(({ operationId }) => operationId.split(".").at(-1))),
  );
  const known = operationsOf("minimax").map(({ operationId }) => operationId);
  expect([...named].filter((id) => !known.includes(id as string))).toEqual([]);
  // This operation replies with bytes, which Respect would read as text.
  expect(known.filter((id) => !named.has(id))).toEqual(["retrieveFileContent"]);
});
