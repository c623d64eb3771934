import { contentRules, sceneOf } from "./content-request.js";

/** Requests of API v2 to expand a prompt. They have no price in advance, because it depends on the number of tokens. */
export const rules = contentRules({
  modeOf: (body) => `${sceneOf(body)}ToPrompt` as const,
  validators: async () => (await import("../generated/validators-prompts.js")).validatorsPrompts,
});
