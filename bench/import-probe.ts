/** Preloaded by bench/import.ts (`node --import`). Prints on exit which of these globals were read by the import. */
/** The output, as JSON. */
export type Touched = string[];

const WATCHED = ["fetch", "Headers", "Request", "Response", "FormData"];
const touched = new Set<string>();

for (const name of WATCHED) {
  const own = Object.getOwnPropertyDescriptor(globalThis, name);
  const get = () => {
    touched.add(name);
    // Node's own getters load undici on the first read.
    return own?.get ? own.get.call(globalThis) : own?.value;
  };
  Object.defineProperty(globalThis, name, { configurable: true, get });
}

process.once("exit", () => process.stdout.write(JSON.stringify([...touched] satisfies Touched)));
