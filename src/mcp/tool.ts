import type { CallToolResult, ToolAnnotations } from "@modelcontextprotocol/sdk/types.js";
import { invalid, MiniMaxError } from "../base/errors.js";
import { assertOptions, type Rule } from "../base/options.js";
import { defined } from "../base/record.js";
import type { MiniMax } from "../client.js";
import type { FolderJournal } from "../node/index.js";
import type { Connection } from "../tasks/context.js";
import type { AllowedFolders } from "./allowed-folders.js";
import type { Ask, Spending } from "./spending.js";

/** What the tools use. */
export interface Context {
  readonly minimax: MiniMax;
  readonly connection: Connection;
  readonly journal: FolderJournal | undefined;
  readonly folders: AllowedFolders;
  readonly spending: Spending;
}

/** One call of a tool. */
export interface Call {
  readonly args: Record<string, unknown>;
  readonly signal: AbortSignal;
  /** Reports progress to the host. Undefined if the host did not ask for it. */
  readonly report: ((message: string) => void) | undefined;
  readonly ask: Ask;
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  readonly args: Record<string, Argument>;
  /** Without it, the tool is not offered. */
  readonly needs?: "folder" | "journal";
  run(context: Context, call: Call): Promise<CallToolResult>;
}

/** An argument of a tool: the schema that the model sees, and the rule that checks its value. */
export interface Argument {
  readonly schema: object;
  readonly rule: Rule;
  readonly isRequired?: boolean;
}

/** Makes the JSON Schema of a tool's arguments. Without a journal, there is no `key`. */
export function inputSchemaOf({ args }: Tool, { journal }: Context) {
  const known = Object.entries(args).filter(([name]) => name !== "key" || journal);
  return {
    type: "object" as const,
    properties: Object.fromEntries(known.map(([name, { schema }]) => [name, schema])),
    required: known.flatMap(([name, { isRequired }]) => (isRequired ? [name] : [])),
    additionalProperties: false,
  };
}

/** Runs a tool. Errors become results that the model can read. Rejects only if the call is cancelled, or on an unexpected error. */
export async function runTool(tool: Tool, context: Context, call: Call): Promise<CallToolResult> {
  try {
    const { properties, required } = inputSchemaOf(tool, context);
    const rules = Object.fromEntries(Object.keys(properties).map((name) => [name, tool.args[name]?.rule as Rule]));
    const args: Record<string, unknown> = assertOptions(tool.name, call.args, rules);
    const missing = required.find((name) => args[name] === undefined);
    if (missing) throw invalid(`${tool.name} cannot run`, missing, "is required");
    return await tool.run(context, { ...call, args });
  } catch (error) {
    if (call.signal.aborted || !(error instanceof MiniMaxError)) throw error;
    const { name, message, task } = error;
    const goOn = task ? `\nThe task is ${task.id}: continue with wait_for_task.` : "";
    return { ...result(message + goOn, { error: { name, message, ...defined({ task }) } }), isError: true };
  }
}

/** The result of a tool: text for the model, and the same facts as data. */
export function result(words: string, facts: object): CallToolResult {
  return { content: [{ type: "text", text: words }], structuredContent: JSON.parse(JSON.stringify(facts)) };
}
