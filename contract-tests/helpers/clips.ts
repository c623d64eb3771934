/** The clips of the mock, which are compressed on disk. */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const folder = new URL("../../src/mock/clips/", import.meta.url);

export const clipNames = readdirSync(folder).flatMap((name) => /^.+\.mp4(?=\.gz$)/.exec(name) ?? []);

export function clipBytes(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`${name}.gz`, folder)));
}
