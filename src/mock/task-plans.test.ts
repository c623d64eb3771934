import { expect, test } from "vitest";
import { expandPrompt, tokensIn } from "./task-plans.js";

const shots = (words: string) => /: (.*) The scene lasts 5 seconds\.$/m.exec(expandPrompt(words, [], 5))?.[1];

test.each([
  ["A fox runs.", "[Shot 1] A fox runs."],
  ["A fox runs! Then\nit  jumps", "[Shot 1] A fox runs! [Shot 2] Then it jumps"],
  ["狐狸奔跑。它跳了起来。", "[Shot 1] 狐狸奔跑。 [Shot 2] 它跳了起来。"],
  ["A {mock:slow=2} fox {mock:fail}runs.", "[Shot 1] A fox runs."],
  ["{mock:fail}", "[Shot 1] A scene without words"],
  ["...", "[Shot 1] ..."],
])("%j is expanded to %j", (words, expected) => {
  expect(shots(words)).toBe(expected);
});

test("an expanded prompt names the inputs of the request", () => {
  const inputs = [
    { kind: "image", role: undefined, url: "" },
    { kind: "audio", role: "reference_audio", url: "" },
  ] as const;
  expect(expandPrompt("A fox.", inputs, 5)).toContain(
    "<image 1> is the first frame. <audio 2> is the reference audio. [Shot 1] A fox.",
  );
});

test("a token is four letters, or one Chinese character", () => {
  expect([tokensIn(""), tokensIn("abcd"), tokensIn("abcde"), tokensIn("狐狸"), tokensIn("a 狐")]).toEqual([
    0, 1, 2, 2, 2,
  ]);
});
