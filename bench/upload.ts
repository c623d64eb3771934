import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Benchmark, Row } from "./benchmark.js";
import { builtLibrary, home, messagesOf, start } from "./built.js";
import type { Listening } from "./call-server.js";
import { paired } from "./pair.js";
import type { UploadFigure, Way } from "./upload-client.js";

const SIZE = 20 * 1024 * 1024 - 1;
const ROUNDS = 8;

export const upload: Benchmark = {
  name: "upload",
  shows:
    "a create with an image of 20 MB from disk, against readFile, toString, JSON.stringify and fetch; one process per create",
  target: "at most 0.75 × the time, and at most 40 MB more memory than for a tiny request; the same bytes on the wire",
  async run(progress) {
    const library = builtLibrary();
    const path = join(home, "20mb.png");
    writeFileSync(path, png(SIZE));
    const server = start("upload-server.ts");
    const [{ baseUrl }]: [Listening] = (await once(server, "message")) as [Listening];
    const send = async (way: Way, prefix = ""): Promise<UploadFigure> => {
      const child = start(
        "upload-client.ts",
        library,
        new URL("node/index.js", library).href,
        baseUrl + prefix,
        way,
        path,
      );
      for await (const figure of messagesOf<UploadFigure>(child)) return figure;
      throw new Error(`the ${way} upload sent no figure`);
    };
    try {
      const [naive, ours] = [await send("naive", "/hash"), await send("ours", "/hash")];
      if (naive.taskId !== ours.taskId) throw new Error("the two uploads do not send the same bytes");
      progress(`the same bytes on the wire; ${ROUNDS} rounds of four uploads`);
      const memory: Record<Way, number[]> = { tiny: [], naive: [], ours: [] };
      const side = (way: Way) => async () => {
        const { milliseconds, memory: most } = await send(way);
        memory[way].push(most);
        return milliseconds;
      };
      const { reference, ours: own, ratio } = await paired(side("naive"), side("ours"), { rounds: ROUNDS, warmUp: 1 });
      for (let turn = 0; turn < ROUNDS; turn++) await side("tiny")();
      return [
        {
          what: "create with 20 MB",
          ours: own,
          unit: "ms",
          reference: { name: "naive", value: reference },
          ratio,
          target: { of: "ratio", atMost: 0.75 },
        },
        memoryRow(memory),
      ];
    } finally {
      server.kill();
    }
  },
};

/** Medians, minus the memory of a process that sends a link. */
function memoryRow({ tiny, naive, ours }: Record<Way, number[]>): Row {
  const least = median(tiny);
  return {
    what: "memory, beyond that for a tiny request",
    ours: median(ours) - least,
    unit: "kB",
    reference: { name: "naive", value: median(naive) - least },
    target: { of: "ours", atMost: 40_000 },
  };
}

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

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
