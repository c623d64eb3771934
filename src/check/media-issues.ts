import type { Issue } from "../base/check-result.js";
import { isRecord } from "../base/record.js";
import { limitsV2, type MediaLimits } from "../generated/offers-v2.js";
import { readNow } from "../media/byte-reader.js";
import { dataUrlOf } from "../media/data-url.js";
import { base64Length, isMedia } from "../media/media.js";
import { factsIn } from "../media/media-facts.js";
import { faultsOf, type Known, megabytes, SLACK } from "./media-limits.js";

const { VideoGenerationV2Req, ImageUrl, VideoUrl, AudioUrl, BaseVideoItem } = limitsV2;
const FIELDS = { image_url: "image", video_url: "video", audio_url: "audio" } as const;
const LIMITS = { image: ImageUrl, video: VideoUrl, audio: AudioUrl };
/** Fifteen seconds are the most for a reference. What is made anew is what it is, and a little longer: its frames are counted. */
const BASE: MediaLimits = { ...VideoUrl, ...BaseVideoItem, minSeconds: 0, maxSeconds: Number.POSITIVE_INFINITY };
/** Only the guide and the README of MiniMax-H3 count all files together (SOURCES.md, "Twelve files"). */
const MOST_FILES = 12;

/** A file of `content`; without `known` it is a link, or the id of an upload, which the service has looked at. */
interface File {
  path: string;
  kind: Known["kind"];
  isBase: boolean;
  known: Known | undefined;
}

/**
 * What no schema can say of the files in a request of V2 whose bytes are at hand: Media, and data URLs typed by hand. Links are
 * the service's to fetch. Only headers are read, however long a file is. `judged` are the paths that a schema refused.
 */
export function mediaIssues(request: Record<string, unknown>, judged: Set<string>): Issue[] {
  const files = filesIn(request.content).filter(({ path }) => !judged.has(path));
  const issues = files.flatMap(({ path, kind, isBase, known }) =>
    known ? faultsOf(known, isBase ? BASE : LIMITS[kind]).map((fault) => ({ path, ...fault })) : [],
  );
  const ofAll = [...totalIssues("video", files), ...totalIssues("audio", files), ...countIssues(files)];
  return [...issues, ...ofAll.filter(({ path }) => !judged.has(path)), ...bodyIssues(request, files)];
}

function filesIn(content: unknown): File[] {
  if (!Array.isArray(content)) return [];
  return content.flatMap((item: unknown, index) =>
    Object.entries(FIELDS).flatMap(([field, kind]) => {
      const link = isRecord(item) ? item[field] : undefined;
      if (!isRecord(item) || !isRecord(link)) return [];
      const path = `content[${index}].${field}.url`;
      return { path, kind, isBase: item.role === "base_video", known: knownOf(kind, link.url) };
    }),
  );
}

const DATA_URL = /^data:([a-z]+\/[\w.+-]+);base64,/;

function knownOf(kind: Known["kind"], value: unknown): Known | undefined {
  if (isMedia(value)) return { kind, size: value.size, facts: value };
  const url = dataUrlOf(value, DATA_URL);
  if (!url) return undefined;
  const { size, declared, cut } = url;
  return { kind, size, declared, cut, facts: readNow(factsIn(size), (span) => url.bytes(span)) };
}

/** All references of a kind together; of one alone enough has been said. */
function totalIssues(kind: "video" | "audio", files: File[]): Issue[] {
  const lengths = files.flatMap(({ isBase, known }) =>
    !isBase && known?.facts && "seconds" in known.facts && known.facts.kind === kind && known.facts.seconds
      ? [known.facts.seconds]
      : [],
  );
  const { totalSeconds: most = Number.POSITIVE_INFINITY } = LIMITS[kind];
  const total = Math.round(lengths.reduce((sum, seconds) => sum + seconds, 0) * 100) / 100;
  if (lengths.length < 2 || total <= most) return [];
  const severity = total > most + lengths.length * SLACK ? "error" : "warning";
  const message = `takes at most ${most} s of ${kind} in all (got ${total})`;
  return [{ path: "content", rule: `${kind}Total`, severity, message }];
}

function countIssues(files: File[]): Issue[] {
  const count = files.filter(({ isBase }) => !isBase).length;
  const message = `takes at most ${MOST_FILES} images, videos and sounds together, says the guide (got ${count})`;
  return count > MOST_FILES ? [{ path: "content", rule: "fileCount", severity: "warning", message }] : [];
}

/** The service takes no more than 64 MB at once. What was uploaded before does not count. */
function bodyIssues(request: Record<string, unknown>, files: File[]): Issue[] {
  const { maxBytes = Number.POSITIVE_INFINITY } = VideoGenerationV2Req;
  const [largest] = files.toSorted((one, other) => (other.known?.size ?? 0) - (one.known?.size ?? 0));
  const length = largest?.known ? lengthOf(request) : 0;
  if (length <= maxBytes) return [];
  const message =
    `the body may have at most ${megabytes(maxBytes)}, and would have ${megabytes(length)}, as base64 makes four bytes of three; ` +
    `upload ${largest?.path}, the largest, with files.upload, and send mm_file:// and its id instead`;
  return [{ path: "", rule: "bodySize", severity: "error", message }];
}

const encoder = new TextEncoder();

/** Bytes of a value as JSON, reckoned without making it: base64 needs no escaping. Brackets, colons and commas count, too. */
function lengthOf(value: unknown): number {
  if (isMedia(value)) return `"data:${value.type};base64,"`.length + base64Length(value.size);
  if (typeof value === "string")
    return DATA_URL.test(value) ? value.length + 2 : encoder.encode(JSON.stringify(value)).length;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + lengthOf(item) + 1, 1);
  if (!isRecord(value)) return String(value).length;
  return Object.entries(value).reduce((sum, [name, inner]) => sum + lengthOf(name) + lengthOf(inner) + 2, 1);
}
