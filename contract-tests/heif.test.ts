import { expect, test } from "vitest";
import { readNow } from "../src/media/byte-reader.js";
import type { MediaFacts } from "../src/media/media.js";
import { factsIn } from "../src/media/media-facts.js";
import { box, heic, movie, u32 } from "./helpers/movies.js";

const factsOf = (bytes: Uint8Array): MediaFacts | undefined =>
  readNow(factsIn(bytes.length), ({ from, to }) => bytes.subarray(from, to));

/** By heif-enc 1.15 (libheif, x265): one tile of 66 x 64, of which 66 x 34 are shown. */
const REAL = Buffer.from(
  "AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWljAAABrm1ldGEAAAAAAAAAIWhkbHIAAAAAAAAAAHBpY3QAAAAAAAAAAAAAAAAAAAAADnBpdG0AAAAAAAIAAAAQaWRhdAAAAAAAQgAiAAAAOGlsb2MBAAAAREAAAgABAAAAAAAAAc4AAQAAAAAAAAAhAAIAAQAAAAAAAAABAAAAAAAAAAgAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAQABAABodmMxAAAAABVpbmZlAgAAAAACAABncmlkAAAAANlpcHJwAAAAt2lwY28AAAB3aHZjQwEDcAAAAAAAAAAAAB7wAPz9+PgAAA8DIAABABhAAQwB//8DcAAAAwCQAAADAAADAB66AkAhAAEAK0IBAQNwAAADAJAAAAMAAAMAHqAkgQcnlurkprm4EBAwIAAAAwAgAAADACEiAAEABkQBwXPBiQAAABRpc3BlAAAAAAAAAEIAAABAAAAAFGlzcGUAAAAAAAAAQgAAACIAAAAQcGl4aQAAAAADCAgIAAAAGmlwbWEAAAAAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAAAOZGltZwACAAEAAQAAACltZGF0AAAAHSgBrwQUWED4ynHX//Syn76gLtjdH6oPIKpqKXwM",
  "base64",
);

test("the sides are those of the image that is shown, not of its tiles or its thumbnail", () => {
  expect(factsOf(heic())).toEqual({ kind: "image", type: "image/heic", width: 4032, height: 3024 });
  expect(factsOf(heic({ width: 300, height: 7 }))).toMatchObject({ width: 300, height: 7 });
  expect(factsOf(REAL)).toEqual({ kind: "image", type: "image/heic", width: 66, height: 34 });
});

test("items and properties may have numbers of more bytes", () => {
  expect(factsOf(heic({ wide: true, width: 300, height: 7 }))).toMatchObject({ width: 300, height: 7 });
});

test("the type is told by the brands", () => {
  const typeOf = (...brands: string[]) => factsOf(heic({ brands }))?.type;
  for (const brand of ["heic", "heix", "heim", "heis", "hevc", "hevx"]) expect(typeOf(brand), brand).toBe("image/heic");
  expect(typeOf("mif1", "mif1", "heic")).toBe("image/heic");
  expect(typeOf("mif1", "mif1", "jpeg")).toBe("image/heif");
  expect(typeOf("msf1", "iso8")).toBe("image/heif");
  expect(typeOf("avif", "avif", "mif1", "miaf")).toBeUndefined();
  expect(typeOf("mif1", "avif")).toBeUndefined();
  // Nothing that shows a picture in a movie is one.
  expect(factsOf(movie({ brand: "mif1" }))).toBeUndefined();
});

test("what is cut off is refused, wherever", () => {
  for (const good of [heic({ size: 900 }), REAL])
    for (let length = 0; length < good.length; length += 1)
      expect(factsOf(good.subarray(0, length)), String(length)).toBeUndefined();
});

test("what does not tell its sides is refused", () => {
  const good = heic();
  const without = (name: string) => {
    const bytes = Buffer.from(good);
    for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at)) bytes.write("none", at, "latin1");
    return bytes;
  };
  for (const name of ["meta", "pitm", "iprp", "ipco", "ipma", "ispe"])
    expect(factsOf(without(name)), name).toBeUndefined();
  for (const [width, height] of [
    [0, 5],
    [5, 0],
    [70_000, 5],
    [5, 70_000],
  ])
    expect(factsOf(heic({ width, height }))).toBeUndefined();
  const other = Buffer.from(good);
  other.writeUInt16BE(7, other.indexOf("pitm") + 8);
  expect(factsOf(other)).toBeUndefined();
});

test("more boxes before the description are passed over", () => {
  const good = heic();
  const type = good.readUInt32BE(0);
  expect(
    factsOf(Buffer.concat([good.subarray(0, type), box("free", u32(1, 2, 3)), good.subarray(type)])),
  ).toMatchObject({
    width: 4032,
  });
});
