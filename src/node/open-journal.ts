import { resolve } from "node:path";
import { invalid } from "../base/errors.js";
import { assertOptions, aText, mustBe, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";
import type { Target } from "./journal-entry.js";
import { defaultFolder, storeIn } from "./journal-files.js";
import { journalOn, type StoredJournal } from "./stored-journal.js";

/** Options of `openJournal`. */
export interface JournalOptions {
  /**
   * The folder. The first create makes it. Default: the environment variable MINIMAX_JOURNAL, else `minimax-video` in
   * $XDG_STATE_HOME or ~/.local/state, and on Windows in %LOCALAPPDATA%.
   */
  folder?: string | undefined;
  /** Where `minimax-video resume` saves the videos of this run. By default it chooses a place. */
  target?: Target | undefined;
}

export const aTarget = mustBe(
  "an object with a path, and force if files may be replaced",
  (value) => isRecord(value) && typeof value.path === "string",
);

const JOURNAL_OPTIONS: Rules<JournalOptions> = { folder: aText, target: aTarget };

/** A journal in a folder, with one small file per create. */
export interface FolderJournal extends StoredJournal {
  /** The absolute path of the folder. */
  readonly folder: string;
}

/**
 * Opens the journal in a folder. Does not touch the folder before the first create. Never removes an entry with an unknown outcome
 * or an unsaved video. Files appear complete and flushed, and only one process can create the file of a key.
 */
export async function openJournal(options: string | JournalOptions = {}): Promise<FolderJournal> {
  const given = typeof options === "string" ? { folder: options } : options;
  const { folder: named, target } = assertOptions("openJournal", given, JOURNAL_OPTIONS);
  const place = named ?? defaultFolder(process.env);
  if (/^rediss?:/i.test(place))
    throw invalid("openJournal cannot use this folder", "folder", "is a URL: use redisJournal of minimax-video/redis");
  const folder = resolve(place);
  return { folder, ...journalOn(storeIn(folder), target) };
}
