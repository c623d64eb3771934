/** The choice of the scene, and of the models that support it. */
import { byId, element, refill, within } from "./dom.js";
import { isScene, SCENES, type SceneName } from "./draft.js";
import type { Editor } from "./editor.js";
import { type Examined, examine } from "./examine.js";

export function buildScenes(editor: Editor): void {
  const cards = Object.keys(SCENES)
    .filter(isScene)
    .map((scene) => {
      const { label, hint } = SCENES[scene];
      return radio("scene", scene, label, () => chooseScene(scene, editor), hint);
    });
  within(byId("scenes", HTMLElement), ".cards").append(...cards);
}

/** Switches the scene. If the model does not support it, chooses another one and tells the user. */
async function chooseScene(scene: SceneName, editor: Editor): Promise<void> {
  const note = byId("model-note", HTMLElement);
  note.hidden = true;
  editor.change({ scene });
  const { models } = await examine(editor.draft);
  const { model } = editor.draft.values;
  const refusal = models.find(({ value, reason }) => value === model && reason !== undefined);
  const instead = models.find(({ reason }) => reason === undefined);
  // The user may have chosen another scene meanwhile.
  if (!refusal || !instead || editor.draft.scene !== scene) return;
  note.textContent = `${instead.value} was chosen instead of ${refusal.value}: ${refusal.reason}.`;
  note.hidden = false;
  editor.choose({ model: instead.value });
}

export function showModels({ models }: Examined, editor: Editor): void {
  const fieldset = byId("models", HTMLElement);
  const { scene, values } = editor.draft;
  byId(`scene-${scene}`, HTMLInputElement).checked = true;
  fieldset.hidden = scene === "template";
  const offered = models.filter(({ reason, value }) => reason === undefined || value === values.model);
  refill(within(fieldset, ".choices"), offered, () =>
    offered.map(({ value }) => radio("model", value, value, () => editor.choose({ model: value }))),
  );
  for (const one of fieldset.querySelectorAll<HTMLInputElement>("input")) one.checked = one.value === values.model;
  const refused = models.filter(({ reason }) => reason !== undefined);
  const details = within(fieldset, "details");
  details.hidden = refused.length === 0;
  within(details, "summary").textContent = `Models that do not fit, and why (${refused.length})`;
  refill(within(details, "ul"), refused, () =>
    refused.map(({ value, reason = "" }) => element("li", {}, element("strong", {}, value), ` ${reason}`)),
  );
}

function radio(group: string, value: string, label: string, onChoose: () => void, hint = ""): HTMLElement {
  const id = `${group}-${value}`;
  const [named, described] = [`${id}-name`, hint ? `${id}-hint` : undefined];
  const attributes = { "aria-labelledby": named, "aria-describedby": described };
  const input = element("input", { type: "radio", name: group, value, id, ...attributes });
  input.addEventListener("change", onChoose);
  const text = element("span", {}, element("span", { class: "name", id: named }, label));
  if (hint) text.append(element("span", { class: "hint", id: described }, hint));
  return element("label", { class: "choice" }, input, text);
}
