/** An environment variable without blanks around it. Undefined if it is blank, and where there is no environment. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name]?.trim() || undefined;
}

/** Where this code runs, if it matters to how `fetch` behaves. */
export function runtime(): "node" | "deno" | "bun" | "other" {
  const { Deno, process, navigator } = globalThis as {
    Deno?: { version?: unknown };
    process?: { versions?: { node?: string; bun?: string } };
    navigator?: { userAgent?: string };
  };
  if (Deno?.version) return "deno";
  if (process?.versions?.bun) return "bun";
  // Electron windows and Cloudflare Workers may have Node's `process`, but they have a `fetch` of their own.
  const isNode = process?.versions?.node && !/Chrome\/|Cloudflare/.test(navigator?.userAgent ?? "");
  return isNode ? "node" : "other";
}
