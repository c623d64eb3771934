/** Tests what the playground says about a request, without a browser: tables, check, and links that contain a request. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataUrl, png } from "../../contract-tests/helpers/pictures.js";
import { serverFrom } from "../../src/base/server.js";
import { check } from "../../src/check/check.js";
import { cellsV2 } from "../../src/generated/content-offers.js";
import { type Cells, cells } from "../../src/generated/offers.js";
import { requestSchema } from "../../src/generated/request-schema.js";
import type { SpecName } from "../../src/generated/servers.js";
import { image } from "../../src/media/media-input.js";
import { type Attachment, type Draft, requestOf, SCENES, type SceneName } from "./draft.js";
import { examine } from "./examine.js";
import { draftIn, fragmentOf } from "./link.js";

const LINK = "https://example.com/a.png";
const MODELS = requestSchema.properties.model.enum;

function draftOf(scene: SceneName, values: Draft["values"], files: Draft["files"] = {}, server = "global"): Draft {
  return { server, scene, values, files };
}

/** The table of each scene in V1, which every spec has, and in V2. */
const TABLES: Partial<Record<SceneName, [v1: string | undefined, v2: keyof typeof cellsV2 | undefined]>> = {
  text: ["TextToVideo", "TextToVideoV2"],
  image: ["ImageToVideo", "FramesToVideoV2"],
  frames: ["FirstLastFrameToVideo", "FramesToVideoV2"],
  subject: ["SubjectReferenceToVideo", undefined],
  references: [undefined, "ReferencesToVideoV2"],
};

function tableOf(scene: SceneName, spec: SpecName): Record<string, Cells> {
  const [v1 = "", v2] = TABLES[scene] ?? [];
  const official = spec === "minimax" && v2 ? cellsV2[v2] : {};
  return { ...(cells[spec] as Record<string, Record<string, Cells>>)[v1], ...official };
}

const SCENE_NAMES = Object.keys(TABLES) as SceneName[];
const ONE_OF_EACH = SCENE_NAMES.flatMap((scene) =>
  (["minimax", "quickrouter"] as const).map((spec) => ({ scene, spec, server: spec === "minimax" ? "china" : spec })),
);

describe("the models of a scene", () => {
  test.each(ONE_OF_EACH)("$scene at $server: exactly those in the tables are offered", async ({
    scene,
    spec,
    server,
  }) => {
    const { models } = await examine(draftOf(scene, { model: "T2V-01" }, {}, server));
    expect(models.map(({ value }) => value)).toEqual(MODELS);
    const offered = models.filter(({ reason }) => reason === undefined).map(({ value }) => value);
    expect(offered.toSorted()).toEqual(Object.keys(tableOf(scene, spec)).toSorted());
    for (const { reason } of models) expect(reason ?? "none").toMatch(/\w/);
  });
});

