/** The state of the form, and the request that it stands for. */
import { defined } from "../../src/base/record.js";
import { requestSchema } from "../../src/generated/request-schema.js";
import type { Kind, Media } from "../../src/media/media.js";

/** A file or a link in the form. */
export interface Attachment {
  /** The name of the file. */
  name?: string;
  media?: Media;
  /** A URL with which this page shows the file. */
  preview?: string;
  /** A link instead of a file. */
  url?: string;
  /** Why the file cannot be sent. */
  problem?: string;
}

/** The state of the form. Contains only fields that were set. Absent fields are not sent. */
export interface Draft {
  /** A documented server, or the address of the mock. */
  server: string;
  scene: SceneName;
  /** Strings, numbers and booleans, by the wire name of the field. */
  values: Record<string, unknown>;
  files: Partial<Record<FileField, Attachment[]>>;
}

/** The fields for files: the kind of file, and how many the form accepts. */
export const FILE_FIELDS = {
  first_frame_image: { kind: "image", label: "First frame", most: 1 },
  last_frame_image: { kind: "image", label: "Last frame", most: 1 },
  subject_reference: { kind: "image", label: "Photograph of the person", most: 1 },
  reference_images: { kind: "image", label: "Reference images", most: Number.POSITIVE_INFINITY },
  reference_videos: { kind: "video", label: "Reference videos", most: Number.POSITIVE_INFINITY },
  reference_audios: { kind: "audio", label: "Reference sounds", most: Number.POSITIVE_INFINITY },
  media_inputs: { kind: "image", label: "Images for the template", most: Number.POSITIVE_INFINITY },
} as const satisfies Record<string, { kind: Kind; label: string; most: number }>;
export type FileField = keyof typeof FILE_FIELDS;

interface Scene {
  label: string;
  hint: string;
  files: readonly FileField[];
  /** The field that distinguishes this scene from a plain prompt. It is checked even while it is empty. */
  toldBy?: FileField;
}

/** The inputs that a video can be generated from. */
export const SCENES = {
  text: { label: "Text", hint: "A prompt only", files: [] },
  image: {
    label: "First frame",
    hint: "An image that comes to life",
    files: ["first_frame_image"],
    toldBy: "first_frame_image",
  },
  frames: {
    label: "Last frame",
    hint: "An image to end with, and optionally one to start with",
    files: ["first_frame_image", "last_frame_image"],
    toldBy: "last_frame_image",
  },
  subject: {
    label: "Person",
    hint: "The person in a photograph",
    files: ["subject_reference"],
    toldBy: "subject_reference",
  },
  references: {
    label: "References",
    hint: "Reference images, videos and sounds",
    files: ["reference_images", "reference_videos", "reference_audios"],
    toldBy: "reference_images",
  },
  template: { label: "Template", hint: "A ready-made scene to fill in", files: ["media_inputs"] },
} as const satisfies Record<string, Scene>;
export type SceneName = keyof typeof SCENES;

export const isScene = (name: unknown): name is SceneName => Object.hasOwn(SCENES, String(name));
export const sceneOf = (name: SceneName): Scene => SCENES[name];

/** The options of a select, for fields whose values the spec lists. */
export function valuesOf(field: string): readonly (string | number | boolean)[] {
  const { enum: values, type } = schemaOf(field);
  return values ?? (type === "boolean" ? [true, false] : []);
}

interface FieldSchema {
  type?: string;
  enum?: readonly (string | number)[];
  description?: string;
  properties?: object;
}

/** The schema of a field, such as `ratio` or `extra.prompt_expansion_mode`. Empty for an unknown field. */
export function schemaOf(field: string): FieldSchema {
  let schema: FieldSchema = requestSchema;
  for (const name of field.split("."))
    schema = Object.entries(schema.properties ?? {}).find(([property]) => property === name)?.[1] ?? {};
  return schema;
}

/** Converts the form to a request. `standIn` returns the value for a file, or for a missing one. */
export function requestOf(
  { scene, values, files }: Pick<Draft, "scene" | "values" | "files">,
  standIn: (attachment: Attachment | undefined, field: FileField) => unknown,
): Record<string, unknown> {
  const { files: fileFields, toldBy } = sceneOf(scene);
  const { template_id, text_inputs, ...others } = values;
  const { model, prompt, ...options } = others;
  const given = fileFields.flatMap((field) => {
    const attached = files[field] ?? [];
    const held =
      attached.length > 0
        ? attached.map((one) => standIn(one, field))
        : field === toldBy
          ? [standIn(undefined, field)]
          : [];
    return held.length > 0 ? [[field, SHAPES[field]?.(held) ?? held[0]]] : [];
  });
  const pictures = Object.fromEntries(given);
  if (scene !== "template") return defined({ model, prompt, ...pictures, ...nested(options) });
  const texts = Array.isArray(text_inputs) ? text_inputs.map((value) => ({ value })) : undefined;
  // Only this field identifies a template request, so it is sent even if it is empty.
  return defined({
    template_id: template_id ?? "",
    ...pictures,
    text_inputs: texts,
    callback_url: options.callback_url,
  });
}

/** The form of a field's files in the request. If absent, the file itself is the value. */
const SHAPES: Partial<Record<FileField, (held: unknown[]) => unknown>> = {
  subject_reference: (held) => [{ type: "character", image: held }],
  reference_images: (held) => held,
  reference_videos: (held) => held,
  reference_audios: (held) => held,
  media_inputs: (held) => held.map((value) => ({ value })),
};

/** Converts `{ "extra.mode": "a" }` to `{ extra: { mode: "a" } }`. */
function nested(values: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    const [field = "", inner] = path.split(".");
    result[field] = inner === undefined ? value : { ...Object(result[field]), [inner]: value };
  }
  return result;
}
