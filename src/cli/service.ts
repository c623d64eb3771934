/** The commands that ask the service about its tasks of version 2 and its files. */
import type { PromptTask, VideoTask } from "../base/task.js";
import type { UploadOptions } from "../files/upload-file.js";
import type { FilePurpose } from "../generated/minimax.js";
import { localFile, saveFile } from "../node/index.js";
import type { ListOptions } from "../tasks/list-tasks.js";
import { idArgument } from "./build-request.js";
import type { Parsed } from "./command-options.js";
import { savingTarget } from "./finish-task.js";
import { shareText, sizeText, timeText, wishText } from "./format-text.js";
import { isOpen, journalFrom, recordIn } from "./journal.js";
import { EXIT, type Io, orInterrupted, plain, printJson, UsageError, writeBytes } from "./process.js";
import { sharesOn } from "./progress.js";
import { pathIn, STDOUT, whyNotWritable } from "./save-target.js";
import { assertKey, commandFor, openSession, printResult, type Session } from "./session.js";

export async function listServiceTasks({ values }: Parsed<"tasks list">, io: Io): Promise<number> {
  const { status, model, kind, json } = values;
  const { minimax } = assertKey(openSession(values, io, await journalFrom(values, io)));
  // Not checked here: the service refuses unknown words, or they match nothing.
  const filter = { status, model, kind } as Pick<ListOptions, "status" | "model" | "kind">;
  const tasks: object[] = [];
  const printing = async () => {
    for await (const listed of minimax.videos.list({ ...filter, signal: io.signal })) {
      const { task, status, createdAt } = listed;
      // Its link is a secret and expires.
      tasks.push({ ...listed, status: { ...status, url: undefined } });
      const when = createdAt === undefined ? "" : timeText(createdAt);
      const cells = [task.id, status.word.padEnd(9), when.padEnd(16), task.kind.padEnd(13), wishText(task)];
      if (!json) io.stdout.write(`${plain(cells.join("  ")).trimEnd()}\n`);
    }
  };
  await orInterrupted(io, "", printing());
  if (json) printJson(io, { tasks });
  else if (tasks.length === 0) io.stdout.write("The service lists no matching tasks from the last seven days.\n");
  return EXIT.done;
}

/** The end of a message after Ctrl-C. */
const toSee = (what: string, command: string) => `To see whether ${what}, run: minimax-video ${command}`;

export async function cancelTask({ values, argument = "" }: Parsed<"tasks cancel">, io: Io): Promise<number> {
  const id = idArgument(argument);
  const session = assertKey(openSession(values, io, await journalFrom(values, io)));
  const cancelling = async () => (await taskOf(session, id)).cancel({ signal: io.signal });
  await orInterrupted(io, toSee("it was done", "tasks list"), cancelling());
  session.progress.say(`Cancelled task ${id}: it is not charged.`);
  return printResult(session, { cancelled: id }, id);
}

export async function deleteTask({ values, argument = "" }: Parsed<"tasks delete">, io: Io): Promise<number> {
  const id = idArgument(argument);
  const session = assertKey(openSession(values, io, await journalFrom(values, io)));
  const { progress, journal, server } = session;
  const entry = await journal?.find({ server: server.name, id });
  const isUnsaved = entry !== undefined && isOpen(entry);
  if (!values.force && isUnsaved)
    throw new UsageError(`Nothing was deleted: the video of ${id} is not saved yet; use --force to delete it anyway`);
  const deleting = async () => (await taskOf(session, id)).delete({ signal: io.signal });
  await orInterrupted(io, toSee("it was done", "tasks list"), deleting());
  progress.say(`Deleted task ${id} and its video from the service.`);
  if (isUnsaved) {
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

function assertPurpose(purpose: string | undefined, verb: string): asserts purpose {
  if (!purpose) throw new UsageError(`files ${verb} needs --purpose, such as --purpose ${INPUT}`);
}

export async function uploadFile({ values, argument: path = "" }: Parsed<"files upload">, io: Io): Promise<number> {
  const session = assertKey(openSession(values, io));
  const { minimax, progress } = session;
  const { purpose, filename } = values;
  assertPurpose(purpose, "upload");
  const file = await localFile(path).catch((cause) => {
    throw new UsageError(`Nothing was sent: ${cause.message}`, { cause });
  });
  const sent = minimax.files.upload(file, {
    // As in all commands for files, the client refuses an unknown one and lists the known ones.
    purpose: purpose as UploadOptions["purpose"],
    filename,
    signal: io.signal,
    // Shown only once bytes are sent, because the file may be refused.
    onProgress: (share) => progress.now("Uploading", shareText("Uploading", share)),
  });
  const fate = toSee("the file arrived", `files list --purpose ${purpose}`);
  const uploaded = await orInterrupted(io, fate, sent).finally(() => progress.end());
  const { file_id, uri } = uploaded;
  const use = purpose === INPUT ? `; use ${uri} in requests of version 2 for seven days` : "";
  progress.say(`Uploaded ${path}: ${sizeText(file.size)}, file ${file_id}${use}`);
  return printResult(session, uploaded, purpose === INPUT ? uri : file_id);
}

export async function listFiles({ values }: Parsed<"files list">, io: Io): Promise<number> {
  const { purpose = INPUT } = values;
  const session = assertKey(openSession(values, io));
  const listing = session.minimax.files.list({ purpose: purpose as FilePurpose, signal: io.signal });
  const files = await orInterrupted(io, "", listing);
  const lines = files.map(({ file_id, created_at, bytes, filename = "" }) => {
    const when = created_at === undefined ? "" : timeText(created_at * 1000);
    // The service reports 0 for every video.
    const size = bytes ? sizeText(bytes) : "";
    return plain(`${file_id}  ${when.padEnd(16)}  ${size.padStart(9)}  ${filename}`).trimEnd();
  });
  return printResult(session, { files }, lines.join("\n") || `No files for ${purpose}.`);
}

export async function getFile({ values, argument = "" }: Parsed<"files get">, io: Io): Promise<number> {
  const fileId = idArgument(argument, "file");
  const session = assertKey(openSession(values, io));
  const { minimax, progress } = session;
  const { signal } = io;
  const target = await savingTarget(session);
  const saving = async () => {
    const isNamed = !target.isFolder || target.isUnused;
    const { filename = "" } = isNamed ? {} : await minimax.files.retrieve(fileId, { signal });
    const path = pathIn(target, fileId, /\.\w{1,8}$/.exec(filename)?.[0] ?? "");
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

export async function deleteFile({ values, argument = "" }: Parsed<"files delete">, io: Io): Promise<number> {
  const fileId = idArgument(argument, "file");
  const session = assertKey(openSession(values, io));
  const { purpose } = values;
  assertPurpose(purpose, "delete");
  const deleting = session.minimax.files.delete(fileId, { purpose: purpose as FilePurpose, signal: io.signal });
  await orInterrupted(io, toSee("the file is gone", `files list --purpose ${purpose}`), deleting);
  session.progress.say(`Deleted file ${fileId} (${purpose}).`);
  return printResult(session, { deleted: fileId, purpose }, fileId);
}
