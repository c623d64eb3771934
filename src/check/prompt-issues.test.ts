import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cameraCommands, cameraModels, cells } from "../generated/offers.js";
import type { RequestName } from "../generated/validators.js";
import { textIssues } from "./prompt-issues.js";

const model = "MiniMax-Hailuo-2.3";

function messagesOf(prompt: string): string[] {
  return textIssues({ model, prompt }, "TextToVideo").map(({ message }) => message);
}

describe("camera commands", () => {
  test.each(cameraCommands.flatMap(({ english, chinese }) => [english, chinese]))("[%s] passes", (command) => {
    expect(messagesOf(`A fox [${command}] jumps.`)).toEqual([]);
  });

  test.each([
    ["in any case, with spaces to spare", "[pan  LEFT , zoom in]"],
    ["in both languages, separated by a wide comma", "[左摇，Zoom in]"],
    ["three in each of two brackets", "[Pan left,Tilt up,Zoom in] a fox [左移,上摇,推进]"],
    ["with nothing inside", "[] [,] [ ]"],
    ["without an end", "a fox [Push out"],
    ["around prose", "[1920s style] [a fox jumps over the lazy dog, then sleeps] [一只小猪在高速公路上快乐的奔跑]"],
    ["around prose that resembles a command in part", "[1920s style, out] [it rains, the boat drifts out to the sea]"],
    ["around a title", "【上海】【推进中的城市】【】"],
  ])("brackets %s pass", (_, prompt) => {
    expect(messagesOf(prompt)).toEqual([]);
  });

  test.each([
    ["[Push out]", "[Pull out]"],
    ["[push OUT]", "[Pull out]"],
    ["[推远]", "[拉远] or [变焦拉远]"],
    ["[Pull in]", "[Push in]"],
    ["[Pan lft]", "[Pan left]"],
    ["[Pan left.]", "[Pan left]"],
    ["[slowly push in]", "[Push in]"],
    ["[镜头推进]", "[推进]"],
    ["[向左平移]", "[左移] or [左摇]"],
    ["[Static]", "[Static shot]"],
    ["[Pan]", "[Pan left] or [Pan right]"],
    ["[变焦]", "[变焦推近] or [变焦拉远]"],
    ["[Dolly in]", "[Push in] or [Zoom in]"],
  ])("for %s, the suggestion is %s", (wrong, right) => {
    const message = `${wrong} is not a camera command; did you mean ${right}?`;
    const issue = { path: "prompt", rule: "cameraCommand", severity: "warning", message };
    expect(textIssues({ model, prompt: `A fox ${wrong} jumps.` }, "TextToVideo")).toEqual([issue]);
  });

  test("no suggestion turns a direction into its opposite", () => {
    for (const pair of ["left right", "up down", "in out", "左 右", "升 降", "进 远"])
      for (const [one, other] of [pair.split(" "), pair.split(" ").toReversed()] as [string, string][])
        for (const verb of ["Pan", "Push", "Pull", "Tilt", "Truck", "Dolly", "推", "拉", "转"]) {
          const [message = ""] = messagesOf(/[a-z]/.test(one) ? `[${verb} ${one}]` : `[${verb}${one}]`);
          const hints = message.split("did you mean")[1] ?? "";
          expect(hints, `${verb} ${one}`).not.toMatch(/[a-z]/.test(other) ? ` ${other}]` : other);
        }
  });

  test.each([
    ["[Orbit]", "the known ones are Truck left, Truck right,"],
    ["[静止]", "the known ones are 左移, 右移,"],
  ])("%s resembles none, so all commands of its language are listed", (wrong, list) => {
    expect(messagesOf(wrong)).toEqual([expect.stringContaining(`${wrong} is not a camera command; ${list}`)]);
  });

  test("a mistake is reported once, together with others, and prose next to a command is not reported", () => {
    expect(messagesOf("[Push out] a fox [Push out,Pan left, 1920s style, Orbit] [Pan lft]")).toEqual([
      "[Push out] is not a camera command; did you mean [Pull out]?",
      expect.stringMatching(/^\[Orbit\] is not a camera command; the known ones are/),
      "[Pan lft] is not a camera command; did you mean [Pan left]?",
    ]);
  });

  test("an invisible character in a command is shown as a replacement character", () => {
    expect(messagesOf("[Push\u200B in]")).toEqual(["[Push\uFFFD in] is not a camera command; did you mean [Push in]?"]);
  });

  test("more than three in the same brackets lead to one warning, including mistyped ones", () => {
    expect(messagesOf("[Pan left,Tilt up,Zoom in,Shake] [左摇，上升，推进，晃动，左移]")).toEqual([
      "at most 3 camera commands per bracket are advised (got 5); separate brackets take effect one after another",
    ]);
    expect(messagesOf("[Pan left,Tilt up,Zoom in,Push out]")).toHaveLength(2);
  });

  test("a name of 40 letters is quoted, a longer one is prose", () => {
    expect(messagesOf(`[${"x".repeat(40)}]`)).toHaveLength(1);
    expect(messagesOf(`[${"x".repeat(41)}]`)).toEqual([]);
  });

  test.each(["【推进】", "［Push in］"])("%s should have square brackets", (wide) => {
    const message = `camera commands are written in square brackets: [${wide.slice(1, -1)}], not ${wide}`;
    const issue = { path: "prompt", rule: "cameraBrackets", severity: "warning", message };
    expect(textIssues({ model, prompt: `a fox ${wide}` }, "TextToVideo")).toEqual([issue]);
  });

  test("each model is advised for each of its modes", () => {
    for (const [mode, models] of Object.entries(cells.minimax))
      for (const model of Object.keys(models)) {
        const issues = textIssues({ model, prompt: "[Push in]" }, mode as RequestName);
        expect(issues.map(({ rule }) => rule)).toEqual(cameraModels.includes(model) ? [] : ["cameraModel"]);
      }
  });

  test.each([
    [
      "I2V-01",
      "ImageToVideo",
      "for image to video, MiniMax-Hailuo-2.3, MiniMax-Hailuo-2.3-Fast, MiniMax-Hailuo-02, I2V-01-Director do",
    ],
    ["S2V-01", "SubjectReferenceToVideo", "for subject reference to video, no model does; say it in plain words"],
  ] as const)("%s does not accept them, which is reported once, without any other issue", (model, mode, instead) => {
    const message = `${model} does not take camera commands; ${instead}`;
    expect(textIssues({ model, prompt: "[Push in] [Push out] 【推进】 [Orbit]" }, mode)).toEqual([
      { path: "prompt", rule: "cameraModel", severity: "warning", message },
    ]);
    expect(textIssues({ model, prompt: "【推进】" }, mode)).toHaveLength(1);
    expect(textIssues({ model, prompt: "a fox [Orbit] [1920s style]" }, mode)).toEqual([]);
  });

  test.each(["S2V-01", "toString", undefined, { toString: 5 }])("the model %j is left to the schema", (model) => {
    expect(textIssues({ model, prompt: "[Push in]" }, "TextToVideo")).toEqual([]);
  });
});

