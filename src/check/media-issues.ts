import type { Issue } from "../base/check-result.js";
import { arrayOf, isRecord } from "../base/record.js";
import { limitsV2 } from "../generated/content-offers.js";
import { imageLimits } from "../generated/offers.js";
import { readNow } from "../media/byte-reader.js";
import { dataUrlOf } from "../media/data-url.js";
import { base64Length, isMedia } from "../media/media.js";
import { factsIn } from "../media/media-facts.js";
import { type FileLimits, faultsOf, type KnownFile, megabytes, SLACK } from "./media-limits.js";

const { VideoGenerationV2Req, ImageUrl, VideoUrl, AudioUrl, BaseVideoItem } = limitsV2;
const FIELDS = { image_url: "image", video_url: "video", audio_url: "audio" } as const;
const LIMITS = { image: ImageUrl, video: VideoUrl, audio: AudioUrl };
/** The image fields of API v1. */
const IMAGE: FileLimits = { ...imageLimits.ImageInput, isExclusive: true };
/** References last at most fifteen seconds. A regeneration may be a little longer: its frames are counted. */
const BASE: FileLimits = { ...VideoUrl, ...BaseVideoItem, minSeconds: 0, maxSeconds: Number.POSITIVE_INFINITY };
/** Only the guide and the README of MiniMax-H3 count all files together (SOURCES.md, "Twelve files"). */
const MOST_FILES = 12;

/** A file of a request. Without `known`, it is a link, or the id of an upload that the service has examined. */
interface FileField {
  path: string;
  kind: KnownFile["kind"];
  limits: FileLimits;
  known: KnownFile | undefined;
}

/**
 * What no schema can say about the files of a request whose bytes are at hand: Media, and data URLs. Links are fetched by the
 * service. Only headers are read, however long a file is. `judged`: the paths that the schema has refused.
 */
export function fileIssues(request: Record<string, unknown>, judged: Set<string>): Issue[] {
  const images = imagesIn(request).filter(({ path }) => !judged.has(path));
  const files = filesIn(request).filter(({ path }) => !judged.has(path));
  const issues = [...images, ...files].flatMap(({ path, limits, known }) =>
    known ? faultsOf(known, limits).map((fault) => ({ path, ...fault })) : [],
  );
  const inAll = [...totalIssues("video", files), ...totalIssues("audio", files), ...countIssues(files)];
  return [
    ...issues,
    ...croppedLastFrame(images),
    ...inAll.filter(({ path }) => !judged.has(path)),
    ...bodyIssues(request, files),
  ];
}

/** The fields of API v1 that take an image (every `$ref` to ImageInput in the specs; a test verifies that). */
function imagesIn({ first_frame_image, last_frame_image, subject_reference, media_inputs }: Record<string, unknown>) {
  const image = (path: string, value: unknown): FileField => {
    return { path, kind: "image", limits: IMAGE, known: knownFrom("image", value, IMAGE_URL) };
  };
  return [
    image("first_frame_image", first_frame_image),
    image("last_frame_image", last_frame_image),
    ...arrayOf(subject_reference).flatMap((subject, at) =>
      arrayOf(isRecord(subject) ? subject.image : undefined).map((value, index) =>
        image(`subject_reference[${at}].image[${index}]`, value),
      ),
    ),
    ...arrayOf(media_inputs).map((input, at) =>
      image(`media_inputs[${at}].value`, isRecord(input) ? input.value : undefined),
    ),
  ];
}

/** The files in the `content` of API v2. */
function filesIn({ content }: Record<string, unknown>): FileField[] {
  return arrayOf(content).flatMap((item, index) =>
    Object.entries(FIELDS).flatMap(([field, kind]) => {
      const link = isRecord(item) ? item[field] : undefined;
      if (!isRecord(item) || !isRecord(link)) return [];
      const limits = item.role === "base_video" ? BASE : LIMITS[kind];
      return { path: `content[${index}].${field}.url`, kind, limits, known: knownFrom(kind, link.url) };
    }),
  );
}

