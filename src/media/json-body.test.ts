import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Body, bodyOf, withoutMedia } from "./json-body.js";
import { base64, type Media } from "./media.js";

/** Media of any bytes, in one piece or in many. */
function media(bytes: Uint8Array, chunk?: number): Media {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += chunk as number) yield bytes.slice(at, at + (chunk as number));
  }
  const toJSON = () => `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
  const open = () => (chunk ? pieces() : bytes);
  return { kind: "image", type: "image/png", size: bytes.length, width: 1, height: 1, open, toJSON };
}

async function textOf(body: Body): Promise<string> {
  if (typeof body === "string") return body;
  const { content, length } = body();
  const bytes = new Uint8Array(await new Response(content).arrayBuffer());
  if (length !== undefined) expect(bytes.length).toBe(length);
  return new TextDecoder().decode(bytes);
}

describe("a body with images is the JSON that it stands for, byte for byte", () => {
  const bytes = fc.uint8Array({ maxLength: 2000 });

  test("for any bytes, in one piece or in pieces of any length, twice over", async () => {
    await fc.assert(
      fc.asyncProperty(
        bytes,
        bytes,
        fc.option(fc.integer({ min: 1, max: 700 })),
        fc.string({ unit: "grapheme" }),
        async (one, other, chunk, prompt) => {
          const request = {
            prompt,
            first_frame_image: media(one, chunk ?? undefined),
            subject_reference: [{ type: "character", image: [media(other, chunk ?? undefined)] }],
            last_frame_image: `image 0.5 "media" ${prompt}`,
          };
          const body = bodyOf(request);
          expect(typeof body).toBe("function");
          expect(await textOf(body)).toBe(JSON.stringify(request));
          // A repetition needs all of it anew.
          expect(await textOf(body)).toBe(JSON.stringify(request));
        },
      ),
      { numRuns: 200 },
    );
  });

  test("in memory it is one buffer, from a disk a stream of known length", () => {
    const contentOf = (chunk?: number) =>
      (
        bodyOf({ first_frame_image: media(new Uint8Array(10), chunk) }) as () => { content: unknown; length?: number }
      )();
    expect(contentOf().content).toBeInstanceOf(Uint8Array);
    expect(contentOf(4)).toMatchObject({
      content: expect.any(ReadableStream),
      length: JSON.stringify({ first_frame_image: media(new Uint8Array(10)) }).length,
    });
  });

  test("without images it is JSON.stringify's own text", () => {
    expect(bodyOf({ prompt: "a fox", duration: 6, callback_url: undefined })).toBe('{"prompt":"a fox","duration":6}');
  });
});

test("base64 is Buffer's, for every length and every byte", () => {
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 89 + length) % 256);
    expect(new TextDecoder().decode(base64(bytes))).toBe(Buffer.from(bytes).toString("base64"));
  }
});

test("taking the images out copies only what holds one, and changes nothing", () => {
  const request = {
    prompt: "a fox",
    subject_reference: [{ type: "character", image: [media(new Uint8Array(3))] }],
    other: { deep: [1, null] },
  };
  const plain = withoutMedia(request, () => "here") as typeof request;
  expect(plain).toEqual({
    prompt: "a fox",
    subject_reference: [{ type: "character", image: ["here"] }],
    other: { deep: [1, null] },
  });
  expect(plain.other).toBe(request.other);
  expect(request.subject_reference[0]?.image[0]).toMatchObject({ size: 3 });
  const none = { prompt: "a fox", list: [[1], [2]] };
  expect(withoutMedia(none, () => "here")).toBe(none);
});
