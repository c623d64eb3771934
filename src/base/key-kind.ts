/** How a key is billed, according to its prefix: `sk-api-` is pay-as-you-go, `sk-cp-` a Token Plan. Unknown for other keys. */
export type KeyKind = "pay-as-you-go" | "token-plan";

export function keyKindOf(key: unknown): KeyKind | undefined {
  const text = typeof key === "string" ? key.trim() : "";
  if (text.startsWith("sk-cp-")) return "token-plan";
  return text.startsWith("sk-api-") ? "pay-as-you-go" : undefined;
}
