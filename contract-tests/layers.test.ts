/** Who refuses what: each request with the verdict of every layer, so that no rule stands twice and none is missing. */
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { serverFrom } from "../src/base/server.js";
import { callbackIssues } from "../src/check/callback-url.js";
import { check } from "../src/check/check.js";
import { fileIssues } from "../src/check/media-issues.js";
import { textIssues } from "../src/check/prompt-issues.js";
import { validators } from "../src/generated/validators.js";
import { kindOfAny } from "../src/kinds/kind-of.js";
import { kinds } from "../src/kinds/kinds.js";
import { modeOf } from "../src/kinds/mode.js";
import { withoutMedia } from "../src/media/json-body.js";
import { compile } from "./helpers/compile.js";
import { dataUrl, png } from "./helpers/pictures.js";

type Verdict = "takes" | "refuses";
const server = serverFrom("global");
const LINK = "https://example.com/frame.jpeg";
const text = { model: "MiniMax-Hailuo-02", prompt: "a fox" };
const frame = (value: string) => ({ model: "MiniMax-Hailuo-02", first_frame_image: value });

/** Typed by hand. The compiler sees literals; what depends on what a text says is beyond it, and beyond the schema. */
const ROWS: [title: string, request: Record<string, unknown>, compiler: Verdict, schema: Verdict, rules: Verdict][] = [
  ["a plain text", text, "takes", "takes", "takes"],
  ["ten seconds at 1080P", { ...text, duration: 10, resolution: "1080P" }, "refuses", "refuses", "takes"],
  ["a misspelt option", { ...text, promt_optimizer: true }, "refuses", "refuses", "takes"],
  ["Fast without a frame", { model: "MiniMax-Hailuo-2.3-Fast", prompt: "a fox" }, "refuses", "refuses", "takes"],
  [
    "S2V-01 with a duration",
    { model: "S2V-01", subject_reference: [{ type: "character", image: [LINK] }], duration: 6 },
    "refuses",
    "refuses",
    "takes",
  ],
  [
    "two subjects",
    { model: "S2V-01", subject_reference: Array(2).fill({ type: "character", image: [LINK] }) },
    "takes",
    "refuses",
    "takes",
  ],
  ["an empty prompt", { ...text, prompt: "" }, "takes", "refuses", "takes"],
  ["a blank prompt", { ...text, prompt: " \u3000" }, "takes", "refuses", "takes"],
  ["blanks and a soft hyphen", { ...text, prompt: `${" ".repeat(9)}\u00ad` }, "takes", "takes", "refuses"],
  ["2000 characters", { ...text, prompt: "🦊".repeat(2000) }, "takes", "takes", "takes"],
  ["2001 characters", { ...text, prompt: "🦊".repeat(2001) }, "takes", "refuses", "takes"],
  ["ten times too many characters", { ...text, prompt: "a".repeat(30_000) }, "takes", "refuses", "takes"],
  ["a tenth of invisible characters", { ...text, prompt: `${"a".repeat(9)}\u200b` }, "takes", "takes", "takes"],
  ["more than a tenth of them", { ...text, prompt: `${"a".repeat(8)}\u200b` }, "takes", "takes", "refuses"],
  ["an unknown camera command", { ...text, prompt: "a fox [Push out]" }, "takes", "takes", "takes"],
  ["a callback that is no URL", { ...text, callback_url: "my server" }, "takes", "refuses", "takes"],
  ["a callback to this machine", { ...text, callback_url: "http://localhost:8000/" }, "takes", "takes", "refuses"],
  [
    "a callback to a private network",
    { ...text, callback_url: "http://[::ffff:10.0.0.1]/" },
    "takes",
    "takes",
    "refuses",
  ],
  [
    "a callback with a password",
    { ...text, callback_url: "https://me:secret@example.com/" },
    "takes",
    "takes",
    "refuses",
  ],
  [
    "a callback to the world",
    { ...text, callback_url: "https://example.com/callback?token=1" },
    "takes",
    "takes",
    "takes",
  ],
  ["a link to an image", frame(LINK), "takes", "takes", "takes"],
  ["a path instead of an image", frame("frame.png"), "takes", "refuses", "takes"],
  ["a bitmap as a data URL", frame("data:image/bmp;base64,Qk0="), "takes", "refuses", "takes"],
  ["an image that is one", frame(dataUrl(png())), "takes", "takes", "takes"],
  ["an image that is none", frame("data:image/png;base64,AAAA"), "takes", "takes", "refuses"],
  ["a PNG called JPEG", frame(dataUrl(png(), "jpeg")), "takes", "takes", "refuses"],
  ["an image of 300 pixels", frame(dataUrl(png(300, 400))), "takes", "takes", "refuses"],
  [
    "frames of two sizes",
    { ...frame(dataUrl(png())), last_frame_image: dataUrl(png(480, 640)) },
    "takes",
    "takes",
    "takes",
  ],
  [
    "the optimizer off and its pretreatment on",
    { ...text, prompt_optimizer: false, fast_pretreatment: true },
    "takes",
    "takes",
    "takes",
  ],
  [
    "a template with its inputs",
    { template_id: "393881433990066176", media_inputs: [{ value: LINK }] },
    "takes",
    "takes",
    "takes",
  ],
  ["a template without its image", { template_id: "393881433990066176" }, "takes", "takes", "refuses"],
  [
    "a template of the other region",
    { template_id: "392753057216684038", media_inputs: [{ value: LINK }] },
    "takes",
    "takes",
    "takes",
  ],
  ["an unknown template", { template_id: "1" }, "takes", "takes", "takes"],
  ["a template id in words", { template_id: "diving" }, "takes", "refuses", "takes"],
];

