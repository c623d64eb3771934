/** What users see in the compiler and the editor: complete messages, hovers, completions, and no casts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { typeErrors } from "./helpers/checkout.js";
import { completionsAt, errorsOf, hoverAt } from "./helpers/editor.js";
import { folderForAll } from "./helpers/temporary-folder.js";

const create = (fields: string) => `void minimax.videos.create({ ${fields} });`;
const expand = (fields: string) => `void minimax.contextIR.create({ ${fields} });`;
const HAILUO = 'model: "MiniMax-Hailuo-02", prompt: "a fox"';
const H3 = 'model: "MiniMax-H3", prompt: "a fox"';
const LINK = '"https://example.com/a.png"';

describe("the compiler's message is about the most likely mode, and ends with the reason", () => {
  const is = (value: string, wanted: string) => `Type '${value}' is not assignable to type '${wanted}'`;
  const MESSAGES: [fields: string, end: string, call?: typeof create][] = [
    [`${HAILUO}, duration: 10, resolution: "1080P"`, is('"1080P"', '"768P"')],
    [`${HAILUO}, resolution: "512P"`, is('"512P"', '"768P" | "1080P"')],
    [`${HAILUO}, resolution: "1080p"`, `${is('"1080p"', '"768P" | "1080P"')}. Did you mean '"1080P"'?`],
    [`${HAILUO}, duration: 5`, is("5", "6 | 10")],
    [`${HAILUO}, duration: "6"`, is("string", "6 | 10")],
    ['model: "T2V-01", prompt: "a fox", duration: 10', is("10", "6")],
    ['model: "MiniMax-Hailuo-02"', "Property 'prompt' is missing"],
    ['model: "MiniMax-Hailuo-2.3-Fast", prompt: "a fox"', "Property 'first_frame_image' is missing"],
    [`model: "MiniMax-Hailuo-2.3", last_frame_image: ${LINK}`, is('"MiniMax-Hailuo-2.3"', '"MiniMax-Hailuo-02"')],
    [`model: "MiniMax-Hailuo-02", last_frame_image: ${LINK}, resolution: "512P"`, is('"512P"', '"768P" | "1080P"')],
    ['model: "S2V-01", prompt: "a fox"', "Property 'subject_reference' is missing"],
    [`${H3}, resolution: "768P", duration: 6`, "Property 'ratio' is missing"],
    [`${H3}, duration: 6, resolution: "768P"`, "Property 'ratio' is missing"],
    [`${H3}, duration: 6, resolution: "768P", reference_audios: [${LINK}]`, "Property 'reference_videos' is missing"],
    [`${H3}, duration: 6, first_frame_image: ${LINK}`, "Property 'resolution' is missing"],
    [`${H3}, ratio: "16:9", duration: 6, resolution: "1080P"`, is('"1080P"', '"768P" | "480P" | "2K"')],
    ['model: "minimax-hailuo-02", prompt: "a fox"', `Did you mean '"MiniMax-Hailuo-02"'?`],
    [`${HAILUO}, prompt_optimiser: true`, "Did you mean to write 'prompt_optimizer'?"],
    ['model: "I2V-01", first_frame_image: imageFile("a.png")', is("Promise<ImageMedia>", "string | ImageMedia")],
    [`${H3}, duration: 6`, "Property 'ratio' is missing", expand],
    [`${H3}, duration: 6, reference_audios: [${LINK}]`, "Property 'reference_videos' is missing", expand],
    [`${H3}, first_frame_image: ${LINK}`, "Property 'duration' is missing", expand],
    [`${H3}, ratio: "16:9", duration: 3`, is("3", "4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15"), expand],
    [`${H3}, ratio: "16:9", duration: 6, resolution: "2K"`, "'resolution' does not exist in type", expand],
    ['model: "MiniMax-H3", content: []', "Property 'duration' is missing", expand],
  ];

  test.each(MESSAGES)("%s (H3)", (fields, end, call = create) => {
    const message = errorsOf(call(fields));
    expect(message.split("\n").at(-1)).toContain(end);
    expect(message.length).toBeLessThan(2000);
  });

  const folder = folderForAll();
  test("also from TypeScript 7, which picks other members of a union (H3)", async () => {
    const missing = MESSAGES.filter(([, end]) => end.startsWith("Property"));
    const src = fileURLToPath(new URL("../src", import.meta.url));
    const prelude = `import { createClient } from "${src}/index.js";\nconst minimax = createClient();\n`;
    for (const [index, [fields, , call = create]] of missing.entries())
      writeFileSync(join(folder, `${String(index).padStart(2, "0")}.ts`), prelude + call(fields));
    const types = { types: ["node"], typeRoots: [join(src, "../node_modules/@types")], skipLibCheck: true };
    const all = (await typeErrors(folder, types, "typescript-7")).split(/^(?=\S)/m);
    // Errors in the library itself come from its own compiler options.
    const said = all.filter((message) => /^\d+\.ts/.test(message));
    expect(said.map((message) => message.trim().split("\n").at(-1))).toEqual(
      missing.map(([, end]) => expect.stringContaining(end)),
    );
  }, 60_000);

  test("also for README's sample, which is a variable (H3)", () => {
    const message = errorsOf(
      `const request = { ${HAILUO}, duration: 10, resolution: "1080P" } as const;\nvoid minimax.videos.generate(request);`,
    );
    expect(message.split("\n").at(-1)).toContain(is('"1080P"', '"768P"'));
    expect(message).not.toContain("last_frame_image' is missing");
  });
});

describe("the editor", () => {
  test.each([
    [HAILUO, "resolution", ["768P", "1080P"]],
    [`${HAILUO}, duration: 10`, "resolution", ["768P"]],
    [`model: "MiniMax-Hailuo-02", first_frame_image: ${LINK}`, "resolution", ["512P", "768P", "1080P"]],
    ['model: "I2V-01"', "resolution", ["720P"]],
    [H3, "resolution", ["2K", "480P", "768P"]],
  ])("offers for { %s } as %s only values that compile (H3)", (fields, name, values) => {
    const offered = Object.keys(completionsAt(create(`${fields}, ${name}: "§"`)));
    expect(offered.toSorted()).toEqual(values.toSorted());
    if (fields.includes("prompt") && !fields.includes("H3"))
      for (const value of offered) expect(errorsOf(create(`${fields}, ${name}: "${value}"`))).toBe("");
  });

  test("describes each field in its completions (H4)", () => {
    for (const fields of ["", 'model: "MiniMax-Hailuo-02", ', `${HAILUO}, `, `${H3}, `, 'model: "S2V-01", ']) {
      const offered = Object.entries(completionsAt(create(`${fields}§`)));
      expect(offered.length).toBeGreaterThan(5);
      for (const [name, { documentation }] of offered) expect(documentation, `${fields}${name}`).toMatch(/\w.*\.$/s);
    }
  });

  test("offers no field of another version, and refused fields only if another mode accepts them (H4)", () => {
    const offered = Object.keys(completionsAt(create(`${HAILUO}, §`)));
    for (const name of ["content", "ratio", "reference_images", "source_task_id"]) expect(offered).not.toContain(name);
    expect(offered).toEqual(expect.arrayContaining(["first_frame_image", "last_frame_image", "duration"]));
  });

  const LEGAL = [
    `${HAILUO}, duration: 6, resolution: "768P", prompt_optimizer: false, callback_url: ${LINK}, fast_pretreatment: true`,
    `model: "MiniMax-Hailuo-02", first_frame_image: ${LINK}, last_frame_image: ${LINK}`,
    `${H3}, reference_images: [${LINK}], reference_videos: [${LINK}], reference_audios: [${LINK}], ratio: "1:1", resolution: "2K", duration: 4`,
    'model: "MiniMax-H3", source_task_id: "1", resolution: "2K"',
  ];
  const fields = LEGAL.flatMap((legal) =>
    [...legal.matchAll(/\b(\w+): /g)].map(([, name = ""]) => [name, create(legal.replace(`${name}:`, `§${name}:`))]),
  );
  test.each(fields as [string, string][])("describes %s on hover (H4)", (_, snippet) => {
    expect(errorsOf(snippet.replace("§", ""))).toBe("");
    expect(hoverAt(snippet)).toMatch(/^[A-Z].*\.$/s);
  });

  const MEMBERS = {
    "minimax.": ["api", "videos", "templates", "contextIR", "files", "callbacks"],
    "minimax.videos.": ["check", "create", "generate", "generateAll", "task", "reconcile", "list"],
    "minimax.templates.": ["create", "generate", "task"],
    "minimax.contextIR.": ["create", "generate"],
    "minimax.files.": ["retrieve", "upload", "list", "content", "delete"],
    "minimax.callbacks.": ["expect", "heard"],
    'minimax.videos.task("1").': ["status", "watch", "wait", "cancel", "delete", "toJSON", "id", "kind", "server"],
  };
  test.each(Object.entries(MEMBERS))("describes every member of %s (H4)", (object, names) => {
    const offered = completionsAt(`${object}§`);
    expect(Object.keys(offered)).toEqual(expect.arrayContaining(names));
    for (const [name, { documentation }] of Object.entries(offered)) expect(documentation, name).toMatch(/\w+/);
  });
});

describe("no cast is needed", () => {
  const spread = (name: string, value = LINK) => `...(Math.random() > 0.5 ? { ${name}: ${value} } : {})`;
  test.each([
    ["a model of several", "declare const model: 'MiniMax-Hailuo-02' | 'T2V-01';", 'model, prompt: "a fox"'],
    [
      "a model of either version",
      "declare const model: 'MiniMax-H3' | 'MiniMax-Hailuo-02';",
      `model, prompt: "a fox", first_frame_image: ${LINK}, duration: 6, resolution: "768P"`,
    ],
    ["a frame, perhaps", "", `${HAILUO}, ${spread("first_frame_image")}`],
    ["a last frame, perhaps", "", `${HAILUO}, first_frame_image: ${LINK}, ${spread("last_frame_image")}`],
    ["each frame, perhaps", "", `${HAILUO}, ${spread("first_frame_image")}, ${spread("last_frame_image")}`],
    [
      "an optional frame of MiniMax-H3",
      "",
      `${H3}, ratio: "16:9", duration: 6, resolution: "2K", ${spread("first_frame_image")}`,
    ],
    ["a size, perhaps", "", `${HAILUO}, ${spread("resolution", '"1080P" as const')}`],
    [
      "a frame with &&",
      "declare const frame: string | undefined;",
      `${HAILUO}, ...(frame && { first_frame_image: frame })`,
    ],
    ["any request", "declare const any: import('../src/index.js').VideoRequest;", "...any"],
  ])("for %s (H5)", (_, declared, fields) => {
    expect(errorsOf(`${declared}\n${create(fields)}`)).toBe("");
  });

  test.each([
    `${HAILUO}, duration: 10, ${spread("resolution", '"1080P" as const')}`,
    `model: "T2V-01", prompt: "a fox", ${spread("first_frame_image")}`,
  ])("but { %s } is illegal with an optional field (H5)", (fields) => {
    expect(errorsOf(create(fields))).not.toBe("");
  });

  test("for a request that a check has accepted, and no log shows its prompt (H5)", async () => {
    expect(
      errorsOf(`declare const form: { model: string; duration: number; prompt: string };
      const checked = await minimax.videos.check(form);
      if (checked.ok) await saveVideo(await minimax.videos.generate(checked.request), "fox.mp4");
      else console.error(checked.issues);`),
    ).toBe("");
    const { createClient } = await import("../src/index.js");
    const { videos } = createClient({ apiKey: "test" });
    const checked = await videos.check({ model: "T2V-01", prompt: "a fox" });
    expect(checked.ok && checked.request).toEqual({ model: "T2V-01", prompt: "a fox" });
    expect(JSON.stringify(checked)).not.toContain("fox");
    expect(await videos.check({ model: "T2V-01" })).not.toHaveProperty("request");
  });
});
