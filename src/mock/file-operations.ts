/** The operations of `/v1/files`. */
import { isRecord } from "../base/record.js";
import { newLink } from "./download-links.js";
import { byteReply, exampleJson, invalidParams, type MockReply } from "./mock-reply.js";
import { currentFile, forgetOldest, type MockCall, type MockState, type StoredFile } from "./mock-state.js";
import { pickByName } from "./play-scenarios.js";
import type { JsonObject } from "./prism-engine.js";
import { mediaIn, unusableUpload } from "./uploaded-media.js";
import { contentOf } from "./video-clips.js";

/** Keeps a valid upload, unless it is meant for V2 and V2 cannot use it. */
export async function serveUpload(state: MockState, call: MockCall): Promise<MockReply> {
  const { engine, files, newId, now } = state;
  const { form = new FormData() } = call;
  const upload = form.get("file");
  const purpose = String(form.get("purpose"));
  // Prism drops unknown parts, and takes a plain value for a file.
  const unknown = [...form.keys()].find((name) => name !== "purpose" && name !== "file");
  if (unknown !== undefined)
    return invalidParams(engine, call, `${unknown}: is not a known field; the known fields are purpose, file`);
  if (!upload || typeof upload === "string")
    return invalidParams(engine, call, "file: must be a file, with a file name");

  const bytes = Buffer.from(await upload.arrayBuffer());
  const media = mediaIn(bytes);
  const unusable = purpose === "video_generation_input" ? unusableUpload(media, bytes.length) : undefined;
  if (unusable) return invalidParams(engine, call, unusable, "unfitFile");
  const fileId = newId("file");
  const content = contentOf(bytes, "an upload");
  const file: StoredFile = {
    fileId,
    purpose,
    filename: upload.name,
    size: bytes.length,
    createdAt: now(),
    media,
    type: media?.type === "video/mp4" ? "video/mp4" : "application/octet-stream",
    subject: fileId,
    faults: [],
    content: async () => content,
  };
  files.set(fileId, file);
  forgetOldest(files);
  return { json: { ...exampleJson(engine, call, "success"), file: factsAbout(file) } };
}

/** A file, and a new link to it. */
export async function serveFile(state: MockState, call: MockCall): Promise<MockReply> {
  const file = currentFile(state, call.id);
  if (!file) return fileNotFound(state, call);
  const expired = pickByName(state, call, "expired_link") !== undefined;
  const linkTo = (id: string) => newLink(state, id, { origin: call.origin, filename: file.filename, expired });
  const hasBackup = pickByName(state, call, "backup_link") !== undefined;
  const link = pickByName(state, call, "late_link") ? "" : linkTo(file.fileId);
  // No file has this id.
  const links = hasBackup ? { download_url: linkTo("1"), backup_download_url: link } : { download_url: link };
  return { json: { ...exampleJson(state.engine, call, "success"), file: { ...factsAbout(file), ...links } } };
}

/** All files of a purpose, oldest first. */
export async function serveFileList(state: MockState, call: MockCall): Promise<MockReply> {
  const files = [...state.files.keys()].flatMap((id) => currentFile(state, id) ?? []);
  const wanted = files.filter(({ purpose }) => purpose === call.query.purpose);
  return { json: { ...exampleJson(state.engine, call, "success"), files: wanted.map(factsAbout) } };
}

/** The bytes of a file, always all of them: the spec has ranges for links only. */
export async function serveContent(state: MockState, call: MockCall): Promise<MockReply> {
  const file = currentFile(state, call.id);
  if (!file) return fileNotFound(state, call);
  const { bytes, etag, note } = await file.content();
  return { raw: byteReply(200, file.type, bytes, { etag }), note };
}

/** Deletes a file if it has the purpose that the caller names. Links to it then lead nowhere. */
export async function serveFileDeletion(state: MockState, call: MockCall): Promise<MockReply> {
  const file = currentFile(state, call.id);
  if (!file || !isRecord(call.body) || file.purpose !== call.body.purpose) return fileNotFound(state, call);
  state.files.delete(file.fileId);
  return { json: { ...exampleJson(state.engine, call, "success"), file_id: Number(file.fileId) } };
}

/** What every reply says about a file. Its id is a number, as on the live service; a double holds 15 digits. */
function factsAbout({ fileId, size, createdAt, filename, purpose }: StoredFile): JsonObject {
  return { file_id: Number(fileId), bytes: size, created_at: Math.floor(createdAt / 1000), filename, purpose };
}

/** In our words: nobody has seen how the service refuses an unknown id. */
function fileNotFound({ engine }: MockState, call: MockCall): MockReply {
  return invalidParams(engine, call, "file_id not found");
}
