/** The words about a field. */
import { element } from "./dom.js";
import { schemaOf } from "./draft.js";

/** What the spec says about a field; what stands between backticks is code. */
export function described(field: string): (Node | string)[] {
  const parts = (schemaOf(field).description ?? "").split("`");
  return parts.map((part, at) => (at % 2 === 1 ? element("code", {}, part) : part));
}

/** "prompt_optimizer" as "Prompt optimizer". */
export function labelOf(field: string): string {
  const words = field.replace(/.*\./, "").replaceAll("_", " ");
  return (words.charAt(0).toUpperCase() + words.slice(1)).replace(/\burl\b/, "URL").replace(/\bAigc\b/, "AIGC");
}
