/** Illegal requests do not compile, and the compiler's message names the fault. */
import { describe, expect, test } from "vitest";
import { compile, refusedSnippets } from "../contract-tests/helpers/compile.js";

/** The fields of an object as source code. */
const literal = (fields: object) =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join(", ");
/** A request for Hailuo-02 with changed fields. */
const hailuo = (fields: object, model = "MiniMax-Hailuo-02") =>
  `videos.create({ ${literal({ model, prompt: "a fox", ...fields })} });`;
const ofModel = (model: string, fields: string) => `videos.create({ model: "${model}", ${fields} });`;
const character = (image: string) => `subject_reference: [{ type: "character", image: ${image} }]`;

/** A request for MiniMax-H3 with changed fields. `take` accepts the body of a create, as a user's function would. */
function h3(fields: object, content = '[{ type: "text", text: prompt }], ratio: "16:9"'): string {
  const literals = literal({ model: "MiniMax-H3", resolution: "768P", duration: 5, ...fields });
  return `take({ ${literals}, content: ${content} });`;
}
const withItems = (...items: string[]) => h3({}, `[text, ${items.join(", ")}]`);
const linked = (kind: string, role: string, url = "image") =>
  `{ type: "${kind}_url", ${kind}_url: { url: ${url} }, role: "${role}" }`;
/** The same with the fields of v1, such as the prompt instead of `content`. */
const inWords = (fields: string) => `void videos.create({ model: "MiniMax-H3", prompt, ${fields} });`;
const SIZE = 'resolution: "768P", duration: 5';

