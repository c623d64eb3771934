/** Reads and trims an environment variable. Returns undefined if it is blank, or if the runtime has no environment. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name]?.trim() || undefined;
}

/** Detects the runtimes whose `fetch` behaves differently. */
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
