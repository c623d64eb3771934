import { describe, expect, test } from "vitest";
import { serverFrom } from "../base/server.js";
import type { TaskKind } from "../base/task.js";
import type { SchemaError } from "../generated/validators.js";
import { assertSendable, check } from "./check.js";
import { issuesOf, relevantErrors } from "./schema-issues.js";

const TEXT = { type: "text", text: "a fox" };
const V1 = { model: "T2V-01", prompt: "a fox" };
const V2 = { model: "MiniMax-H3", resolution: "768P", duration: 5, ratio: "16:9", content: [TEXT] };
const WORDS = { model: "MiniMax-H3", resolution: "768P", duration: 5, ratio: "16:9", prompt: "a fox" };
const HAILUO = { model: "MiniMax-Hailuo-02", prompt: "a fox", duration: 10, resolution: "1080P" };
const FIRST = "must be one of MiniMax-Hailuo-2.3, MiniMax-Hailuo-02, T2V-01-Director, T2V-01";
const KNOWN =
  "the known fields are prompt_optimizer, callback_url, aigc_watermark, model, prompt, duration, resolution, fast_pretreatment";
const OFFERS = "MiniMax-Hailuo-02 offers 6 s at 768P or 1080P, 10 s at 768P";
const image = (url: string, role?: string) => ({ type: "image_url", image_url: { url }, ...(role ? { role } : {}) });
const subject = (...subjects: unknown[]) => ({ model: "S2V-01", prompt: "a", subject_reference: subjects });
const letters = (count: number) => "a".repeat(count);

/** What is said of a request, all of it an error. */
async function said(request: unknown, server = "global", kind?: TaskKind): Promise<string[]> {
  const { ok, issues } = await check(request, serverFrom(server), kind);
  expect(ok).toBe(issues.length === 0);
  for (const { severity } of issues) expect(severity).toBe("error");
  return issues.map(({ path, rule, message }) => `${path} [${rule}] ${message}`);
}

