import type { Issue } from "../base/check-result.js";
import { limitsV2 } from "../generated/content-offers.js";
import type { MediaLimits } from "../generated/offers.js";
import type { AudioFacts, ImageFacts, MediaFacts, VideoFacts } from "../media/media.js";

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

/**
 * Seconds by which a length may exceed its limit with only a warning. Measured differently, it may be within the limit, because
 * sound is coded in frames and the last one is padded.
 */
export const SLACK = 0.1;
/** The same for frame rates, as a ratio, because phones are no more precise. */
const RATE_SLACK = 0.01;

/** Adds a fault if a rule is broken. `rule` is the end of its name: "Side" for `videoSide`. */
type Report = (isBroken: boolean, rule: string, message: string, severity?: Issue["severity"]) => void;

/** Checks a file against the limits of its field. */
export function faultsOf(file: KnownFile, limits: MediaLimits) {
  const { kind, size, declared, isCut = false, isForeign = false, isLoose = false, facts } = file;
  const faults: Omit<Issue, "path">[] = [];
  const report: Report = (isBroken, rule, message, severity = "error") => {
    if (isBroken) faults.push({ rule: `${kind}${rule}`, severity, message });
  };
  const { maxBytes, formats = [] } = limits;
  report(isForeign, "Base64", "must be base64; this contains other characters");
  report(isCut && !isForeign, "Base64", "must be complete base64; this is cut off");
  if (isForeign || isCut) return faults;
  const loose = `is base64 with line breaks, without its padding, in another alphabet or behind a type in upper case; it is sent as it is and may be refused, while ${kind}(bytes) makes plain base64`;
  report(isLoose, "Base64", loose, "warning");
  report(isOutside(size, 0, maxBytes), "Size", `must have ${sizeLimit(maxBytes)} (it has ${megabytes(size)})`);
  const isAccepted = facts && formats.includes(formatOf(facts.type));
  const what = facts ? `this is ${facts.type}` : "its header is broken or of another format";
  report(!isAccepted, "Format", `must be a complete ${listed(formats)} file; ${what}`);
  if (!isAccepted) return faults;
  if (declared) reportType(declared, facts.type, report);
  if (facts.kind !== "audio") reportSides(facts, limits, report);
  const end = "has no end; it may be cut off";
  report(facts.kind === "image" && facts.isCut === true, "End", end, "warning");
  if (facts.kind !== "image") reportSeconds(facts, limits, report);
  if (facts.kind === "video") reportVideo(facts, limits, report);
  return faults;
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

/**
 * Whether a value, as it is shown, is outside its range, and how severe that is: a warning within the slack of a limit, because
 * containers store rounded figures. An unknown value is within any range.
 */
function judged(value = Number.NaN, least = 0, most = Number.POSITIVE_INFINITY, slackOf: (limit: number) => number) {
  const shown = Math.round(value * 100) / 100;
  const isFarOff = isOutside(shown, least - slackOf(least), most + slackOf(most));
  return [isOutside(shown, least, most), shown, isFarOff ? "error" : "warning"] as const;
}

/** Whatever reads one of these formats also reads the other: HEIC is a kind of HEIF, and MP4 was derived from MOV. */
const KIN = ["heic heif", "mov mp4"];

function reportType(declared: string, type: string, report: Report): void {
  const formats = [formatOf(declared), formatOf(type)];
  const message = `is declared as ${declared.replace(/jpg$/, "jpeg")}, but its bytes are ${type}`;
  const severity = KIN.includes(formats.toSorted().join(" ")) ? "warning" : "error";
  report(formats[0] !== formats[1], "Type", message, severity);
}

function reportSides({ width, height }: ImageFacts | VideoFacts, limits: MediaLimits, report: Report): void {
  const { minSide, maxSide, minAspect, maxAspect, sideStep = 1, minArea, maxArea } = limits;
  const { sureMinAspect = minAspect, sureMaxAspect = maxAspect } = limits;
  const area = width * height;
  const has = `(it has ${width} x ${height})`;
  const isOff = [width, height].some((side) => isOutside(side, minSide, maxSide));
  const sides = maxSide ? `${minSide} to ${maxSide}` : `at least ${minSide}`;
  report(isOff, "Side", `must have sides of ${sides} pixels ${has}`);
  const aspect = width / height;
  const isRefused = isOutside(aspect, minAspect, maxAspect);
  report(isRefused, "Aspect", `must have a width / height of ${minAspect} to ${maxAspect} ${has}`);
  // The documentation does not explain one refusal that was seen (SOURCES.md, "Images").
  const isDoubtful = !isRefused && isOutside(aspect, sureMinAspect, sureMaxAspect);
  const doubt = `the service has refused others, although ${minAspect} to ${maxAspect} is documented ${has}`;
  const sure = `should have a width / height of ${sureMinAspect} to ${sureMaxAspect}: ${doubt}`;
  report(isDoubtful, "Aspect", sure, "warning");
  report((width % sideStep) + (height % sideStep) > 0, "Step", `must have sides divisible by ${sideStep} ${has}`);
  // Only the international page has a minimum area (SOURCES.md, "Base video").
  const severity = isOutside(area, 0, maxArea) ? "error" : "warning";
  const areas = `must have ${minArea} to ${maxArea} pixels in all ${has}`;
  report(isOutside(area, minArea, maxArea), "Area", areas, severity);
}

function reportSeconds(facts: VideoFacts | AudioFacts, { minSeconds, maxSeconds }: MediaLimits, report: Report): void {
  const [isOff, seconds, severity] = judged(facts.seconds, minSeconds, maxSeconds, () => SLACK);
  report(isOff, "Seconds", `must last ${minSeconds} to ${maxSeconds} s (it lasts ${seconds})`, severity);
}

function reportVideo({ videoCodec, audioCodec, ...facts }: VideoFacts, limits: MediaLimits, report: Report): void {
  const { videoCodecs = [], audioCodecs = [], sound = false, minFrameRate, maxFrameRate } = limits;
  report(!videoCodecs.includes(videoCodec), "Codec", `must be coded as ${listed(videoCodecs)} (it has ${videoCodec})`);
  const heard = `must have ${listed(audioCodecs)} sound (it has ${audioCodec})`;
  if (audioCodec) report(!audioCodecs.includes(audioCodec), "SoundCodec", heard);
  else report(sound, "Sound", "must have a sound track, but has none");
  const [isOff, rate, severity] = judged(facts.frameRate, minFrameRate, maxFrameRate, (limit) => limit * RATE_SLACK);
  const rates = minFrameRate === maxFrameRate ? minFrameRate : `${minFrameRate} to ${maxFrameRate}`;
  report(isOff, "FrameRate", `must have ${rates} frames a second (it has ${rate})`, severity);
  const { minFrames = 0, maxFrames, frameStep = 1 } = limits;
  const { frames = minFrames } = facts;
  const isOutOfStep = isOutside(frames, minFrames, maxFrames) || (frames - minFrames) % frameStep > 0;
  const steps = `must have ${minFrames} to ${maxFrames} frames, in steps of ${frameStep} (it has ${frames})`;
  report(isOutOfStep, "Frames", steps);
}

/** The names that the limits use for formats, if the type has another one. */
const FORMATS: Readonly<Record<string, string>> = {
  jpg: "jpeg",
  quicktime: "mov",
  mpeg: "mp3",
  "x-wav": "wav",
  wave: "wav",
};

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
