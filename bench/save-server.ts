/** The server of bench/save.ts, in a separate process. Each task is finished, and its id is the size of its file in bytes. */
import { serve } from "./serve.js";

// No buffer size is a multiple of this length, so the hash changes if a block is written to the wrong place.
const block = Buffer.alloc(4 * 1024 * 1024 - 3);
for (let at = 0; at + 4 <= block.length; at += 4) block.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
// The start of a video with a last box that extends to the end of the file.
block.write("\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov\0\0\0\0mdat", 0, "latin1");
const base_resp = { status_code: 0, status_msg: "success" };

serve((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
  const id = searchParams.get("task_id") ?? searchParams.get("file_id") ?? pathname.slice(1);
  const json = (content: object) => response.end(JSON.stringify({ ...content, base_resp }));
  if (pathname.startsWith("/v1/query/")) return json({ status: "Success", task_id: id, file_id: id });
  if (pathname.startsWith("/v1/files/"))
    return json({ file: { download_url: `http://${request.headers.host}/${id}` } });
  let left = Number(id);
  response.writeHead(200, { "content-type": "video/mp4", "content-length": left, etag: `"${id}"` });
  const more = () => {
    while (left > 0) {
      const part = block.subarray(0, left);
      left -= part.length;
      if (!response.write(part)) return void response.once("drain", more);
    }
    response.end();
  };
  more();
});
