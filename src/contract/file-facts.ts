import {
  fact,
  isCallOf,
  isUnixTime,
  type Json,
  lifetimeOf,
  minutesText,
  recordOf,
  refusalCode,
} from "./fact-reading.js";
import type { Exchange } from "./recorded-exchange.js";
import { NEEDS } from "./requirements.js";

const HOUR = 3_600;

/** Facts about files that the service keeps, and about the links to them. */
export const fileFacts = {
  "file-id-number-in-retrieve": fact({
    says: "file_id is a JSON number in files/retrieve.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.v1Task,
    of: retrievedFile,
    holds: ({ file_id }) => typeof file_id === "number",
    seen: ({ file_id }) => `file.file_id ${JSON.stringify(file_id)}`,
  }),
  "file-id-in-double": fact({
    says: "file_id fits a double: it has at most 15 digits.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.v1Task,
    of: ({ text = "" }) => /"file_id"\s*:\s*"?(\d+)/.exec(text)?.[1],
    holds: (digits) => digits.length <= 15,
  }),
  "bytes-zero": fact({
    says: "bytes of a finished file is 0, whatever its size.",
    source: 'SOURCES.md, "Size of a file"',
    needs: NEEDS.v1Task,
    of: (one) => retrievedVideo(one)?.bytes,
    holds: (bytes) => bytes === 0,
    seen: (bytes) => `file.bytes ${String(bytes)}`,
  }),
  "created-at-seconds": fact({
    says: "created_at of a file is Unix time in seconds.",
    source: "openapi/schemas/FileObject.yaml",
    needs: NEEDS.v1Task,
    of: (one) => retrievedFile(one)?.created_at,
    holds: isUnixTime,
  }),
  filename: fact({
    says: "A video's file is named output_aigc.mp4 or output.mp4.",
    source: "openapi/schemas/FileObject.yaml",
    needs: NEEDS.v1Task,
    of: (one) => retrievedVideo(one)?.filename,
    holds: (name) => /^output(_aigc)?\.mp4$/.test(String(name)),
    seen: (name) => `file.filename ${JSON.stringify(name)}`,
  }),
  "link-lives-an-hour": fact({
    says: "A download link expires after about an hour, or later.",
    source: 'SOURCES.md, "How long a link lives"',
    needs: NEEDS.v1Task,
    of: (one) => lifetimeOf(retrievedFile(one)?.download_url, one),
    holds: (seconds) => seconds > 0.9 * HOUR,
    seen: minutesText,
  }),
  "link-needs-no-key": fact({
    says: "A link gives the video without a key.",
    source: "openapi/schemas/RetrievedFile.yaml",
    needs: NEEDS.v1Task,
    of: (one) => (one.keyed ? undefined : downloadOf(one)),
    holds: ({ status }) => status === 200 || status === 206,
  }),
  "video-is-mp4": fact({
    says: "A video comes as video/mp4.",
    source: "openapi/paths/files-retrieve.yaml",
    needs: NEEDS.v1Task,
    of: downloadOf,
    holds: ({ status, type }) => (status === 200 ? type === "video/mp4" : undefined),
    seen: ({ type }) => type,
  }),
  "link-takes-ranges": fact({
    says: "The host of a link answers a Range request with that part.",
    source: "openapi/paths/files-retrieve.yaml",
    needs: NEEDS.v1Task,
    of: downloadOf,
    holds: ({ status, headers }) => (headers.range ? status === 206 : undefined),
  }),
  "unfit-upload-under-400": fact({
    says: "An upload for version 2 that is not an image, video or sound is refused under HTTP 400.",
    source: 'SOURCES.md, "Refused uploads"',
    needs: NEEDS.free,
    of: (one) => (isWellFormedUpload(one) && one.keyed && refusalCode(one) === 2013 ? one.status : undefined),
    holds: (status) => status === 400,
  }),
  "list-of-files": fact({
    says: "The list of files stands in files, with ids as numbers.",
    source: 'SOURCES.md, "List of files"',
    of: (one) =>
      one.operationId === "listFiles" && one.status === 200 && refusalCode(one) === undefined
        ? { files: recordOf(one.json)?.files }
        : undefined,
    holds: ({ files }) => Array.isArray(files) && files.every((file) => typeof recordOf(file)?.file_id === "number"),
  }),
};

function downloadOf(exchange: Exchange): Exchange | undefined {
  return exchange.operationId === "download" ? exchange : undefined;
}

function retrievedFile({ operationId, json }: Exchange): Json | undefined {
  return operationId === "retrieveFile" ? recordOf(recordOf(json)?.file) : undefined;
}

/** A retrieved file that a task has made. */
function retrievedVideo(exchange: Exchange): Json | undefined {
  const file = retrievedFile(exchange);
  return file?.purpose === "video_generation" ? file : undefined;
}

/** Whether only the bytes of an upload for API v2 can be wrong. */
function isWellFormedUpload(exchange: Exchange): boolean {
  // A form sets its content type by itself; one that was set by hand is wrong on purpose.
  if (!isCallOf("uploadFile", "POST", exchange) || exchange.headers["content-type"]) return false;
  const form = recordOf(JSON.parse(exchange.body ?? "{}")) ?? {};
  return Object.keys(form).sort().join() === "file,purpose" && form.purpose === "video_generation_input";
}
