/** The camera commands as buttons, which write into the prompt. */
import { cameraCommands } from "../../src/generated/offers.js";
import { byId, element, setAttribute, within } from "./dom.js";

/** Builds the buttons. `onInsert` gets the prompt with a command in it. */
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

/** Greys the buttons if the model takes no commands, and says why. */
export function showCamera(refusal: string | undefined): void {
  isOffered = refusal === undefined;
  byId("camera-refusal", HTMLElement).textContent =
    refusal ?? "A click inserts one at the cursor. Commands in one bracket act together.";
  showOffered();
}

function showOffered(): void {
  for (const chip of byId("camera", HTMLElement).querySelectorAll("button"))
    setAttribute(chip, "aria-disabled", isOffered ? undefined : "true");
}

/** Puts a command at the cursor. Right behind another one it joins its bracket, so that both act together. */
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
