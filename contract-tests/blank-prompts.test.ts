/** A prompt that shows nothing would buy a video of nothing: schemas, generated validators, the check and Prism refuse it alike. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Json } from "../openapi/documents.js";
import { serverFrom } from "../src/base/server.js";
import type { TaskKind } from "../src/base/task.js";
import { check } from "../src/check/check.js";
import { bodiesFor } from "../src/contract/request-samples.js";
import { witnesses } from "../src/generated/witnesses.js";
import { kinds } from "../src/kinds/kinds.js";
import { documentOf, type Name, names } from "./helpers/documents.js";
import { type Judge, prismJudge } from "./helpers/judge.js";
import { image, PATHS, promptOf, regenerationOf, video, videoOf } from "./helpers/scenes.js";
import { validatorTakes } from "./helpers/verdict.js";

const FRAME = "https://example.com/frame.jpeg";
const CREATE = "/v1/video_generation";
const said = (text: string) => ({ type: "text", text });

interface Place {
  title: string;
  name: Name;
  operationId: string;
  path: string;
  /** A legal request with this prompt. */
  body: (prompt: string) => Json;
  /** Where the check says it. */
  at: string;
  /** Whether an empty prompt is legal: it counts as none. */
  optional?: true;
}

const v1 = { name: "minimax", operationId: "videoGeneration", path: CREATE, at: "prompt" } as const;
const v2 = { ...v1, operationId: "videoGenerationV2Create", path: PATHS.video } as const;
const PLACES: Place[] = [
  { ...v1, title: "text", body: (prompt) => ({ model: "T2V-01", prompt }) },
  {
    ...v1,
    title: "first frame",
    body: (prompt) => ({ model: "I2V-01", first_frame_image: FRAME, prompt }),
    optional: true,
  },
  {
    ...v1,
    title: "last frame",
    body: (prompt) => ({ model: "MiniMax-Hailuo-02", last_frame_image: FRAME, prompt }),
    optional: true,
  },
  {
    ...v1,
    title: "subject",
    body: (prompt) => ({ model: "S2V-01", subject_reference: [{ type: "character", image: [FRAME] }], prompt }),
    optional: true,
  },
  {
    ...v1,
    title: "both frames at QuickRouter",
    name: "quickrouter",
    body: (prompt) => ({
      model: "MiniMax-Hailuo-02",
      first_frame_image: FRAME,
      last_frame_image: FRAME,
      prompt,
      duration: 6,
      resolution: "1080P",
    }),
    optional: true,
  },
  {
    ...v1,
    title: "text at aimanyi",
    name: "aimanyi",
    body: (prompt) => ({ model: "MiniMax-Hailuo-02", prompt, duration: 6 }),
  },
  { ...v2, title: "text in version 2", body: (prompt) => videoOf([said(prompt)]), at: "content[0].text" },
  {
    ...v2,
    title: "text beside a frame",
    body: (prompt) => videoOf([image(), said(prompt)]),
    at: "content[1].text",
  },
  {
    ...v2,
    title: "text beside a reference",
    body: (prompt) => videoOf([video(), said(prompt)]),
    at: "content[1].text",
  },
  {
    ...v2,
    title: "text to expand",
    operationId: "h3ContextIRV2Create",
    path: PATHS.prompt,
    body: (prompt) => promptOf([said(prompt)]),
    at: "content[0].text",
  },
  {
    ...v2,
    title: "the prompt of a base video",
    operationId: "videoRegenerationV2Create",
    path: PATHS.regeneration,
    body: (prompt) => regenerationOf([said(prompt), video("base_video")]),
    at: "content[0].text",
  },
];

/** What JavaScript calls white space, and what has no width. */
const BLANKS = [
  ["a space", " "],
  ["spaces and a tab", "   \t"],
  ["line breaks", "\n\r\n"],
  ["a vertical tab and a form feed", "\v\f"],
  ["a no-break space", "\u00A0"],
  ["spaces of all widths", "\u1680\u2000\u2003\u200A\u202F\u205F"],
  ["line and paragraph separators", "\u2028\u2029"],
  ["an ideographic space", "\u3000"],
  ["a byte order mark", "\uFEFF"],
  ["a zero-width space", "\u200B"],
  ["joiners", "\u200C\u200D\u2060"],
  ["some of each", ` ${"\u3000".repeat(40)}\u200B\n`],
] as const;
const SHOWN = [
  ["a full stop", "."],
  ["a word among spaces", " \u3000狐\n"],
  ["an emoji behind a tab", "\t🦊"],
  ["a letter below empty lines", "\n\nx\u00A0"],
] as const;

const SERVERS = {
  minimax: serverFrom("global"),
  quickrouter: serverFrom("quickrouter"),
  aimanyi: serverFrom({ like: "aimanyi", baseUrl: "https://gateway.example/minimax" }),
};

let judges: Record<Name, Judge>;
beforeAll(async () => {
  const all = await Promise.all(names.map(async (name) => [name, await prismJudge(name)] as const));
  judges = Object.fromEntries(all) as Record<Name, Judge>;
});

