import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cameraCommands, cameraModels, cells } from "../generated/offers.js";
import type { RequestName } from "../generated/validators.js";
import { textIssues } from "./prompt-issues.js";

const TEXT = { model: "MiniMax-Hailuo-2.3", prompt: "a fox" };

function messagesOf(prompt: string): string[] {
  return textIssues({ ...TEXT, prompt }, "TextToVideo").map(({ message }) => message);
}

describe("camera commands", () => {
  test.each(cameraCommands.flatMap(({ english, chinese }) => [english, chinese]))("[%s] passes", (command) => {
    expect(messagesOf(`A fox [${command}] jumps.`)).toEqual([]);
  });

  test.each([
    ["in any case, with blanks to spare", "[pan  LEFT , zoom in]"],
    ["in both languages, separated by a wide comma", "[左摇，Zoom in]"],
    ["three in one bracket", "[Pan left,Tilt up,Zoom in]"],
    ["three in each of two brackets", "[Pan left,Tilt up,Zoom in] a fox [左移,上摇,推进]"],
    ["beside a token of the mock", "[Push in {mock:fail}] {mock:slow=2}"],
    ["of nothing but a token of the mock", "[{mock:fail}]"],
    ["of nothing", "[] [,] [ ]"],
    ["without an end", "a fox [Push out"],
    ["of prose", "[1920s style] [a fox jumps over the lazy dog, then sleeps] [一只小猪在高速公路上快乐的奔跑]"],
    [
      "of prose that resembles a command in part",
      "[1920s style, warm light, out] [it rains, the boat drifts out to the sea]",
    ],
    ["of a title", "【上海】【推进中的城市】"],
  ])("brackets %s pass", (_, prompt) => {
    expect(messagesOf(prompt)).toEqual([]);
  });

  test.each([
    ["[Push out]", "[Pull out]"],
    ["[push OUT]", "[Pull out]"],
    ["[推远]", "[拉远]"],
    ["[Pull in]", "[Push in]"],
    ["[推近]", "[推进]"],
    ["[Pan lft]", "[Pan left]"],
    ["[Pan left.]", "[Pan left]"],
    ["[slowly push in]", "[Push in]"],
    ["[push in slowly]", "[Push in]"],
    ["[镜头推进]", "[推进]"],
    ["[向左平移]", "[左移]"],
    ["[Static]", "[Static shot]"],
    ["[跟拍]", "[跟随]"],
    ["[Pan]", "[Pan left] or [Pan right]"],
    ["[变焦]", "[变焦推近] or [变焦拉远]"],
    ["[Dolly in]", "[Push in] or [Zoom in]"],
    ["[Crane up]", "[Pedestal up] or [Tilt up]"],
    ["[Pan left and tilt up]", "[Pan left,tilt up]"],
    ["[左摇、上升]", "[左摇,上升]"],
  ])("%s is answered with %s", (wrong, right) => {
    expect(textIssues({ ...TEXT, prompt: `A fox ${wrong} jumps.` }, "TextToVideo")).toEqual([
      {
        path: "prompt",
        rule: "cameraCommand",
        severity: "warning",
        message: `${wrong} is not a camera command; did you mean ${right}?`,
      },
    ]);
  });

  test("no suggestion turns a direction into its opposite", () => {
    const opposites = ["left right", "up down", "in out", "左 右", "升 降", "远 近"].map((pair) => pair.split(" "));
    for (const [one = "", other = ""] of opposites.flatMap(([one, other]) => [
      [one, other],
      [other, one],
    ])) {
      for (const verb of ["Pan", "Push", "Pull", "Tilt", "Truck", "Dolly", "推", "拉", "转"]) {
        const [message = ""] = messagesOf(/[a-z]/.test(one) ? `[${verb} ${one}x ${one}]` : `[${verb}${one}]`);
        const hints = message.split("did you mean")[1] ?? "";
        expect(hints.replace(/Tracking/, ""), `${verb} ${one}`).not.toMatch(/[a-z]/.test(other) ? ` ${other}]` : other);
      }
    }
  });

  test.each([
    ["[Orbit]", "the known ones are Truck left, Truck right,"],
    ["[静止]", "the known ones are 左移, 右移,"],
  ])("%s resembles none, so all of its language are listed", (wrong, list) => {
    expect(messagesOf(wrong)).toEqual([expect.stringContaining(`${wrong} is not a camera command; ${list}`)]);
  });

  test("a mistake is told once, however often it is made, and beside others", () => {
    expect(messagesOf("[Push out] a fox [Push out,Pan left] [Pan lft]")).toEqual([
      "[Push out] is not a camera command; did you mean [Pull out]?",
      "[Pan lft] is not a camera command; did you mean [Pan left]?",
    ]);
  });

  test("beside a command all is read, but for prose", () => {
    expect(messagesOf("[Pan left, Push out, 1920s style, Orbit]")).toEqual([
      "[Push out] is not a camera command; did you mean [Pull out]?",
      expect.stringMatching(/^\[Orbit\] is not a camera command; the known ones are/),
    ]);
  });

  test("an invisible character within a command is shown", () => {
    expect(messagesOf("[Push\u200B in]")).toEqual(["[Push\uFFFD in] is not a camera command; did you mean [Push in]?"]);
  });

  test("more than three in one bracket are one warning, with mistyped ones counted", () => {
    expect(messagesOf("[Pan left,Tilt up,Zoom in,Shake] [Pan left,Tilt up,Zoom in,Shake,Push in]")).toEqual([
      "at most 3 camera commands in one bracket are advised (got 5); later brackets follow one another",
    ]);
    expect(messagesOf("[Pan left,Tilt up,Zoom in,Push out]")).toHaveLength(2);
  });

  test("wide commas separate as well", () => {
    expect(messagesOf("[左摇，上升，推进，晃动]")).toEqual([expect.stringContaining("(got 4)")]);
  });

  test("a name of 40 letters is quoted, a longer one is prose", () => {
    expect(messagesOf(`[${"x".repeat(40)}]`)).toHaveLength(1);
    expect(messagesOf(`[${"x".repeat(41)}]`)).toEqual([]);
  });

  test.each(["【推进】", "［Push in］"])("%s is told to be square", (wide) => {
    expect(textIssues({ ...TEXT, prompt: `a fox ${wide}` }, "TextToVideo")).toEqual([
      {
        path: "prompt",
        rule: "cameraBrackets",
        severity: "warning",
        message: `camera commands are written in square brackets: [${wide.slice(1, -1)}], not ${wide}`,
      },
    ]);
  });

  const models = Object.entries(cells.minimax).flatMap(([mode, models]) => {
    return Object.keys(models).map((model) => [model, mode as RequestName] as const);
  });

  test.each(models.filter(([model]) => cameraModels.includes(model)))("%s takes them for %s", (model, mode) => {
    expect(textIssues({ model, prompt: "[Push in]" }, mode)).toEqual([]);
  });

  test.each([
    ["T2V-01", "TextToVideo", "for text to video, MiniMax-Hailuo-2.3, MiniMax-Hailuo-02, T2V-01-Director do"],
    [
      "I2V-01",
      "ImageToVideo",
      "for image to video, MiniMax-Hailuo-2.3, MiniMax-Hailuo-2.3-Fast, MiniMax-Hailuo-02, I2V-01-Director do",
    ],
    [
      "I2V-01-live",
      "ImageToVideo",
      "for image to video, MiniMax-Hailuo-2.3, MiniMax-Hailuo-2.3-Fast, MiniMax-Hailuo-02, I2V-01-Director do",
    ],
    ["S2V-01", "SubjectReferenceToVideo", "no model for subject reference to video does; say it in plain words"],
  ] as const)("%s does not take them, which is told once and instead of all else", (model, mode, instead) => {
    expect(textIssues({ model, prompt: "[Push in] [Push out] 【推进】 [Orbit]" }, mode)).toEqual([
      {
        path: "prompt",
        rule: "cameraModel",
        severity: "warning",
        message: `${model} does not take camera commands; ${instead}`,
      },
    ]);
    expect(textIssues({ model, prompt: "a fox [Orbit] [1920s style]" }, mode)).toEqual([]);
  });

  test("a model of another mode, or of none, is the schema's business", () => {
    expect(textIssues({ model: "S2V-01", prompt: "[Push in]" }, "TextToVideo")).toEqual([]);
    expect(textIssues({ model: "toString", prompt: "[Push in]" }, "TextToVideo")).toEqual([]);
    expect(textIssues({ prompt: "[Push in]" }, "TextToVideo")).toEqual([]);
    expect(textIssues({ model: { toString: 5 }, prompt: "[Push in]" }, "TextToVideo")).toEqual([]);
  });
});

