import { defined, isRecord } from "../base/record.js";
import { audioFile, imageFile, videoFile } from "../node/index.js";
import type { AllowedFolders } from "./allowed-folders.js";

/** The fields that may be files on this machine, and how each is opened. */
const FILES = {
  first_frame_image: imageFile,
  last_frame_image: imageFile,
  subject_reference: imageFile,
  reference_images: imageFile,
  reference_videos: videoFile,
  reference_audios: audioFile,
};

/** Opens the local files in a request. Leaves everything else to the check. */
export async function openFiles(request: unknown, folders: AllowedFolders): Promise<unknown> {
  const fields = Object.entries(Object(request)).map(async ([name, value]) => {
    const open = Object.hasOwn(FILES, name) ? FILES[name as keyof typeof FILES] : undefined;
    if (!open) return [name, value];
    return [name, await filesIn(value, name, async (path, field) => open(await folders.toRead(path, field)))];
  });
  return Object.fromEntries(await Promise.all(fields));
}

/** Opens each path in the value of a field for files, at any depth. */
async function filesIn(
  value: unknown,
  field: string,
  open: (path: string, field: string) => unknown,
): Promise<unknown> {
  if (typeof value === "string") return /^(https?|data|mm_file):/i.test(value) ? value : open(value, field);
  if (Array.isArray(value)) return Promise.all(value.map((one, at) => filesIn(one, `${field}[${at}]`, open)));
  if (!isRecord(value)) return value;
  const { type, ...rest } = value;
  const fields = Object.entries(rest).map(async ([name, one]) => [name, await filesIn(one, `${field}.${name}`, open)]);
  return { ...defined({ type }), ...Object.fromEntries(await Promise.all(fields)) };
}
