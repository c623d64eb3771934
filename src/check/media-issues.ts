import type { Issue } from "../base/check-result.js";
import { arrayOf, isRecord } from "../base/record.js";
import { limitsV2, type MediaLimits } from "../generated/content-offers.js";
import { imageLimits } from "../generated/offers.js";
import { readNow } from "../media/byte-reader.js";
import { dataUrlOf } from "../media/data-url.js";
import { base64Length, isMedia } from "../media/media.js";
import { factsIn } from "../media/media-facts.js";
import { faultsOf, type KnownFile, megabytes, SLACK } from "./media-limits.js";

const { VideoGenerationV2Req, ImageUrl, VideoUrl, AudioUrl, BaseVideoItem } = limitsV2;
const FIELDS = { image_url: "image", video_url: "video", audio_url: "audio" } as const;
const LIMITS = { image: ImageUrl, video: VideoUrl, audio: AudioUrl };
/** The image fields of API v1, whose limits are exclusive: less than 20 MB, and a short side above 300 pixels. */
const { ImageInput } = imageLimits;
const IMAGE = { ...ImageInput, maxBytes: ImageInput.maxBytes - 1, minSide: ImageInput.minSide + 1 };
/** References last at most fifteen seconds. A regeneration may be a little longer: its frames are counted. */
const BASE: MediaLimits = { ...VideoUrl, ...BaseVideoItem, minSeconds: 0, maxSeconds: Number.POSITIVE_INFINITY };

/** A file of a request whose bytes are at hand. */
interface FileField {
  path: string;
  limits: MediaLimits;
  file: KnownFile;
}

/**
 * What no schema can say about the files of a request whose bytes are at hand: Media, and data URLs. Links are fetched by the
 * service. Only headers are read, however long a file is.
 */
export function fileIssues(request: Record<string, unknown>): Issue[] {
  const images = imagesIn(request);
  const files = filesIn(request);
  return [
    ...[...images, ...files].flatMap(({ path, limits, file }) =>
      faultsOf(file, limits).map((fault) => ({ path, ...fault })),
    ),
    ...croppedLastFrame(images),
    ...totalIssues("video", files),
    ...totalIssues("audio", files),
    ...bodyIssues(files),
  ];
}

/** The fields of API v1 that take an image (every `$ref` to ImageInput in the specs; a test verifies that). */
function imagesIn({ first_frame_image, last_frame_image, subject_reference, media_inputs }: Record<string, unknown>) {
  const image = (path: string, value: unknown) => fieldOf(path, "image", value, IMAGE, IMAGE_URL);
  return [
    ...image("first_frame_image", first_frame_image),
    ...image("last_frame_image", last_frame_image),
    ...arrayOf(subject_reference).flatMap((subject, at) =>
      arrayOf(isRecord(subject) ? subject.image : undefined).flatMap((value, index) =>
        image(`subject_reference[${at}].image[${index}]`, value),
      ),
    ),
    ...arrayOf(media_inputs).flatMap((input, at) =>
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
      return fieldOf(`content[${index}].${field}.url`, kind, link.url, limits);
    }),
  );
}

const DATA_URL = /^data:([a-z]+\/[\w.+-]+);base64,/;
/** The schema refuses any other one of API v1. */
const IMAGE_URL = /^data:(image\/(?:jpe?g|png|webp));base64,/;

/** None for a link, or the id of an upload that the service has examined. */
function fieldOf(
  path: string,
  kind: KnownFile["kind"],
  value: unknown,
  limits: MediaLimits,
  form = DATA_URL,
): FileField[] {
  if (isMedia(value)) return [{ path, limits, file: { kind, size: value.size, facts: value } }];
  const url = dataUrlOf(value, form);
  if (!url) return [];
  const facts = readNow(factsIn(url.size), (span) => url.bytes(span));
  return [{ path, limits, file: { kind, size: url.size, declared: url.declared, isCut: url.isCut, facts } }];
}

function croppedLastFrame(images: FileField[]): Issue[] {
  const [first, last] = ["first_frame_image", "last_frame_image"].map((field) => {
    const facts = images.find(({ path }) => path === field)?.file.facts;
    return facts?.kind === "image" ? facts : undefined;
  });
  if (!first || !last || (first.width === last.width && first.height === last.height)) return [];
  const message = `has ${last.width} x ${last.height} pixels and will be cropped to the first frame's ${first.width} x ${first.height}`;
  return [{ path: "last_frame_image", rule: "frameSizes", severity: "warning", message }];
}

/** All references of a kind together. A single one is judged by its own limit. */
function totalIssues(kind: "video" | "audio", files: FileField[]): Issue[] {
  const lengths = files
    .filter(({ limits }) => limits === LIMITS[kind])
    .flatMap(({ file: { facts } }) =>
      facts?.kind === kind && "seconds" in facts && facts.seconds ? [facts.seconds] : [],
    );
  const { totalSeconds: most = Number.POSITIVE_INFINITY } = LIMITS[kind];
  const total = Math.round(lengths.reduce((sum, seconds) => sum + seconds, 0) * 100) / 100;
  if (lengths.length < 2 || total <= most) return [];
  const severity = total > most + lengths.length * SLACK ? "error" : "warning";
  const message = `accepts at most ${most} s of ${kind} in total (got ${total})`;
  return [{ path: "content", rule: `${kind}Total`, severity, message }];
}

/** The service accepts no body above 64 MB. Uploads do not count, and what is not a file has a few kilobytes. */
function bodyIssues(files: FileField[]): Issue[] {
  const { maxBytes = Number.POSITIVE_INFINITY } = VideoGenerationV2Req;
  const length = files.reduce((sum, { file }) => sum + base64Length(file.size), 0);
  const [largest] = files.toSorted((one, other) => other.file.size - one.file.size);
  if (!largest || length <= maxBytes) return [];
  const message =
    `the body may have at most ${megabytes(maxBytes)}, and would have ${megabytes(length)}, as base64 makes four bytes of three; ` +
    `upload ${largest.path}, the largest, with files.upload, and send mm_file:// and its id instead`;
  return [{ path: "", rule: "bodySize", severity: "error", message }];
}
