import { readFile } from "node:fs/promises";

/** That of the package. */
export async function version(): Promise<string> {
  // Seen from dist/cli as from src/cli.
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return String((JSON.parse(text) as { version: unknown }).version);
}
