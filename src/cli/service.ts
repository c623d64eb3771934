import type { PromptTask, VideoTask } from "../base/task.js";
import type { UploadOptions } from "../files/upload-file.js";
import type { FileObject, FilePurpose } from "../generated/minimax.js";
import { localFile, saveFile } from "../node/index.js";
import type { ListedTask, ListOptions } from "../tasks/list-tasks.js";
import { idArgument } from "./build-request.js";
import { EXIT } from "./exit-codes.js";
import { savingTarget } from "./finish-task.js";
import { shareText, sizeText, timeText, wishText } from "./format-text.js";
import { isOpen, journalFrom, recordIn } from "./journal.js";
import type { Parsed } from "./parse-command-line.js";
import { type Io, orInterrupted, plain, printJson, UsageError, writeBytes } from "./process.js";
import { sharesOn } from "./progress.js";
import { pathIn, STDOUT, whyNotWritable } from "./save-target.js";
import { assertKey, commandFor, openSession, printResult, type Session } from "./session.js";

const FATE = "To see whether it was done, run: minimax-video tasks list";

/** `minimax-video tasks list`: lists the tasks of version 2 that the service keeps. */
export async function listServiceTasks({ values }: Parsed<"tasks list">, io: Io): Promise<number> {
  const { status, model, kind, json } = values;
  const { minimax } = assertKey(openSession(values, io, await journalFrom(values, io)));
  // Not checked here: the service refuses unknown words, or they match nothing.
  const filter = { status, model, kind } as Pick<ListOptions, "status" | "model" | "kind">;
  const tasks: object[] = [];
  const printing = async () => {
    for await (const listed of minimax.videos.list({ ...filter, signal: io.signal })) {
      // Its link is a secret and expires.
      tasks.push({ ...listed, status: { ...listed.status, url: undefined } });
      if (!json) io.stdout.write(listedTaskLine(listed));
    }
  };
  await orInterrupted(io, "", printing());
  if (json) printJson(io, { tasks });
  else if (tasks.length === 0) io.stdout.write("The service lists no matching tasks from the last seven days.\n");
  return EXIT.done;
}

function listedTaskLine({ task, status, createdAt }: ListedTask): string {
  const when = createdAt === undefined ? "" : timeText(createdAt);
  const cells = [task.id, status.word.padEnd(9), when.padEnd(16), task.kind.padEnd(13), wishText(task)];
  return `${plain(cells.join("  ")).trimEnd()}\n`;
}

/** `minimax-video tasks cancel`: cancels a queued task. */
export async function cancelTask({ values, argument = "" }: Parsed<"tasks cancel">, io: Io): Promise<number> {
  const id = idArgument(argument);
  const session = assertKey(openSession(values, io, await journalFrom(values, io)));
  const cancelling = async () => (await taskOf(session, id)).cancel({ signal: io.signal });
  await orInterrupted(io, FATE, cancelling());
  session.progress.say(`Cancelled task ${id}: it is not charged.`);
  return printResult(session, { cancelled: id }, id);
}

/** `minimax-video tasks delete`: deletes a finished task and its video. */
export async function deleteTask({ values, argument = "" }: Parsed<"tasks delete">, io: Io): Promise<number> {
  const id = idArgument(argument);
  const session = assertKey(openSession(values, io, await journalFrom(values, io)));
  const { progress, journal, server } = session;
  const entry = await journal?.find({ server: server.name, id });
  if (!values.force && entry && isOpen(entry))
    throw new UsageError(`Nothing was deleted: the video of ${id} is not saved yet; use --force to delete it anyway`);
  const deleting = async () => (await taskOf(session, id)).delete({ signal: io.signal });
  await orInterrupted(io, FATE, deleting());
  progress.say(`Deleted task ${id} and its video from the service.`);
  if (entry && isOpen(entry)) {
    const forget = commandFor(["tasks", "--forget", id, "--force"], { journal: values.journal });
    progress.say(`Its entry stays in the journal, so that its key buys nothing again. To remove it:\n  ${forget}`);
  }
  return printResult(session, { deleted: id }, id);
}

/** The task from the journal; otherwise one of version 2, the only one that supports this. */
async function taskOf({ minimax, journal, server }: Session, id: string): Promise<VideoTask | PromptTask> {
  const record = recordIn(await journal?.find({ server: server.name, id }));
  return record ? minimax.videos.task(record) : minimax.videos.task(id, "generation");
}

const INPUT = "video_generation_input";

