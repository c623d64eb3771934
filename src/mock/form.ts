/** Multipart forms: their parts, what Prism is shown of them, and what it cannot judge. Pure. */

/** One part of a form. A `filename` tells a file from a plain value. */
export interface Part {
  name: string;
  filename?: string;
  bytes: Buffer;
}

/**
 * The parts of a multipart body, which share its memory; undefined when it is none, or ends before its end. By hand, because
 * the parser of Node's own fetch takes two seconds for 50 MB, Prism's longer still, and this some milliseconds.
 */
export function partsIn(body: Buffer, contentType: string): Part[] | undefined {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return undefined;
  const parts: Part[] = [];
  // What stands before the first boundary is nobody's, and neither is the end of its line.
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

/** Where a boundary ends, which is the end of a line or of all; what only begins like one is content. -1 where there is none. */
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

/** A quoted parameter. Browsers and fetch write a quote as %22, older programs as \". */
function parameter(disposition: string, name: string): string | undefined {
  const value = new RegExp(`;\\s*${name}="((?:\\\\.|[^"\\\\])*)"`, "i").exec(disposition)?.[1];
  return value?.replace(/\\(.)/g, "$1").replace(/%22/g, '"');
}

const BOUNDARY = "form";
/** The content type of a stand-in. */
export const STAND_IN_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/**
 * A form as Prism can judge it: with a few words for the bytes of each file, which it would look at one by one, and turn into
 * text; and with a type for each file, without which it breaks down.
 */
export function standInFor(parts: readonly Part[]): string {
  const texts = parts.map(({ name, filename, bytes }) => {
    const about = `Content-Disposition: form-data; name="${name.replace(/["\r\n;]/g, "")}"`;
    const file = '; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n(bytes)';
    return `--${BOUNDARY}\r\n${about}${filename === undefined ? `\r\n\r\n${bytes.toString()}` : file}\r\n`;
  });
  return `${texts.join("")}--${BOUNDARY}--\r\n`;
}

/** What is wrong with an upload that Prism does not see: it drops what the schema does not name, and takes words for a file. */
export function unseenFault(parts: readonly Part[]): string | undefined {
  const stranger = parts.find(({ name }) => name !== "purpose" && name !== "file");
  if (stranger) return `${stranger.name}: is not taken`;
  const file = parts.find(({ name }) => name === "file");
  return file && file.filename === undefined ? "file: must be a file, with a name" : undefined;
}
