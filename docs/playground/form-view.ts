/** The controls of the form: built once from the library's tables, filled from a draft, and shown only if they apply. */
import { templates } from "../../src/generated/offers.js";
import { type ServerName, servers } from "../../src/generated/servers.js";
import { buildCamera, showCamera } from "./camera-buttons.js";
import { byId, element, within } from "./dom.js";
import { type Draft, FILE_FIELDS, type FileField, sceneOf, valuesOf } from "./draft.js";
import type { Editor } from "./editor.js";
import { type Examined, OPTIONS } from "./examine.js";
import { described, labelOf } from "./field-text.js";
import { fileField, showAttached } from "./file-field.js";
import { showMatrix } from "./matrix-view.js";
import { buildScenes, showModels } from "./model-view.js";

const selectOf = (id: string) => byId(id, HTMLSelectElement);
const textOf = (id: string) => byId(id, HTMLTextAreaElement);
const fileFields = Object.keys(FILE_FIELDS) as FileField[];

/** Builds the form. `mock` is the address of the mock that serves the page. */
export function buildForm(editor: Editor, mock: string | undefined): void {
  buildScenes(editor);
  buildSelects(editor, mock);
  buildTexts(editor);
  byId("files", HTMLElement).append(...fileFields.map((field) => fileField(field, editor)));
  byId("options", HTMLElement).append(...OPTIONS.map((name) => optionField(name, editor)));
}

function buildSelects(editor: Editor, mock: string | undefined): void {
  const published = (Object.keys(servers) as ServerName[]).filter((name) => servers[name].baseUrl);
  const option = (value: string, text: string) => element("option", { value }, text);
  const [server, template] = [selectOf("server"), selectOf("template_id")];
  if (mock) server.append(option(mock, `This mock, ${mock}`));
  server.append(...published.map((name) => option(name, `${name}, ${servers[name].baseUrl}`)));
  const others = (Object.keys(servers) as ServerName[]).filter((name) => !published.includes(name));
  byId("server-hint", HTMLElement).append(` Not offered, because its address is not published: ${others.join(", ")}.`);
  server.addEventListener("change", () => editor.change({ server: server.value }));
  template.append(
    option("", "Choose one"),
    ...templates.map(({ template_id, name, regions }) => option(template_id, `${name} (${regions.join(", ")})`)),
  );
  template.addEventListener("change", () => editor.choose({ template_id: template.value || undefined }));
}

function buildTexts(editor: Editor): void {
  const [prompt, texts] = [textOf("prompt"), textOf("text_inputs")];
  byId("prompt-hint", HTMLElement).append(...described("prompt"));
  prompt.addEventListener("input", () => editor.choose({ prompt: prompt.value || undefined }));
  texts.addEventListener("input", () => {
    const lines = texts.value.split("\n").filter((line) => line.trim() !== "");
    editor.choose({ text_inputs: lines.length > 0 ? lines : undefined });
  });
  buildCamera((text) => editor.choose({ prompt: text }));
}

/** Builds a field other than prompt, files and matrix: a select if the spec lists its values, else a text input. */
function optionField(name: string, editor: Editor): HTMLElement {
  const values = valuesOf(name);
  const options = values.map((value) => element("option", { value: String(value) }, String(value)));
  const control =
    values.length > 0
      ? element("select", { id: name }, element("option", { value: "" }, "Not set"), ...options)
      : element("input", { id: name, type: "url", placeholder: "https://…" });
  control.addEventListener("input", () =>
    editor.choose({ [name]: values.find((value) => String(value) === control.value) ?? (control.value || undefined) }),
  );
  return element(
    "div",
    { class: "field", "data-field": name },
    element("label", { for: name }, labelOf(name)),
    control,
    element("p", { class: "hint", id: `${name}-hint` }, ...described(name)),
    element("ul", { class: "issues" }),
  );
}

/** Fills the controls from a draft, at the start and when a link is opened. */
export function fillForm({ values, server }: Draft): void {
  textOf("prompt").value = String(values.prompt ?? "");
  textOf("text_inputs").value = Array.isArray(values.text_inputs) ? values.text_inputs.join("\n") : "";
  selectOf("server").value = server;
  selectOf("template_id").value = String(values.template_id ?? "");
  for (const option of OPTIONS) {
    const control = document.getElementById(option);
    if (control instanceof HTMLSelectElement || control instanceof HTMLInputElement)
      control.value = String(values[option] ?? "");
  }
}

/** Shows the controls that apply to the draft, with its choices and attachments. */
export function showForm(examined: Examined, editor: Editor): void {
  const { scene, values, files } = editor.draft;
  const showField = (field: string, isShown: boolean) => {
    within(document, `[data-field="${field}"]`).hidden = !isShown;
  };
  showModels(examined, editor);
  showField("prompt", scene !== "template");
  showField("template_id", scene === "template");
  showField("text_inputs", scene === "template");
  for (const option of OPTIONS) showField(option, examined.options.includes(option));
  for (const field of fileFields) {
    showField(field, sceneOf(scene).files.includes(field));
    showAttached(field, files[field] ?? [], editor);
  }
  showMatrix(examined, { duration: values.duration, resolution: values.resolution }, ({ duration, resolution }) =>
    editor.choose({ duration, resolution }),
  );
  const length = [...String(values.prompt ?? "")].length;
  byId("prompt-count", HTMLElement).textContent = `${length} ${length === 1 ? "character" : "characters"}`;
  showCamera(examined.noCamera);
}
