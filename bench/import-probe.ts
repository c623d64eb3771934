/** Preloaded by bench/import.ts (`node --import`): prints at the exit which of these globals importing has read. */
/** What it prints, as JSON. */
export type Touched = string[];

const WATCHED = ["fetch", "Headers", "Request", "Response", "FormData"];
const touched = new Set<string>();

for (const name of WATCHED) {
  const own = Object.getOwnPropertyDescriptor(globalThis, name);
  const get = () => {
    touched.add(name);
    // Node's own getters load undici at the first read.
    return own?.get ? own.get.call(globalThis) : own?.value;
  };
  Object.defineProperty(globalThis, name, { configurable: true, get });
}

process.once("exit", () => process.stdout.write(JSON.stringify([...touched] satisfies Touched)));