describe.each(PLACES)("$title", ({ name, operationId, path, body, at, optional = false }) => {
  const kind = (Object.keys(kinds) as TaskKind[]).find((kind) => kinds[kind].create.operation === operationId);
  const linesOf = async (prompt: string) => {
    const { issues } = await check(body(prompt), SERVERS[name], kind);
    return issues
      .filter(({ severity }) => severity === "error")
      .map(({ path, rule, message }) => `${path} (${rule}): ${message}`);
  };

  test.each(BLANKS)("%s is blank", async (_, prompt) => {
    expect(validatorTakes(name, operationId, body(prompt))).toBe(false);
    expect(await judges[name](path, body(prompt))).toBe(false);
    expect(await linesOf(prompt)).toEqual([`${at} (pattern): must not be blank`]);
  });

  test.each(SHOWN)("%s is not", async (_, prompt) => {
    expect(validatorTakes(name, operationId, body(prompt))).toBe(true);
    expect(await judges[name](path, body(prompt))).toBe(true);
    expect(await linesOf(prompt)).toEqual([]);
  });

  test("the tenth character may be invisible", async () => {
    expect(await linesOf("a fox runs\u200B")).toEqual([]);
  });

  test(`an empty prompt is ${optional ? "none" : "refused as empty"}`, async () => {
    expect(validatorTakes(name, operationId, body(""))).toBe(optional);
    expect(await judges[name](path, body(""))).toBe(optional);
    expect(await linesOf("")).toEqual(optional ? [] : [`${at} (minLength): must not be empty`]);
  });

  test("what shows nothing, though no pattern lists it, is found by the check", async () => {
    // Nine in ten are white space, which the share of invisible characters does not count.
    for (const hidden of ["\u00AD", "\u3164", "\u2062", "\u0000", "\u0085", "\uFE0F", "\u{E0041}"])
      expect(await linesOf(`${" ".repeat(20)}${hidden}`), JSON.stringify(hidden)).toEqual([
        `${at} (blank): must not be blank`,
      ]);
  });
});

test("every prompt of every request has the rule, and only prompts have it", () => {
  const found = new Set<string>();
  const missing: string[] = [];
  for (const name of names) {
    const visit = (schema: Json, path: string) => {
      if (schema === null || typeof schema !== "object") return;
      for (const [key, property] of Object.entries<Json>(schema.properties ?? {})) {
        const isPrompt = key === "prompt" || (key === "text" && /^(TextItem|FinalPromptItem)$/.test(path));
        if (property["x-expects"] === "not blank") found.add(`${path}.${key} ${property.pattern}`);
        else if (isPrompt && property.maxLength !== undefined) missing.push(`${name} ${path}.${key}`);
      }
      for (const part of schema.allOf ?? []) visit(part, path);
    };
    for (const [home, schema] of Object.entries(documentOf(name).components.schemas)) visit(schema, home);
  }
  expect(missing).toEqual([]);
  const pattern = "^$|[^\\s\\u200B-\\u200D\\u2060\\uFEFF]";
  expect([...found].sort()).toEqual([
    `FinalPromptItem.text ${pattern}`,
    `FirstLastFrameOptions.prompt ${pattern}`,
    `ImageToVideo.prompt ${pattern}`,
    `SubjectReferenceToVideo.prompt ${pattern}`,
    `TextItem.text ${pattern}`,
    `TextToVideo.prompt ${pattern}`,
  ]);
});

test("in the words of version 1 it is said of the prompt", async () => {
  const wish = { model: "MiniMax-H3", duration: 6, ratio: "16:9" };
  for (const [rule, prompt] of [
    ["pattern", "\u3000"],
    ["blank", `${" ".repeat(20)}\u00AD`],
  ]) {
    const issue = { path: "prompt", rule, severity: "error", message: "must not be blank" };
    for (const { issues } of [
      await check({ ...wish, resolution: "768P", prompt }, SERVERS.minimax),
      await check(
        { ...wish, resolution: "768P", prompt, first_frame_image: FRAME, ratio: "adaptive" },
        SERVERS.minimax,
      ),
      await check({ ...wish, prompt }, SERVERS.minimax, "h3_context_ir"),
    ])
      expect(issues).toEqual([issue]);
  }
});

test("a blank text of a template is legal: nobody knows what its template makes of it", async () => {
  const body = { template_id: "393769180141805569", text_inputs: [{ value: " " }], media_inputs: [{ value: FRAME }] };
  expect((await check(body, SERVERS.minimax)).ok).toBe(true);
  expect(await judges.minimax("/v1/video_template_generation", body)).toBe(true);
});

test("each has a witness, marked as a precaution, and the contract suite sends it to nobody", () => {
  for (const name of names) {
    const marked = witnesses[name].filter(({ precaution }) => precaution);
    expect(marked.map(({ of }) => of)).toEqual(
      marked.map(() => expect.stringMatching(/(prompt|text) pattern removed$/)),
    );
    for (const operationId of new Set(
      PLACES.filter((place) => place.name === name).map((place) => place.operationId),
    )) {
      const bodies = bodiesFor(name, operationId);
      expect(bodies.some(({ obeys }) => !obeys)).toBe(true);
      expect(bodies.filter(({ value }) => /"(prompt|text)":" "/.test(JSON.stringify(value)))).toEqual([]);
    }
  }
  expect(names.map((name) => witnesses[name].filter(({ precaution }) => precaution).length)).toEqual([7, 0, 1]);
});
