export type { Entry, EntryState, Listed, Target } from "./entry.js";
export { type FolderJournal, type JournalOptions, openJournal } from "./journal.js";
export { type FileSaveOptions, saveFile } from "./keep.js";
export { audioFile, imageFile, localFile, videoFile } from "./media.js";
export { type SaveOptions, saveVideo } from "./save.js";
export type { Sender } from "./sender.js";
export { JournalError } from "./store.js";
