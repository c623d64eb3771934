import fc from "fast-check";
import { expect, test } from "vitest";
import { type Body, bodyOf, withoutMedia } from "./json-body.js";
import { base64, type Media } from "./media.js";

/** Media of these bytes, in memory or in chunks. */
function media(bytes: Uint8Array, chunk?: number): Media {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk as number) yield bytes.slice(at, at + (chunk as number));
  }
  const toJSON = () => `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
  const open = () => (chunk ? chunks() : bytes);
  return { kind: "image", type: "image/png", size: bytes.length, width: 1, height: 1, open, toJSON };
}

async function textOf(body: Body): Promise<string> {
  const { content, length } = typeof body === "string" ? expect.fail("has no files") : body();
  const bytes = new Uint8Array(await new Response(content).arrayBuffer());
  if (length !== undefined) expect(bytes.length).toBe(length);
  return new TextDecoder().decode(bytes);
}

test("a body with files is the same JSON each time it is sent", async () => {
  const bytes = fc.uint8Array({ maxLength: 2000 });
  const chunks = fc.option(fc.integer({ min: 1, max: 700 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(bytes, bytes, chunks, fc.string({ unit: "grapheme" }), async (one, other, chunk, prompt) => {
      const request = {
        prompt,
        first_frame_image: media(one, chunk),
        subject_reference: [{ type: "character", image: [media(other, chunk)] }],
        last_frame_image: `file 0.5 "media" ${prompt}`,
      };
      const body = bodyOf(request);
      expect(await textOf(body)).toBe(JSON.stringify(request));
      expect(await textOf(body)).toBe(JSON.stringify(request));
    }),
    { numRuns: 100 },
  );
});

test("a body is one buffer if its files are in memory, and a stream if one is not", () => {
  const contentOf = (...files: Media[]) => (bodyOf(files) as Exclude<Body, string>)();
  const [held, stored] = [media(new Uint8Array(10)), media(new Uint8Array(10), 4)];
  expect(contentOf(held).content).toBeInstanceOf(Uint8Array);
  const length = JSON.stringify([held, stored]).length;
  expect(contentOf(held, stored)).toMatchObject({ content: expect.any(ReadableStream), length });
});

test("a body without files is the text of JSON.stringify", () => {
  expect(bodyOf({ prompt: "a fox", duration: 6, callback_url: undefined })).toBe('{"prompt":"a fox","duration":6}');
});

test("base64 is the same as that of Buffer, for every length and every byte", () => {
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 89 + length) % 256);
    expect(new TextDecoder().decode(base64(bytes))).toBe(Buffer.from(bytes).toString("base64"));
  }
});

test("withoutMedia copies a request, and changes nothing else", () => {
  const image = [media(new Uint8Array(3))];
  const at = new Date();
  const request = { subject_reference: [{ type: "character", image }], other: { deep: [1, null, at] } };
  const plain = withoutMedia(request, () => "here") as typeof request;
  expect(plain).toEqual({
    subject_reference: [{ type: "character", image: ["here"] }],
    other: { deep: [1, null, at] },
  });
  expect(plain.other.deep[2]).toBe(at);
  expect(request.subject_reference[0]?.image).toBe(image);
});
