/** Which layer refuses a request: the compiler, the schema, or a handwritten rule. No rule is duplicated, and none is missing. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { serverFrom } from "../src/base/server.js";
import { callbackIssues } from "../src/check/callback-url.js";
import { check } from "../src/check/check.js";
import { fileIssues } from "../src/check/media-issues.js";
import { textIssues } from "../src/check/prompt-issues.js";
import { validators } from "../src/generated/validators.js";
import { createClient } from "../src/index.js";
import { kindOfAny } from "../src/kinds/kind-of.js";
import { kinds } from "../src/kinds/kinds.js";
import { modeOf } from "../src/kinds/mode.js";
import { compile } from "./helpers/compile.js";
import { failureOf } from "./helpers/failure-of.js";
import { type Judge, prismJudges } from "./helpers/judge.js";
import { dataUrl, png } from "./helpers/pictures.js";

const server = serverFrom("global");
const LINK = "https://example.com/frame.jpeg";
const TEXT = { model: "MiniMax-Hailuo-02", prompt: "a fox" };
const frame = (value: string) => ({ model: "MiniMax-Hailuo-02", first_frame_image: value });
const subject = { type: "character", image: [LINK] };

let prism: Judge;
beforeAll(async () => {
  prism = (await prismJudges()).minimax;
});

/** The compiler only sees literals. Neither it nor the schema can check the content of a text. */
const REFUSED_BY: Record<string, Record<string, Record<string, unknown>>> = {
  nobody: {
    "a plain text": TEXT,
    "2000 characters": { ...TEXT, prompt: "🦊".repeat(2000) },
    "a tenth of invisible characters": { ...TEXT, prompt: `${"a".repeat(9)}\u200b` },
    "more than a tenth of invisible characters": { ...TEXT, prompt: `${"a".repeat(8)}\u200b` },
    "a link to this machine": frame("http://localhost/frame.png"),
    "base64 with line breaks": frame(dataUrl(png()).replace(/.{70}/g, "$&\r\n")),
    "an unknown camera command": { ...TEXT, prompt: "a fox [Push out]" },
    "a callback to the world": { ...TEXT, callback_url: "https://example.com/callback?token=1" },
    "a link to an image": frame(LINK),
    "an image as a data URL": frame(dataUrl(png())),
    "frames of two sizes": { ...frame(dataUrl(png())), last_frame_image: dataUrl(png(480, 640)) },
    "an option without effect": { ...TEXT, prompt_optimizer: false, fast_pretreatment: true },
    "a template with its inputs": { template_id: "393881433990066176", media_inputs: [{ value: LINK }] },
    "a template of the other region": { template_id: "392753057216684038", media_inputs: [{ value: LINK }] },
    "an unknown template": { template_id: "1" },
  },
  "compiler and schema": {
    "ten seconds at 1080P": { ...TEXT, duration: 10, resolution: "1080P" },
    "a misspelt option": { ...TEXT, promt_optimizer: true },
    "a name of another API": { ...TEXT, image_url: LINK },
    "a model in another case": { ...TEXT, model: "minimax-hailuo-02" },
    "2.3-Fast without a frame": { model: "MiniMax-Hailuo-2.3-Fast", prompt: "a fox" },
    "two subjects": { model: "S2V-01", subject_reference: [subject, subject] },
    "no subject": { model: "S2V-01", subject_reference: [] },
    "two images of a subject": { model: "S2V-01", subject_reference: [{ ...subject, image: [LINK, LINK] }] },
    "no image of a subject": { model: "S2V-01", subject_reference: [{ ...subject, image: [] }] },
    "two texts for a model of version 2": {
      ...{ model: "MiniMax-H3", duration: 5, resolution: "768P", ratio: "16:9" },
      content: [
        { type: "text", text: "a fox" },
        { type: "text", text: "a dog" },
      ],
    },
    "S2V-01 with a duration": { model: "S2V-01", subject_reference: [subject], duration: 6 },
  },
  schema: {
    "an empty prompt": { ...TEXT, prompt: "" },
    "a blank prompt": { ...TEXT, prompt: " \u3000" },
    "2001 characters": { ...TEXT, prompt: "🦊".repeat(2001) },
    "a callback that is not a URL": { ...TEXT, callback_url: "my server" },
    "a path instead of an image": frame("frame.png"),
    "a bitmap as a data URL": frame("data:image/bmp;base64,Qk0="),
    "a template id in words": { template_id: "diving" },
  },
  rules: {
    "spaces and a soft hyphen": { ...TEXT, prompt: `${" ".repeat(9)}\u00ad` },
    "a callback to this machine": { ...TEXT, callback_url: "http://localhost:8000/" },
    "a callback with a password": { ...TEXT, callback_url: "https://me:secret@example.com/" },
    "an image without a header": frame("data:image/png;base64,AAAA"),
    "a PNG called JPEG": frame(dataUrl(png(), "jpeg")),
    "an image of 299 pixels": frame(dataUrl(png(299, 400))),
    "a template without its image": { template_id: "393881433990066176" },
  },
};
const rows = Object.entries(REFUSED_BY).flatMap(([layer, requests]) =>
  Object.entries(requests).map(([title, request]) => ({ layer, title, request })),
);

