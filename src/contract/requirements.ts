/** What a server that charges must have before it can be asked something, and which option provides it. */
export const NEEDS = {
  v1Task: "needs a task of version 1 (--paid, --task ID)",
  v1Create: "needs a create of version 1 (--paid)",
  template: "needs a task of a template (--task template:ID)",
  v2Task: "needs a task of version 2 (--paid-v2, --task generation:ID)",
  v2Create: "needs a create of version 2 (--paid-v2)",
  v2Unfinished: "needs an unfinished task of version 2 (--paid-v2)",
  prompt: "needs an expanded prompt of version 2 (--task h3_context_ir:ID)",
  free: "might cost money; sent only to a server that charges nothing (--free)",
} as const;

const OPERATION_NEEDS: Readonly<Record<string, string>> = {
  videoGeneration: NEEDS.v1Create,
  queryVideoGenerationTask: NEEDS.v1Task,
  retrieveFile: NEEDS.v1Task,
  queryVideoTemplateGenerationTask: NEEDS.template,
  videoGenerationV2Create: NEEDS.v2Create,
  videoGenerationV2Query: NEEDS.v2Task,
  retrieveFileContent: "needs an upload; sent only to a server that charges nothing (--free)",
};

/** What a success of an operation needs, or undefined for a read that needs nothing. */
export function needOf(operationId: string, method: string): string | undefined {
  return OPERATION_NEEDS[operationId] ?? (method === "GET" ? undefined : NEEDS.free);
}
