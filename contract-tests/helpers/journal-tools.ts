/** Helpers for tests of journals. */
import { expect } from "vitest";
import {
  type ConnectOptions,
  createClient,
  type Intent,
  type JournalEntry,
  type Known,
  type TaskRecord,
} from "../../src/index.js";
import type { Listed, StoredJournal } from "../../src/node/index.js";
import { json, success } from "./fake-server.js";

export const PROMPT = "a fox that no journal may mention";
export const KEY = "sk-nobody-may-see-this-key";
export const request = { model: "MiniMax-Hailuo-2.3", prompt: PROMPT, duration: 6, resolution: "768P" } as const;

export const accepted = (id = "176843862716480") => json({ task_id: id, ...success });

export const intent = (over: Partial<Intent> = {}): Intent => ({
  ...{ kind: "video", server: "global", model: "S2V-01", fingerprint: "0123", submittedAt: Date.now() },
  ...over,
});
export const record = (over: Partial<TaskRecord> = {}): TaskRecord => ({
  ...{ version: 1, id: "4711", kind: "video", server: "global", createdAt: Date.now() },
  ...over,
});

export function journalTools(journal: () => StoredJournal, server: { url: string }) {
  const client = (options: ConnectOptions = {}) =>
    createClient({ apiKey: KEY, server: server.url, journal: journal(), maxRetries: 0, ...options });
  async function begun(over: Partial<Intent> = {}, at: StoredJournal = journal()): Promise<JournalEntry> {
    const result = await at.begin(intent(over));
    if (!("entry" in result)) throw new Error("it was known already");
    return result.entry;
  }
  return {
    client,
    begun,
    createFox: (options: ConnectOptions = {}) => client(options).videos.create(request, { key: "fox" }),
    async known(over: Partial<Intent> = {}): Promise<Known> {
      const result = await journal().begin(intent(over));
      if ("entry" in result) throw new Error("it was not known");
      return result;
    },
    async acceptedTask(intent: Partial<Intent> = {}, task: Partial<TaskRecord> = {}): Promise<void> {
      await (await begun(intent)).accepted(record(task));
    },
    async only(): Promise<Listed> {
      const list = await journal().list();
      expect(list).toHaveLength(1);
      return list[0] as Listed;
    },
    states: async () => (await journal().list()).map(({ state }) => state),
    /** The task id of each entry, or its state if it has no task. */
    tasks: async () =>
      (await journal().list()).map((entry) => ("task" in entry && entry.task ? entry.task.id : entry.state)).sort(),
  };
}
