/** What has to be there before something can be asked of a server that charges, and which option brings it. */
export const NEEDS = {
  task: "needs a task of version 1 (--paid, --task ID)",
  created: "needs a create of version 1 (--paid)",
  template: "needs a task of a template (--task template:ID)",
  task2: "needs a task of version 2 (--paid-v2, --task generation:ID)",
  created2: "needs a create of version 2 (--paid-v2)",
  begun2: "needs a task of version 2 that is not over yet (--paid-v2)",
  prompt: "needs an expanded prompt of version 2 (--task h3_context_ir:ID)",
  free: "might cost money: only for a server that charges nothing (--free)",
} as const;

/** Of operations that need something to be there; all others but reads need a server that charges nothing. */
const OPERATIONS: Readonly<Record<string, string>> = {
  videoGeneration: NEEDS.created,
  queryVideoGenerationTask: NEEDS.task,
  retrieveFile: NEEDS.task,
  queryVideoTemplateGenerationTask: NEEDS.template,
  videoGenerationV2Create: NEEDS.created2,
  videoGenerationV2Query: NEEDS.task2,
  retrieveFileContent: "needs an upload: only for a server that charges nothing (--free)",
};

/** What a success of an operation needs, or undefined for a read that needs nothing. */
export function needOf(operationId: string, method: string): string | undefined {
  return OPERATIONS[operationId] ?? (method === "GET" ? undefined : NEEDS.free);
}
