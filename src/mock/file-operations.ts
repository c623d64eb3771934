/** The operations of `/v1/files`. */
import { uploadFaults } from "../check/media-limits.js";
import type { MediaFacts } from "../media/media.js";
import { newLink } from "./download-links.js";
import { byteReply, exampleReply, invalidParams, type MockReply } from "./mock-reply.js";
import type { JsonObject } from "./mock-request.js";
import { currentFile, forgetOldest, type MockCall, randomId, type StoredFile } from "./mock-state.js";
import { isPlayed } from "./play-scenarios.js";
import { contentOf, mediaIn } from "./video-clips.js";

/** Keeps a valid upload, unless it is meant for V2 and V2 cannot use it. */
export async function serveUpload(call: MockCall): Promise<MockReply> {
  const { mock, form = new FormData() } = call;
  const upload = form.get("file");
  const purpose = String(form.get("purpose"));
  // Prism drops unknown parts, and accepts a plain value as a file.
  const unknown = [...form.keys()].find((name) => name !== "purpose" && name !== "file");
  if (unknown !== undefined)
    return invalidParams(call, `${unknown}: is not a known field; the known fields are purpose, file`);
  if (!upload || typeof upload === "string") return invalidParams(call, "file: must be a file, with a file name");

  const bytes = Buffer.from(await upload.arrayBuffer());
  const media = mediaIn(bytes);
  const unusable = purpose === "video_generation_input" ? unusableUpload(media, bytes.length) : undefined;
  if (unusable) return invalidParams(call, unusable, "unfitFile");
  const fileId = randomId("file");
  const content = contentOf(bytes, "an upload");
  const file: StoredFile = {
    fileId,
    purpose,
    filename: upload.name,
    size: bytes.length,
    createdAt: mock.now(),
    media,
    type: media?.type === "video/mp4" ? "video/mp4" : "application/octet-stream",
    content: async () => content,
  };
  mock.files.set(fileId, file);
  forgetOldest(mock.files);
  return exampleReply(call, "success", { fields: { file: factsAbout(file) } });
}

/** The rules that the service applies to an upload. Codecs, frame rates and sound are not among them. */
const APPLIED = /(Size|Format|Side|Aspect|Seconds)$/;

/** Why V2 cannot use an upload, in the words of the client's check; undefined if it can. */
export function unusableUpload(facts: MediaFacts | undefined, size: number): string | undefined {
  const fault = uploadFaults({ size, facts }).find(({ rule, severity }) => severity === "error" && APPLIED.test(rule));
  return fault && `file: ${fault.message}`;
}

/** A file, and a new link to it. */
export function serveFile(call: MockCall): MockReply {
  const file = currentFile(call.mock, call.id);
  if (!file) return fileNotFound(call);
  const expired = isPlayed(call, "expired_link");
  const linkTo = (fileId: string) => newLink(call, fileId, expired, file.filename);
  const link = isPlayed(call, "late_link") ? "" : linkTo(file.fileId);
  // No file has the id 1.
  const links = isPlayed(call, "backup_link") ? [linkTo("1"), link] : [link];
  const [download_url, backup_download_url] = links;
  const fields = { file: { ...factsAbout(file), download_url, backup_download_url } };
  return exampleReply(call, "success", { fields });
}

/** All files of a purpose, oldest first. */
export function serveFileList(call: MockCall): MockReply {
  const files = [...call.mock.files.keys()].flatMap((id) => currentFile(call.mock, id) ?? []);
  const wanted = files.filter(({ purpose }) => purpose === call.query.purpose);
  return exampleReply(call, "success", { fields: { files: wanted.map(factsAbout) } });
}

/** The bytes of a file, always all of them: the spec has ranges for links only. */
export async function serveContent(call: MockCall): Promise<MockReply> {
  const file = currentFile(call.mock, call.id);
  if (!file) return fileNotFound(call);
  const { bytes, etag, note } = await file.content();
  return byteReply(file.type, bytes, { headers: { etag }, note });
}

/** Deletes a file if it has the purpose that the caller names. Links to it then get a 404. */
export function serveFileDeletion(call: MockCall): MockReply {
  const file = currentFile(call.mock, call.id);
  if (!file || file.purpose !== Object(call.body).purpose) return fileNotFound(call);
  call.mock.files.delete(file.fileId);
  return exampleReply(call, "success", { fields: { file_id: Number(file.fileId) } });
}

/** What every reply says about a file. Its id is a number, as on the live service; a double holds 15 digits. */
function factsAbout({ fileId, size, createdAt, filename, purpose }: StoredFile): JsonObject {
  return { file_id: Number(fileId), bytes: size, created_at: Math.floor(createdAt / 1000), filename, purpose };
}

/** In our words: nobody has seen how the service refuses an unknown id. */
function fileNotFound(call: MockCall): MockReply {
  return invalidParams(call, "file_id not found");
}
