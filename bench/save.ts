import { createHash } from "node:crypto";
import { createReadStream, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Benchmark } from "./benchmark.js";
import { builtLibrary, home, measuredBy, startServer } from "./built.js";
import { type TransferFigure, transferRows, type Way } from "./transfer.js";

const SIZE = 200_000_000;

export const saving: Benchmark = {
  name: "save",
  shows:
    "saveVideo of 200 MB, flushed to disk, against fetch, arrayBuffer and writeFile without a flush; one process per download",
  target: "at most 0.65 × the time, and at most 40 MB more memory than for a tiny file; the same bytes on disk",
  async run(progress) {
    const library = builtLibrary();
    const node = new URL("node/index.js", library).href;
    const path = join(home, "saved.mp4");
    const server = await startServer("save-server.ts");
    const save = (way: Way): Promise<TransferFigure> => {
      // Overwriting a file costs more than writing a new one.
      rmSync(path, { force: true });
      return measuredBy("save-client.ts", library, node, server.baseUrl, way, String(SIZE), path);
    };
    const hashAfter = async (way: Way) => {
      await save(way);
      const hash = createHash("sha256");
      await pipeline(createReadStream(path), hash);
      return hash.digest("hex");
    };
    try {
      const hashes = [await hashAfter("naive"), await hashAfter("ours")];
      return await transferRows("200 MB to disk", 0.65, save, hashes, progress);
    } finally {
      server.kill();
      rmSync(path, { force: true });
    }
  },
};
