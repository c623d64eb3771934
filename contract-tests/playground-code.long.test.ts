/** Runs the playground's code in each language. The service must receive exactly the composed request. */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { type CodeSample, codeSamples } from "../docs/playground/code-samples.js";
import type { Attachment, Draft, SceneName } from "../docs/playground/draft.js";
import { examine } from "../docs/playground/examine.js";
import { audio, image, video } from "../src/media/media-input.js";
import { installPackage, run, typeErrors, withoutTypes } from "./helpers/checkout.js";
import { NPX } from "./helpers/documentation.js";
import { forAll } from "./helpers/fake-server.js";
import { mockForAll } from "./helpers/mock-for-all.js";
import { movie } from "./helpers/movies.js";
import { dataUrl, png } from "./helpers/pictures.js";
import { wav } from "./helpers/sounds.js";
import { folderForAll } from "./helpers/temporary-folder.js";

/** A user's folder, with this package installed. */
const user = folderForAll();
const mock = mockForAll({ speed: 400 });
/** The bodies of the creates, by the first segment of their path. */
const received = new Map<string, { path: string; key: string | undefined; body: unknown }[]>();

/** A server between the code and the mock. Records the bytes of creates, and answers challenges of callbacks. */
const relay = forAll(
  createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const [, name = "", path = ""] = /^\/([\w-]+)(.*)$/.exec(request.url ?? "") ?? [];
    if (name === "callback") return void response.end(body);
    const { method = "", headers } = request;
    if (method === "POST") {
      const seen = { path, key: headers.authorization, body: JSON.parse(body.toString()) };
      received.set(name, [...(received.get(name) ?? []), seen]);
    }
    const sent = { authorization: headers.authorization ?? "", "content-type": "application/json" };
    const reply = await fetch(mock.url + path, { method, headers: sent, ...(body.length > 0 && { body }) });
    response
      .writeHead(reply.status, { "content-type": "application/json" })
      .end(Buffer.from(await reply.arrayBuffer()));
  }),
);

/** Characters with a special meaning in shells, strings or formats. */
const HOSTILE = `"It's" 'so' \\n \\\\ $HOME \${x} $(id) \`id\` %s %PATH% {0} !! #x 🦊 中文 </script> <<JSON & ; | * ~ ?
JSON
\tsecond line \u2028 \\`;
const LINK = 'https://example.com/it\'s a.png?a=$1&b="2"'.replace(" ", "%20");

const PICTURE = png();
const FILE_NAMES = [
  "portrait.png",
  `my "portrait's" $1 \`x\`.png`,
  "-x.png",
  "data:b.png",
  "clip.mp4",
  "voice.wav",
] as const;
const BYTES = { ".png": PICTURE, ".mp4": movie(), ".wav": wav() };
const bytesOf = (name: string) => BYTES[name.slice(-4) as keyof typeof BYTES];
const [PORTRAIT, ODD, DASH, COLON, CLIP, VOICE] = FILE_NAMES;

async function file(name: string): Promise<Attachment> {
  const reader = { ".png": image, ".mp4": video, ".wav": audio }[name.slice(-4)] ?? image;
  return { name, media: await reader(bytesOf(name)) };
}
const TEMPLATE = "393769180141805569";
const HAILUO = "MiniMax-Hailuo-02";
const data = dataUrl(PICTURE);
const encoded = (bytes: Buffer, type: string) => `data:${type};base64,${bytes.toString("base64")}`;
interface Case {
  name: string;
  scene: SceneName;
  values: Draft["values"];
  files: Record<string, (Attachment | Promise<Attachment>)[]>;
  /** What the service must receive. */
  body: object;
}

/** Without a body, the request has exactly the fields of the form. */
const request = (
  name: string,
  scene: SceneName,
  values: Draft["values"],
  files: Case["files"] = {},
  body: object = values,
): Case => ({ name, scene, values, files, body });

/** The body of a request of version 2: the prompt is an item of its content. */
const withContent = ({ prompt, ...values }: Draft["values"], ...items: object[]) => {
  return { ...values, content: [{ type: "text", text: prompt }, ...items] };
};
const picture = (url: string, role: string) => ({ type: "image_url", image_url: { url }, role });
const clip = { type: "video_url", video_url: { url: encoded(BYTES[".mp4"], "video/mp4") }, role: "reference_video" };
const voice = { type: "audio_url", audio_url: { url: encoded(BYTES[".wav"], "audio/wav") }, role: "reference_audio" };

