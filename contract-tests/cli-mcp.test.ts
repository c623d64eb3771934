/** `minimax-video mcp` as a host starts it: in a separate process, over stdin and stdout. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { beforeAll, expect, test } from "vitest";
import { builtCommandLine, commandLine, KEY, PROMPT } from "./helpers/command-line.js";
import { blocksOf, guide } from "./helpers/documentation.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const { cli, mock, newJournal } = commandLine();
const folder = folderForAll();
const videos = join(folder, "videos");
const start = builtCommandLine(folder);

beforeAll(() => mkdirSync(videos));

const SOON = { timeout: 20_000 };
const argsFor = (...more: string[]) => ["mcp", "--server", mock().url, "--like", "global", "--folder", videos, ...more];

test("serves a host until it hangs up, and prints nothing but the protocol", async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(folder, "package/dist/cli/main.mjs"), ...argsFor("--max-cost", "1")],
    env: { MINIMAX_API_KEY: KEY, MINIMAX_JOURNAL: newJournal() },
    stderr: "pipe",
  });
  let printed = "";
  transport.stderr?.on("data", (chunk) => (printed += chunk));
  const client = new Client({ name: "host", version: "1" });
  await client.connect(transport);
  const { pid } = transport;
  expect(client.getServerVersion()).toMatchObject({
    name: "minimax-video",
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
  const request = { model: "MiniMax-Hailuo-2.3", prompt: PROMPT };
  const made = await client.callTool({
    name: "generate_video",
    arguments: { request, key: "fox", file_name: "fox.mp4" },
  });
  expect((made as CallToolResult).isError, JSON.stringify(made)).toBeFalsy();
  expect(existsSync(join(videos, "fox.mp4"))).toBe(true);
  await client.close();
  await expect.poll(() => isAlive(pid), SOON).toBe(false);
  expect(printed).toMatch(/^An MCP server is listening on stdin and stdout\./);
  expect(printed + JSON.stringify(made)).not.toMatch(new RegExp(`${KEY}|${PROMPT}`));
});

function isAlive(pid: number | null): boolean {
  try {
    return pid !== null && process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("ends on Ctrl-C, and at the end of its input", async () => {
  const stopped = start(argsFor());
  await expect.poll(() => stopped.said().stderr, SOON).toContain("listening");
  stopped.kill("SIGINT");
  const done = start(argsFor());
  await expect.poll(() => done.said().stderr, SOON).toContain("listening");
  done.stdin.end();
  await expect.poll(() => [stopped.exitCode, done.exitCode], SOON).toEqual([0, 0]);
  expect([stopped.said().stdout, done.said().stdout]).toEqual(["", ""]);
});

test("survives input that is not the protocol", async () => {
  const child = start(argsFor());
  await expect.poll(() => child.said().stderr, SOON).toContain("listening");
  child.stdin.write('hello\n{"jsonrpc":"2.0","id":1}\n[]\n\n{"jsonrpc":"2.0","id":2,"method":"ping"}\n');
  await expect.poll(() => child.said().stdout, SOON).toContain('"id":2');
  child.kill();
});

test("starts with the guide's configurations for three hosts", async () => {
  const configured = blocksOf("json", guide("mcp")).map((text) => JSON.parse(text));
  expect(configured).toHaveLength(2);
  mkdirSync(videos, { recursive: true });
  for (const { mcpServers, servers = mcpServers } of configured) {
    const { args, env } = servers["minimax-video"];
    const paths: Record<string, string> = {
      "/path/to/minimax-video/dist/cli/main.js": join(folder, "package/dist/cli/main.mjs"),
      "/path/to/videos": videos,
    };
    const client = new Client({ name: "host", version: "1" });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: args.map((arg: string) => paths[arg] ?? arg),
        env,
        stderr: "ignore",
      }),
    );
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("generate_video");
    await client.close();
  }
});

test.each([
  [["--folder", "/no/such/folder"], /\/no\/such\/folder: is not an existing folder/],
  [["--max-cost", "-1"], /--max-cost/],
  [["--max-cost", "much"], /--max-cost takes a number from 0/],
  [["--max-costs", "1"], /max-cost/],
  [["--server", "nowhere"], /nowhere/],
])("refuses %j before it listens", async (args, says) => {
  const { code, stdout, stderr } = await cli(["mcp", ...args]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(says);
});
