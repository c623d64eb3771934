/** The expanded prompt that H3-Context-IR makes of a request: in its structure, and in the words of the request. Pure. */
import type { Input } from "./inputs.js";

/** A shot for each sentence, then sound and music, as in the vendor's example. Tokens of the mock stay behind. */
export function expanded(words: string, inputs: readonly Input[], seconds: number): string {
  const text =
    words
      .replace(/\{mock:[^{}]*\}/g, "")
      .replace(/\s+/g, " ")
      .trim() || "A scene without words";
  const sentences = text.match(/[^.!?。！？]+[.!?。！？]*/gu) ?? [text];
  const shots = sentences.map((sentence, index) => `[Shot ${index + 1}] ${sentence.trim()}`);
  const references = inputs.map(
    ({ kind, role }, index) => `<${kind} ${index + 1}> is the ${(role ?? "first_frame").replace("_", " ")}.`,
  );
  return [
    `integrated_multimodal_description: ${[...references, ...shots].join(" ")} The scene lasts ${seconds} seconds.`,
    "overall_soundscape: The natural sounds of the scene, close and clear.",
    "non_diegetic_music: None.",
  ].join("\n");
}

/** Tokens of a text, roughly: a model's tokens are about four letters, or one sign of Chinese. */
export function tokensIn(text: string): number {
  const signs = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return signs + Math.ceil((text.length - signs) / 4);
}