const IMAGE_URL = /^data:(image\/(?:jpe?g|png|webp));base64,/;
const DATA_URL = /^data:([a-z]+\/[\w.+-]+);base64,/;

function knownFrom(kind: KnownFile["kind"], value: unknown, form = DATA_URL): KnownFile | undefined {
  if (isMedia(value)) return { kind, size: value.size, facts: value };
  const url = dataUrlOf(value, form);
  if (!url) return undefined;
  const { size, declared, isCut } = url;
  return { kind, size, declared, isCut, facts: readNow(factsIn(size), (span) => url.bytes(span)) };
}

function croppedLastFrame(images: FileField[]): Issue[] {
  const [first, last] = ["first_frame_image", "last_frame_image"].map((field) => {
    const facts = images.find(({ path }) => path === field)?.known?.facts;
    return facts?.kind === "image" && facts.width ? facts : undefined;
  });
  if (!first || !last || (first.width === last.width && first.height === last.height)) return [];
  const message = `has ${last.width} x ${last.height} pixels and will be cropped to the first frame's ${first.width} x ${first.height}`;
  return [{ path: "last_frame_image", rule: "frameSizes", severity: "warning", message }];
}

/** All references of a kind together. A single one is judged by its own limit. */
function totalIssues(kind: "video" | "audio", files: FileField[]): Issue[] {
  const lengths = files.flatMap(({ limits, known }) =>
    limits !== BASE && known?.facts && "seconds" in known.facts && known.facts.kind === kind && known.facts.seconds
      ? [known.facts.seconds]
      : [],
  );
  const { totalSeconds: most = Number.POSITIVE_INFINITY } = LIMITS[kind];
  const total = Math.round(lengths.reduce((sum, seconds) => sum + seconds, 0) * 100) / 100;
  if (lengths.length < 2 || total <= most) return [];
  const severity = total > most + lengths.length * SLACK ? "error" : "warning";
  const message = `accepts at most ${most} s of ${kind} in total (got ${total})`;
  return [{ path: "content", rule: `${kind}Total`, severity, message }];
}

function countIssues(files: FileField[]): Issue[] {
  const count = files.filter(({ limits }) => limits !== BASE).length;
  const message = `accepts at most ${MOST_FILES} images, videos and sounds in total, says the guide (got ${count})`;
  return count > MOST_FILES ? [{ path: "content", rule: "fileCount", severity: "warning", message }] : [];
}

/** The service accepts no body above 64 MB. Uploads do not count. */
function bodyIssues(request: Record<string, unknown>, files: FileField[]): Issue[] {
  const { maxBytes = Number.POSITIVE_INFINITY } = VideoGenerationV2Req;
  const [largest] = files.toSorted((one, other) => (other.known?.size ?? 0) - (one.known?.size ?? 0));
  const length = largest?.known ? jsonLength(request) : 0;
  if (length <= maxBytes) return [];
  const message =
    `the body may have at most ${megabytes(maxBytes)}, and would have ${megabytes(length)}, as base64 makes four bytes of three; ` +
    `upload ${largest?.path}, the largest, with files.upload, and send mm_file:// and its id instead`;
  return [{ path: "", rule: "bodySize", severity: "error", message }];
}

const encoder = new TextEncoder();

/** The bytes of a value as JSON, calculated without encoding it: base64 needs no escaping. */
function jsonLength(value: unknown): number {
  if (isMedia(value)) return `"data:${value.type};base64,"`.length + base64Length(value.size);
  if (typeof value === "string")
    return DATA_URL.test(value) ? value.length + 2 : encoder.encode(JSON.stringify(value)).length;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + jsonLength(item) + 1, 1);
  if (!isRecord(value)) return String(value).length;
  return Object.entries(value).reduce((sum, [name, inner]) => sum + jsonLength(name) + jsonLength(inner) + 2, 1);
}
