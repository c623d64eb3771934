import { contentRules } from "./content-request.js";

/** Requests of API v2 to make a video again in another resolution. They have no price in advance. */
export const rules = contentRules({
  modeOf: ({ source_task_id }) =>
    source_task_id === undefined ? "VideoRegenerationBaseVideoReq" : "VideoRegenerationSourceTaskReq",
  validators: async () => (await import("../generated/validators-regeneration.js")).validatorsRegeneration,
});