describe("the matrix", () => {
  test.each(
    ONE_OF_EACH.flatMap((one) =>
      Object.entries(tableOf(one.scene, one.spec)).map(([model, table]) => ({ ...one, model, table })),
    ),
  )("of $model, $scene at $server, has exactly the legal cells of the table", async ({
    scene,
    server,
    model,
    table,
  }) => {
    const { matrix, durations, resolutions } = await examine(draftOf(scene, { model }, {}, server));
    expect(matrix.length).toBe(durations.length * resolutions.length);
    const legal = matrix
      .filter(({ reason, duration, resolution }) => reason === undefined && duration && resolution)
      .map(({ duration, resolution }) => `${duration} ${resolution}`);
    const documented = table.accepts.flatMap(([duration, sizes]) => sizes.map((size) => `${duration} ${size}`));
    expect(legal.toSorted()).toEqual(documented.toSorted());
    for (const cell of matrix.filter(({ reason }) => reason !== undefined)) {
      expect(cell.reason).toMatch(/^(duration|resolution) /);
      expect(cell.cost).toBeUndefined();
    }
  });

  test("shows the message of the check for each illegal cell", async () => {
    const { matrix } = await examine(draftOf("text", { model: "MiniMax-Hailuo-02" }));
    const reasonOf = (duration: number | undefined, resolution: string) =>
      matrix.find((cell) => cell.duration === duration && cell.resolution === resolution)?.reason;
    const offers = "MiniMax-Hailuo-02 offers 6 s at 768P or 1080P, 10 s at 768P";
    expect(reasonOf(10, "1080P")).toBe(`resolution must be 768P (got "1080P"); ${offers}`);
    expect([reasonOf(6, "1080P"), reasonOf(undefined, "1080P")]).toEqual([undefined, undefined]);
    const h3 = await examine(draftOf("text", { model: "MiniMax-H3-Max" }));
    expect(h3.matrix.find(({ duration, resolution }) => duration === 4 && resolution === "2K")?.reason).toMatch(
      /^resolution must be one of 480P, 768P \(got "2K"\); duration must be one of 5, 6, .*\(got 4\)$/,
    );
  });

  test("shows the chosen cell even if no model has it", async () => {
    const { durations, resolutions } = await examine(
      draftOf("text", { model: "T2V-01", duration: 8, resolution: "8K" }),
    );
    expect(durations).toEqual([undefined, 6, 8, 10]);
    expect(resolutions).toEqual([undefined, "720P", "768P", "1080P", "8K"]);
  });

  test("has no default if the model has none, and is empty if there is no choice", async () => {
    const { durations, resolutions } = await examine(draftOf("text", { model: "MiniMax-H3" }));
    expect([durations[0], resolutions]).toEqual([4, ["480P", "768P", "2K"]]);
    expect((await examine(draftOf("subject", { model: "S2V-01" }))).matrix).toEqual([]);
    expect((await examine(draftOf("template", {}))).matrix).toEqual([]);
  });

  test("shows the price of each cell at the chosen server", async () => {
    const priceOf = async (server: string, model: string) => {
      const { matrix } = await examine(draftOf("text", { model }, {}, server));
      const cost = matrix.find(({ duration, resolution }) => duration === 6 && resolution === "768P")?.cost;
      return cost && `${cost.amount} ${cost.currency}`;
    };
    expect(await priceOf("global", "MiniMax-Hailuo-2.3")).toBe("0.28 USD");
    expect(await priceOf("china", "MiniMax-Hailuo-2.3")).toBe("2 CNY");
    expect(await priceOf("global", "MiniMax-H3")).toBe("0.48 USD");
    expect(await priceOf("quickrouter", "MiniMax-Hailuo-2.3")).toBeUndefined();
  });
});

describe("the price", () => {
  const amounts = async (draft: Draft) => {
    const { global, china } = (await examine(draft)).prices;
    return [global.cost?.amount, china.cost?.amount, global.ok, china.ok];
  };

  test("is shown in both currencies, even while the prompt is missing", async () => {
    const values = { model: "MiniMax-Hailuo-2.3", duration: 10 };
    expect(await amounts(draftOf("text", values))).toEqual([0.56, 4, true, true]);
    expect(await amounts(draftOf("text", { model: "MiniMax-H3", duration: 5, resolution: "2K" }))).toEqual([
      ...[0.65, 4, true, true],
    ]);
  });

  test("counts pictures beyond the free ones", async () => {
    const values = { model: "MiniMax-H3", duration: 5, resolution: "768P" };
    const seven: Attachment[] = Array.from({ length: 7 }, () => ({ url: LINK }));
    expect(await amounts(draftOf("references", values, { reference_images: seven.slice(2) }))).toEqual([
      ...[0.4, 2.5, true, true],
    ]);
    expect(await amounts(draftOf("references", values, { reference_images: seven }))).toEqual([0.48, 2.9, true, true]);
  });

  test("of a template is its list price", async () => {
    expect(await amounts(draftOf("template", { template_id: "393769180141805569" }))).toEqual([
      ...[0.45, undefined, true, true],
    ]);
  });

  test("is not shown for an illegal cell, or for a cell without a list price", async () => {
    const illegal = draftOf("text", { model: "MiniMax-Hailuo-2.3", duration: 10, resolution: "1080P" });
    expect(await amounts(illegal)).toEqual([undefined, undefined, false, false]);
    expect(await amounts(draftOf("text", { model: "T2V-01" }))).toEqual([undefined, undefined, true, true]);
  });
});

