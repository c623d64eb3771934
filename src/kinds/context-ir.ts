import { contentRules, sceneOf } from "./content-request.js";

/** Requests of API v2 to expand a prompt. Its price depends on tokens that are not known in advance. */
export const rules = contentRules({
  modeOf: (body) => `${sceneOf(body)}ToPrompt` as const,
  validators: async () => (await import("../generated/validators-prompts.js")).validatorsPrompts,
});
