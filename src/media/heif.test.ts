import { expect, test } from "vitest";
import { box, heic, movie } from "../../contract-tests/helpers/movies.js";
import { factsOf } from "../../contract-tests/helpers/read-facts.js";

/** From heif-enc 1.15 (libheif, x265): one tile of 66 x 64, of which 66 x 34 are shown. */
const REAL = Buffer.from(
  "AAAAGGZ0eXBoZWljAAAAAG1pZjFoZWljAAABrm1ldGEAAAAAAAAAIWhkbHIAAAAAAAAAAHBpY3QAAAAAAAAAAAAAAAAAAAAADnBpdG0AAAAAAAIAAAAQaWRhdAAAAAAAQgAiAAAAOGlsb2MBAAAAREAAAgABAAAAAAAAAc4AAQAAAAAAAAAhAAIAAQAAAAAAAAABAAAAAAAAAAgAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAQABAABodmMxAAAAABVpbmZlAgAAAAACAABncmlkAAAAANlpcHJwAAAAt2lwY28AAAB3aHZjQwEDcAAAAAAAAAAAAB7wAPz9+PgAAA8DIAABABhAAQwB//8DcAAAAwCQAAADAAADAB66AkAhAAEAK0IBAQNwAAADAJAAAAMAAAMAHqAkgQcnlurkprm4EBAwIAAAAwAgAAADACEiAAEABkQBwXPBiQAAABRpc3BlAAAAAAAAAEIAAABAAAAAFGlzcGUAAAAAAAAAQgAAACIAAAAQcGl4aQAAAAADCAgIAAAAGmlwbWEAAAAAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAAAOZGltZwACAAEAAQAAACltZGF0AAAAHSgBrwQUWED4ynHX//Syn76gLtjdH6oPIKpqKXwM",
  "base64",
);

test("the size is that of the displayed image, not of its tiles or its thumbnail", () => {
  expect(factsOf(heic())).toEqual({ kind: "image", type: "image/heic", width: 4032, height: 3024 });
  expect(factsOf(REAL)).toEqual({ kind: "image", type: "image/heic", width: 66, height: 34 });
  for (const wide of [false, true])
    expect(factsOf(heic({ wide, width: 300, height: 7 }))).toMatchObject({ width: 300, height: 7 });
  const [good, type] = [heic(), heic().readUInt32BE(0)];
  const later = Buffer.concat([good.subarray(0, type), box("free", "more"), good.subarray(type)]);
  expect(factsOf(later)).toEqual(factsOf(good));
});

test.each([
  ["image/heic", [["heic"], ["heix"], ["heim"], ["heis"], ["hevc"], ["hevx"], ["mif1", "mif1", "heic"]]],
  [
    "image/heif",
    [
      ["mif1", "mif1", "jpeg"],
      ["msf1", "iso8"],
    ],
  ],
  [
    undefined,
    [
      ["avif", "avif", "mif1", "miaf"],
      ["mif1", "avif"],
    ],
  ],
])("the type is %s for the brands %j", (type, cases) => {
  for (const brands of cases) expect(factsOf(heic({ brands }))?.type, brands.join(" ")).toBe(type);
});

test("a file that is cut off anywhere is refused", () => {
  for (const good of [heic({ size: 900 }), REAL])
    for (let length = 0; length < good.length; length += 1)
      expect(factsOf(good.subarray(0, length)), String(length)).toBeUndefined();
});

test("a file without the size of its primary image is refused", () => {
  for (const name of ["meta", "pitm", "iprp", "ipco", "ipma", "ispe"]) {
    const bytes = Buffer.from(heic().toString("latin1").replaceAll(name, "none"), "latin1");
    expect(factsOf(bytes), name).toBeUndefined();
  }
  const other = heic();
  other.writeUInt16BE(7, other.indexOf("pitm") + 8);
  for (const bytes of [other, heic({ width: 0 }), heic({ height: 0 }), movie({ brand: "mif1" })])
    expect(factsOf(bytes)).toBeUndefined();
});
