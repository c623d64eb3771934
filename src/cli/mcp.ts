import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { Parsed } from "./command-options.js";
import { version } from "./help.js";
import { journalFrom } from "./journal.js";
import { aborted, EXIT, type Io, UsageError } from "./process.js";
import { progressOn } from "./progress.js";
import { clientOptions } from "./session.js";

export async function mcp({ values }: Parsed<"mcp">, io: Io): Promise<number> {
  const loading = Promise.all([import("../mcp/index.js"), import("@modelcontextprotocol/sdk/server/stdio.js")]);
  const [{ createMcpServer }, { StdioServerTransport }] = await loading.catch((cause) => {
    if (cause.code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new UsageError("mcp needs a package that is not installed: npm install @modelcontextprotocol/sdk", { cause });
  });
  const server = await createMcpServer({
    ...clientOptions(values, io),
    journal: (await journalFrom(values, io)) ?? "off",
    folders: values.folder,
    maxCost: values["max-cost"],
    maxCostPerVideo: values["max-cost-per-video"],
    version: await version(),
  });
  const stdin = io.stdin as Readable;
  await server.connect(new StdioServerTransport(stdin, io.stdout as Writable));
  const { say } = progressOn({ ...io, isTTY: false }, values);
  say("An MCP server is listening on stdin and stdout. It is meant to be started by a host; Ctrl-C stops it.");
  await Promise.race([aborted(io.signal), once(stdin, "end"), once(stdin, "close")]);
  await server.close();
  return EXIT.done;
}
