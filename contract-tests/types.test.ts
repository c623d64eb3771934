/** The compiler as the first judge: what is illegal does not compile, and its message names the thing that is wrong. */
import { describe, expect, test } from "vitest";
import { compile } from "./helpers/compile.js";
import { refusedSnippets } from "./helpers/compile7.js";
import { ILLEGAL_V2, LEGAL_V2 } from "./helpers/snippets-v2.js";

const ILLEGAL: [title: string, snippet: string, says: RegExp][] = [
  [
    "1080P with ten seconds on Hailuo-02",
    'videos.create({ model: "MiniMax-Hailuo-02", prompt, duration: 10, resolution: "1080P" });',
    /Type '"1080P"' is not assignable to type '"768P"/,
  ],
  [
    "2.3-Fast without a first frame",
    'videos.create({ model: "MiniMax-Hailuo-2.3-Fast", prompt });',
    /first_frame_image/,
  ],
  [
    "S2V-01 with a duration",
    'videos.create({ model: "S2V-01", subject_reference: [{ type: "character", image: [image] }], duration: 6 });',
    /'duration' does not exist in type .*"S2V-01"/,
  ],
  [
    "a misspelt option",
    'videos.create({ model: "MiniMax-Hailuo-02", prompt, prompt_optimiser: false });',
    /prompt_optimiser.*prompt_optimizer/s,
  ],
  ["an unknown model", 'videos.create({ model: "MiniMax-Hailuo-3", prompt });', /"MiniMax-Hailuo-3"/],
  ["five seconds", 'videos.create({ model: "MiniMax-Hailuo-02", prompt, duration: 5 });', /Type '5' is not assignable/],
  ["720P on Hailuo-2.3", 'videos.create({ model: "MiniMax-Hailuo-2.3", prompt, resolution: "720P" });', /"720P"/],
  ["text without a prompt", 'videos.create({ model: "T2V-01" });', /prompt/],
  [
    "a last frame on Hailuo-2.3",
    'videos.create({ model: "MiniMax-Hailuo-2.3", last_frame_image: image });',
    /last_frame_image|"MiniMax-Hailuo-2.3"/,
  ],
  [
    "512P with a last frame",
    'videos.create({ model: "MiniMax-Hailuo-02", last_frame_image: image, resolution: "512P" });',
    /"512P"/,
  ],
  [
    "a subject of another type",
    'videos.create({ model: "S2V-01", subject_reference: [{ type: "person", image: [image] }] });',
    /"person"/,
  ],
  [
    "a subject's image that is no list",
    'videos.create({ model: "S2V-01", subject_reference: [{ type: "character", image }] });',
    /\(string \| ImageMedia\)\[\]/,
  ],
  [
    "fast_pretreatment on I2V-01",
    'videos.create({ model: "I2V-01", first_frame_image: image, fast_pretreatment: true });',
    /fast_pretreatment|'undefined'/,
  ],
  ["a template without its id", "templates.create({ text_inputs: [] });", /template_id/],
  [
    "a template id that is a number",
    "templates.create({ template_id: 393769180141805569 });",
    /Type 'number' is not assignable to type 'string'/,
  ],
  ["a raw call without a model", 'api.POST("/v1/video_generation", { body: { prompt } });', /model/],
  ...ILLEGAL_V2,
];

