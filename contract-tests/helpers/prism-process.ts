/** Set-up of the project `prism`: starts Prism's command line, as `npm run prism` does, instead of Prism's engine in this process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { names } from "./documents.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A Prism of one root, and how to end it as Ctrl-C does. */
export interface PrismProcess {
  url: string;
  child: ChildProcess;
  close(): Promise<void>;
}

/** Starts `npm run prism` without npm, which would not forward signals. */
export async function prismProcess(args: string[], env = {}): Promise<PrismProcess> {
  const command = ["--import", "tsx", "openapi/prism.ts", ...args];
  const child = spawn(process.execPath, command, { cwd: root, env: { ...process.env, ...env } });
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", function heard(chunk) {
        said += chunk;
        const [, url] = /Prism is listening on (http:\S+)/.exec(said) ?? [];
        // The further output, a line for each broken rule, is ignored.
        if (url) resolve(stream.off("data", heard).resume() && url);
      });
    child.once("exit", (code) => reject(new Error(`Prism exited with ${code}: ${said}`)));
  });
  const close = async () => {
    if (child.exitCode !== null) return;
    child.kill("SIGINT");
    await once(child, "exit");
  };
  return { url, child, close };
}

/** With `--errors`, an example that breaks its own schema is a 500, not a silent 200. */
export const STRICT = ["--port", "0", "--errors"];

export default async function setup(project: TestProject) {
  const started = await Promise.all(names.map((name) => prismProcess([name, ...STRICT])));
  project.provide("prism", Object.fromEntries(names.map((name, index) => [name, started[index]?.url as string])));
  project.provide("prismProcess", true);
  return async () => {
    await Promise.all(started.map(({ close }) => close()));
  };
}
