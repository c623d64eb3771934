import type { UploadedFile, UploadOptions } from "../files/upload-file.js";
import type { FileObject, FilePurpose } from "../generated/minimax.js";
import { localFile, saveFile } from "../node/index.js";
import { actionFor, parse, type Values, type Verb } from "./command-options.js";
import { EXIT, orInterrupted, UsageError } from "./exit-codes.js";
import { shareText, sizeText, timeText } from "./format-text.js";
import type { Io } from "./io.js";
import { plain, printJson, printResult } from "./io.js";
import { targetFrom, videoPath, whyNotWritable } from "./save-target.js";
import { assertKey, openSession, type Session } from "./session.js";

const INPUT = "video_generation_input";

type Options = Values<"files">;
type Action = (session: Session, values: Options, argument: string) => Promise<number>;
const VERBS: Record<string, Verb<Action, "purpose" | "filename" | "out" | "force">> = {
  upload: { act: upload, needs: "the path of a file", takes: ["purpose", "filename"] },
  list: { act: list, takes: ["purpose"] },
  get: { act: get, needs: "the id of a file", takes: ["out", "force"] },
  delete: { act: remove, needs: "the id of a file", takes: ["purpose"] },
};

/** `minimax-video files`: the files that the service keeps. */
export async function files(args: readonly string[], io: Io): Promise<number> {
  const { values, words } = parse("files", args, { most: 2 });
  const act = actionFor("files", VERBS, words, values);
  const session = openSession(values, io);
  assertKey(session);
  return act(session, values, words[1] ?? "").finally(() => session.progress.end());
}

async function upload(session: Session, values: Options, path: string): Promise<number> {
  const { io, minimax, progress } = session;
  const purpose = purposeIn(values, "upload") as UploadOptions["purpose"];
  const file = await localFile(path).catch((error) => {
    throw new UsageError(`Nothing was sent: ${error.message}`, { cause: error });
  });
  const step = "Uploading";
  progress.now(step);
  const options: UploadOptions = {
    purpose,
    filename: values.filename,
    signal: io.signal,
    onProgress: (share) => progress.now(step, shareText(step, share)),
  };
  const fate = `To see whether the file arrived, run: minimax-video files list --purpose ${purpose}`;
  const uploaded = await orInterrupted(io, fate, minimax.files.upload(file, options));
  progress.say(`Uploaded ${path}: ${sizeText(file.size)}, file ${uploaded.file_id}${use(uploaded, purpose)}`);
  printResult(session, uploaded, purpose === INPUT ? uploaded.uri : uploaded.file_id);
  return EXIT.done;
}

function use({ uri }: UploadedFile, purpose: string): string {
  return purpose === INPUT ? `; use ${uri} in requests of version 2 for seven days` : "";
}

async function list({ io, minimax, json }: Session, { purpose = INPUT }: Options): Promise<number> {
  // The client refuses an unknown purpose and lists the known ones.
  const options = { purpose: purpose as FilePurpose, signal: io.signal };
  const found = await orInterrupted(io, "", minimax.files.list(options));
  if (json) printJson(io, { files: found });
  else io.stdout.write(found.map(fileLine).join("") || `No files for ${purpose}.\n`);
  return EXIT.done;
}

/** The id, time, size and name of a file, as far as they are known. */
function fileLine({ file_id, created_at, bytes, filename = "" }: FileObject): string {
  const when = created_at === undefined ? "" : timeText(created_at * 1000);
  // The service reports 0 for every video.
  const size = bytes ? sizeText(bytes) : "";
  return `${plain(`${file_id}  ${when.padEnd(16)}  ${size.padStart(9)}  ${filename}`).trimEnd()}\n`;
}

async function get(session: Session, values: Options, fileId: string): Promise<number> {
  const { io, minimax, progress } = session;
  const { signal } = io;
  // The id also names a local file.
  if (!/^\d+$/.test(fileId)) throw new UsageError("files get takes the id of a file, which has only digits");
  const target = await targetFrom(values.out, values.force);
  return orInterrupted(io, "Nothing was saved.", saved());

  async function saved(): Promise<number> {
    const { filename = "" } = target.name === undefined ? await minimax.files.retrieve(fileId, { signal }) : {};
    const [ending = ""] = /\.\w{1,8}$/.exec(filename) ?? [];
    const path = videoPath(target.name === undefined ? { ...target, name: `${fileId}${ending}` } : target, fileId);
    const reason = await whyNotWritable(path, target);
    if (reason) throw new UsageError(`Nothing was downloaded: ${reason}`);
    const content = await minimax.files.content(fileId, { signal });
    const step = "Downloading";
    const { bytes } = await saveFile(content, path, {
      onProgress: (share) => progress.now(step, shareText(step, share)),
    });
    progress.say(`Saved ${path}: ${sizeText(bytes)}, file ${fileId}`);
    printResult(session, { fileId, path, bytes, type: content.type }, path);
    return EXIT.done;
  }
}

async function remove(session: Session, values: Options, fileId: string): Promise<number> {
  const { io, minimax, progress } = session;
  const purpose = purposeIn(values, "delete") as FilePurpose;
  const fate = `To see whether the file is gone, run: minimax-video files list --purpose ${purpose}`;
  await orInterrupted(io, fate, minimax.files.delete(fileId, { purpose, signal: io.signal }));
  progress.say(`Deleted file ${fileId} (${purpose}).`);
  printResult(session, { deleted: fileId, purpose }, fileId);
  return EXIT.done;
}

function purposeIn({ purpose }: Options, verb: string): string {
  if (purpose) return purpose;
  throw new UsageError(`files ${verb} needs --purpose, such as --purpose ${INPUT}`);
}