const fox = { model: HAILUO, prompt: "a fox" };
const odd = { model: HAILUO, prompt: HOSTILE };
const h3 = { model: "MiniMax-H3", prompt: HOSTILE, duration: 5, resolution: "768P", ratio: "16:9" };
const max = { model: "MiniMax-H3-Max", prompt: "a fox", duration: 5, resolution: "480P", ratio: "1:1" };
const styled = { model: "MiniMax-H3-Fast", prompt: HOSTILE, duration: 4, resolution: "480P", style: "style2" };
const options = { prompt_optimizer: false, fast_pretreatment: true, aigc_watermark: true };
const subject_reference = [{ type: "character", image: [data] }];
const template = { template_id: TEMPLATE, text_inputs: [HOSTILE, "-"] };

const cases = [
  request("a prompt", "text", odd),
  request("a dash as the prompt", "text", { ...fox, prompt: "-" }),
  request("an option as the prompt", "text", { ...fox, prompt: "--help" }),
  request("control characters", "text", { ...fox, prompt: "a \0 fox \u001b[201~ runs \u009b \r\n\u202e away" }),
  request("options that the command line supports", "text", { ...fox, duration: 10, resolution: "768P", ...options }),
  request("options that it does not support", "text", { ...odd, prompt_optimizer: true, fast_pretreatment: false }),
  request(
    "a picture with an odd name",
    "image",
    odd,
    { first_frame_image: [file(ODD)] },
    { ...odd, first_frame_image: data },
  ),
  request(
    "a link and a picture with a name like an option",
    "frames",
    { model: HAILUO, duration: 6 },
    { first_frame_image: [{ url: LINK }], last_frame_image: [file(DASH)] },
    { model: HAILUO, duration: 6, first_frame_image: LINK, last_frame_image: data },
  ),
  request(
    "a person",
    "subject",
    { ...fox, model: "S2V-01" },
    { subject_reference: [file(COLON)] },
    { ...fox, model: "S2V-01", subject_reference },
  ),
  request("a prompt of V2", "text", h3, {}, withContent(h3)),
  request(
    "a nested option",
    "text",
    { ...max, "extra.prompt_expansion_mode": "quality" },
    {},
    { ...withContent(max), extra: { prompt_expansion_mode: "quality" } },
  ),
  request(
    "a picture with an option that the command line does not support",
    "image",
    styled,
    { first_frame_image: [file(ODD)] },
    withContent(styled, picture(data, "first_frame")),
  ),
  request(
    "references of each kind",
    "references",
    { ...h3, ratio: "adaptive" },
    {
      reference_images: [{ url: LINK }, file(PORTRAIT), file(DASH)],
      reference_videos: [file(CLIP)],
      reference_audios: [file(VOICE)],
    },
    withContent(
      { ...h3, ratio: "adaptive" },
      ...[LINK, data, data].map((url) => picture(url, "reference_image")),
      ...[clip, voice],
    ),
  ),
  request(
    "a template",
    "template",
    template,
    { media_inputs: [file(PORTRAIT), { url: LINK }] },
    {
      template_id: TEMPLATE,
      text_inputs: [{ value: HOSTILE }, { value: "-" }],
      media_inputs: [{ value: data }, { value: LINK }],
    },
  ),
];

beforeAll(async () => {
  await installPackage(user, "@types", "undici");
  const { code } = await run("python3 -c 'import requests'", user);
  if (code !== 0) writeFileSync(join(user, "requests.py"), REQUESTS);
}, 120_000);

/** A substitute for Python's requests if it is not installed. */
const REQUESTS = `import json, urllib.request
class Response:
    def __init__(self, body): self.body = body
    def json(self): return json.loads(self.body)
def post(url, headers, json, timeout):
    request = urllib.request.Request(url, dumps(json).encode(), {**headers, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as reply: return Response(reply.read())
dumps = json.dumps
`;

type Language = CodeSample["id"];
/** How to run each language. The command names the file that contains `code`. */
const RUNS: Record<Language, { file: string; command: string; prints: RegExp }> = {
  typescript: { file: "sample.js", command: "node sample.js", prints: /^$/ },
  curl: { file: "sample.sh", command: "sh sample.sh", prints: /"task_id":/ },
  "command-line": { file: "sample.sh", command: "sh sample.sh", prints: /^video\.mp4\n$/ },
  python: { file: "sample.py", command: "python3 sample.py", prints: /'task_id':/ },
};
const LANGUAGES = Object.keys(RUNS) as Language[];