test.each<[request: unknown, expected: string[]]>([
  [null, [" [type] a request is an object"]],
  ["a fox", [" [type] a request is an object"]],
  [{}, ["model [required] is required for text to video", "prompt [required] is required for text to video"]],
  [{ ...V1, prompt: "" }, ["prompt [minLength] must not be empty"]],
  [{ ...V1, prompt: 5 }, ["prompt [type] must be of type string (got number)"]],
  [{ ...V1, prompt: ["a"] }, ["prompt [type] must be of type string (got array)"]],
  [{ ...V1, prompt: letters(2001) }, ["prompt [maxLength] takes at most 2000 characters (got 2001)"]],
  [{ ...V1, prompt: "🦊".repeat(2001) }, ["prompt [maxLength] takes at most 2000 characters (got 2001)"]],
  [{ ...V1, prompt: letters(19_999) }, ["prompt [maxLength] takes at most 2000 characters (got 19999)"]],
  [{ ...V1, prompt: letters(20_000) }, ["prompt [maxLength] takes at most 2000 characters (got over 20000)"]],
  [{ ...V1, prompt: letters(99_999) }, ["prompt [maxLength] takes at most 2000 characters (got over 20000)"]],
  [{ ...V1, model: "T2V-02" }, [`model [enum] ${FIRST} (got "T2V-02")`]],
  [{ ...V1, model: letters(40) }, [`model [enum] ${FIRST} (got "${letters(40)}")`]],
  [{ ...V1, model: letters(41) }, [`model [enum] ${FIRST}`]],
  [{ ...V1, model: 7 }, [`model [enum] ${FIRST} (got 7)`]],
  [{ ...V1, model: {} }, [`model [enum] ${FIRST}`]],
  [{ ...V1, durration: 6 }, ["durration [unevaluatedProperties] is not a known field; did you mean duration?"]],
  [{ ...V1, zzz: 6 }, [`zzz [unevaluatedProperties] is not a known field; ${KNOWN}`]],
  [{ ...V1, ratio: "16:9" }, ["ratio [unevaluatedProperties] does not go with text to video"]],
  [HAILUO, [`resolution [const] must be 768P (got "1080P"); ${OFFERS}`]],
  [{ ...HAILUO, duration: 7 }, ["duration [enum] must be one of 6, 10 (got 7)"]],
  [
    { ...HAILUO, zzz: 1, fast_pretreatment: "yes" },
    [
      "fast_pretreatment [type] must be of type boolean (got string)",
      `resolution [const] must be 768P (got "1080P"); ${OFFERS}`,
      `zzz [unevaluatedProperties] is not a known field; ${KNOWN}`,
    ],
  ],
  [
    subject({ type: "character", image: ["ftp://x"] }),
    [
      "subject_reference[0].image[0] [pattern] must be an http(s) URL, or a data URL of a JPEG, PNG or WebP image (data:image/jpeg;base64,...)",
    ],
  ],
  [
    subject({ type: "dog", image: [] }),
    [
      'subject_reference[0].type [const] must be character (got "dog")',
      "subject_reference[0].image [minItems] takes at least 1 (got 0)",
    ],
  ],
  [
    subject({ type: "character", image: ["https://a.test/1", "https://a.test/2"], name: 5 }, 4),
    [
      "subject_reference [maxItems] takes at most 1 (got 2)",
      "subject_reference[0].name [additionalProperties] is not a known field",
      "subject_reference[0].image [maxItems] takes at most 1 (got 2)",
      "subject_reference[1] [type] must be of type object (got number)",
    ],
  ],
  [{ ...V2, content: [] }, ["content [minItems] takes exactly one text"]],
  [{ ...V2, content: [TEXT, TEXT] }, ["content [maxItems] takes exactly one text"]],
  [{ ...V2, content: "a" }, ["content [type] must be of type array (got string)"]],
  [
    { ...V2, content: [{ ...TEXT, text: letters(7001) }] },
    ["content[0].text [maxLength] takes at most 7000 characters (got 7001)"],
  ],
  [
    { ...V2, content: [{ ...TEXT, text: letters(20_001) }] },
    ["content[0].text [maxLength] takes at most 7000 characters (got over 20000)"],
  ],
  [
    { ...V2, ratio: undefined, content: [TEXT, image("https://a.test/1"), image("https://a.test/2")] },
    ["content [maxItems] takes a role for each image when there is more than one"],
  ],
  [
    { ...V2, ratio: undefined, content: [TEXT, { ...image("https://a.test/1"), type: "image" }] },
    ["content [contains] takes at least one frame", 'content[1].type [const] must be image_url (got "image")'],
  ],
  [{ ...V2, content: [{ ...TEXT, text: "\u200b\u200b" }] }, ["content[0].text [pattern] must not be blank"]],
  [{ ...V2, content: [{ ...TEXT, text: "\u2062 \u2062" }] }, ["content[0].text [blank] must not be blank"]],
  [
    { ...V2, content: [{ ...TEXT, text: "a\u200b\u200b" }] },
    [
      "content[0].text [invisibleCharacters] accepts at most 10 % invisible or control characters (got 2 of 3); the service refuses more with code 1042",
    ],
  ],
  [
    { ...WORDS, contnt: 1 },
    [
      "contnt [unevaluatedProperties] is not a known field; the known fields are prompt, first_frame_image, last_frame_image, reference_images, reference_videos, reference_audios, model, resolution, duration, callback_url, aigc_watermark, ratio, extra",
    ],
  ],
])("of %j it is said what would be accepted", async (request, expected) => {
  expect(await said(request)).toEqual(expected);
});

