/** The page: one draft, changed by the form, and shown anew after each change. */
import { amountText } from "../../src/base/check-result.js";
import { cameraCommands, templates } from "../../src/generated/offers.js";
import { type ServerName, servers } from "../../src/generated/servers.js";
import { codeSamples } from "./code-samples.js";
import { showCode, shownCode } from "./code-view.js";
import { byId, element, refill, setAttribute, within } from "./dom.js";
import {
  type Draft,
  FILE_FIELDS,
  type FileField,
  isScene,
  requestOf,
  SCENES,
  type SceneName,
  sceneOf,
  valuesOf,
} from "./draft.js";
import { type Examined, examine, OPTIONS, type Price } from "./examine.js";
import { described, labelOf } from "./field-text.js";
import { fileField, showAttached } from "./file-field.js";
import { showIssues } from "./issues-view.js";
import { draftIn, fragmentOf } from "./link.js";
import { offerToMake } from "./make-it.js";
import { showMatrix } from "./matrix-view.js";

/** Set by build.ts: whether the page is the mock's. */
declare const MOCK: boolean;

const START: Draft = {
  server: MOCK ? location.origin : "global",
  scene: "text",
  values: { model: "MiniMax-Hailuo-2.3" },
  files: {},
};
/** After the last keystroke, before the verdict is said and the link is renewed: milliseconds. */
const PAUSE = 400;

let draft: Draft = START;
let turns = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

const inputOf = (id: string) => byId(id, HTMLInputElement);
const selectOf = (id: string) => byId(id, HTMLSelectElement);
const textOf = (id: string) => byId(id, HTMLTextAreaElement);

function change(next: Partial<Draft>): void {
  draft = { ...draft, ...next };
  void show();
}

/** Chooses the value of a field; undefined leaves it out. */
function choose(values: Record<string, unknown>): void {
  const chosen = Object.entries({ ...draft.values, ...values }).filter(([, value]) => value !== undefined);
  change({ values: Object.fromEntries(chosen) });
}

function attach(field: FileField, attached: Draft["files"][FileField]): void {
  change({ files: { ...draft.files, [field]: attached } });
}

async function show(): Promise<void> {
  const turn = ++turns;
  const [examined, samples] = await Promise.all([examine(draft), codeSamples(draft)]);
  // A later change has overtaken this one.
  if (turn !== turns) return;
  showForm(examined);
  showIssues(examined.ok, examined.issues, false);
  showPrices(examined.prices);
  const missing = "Not legal yet: minimax-video would refuse it before it is sent.";
  showCode(samples, examined.ok ? "" : missing);
  clearTimeout(timer);
  timer = setTimeout(() => {
    showIssues(examined.ok, examined.issues, true);
    rememberInAddress();
  }, PAUSE);
}

function rememberInAddress(): void {
  const fragment = `#${fragmentOf(draft)}`;
  if (fragment === location.hash) return;
  try {
    history.replaceState(null, "", fragment);
  } catch {
    // Some frames forbid it; "Copy link" works there, too.
  }
}

/** What the form shows besides what was typed into it. */
function showForm(examined: Examined): void {
  const { scene, values, files } = draft;
  inputOf(`scene-${scene}`).checked = true;
  const isTemplate = scene === "template";
  const fieldset = byId("models", HTMLElement);
  fieldset.hidden = isTemplate;
  within(document, "[data-field=prompt]").hidden = isTemplate;
  within(document, "[data-field=template_id]").hidden = !isTemplate;
  within(document, "[data-field=text_inputs]").hidden = !isTemplate;
  showModels(examined);
  showMatrix(examined, { duration: values.duration, resolution: values.resolution }, ({ duration, resolution }) =>
    choose({ duration, resolution }),
  );
  for (const option of OPTIONS) {
    const shown = examined.options.includes(option);
    within(document, `[data-field="${option}"]`).hidden = !shown;
  }
  for (const field of Object.keys(FILE_FIELDS) as FileField[]) {
    within(document, `[data-field=${field}]`).hidden = !sceneOf(scene).files.includes(field);
    showAttached(field, files[field] ?? [], (attached) => attach(field, attached));
  }
  const length = [...String(values.prompt ?? "")].length;
  byId("prompt-count", HTMLElement).textContent = `${length} ${length === 1 ? "character" : "characters"}`;
  byId("camera-refusal", HTMLElement).textContent =
    examined.noCamera ?? "At the cursor. Commands in one bracket act together.";
  for (const chip of byId("camera", HTMLElement).querySelectorAll("button"))
    setAttribute(chip, "aria-disabled", examined.noCamera === undefined ? undefined : "true");
}

