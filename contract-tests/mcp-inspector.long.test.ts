/** Runs the MCP inspector's command line, on a Node that it supports, against our command line and the mock. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { run } from "./helpers/checkout.js";
import { builtCommandLine, commandLine } from "./helpers/command-line.js";
import { commandOf, install, installedApart, isAvailable } from "./helpers/runtimes.js";
import { folderForAll } from "./helpers/temporary-folder.js";

describe.runIf(isAvailable("Node 24"))("the MCP inspector", () => {
  const { mock } = commandLine();
  const folder = folderForAll();
  builtCommandLine(folder);
  let tools = "";
  beforeAll(async () => {
    [tools] = await Promise.all([installedApart("@modelcontextprotocol/inspector@2.12.0"), install()]);
  }, 300_000);

  async function inspect(...args: string[]) {
    const inspector = [...commandOf("Node 24"), join(tools, "node_modules/.bin/mcp-inspector"), "--cli"];
    const env = [`MINIMAX_SERVER=${mock().url}`, "MINIMAX_API_KEY=any", `MINIMAX_JOURNAL=${join(folder, "journal")}`];
    const server = [
      process.execPath,
      join(folder, "package/dist/cli/main.mjs"),
      "mcp",
      "--folder",
      folder,
      "--max-cost",
      "1",
    ];
    const words = [...inspector, ...env.flatMap((one) => ["-e", one]), ...server, ...args];
    const { code, stdout, stderr } = await run(words.map((word) => `'${word}'`).join(" "), folder);
    expect(code, stderr + stdout).toBe(0);
    return JSON.parse(stdout.slice(stdout.indexOf("{")));
  }

  test("lists the tools", async () => {
    const { tools } = await inspect("--method", "tools/list");
    expect(tools.map(({ name }: { name: string }) => name)).toContain("generate_video");
  });

  test("checks a request, then makes and saves its video", async () => {
    const request = 'request={"model":"MiniMax-Hailuo-2.3","prompt":"a fox"}';
    const call = ["--method", "tools/call", "--tool-arg", request, "--tool-name"];
    expect((await inspect(...call, "check_video")).structuredContent).toMatchObject({ ok: true });
    const made = await inspect(...call, "generate_video", "--tool-arg", "key=fox", "file_name=fox.mp4");
    expect(made.content).toMatchObject([{ type: "text" }, { type: "resource_link", mimeType: "video/mp4" }]);
    expect(existsSync(join(folder, "fox.mp4"))).toBe(true);
  });
});
