/** A blank prompt would buy a useless video. The check and Prism refuse it in every kind of request. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import { serverFrom } from "../src/base/server.js";
import type { TaskKind } from "../src/base/task.js";
import { check } from "../src/check/check.js";
import { witnessesFor } from "../src/contract/request-samples.js";
import { witnesses } from "../src/generated/witnesses.js";
import { kinds } from "../src/kinds/kinds.js";
import { documentOf, type Name, names } from "./helpers/documents.js";
import { type Judge, prismJudges } from "./helpers/judge.js";
import { image, promptOf, regenerationOf, video, videoOf } from "./helpers/scenes.js";

const FRAME = "https://example.com/frame.jpeg";
const HAILUO = { model: "MiniMax-Hailuo-02" };
const FRAMES = { ...HAILUO, first_frame_image: FRAME, last_frame_image: FRAME, duration: 6, resolution: "1080P" };
const SUBJECT = { model: "S2V-01", subject_reference: [{ type: "character", image: [FRAME] }] };
const BASE = video("base_video");
const saying = (text: string) => ({ type: "text", text });

const H3 = { model: "MiniMax-H3", resolution: "768P", duration: 6, ratio: "16:9" };

interface Place {
  title: string;
  kind: TaskKind;
  /** The path of the prompt in issues. */
  at: string;
  /** A legal request with this prompt. */
  body(prompt: string): Json;
  name: Name;
  /** Whether an empty prompt is legal, because it counts as none. */
  optional: boolean;
}
type Row = [title: string, kind: TaskKind, at: string, body: Place["body"], name?: Name];

/** Places of prompts. An empty prompt is legal beside a frame or a subject. */
const PLACES = (
  [
    ["text", "video", "prompt", (prompt) => ({ model: "T2V-01", prompt })],
    ["first frame", "video", "prompt", (prompt) => ({ model: "I2V-01", first_frame_image: FRAME, prompt })],
    ["last frame", "video", "prompt", (prompt) => ({ ...HAILUO, last_frame_image: FRAME, prompt })],
    ["subject", "video", "prompt", (prompt) => ({ ...SUBJECT, prompt })],
    ["both frames at QuickRouter", "video", "prompt", (prompt) => ({ ...FRAMES, prompt }), "quickrouter"],
    ["text at aimanyi", "video", "prompt", (prompt) => ({ ...HAILUO, prompt, duration: 6 }), "aimanyi"],
    ["a text item alone", "generation", "content[0].text", (text) => videoOf([saying(text)])],
    ["a text item beside a frame", "generation", "content[1].text", (text) => videoOf([image(), saying(text)])],
    ["a text item beside a reference", "generation", "content[1].text", (text) => videoOf([video(), saying(text)])],
    ["a text item to expand", "h3_context_ir", "content[0].text", (text) => promptOf([saying(text)])],
    ["the prompt of a base video", "regeneration", "content[0].text", (text) => regenerationOf([saying(text), BASE])],
    ["a prompt for MiniMax-H3", "generation", "prompt", (prompt) => ({ ...H3, prompt })],
  ] as Row[]
).map(([title, kind, at, body, name = "minimax"]): Place => {
  return { title, kind, at, body, name, optional: /^(first|last|both) frame|^subject/.test(title) };
});

/** White space according to JavaScript, and characters without width. */
const BLANKS = [
  ...[" ", "   \t", "\n\r\n", "\v\f", "\u00A0", "\u1680\u2000\u2003\u200A\u202F\u205F", "\u2028\u2029", "\u3000"],
  ...["\uFEFF", "\u200B", "\u200C\u200D\u2060", ` ${"\u3000".repeat(40)}\u200B\n`],
];
const SHOWN = [".", " \u3000狐\n", "\t🦊", "\n\nx\u00A0", "a fox runs\u200B"];
/** Prompts of characters that no pattern lists, padded with white space, so that they are less than a tenth of the prompt. */
const HIDDEN = ["\u00AD", "\u3164", "\u2062", "\u0000", "\u0085", "\uFE0F", "\u{E0041}"].map(
  (hidden) => `${" ".repeat(20)}${hidden}`,
);

