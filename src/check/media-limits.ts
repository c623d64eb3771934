import type { Issue } from "../base/check-result.js";
import { limitsV2 } from "../generated/content-offers.js";
import type { MediaLimits } from "../generated/offers.js";
import type { ImageFacts, MediaFacts, VideoFacts } from "../media/media.js";

/** The limits of a file in a request of API v2. */
export const FILE_LIMITS = { image: limitsV2.ImageUrl, video: limitsV2.VideoUrl, audio: limitsV2.AudioUrl };

/** What is known about a file of a request before it is sent. */
export interface KnownFile {
  /** "file" if it may be of any kind. */
  readonly kind: MediaFacts["kind"] | "file";
  /** Bytes. */
  readonly size: number;
  /** The type that a data URL declares. */
  readonly declared?: string;
  /** Whether the base64 of a data URL ends too early, contains other characters, or has an unusual form. */
  readonly isCut?: boolean;
  readonly isForeign?: boolean;
  readonly isLoose?: boolean;
  /** Undefined if no header could be read. */
  readonly facts: MediaFacts | undefined;
}

/** A rule: whether it is broken, the end of its name ("Side" for `videoSide`), what the file must be, and how severe that is. */
type Row = [isBroken: boolean, rule: string, message: string, severity?: Issue["severity"]];

/** Checks a file against the limits of its field. */
export function faultsOf(file: KnownFile, limits: MediaLimits): Omit<Issue, "path">[] {
  return rowsOf(file, limits)
    .filter(([isBroken]) => isBroken)
    .map(([, rule, message, severity = "error"]) => ({ rule: `${file.kind}${rule}`, severity, message }));
}

function rowsOf(file: KnownFile, limits: MediaLimits): Row[] {
  const { kind, size, declared, isLoose = false, facts } = file;
  const { maxBytes, formats = [] } = limits;
  if (file.isForeign) return [[true, "Base64", "must be base64; this contains other characters"]];
  if (file.isCut) return [[true, "Base64", "must be complete base64; this is cut off"]];
  const loose = `is base64 with line breaks, without its padding, in another alphabet or behind a type in upper case; it is sent as it is and may be refused, while ${kind}(bytes) makes plain base64`;
  const what = facts ? `this is ${facts.type}` : "its header is broken or of another format";
  const isAccepted = facts && formats.includes(formatOf(facts.type));
  return [
    [isLoose, "Base64", loose, "warning"],
    [isOutside(size, 0, maxBytes), "Size", `must have ${sizeLimit(maxBytes)} (it has ${megabytes(size)})`],
    [!isAccepted, "Format", `must be a complete ${listed(formats)} file; ${what}`],
    ...(isAccepted && declared ? [typeRow(declared, facts.type)] : []),
    ...(isAccepted ? factRows(facts, limits) : []),
  ];
}

function factRows(facts: MediaFacts, limits: MediaLimits): Row[] {
  const { minSeconds, maxSeconds } = limits;
  if (facts.kind === "image")
    return [...sideRows(facts, limits), [facts.isCut === true, "End", "has no end; it may be cut off", "warning"]];
  const [isOff, seconds, severity] = judged(facts.seconds, minSeconds, maxSeconds, () => SLACK);
  const length: Row = [isOff, "Seconds", `must last ${minSeconds} to ${maxSeconds} s (it lasts ${seconds})`, severity];
  return facts.kind === "audio" ? [length] : [...sideRows(facts, limits), length, ...videoRows(facts, limits)];
}

/** Checks an upload for use in a request of API v2. */
export function uploadFaults({ size, facts }: Pick<KnownFile, "size" | "facts">): Omit<Issue, "path">[] {
  if (facts) return faultsOf({ kind: facts.kind, size, facts }, FILE_LIMITS[facts.kind]);
  const formats = Object.values(FILE_LIMITS).flatMap(({ formats = [] }) => formats);
  return faultsOf({ kind: "file", size, facts }, { formats });
}

/** "at most 30 MB", or "less than 20 MB" if exactly 20 MB is too much. */
export function sizeLimit(maxBytes = Number.POSITIVE_INFINITY): string {
  return `${(maxBytes + 1) % 1024 ** 2 === 0 ? "less than" : "at most"} ${megabytes(maxBytes)}`;
}

/** Formats a size, rounded up, so that a file above the limit never seems to be at the limit. */
export function megabytes(bytes = Number.POSITIVE_INFINITY): string {
  return `${Math.ceil((bytes / 1024 / 1024) * 10) / 10} MB`;
}

function isOutside(value: number, least = 0, most = Number.POSITIVE_INFINITY): boolean {
  return value < least || value > most;
}

/** Seconds by which a length may exceed its limit with only a warning, because the last frame of a sound is padded. */
export const SLACK = 0.1;
/** The same for frame rates, as a ratio, because phones are no more precise. */
const RATE_SLACK = 0.01;