describe("invisible characters", () => {
  test.each<[string, string]>([
    ["a zero-width space", "\u200B"],
    ["a zero-width joiner without a letter", "\u200D"],
    ["a byte order mark", "\uFEFF"],
    ["a soft hyphen", "\u00AD"],
    ["a bidirectional override", "\u202E"],
    ["a tag", "\u{E0041}"],
    ["a filler", "\u3164"],
    ["a null", "\0"],
    ["a C1 control", "\u0085"],
    ["half a surrogate pair", "\uD83D"],
    ["a noncharacter", "\uFFFE"],
  ])("%s counts as one: ten in a hundred pass, eleven are a warning", (_, character) => {
    const issuesOf = (count: number) =>
      textIssues({ model, prompt: "-".repeat(100 - count) + character.repeat(count) }, "TextToVideo");
    const message =
      "has 11 invisible or control characters among 100; the service refuses more than 10 % with code 1042";
    expect(issuesOf(10)).toEqual([]);
    expect(issuesOf(11)).toEqual([{ path: "prompt", rule: "invisibleCharacters", severity: "warning", message }]);
  });

  test.each([
    ["tabs and line breaks", "\t\r\n"],
    ["joined emoji", "👩‍👩‍👧‍👦🏳️‍🌈👩🏽‍🚀🧑🏻‍❤️‍💋‍🧑🏿"],
    ["flags made of tags", "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"],
    ["variation selectors", "☀️❤️☎︎"],
    ["private and unassigned characters", "\uE000\u0378"],
    ["ideographic spaces", "\u3000"],
  ])("%s are none", (_, text) => {
    expect(messagesOf(text)).toEqual([]);
  });

  test.each([
    ["Persian", "می‌خواهم خانه‌ها نمی‌دانم"],
    ["Hindi and Sinhala", "क्‍ष श्‍री ශ්‍රී"],
    ["Bengali, Malayalam and Kannada", "র‌্যাম ന്‍ ಕ್‌ಷ"],
    ["Burmese, Khmer, Thai, Lao and Tibetan", "က္\u200Cက ខ្មែរ\u200Bអក្សរ ไทย\u200Bไทย ລາວ\u200Bລາວ བོད་\u200Bབོད"],
    ["Mongolian", "ᠮᠣᠩᠭᠣᠯ\u180Eᠠ ᠠ\u180B"],
    ["old Korean", "\u115Fᅡ ᄀ\u1160"],
    ["German with broken ligatures", "Auf\u200Cla\u200Cge"],
    ["Hebrew between marks of direction", "\u200Fשלום\u200F (\u200Ea\u200E) \u2067אב\u2069 \u202Bא\u202C"],
    ["Arabic between marks of direction", "\u061Cعرب\u200F \u2067ab\u2069"],
    ["combining marks", "e\u0301\u034F\u0323 กี่ กำ"],
    ["hearts and flags that are joined", "❤️‍🔥🏴‍☠️👨🏿‍🦰"],
  ])("the spelling of %s has none (F2)", (_, text) => {
    expect(textIssues({ model: "T2V-01", prompt: text }, "TextToVideo")).toEqual([]);
  });

  test("direction marks count in a text without that direction, and zero-width spaces in Latin words (F2)", () => {
    for (const text of ["\u2066fox\u2069", "f\u200Bo\u200Bx", "a\u200C\u200C\u200Cb"])
      expect(textIssues({ prompt: text }, "TextToVideo")).toMatchObject([{ severity: "warning" }]);
  });

  test("characters are counted by code points", () => {
    expect(messagesOf(`${"🦊".repeat(9)}\u200B`)).toEqual([]);
    expect(messagesOf(`${"🦊".repeat(8)}\u200B`)).toHaveLength(1);
  });

  test("the texts of a template are checked one by one, only for invisible characters", () => {
    const text_inputs = [{ value: "狮子 [Push out]" }, { value: "\u200B狮" }, { value: 5 }, null, "\u200B"];
    expect(textIssues({ template_id: "1", text_inputs }, "VideoTemplateGenerationReq")).toMatchObject([
      { path: "text_inputs[1].value", rule: "invisibleCharacters", severity: "warning" },
    ]);
  });
});