test.each<[server: string, request: object, kind: TaskKind | undefined, expected: string[]]>([
  [
    "quickrouter",
    { template_id: "1" },
    undefined,
    [
      " [mode] quickrouter does not document a template; it takes text to video, image to video, last frame to video, subject reference to video",
    ],
  ],
  [
    "quickrouter",
    V2,
    undefined,
    [
      " [mode] quickrouter does not document API v2, which has MiniMax-H3; it takes text to video, image to video, last frame to video, subject reference to video",
    ],
  ],
  ["global", { model: "MiniMax-H3", source_task_id: "1", resolution: "2K" }, "regeneration", []],
  [
    "global",
    { model: "MiniMax-H3", resolution: "2K", content: [TEXT] },
    "regeneration",
    ["content [contains] takes exactly one base video"],
  ],
  ["global", V2, "h3_context_ir", ["resolution [unevaluatedProperties] does not go with text to prompt"]],
  [
    "global",
    { ...V1, template_id: "1" },
    "video",
    ["template_id [unevaluatedProperties] does not go with text to video"],
  ],
])("%s judges %j as what it is sent for", async (server, request, kind, expected) => {
  expect(await said(request, server, kind)).toEqual(expected);
});

test("the part of a text that no validator reads is not lost from what is sent", async () => {
  const request = { ...V1, prompt: letters(20_001) };
  await check(request, serverFrom("global"));
  expect(request.prompt.length).toBe(20_001);
});

test("what may not be sent is refused with all that is wrong, by the name of the server", async () => {
  const refusal = assertSendable({ ...V1, prompt: "", model: 7 }, serverFrom("global"), "video");
  await expect(refusal).rejects.toMatchObject({
    message: expect.stringMatching(/^The request was not sent to global:\n {2}model: must be one of/),
    operation: "videoGeneration",
    server: "https://api.minimax.io",
    issues: [{ path: "model" }, { path: "prompt" }],
  });
  expect(await assertSendable(V1, serverFrom("global"), "video")).toMatchObject({ ok: true });
});

describe("of what a validator finds", () => {
  const error = (keyword: string, instancePath: string, schemaPath: string, params = {}): SchemaError => ({
    keyword,
    instancePath,
    schemaPath,
    params,
  });

  test("a rule without words of its own is named", () => {
    const errors = [error("multipleOf", "/duration", "#/properties/duration/multipleOf")];
    expect(issuesOf(errors, { duration: 5 }, "TextToVideo", {})).toEqual([
      { path: "duration", rule: "multipleOf", severity: "error", message: 'breaks the rule "multipleOf"' },
    ]);
    const pattern = [error("pattern", "/a/10/b", "#/pattern", { pattern: "^x$" })];
    expect(issuesOf(pattern, { a: { 10: { b: "y" } } }, "TextToVideo", {})).toEqual([
      { path: "a[10].b", rule: "pattern", severity: "error", message: "must be of the form ^x$" },
    ]);
    expect(issuesOf([error("false schema", "/a", "#/a")], {}, "TextToVideo", {})).toMatchObject([
      { message: "does not go with text to video" },
    ]);
  });

  const ONE = "#/properties/content/items/oneOf";
  const at = "/content/0";
  const all = [
    error("const", `${at}/type`, `${ONE}/0/properties/type/const`),
    error("required", at, `${ONE}/0/required`),
    error("const", `${at}/role`, `${ONE}/1/properties/role/const`),
    error("enum", `${at}/type`, `${ONE}/2/properties/type/enum`),
    error("minLength", "/content/01", `${ONE}/0/minLength`),
    error("type", "/prompt", "#/properties/prompt/type"),
    error("contains", "/content", "#/properties/content/contains/properties/x/const"),
    error("if", "/content", "#/properties/content/if"),
    error("oneOf", at, ONE),
  ];
  const paths = (errors: SchemaError[]) => relevantErrors(errors).map(({ schemaPath }) => schemaPath.replace(ONE, ""));

  test("only the branch that is broken least speaks, and what lies outside", () => {
    expect(paths(all)).toEqual(["/1/properties/role/const", "/0/minLength", "#/properties/prompt/type"]);
  });

  test("where every branch is another type, that alone is the fault", () => {
    const others = all.filter(({ instancePath }) => !instancePath.endsWith("/role"));
    expect(paths(others)).toEqual(["/2/properties/type/enum", "/0/minLength", "#/properties/prompt/type"]);
    const both = [...others.filter(({ schemaPath }) => !schemaPath.includes("/2/"))];
    expect(paths(both)).toEqual(["/0/properties/type/const", "/0/minLength", "#/properties/prompt/type"]);
  });
});
