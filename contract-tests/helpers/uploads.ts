/** Uploads as clients send them. */

/** The form of an upload, for bytes that are few: fetch takes seconds for many. */
export function uploadForm(purpose: string, bytes: Buffer, filename: string): FormData {
  const form = new FormData();
  form.set("purpose", purpose);
  form.set("file", new Blob([new Uint8Array(bytes)]), filename);
  return form;
}

export const FORM = "multipart/form-data; boundary=b";

/** The same as it is on the wire, of the content type `FORM`. */
export function uploadBody(purpose: string, bytes: Buffer): Buffer {
  const part = (about: string) => Buffer.from(`--b\r\nContent-Disposition: form-data; ${about}\r\n\r\n`);
  const file = Buffer.concat([part('name="file"; filename="long.bin"'), bytes]);
  return Buffer.concat([part('name="purpose"'), Buffer.from(`${purpose}\r\n`), file, Buffer.from("\r\n--b--\r\n")]);
}

/** A WAV of so many seconds of silence. */
export function wave(seconds: number): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  // PCM, one channel, 8000 samples of one byte a second.
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(8_000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(8_000 * seconds, 40);
  return Buffer.concat([header, Buffer.alloc(8_000 * seconds)]);
}