test.each([
  {},
  { prompt: null },
  { prompt: ["[Push out]"] },
  { text_inputs: { value: "\u200B" } },
  { content: [5] },
])("%j is left to the schema", (request) => {
  expect(textIssues(request, "TextToVideo")).toEqual([]);
});

test("texts of more than 20,000 and camera commands in more than 4,000 UTF-16 units are not examined", () => {
  expect(messagesOf("\u200B".repeat(20_000))).toHaveLength(1);
  expect(messagesOf("\u200B".repeat(20_001))).toEqual([]);
  expect(messagesOf(`${"🦊".repeat(1990)}[Push out]`)).toHaveLength(1);
  expect(messagesOf(`${"🦊".repeat(1996)}[Push out]`)).toEqual([]);
});

test("no prompt throws, and none is quoted with more than 40 characters", () => {
  const bits = fc.constantFrom("[", "]", "【", "】", ",", " ", "Push", "out", "左", "移", "\u200B", "🦊", "secret");
  const prompts = fc.oneof(
    fc.array(bits, { maxLength: 60 }).map((bits) => bits.join("")),
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme", minLength: 41, maxLength: 90 }).map((words) => `[${words}]`),
  );
  fc.assert(
    fc.property(prompts, (prompt) => {
      for (const message of messagesOf(prompt)) {
        const quoted = /^[[](.*)[\]] is not a camera command/s.exec(message)?.[1] ?? "";
        expect(quoted.length).toBeLessThanOrEqual(40);
        expect(message.length).toBeLessThan(300);
      }
    }),
    { numRuns: 1000 },
  );
});