const SERVERS = {
  minimax: serverFrom("global"),
  quickrouter: serverFrom("quickrouter"),
  aimanyi: serverFrom({ like: "aimanyi", baseUrl: "https://gateway.example/minimax" }),
};

let prism: Record<Name, Judge>;
beforeAll(async () => {
  prism = await prismJudges();
});

describe.each(PLACES)("as $title", ({ title, name, kind, body, at, optional }) => {
  /** The verdict of the check on a prompt. Prism must agree unless only the check can know. */
  async function errorsOf(prompt: string): Promise<string[]> {
    const { issues } = await check(body(prompt), SERVERS[name], kind);
    const errors = issues.filter(({ severity }) => severity === "error");
    const isRefusedBySchema = errors.some(({ rule }) => rule !== "blank");
    // This kind is sent in the form of another one, for which Prism is asked.
    if (title !== "a prompt for MiniMax-H3")
      expect(await prism[name](kinds[kind].create.path, body(prompt)), JSON.stringify(prompt)).toBe(!isRefusedBySchema);
    return errors.map(({ path, rule, message }) => `${path} (${rule}): ${message}`);
  }

  test("a prompt of white space or zero-width characters is refused by the schema (F7)", async () => {
    for (const prompt of BLANKS)
      expect(await errorsOf(prompt), JSON.stringify(prompt)).toEqual([`${at} (pattern): must not be blank`]);
  });

  test("an invisible prompt that no pattern lists is refused by the check (F7)", async () => {
    for (const prompt of HIDDEN)
      expect(await errorsOf(prompt), JSON.stringify(prompt)).toEqual([`${at} (blank): must not be blank`]);
  });

  test("a visible prompt is accepted", async () => {
    for (const prompt of SHOWN) expect(await errorsOf(prompt), JSON.stringify(prompt)).toEqual([]);
  });

  test(`an empty prompt is ${optional ? "accepted as none" : "refused as empty"}`, async () => {
    expect(await errorsOf("")).toEqual(optional ? [] : [`${at} (minLength): must not be empty`]);
  });
});

test("only the schemas of prompts have the rule", () => {
  const found = names.flatMap((name) =>
    Object.entries(documentOf(name).components.schemas)
      .filter(([, schema]) => JSON.stringify(schema).includes('"x-expects":"not blank"'))
      .map(([schema]) => schema),
  );
  const texts = ["FinalPromptItem", "TextItem"];
  const modes = ["FirstLastFrameOptions", "ImageToVideo", "SubjectReferenceToVideo", "TextToVideo"];
  expect(new Set(found)).toEqual(new Set([...texts, ...modes]));
});

test("a blank text of a template is legal, because the template may need none", async () => {
  const body = { template_id: "393769180141805569", text_inputs: [{ value: " " }], media_inputs: [{ value: FRAME }] };
  expect((await check(body, SERVERS.minimax)).ok).toBe(true);
  expect(await prism.minimax("/v1/video_template_generation", body)).toBe(true);
});

test("each rule has a witness, marked as a precaution, and the contract suite never sends it", () => {
  const marked = names.map((name) => witnesses[name].filter(({ precaution }) => precaution).map(({ of }) => of));
  expect(marked.map((of) => of.length)).toEqual([7, 0, 1]);
  for (const of of marked.flat()) expect(of).toMatch(/(prompt|text) pattern removed$/);
  for (const { name, kind } of PLACES) {
    const bodies = witnessesFor(name, kinds[kind].create.operation, "request");
    expect(bodies.some(({ obeys }) => !obeys)).toBe(true);
    expect(bodies.filter(({ value }) => /"(prompt|text)":" "/.test(JSON.stringify(value)))).toEqual([]);
  }
});