/** Every handwritten rule, whether or not the schema has spoken before. */
async function rulesOn(request: Record<string, unknown>) {
  const mode = modeOf(request);
  return [
    ...fileIssues(request),
    ...textIssues(request, mode),
    ...callbackIssues(request, server),
    ...(await kinds[kindOfAny(request)].rules()).advise(request, server, mode),
  ];
}

const errorsIn = (issues: { severity: string }[]) => issues.filter(({ severity }) => severity === "error");

function schemaTakes(request: Record<string, unknown>): boolean {
  return validators.minimax[modeOf(request)]?.(withoutMedia(request, () => dataUrl(png()))) ?? false;
}

/** Prism would really call a callback: its pattern is the schema's, and judged there. */
async function prismTakes({ callback_url: _, ...request }: Record<string, unknown>): Promise<boolean> {
  const path = "template_id" in request ? "/v1/video_template_generation" : "/v1/video_generation";
  const headers = { authorization: "Bearer test", "content-type": "application/json" };
  const response = await fetch(inject("prism").minimax + path, {
    method: "POST",
    headers,
    body: JSON.stringify(request),
  });
  await response.arrayBuffer();
  return response.status === 200;
}

describe("the verdict of each layer", () => {
  const said = compile(
    ROWS.map(
      ([, request]) => `${"template_id" in request ? "templates" : "videos"}.create(${JSON.stringify(request)});`,
    ),
  );

  test.each(
    ROWS.map(([title, request, compiler, schema, rules], index) => ({
      title,
      request,
      compiler,
      schema,
      rules,
      message: said[index],
    })),
  )("$title: the compiler $compiler, the schema $schema, the rules $rules it", async ({
    request,
    compiler,
    schema,
    rules,
    message,
  }) => {
    expect(message === "" ? "takes" : "refuses", message).toBe(compiler);
    expect(schemaTakes(request) ? "takes" : "refuses").toBe(schema);
    const found = await rulesOn(request);
    expect(errorsIn(found).length ? "refuses" : "takes").toBe(rules);
    if (request.callback_url === undefined) expect(await prismTakes(request)).toBe(schema === "takes");
    const { ok, issues } = await check(request, server);
    expect(ok).toBe(schema === "takes" && rules === "takes");
    expect(errorsIn(issues).length > 0).toBe(!ok);
    // What the schema refuses does not stand in a rule as well.
    if (schema === "refuses") expect(errorsIn(found)).toEqual([]);
  });
});

describe("any request, put together from good and bad parts", () => {
  const image = fc.constantFrom(
    LINK,
    dataUrl(png()),
    dataUrl(png(100, 100)),
    dataUrl(png(), "jpeg"),
    "data:image/png;base64,AAAA",
    "frame.png",
    7,
    undefined,
  );
  const request = fc.record(
    {
      model: fc.constantFrom(
        "MiniMax-Hailuo-2.3",
        "MiniMax-Hailuo-2.3-Fast",
        "MiniMax-Hailuo-02",
        "T2V-01",
        "I2V-01",
        "S2V-01",
        "nope",
        3,
        { toString: 5 },
      ),
      prompt: fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.constantFrom("a fox [Push in]", "[Push out]", "\u200b\u200b", 4),
      ),
      duration: fc.constantFrom(6, 10, 5, "6"),
      resolution: fc.constantFrom("512P", "720P", "768P", "1080P"),
      first_frame_image: image,
      last_frame_image: image,
      subject_reference: image.map((one) => [{ type: "character", image: [one] }]),
      fast_pretreatment: fc.boolean(),
      prompt_optimizer: fc.boolean(),
      aigc_watermark: fc.boolean(),
      callback_url: fc.constantFrom("https://example.com/", "http://127.0.0.1/", "ftp://x", 5),
      template_id: fc.constantFrom("393881433990066176", "x"),
      media_inputs: fc.array(fc.record({ value: image }), { maxLength: 2 }),
      typo: fc.constant(1),
    },
    { requiredKeys: [] },
  );

  const likely = fc.record(
    {
      model: fc.constantFrom("MiniMax-Hailuo-2.3", "MiniMax-Hailuo-02", "T2V-01", "I2V-01"),
      prompt: fc.string({ unit: "grapheme", minLength: 1 }),
      duration: fc.constantFrom(6, 10),
      resolution: fc.constantFrom("512P", "720P", "768P", "1080P"),
      first_frame_image: fc.constantFrom(LINK, dataUrl(png())),
      last_frame_image: fc.constantFrom(LINK, dataUrl(png())),
      prompt_optimizer: fc.boolean(),
      fast_pretreatment: fc.boolean(),
    },
    { requiredKeys: ["model"] },
  );

  test("check says ok exactly when schema and rules do, and gives a reason for each refusal", async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(request, likely), async (request) => {
        const json = JSON.parse(JSON.stringify(request));
        const { ok, issues } = await check(json, server);
        expect(ok).toBe(schemaTakes(json) && errorsIn(await rulesOn(json)).length === 0);
        expect(errorsIn(issues).length > 0).toBe(!ok);
        if (ok) passed++;
      }),
      { numRuns: 4000 },
    );
    expect(passed).toBeGreaterThan(20);
  });

  test("nothing that passes check is refused by Prism", async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(likely, async (request) => {
        if (!(await check(request, server)).ok) return;
        passed++;
        expect(await prismTakes(request)).toBe(true);
      }),
      { numRuns: 2000 },
    );
    expect(passed).toBeGreaterThan(100);
  });
});
