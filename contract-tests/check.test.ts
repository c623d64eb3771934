/** What a person reads when a request is refused offline: every reason at once, of the mode that was meant. */
import fc from "fast-check";
import { generate } from "json-schema-faker";
import { describe, expect, test } from "vitest";
import { dereference, type Json, strictAjv } from "../openapi/documents.js";
import { validators } from "../src/generated/validators.js";
import { createClient, ValidationError } from "../src/index.js";
import { modeOf } from "../src/kinds/mode.js";
import { documentOf, names, operationsOf } from "./helpers/documents.js";

const IMAGE = "https://example.com/frame.jpeg";
const client = createClient({ apiKey: "test" });

async function linesOf(request: unknown): Promise<string[]> {
  const { issues } = await client.videos.check(request);
  return issues.map(({ path, rule, message }) => `${path} [${rule}] ${message}`);
}

const text = { model: "MiniMax-Hailuo-02", prompt: "a fox" };
const subject = { model: "S2V-01", subject_reference: [{ type: "character", image: [IMAGE] }] };

describe("a refused request says, once for each fault, what would be accepted", () => {
  test.each<[string, unknown, string[]]>([
    [
      "1080P with ten seconds on Hailuo-02",
      { ...text, duration: 10, resolution: "1080P" },
      ['resolution [const] must be 768P (got "1080P"); MiniMax-Hailuo-02 offers 6 s at 768P or 1080P, 10 s at 768P'],
    ],
    [
      "720P on Hailuo-2.3",
      { model: "MiniMax-Hailuo-2.3", prompt: "a fox", resolution: "720P" },
      ['resolution [const] must be 768P (got "720P"); MiniMax-Hailuo-2.3 offers 6 s at 768P or 1080P, 10 s at 768P'],
    ],
    [
      "ten seconds on T2V-01",
      { model: "T2V-01", prompt: "a fox", duration: 10 },
      ["duration [const] must be 6 (got 10); T2V-01 offers 6 s at 720P"],
    ],
    [
      "fast_pretreatment on T2V-01",
      { model: "T2V-01", prompt: "a fox", fast_pretreatment: true },
      ["fast_pretreatment [false schema] does not go with text to video; T2V-01 offers 6 s at 720P"],
    ],
    [
      "2.3-Fast without a first frame",
      { model: "MiniMax-Hailuo-2.3-Fast", prompt: "a fox" },
      ["first_frame_image [required] is required for image to video"],
    ],
    [
      "S2V-01 with a duration",
      { ...subject, duration: 6 },
      ["duration [unevaluatedProperties] does not go with subject reference to video"],
    ],
    [
      "S2V-01 without a subject",
      { model: "S2V-01", prompt: "a girl" },
      ["subject_reference [required] is required for subject reference to video"],
    ],
    [
      "a misspelt option",
      { ...text, prompt_optimiser: false },
      ["prompt_optimiser [unevaluatedProperties] is not a known field; did you mean prompt_optimizer?"],
    ],
    [
      "an option that resembles none",
      { ...text, seed: 4 },
      [
        "seed [unevaluatedProperties] is not a known field; the known fields are prompt_optimizer, callback_url, aigc_watermark, model, prompt, duration, resolution, fast_pretreatment",
      ],
    ],
    ["no prompt", { model: "MiniMax-Hailuo-2.3" }, ["prompt [required] is required for text to video"]],
    ["an empty prompt", { ...text, prompt: "" }, ["prompt [minLength] must not be empty"]],
    ["a blank prompt", { ...text, prompt: " \u3000\n" }, ["prompt [pattern] must not be blank"]],
    ["a prompt of zero-width characters", { ...text, prompt: "\u200b\u2060" }, ["prompt [pattern] must not be blank"]],
    [
      "a blank prompt beside a frame",
      { model: "I2V-01", first_frame_image: IMAGE, prompt: "\t" },
      ["prompt [pattern] must not be blank"],
    ],
    [
      "2001 characters",
      { ...text, prompt: "🦊".repeat(2001) },
      ["prompt [maxLength] takes at most 2000 characters (got 2001)"],
    ],
    [
      "a prompt that is too long, whatever else is wrong with it",
      { ...text, prompt: `${"a".repeat(2100)} [Push out]` },
      ["prompt [maxLength] takes at most 2000 characters (got 2111)"],
    ],
    [
      "20 MB of prompt",
      { ...text, prompt: "a".repeat(20_000_000) },
      ["prompt [maxLength] takes at most 2000 characters (got over 20000)"],
    ],
    ["a prompt that is a number", { ...text, prompt: 7 }, ["prompt [type] must be of type string (got number)"]],
    [
      "an unknown model",
      { ...text, model: "MiniMax-Hailuo-3" },
      [
        'model [enum] must be one of MiniMax-Hailuo-2.3, MiniMax-Hailuo-02, T2V-01-Director, T2V-01 (got "MiniMax-Hailuo-3")',
      ],
    ],
    ["a duration in words", { ...text, duration: "6" }, ['duration [enum] must be one of 6, 10 (got "6")']],
    [
      "an image that is neither URL nor data URL",
      { model: "I2V-01", first_frame_image: "frame.png" },
      [
        "first_frame_image [pattern] must be an http(s) URL, or a data URL of a JPEG, PNG or WebP image (data:image/jpeg;base64,...)",
      ],
    ],
    [
      "two subjects, one of them misspelt",
      { ...subject, subject_reference: [{ type: "person", image: [] }, { image: [IMAGE] }] },
      [
        "subject_reference [maxItems] takes at most 1 (got 2)",
        'subject_reference[0].type [const] must be character (got "person")',
        "subject_reference[0].image [minItems] takes at least 1 (got 0)",
        "subject_reference[1].type [required] is required for subject reference to video",
      ],
    ],
    [
      "everything wrong at once",
      { model: "MiniMax-Hailuo-02", duration: 7, callback_url: "localhost", colour: "red" },
      [
        "callback_url [pattern] must be an absolute http(s) URL",
        "prompt [required] is required for text to video",
        "duration [enum] must be one of 6, 10 (got 7)",
        "colour [unevaluatedProperties] is not a known field; the known fields are prompt_optimizer, callback_url, aigc_watermark, model, prompt, duration, resolution, fast_pretreatment",
      ],
    ],
    ["no object", "a fox", [" [type] a request is an object"]],
  ])("%s", async (_, request, expected) => {
    expect((await linesOf(request)).sort()).toEqual([...expected].sort());
  });
});

