/** The known name that is most similar to a mistyped one, by the pairs of letters that they share. Undefined if none is. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, likeness: likeness(name, candidate) }))
    .sort((one, other) => other.likeness - one.likeness);
  return best && best.likeness >= 0.4 ? best.candidate : undefined;
}

/** A name without case and separators, by which the ways to write it are compared. */
export function squeezed(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** From 0 to 1: twice the common pairs, divided by all pairs. Borders count, so that first letters weigh more. */
function likeness(one: string, other: string): number {
  const left = pairsOf(one);
  const right = pairsOf(other);
  const common = [...left].filter((pair) => right.has(pair)).length;
  return (2 * common) / (left.size + right.size);
}

function pairsOf(word: string): Set<string> {
  const framed = `^${word.toLowerCase()}$`;
  return new Set(Array.from({ length: framed.length - 1 }, (_, at) => framed.slice(at, at + 2)));
}
