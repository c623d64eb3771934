import { fact, isCallOf, isUnixTime, type Json, recordOf, refusalCode, secondsLeft } from "./fact-reading.js";
import type { Exchange } from "./recorded-exchange.js";
import { NEEDS } from "./requirements.js";

const HOUR = 3_600;

/** Facts about files that the service keeps, and about the links to them. */
export const fileFacts = {
  "file-id-number-in-retrieve": fact({
    says: "file_id is a JSON number in files/retrieve.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.v1Task,
    sees: (one) => retrievedFile(one)?.file_id,
    holds: (id) => typeof id === "number",
  }),
  "file-id-in-double": fact({
    says: "file_id fits a double: it has at most 15 digits.",
    source: 'SOURCES.md, "Type of file_id"',
    needs: NEEDS.v1Task,
    sees: ({ text = "" }) => /"file_id"\s*:\s*"?(\d+)/.exec(text)?.[1],
    holds: (digits) => digits.length <= 15,
  }),
  "bytes-zero": fact({
    says: "bytes of a finished file is 0, whatever its size.",
    source: 'SOURCES.md, "Size of a file"',
    needs: NEEDS.v1Task,
    sees: (one) => retrievedVideo(one)?.bytes,
    holds: (bytes) => bytes === 0,
  }),
  "created-at-seconds": fact({
    says: "created_at of a file is Unix time in seconds.",
    source: "openapi/schemas/FileObject.yaml",
    needs: NEEDS.v1Task,
    sees: (one) => retrievedFile(one)?.created_at,
    holds: isUnixTime,
  }),
  filename: fact({
    says: "A video's file is named output_aigc.mp4 or output.mp4.",
    source: "openapi/schemas/FileObject.yaml",
    needs: NEEDS.v1Task,
    sees: (one) => retrievedVideo(one)?.filename,
    holds: (name) => /^output(_aigc)?\.mp4$/.test(String(name)),
  }),
  "link-lives-an-hour": fact({
    says: "A download link expires after about an hour, or later.",
    source: 'SOURCES.md, "How long a link lives"',
    needs: NEEDS.v1Task,
    sees: (one) => secondsLeft(retrievedFile(one)?.download_url, one),
    holds: (seconds) => seconds > 0.9 * HOUR,
  }),
  "link-needs-no-key": fact({
    says: "A link gives the video without a key.",
    source: "openapi/schemas/RetrievedFile.yaml",
    needs: NEEDS.v1Task,
    sees: (one) => (one.operationId === "download" && !one.keyed ? one.status : undefined),
    holds: (status) => status === 200 || status === 206,
  }),
  "video-is-mp4": fact({
    says: "A video comes as video/mp4.",
    source: "openapi/paths/files-retrieve.yaml",
    needs: NEEDS.v1Task,
    sees: (one) => (one.operationId === "download" && one.status === 200 ? one.type : undefined),
    holds: (type) => type === "video/mp4",
  }),
  "link-takes-ranges": fact({
    says: "The host of a link answers a Range request with that part.",
    source: "openapi/paths/files-retrieve.yaml",
    needs: NEEDS.v1Task,
    sees: (one) => (one.operationId === "download" && one.headers.range ? one.status : undefined),
    holds: (status) => status === 206,
  }),
  "unfit-upload-under-400": fact({
    says: "An upload for version 2 that is not an image, video or sound is refused under HTTP 400.",
    source: 'SOURCES.md, "Refused uploads"',
    needs: NEEDS.free,
    sees: (one) => (isWellFormedUpload(one) && one.keyed && refusalCode(one) === 2013 ? one.status : undefined),
    holds: (status) => status === 400,
  }),
  "list-of-files": fact({
    says: "The list of files stands in files, with ids as numbers.",
    source: 'SOURCES.md, "List of files"',
    sees: (one) => {
      if (one.operationId !== "listFiles" || one.status !== 200 || refusalCode(one) !== undefined) return undefined;
      const files = recordOf(one.json)?.files;
      return Array.isArray(files) ? files.map((file) => typeof recordOf(file)?.file_id) : "no list";
    },
    holds: (types) => types !== "no list" && types.every((type) => type === "number"),
  }),
};

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
