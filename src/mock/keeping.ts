/** What `/v1/files` does with files that are there: tells of them, hands them out, removes them. */
import { dueOf } from "./due.js";
import { fileNow, linkTo, type StoredFile } from "./files.js";
import { isObject, type JsonObject } from "./request.js";
import { fileParcel } from "./storage.js";
import { type Answer, type Call, exampleJson, invalid, type World } from "./world.js";

/** A file, and a new link to it. */
export async function retrieve(world: World, call: Call): Promise<Answer> {
  const file = fileNow(world, call.id);
  if (!file) return notFound(world, call);
  const expired = dueOf(world.attempts, call, "expired_link") !== undefined;
  const { file: shown, ...json } = exampleJson(world, call, "successRecorded");
  const download_url = linkTo(world, file, call.origin, { expired });
  return { json: { ...json, file: { ...(isObject(shown) && shown), ...about(file), download_url } } };
}

/** All files of a purpose, the oldest first. */
export async function list(world: World, call: Call): Promise<Answer> {
  const files = [...world.files.keys()].flatMap((id) => fileNow(world, id) ?? []);
  const wanted = files.filter(({ purpose }) => purpose === call.query.purpose);
  return { json: { ...exampleJson(world, call, "success"), files: wanted.map(about) } };
}

/** The bytes of a file, all of them: the spec knows no parts here, only behind a link. */
export async function content(world: World, call: Call): Promise<Answer> {
  const file = fileNow(world, call.id);
  if (!file) return notFound(world, call);
  return { parcel: fileParcel({}, await file.bytes(), { ranges: false, type: file.type }), note: file.note() };
}

/** Removes a file, if it is for what the caller says. Links to it lead nowhere from now on. */
export async function remove(world: World, call: Call): Promise<Answer> {
  const file = fileNow(world, call.id);
  if (file?.purpose === undefined || !isObject(call.body) || file.purpose !== call.body.purpose)
    return notFound(world, call);
  world.files.delete(file.fileId);
  return { json: { ...exampleJson(world, call, "success"), file_id: Number(file.fileId) } };
}

/** What every answer tells of a file. Its id is a number on the wire, as live; 15 digits fit a double. */
export function about({ fileId, size, createdAt, filename, purpose }: StoredFile): JsonObject {
  return { file_id: Number(fileId), bytes: size, created_at: Math.floor(createdAt / 1000), filename, purpose };
}

/** The wording is ours, as with an unknown task. */
function notFound(world: World, call: Call): Answer {
  return invalid(world, call, "file_id not found");
}