function showModels({ models }: Examined): void {
  const fieldset = byId("models", HTMLElement);
  const chosen = draft.values.model;
  const offered = models.filter(({ reason, value }) => reason === undefined || value === chosen);
  const refused = models.filter(({ reason }) => reason !== undefined);
  refill(within(fieldset, ".choices"), offered, () =>
    offered.map(({ value }) => radio("model", value, value, () => choose({ model: value }))),
  );
  for (const one of fieldset.querySelectorAll<HTMLInputElement>("input")) one.checked = one.value === chosen;
  const details = within(fieldset, "details");
  details.hidden = refused.length === 0;
  within(details, "summary").textContent = `${refused.length} other models, and why not`;
  refill(within(details, "ul"), refused, () =>
    refused.map(({ value, reason = "" }) => element("li", {}, element("strong", {}, value), ` ${reason}`)),
  );
}

function radio(group: string, value: string, label: string, onChoose: () => void, hint = ""): HTMLElement {
  const input = element("input", { type: "radio", name: group, value, id: `${group}-${value}` });
  input.addEventListener("change", onChoose);
  const text = element(
    "span",
    {},
    element("span", { class: "name" }, label),
    ...(hint ? [element("span", { class: "hint" }, hint)] : []),
  );
  return element("label", { class: "choice" }, input, text);
}

/** Another scene may need another model. Only then is one chosen for the user, who is told. */
async function chooseScene(scene: SceneName): Promise<void> {
  const note = byId("model-note", HTMLElement);
  note.hidden = true;
  draft = { ...draft, scene };
  const { models } = await examine(draft);
  const { model } = draft.values;
  const refusal = models.find(({ value, reason }) => value === model && reason !== undefined);
  const instead = refusal && models.find(({ reason }) => reason === undefined);
  if (instead) {
    note.textContent = `${instead.value} was chosen instead of ${refusal.value}: ${refusal.reason}.`;
    note.hidden = false;
    return choose({ model: instead.value });
  }
  change({});
}

function showPrices({ global, china }: Examined["prices"]): void {
  const rows: [string, Price][] = [
    ["Global", global],
    ["China", china],
  ];
  const shown = rows.map(([name, price]) => [
    name,
    priceText(price),
    price.cost ? `${price.cost.basis}, ${price.cost.date}` : "",
  ]);
  refill(byId("prices", HTMLElement), shown, () =>
    shown.flatMap(([name = "", amount = "", basis = ""]) => [
      element("dt", {}, name),
      element("dd", {}, element("span", { class: "amount" }, amount), element("span", { class: "hint" }, basis)),
    ]),
  );
  const isGateway = Object.hasOwn(servers, draft.server) && servers[draft.server as ServerName].gateway;
  byId("price-note", HTMLElement).textContent = isGateway
    ? `These are MiniMax's own prices. ${draft.server} sets its own.`
    : "";
}

function priceText({ ok, cost }: Price): string {
  if (cost) return amountText(cost);
  return ok ? "no price documented" : "not legal";
}