describe("the issues", () => {
  const linesOf = async (draft: Draft) => {
    const { ok, issues } = await examine(draft);
    return [ok, ...issues.map(({ severity, path, message }) => `${severity} ${path}: ${message}`)];
  };

  test("are those of the check", async () => {
    const draft = draftOf("text", { model: "MiniMax-H3-Fast", prompt: "a fox", duration: 5, resolution: "2K" });
    const { ok, issues } = await examine(draft);
    const checked = await check(
      requestOf(draft, () => ""),
      serverFrom("global"),
    );
    expect([ok, issues]).toEqual([false, checked.issues]);
    expect(issues.map(({ path }) => path).toSorted()).toEqual(["model", "ratio", "resolution", "style"]);
  });

  test("name the missing picture", async () => {
    const missing =
      "is missing; it must be an http(s) URL, or a data URL of a JPEG, PNG or WebP image (data:image/jpeg;base64,...)";
    const values = { model: "MiniMax-Hailuo-02", prompt: "a fox" };
    expect(await linesOf(draftOf("image", values))).toEqual([false, `error first_frame_image: ${missing}`]);
    expect(await linesOf(draftOf("frames", values))).toEqual([false, `error last_frame_image: ${missing}`]);
    const [, line] = await linesOf(draftOf("subject", { model: "S2V-01" }));
    expect(line).toBe(`error subject_reference[0].image[0]: ${missing}`);
    expect((await linesOf(draftOf("references", { ...values, model: "MiniMax-H3" }))).join()).toMatch(
      /error reference_images\[0\]: is missing; it must be/,
    );
  });

  test("come from the bytes of a picture, and name a file that is not a picture", async () => {
    const values = { model: "MiniMax-Hailuo-02" };
    const small = { name: "small.png", media: await image(png(640, 100)) };
    const [ok, ...lines] = await linesOf(draftOf("image", values, { first_frame_image: [small] }));
    expect([ok, lines.join()]).toEqual([false, expect.stringMatching(/error first_frame_image: .*300/)]);
    const broken = { name: "notes.txt", problem: "must be a whole JPEG" };
    expect(await linesOf(draftOf("image", values, { first_frame_image: [broken] }))).toContain(
      "error first_frame_image[0]: notes.txt: must be a whole JPEG",
    );
    expect(await linesOf(draftOf("image", values, { first_frame_image: [{ url: LINK }] }))).toEqual([true]);
  });

  test("warn about a model that MiniMax does not document", async () => {
    const values = { model: "MiniMax-H3-Max-Turbo", prompt: "a", duration: 5, resolution: "480P", ratio: "1:1" };
    const [ok, ...lines] = await linesOf(draftOf("text", values));
    expect([ok, lines.join()]).toEqual([true, expect.stringMatching(/^warning model: is not documented by MiniMax/)]);
  });
});

describe("the options", () => {
  const optionsOf = async (scene: SceneName, values: Draft["values"]) =>
    (await examine(draftOf(scene, values))).options;

  test("are those that the model accepts", async () => {
    const common = ["aigc_watermark", "callback_url"];
    const hailuo = ["prompt_optimizer", "fast_pretreatment", ...common];
    expect(await optionsOf("text", { model: "MiniMax-Hailuo-02" })).toEqual(hailuo);
    expect(await optionsOf("text", { model: "MiniMax-H3" })).toEqual(["ratio", ...common]);
    expect(await optionsOf("text", { model: "MiniMax-H3-Fast" })).toEqual(["ratio", "style", ...common]);
    expect(await optionsOf("text", { model: "MiniMax-H3-Max" })).toEqual([
      ...["ratio", "extra.prompt_expansion_mode", ...common],
    ]);
    expect(await optionsOf("template", {})).toEqual(["callback_url"]);
  });

  test("stay while they have a value, so that an issue is shown at its field", async () => {
    expect(await optionsOf("text", { model: "MiniMax-Hailuo-02", ratio: "16:9" })).toContain("ratio");
  });

  test("do not include camera commands if the library advises against them", async () => {
    const refusalOf = async (model: string) => (await examine(draftOf("text", { model }))).noCamera;
    expect(await refusalOf("MiniMax-Hailuo-2.3")).toBeUndefined();
    expect(await refusalOf("T2V-01")).toMatch(/^T2V-01 does not take camera commands/);
    expect(await refusalOf("MiniMax-H3")).toBe("No camera commands are documented for MiniMax-H3.");
  });
});