const LEGAL: [title: string, snippet: string][] = [
  ["text", 'videos.create({ model: "MiniMax-Hailuo-02", prompt, duration: 10, resolution: "768P" });'],
  ["text on the 01 series", 'videos.create({ model: "T2V-01-Director", prompt });'],
  ["a first frame", 'videos.create({ model: "MiniMax-Hailuo-2.3-Fast", first_frame_image: image });'],
  [
    "512P with a first frame on 02",
    'videos.create({ model: "MiniMax-Hailuo-02", first_frame_image: image, resolution: "512P", duration: 10 });',
  ],
  [
    "first and last frame",
    'videos.create({ model: "MiniMax-Hailuo-02", first_frame_image: image, last_frame_image: image, prompt });',
  ],
  ["a subject", 'videos.create({ model: "S2V-01", subject_reference: [{ type: "character", image: [image] }] });'],
  [
    "every option",
    'videos.create({ model: "MiniMax-Hailuo-2.3", prompt, prompt_optimizer: false, fast_pretreatment: true, aigc_watermark: true, callback_url: image });',
  ],
  [
    "a body built step by step",
    'const body: TextToVideo = { model: "MiniMax-Hailuo-02", prompt };\nif (prompt) body.duration = 10;\nbody.callback_url = image;\nvideos.create(body);',
  ],
  ["a length decided at run time", 'videos.create({ model: "MiniMax-Hailuo-02", prompt, duration: prompt ? 10 : 6 });'],
  [
    "a size decided at run time, under the name of the mode",
    'const body: TextToVideo = { model: "MiniMax-Hailuo-02", prompt, resolution: prompt ? "1080P" : "768P" };\nvideos.create(body);',
  ],
  [
    "a body of any mode",
    'const body: VideoGenerationReq = prompt ? { model: "T2V-01", prompt } : { model: "I2V-01", first_frame_image: image };\nvideos.generate(body);',
  ],
  [
    "a body from a function",
    'const make = (first_frame_image: string): ImageToVideo => ({ model: "I2V-01-live", first_frame_image });\nvideos.create(make(image));',
  ],
  [
    "a literal kept for later",
    'const body = { model: "MiniMax-Hailuo-02", prompt, duration: 6 } as const satisfies VideoGenerationReq;\nvideos.create(body);',
  ],
  [
    "a template",
    'templates.create({ template_id: "393769180141805569", media_inputs: [{ value: image }], text_inputs: [{ value: "lion" }] });',
  ],
  [
    "replies, ids as strings",
    'const file = await createClient().files.retrieve("1");\nconst id: string = file.file_id;\nconst reply = await api.GET("/v1/query/video_generation", { params: { query: { task_id: "1" } } });\nconst status: "Preparing" | "Queueing" | "Processing" | "Success" | "Fail" | "" | undefined = reply.data?.status;\nexport { id, status };',
  ],
  ...LEGAL_V2,
];

describe("the compiler", () => {
  const said = compile([...ILLEGAL.map(([, snippet]) => snippet), ...LEGAL.map(([, snippet]) => snippet)]);

  test.each(
    ILLEGAL.map(([title, , says], index) => ({ title, says, message: said[index] as string })),
  )("refuses $title", ({ says, message }) => {
    expect(message).toMatch(says);
    expect(message.length).toBeLessThan(2500);
  });

  test("of TypeScript 7 refuses and takes the same", async () => {
    const cases = [...ILLEGAL, ...LEGAL];
    const refused = await refusedSnippets(cases.map(([, snippet]) => snippet));
    expect(cases.filter((_, index) => refused[index])).toEqual(ILLEGAL);
  });

  test.each(
    LEGAL.map(([title], index) => ({ title, message: said[ILLEGAL.length + index] })),
  )("takes $title, without a cast", ({ message }) => {
    expect(message).toBe("");
  });
});

/** Literals are checked for unknown fields; what comes from elsewhere is not, and only `never` refuses it there. */
describe("a field of another mode is never, in an object from elsewhere too", () => {
  const frame = { model: "MiniMax-Hailuo-02", last_frame_image: "image" };
  const NEVER: [mode: string, body: Record<string, string>, fields: string[]][] = [
    [
      "TextToVideo",
      { model: "T2V-01", prompt: "prompt" },
      ["first_frame_image", "last_frame_image", "subject_reference"],
    ],
    ["ImageToVideo", { model: "I2V-01", first_frame_image: "image" }, ["last_frame_image", "subject_reference"]],
    ["FirstLastFrameToVideo", frame, ["subject_reference", "fast_pretreatment"]],
    ["SubjectReferenceToVideo", { model: "S2V-01" }, ["first_frame_image", "last_frame_image"]],
  ];
  const cases = NEVER.flatMap(([mode, body, fields]) => [undefined, ...fields].map((field) => ({ mode, body, field })));
  const said = compile(
    cases.map(({ mode, body, field }) => {
      const literal = JSON.stringify(body).replace(/"(image|prompt)"(?=[,}])/g, "$1");
      const own =
        mode === "SubjectReferenceToVideo" ? `subject_reference: [{ type: "character", image: [image] }],` : "";
      const extra = field ? `${field}: image,` : "";
      return `const other = { ...(${literal} as const), ${own} ${extra} } as const;
        const body: Writable<import("../src/index.js").${mode}> = other;
        type Writable<T> = { readonly [K in keyof T]: T[K] extends (infer E)[] | undefined ? readonly unknown[] : T[K] };
        export { body };`;
    }),
  );

  test.each(cases.map((one, index) => ({ ...one, message: said[index] as string })))("$mode, $field", ({
    field,
    message,
  }) => {
    if (field === undefined) expect(message).toBe("");
    else expect(message).toContain(field);
  });
});
