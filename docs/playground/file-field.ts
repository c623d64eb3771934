/** A field for files and links, which can be dropped, chosen or typed. Nothing is uploaded, and no link is opened. */
import { ValidationError } from "../../src/base/errors.js";
import { audio, image, video } from "../../src/media/media-input.js";
import { byId, element, refill, within } from "./dom.js";
import { type Attachment, FILE_FIELDS, type FileField } from "./draft.js";
import type { Editor } from "./editor.js";
import { described } from "./field-text.js";

const READERS = { image, video, audio };

/** Builds the empty field. */
export function fileField(field: FileField, editor: Editor): HTMLElement {
  const { kind, label, most } = FILE_FIELDS[field];
  const picker = element("input", {
    type: "file",
    id: field,
    multiple: most > 1,
    accept: `${kind}/*`,
    "aria-describedby": `${field}-hint`,
  });
  const link = element("input", {
    type: "url",
    id: `${field}-link`,
    placeholder: "https://…",
    "aria-label": `${label}: link`,
  });
  const add = element("button", { type: "button" }, "Use link");
  const zone = element("div", { class: "drop" }, element("span", {}, "Drop a file here, or "), picker);
  const put = (attached: Attachment[]) => {
    const held = most > 1 ? (editor.draft.files[field] ?? []) : [];
    if (attached.length > 0) editor.attach(field, [...held, ...attached].slice(-most));
  };
  const putFiles = async (files: Iterable<File>) =>
    put(await Promise.all([...files].map((file) => attachmentOf(file, kind))));

  picker.addEventListener("change", async () => {
    await putFiles(picker.files ?? []);
    // So that the same file can be chosen again.
    picker.value = "";
  });
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    await putFiles(event.dataTransfer?.files ?? []);
  });
  const attachLink = () => {
    const url = link.value.trim();
    if (url === "") return;
    link.value = "";
    put([{ url }]);
  };
  add.addEventListener("click", attachLink);
  link.addEventListener("change", attachLink);
  link.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    attachLink();
  });
  return element(
    "div",
    { class: "field", "data-field": field },
    element("label", { for: field }, label),
    element("p", { class: "hint", id: `${field}-hint` }, ...described(field)),
    zone,
    element("p", { class: "link" }, link, add),
    element("ul", { class: "attached", id: `${field}-attached`, "aria-label": `${label}: attached` }),
    element("ul", { class: "issues" }),
  );
}

async function attachmentOf(file: File, kind: keyof typeof READERS): Promise<Attachment> {
  try {
    const media = await READERS[kind](file);
    return { name: file.name, media, ...(kind === "image" && { preview: URL.createObjectURL(file) }) };
  } catch (error) {
    const problem =
      error instanceof ValidationError ? error.issues.map(({ message }) => message).join("; ") : "cannot be read";
    return { name: file.name, problem };
  }
}

const keys = new WeakMap<Attachment, number>();
let count = 0;

/** A unique number for each attachment. */
function keyOf(attachment: Attachment): number {
  const key = keys.get(attachment) ?? ++count;
  keys.set(attachment, key);
  return key;
}

/** Lists the attachments of a field, each with a button to remove it. */
export function showAttached(field: FileField, attached: readonly Attachment[], editor: Editor): void {
  const list = byId(`${field}-attached`, HTMLUListElement);
  refill(list, attached.map(keyOf), () =>
    attached.map((one) => {
      const name = one.name ?? one.url ?? "";
      const remove = element("button", { type: "button", "aria-label": `Remove ${name}` }, "Remove");
      remove.addEventListener("click", () => {
        editor.attach(
          field,
          attached.filter((other) => other !== one),
        );
        within(list.parentElement ?? list, "input").focus();
      });
      return element(
        "li",
        {},
        ...(one.preview ? [element("img", { src: one.preview, alt: "" })] : []),
        element("span", { class: "name" }, name),
        element("span", { class: "hint" }, factsOf(one)),
        remove,
      );
    }),
  );
}

function factsOf({ media, url }: Attachment): string {
  if (url !== undefined) return "link; only the service opens it";
  if (!media) return "";
  const size = media.size < 1e6 ? `${Math.ceil(media.size / 1e3)} kB` : `${(media.size / 1e6).toFixed(1)} MB`;
  const sides = "width" in media ? `${media.width} × ${media.height}` : undefined;
  const seconds = "seconds" in media && media.seconds !== undefined ? `${media.seconds.toFixed(1)} s` : undefined;
  return [media.type.replace(/.*\//, ""), sides, seconds, size].filter(Boolean).join(", ");
}