describe("a link", () => {
  const value = fc.string({ unit: "binary", maxLength: 60 });
  const http = fc.webUrl();
  const drafts = fc.record({
    server: fc.constantFrom("global", "china", "china-cn", "quickrouter"),
    scene: fc.constantFrom(...(Object.keys(SCENES) as SceneName[])),
    values: fc.record(
      {
        model: value,
        prompt: value,
        duration: fc.integer({ min: -99, max: 99 }),
        prompt_optimizer: fc.boolean(),
        "extra.prompt_expansion_mode": value,
        callback_url: value,
        template_id: value,
        text_inputs: fc.array(value, { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
    files: fc.record(
      {
        first_frame_image: fc.array(fc.record({ url: http }), { minLength: 1, maxLength: 1 }),
        reference_videos: fc.array(fc.record({ url: http }), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  });

  test("contains the whole request", () => {
    fc.assert(
      fc.property(drafts, (draft) => {
        // Browsers replace lone surrogates, which no prompt can contain.
        const sound = JSON.parse(JSON.stringify(draft).replace(/\\ud[89a-f]../g, "\ufffd"));
        expect(draftIn(`#${fragmentOf(sound)}`, "global")).toEqual(sound);
      }),
    );
  });

  test("contains no files, no address of a mock, and no key", async () => {
    const media = await image(png());
    const files = {
      first_frame_image: [{ name: "me.png", media }],
      last_frame_image: [{ url: LINK }, { url: dataUrl(png()) }],
    };
    const fragment = fragmentOf(draftOf("frames", { model: "MiniMax-Hailuo-02" }, files, "http://127.0.0.1:4010"));
    expect(fragment).toBe(`scene=frames&model=MiniMax-Hailuo-02&last_frame_image=${encodeURIComponent(LINK)}`);
    expect(draftIn(fragment ?? "", "http://127.0.0.1:5")).toMatchObject({
      server: "http://127.0.0.1:5",
      scene: "frames",
    });
  });

  test.each([
    ["#section-2", "it contains no request"],
    ["#utm_source=a", "it contains an unknown field"],
    ["#model=T2V-01&__proto__=a", "it contains an unknown field"],
    ["#constructor=a", "it contains an unknown field"],
    ["#extra=a", "extra is not of type object"],
    ["#extra.toString=a", "it contains an unknown field"],
    ["#duration=1e3", "duration is not of type integer"],
    ["#duration=", "duration is not of type integer"],
    ["#prompt_optimizer=yes", "prompt_optimizer is not of type boolean"],
    ["#scene=toString", "it names an unknown kind of request"],
    ["#server=https://evil.example", "it names an unknown server"],
    ["#server=toString", "it names an unknown server"],
    ["#server=aimanyi", "it names an unknown server"],
    ["#first_frame_image=javascript:alert(1)", "it contains a file that is not a link"],
    ["#first_frame_image=data:image/png;base64,AAAA", "it contains a file that is not a link"],
    [`#prompt=${"a".repeat(200_000)}`, "it is too long"],
  ])("that is invalid is refused with a reason: %s", (fragment, problem) => {
    expect(draftIn(fragment, "global")).toEqual({ problem });
  });

  test("has room for the longest prompt", () => {
    const draft = draftOf("text", { model: "MiniMax-H3", prompt: "狐".repeat(7000) });
    expect(draftIn(fragmentOf(draft) ?? "", "global")).toEqual(draft);
    expect(fragmentOf(draftOf("text", { prompt: "a".repeat(200_000) }))).toBeUndefined();
  });

  test("without a fragment is ignored", () => {
    expect([draftIn("", "global"), draftIn("#", "global")]).toEqual([undefined, undefined]);
  });
});