describe("invisible characters", () => {
  test.each<[string, string]>([
    ["a zero-width space", "\u200B"],
    ["a zero-width joiner between letters", "\u200D"],
    ["a byte order mark", "\uFEFF"],
    ["a soft hyphen", "\u00AD"],
    ["a bidirectional override", "\u202E"],
    ["a tag", "\u{E0041}"],
    ["a filler", "\u3164"],
    ["a null", "\0"],
    ["an escape", "\u001B"],
    ["a control of C1", "\u0085"],
    ["half a surrogate pair", "\uD83D"],
    ["a noncharacter", "\uFFFE"],
  ])("%s is one: ten in a hundred pass, eleven are refused", (_, character) => {
    const prompts = [10, 11].map((count) => "x".repeat(100 - count) + character.repeat(count));
    expect(prompts.map((prompt) => [...prompt].length)).toEqual([100, 100]);
    expect(textIssues({ ...TEXT, prompt: prompts[0] }, "TextToVideo")).toEqual([]);
    expect(textIssues({ ...TEXT, prompt: prompts[1] }, "TextToVideo")).toEqual([
      {
        path: "prompt",
        rule: "invisibleCharacters",
        severity: "error",
        message:
          "accepts at most 10 % invisible or control characters (got 11 of 100); the service refuses more with code 1042",
      },
    ]);
  });

  test.each([
    ["tabs and line breaks", "\t\r\n"],
    ["joined emoji", "👩‍👩‍👧‍👦🏳️‍🌈👩🏽‍🚀🧑🏻‍❤️‍💋‍🧑🏿"],
    ["flags of tags", "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"],
    ["variation selectors", "☀️❤️☎︎"],
    ["private and unassigned characters", "\uE000\u0378"],
    ["blanks of Chinese", "\u3000"],
  ])("%s are none", (_, text) => {
    expect(messagesOf(text)).toEqual([]);
  });

  test("characters are counted by code points", () => {
    expect(messagesOf(`${"🦊".repeat(9)}\u200B`)).toEqual([]);
    expect(messagesOf(`${"🦊".repeat(8)}\u200B`)).toHaveLength(1);
  });

  test("texts of a template are counted one by one, and only for this", () => {
    const text_inputs = [{ value: "狮子 [Push out]" }, { value: "\u200B狮" }, { value: 5 }, null, "\u200B"];
    expect(textIssues({ template_id: "1", text_inputs }, "VideoTemplateGenerationReq")).toMatchObject([
      { path: "text_inputs[1].value", rule: "invisibleCharacters", severity: "error" },
    ]);
  });
});

test.each([
  [{}],
  [{ prompt: null }],
  [{ prompt: 5 }],
  [{ prompt: ["[Push out]"] }],
  [{ text_inputs: "[Push out]" }],
  [{ text_inputs: { value: "\u200B" } }],
])("%j is the schema's business", (request) => {
  expect(textIssues(request, "TextToVideo")).toEqual([]);
});

test("a text longer than 20,000 is not read", () => {
  expect(messagesOf("\u200B".repeat(20_000))).toHaveLength(1);
  expect(messagesOf("\u200B".repeat(20_001))).toEqual([]);
});

test("commands are looked for in every prompt that the schema takes by its length", () => {
  expect(messagesOf(`${"🦊".repeat(1990)}[Push out]`)).toHaveLength(1);
  expect(messagesOf(`${"🦊".repeat(1996)}[Push out]`)).toEqual([]);
});

test("no prompt throws, and none is quoted with more than 40 characters in a bracket", () => {
  const bits = fc.constantFrom(
    "[",
    "]",
    "【",
    "】",
    ",",
    " ",
    "Push",
    "out",
    "左",
    "移",
    "{mock:",
    "}",
    "\u200B",
    "🦊",
    "secret",
  );
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
