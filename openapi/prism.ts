/** `npm run prism -- [root] [options]`: serves one of the specs with Prism's own command line, until Ctrl-C. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runIfMain } from "./command.js";
import { bundles, inTemporaryFolder, type Json, Refusal, roots } from "./documents.js";

/** Arguments after the name of the root are passed to `prism mock`, such as `--port 4020`, `--errors` or `--help`. */
async function serve(args: string[]): Promise<never> {
  const isNamed = args[0] !== undefined && !args[0].startsWith("-");
  const [name, ...options] = isNamed ? args : ["minimax", ...args];
  if (!name || !Object.hasOwn(roots, name))
    throw new Refusal(`Unknown root ${name}. The roots are ${Object.keys(roots).join(", ")}.`);
  const document: Json = (await bundles())[name];
  // Otherwise, Prism would post a random example to every callback_url as soon as a create arrives.
  for (const { post } of Object.values<Json>(document.paths)) delete post?.callbacks;
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(document));
    // Prism runs in this process, so that no signal leaves a server behind.
    process.argv.splice(2, Number.POSITIVE_INFINITY, "mock", file, "--multiprocess", "false", ...options);
    await import("@stoplight/prism-cli");
    return new Promise(() => {});
  });
}

await runIfMain(import.meta.url, serve);
