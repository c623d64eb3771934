/** Compares the generated validators of each mode with an ajv for the union of the modes. */
import fc from "fast-check";
import { generate } from "json-schema-faker";
import { describe, expect, test } from "vitest";
import { documentOf, type Name, names, operation } from "../contract-tests/helpers/documents.js";
import { audio, image, text, validatorsOf, video } from "../contract-tests/helpers/scenes.js";
import { validators } from "../src/generated/validators.js";
import { modeOf } from "../src/kinds/mode.js";
import { dereference, type Json, strictAjv } from "./documents.js";

const IMAGE = "https://example.com/frame.jpeg";
const plain = (body: Json) => JSON.parse(JSON.stringify(body));

function schemaOf(name: Name, union: string): Json {
  const document = documentOf(name);
  return dereference(document, document.components.schemas[union]);
}

/** Yields the body, and copies with one field replaced, added or removed. */
function* variantsOf(body: Json, keys: string[], values: unknown[]): Generator<Json> {
  yield body;
  for (const key of new Set([...Object.keys(body), ...keys]))
    for (const value of [undefined, ...values]) yield plain({ ...body, [key]: value });
}

describe("the most likely mode of an API v1 body", () => {
  test.each([
    [{ model: "S2V-01" }, "SubjectReferenceToVideo"],
    [{ model: "MiniMax-Hailuo-2.3-Fast" }, "ImageToVideo"],
    [{ model: "MiniMax-Hailuo-02" }, "TextToVideo"],
    [{ model: "T2V-01", first_frame_image: IMAGE }, "ImageToVideo"],
    [{ model: "MiniMax-Hailuo-02", first_frame_image: IMAGE, last_frame_image: IMAGE }, "FirstLastFrameToVideo"],
    [{ model: "MiniMax-Hailuo-02", subject_reference: [] }, "SubjectReferenceToVideo"],
    [{ template_id: "1" }, "VideoTemplateGenerationReq"],
    [{}, "TextToVideo"],
  ])("of %j is %s", (request, mode) => {
    expect(modeOf(request)).toBe(mode);
  });

  const KEYS =
    "model prompt duration resolution first_frame_image last_frame_image subject_reference fast_pretreatment other";
  const VALUES = [null, 0, 6, 10, "", "768P", "1080P", IMAGE, "S2V-01", "MiniMax-Hailuo-02", true, [], {}];

  test.each(names)("has a validator that accepts the same bodies as the union: %s", async (name) => {
    const schema = schemaOf(name, "VideoGenerationReq");
    const accepts = strictAjv().compile(schema);
    const agree = (body: Json) => {
      expect(validators[name][modeOf(body, name)]?.(body) ?? false, JSON.stringify(body)).toBe(accepts(body));
    };
    for (const example of Object.values(operation(name, "videoGeneration").requests))
      for (const body of variantsOf(example, KEYS.split(" "), VALUES)) agree(body);
    let legal = 0;
    for (let seed = 0; seed < 500; seed++) {
      const body = await generate(schema, { seed });
      agree(body);
      if (accepts(body)) legal++;
    }
    // The test would prove nothing if all random bodies were refused for the same reason.
    expect(legal).toBeGreaterThan(250);
    const any = fc.dictionary(fc.constantFrom(...KEYS.split(" ")), fc.constantFrom(undefined, ...VALUES));
    fc.assert(
      fc.property(any, (body) => agree(plain(body))),
      { numRuns: 2000 },
    );
  });
});

describe("exactly one mode of API v2 accepts a body that the union accepts, and none accepts any other", () => {
  const VALUES = [null, 0, 5, "", "2K", "768P", "16:9", "adaptive", "MiniMax-H3", "MiniMax-H3-Max", [], {}, [text]];
  const [last, reference, base] = [image("last_frame"), image("reference_image"), video("base_video")];
  const ITEMS = [undefined, text, image(), last, reference, video(), base, audio()];

  function* contentsOf(body: Json): Generator<Json> {
    yield* variantsOf(body, ["ratio", "extra", "source_task_id", "other"], VALUES);
    const content: Json[] = body.content ?? [];
    for (let at = 0; at <= content.length; at++)
      for (const item of ITEMS) {
        const [before, after] = [[...content.slice(0, at), ...(item ? [item] : [])], content.slice(at)];
        yield { ...body, content: [...before, ...after] };
        yield { ...body, content: [...before, ...after.slice(1)] };
      }
  }

  test.each([
    ["videoGenerationV2Create", "VideoGenerationV2Req", ["TextToVideoV2", "FramesToVideoV2", "ReferencesToVideoV2"]],
    ["h3ContextIRV2Create", "H3ContextIRReq", ["TextToPrompt", "FramesToPrompt", "ReferencesToPrompt"]],
    [
      "videoRegenerationV2Create",
      "VideoRegenerationV2Req",
      ["VideoRegenerationSourceTaskReq", "VideoRegenerationBaseVideoReq"],
    ],
  ] as const)("%s", (operationId, union, modes) => {
    const accepts = strictAjv().compile(schemaOf("minimax", union));
    const verdicts = { legal: 0, illegal: 0 };
    for (const example of Object.values(operation("minimax", operationId).requests))
      for (const body of contentsOf(example)) {
        const takers = modes.filter((mode) => validatorsOf[mode](body));
        expect(takers.length, JSON.stringify(body)).toBe(accepts(body) ? 1 : 0);
        verdicts[takers.length ? "legal" : "illegal"]++;
      }
    expect(verdicts.legal).toBeGreaterThan(25);
    expect(verdicts.illegal).toBeGreaterThan(100);
  });
});
