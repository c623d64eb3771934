/** Holds the draft. All changes go through this class. */
import type { Attachment, Draft, FileField } from "./draft.js";

/** Holds the draft. `onChange` is called after each change. */
export class Editor {
  draft: Draft;
  readonly #onChange: () => void;

  constructor(draft: Draft, onChange: () => void) {
    this.draft = draft;
    this.#onChange = onChange;
  }

  change(next: Partial<Draft>): void {
    this.draft = { ...this.draft, ...next };
    this.#onChange();
  }

  /** Sets fields. Undefined removes a field. */
  choose(values: Record<string, unknown>): void {
    const chosen = Object.entries({ ...this.draft.values, ...values }).filter(([, value]) => value !== undefined);
    this.change({ values: Object.fromEntries(chosen) });
  }

  attach(field: FileField, attached: Attachment[]): void {
    this.change({ files: { ...this.draft.files, [field]: attached } });
  }
}
