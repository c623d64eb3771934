/** The label and description of a field. */
import { element } from "./dom.js";
import { schemaOf } from "./draft.js";

/** The description of a field in the spec. Text in backticks becomes code. */
export function described(field: string): (Node | string)[] {
  const parts = (schemaOf(field).description ?? "").split("`");
  return parts.map((part, at) => (at % 2 === 1 ? element("code", {}, part) : part));
}

/** Converts "prompt_optimizer" to "Prompt optimizer". */
export function labelOf(field: string): string {
  const words = field.replace(/.*\./, "").replaceAll("_", " ");
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(/\burl\b/, "URL").replace(/\bAigc\b/, "AIGC");
}