/** Whether a value, as it is shown, is outside its range, and how severe that is. An unknown value is within any range. */
function judged(value = Number.NaN, least = 0, most = Number.POSITIVE_INFINITY, slackOf: (limit: number) => number) {
  const shown = Math.round(value * 100) / 100;
  const isFarOff = isOutside(shown, least - slackOf(least), most + slackOf(most));
  return [isOutside(shown, least, most), shown, isFarOff ? "error" : "warning"] as const;
}

/** Whatever reads one of these formats also reads the other: HEIC is a kind of HEIF, and MP4 was derived from MOV. */
const KIN = ["heic heif", "mov mp4"];

function typeRow(declared: string, type: string): Row {
  const formats = [formatOf(declared), formatOf(type)];
  const message = `is declared as ${declared.replace(/jpg$/, "jpeg")}, but its bytes are ${type}`;
  return [formats[0] !== formats[1], "Type", message, KIN.includes(formats.toSorted().join(" ")) ? "warning" : "error"];
}

function sideRows({ width, height }: ImageFacts | VideoFacts, limits: MediaLimits): Row[] {
  const { minSide, maxSide, minAspect, maxAspect, sideStep = 1, minArea, maxArea } = limits;
  const { sureMinAspect = minAspect, sureMaxAspect = maxAspect } = limits;
  const has = `(it has ${width} x ${height})`;
  const sides = maxSide ? `${minSide} to ${maxSide}` : `at least ${minSide}`;
  const isOff = [width, height].some((side) => isOutside(side, minSide, maxSide));
  const isRefused = isOutside(width / height, minAspect, maxAspect);
  // The documentation does not explain one refusal that was seen (SOURCES.md, "Images").
  const isDoubtful = !isRefused && isOutside(width / height, sureMinAspect, sureMaxAspect);
  const doubt = `the service has refused others, although ${minAspect} to ${maxAspect} is documented ${has}`;
  const isOutOfStep = (width % sideStep) + (height % sideStep) > 0;
  const area = width * height;
  // Only the international page has a minimum area (SOURCES.md, "Base video").
  const severity = isOutside(area, 0, maxArea) ? "error" : "warning";
  return [
    [isOff, "Side", `must have sides of ${sides} pixels ${has}`],
    [isRefused, "Aspect", `must have a width / height of ${minAspect} to ${maxAspect} ${has}`],
    [isDoubtful, "Aspect", `should have a width / height of ${sureMinAspect} to ${sureMaxAspect}: ${doubt}`, "warning"],
    [isOutOfStep, "Step", `must have sides divisible by ${sideStep} ${has}`],
    [isOutside(area, minArea, maxArea), "Area", `must have ${minArea} to ${maxArea} pixels in all ${has}`, severity],
  ];
}

function videoRows({ videoCodec, audioCodec, frameRate, ...facts }: VideoFacts, limits: MediaLimits): Row[] {
  const { videoCodecs = [], audioCodecs = [], sound = false, minFrameRate, maxFrameRate } = limits;
  const [isOff, rate, severity] = judged(frameRate, minFrameRate, maxFrameRate, (limit) => limit * RATE_SLACK);
  const rates = minFrameRate === maxFrameRate ? minFrameRate : `${minFrameRate} to ${maxFrameRate}`;
  const { minFrames = 0, maxFrames, frameStep = 1 } = limits;
  const { frames = minFrames } = facts;
  const isOutOfStep = isOutside(frames, minFrames, maxFrames) || (frames - minFrames) % frameStep > 0;
  const steps = `must have ${minFrames} to ${maxFrames} frames, in steps of ${frameStep} (it has ${frames})`;
  const isUnheard = audioCodec !== undefined && !audioCodecs.includes(audioCodec);
  return [
    [!videoCodecs.includes(videoCodec), "Codec", `must be coded as ${listed(videoCodecs)} (it has ${videoCodec})`],
    [isUnheard, "SoundCodec", `must have ${listed(audioCodecs)} sound (it has ${audioCodec})`],
    [sound && !audioCodec, "Sound", "must have a sound track, but has none"],
    [isOff, "FrameRate", `must have ${rates} frames a second (it has ${rate})`, severity],
    [isOutOfStep, "Frames", steps],
  ];
}

const FORMATS: Record<string, string> = { jpg: "jpeg", quicktime: "mov", mpeg: "mp3", "x-wav": "wav", wave: "wav" };

/** "mov" for "video/quicktime". */
export function formatOf(type: string): string {
  const name = type.slice(type.indexOf("/") + 1);
  return FORMATS[name] ?? name;
}

const WORDS: Readonly<Record<string, string>> = { webp: "WebP", h264: "H.264", h265: "H.265" };

/** "JPEG, PNG or WebP". */
export function listed(names: string[]): string {
  const words = names.map((name) => WORDS[name] ?? name.toUpperCase());
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
