/** What the compiler is asked of V2 and files. `take` of the prelude takes the body of a create, as a function of one's own would. */

const create = (body: string) => `take({ ${body} });`;
const inWords = (body: string) => `void videos.create({ ${body} });`;
const written = `content: [{ type: "text", text: prompt }], ratio: "16:9"`;

/** What does not compile, and what the compiler says of it. */
export const ILLEGAL_V2: [title: string, snippet: string, says: RegExp][] = [
  [
    "480P on MiniMax-H3",
    create(`model: "MiniMax-H3", ${written}, resolution: "480P", duration: 5`),
    /'resolution' are incompatible.\s+Type '"480P"' is not assignable to type '"(768P|2K)" \| "(768P|2K)"'/,
  ],
  [
    "480P on MiniMax-H3 in a raw call",
    `api.POST("/v2/video_generation", { body: { model: "MiniMax-H3", ${written}, resolution: "480P", duration: 5 } });`,
    /'resolution' are incompatible.\s+Type '"480P"'/,
  ],
  [
    "480P on MiniMax-H3 with a frame",
    create(`model: "MiniMax-H3", content: [text, { ...frame }], resolution: "480P", duration: 5`),
    /'resolution' are incompatible.\s+Type '"480P"' is not assignable to type '"(768P|2K)" \| "(768P|2K)"'/,
  ],
  [
    "2K on MiniMax-H3-Max",
    create(`model: "MiniMax-H3-Max", content: [text, reference], resolution: "2K", duration: 5`),
    /'resolution' are incompatible.\s+Type '"2K"' is not assignable to type '"(480P|768P)" \| "(480P|768P)"'/,
  ],
  [
    "three seconds",
    create(`model: "MiniMax-H3", ${written}, resolution: "768P", duration: 3`),
    /^Type '3' is not assignable to type '[\d |]*\b15\b[\d |]*'/,
  ],
  [
    "four seconds on MiniMax-H3-Max",
    create(`model: "MiniMax-H3-Max", ${written}, resolution: "768P", duration: 4`),
    /'duration' are incompatible.\s+Type '4' is not assignable to type '[\d |]*\b15\b[\d |]*'/,
  ],
  [
    "extra on MiniMax-H3",
    create(`model: "MiniMax-H3", ${written}, resolution: "768P", duration: 5, extra: {}`),
    /'extra' does not exist in type .*"MiniMax-H3"/,
  ],
  [
    "a misspelt mode of expansion",
    create(
      `model: "MiniMax-H3-Max", ${written}, resolution: "768P", duration: 5, extra: { prompt_expansion_mode: "balance" }`,
    ),
    /Did you mean '"balanced"'/,
  ],
  [
    "a reference beside a frame",
    create(`model: "MiniMax-H3", content: [text, frame, reference], resolution: "768P", duration: 5`),
    /'role' are incompatible.\s+Type '"reference_image"' is not assignable to type '"first_frame" \| "last_frame"/,
  ],
  [
    "a frame beside a reference, all written out",
    create(
      `model: "MiniMax-H3", content: [{ type: "text", text: prompt }, { type: "image_url", image_url: { url: image }, role: "reference_image" }, { type: "image_url", image_url: { url: image }, role: "last_frame" }], resolution: "768P", duration: 5`,
    ),
    /'role' are incompatible.\s+Type '"reference_image"' is not assignable to type '"first_frame" \| "last_frame"/,
  ],
  [
    "a misspelt role",
    create(
      `model: "MiniMax-H3", content: [text, { type: "image_url", image_url: { url: image }, role: "start_frame" }], resolution: "768P", duration: 5`,
    ),
    /"start_frame"/,
  ],
  [
    "a misspelt option",
    create(`model: "MiniMax-H3", ${written}, resolution: "768P", duration: 5, aigc_watermarks: true`),
    /'aigc_watermarks' does not exist in type .*Did you mean to write 'aigc_watermark'/s,
  ],
  [
    "a link that is no object",
    create(
      `model: "MiniMax-H3", content: [text, { type: "image_url", image_url: image }], resolution: "768P", duration: 5`,
    ),
    /Type 'string' is not assignable to type '\{ url: string \| ImageMedia/,
  ],
  [
    "a sound where an image belongs",
    create(
      `model: "MiniMax-H3", content: [text, { type: "image_url", image_url: { url: await sdk.audio(new Blob()) }, role: "reference_image" }], resolution: "768P", duration: 5`,
    ),
    /Type 'AudioMedia' is not assignable to type 'string \| ImageMedia'/,
  ],
  [
    "a video where a sound belongs",
    create(
      `model: "MiniMax-H3", content: [text, reference, { type: "audio_url", audio_url: { url: await sdk.video(new Blob()) }, role: "reference_audio" }], resolution: "768P", duration: 5`,
    ),
    /Type 'VideoMedia' is not assignable to type 'string \| AudioMedia'/,
  ],
  ["no duration", create(`model: "MiniMax-H3", ${written}, resolution: "768P"`), /Property 'duration' is missing/],
  [
    "a prompt as in V1 without a ratio",
    inWords(`model: "MiniMax-H3", prompt, resolution: "768P", duration: 5`),
    /Property 'ratio' is missing/,
  ],
  [
    "480P on MiniMax-H3 in the words of V1",
    inWords(`model: "MiniMax-H3", prompt, first_frame_image: image, resolution: "480P", duration: 5`),
    /Type '"480P"' is not assignable to type '"768P" \| "2K"'/,
  ],
  [
    "a frame beside references in the words of V1",
    inWords(
      `model: "MiniMax-H3", prompt, first_frame_image: image, reference_images: [image], resolution: "768P", duration: 5`,
    ),
    /is not assignable to type 'undefined'/,
  ],
  [
    "a slip of the pen in the words of V1",
    inWords(`model: "MiniMax-H3", prompt, reference_image: [image], resolution: "768P", duration: 5`),
    /'reference_image' does not exist/,
  ],
  [
    "a prompt beside content",
    create(`model: "MiniMax-H3", prompt, ${written}, resolution: "768P", duration: 5`),
    /'prompt' does not exist/,
  ],
  [
    "a model of V1",
    create(`model: "MiniMax-Hailuo-2.3", ${written}, resolution: "768P", duration: 6`),
    /Type '"MiniMax-Hailuo-2.3"' is not assignable to type '"MiniMax-H3" \| "MiniMax-H3-Max"'/,
  ],
  [
    "a text alone, under the name of its mode, without a ratio",
    `const body: v2.TextToVideoV2 = { model: "MiniMax-H3", content: [text], resolution: "768P", duration: 5 };`,
    /Property 'ratio' is missing/,
  ],
  [
    "a text alone, under the name of its mode, with the ratio of something",
    `const body: v2.TextToVideoV2 = { model: "MiniMax-H3", content: [text], resolution: "768P", duration: 5, ratio: "adaptive" };`,
    /Type '"adaptive"' is not assignable/,
  ],
  [
    "a prompt with a resolution",
    `api.POST("/v2/h3_context_ir", { body: { model: "MiniMax-H3", ${written}, duration: 5, resolution: "2K" } });`,
    /'resolution' does not exist/,
  ],
  [
    "a regeneration by task and by content",
    `api.POST("/v2/video_regeneration", { body: { model: "MiniMax-H3", source_task_id: "1", content: [text], resolution: "2K" } });`,
    /content|source_task_id/,
  ],
  [
    "a regeneration at 768P",
    `api.POST("/v2/video_regeneration", { body: { model: "MiniMax-H3", source_task_id: "1", resolution: "768P" } });`,
    /Type '"768P"' is not assignable to type '"2K"'/,
  ],
  [
    "a base video in a create",
    create(
      `model: "MiniMax-H3", content: [text, { type: "video_url", video_url: { url: image }, role: "base_video" }], resolution: "768P", duration: 5`,
    ),
    /"base_video"/,
  ],
  [
    "a task id that is a number",
    `api.DELETE("/v2/video_generation/{task_id}", { params: { path: { task_id: 424010985738629 } } });`,
    /Type 'number' is not assignable to type 'string'/,
  ],
  [
    "an unknown filter",
    `api.GET("/v2/query/video_generation", { params: { query: { "filter.state": "running" } } });`,
    /'"filter.state"' does not exist/,
  ],
  [
    "an upload for an unknown purpose",
    `api.POST("/v1/files/upload", { body: { purpose: "video_generation", file: new Blob() } });`,
    /Type '"video_generation"' is not assignable/,
  ],
  [
    "an upload of a path",
    `api.POST("/v1/files/upload", { body: { purpose: "video_generation_input", file: "frame.png" } });`,
    /Type 'string' is not assignable to type '\{ readonly size/,
  ],
  [
    "a deletion by a number",
    `api.POST("/v1/files/delete", { body: { file_id: 176844028768320, purpose: "video_generation" } });`,
    /Type 'number' is not assignable to type 'string'/,
  ],
];

