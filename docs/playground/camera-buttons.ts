/** Buttons that insert camera commands into the prompt. */
import { cameraCommands } from "../../src/generated/offers.js";
import { byId, element, setAttribute, within } from "./dom.js";

/** Builds the buttons. `onInsert` receives the prompt with the inserted command. */
export function buildCamera(onInsert: (prompt: string) => void): void {
  const chinese = byId("camera-chinese", HTMLInputElement);
  const chips = within(byId("camera", HTMLElement), ".chips");
  const fill = () =>
    chips.replaceChildren(
      ...cameraCommands.map((command) => {
        const language = chinese.checked ? "chinese" : "english";
        const attributes = {
          type: "button",
          lang: chinese.checked ? "zh" : "en",
          "aria-describedby": "camera-refusal",
        };
        const chip = element("button", attributes, command[language]);
        chip.addEventListener("click", () => isOffered && onInsert(insert(command[language])));
        return chip;
      }),
    );
  fill();
  chinese.addEventListener("change", () => {
    fill();
    showOffered();
  });
}

let isOffered = true;

/** Disables the buttons if the model accepts no commands, and says why. */
export function showCamera(refusal: string | undefined): void {
  isOffered = refusal === undefined;
  byId("camera-refusal", HTMLElement).textContent =
    refusal ?? "Click a command to insert it at the cursor. Commands in the same brackets act together.";
  showOffered();
}

function showOffered(): void {
  for (const chip of byId("camera", HTMLElement).querySelectorAll("button"))
    setAttribute(chip, "aria-disabled", isOffered ? undefined : "true");
}

/** Inserts a command at the cursor. Directly after another command, it joins the same brackets, so that both act together. */
function insert(command: string): string {
  const prompt = byId("prompt", HTMLTextAreaElement);
  const [before, after] = [prompt.value.slice(0, prompt.selectionStart), prompt.value.slice(prompt.selectionEnd)];
  const isBehindAnother = /\[[^[\]]+\]$/.test(before);
  const space = before === "" || /\s$/.test(before) ? "" : " ";
  const start = isBehindAnother ? `${before.slice(0, -1)},${command}]` : `${before}${space}[${command}]`;
  prompt.value = start + after;
  prompt.setSelectionRange(start.length, start.length);
  prompt.focus();
  return prompt.value;
}