/** `minimax-video files upload`: sends a file to the service. */
export async function uploadFile({ values, argument: path = "" }: Parsed<"files upload">, io: Io): Promise<number> {
  const session = assertKey(openSession(values, io));
  const { minimax, progress } = session;
  const purpose = purposeIn(values, "upload") as UploadOptions["purpose"];
  const file = await localFile(path).catch((error) => {
    throw new UsageError(`Nothing was sent: ${error.message}`, { cause: error });
  });
  const sent = minimax.files.upload(file, {
    purpose,
    filename: values.filename,
    signal: io.signal,
    // Shown only once bytes are sent, because the file may be refused.
    onProgress: (share) => progress.now("Uploading", shareText("Uploading", share)),
  });
  const fate = `To see whether the file arrived, run: minimax-video files list --purpose ${purpose}`;
  const uploaded = await orInterrupted(io, fate, sent).finally(() => progress.end());
  const { file_id, uri } = uploaded;
  const use = purpose === INPUT ? `; use ${uri} in requests of version 2 for seven days` : "";
  progress.say(`Uploaded ${path}: ${sizeText(file.size)}, file ${file_id}${use}`);
  return printResult(session, uploaded, purpose === INPUT ? uri : file_id);
}

/** `minimax-video files list`: lists the files of one purpose. */
export async function listFiles({ values }: Parsed<"files list">, io: Io): Promise<number> {
  const { purpose = INPUT } = values;
  const session = assertKey(openSession(values, io));
  // The client refuses an unknown purpose and lists the known ones.
  const options = { purpose: purpose as FilePurpose, signal: io.signal };
  const found = await orInterrupted(io, "", session.minimax.files.list(options));
  return printResult(session, { files: found }, found.map(fileLine).join("\n") || `No files for ${purpose}.`);
}

/** The id, time, size and name of a file, as far as they are known. */
function fileLine({ file_id, created_at, bytes, filename = "" }: FileObject): string {
  const when = created_at === undefined ? "" : timeText(created_at * 1000);
  // The service reports 0 for every video.
  const size = bytes ? sizeText(bytes) : "";
  return plain(`${file_id}  ${when.padEnd(16)}  ${size.padStart(9)}  ${filename}`).trimEnd();
}

/** `minimax-video files get`: saves a file. */
export async function getFile({ values, argument = "" }: Parsed<"files get">, io: Io): Promise<number> {
  const fileId = idArgument(argument, "file");
  const session = assertKey(openSession(values, io));
  const { minimax, progress } = session;
  const { signal } = io;
  const target = await savingTarget(session);
  const saving = async () => {
    const { filename = "" } =
      target.isFolder && !target.isUnused ? await minimax.files.retrieve(fileId, { signal }) : {};
    const [ending = ""] = /\.\w{1,8}$/.exec(filename) ?? [];
    const path = pathIn(target, fileId, ending);
    const reason = await whyNotWritable(path, target);
    if (reason) throw new UsageError(`Nothing was downloaded: ${reason}`);
    const content = await minimax.files.content(fileId, { signal });
    if (target.isUnused) return { path: STDOUT, bytes: await writeBytes(content.stream, io), type: content.type };
    const onProgress = sharesOn(progress, "Downloading");
    return { ...(await saveFile(content, path, { onProgress, replace: target.force })), type: content.type };
  };
  const saved = await orInterrupted(io, "Nothing was saved.", saving()).finally(() => progress.end());
  progress.say(`Saved ${saved.path}: ${sizeText(saved.bytes)}, file ${fileId}`);
  return target.isUnused ? EXIT.done : printResult(session, { fileId, ...saved }, saved.path);
}

/** `minimax-video files delete`: deletes a file at the service. */
export async function deleteFile({ values, argument = "" }: Parsed<"files delete">, io: Io): Promise<number> {
  const fileId = idArgument(argument, "file");
  const session = assertKey(openSession(values, io));
  const purpose = purposeIn(values, "delete") as FilePurpose;
  const fate = `To see whether the file is gone, run: minimax-video files list --purpose ${purpose}`;
  await orInterrupted(io, fate, session.minimax.files.delete(fileId, { purpose, signal: io.signal }));
  session.progress.say(`Deleted file ${fileId} (${purpose}).`);
  return printResult(session, { deleted: fileId, purpose }, fileId);
}

function purposeIn({ purpose }: { purpose?: string | undefined }, verb: string): string {
  if (purpose) return purpose;
  throw new UsageError(`files ${verb} needs --purpose, such as --purpose ${INPUT}`);
}
