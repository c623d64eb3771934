/** The page: updates everything after each change of the draft, and keeps the address up to date. */
import { codeSamples } from "./code-samples.js";
import { showCode, shownCode } from "./code-view.js";
import { byId } from "./dom.js";
import { type Draft, requestOf } from "./draft.js";
import { Editor } from "./editor.js";
import { examine } from "./examine.js";
import { buildForm, fillForm, showForm } from "./form-view.js";
import { announce, showIssues } from "./issues-view.js";
import { draftIn, fragmentOf } from "./link.js";
import { offerToMake } from "./make-it.js";
import { showPrices } from "./prices-view.js";

/** Set by build.ts: whether the mock serves the page. */
declare const MOCK: boolean;

const START: Draft = {
  server: MOCK ? location.origin : "global",
  scene: "text",
  values: { model: "MiniMax-Hailuo-2.3" },
  files: {},
};
/** Milliseconds from the last change until the verdict is announced and the address is updated. */
const PAUSE = 400;

const editor = new Editor(START, () => {
  isUntouched = false;
  void show();
});
/** Whether nothing was entered yet. If so, no errors are shown. */
let isUntouched = true;
let turns = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

async function show(): Promise<void> {
  const turn = ++turns;
  const { draft } = editor;
  const [examined, samples] = await Promise.all([examine(draft), codeSamples(draft)]);
  // A later change has overtaken this one.
  if (turn !== turns) return;
  const { ok, issues, prices } = examined;
  showForm(examined, editor);
  showIssues(ok, issues, isUntouched);
  showPrices(prices, draft.server);
  showCode(samples, ok || isUntouched ? "" : "Not legal yet: minimax-video refuses this request without sending it.");
  clearTimeout(timer);
  timer = setTimeout(() => {
    announce();
    rememberInAddress(draft);
  }, PAUSE);
}

function rememberInAddress(draft: Draft): void {
  const fragment = fragmentOf(draft);
  try {
    if (fragment !== undefined) history.replaceState(null, "", `#${fragment}`);
  } catch {
    // Some frames forbid it. "Copy link" still works.
  }
}

/** Loads the request in the address. An invalid link is ignored, with a message. */
function readAddress(): void {
  const found = draftIn(location.hash, START.server);
  const problem = byId("link-problem", HTMLElement);
  problem.hidden = !found || !("problem" in found);
  if (found && "problem" in found) problem.textContent = `The link was ignored: ${found.problem}.`;
  begin(found && !("problem" in found) ? found : editor.draft);
}

function begin(draft: Draft): void {
  fillForm(draft);
  editor.change(draft);
  isUntouched = draft === START;
}

function buildActions(): void {
  const onClick = (id: string, run: () => void) => byId(id, HTMLButtonElement).addEventListener("click", run);
  onClick("copy-link", () => {
    const fragment = fragmentOf(editor.draft);
    if (fragment === undefined) byId("copied", HTMLElement).textContent = "The request is too long for a link.";
    else void copy(`${location.href.replace(/#.*/, "")}#${fragment}`, "Link");
  });
  onClick("copy-code", () => copy(shownCode(), "Code"));
  onClick("reset", () => begin(START));
  onClick("bar", () => byId("result-title", HTMLElement).scrollIntoView());
  byId("form", HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
  // A file that is dropped outside its field must not replace the page.
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  addEventListener("hashchange", readAddress);
  if (MOCK)
    offerToMake(() => {
      editor.change({});
      return requestOf(editor.draft, (file) => file?.media ?? file?.url ?? "");
    });
}

async function copy(text: string, what: "Link" | "Code"): Promise<void> {
  const said = byId("copied", HTMLElement);
  said.textContent = "";
  // The clipboard is absent on insecure pages, such as that of a mock on another machine.
  const isCopied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  if (!isCopied && what === "Code") getSelection()?.selectAllChildren(byId("code", HTMLElement));
  const instead = what === "Code" ? "The code is selected. Copy it manually." : `Copy the link manually: ${text}`;
  said.textContent = isCopied ? `${what} copied.` : instead;
}

buildForm(editor, MOCK ? location.origin : undefined);
buildActions();
readAddress();
