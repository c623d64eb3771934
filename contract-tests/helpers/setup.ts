/** Starts Prism in this process for every root of openapi/redocly.yaml, once for all test files, and provides a shared folder. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "@stoplight/prism-http-server";
import type { TestProject } from "vitest/node";
import { bundles, type Document, roots } from "../../openapi/documents.js";
import { logger, prismConfig, prismOperations } from "./prism.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Base URL of a Prism for each root. */
    prism: Record<string, string>;
    /** Whether the URLs belong to processes of Prism's command line. */
    prismProcess: boolean;
    /** Each root as a bundled document. */
    documents: Record<string, Document>;
    /** A folder for files that several test files share. It is empty at the start of each run, even in watch mode. */
    shared: string;
  }
}

export default async function setup(project: TestProject) {
  const started = await Promise.all(
    Object.entries(roots).map(async ([name, file]) => [name, await prismOf(file)] as const),
  );
  project.provide("prism", Object.fromEntries(started.map(([name, { url }]) => [name, url])));
  project.provide("prismProcess", false);
  project.provide("documents", await bundles());
  const shared = mkdtempSync(join(tmpdir(), "minimax-video-shared-"));
  const empty = () => {
    for (const name of readdirSync(shared)) rmSync(join(shared, name), { recursive: true });
  };
  project.provide("shared", shared);
  project.onTestsRerun(empty);
  return async () => {
    rmSync(shared, { recursive: true, force: true });
    for (const [, { close }] of started) await close();
  };
}

/** Starts Prism in this process for one root. */
export async function prismOf(file: string) {
  const operations = await prismOperations(file);
  const server = createServer(operations, { cors: false, config: prismConfig(), components: { logger } });
  return { url: await server.listen(0, "127.0.0.1"), close: () => server.close() };
}
