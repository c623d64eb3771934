import type { Issue } from "../base/check-result.js";
import type { MediaLimits } from "../generated/content-offers.js";
import type { AudioFacts, ImageFacts, MediaFacts, VideoFacts } from "../media/media.js";

/** A file of a request, as far as it is known before it is sent. */
export interface KnownFile {
  readonly kind: MediaFacts["kind"];
  /** Bytes. */
  readonly size: number;
  /** The type that a data URL declares. */
  readonly declared?: string;
  /** Whether the base64 of a data URL ends too early. */
  readonly isCut?: boolean;
  /** Undefined if no header could be read. */
  readonly facts: MediaFacts | undefined;
}

/** The limits of a field. `isExclusive`: a file must stay below the largest size and above the shortest side. */
export interface FileLimits extends MediaLimits {
  isExclusive?: boolean;
}

/**
 * Seconds by which a length may exceed its limit and still be within it if measured differently, because sounds are coded in
 * frames of which the last is padded. Then it is a warning.
 */
export const SLACK = 0.1;
/** The same for frame rates, as a ratio: phones are no more precise. */
const RATE_SLACK = 0.01;

/** The end of a rule's name, whether it is broken, its message, and its severity if that is not "error". */
type Rule = [name: string, isBroken: boolean, message: string, severity?: Issue["severity"]];

/** What is wrong with a file by the limits of its field. The name of a rule begins with the kind of the file: `videoSide`. */
export function faultsOf(file: KnownFile, limits: FileLimits): Omit<Issue, "path">[] {
  return rulesOf(file, limits)
    .filter(([, isBroken]) => isBroken)
    .map(([name, , message, severity = "error"]) => ({ rule: `${file.kind}${name}`, severity, message }));
}

function rulesOf({ size, declared, isCut, facts }: KnownFile, limits: FileLimits): Rule[] {
  if (isCut) return [["Base64", true, "must be base64 to its end; this is cut off"]];
  const { maxBytes = Number.POSITIVE_INFINITY, formats = [], isExclusive = false } = limits;
  const sizeRule: Rule = [
    "Size",
    size > maxBytes || (isExclusive && size === maxBytes),
    `must have ${isExclusive ? "less than" : "at most"} ${megabytes(maxBytes)} (it has ${megabytes(size)})`,
  ];
  const isReadable = facts?.type && ("width" in facts ? facts.width && facts.height : true);
  if (!isReadable || !formats.includes(formatOf(facts.type))) {
    const what = facts?.type ? `this is ${facts.type}` : "its header is of another kind, or broken";
    return [sizeRule, ["Format", true, `must be a whole file in ${listed(formats)}; ${what}`]];
  }
  const rules = [sizeRule, typeRule(declared ?? facts.type, facts.type)];
  if (facts.kind !== "audio") rules.push(...sideRules(facts, limits));
  if (facts.kind !== "image") rules.push(...lengthRules(facts, limits));
  if (facts.kind === "video") rules.push(...codecRules(facts, limits), ...frameRules(facts, limits));
  return rules;
}

/** Rounded up, so that a file above the limit never seems to be at the limit. */
export function megabytes(bytes: number): string {
  return `${Math.ceil((bytes / 1024 / 1024) * 10) / 10} MB`;
}

function typeRule(declared: string, type: string): Rule {
  const message = `is declared as ${declared.replace(/jpg$/, "jpeg")}, but its bytes are ${type}`;
  return ["Type", formatOf(declared) !== formatOf(type), message, areKin(declared, type) ? "warning" : "error"];
}

function sideRules({ width, height }: ImageFacts | VideoFacts, limits: FileLimits): Rule[] {
  const { minSide = 0, maxSide = Number.POSITIVE_INFINITY, sideStep = 1, isExclusive = false } = limits;
  const { minAspect = 0, maxAspect = Number.POSITIVE_INFINITY } = limits;
  const { minArea = 0, maxArea = Number.POSITIVE_INFINITY } = limits;
  const [short, long, area] = [Math.min(width, height), Math.max(width, height), width * height];
  const has = `(it has ${width} x ${height})`;
  const areas = `must have ${minArea} to ${maxArea} pixels in all ${has}`;
  return [
    isExclusive
      ? ["Side", short <= minSide, `must have a short side above ${minSide} pixels ${has}`]
      : ["Side", short < minSide || long > maxSide, `must have sides of ${minSide} to ${maxSide} pixels ${has}`],
    ["Aspect", width / height < minAspect || width / height > maxAspect, `must be between 2:5 and 5:2 ${has}`],
    ["Step", (width % sideStep) + (height % sideStep) > 0, `must have sides divisible by ${sideStep} ${has}`],
    // Only the international page has a minimum area (SOURCES.md, "Base video").
    ["Area", area > maxArea || area < minArea, areas, area > maxArea ? "error" : "warning"],
  ];
}