/** Every handwritten rule, whether or not the schema has refused the request. */
async function rulesTake(request: Record<string, unknown>): Promise<boolean> {
  const mode = modeOf(request);
  const issues = [
    ...fileIssues(request, server),
    ...textIssues(request, mode),
    ...callbackIssues(request, server),
    ...(await kinds[kindOfAny(request)].rules()).advise(request, server, mode),
  ];
  return issues.every(({ severity }) => severity !== "error");
}

function schemaTakes(request: Record<string, unknown>): boolean {
  return validators.minimax[modeOf(request)]?.(request) ?? false;
}

function prismTakes(request: Record<string, unknown>): Promise<boolean> {
  return prism(kinds[kindOfAny(request)].create.path, request);
}

describe("the verdict of each layer", () => {
  const said = compile(rows.map(({ request }) => `${kindOfAny(request)}s.create(${JSON.stringify(request)});`));

  test.each(rows.map((row, index) => ({ ...row, message: said[index] })))("$layer: $title", async ({
    layer,
    request,
    message,
  }) => {
    expect(message === "", message).toBe(!layer.includes("compiler"));
    expect(schemaTakes(request)).toBe(!layer.includes("schema"));
    expect(await prismTakes(request)).toBe(!layer.includes("schema"));
    // A rule must not repeat what the schema refuses.
    expect(await rulesTake(request)).toBe(layer !== "rules");
    const { ok, issues } = await check(request, server);
    expect([ok, issues.some(({ severity }) => severity === "error")]).toEqual([layer === "nobody", layer !== "nobody"]);
  });
});

test("a create that is refused has the caller's own function in its stack (H6)", async () => {
  const { videos } = createClient({ apiKey: "test" });
  const wrong = { ...TEXT, duration: 7 } as never;
  async function fromTheCallersOwnCreate() {
    return await videos.create(wrong);
  }
  async function fromTheCallersOwnGenerate() {
    return await videos.generate(wrong);
  }
  for (const call of [fromTheCallersOwnCreate, fromTheCallersOwnGenerate])
    expect((await failureOf(call())).stack).toContain(`${call.name} (`);
});

describe("any request, composed of valid and invalid parts", () => {
  const pictures = [dataUrl(png()), dataUrl(png(100, 100)), dataUrl(png(), "jpeg"), "data:image/png;base64,AAAA"];
  const image = fc.constantFrom(LINK, ...pictures, "frame.png", 7, undefined);
  const MODELS = ["MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast", "MiniMax-Hailuo-02", "T2V-01", "I2V-01", "S2V-01"];
  const likely = {
    model: fc.constantFrom(...MODELS),
    prompt: fc.string({ unit: "grapheme", minLength: 1 }),
    duration: fc.constantFrom(6, 10),
    resolution: fc.constantFrom("512P", "720P", "768P", "1080P"),
    first_frame_image: fc.constantFrom(LINK, dataUrl(png())),
    last_frame_image: fc.constantFrom(LINK, dataUrl(png())),
    prompt_optimizer: fc.boolean(),
    fast_pretreatment: fc.boolean(),
  };
  const unlikely = {
    ...likely,
    model: fc.constantFrom(...MODELS, "nope", 3, { toString: 5 }),
    prompt: fc.oneof(likely.prompt, fc.constantFrom("", "a fox [Push in]", "[Push out]", "\u200b\u200b", 4)),
    duration: fc.constantFrom(6, 10, 5, "6"),
    first_frame_image: image,
    last_frame_image: image,
    subject_reference: image.map((one) => [{ type: "character", image: [one] }]),
    aigc_watermark: fc.boolean(),
    callback_url: fc.constantFrom("https://example.com/", "http://127.0.0.1/", "ftp://x", 5),
    template_id: fc.constantFrom("393881433990066176", "x"),
    media_inputs: fc.array(fc.record({ value: image }), { maxLength: 2 }),
    typo: fc.constant(1),
  };

  test("passes the check exactly if it passes schema and rules, and Prism accepts those that pass", async () => {
    let passed = 0;
    const request = fc.oneof(fc.record(unlikely, { requiredKeys: [] }), fc.record(likely, { requiredKeys: ["model"] }));
    await fc.assert(
      fc.asyncProperty(request, async (request) => {
        const json = JSON.parse(JSON.stringify(request));
        const { ok, issues } = await check(json, server);
        expect(ok).toBe(schemaTakes(json) && (await rulesTake(json)));
        expect(issues.some(({ severity }) => severity === "error")).toBe(!ok);
        if (!ok) return;
        passed++;
        expect(await prismTakes(json)).toBe(true);
      }),
      { numRuns: 4000 },
    );
    expect(passed).toBeGreaterThan(50);
  });
});
