/** Ways to damage bytes, for fast-check: a bit, a byte, an extreme number, something put in, cut out or cut off. */
import fc from "fast-check";

type Damage = (bytes: Uint8Array) => Uint8Array;

/** A share of a length. Not fc.double, most of whose values lie so close to 0 that only the first byte would be met. */
export const place = fc.nat(999).map((thousandths) => thousandths / 1000);
const extreme = fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xfe, 0xff);

/** One change, at a place that is a share of the length. */
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([share, bit]) => spliced(share, 1, ([old = 0]) => [old ^ (1 << bit)])),
  fc.tuple(place, fc.nat(255)).map(([share, value]) => spliced(share, 1, () => [value])),
  fc
    .tuple(place, extreme, extreme, fc.constantFrom(2, 4))
    .map(([share, first, rest, length]) => spliced(share, length, () => [first, ...Array(length - 1).fill(rest)])),
  fc.tuple(place, fc.array(fc.nat(255), { maxLength: 8 })).map(([share, more]) => spliced(share, 0, () => more)),
  fc.tuple(place, fc.integer({ min: 1, max: 8 })).map(([share, length]) => spliced(share, length, () => [])),
  place.map((share) => spliced(share, Number.POSITIVE_INFINITY, () => [])),
);

function spliced(share: number, length: number, replace: (old: number[]) => number[]): Damage {
  return (bytes) => {
    const at = Math.floor(share * bytes.length);
    const put = replace([...bytes.subarray(at, at + length)]);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + length)]);
  };
}

/** One of these with one to four damages. */
export function damaged(seeds: Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(damage, { minLength: 1, maxLength: 4 }))
    .map(([seed, damages]) => damages.reduce((bytes, change) => change(bytes), seed));
}
