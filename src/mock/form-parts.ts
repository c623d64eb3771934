/** Multipart forms: their parts, what Prism gets to see of them, and what it cannot judge. Pure. */

/** One part of a form. Only files have a `filename`. */
export interface Part {
  name: string;
  filename?: string;
  bytes: Buffer;
}

/**
 * The parts of a multipart body, which share its memory; undefined if the body is not multipart or breaks off. Handwritten,
 * because it parses 50 MB in milliseconds; the parser of Node's fetch takes two seconds, and Prism's takes longer.
 */
export function formPartsIn(body: Buffer, contentType: string): Part[] | undefined {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const parts: Part[] = [];
  // Text before the first boundary belongs to no part (RFC 2046, 5.1.1).
  let at = behind(body, `--${boundary}`, 0);
  while (at >= 0 && body.toString("latin1", at, at + 2) !== "--") {
    const content = body.indexOf("\r\n\r\n", at) + 4;
    const next = content < 4 ? -1 : behind(body, `\r\n--${boundary}`, content);
    if (next < 0) return undefined;
    const end = next - boundary.length - 4;
    const part = partOf(body.toString("utf8", at, content), body.subarray(content, end));
    if (part) parts.push(part);
    at = next;
  }
  return at < 0 ? undefined : parts;
}

/** The offset after the next boundary, or -1. A boundary ends its line or the body; a longer text is content. */
function behind(body: Buffer, boundary: string, from: number): number {
  for (let at = body.indexOf(boundary, from); at >= 0; at = body.indexOf(boundary, at + 1)) {
    const end = at + boundary.length;
    const after = body.toString("latin1", end, end + 2);
    if (after === "\r\n" || after === "--") return end;
  }
  return -1;
}

function partOf(headers: string, bytes: Buffer): Part | undefined {
  const [disposition = ""] = /^content-disposition:.*$/im.exec(headers) ?? [];
  const name = parameter(disposition, "name");
  const filename = parameter(disposition, "filename");
  return name === undefined ? undefined : { name, ...(filename !== undefined && { filename }), bytes };
}

/** A quoted parameter. Browsers and fetch write a quote as %22, curl writes \". */
function parameter(disposition: string, name: string): string | undefined {
  const value = new RegExp(`;\\s*${name}="((?:\\\\.|[^"\\\\])*)"`, "i").exec(disposition)?.[1];
  return value?.replace(/\\(.)/g, "$1").replace(/%22/g, '"');
}

const BOUNDARY = "form";
/** The content type of a stand-in form. */
export const STAND_IN_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/**
 * A small form that Prism can judge: a few characters stand for the bytes of each file, which Prism would convert to text one
 * by one, and each file has a type, without which Prism crashes.
 */
export function standInFor(parts: readonly Part[]): string {
  const texts = parts.map(({ name, filename, bytes }) => {
    const about = `Content-Disposition: form-data; name="${name.replace(/["\r\n;]/g, "")}"`;
    const file = '; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n(bytes)';
    return `--${BOUNDARY}\r\n${about}${filename === undefined ? `\r\n\r\n${bytes.toString()}` : file}\r\n`;
  });
  return `${texts.join("")}--${BOUNDARY}--\r\n`;
}

/** Why an upload is invalid that Prism accepts: Prism drops unknown parts, and takes a plain value for a file. */
export function faultInForm(parts: readonly Part[]): string | undefined {
  const unknown = parts.find(({ name }) => name !== "purpose" && name !== "file");
  if (unknown) return `${unknown.name}: is not a known field; the known fields are purpose, file`;
  const file = parts.find(({ name }) => name === "file");
  return file && file.filename === undefined ? "file: must be a file, with a file name" : undefined;
}