const ILLEGAL: Record<string, [snippet: string, says: RegExp]> = {
  "1080P with ten seconds on Hailuo-02": [
    hailuo({ duration: 10, resolution: "1080P" }),
    /Type '"1080P"' is not assignable to type '"768P"/,
  ],
  "2.3-Fast without a first frame": [hailuo({}, "MiniMax-Hailuo-2.3-Fast"), /first_frame_image/],
  "S2V-01 with a duration": [
    ofModel("S2V-01", `${character("[image]")}, duration: 6`),
    /'duration' does not exist in type .*"S2V-01"/,
  ],
  "a misspelt option": [hailuo({ prompt_optimiser: false }), /prompt_optimiser.*prompt_optimizer/s],
  "an unknown model": [hailuo({}, "MiniMax-Hailuo-3"), /"MiniMax-Hailuo-3"/],
  "a last frame on Hailuo-2.3": [
    ofModel("MiniMax-Hailuo-2.3", "last_frame_image: image"),
    /last_frame_image|"MiniMax-Hailuo-2.3"/,
  ],
  "a subject's image that is not a list": [ofModel("S2V-01", character("image")), /'\[string \| ImageMedia\]'/],
  "a template id that is a number": [
    "templates.create({ template_id: 393769180141805569 });",
    /Type 'number' is not assignable to type 'string'/,
  ],
  "a raw call without a model": ['api.POST("/v1/video_generation", { body: { prompt } });', /model/],
  "1080P on MiniMax-H3": [h3({ resolution: "1080P" }), /Type '"1080P"' is not assignable to type '"768P" \| /],
  "768P on MiniMax-H3-Fast": [
    h3({ model: "MiniMax-H3-Fast", style: "style1" }),
    /'resolution' are incompatible.\s+Type '"768P"' is not assignable to type '"480P"'/,
  ],
  "MiniMax-H3-Fast without a style": [
    h3({ model: "MiniMax-H3-Fast", resolution: "480P" }),
    /Property 'style' is missing/,
  ],
  "a style on MiniMax-H3": [h3({ style: "style1" }), /'style' does not exist in type .*"MiniMax-H3"/],
  "references on MiniMax-H3-Max-Turbo": [
    h3({ model: "MiniMax-H3-Max-Turbo" }, "[text, reference]"),
    /"reference_image"|"MiniMax-H3-Max-Turbo"/,
  ],
  "2K on MiniMax-H3-Max": [
    h3({ model: "MiniMax-H3-Max", resolution: "2K" }, "[text, reference]"),
    /'resolution' are incompatible.\s+Type '"2K"' is not assignable to type '"(480P|768P)" \| "(480P|768P)"'/,
  ],
  "four seconds on MiniMax-H3-Max": [
    h3({ model: "MiniMax-H3-Max", duration: 4 }),
    /'duration' are incompatible.\s+Type '4' is not assignable to type '[\d |]*\b15\b[\d |]*'/,
  ],
  "extra on MiniMax-H3": [h3({ extra: {} }), /'extra' does not exist in type .*"MiniMax-H3"/],
  "a misspelt mode of expansion": [
    h3({ model: "MiniMax-H3-Max", extra: { prompt_expansion_mode: "balance" } }),
    /Did you mean '"balanced"'/,
  ],
  "a reference beside a frame": [
    withItems("frame", "reference"),
    /'role' are incompatible.\s+Type '"reference_image"' is not assignable to type '"first_frame" \| "last_frame"/,
  ],
  "a misspelt role": [withItems(linked("image", "start_frame")), /"start_frame"/],
  "a link that is not an object": [
    withItems('{ type: "image_url", image_url: image }'),
    /Type 'string' is not assignable to type '\{ url: string \| ImageMedia/,
  ],
  "a sound where an image belongs": [
    withItems(linked("image", "reference_image", "await sdk.audio(new Blob())")),
    /Type 'AudioMedia' is not assignable to type 'string \| ImageMedia'/,
  ],
  "a prompt as in v1 without a ratio": [inWords(SIZE), /Property 'ratio' is missing/],
  "1080P on MiniMax-H3 with the fields of v1": [
    inWords('first_frame_image: image, resolution: "1080P", duration: 5'),
    /Type '"1080P"' is not assignable to type '"768P" \| "480P" \| "2K"'/,
  ],
  "a frame beside references with the fields of v1": [
    inWords(`first_frame_image: image, reference_images: [image], ${SIZE}`),
    /is not assignable to type '(undefined|never)'/,
  ],
  "a misspelt field beside those of v1": [
    inWords(`reference_image: [image], ${SIZE}`),
    /'reference_image' does not exist/,
  ],
  "a prompt beside content": [h3({ prompt: "a fox" }), /'prompt' does not exist/],
  "a model of v1": [
    h3({ model: "MiniMax-Hailuo-2.3", duration: 6 }),
    /Type '"MiniMax-Hailuo-2.3"' is not assignable to type '"MiniMax-H3" \| "MiniMax-H3-Max" \| /,
  ],
  "a text alone without a ratio, under the name of its mode": [
    `const body: v2.TextToVideoV2 = { model: "MiniMax-H3", content: [text], ${SIZE} };`,
    /Property 'ratio' is missing/,
  ],
  "a regeneration by task and by content": [
    'api.POST("/v2/video_regeneration", { body: { model: "MiniMax-H3", source_task_id: "1", content: [text], resolution: "2K" } });',
    /content|source_task_id/,
  ],
  "a task id that is a number": [
    'api.DELETE("/v2/video_generation/{task_id}", { params: { path: { task_id: 424010985738629 } } });',
    /Type 'number' is not assignable to type 'string'/,
  ],
  "an unknown filter": [
    'api.GET("/v2/query/video_generation", { params: { query: { "filter.state": "running" } } });',
    /'"filter.state"' does not exist/,
  ],
  "an upload of a path": [
    'api.POST("/v1/files/upload", { body: { purpose: "video_generation_input", file: "frame.png" } });',
    /Type 'string' is not assignable to type '\{ readonly size/,
  ],
};

const LEGAL: Record<string, string> = {
  text: hailuo({ duration: 10, resolution: "768P" }),
  "every option": ofModel(
    "MiniMax-Hailuo-2.3",
    "prompt, prompt_optimizer: false, fast_pretreatment: true, aigc_watermark: true, callback_url: image",
  ),
  "a body built step by step":
    'const body: TextToVideo = { model: "MiniMax-Hailuo-02", prompt };\nif (prompt) body.duration = 10;\nbody.callback_url = image;\nvideos.create(body);',
  "a length decided at run time": ofModel("MiniMax-Hailuo-02", "prompt, duration: prompt ? 10 : 6"),
  "a size decided at run time, under the name of the mode":
    'const body: TextToVideo = { model: "MiniMax-Hailuo-02", prompt, resolution: prompt ? "1080P" : "768P" };\nvideos.create(body);',
  "a body of any mode":
    'const body: VideoGenerationReq = prompt ? { model: "T2V-01", prompt } : { model: "I2V-01", first_frame_image: image };\nvideos.generate(body);',
  "a body from a function":
    'const make = (first_frame_image: string): ImageToVideo => ({ model: "I2V-01-live", first_frame_image });\nvideos.create(make(image));',
  "a literal kept for later":
    'const body = { model: "MiniMax-Hailuo-02", prompt, duration: 6 } as const satisfies VideoGenerationReq;\nvideos.create(body);',
  "a template":
    'templates.create({ template_id: "393769180141805569", media_inputs: [{ value: image }], text_inputs: [{ value: "lion" }] });',
  "replies, with ids as strings":
    'const file = await createClient().files.retrieve("1");\nconst id: string = file.file_id;\nconst reply = await api.GET("/v1/query/video_generation", { params: { query: { task_id: "1" } } });\nconst status: "Preparing" | "Queueing" | "Processing" | "Success" | "Fail" | "" | undefined = reply.data?.status;\nexport { id, status };',
  "a request whose model alone decides the version":
    'const body: sdk.VideoRequest = { model: prompt ? "MiniMax-H3" : "MiniMax-Hailuo-2.3", prompt, first_frame_image: image, resolution: "768P", duration: 6 };\nvoid videos.create({ ...body });',
  "a model that others document":
    'void videos.create({ model: "MiniMax-H3-Fast", prompt, ratio: "16:9", resolution: "480P", duration: 5, style: "style2" });',
  "its faster relative with a frame":
    'void videos.create({ model: "MiniMax-H3-Max-Turbo", prompt, first_frame_image: image, resolution: "768P", duration: 5 });',
  "references with the fields of v1":
    'void videos.create({ model: "MiniMax-H3-Max", prompt, reference_videos: [image], reference_audios: [await sdk.audio(new Blob())], resolution: "480P", duration: 5, extra: { prompt_expansion_mode: "quality" } });',
  "a single image without a role": h3(
    { duration: 15, ratio: "adaptive" },
    '[{ type: "text", text: prompt }, { type: "image_url", image_url: { url: image } }]',
  ),
  "bytes of each kind": withItems(
    linked("image", "reference_image", "await sdk.image(new Blob())"),
    linked("video", "reference_video", "await sdk.video(new Blob())"),
    linked("audio", "reference_audio", "await sdk.audio(new Blob())"),
  ),
  "any number of references, from a list": `const references = [image].map((url): v2.ReferenceImageItem => (${linked("image", "reference_image", "url")}));\n${withItems("...references")}`,
  "a body of v2 built step by step":
    'const body: v2.FramesToVideoV2 = { model: "MiniMax-H3", content: [text], resolution: prompt ? "768P" : "2K", duration: prompt ? 4 : 15 };\nbody.content.push(frame);\ntake(body);\napi.POST("/v2/video_generation", { body });',
  "a list of tasks, each with its link":
    'const { data, error } = await api.GET("/v2/query/video_generation", { params: { query: { page_num: 1, page_size: 20, "filter.status": "succeeded", "filter.task_ids": ["1", "2"], "filter.task_type": "generation" } } });\nconst links: (string | undefined)[] | undefined = data?.items.map(({ content }) => content?.url);\nconst message: string | undefined = error?.error.message;\nexport { links, message };',
  "what became of a cancelled task":
    'const { data } = await api.DELETE("/v2/video_generation/{task_id}", { params: { path: { task_id: "1" } } });\nconst action: "cancelled" | "deleted" | undefined = data?.action;\nexport { action };',
  "an upload, and its id as a string":
    'const { data } = await api.POST("/v1/files/upload", { body: { purpose: "video_generation_input", file: new Blob() } });\nconst id: string | undefined = data?.file?.file_id;\nexport { id };',
  "the bytes of a file":
    'const { data } = await api.GET("/v1/files/retrieve_content", { params: { query: { file_id: "1" } }, parseAs: "blob" });\nconst bytes: Blob | undefined = data;\nexport { bytes };',
  "a regeneration of either kind": `const base: v2.BaseVideoItem = ${linked("video", "base_video")};\nconst body: v2.VideoRegenerationV2Req = prompt ? { model: "MiniMax-H3", source_task_id: "1", resolution: "2K" } : { model: "MiniMax-H3", content: [text, frame, base], resolution: "2K" };\napi.POST("/v2/video_regeneration", { body });`,
};

describe("the compiler", () => {
  const illegal = Object.entries(ILLEGAL).map(([title, [snippet, says]]) => ({ title, snippet, says }));
  const snippets = [...illegal.map(({ snippet }) => snippet), ...Object.values(LEGAL)];
  const said = compile(snippets);

  test.each(illegal.map((row, index) => ({ ...row, message: said[index] as string })))("refuses $title", ({
    says,
    message,
  }) => {
    expect(message).toMatch(says);
    expect(message.length).toBeLessThan(2600);
  });

  test.each(
    Object.keys(LEGAL).map((title, index) => ({ title, message: said[illegal.length + index] })),
  )("accepts $title, without a cast", ({ message }) => {
    expect(message).toBe("");
  });

  test("of TypeScript 7 refuses and accepts the same", async () => {
    const refused = await refusedSnippets(snippets);
    expect(snippets.filter((_, index) => refused[index])).toEqual(illegal.map(({ snippet }) => snippet));
  });
});

/** Only literals are checked for unknown fields. In other objects, only the type `never` refuses the field. */
describe("a field of another mode is refused even in an object that is not a literal", () => {
  const NEVER: [mode: string, body: string, fields: string[]][] = [
    ["TextToVideo", 'model: "T2V-01", prompt', ["first_frame_image", "last_frame_image", "subject_reference"]],
    ["ImageToVideo", 'model: "I2V-01", first_frame_image: image', ["last_frame_image", "subject_reference"]],
    [
      "FirstLastFrameToVideo",
      'model: "MiniMax-Hailuo-02", last_frame_image: image',
      ["subject_reference", "fast_pretreatment"],
    ],
    ["SubjectReferenceToVideo", `model: "S2V-01", ${character("[image]")}`, ["first_frame_image", "last_frame_image"]],
  ];
  const cases = NEVER.flatMap(([mode, body, fields]) => ["", ...fields].map((field) => ({ mode, body, field })));
  const said = compile(
    cases.map(
      ({ mode, body, field }) => `const other = { ${body}${field && `, ${field}: image`} } as const;
        const body: Writable<import("../src/index.js").${mode}> = other;
        type Writable<T> = { readonly [K in keyof T]: T[K] extends (infer E)[] | undefined ? readonly unknown[] : T[K] };
        export { body };`,
    ),
  );

  test.each(cases.map((one, index) => ({ ...one, message: said[index] as string })))("$mode, $field", ({
    field,
    message,
  }) => {
    if (field) expect(message).toContain(field);
    else expect(message).toBe("");
  });
});