test("create throws the same issues before it contacts anybody, and its message holds each", async () => {
  const offline = createClient({ apiKey: "test", fetch: () => Promise.reject(new Error("contacted")) });
  const request = { ...text, duration: 10, resolution: "1080P" } as never;
  const error = await offline.videos.create(request).catch((error) => error);
  expect(error).toBeInstanceOf(ValidationError);
  expect(error.issues).toEqual((await client.videos.check(request)).issues);
  expect(error.message).toContain("resolution: must be 768P");
  expect(error.operation).toBe("videoGeneration");
});

test("a template is not sent where videos are created, nor a video where templates are", async () => {
  const offline = createClient({ apiKey: "test", fetch: () => Promise.reject(new Error("contacted")) });
  const error = await offline.videos.create({ ...text, template_id: "1" } as never).catch((error) => error);
  expect(error.issues).toMatchObject([{ path: "template_id", message: "does not go with text to video" }]);
  const other = await offline.templates.create(text as never).catch((error) => error);
  expect(other.issues.map(({ path }: { path: string }) => path)).toEqual(
    expect.arrayContaining(["template_id", "model"]),
  );
});

test("no issue quotes a prompt or an image", async () => {
  const secret = "SECRET".repeat(500);
  const request = {
    model: "nope",
    prompt: secret,
    first_frame_image: `data:image/bmp;base64,${secret}`,
    [secret.slice(0, 3)]: 1,
  };
  expect(JSON.stringify(await client.videos.check(request))).not.toContain("SECRETSECRET");
});

describe("the mode that a body evidently means", () => {
  test.each([
    [{ model: "S2V-01" }, "SubjectReferenceToVideo"],
    [{ model: "MiniMax-Hailuo-2.3-Fast" }, "ImageToVideo"],
    [{ model: "MiniMax-Hailuo-02" }, "TextToVideo"],
    [{ model: "T2V-01", first_frame_image: IMAGE }, "ImageToVideo"],
    [{ model: "MiniMax-Hailuo-02", first_frame_image: IMAGE, last_frame_image: IMAGE }, "FirstLastFrameToVideo"],
    [{ model: "MiniMax-Hailuo-02", subject_reference: [] }, "SubjectReferenceToVideo"],
    [{ template_id: "1" }, "VideoTemplateGenerationReq"],
    [{}, "TextToVideo"],
  ])("%j means %s", (request, mode) => {
    expect(modeOf(request)).toBe(mode);
  });
});

describe("generated validators, judged by an ajv over the whole union", () => {
  for (const name of names) {
    const document = documentOf(name);
    const accepts = strictAjv().compile(dereference(document, document.components.schemas.VideoGenerationReq));
    const bodies = operationsOf(name).find(({ operationId }) => operationId === "videoGeneration")?.requests ?? {};

    test(`${name}: agree on every example, and on every example with any one field removed, added or spoilt`, () => {
      for (const body of Object.values<Json>(bodies)) for (const variant of variants(body)) agree(variant);
    });

    test(`${name}: agree on a thousand random bodies`, async () => {
      const schema = dereference(document, document.components.schemas.VideoGenerationReq);
      let legal = 0;
      for (let seed = 0; seed < 1000; seed++) {
        const body = await generate(schema, { seed });
        agree(body);
        if (accepts(body)) legal++;
      }
      // Random bodies that all are refused for the same reason would prove nothing.
      expect(legal).toBeGreaterThan(500);
    });

    function agree(body: Json) {
      expect(validators[name][modeOf(body, name)]?.(body) ?? false, JSON.stringify(body)).toBe(accepts(body));
    }
  }

  const values = [undefined, null, 0, 6, 10, "", "768P", "1080P", IMAGE, "S2V-01", "MiniMax-Hailuo-02", true, [], {}];
  const keys = [
    "model",
    "prompt",
    "duration",
    "resolution",
    "first_frame_image",
    "last_frame_image",
    "subject_reference",
    "fast_pretreatment",
    "other",
  ];

  test("agree on any combination of fields and values", () => {
    const accepts = strictAjv().compile(
      dereference(documentOf("minimax"), documentOf("minimax").components.schemas.VideoGenerationReq),
    );
    const body = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values));
    fc.assert(
      fc.property(body, (body) => {
        const json = JSON.parse(JSON.stringify(body));
        return (validators.minimax[modeOf(json)]?.(json) ?? false) === accepts(json);
      }),
      { numRuns: 5000 },
    );
  });

  function* variants(body: Json): Generator<Json> {
    yield body;
    for (const key of Object.keys(body)) {
      const { [key]: _, ...rest } = body;
      yield rest;
    }
    for (const key of keys) for (const value of values) yield JSON.parse(JSON.stringify({ ...body, [key]: value }));
  }
});
