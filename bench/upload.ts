import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Benchmark } from "./benchmark.js";
import { builtLibrary, home, measuredBy, startServer } from "./built.js";
import { transferRows, type Way } from "./transfer.js";
import type { UploadFigure } from "./upload-client.js";

const SIZE = 20 * 1024 * 1024 - 1;

export const upload: Benchmark = {
  name: "upload",
  shows:
    "a create with an image of 20 MB from disk, against readFile, toString, JSON.stringify and fetch; one process per create",
  target: "at most 0.75 × the time, and at most 40 MB more memory than for a tiny request; the same bytes on the wire",
  async run(progress) {
    const library = builtLibrary();
    const node = new URL("node/index.js", library).href;
    const path = join(home, "20mb.png");
    writeFileSync(path, png(SIZE));
    const server = await startServer("upload-server.ts");
    const send = (way: Way, prefix = ""): Promise<UploadFigure> =>
      measuredBy("upload-client.ts", library, node, server.baseUrl + prefix, way, path);
    try {
      const hashes = [(await send("naive", "/hash")).taskId, (await send("ours", "/hash")).taskId];
      return await transferRows("create with 20 MB", 0.75, send, hashes, progress);
    } finally {
      server.kill();
    }
  },
};

/** A file with a valid PNG header, filled up with repeated text. */
function png(size: number): Buffer {
  const header = Buffer.from("494844520000028000000 1e00802000000".replace(" ", ""), "hex");
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(header));
  const start = Buffer.concat([
    Buffer.from("89504e470d0a1a0a0000000d", "hex"),
    header,
    crc,
    Buffer.from("0000001049444154", "hex"),
  ]);
  return Buffer.concat([start, Buffer.alloc(size - start.length, "moving noise ")]);
}
