/** Returns the known name most similar to a mistyped one, by the pairs of letters they share, or undefined if none is similar. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .filter((candidate) => !isOpposite(name, candidate) && likeness(name, candidate) >= 0.4)
    .sort((one, other) => likeness(name, other) - likeness(name, one));
  return best;
}

/** Negations, beginnings and ends: names with opposite meanings that share most of their letters. */
const MEANINGS = [
  /^(no|without|disable|remove)[_-]/i,
  /(?<![a-z])(start|begin|first|initial|head)/i,
  /(?<![a-z])(end|final|last|tail)/i,
];

function isOpposite(name: string, candidate: string): boolean {
  const meanings = MEANINGS.filter((meaning) => meaning.test(name) !== meaning.test(candidate));
  return meanings.some((meaning) => meaning.test(name)) && (meanings.length > 1 || meanings[0] === MEANINGS[0]);
}

/** Drops case and separators from a name, to compare different spellings of it. */
export const squeezed = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** How similar two names are, from 0 to 1: twice the common pairs of letters, divided by all pairs. */
function likeness(one: string, other: string): number {
  const left = pairsOf(one);
  const right = pairsOf(other);
  const common = [...left].filter((pair) => right.has(pair)).length;
  return (2 * common) / (left.size + right.size);
}

/** Start and end count as letters, so that first letters weigh more. */
function pairsOf(word: string): Set<string> {
  const framed = `^${word.toLowerCase()}$`;
  return new Set(Array.from({ length: framed.length - 1 }, (_, at) => framed.slice(at, at + 2)));
}
