import { type Issue, refusal, warning } from "../base/check-result.js";
import { arrayOf, type Fields } from "../base/record.js";
import type { Server } from "../base/server.js";
import { limitsV2 } from "../generated/content-offers.js";
import { imageLimits, type MediaLimits } from "../generated/offers.js";
import { readNow } from "../media/byte-reader.js";
import { base64Length, isMedia } from "../media/media.js";
import { factsIn } from "../media/media-facts.js";
import { dataUrlOf } from "../media/read-data-url.js";
import { privateHost } from "./callback-url.js";
import { FILE_LIMITS, faultsOf, type KnownFile, megabytes, SLACK } from "./media-limits.js";

const { VideoGenerationV2Req, VideoUrl, BaseVideoItem } = limitsV2;
const FIELDS = { image_url: "image", video_url: "video", audio_url: "audio" } as const;
const { ImageInput } = imageLimits;
/** References last at most fifteen seconds. A video to regenerate is limited by its number of frames instead. */
const BASE: MediaLimits = { ...VideoUrl, ...BaseVideoItem, minSeconds: 0, maxSeconds: Number.POSITIVE_INFINITY };

interface Place {
  path: string;
  kind: KnownFile["kind"];
  value: unknown;
  limits: MediaLimits;
  /** The data URLs that the schema accepts. */
  form: RegExp;
}

type FileField = Place & { file: KnownFile };

/** Finds the faults of files that no schema can express. Reads only their headers, and fetches no links. */
export function fileIssues(request: Fields, server: Server): Issue[] {
  const places = [...imagePlacesIn(request), ...placesIn(request)];
  const files = places.flatMap(fileAt);
  return [
    ...files.flatMap(({ path, limits, file }) => faultsOf(file, limits).map((fault) => ({ path, ...fault }))),
    ...places.flatMap((place) => linkIssues(place, server)),
    ...croppedLastFrame(files),
    ...totalIssues("video", files),
    ...totalIssues("audio", files),
    ...bodyIssues(files.filter(({ limits }) => limits !== ImageInput)),
  ];
}

/** The fields of API v1 that take an image (every `$ref` to ImageInput in the specs; a test verifies that). */
function imagePlacesIn(request: Fields): Place[] {
  const frames = ["first_frame_image", "last_frame_image"].map((field) => [field, request[field]] as const);
  const subjects = arrayOf(request.subject_reference).flatMap((subject, at) =>
    arrayOf(Object(subject).image).map((value, index) => [`subject_reference[${at}].image[${index}]`, value] as const),
  );
  const inputs = arrayOf(request.media_inputs).map(
    (one, at) => [`media_inputs[${at}].value`, Object(one).value] as const,
  );
  const rest = { kind: "image", limits: ImageInput, form: IMAGE_URL } as const;
  return [...frames, ...subjects, ...inputs].map(([path, value]) => ({ path, value, ...rest }));
}

function placesIn({ content }: Fields): Place[] {
  return arrayOf(content).flatMap((item, index) =>
    Object.entries(FIELDS).map(([field, kind]) => {
      const { role, [field]: link } = Object(item);
      const limits = role === "base_video" ? BASE : FILE_LIMITS[kind];
      return { path: `content[${index}].${field}.url`, kind, value: Object(link).url, limits, form: DATA_URL };
    }),
  );
}

const DATA_URL = /^data:([a-z]+\/[\w.+-]+);base64,/i;
/** The schema of API v1 refuses any other data URL. */
const IMAGE_URL = /^data:(image\/(?:jpe?g|png|webp));base64,/i;

/** Returns nothing for a link, or for the id of an upload, which the service has examined. */
function fileAt(place: Place): FileField[] {
  const { kind, value, form } = place;
  if (isMedia(value)) return [{ ...place, file: { kind, size: value.size, facts: value } }];
  const url = dataUrlOf(value, form);
  return url ? [{ ...place, file: { ...url, kind, facts: readNow(factsIn(url.size), url.bytes) } }] : [];
}

/** Warns about a link that the service probably cannot fetch, judging by its host. What networks it reaches is unknown. */
function linkIssues({ path, kind, value }: Place, server: Server): Issue[] {
  if (typeof value !== "string" || !/^https?:/i.test(value)) return [];
  const host = privateHost(value, server);
  const message = `is not a link that the service can reach over the internet${host}; send the ${kind} itself`;
  return host === undefined ? [] : [warning(path, `${kind}Address`, message)];
}

function croppedLastFrame(files: FileField[]): Issue[] {
  const [first, last] = ["first_frame_image", "last_frame_image"].map((field) => {
    const facts = files.find(({ path }) => path === field)?.file.facts;
    return facts?.kind === "image" ? facts : undefined;
  });
  if (!first || !last || (first.width === last.width && first.height === last.height)) return [];
  const message = `has ${last.width} x ${last.height} pixels and will be cropped to the first frame's ${first.width} x ${first.height}`;
  return [warning("last_frame_image", "frameSizes", message)];
}

/** Checks the total length of all references of a kind. A single one is judged by its own limit. */
function totalIssues(kind: "video" | "audio", files: FileField[]): Issue[] {
  const lengths = files
    .filter(({ limits }) => limits === FILE_LIMITS[kind])
    .flatMap(({ file: { facts } }) => (facts?.kind === kind && facts.seconds ? [facts.seconds] : []));
  const { totalSeconds: most = Number.POSITIVE_INFINITY } = FILE_LIMITS[kind];
  const total = Math.round(lengths.reduce((sum, seconds) => sum + seconds, 0) * 100) / 100;
  if (lengths.length < 2 || total <= most) return [];
  const found = total > most + lengths.length * SLACK ? refusal : warning;
  return [found("content", `${kind}Total`, `accepts at most ${most} s of ${kind} in total (got ${total})`)];
}

/** Checks that the body has at most 64 MB. Uploads do not count, and everything but files takes a few kilobytes. */
function bodyIssues(files: FileField[]): Issue[] {
  const { maxBytes = Number.POSITIVE_INFINITY } = VideoGenerationV2Req;
  const length = files.reduce((sum, { file }) => sum + base64Length(file.size), 0);
  const [largest] = files.toSorted((one, other) => other.file.size - one.file.size);
  if (!largest || length <= maxBytes) return [];
  const message = `the body may have at most ${megabytes(maxBytes)}, and would have ${megabytes(length)}, because base64 turns three bytes into four; upload ${largest.path}, the largest, with files.upload, and send mm_file:// and its id instead`;
  return [refusal("", "bodySize", message)];
}