async function draftFor({ name, scene, values, files }: Case, language: Language, server = ""): Promise<Draft> {
  const attached = Object.entries(files).map(async ([field, some]) => [field, await Promise.all(some)] as const);
  const at = server || `${relay()}/${placeOf(name, language)}`;
  return { server: at, scene, values, files: Object.fromEntries(await Promise.all(attached)) };
}

/** The folder of one run, and the path that it sends requests to. */
function placeOf(name: string, language: Language): string {
  return `${name.replace(/\W+/g, "-")}-${language}`;
}

/** Runs a sample in a separate folder that contains the files. */
async function runSample({ id, code }: CodeSample, folder: string) {
  const { file, command } = RUNS[id];
  mkdirSync(folder);
  for (const one of FILE_NAMES) writeFileSync(join(folder, one), bytesOf(one));
  const runnable = id === "typescript" ? withoutTypes(code) : code;
  // npx would also find the program, but takes a second each time.
  writeFileSync(join(folder, file), runnable.replace(`${NPX} `, ""));
  const PATH = `${join(user, "node_modules/.bin")}:${process.env.PATH}`;
  const env = { PATH, PYTHONPATH: user, MINIMAX_API_KEY: "sk-any-key", MINIMAX_JOURNAL: join(folder, "journal") };
  return run(command, folder, env);
}

test.each(cases)("$name is a legal request", async (one) => {
  const { ok, issues } = await examine(await draftFor(one, "curl"));
  expect([ok, issues.filter(({ severity }) => severity === "error")]).toEqual([true, []]);
});

// These tests mostly wait for a task, so they run concurrently.
const runs = cases.flatMap((one) => LANGUAGES.map((language) => ({ one, name: one.name, language })));
test.concurrent.each(runs)("$language sends exactly the request, once: $name", async ({ one, name, language }) => {
  const samples = await codeSamples(await draftFor(one, language));
  const sample = samples.find(({ id }) => id === language) as CodeSample;
  const { code, stdout, stderr } = await runSample(sample, join(user, placeOf(name, language)));
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(RUNS[language].prints);
  const { body } = one;
  const path =
    "content" in body ? "/v2/video_generation" : `/v1/video${"template_id" in body ? "_template" : ""}_generation`;
  expect(received.get(placeOf(name, language))).toEqual([{ path, key: "Bearer sk-any-key", body }]);
}, 60_000);

test("the TypeScript of all of them compiles in a strict project", async () => {
  const folder = join(user, "types");
  mkdirSync(folder);
  for (const [index, one] of cases.entries()) {
    const [sample] = await codeSamples(await draftFor(one, "typescript", "global"));
    writeFileSync(join(folder, `sample-${index}.ts`), sample?.code ?? "");
  }
  expect(await typeErrors(folder, { types: ["node"], skipLibCheck: true }, "typescript")).toBe("");
}, 60_000);

test("the code names a missing file, contains no bytes of a file, and uses the chosen server", async () => {
  const missing = await codeSamples({ server: "china", scene: "frames", values: { model: HAILUO }, files: {} });
  for (const { code } of missing) expect(code).toContain("last-frame-image.png");
  for (const { id, code } of missing)
    expect(code).toContain(/typescript|command/.test(id) ? "china" : "https://api.minimaxi.com/v1/video_generation");
  const files = { last_frame_image: [await file(PORTRAIT)] };
  for (const { code } of await codeSamples({ server: "china", scene: "frames", values: {}, files }))
    expect(code).not.toContain(data.slice(-30));
});

test("no code contains control characters or characters that change the text direction", async () => {
  const prompt = "a \0 fox \u001b[201~ runs \u009b\r \u202e away";
  const values = { model: prompt, prompt, callback_url: `https://example.com/${prompt}`, template_id: prompt };
  for (const scene of ["text", "template"] as const)
    for (const { code } of await codeSamples({ server: "global", scene, values, files: {} }))
      expect(code).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_C}]/u);
});

test("a callback URL is sent unchanged", async () => {
  const callback_url = `${relay()}/callback?a='1'&b=$2&c=%20\\"`;
  const values = { model: HAILUO, prompt: "a fox", callback_url };
  for (const sample of await codeSamples({ server: `${relay()}/callbacks`, scene: "text", values, files: {} })) {
    const { code, stderr } = await runSample(sample, join(user, `callbacks-${sample.id}`));
    expect(code, stderr).toBe(0);
  }
  expect(received.get("callbacks")?.map(({ body }) => body)).toEqual(Array(4).fill(values));
}, 60_000);