/** Puts what the draft holds into the controls: once at the start, and when a link was opened. */
function fillControls(): void {
  const { values, server } = draft;
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

/** Builds what the tables of the library decide. */
function build(): void {
  const scenes = Object.keys(SCENES).filter(isScene);
  within(byId("scenes", HTMLElement), ".cards").append(
    ...scenes.map((scene) => radio("scene", scene, SCENES[scene].label, () => chooseScene(scene), SCENES[scene].hint)),
  );
  byId("files", HTMLElement).append(
    ...(Object.keys(FILE_FIELDS) as FileField[]).map((field) =>
      fileField(
        field,
        () => draft.files[field] ?? [],
        (attached) => attach(field, attached),
      ),
    ),
  );
  byId("options", HTMLElement).append(...OPTIONS.map(optionField));
  byId("prompt-hint", HTMLElement).append(...described("prompt"));
  buildSelects();
  buildCamera();
}

function buildSelects(): void {
  const published = (Object.keys(servers) as ServerName[]).filter((name) => servers[name].baseUrl);
  const option = (value: string, text = value) => element("option", { value }, text);
  selectOf("server").append(
    ...(MOCK ? [option(location.origin, `This mock, ${location.origin}`)] : []),
    ...published.map((name) => option(name, `${name}, ${servers[name].baseUrl}`)),
  );
  selectOf("template_id").append(
    option("", "Choose one"),
    ...templates.map(({ template_id, name, regions }) => option(template_id, `${name} (${regions.join(", ")})`)),
  );
  selectOf("server").addEventListener("change", () => change({ server: selectOf("server").value }));
  selectOf("template_id").addEventListener("change", () =>
    choose({ template_id: selectOf("template_id").value || undefined }),
  );
  textOf("prompt").addEventListener("input", () => choose({ prompt: textOf("prompt").value || undefined }));
  textOf("text_inputs").addEventListener("input", () => {
    const lines = textOf("text_inputs")
      .value.split("\n")
      .filter((line) => line.trim() !== "");
    choose({ text_inputs: lines.length > 0 ? lines : undefined });
  });
}

/** A field beyond prompt, files and matrix: a select if the spec lists its values, else a text. */
function optionField(name: string): HTMLElement {
  const values = valuesOf(name);
  const control =
    values.length > 0
      ? element(
          "select",
          { id: name },
          element("option", { value: "" }, "Default"),
          ...values.map((value) => element("option", { value: String(value) }, String(value))),
        )
      : element("input", { id: name, type: "url", placeholder: "https://…" });
  control.addEventListener("input", () =>
    choose({ [name]: values.find((value) => String(value) === control.value) ?? (control.value || undefined) }),
  );
  const hint = element("p", { class: "hint", id: `${name}-hint` }, ...described(name));
  return element(
    "div",
    { class: "field", "data-field": name },
    element("label", { for: name }, labelOf(name)),
    control,
    hint,
    element("ul", { class: "issues" }),
  );
}

function buildCamera(): void {
  const chinese = inputOf("camera-chinese");
  const fill = () =>
    within(byId("camera", HTMLElement), ".chips").replaceChildren(
      ...cameraCommands.map((command) => {
        const text = chinese.checked ? command.chinese : command.english;
        const chip = element(
          "button",
          { type: "button", lang: chinese.checked ? "zh" : "en", "aria-describedby": "camera-refusal" },
          text,
        );
        chip.addEventListener("click", () => chip.getAttribute("aria-disabled") !== "true" && insert(text));
        return chip;
      }),
    );
  fill();
  chinese.addEventListener("change", () => {
    fill();
    void show();
  });
}

/** Puts a command at the cursor. Right behind another one it joins its bracket, so that both act together. */
function insert(command: string): void {
  const prompt = textOf("prompt");
  const [before, after] = [prompt.value.slice(0, prompt.selectionStart), prompt.value.slice(prompt.selectionEnd)];
  const isBehindAnother = /\[[^[\]]+\]$/.test(before);
  const space = before === "" || /\s$/.test(before) ? "" : " ";
  const start = isBehindAnother ? `${before.slice(0, -1)},${command}]` : `${before}${space}[${command}]`;
  prompt.value = start + after;
  prompt.setSelectionRange(start.length, start.length);
  prompt.focus();
  choose({ prompt: prompt.value });
}

async function copy(text: string, what: string): Promise<void> {
  const copied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  byId("said", HTMLElement).textContent = "";
  byId("said", HTMLElement).textContent = copied
    ? `${what} copied.`
    : `${what} could not be copied: select it and copy it yourself.`;
}

function buildActions(): void {
  byId("copy-link", HTMLButtonElement).addEventListener("click", () =>
    copy(`${location.href.replace(/#.*/, "")}#${fragmentOf(draft)}`, "Link"),
  );
  byId("copy-code", HTMLButtonElement).addEventListener("click", () => copy(shownCode(), "Code"));
  byId("reset", HTMLButtonElement).addEventListener("click", () => begin(START));
  byId("form", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
  // A file that misses its field must not replace the page.
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  byId("bar", HTMLButtonElement).addEventListener("click", () => byId("verdict", HTMLElement).scrollIntoView());
  addEventListener("hashchange", readAddress);
  if (MOCK) offerToMake(() => requestOf(draft, (file) => file?.media ?? file?.url ?? ""));
}

function begin(next: Draft): void {
  draft = next;
  fillControls();
  void show();
}

/** Takes over the request that the address holds. A foreign link is named as such, and changes nothing. */
function readAddress(): void {
  const found = draftIn(location.hash, START.server);
  const problem = byId("link-problem", HTMLElement);
  problem.hidden = !found || !("problem" in found);
  if (found && "problem" in found) problem.textContent = `The link was ignored: ${found.problem}.`;
  begin(found && !("problem" in found) ? found : draft);
}

build();
buildActions();
readAddress();
