/** How a key is paid for, as its beginning tells: `sk-api-` as it goes, `sk-cp-` by a Token Plan. Undefined for other keys. */
export type KeyKind = "pay-as-you-go" | "token-plan";

export function keyKindOf(key: unknown): KeyKind | undefined {
  const text = typeof key === "string" ? key.trim() : "";
  if (text.startsWith("sk-cp-")) return "token-plan";
  return text.startsWith("sk-api-") ? "pay-as-you-go" : undefined;
}