/** What compiles, without a cast. */
export const LEGAL_V2: [title: string, snippet: string][] = [
  ["a text in the words of V1", inWords(`model: "MiniMax-H3", prompt, resolution: "2K", duration: 4, ratio: "16:9"`)],
  [
    "another model and nothing else",
    `const body: sdk.VideoRequest = { model: prompt ? "MiniMax-H3" : "MiniMax-Hailuo-2.3", prompt, first_frame_image: image, resolution: "768P", duration: 6 };
${inWords("...body")}`,
  ],
  [
    "references in the words of V1",
    inWords(
      `model: "MiniMax-H3-Max", prompt, reference_videos: [image], reference_audios: [await sdk.audio(new Blob())], resolution: "480P", duration: 5, extra: { prompt_expansion_mode: "quality" }`,
    ),
  ],
  ["a text of V2", create(`model: "MiniMax-H3", ${written}, resolution: "2K", duration: 4`)],
  [
    "a single image without a role, written out",
    create(
      `model: "MiniMax-H3", content: [{ type: "text", text: prompt }, { type: "image_url", image_url: { url: image } }], resolution: "768P", duration: 15, ratio: "adaptive"`,
    ),
  ],
  [
    "bytes of each kind",
    create(
      `model: "MiniMax-H3", content: [text, { type: "image_url", image_url: { url: await sdk.image(new Blob()) }, role: "reference_image" }, { type: "video_url", video_url: { url: await sdk.video(new Blob()) }, role: "reference_video" }, { type: "audio_url", audio_url: { url: await sdk.audio(new Blob()) }, role: "reference_audio" }], resolution: "768P", duration: 5`,
    ),
  ],
  [
    "two frames on MiniMax-H3-Max with extra",
    create(
      `model: "MiniMax-H3-Max", content: [frame, text, { ...frame, role: "last_frame" }], resolution: "480P", duration: 5, extra: { prompt_expansion_mode: "quality" }, aigc_watermark: true, callback_url: image`,
    ),
  ],
  [
    "any number of references, from a list",
    `const references = [image].map((url): v2.ReferenceImageItem => ({ type: "image_url", image_url: { url }, role: "reference_image" }));
${create(`model: "MiniMax-H3", content: [text, ...references], resolution: "768P", duration: 8`)}`,
  ],
  [
    "a body of V2 built step by step",
    `const body: v2.FramesToVideoV2 = { model: "MiniMax-H3", content: [text], resolution: prompt ? "768P" : "2K", duration: prompt ? 4 : 15 };
body.content.push(frame);
take(body);
api.POST("/v2/video_generation", { body });`,
  ],
  [
    "a list of tasks, each with its link",
    `const { data, error } = await api.GET("/v2/query/video_generation", { params: { query: { page_num: 1, page_size: 20, "filter.status": "succeeded", "filter.task_ids": ["1", "2"], "filter.task_type": "generation" } } });
const links: (string | undefined)[] | undefined = data?.items.map(({ content }) => content?.url);
const message: string | undefined = error?.error.message;
export { links, message };`,
  ],
  [
    "what became of a cancelled task",
    `const { data } = await api.DELETE("/v2/video_generation/{task_id}", { params: { path: { task_id: "1" } } });
const action: "cancelled" | "deleted" | undefined = data?.action;
export { action };`,
  ],
  [
    "an upload, and its id as a string",
    `const { data } = await api.POST("/v1/files/upload", { body: { purpose: "video_generation_input", file: new Blob() } });
const id: string | undefined = data?.file?.file_id;
export { id };`,
  ],
  [
    "the bytes of a file",
    `const { data } = await api.GET("/v1/files/retrieve_content", { params: { query: { file_id: "1" } }, parseAs: "blob" });
const bytes: Blob | undefined = data;
export { bytes };`,
  ],
  [
    "a deletion by the digits of an id",
    `api.POST("/v1/files/delete", { body: { file_id: "176844028768320", purpose: "video_generation" } });`,
  ],
  [
    "a regeneration of either kind",
    `const base: v2.BaseVideoItem = { type: "video_url", video_url: { url: image }, role: "base_video" };
const body: v2.VideoRegenerationV2Req = prompt ? { model: "MiniMax-H3", source_task_id: "1", resolution: "2K" } : { model: "MiniMax-H3", content: [text, frame, base], resolution: "2K" };
api.POST("/v2/video_regeneration", { body });`,
  ],
];
