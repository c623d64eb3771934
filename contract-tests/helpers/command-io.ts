import { Readable } from "node:stream";

/** The streams of a command that runs in this process, and its output. */
export function commandIo(env: Record<string, string> = {}, stdin = "") {
  const printed = { stdout: "", stderr: "" };
  const into = (name: keyof typeof printed) => ({
    write(text: string | Uint8Array) {
      printed[name] += text;
    },
  });
  const { signal } = new AbortController();
  const streams = { stdin: Readable.from([stdin]), stdout: into("stdout"), stderr: into("stderr") };
  return { io: { ...streams, env, signal, isTTY: false }, printed };
}