function lengthRules({ seconds }: VideoFacts | AudioFacts, limits: MediaLimits): Rule[] {
  const { minSeconds = 0, maxSeconds = Number.POSITIVE_INFINITY } = limits;
  const words = `must last ${minSeconds} to ${maxSeconds} s`;
  const bounds = [minSeconds, maxSeconds, minSeconds - SLACK, maxSeconds + SLACK] as const;
  return [rangeRule("Seconds", seconds, bounds, words)];
}

function codecRules({ videoCodec, audioCodec }: VideoFacts, limits: MediaLimits): Rule[] {
  const { videoCodecs = [], audioCodecs = [], sound = false } = limits;
  const heard = audioCodec === undefined || audioCodecs.includes(audioCodec);
  return [
    ["Codec", !videoCodecs.includes(videoCodec), `must be coded as ${listed(videoCodecs)} (it has ${videoCodec})`],
    ["SoundCodec", !heard, `must have its sound as ${listed(audioCodecs)} (it has ${audioCodec})`],
    ["Sound", sound && audioCodec === undefined, "must have sound; it has no such track"],
  ];
}

function frameRules({ frames, frameRate }: VideoFacts, limits: MediaLimits): Rule[] {
  const { minFrameRate = 0, maxFrameRate = Number.POSITIVE_INFINITY } = limits;
  const rates = minFrameRate === maxFrameRate ? minFrameRate : `${minFrameRate} to ${maxFrameRate}`;
  const bounds = [
    minFrameRate,
    maxFrameRate,
    minFrameRate * (1 - RATE_SLACK),
    maxFrameRate * (1 + RATE_SLACK),
  ] as const;
  const { minFrames = 0, maxFrames = Number.POSITIVE_INFINITY, frameStep = 1 } = limits;
  const count = frames ?? minFrames;
  const isOff = count < minFrames || count > maxFrames || (count - minFrames) % frameStep > 0;
  return [
    rangeRule("FrameRate", frameRate, bounds, `must have ${rates} frames a second`),
    ["Frames", isOff, `must have ${minFrames} to ${maxFrames} frames, in steps of ${frameStep} (it has ${frames})`],
  ];
}

/** A warning beyond `least` or `most`, an error beyond `tooLittle` or `tooMuch`: containers contain rounded figures. */
function rangeRule(
  name: string,
  value: number | undefined,
  [least, most, tooLittle, tooMuch]: readonly [number, number, number, number],
  words: string,
): Rule {
  if (value === undefined) return [name, false, words];
  const shown = Math.round(value * 100) / 100;
  const severity = shown < tooLittle || shown > tooMuch ? "error" : "warning";
  return [name, shown < least || shown > most, `${words} (it has ${shown})`, severity];
}

/** The names of formats in the limits, if a type has another one. */
const FORMATS: Readonly<Record<string, string>> = {
  jpg: "jpeg",
  quicktime: "mov",
  mpeg: "mp3",
  "x-wav": "wav",
  wave: "wav",
};

/** "mov" for "video/quicktime". */
function formatOf(type: string): string {
  const name = type.slice(type.indexOf("/") + 1);
  return FORMATS[name] ?? name;
}

/** Whether a reader of one type reads the other: HEIC is a kind of HEIF, and MP4 was derived from MOV. */
function areKin(...types: [string, string]): boolean {
  const pair = types.map(formatOf).toSorted().join(" ");
  return pair === "heic heif" || pair === "mov mp4";
}

const WORDS: Readonly<Record<string, string>> = { webp: "WebP", h264: "H.264", h265: "H.265" };

/** "JPEG, PNG or WebP". */
export function listed(names: string[]): string {
  const words = names.map((name) => WORDS[name] ?? name.toUpperCase());
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
