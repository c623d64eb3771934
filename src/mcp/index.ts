/**
 * A server for the Model Context Protocol that lets a model make videos within a budget.
 * @packageDocumentation
 */

import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type ServerNotification,
  type ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import type { ConnectOptions } from "../base/connect-options.js";
import { assertOptions, aText, mustBe } from "../base/options.js";
import { createClient } from "../client.js";
import { connect } from "../connection.js";
import { redact } from "../http/redact.js";
import { type FolderJournal, openJournal } from "../node/index.js";
import { allowFolders } from "./allowed-folders.js";
import { type Limits, spendingWithin } from "./spending.js";
import { type Context, inputSchemaOf, runTool } from "./tool.js";
import { TOOLS } from "./tools.js";

/** Options of `createMcpServer`: those of a client, and limits on what a model may do with it. */
export interface McpOptions extends Omit<ConnectOptions, "journal">, Limits {
  /** The folders below which files may be read and saved. Default: none, so that no video can be saved. */
  folders?: readonly string[] | undefined;
  /** The journal to record creates in, or "off". Default: that of the command line, in its default folder. */
  journal?: FolderJournal | "off" | undefined;
  /** The version that the server reports. Default "0". */
  version?: string | undefined;
}

const INSTRUCTIONS = [
  "Makes videos with MiniMax (Hailuo). create_video and generate_video cost money; the other tools are free.",
  "Call check_video first: it reports every mistake and the list price. Tell the user the price before you buy.",
  "Use a new key for each video. If the outcome of a call is unclear, repeat it with the same key: it then buys nothing again.",
].join(" ");

/** Milliseconds between progress notifications, for hosts that give up on silent calls. */
const HEARTBEAT = 10_000;
/** Milliseconds that a user may take to answer. */
const PATIENCE = 600_000;

const anAmount = mustBe("an amount, 0 or more", (value) => typeof value === "number" && value >= 0);
const OWN_OPTIONS = {
  folders: mustBe(
    "a list of folders",
    (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
  ),
  maxCost: anAmount,
  maxCostPerVideo: anAmount,
  version: aText,
};

/**
 * Creates a Model Context Protocol server for one MiniMax client. Connect it to a transport of `@modelcontextprotocol/sdk`. Sends
 * nothing until a tool is called.
 * @throws {ValidationError} if an option is invalid.
 */
export async function createMcpServer(options: McpOptions = {}): Promise<McpServer> {
  const { journal: given, folders = [], maxCost, maxCostPerVideo, version = "0", ...rest } = options;
  assertOptions("createMcpServer", { folders, maxCost, maxCostPerVideo, version }, OWN_OPTIONS);
  const journal = given === "off" ? undefined : (given ?? (await openJournal()));
  const settings = { ...rest, journal };
  const context: Context = {
    minimax: createClient(settings),
    connection: connect(settings),
    journal,
    folders: await allowFolders(folders),
    spending: spendingWithin({ maxCost, maxCostPerVideo }),
  };
  const abilities = { capabilities: { tools: {} }, instructions: INSTRUCTIONS };
  const mcp = new McpServer({ name: "minimax-video", version }, abilities);
  // Tools are registered by hand, because McpServer takes zod schemas, and these have JSON Schemas from the specs.
  const { server } = mcp;
  const isThere = { folder: !context.folders.isEmpty, journal: journal !== undefined };
  const offered = TOOLS.filter(({ needs }) => needs === undefined || isThere[needs]);
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: offered.map((tool) => {
      const { name, title, description, annotations } = tool;
      return { name, title, description, annotations, inputSchema: inputSchemaOf(tool, context) };
    }),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: args = {} } }, extra) => {
    const tool = offered.find((one) => one.name === name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${name.slice(0, 64)}`);
    const { signal } = extra;
    const { report, end } = reportTo(extra);
    const ask = (message: string) => askUser(mcp, message, signal);
    try {
      return await runTool(tool, context, { args, signal, report, ask });
    } catch (error) {
      throw new McpError(ErrorCode.InternalError, redact(error instanceof Error ? error.message : String(error)));
    } finally {
      end();
    }
  });
  return mcp;
}

async function askUser({ server }: McpServer, message: string, signal: AbortSignal): Promise<boolean | undefined> {
  if (!server.getClientCapabilities()?.elicitation) return undefined;
  const buy = { type: "boolean" as const, title: "Buy it", description: "Whether to spend this money" };
  const requestedSchema = { type: "object" as const, properties: { buy }, required: ["buy"] };
  const asking = server.elicitInput({ message, requestedSchema }, { signal, timeout: PATIENCE });
  // Rejects if the host cannot show a form, or returns something else than its content.
  const answer = await asking.catch(() => undefined);
  signal.throwIfAborted();
  return answer && answer.action === "accept" && answer.content?.buy === true;
}

/** Reports progress, if the host asked for it, at least every ten seconds, so that the host does not give up on the call. */
function reportTo({ _meta, sendNotification }: RequestHandlerExtra<ServerRequest, ServerNotification>) {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return { report: undefined, end: () => {} };
  let progress = 0;
  let message = "";
  const send = () => {
    const params = { progressToken, progress: ++progress, ...(message && { message }) };
    // The host may be gone.
    sendNotification({ method: "notifications/progress", params }).catch(() => {});
  };
  const heartbeat = setInterval(send, HEARTBEAT);
  const report = (now: string) => {
    if (now === message) return;
    message = now;
    send();
  };
  return { report, end: () => clearInterval(heartbeat) };
}
