/**
 * Everything that needs a file system: media from files, videos saved to files, and the journal in a folder.
 * @packageDocumentation
 */

export type { Entry, EntryState, Listed, Target } from "./journal-entry.js";
export { type FolderJournal, type JournalOptions, openJournal } from "./journal-files.js";
export { audioFile, imageFile, localFile, videoFile } from "./media-files.js";
export { type FileSaveOptions, type SaveOptions, saveFile, saveVideo } from "./save-file.js";
export type { Sender } from "./sending-process.js";
export { JournalError, type StoredJournal } from "./stored-journal.js";
