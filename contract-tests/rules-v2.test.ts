/** Each rule of V2 that counts, with a body that obeys and one that breaks exactly it, judged alike by validators and Prism. */
import { beforeAll, describe, expect, test } from "vitest";
import { dereference, type Json, strictAjv } from "../openapi/documents.js";
import { expectsV2 } from "../src/generated/content-offers.js";
import type { RequestNameV2 } from "../src/generated/validators.js";
import { documentOf, operation } from "./helpers/documents.js";
import { type Judge, prismJudge } from "./helpers/judge.js";
import { audio, image, PATHS, promptOf, regenerationOf, text, validatorsOf, video, videoOf } from "./helpers/scenes.js";

let prism: Judge;
beforeAll(async () => {
  prism = await prismJudge("minimax");
});

const times = (count: number, item: Json): Json[] => Array(count).fill(item);

/** What each scene wants of its content. The second body breaks what the words say, and nothing else. */
const COUNTED: Record<"Text" | "Frames" | "References", [words: string, obeys: Json[], breaks: Json[]][]> = {
  Text: [
    ["exactly one text", [text], []],
    ["exactly one text", [text], [text, text]],
  ],
  Frames: [
    ["exactly one text", [text, image()], [image()]],
    ["exactly one text", [image("last_frame"), text], [text, image("last_frame"), text]],
    ["at least one frame", [text, image("last_frame")], [text]],
    ["at most one first frame", [text, image("first_frame")], [text, ...times(2, image("first_frame"))]],
    ["at most one last frame", [text, image("last_frame")], [text, ...times(2, image("last_frame"))]],
    [
      "a role for each image when there is more than one",
      [text, image("first_frame"), image("last_frame")],
      [text, image(), image("last_frame")],
    ],
  ],
  References: [
    ["exactly one text", [text, video()], [video()]],
    ["exactly one text", [text, video()], [text, text, video()]],
    ["at least one image or video; a sound cannot be the only reference", [text, audio(), video()], [text, audio()]],
    [
      "at most nine images",
      [text, ...times(9, image("reference_image"))],
      [text, ...times(10, image("reference_image"))],
    ],
    ["at most three videos", [text, ...times(3, video())], [text, ...times(4, video())]],
    ["at most three sounds", [text, video(), ...times(3, audio())], [text, video(), ...times(4, audio())]],
    [
      "at most twelve images, videos and sounds together",
      [text, ...times(8, image("reference_image")), ...times(3, video()), audio()],
      [text, ...times(9, image("reference_image")), ...times(3, video()), audio()],
    ],
  ],
};
const BASE: [words: string, obeys: Json[], breaks: Json[]][] = [
  ["exactly one base video", [text, video("base_video"), video(), image()], [text, video(), image()]],
  ["exactly one base video", [text, video("base_video")], [text, ...times(2, video("base_video"))]],
  [
    "exactly one text, the prompt that the base video was made from",
    [text, video("base_video")],
    [video("base_video"), image("last_frame")],
  ],
  [
    "exactly one text, the prompt that the base video was made from",
    [text, video("base_video")],
    [text, text, video("base_video")],
  ],
];

type Row = { mode: RequestNameV2; path: string; words: string; obeys: Json; breaks: Json };
const counted: Row[] = [
  ...Object.entries(COUNTED).flatMap(([scene, rows]) =>
    rows.flatMap(([words, obeys, breaks]) => [
      { mode: `${scene}ToVideoV2`, path: PATHS.video, words, obeys: videoOf(obeys), breaks: videoOf(breaks) },
      { mode: `${scene}ToPrompt`, path: PATHS.prompt, words, obeys: promptOf(obeys), breaks: promptOf(breaks) },
    ]),
  ),
  ...BASE.map(([words, obeys, breaks]) => ({
    mode: "VideoRegenerationBaseVideoReq",
    path: PATHS.regeneration,
    words,
    obeys: regenerationOf(obeys),
    breaks: regenerationOf(breaks),
  })),
  // Of the keys of COUNTED, which are the first words of the modes.
] as Row[];

