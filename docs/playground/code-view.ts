/** Shows the code to copy, in tabs. */
import type { CodeSample } from "./code-samples.js";
import { byId, element, refill } from "./dom.js";

let chosen: CodeSample["id"] = "typescript";
let samples: readonly CodeSample[] = [];

/** Shows the code in the language that the user chose last. */
export function showCode(latest: readonly CodeSample[], note: string): void {
  samples = latest;
  const list = byId("languages", HTMLElement);
  refill(
    list,
    samples.map(({ id }) => id),
    () => samples.map(({ id, label }) => tab(id, label)),
  );
  for (const one of list.querySelectorAll<HTMLElement>("[role=tab]")) {
    const isChosen = one.id === `tab-${chosen}`;
    one.setAttribute("aria-selected", String(isChosen));
    one.tabIndex = isChosen ? 0 : -1;
  }
  byId("code-panel", HTMLElement).setAttribute("aria-labelledby", `tab-${chosen}`);
  byId("code", HTMLElement).textContent = shownCode();
  byId("code-note", HTMLElement).textContent = note;
}

export function shownCode(): string {
  return samples.find(({ id }) => id === chosen)?.code ?? "";
}

function tab(id: CodeSample["id"], label: string): HTMLElement {
  const made = element(
    "button",
    { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": "code-panel" },
    label,
  );
  const choose = (next: CodeSample["id"]) => {
    chosen = next;
    showCode(samples, byId("code-note", HTMLElement).textContent ?? "");
    byId(`tab-${next}`, HTMLElement).focus();
  };
  made.addEventListener("click", () => choose(id));
  made.addEventListener("keydown", ({ key }) => {
    const at = samples.findIndex((sample) => sample.id === id);
    const targets: Record<string, number> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 };
    const next = key in targets ? samples.at((targets[key] ?? 0) % samples.length) : undefined;
    if (next) choose(next.id);
  });
  return made;
}