describe("rules that count", () => {
  test.each(counted)("$mode: $words", async ({ mode, path, words, obeys, breaks }) => {
    const validate = validatorsOf[mode];
    expect(validate(obeys), JSON.stringify(validate.errors)).toBe(true);
    expect(await prism(path, obeys)).toBe(true);
    expect(validate(breaks)).toBe(false);
    // Why each single item was none of the kind, and that a "then" has failed, are no news.
    const news = validate.errors?.filter(
      ({ keyword, schemaPath }) => keyword !== "if" && !schemaPath.includes("/contains/"),
    );
    const found = news?.map(({ schemaPath }) => schemaPath) ?? [];
    expect(found.map((schemaPath) => expectsV2[mode][schemaPath])).toEqual([words]);
    // A text with nothing beside it is a request of another mode.
    const onlyText = path !== PATHS.regeneration && breaks.content.length === 1 && breaks.content[0] === text;
    expect(await prism(path, breaks)).toBe(onlyText);
  });

  test("each has its words in the generated table, and each of those is shown here", () => {
    const shown = (mode: RequestNameV2) =>
      new Set(counted.filter((row) => row.mode === mode).map(({ words }) => words));
    for (const [mode, rules] of Object.entries(expectsV2))
      expect(new Set(Object.values(rules)), mode).toEqual(shown(mode as RequestNameV2));
  });
});

describe("the modes of a create, judged by an ajv over their union", () => {
  const document = documentOf("minimax");
  const unions: [string, string, RequestNameV2[]][] = [
    ["videoGenerationV2Create", "VideoGenerationV2Req", ["TextToVideoV2", "FramesToVideoV2", "ReferencesToVideoV2"]],
    ["h3ContextIRV2Create", "H3ContextIRReq", ["TextToPrompt", "FramesToPrompt", "ReferencesToPrompt"]],
    [
      "videoRegenerationV2Create",
      "VideoRegenerationV2Req",
      ["VideoRegenerationSourceTaskReq", "VideoRegenerationBaseVideoReq"],
    ],
  ];

  test.each(
    unions,
  )("%s: exactly one mode takes what the union takes, and none takes anything else", (operationId, union, modes) => {
    const accepts = strictAjv().compile(dereference(document, document.components.schemas[union]));
    const verdicts = { legal: 0, illegal: 0 };
    for (const example of Object.values(operation("minimax", operationId).requests))
      for (const body of variantsOf(example)) {
        const takers = modes.filter((mode) => validatorsOf[mode](body));
        expect(takers.length, JSON.stringify(body)).toBe(accepts(body) ? 1 : 0);
        verdicts[takers.length ? "legal" : "illegal"]++;
      }
    expect(verdicts.legal).toBeGreaterThan(25);
    expect(verdicts.illegal).toBeGreaterThan(100);
  });

  const VALUES = [
    undefined,
    null,
    0,
    5,
    "",
    "2K",
    "768P",
    "16:9",
    "adaptive",
    "MiniMax-H3",
    "MiniMax-H3-Max",
    [],
    {},
    [text],
  ];
  const ITEMS = [
    undefined,
    text,
    image(),
    image("last_frame"),
    image("reference_image"),
    video(),
    video("base_video"),
    audio(),
  ];

  /** A body with any one field spoilt or added, and with any one item spoilt, added or taken away. */
  function* variantsOf(body: Json): Generator<Json> {
    yield body;
    for (const key of [...Object.keys(body), "ratio", "extra", "source_task_id", "other"])
      for (const value of VALUES) yield JSON.parse(JSON.stringify({ ...body, [key]: value }));
    const content: Json[] = body.content ?? [];
    for (let at = 0; at <= content.length; at++)
      for (const item of ITEMS) {
        const spoilt = [...content.slice(0, at), ...(item ? [item] : []), ...content.slice(at + 1)];
        yield { ...body, content: spoilt };
        if (item) yield { ...body, content: [...content.slice(0, at), item, ...content.slice(at)] };
      }
  }
});
