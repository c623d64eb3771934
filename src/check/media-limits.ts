import type { Issue } from "../base/check-result.js";
import type { MediaLimits } from "../generated/offers-v2.js";
import type { AudioFacts, ImageFacts, MediaFacts, VideoFacts } from "../media/media.js";
import { areKin, formatOf, listed } from "./formats.js";

/** A file of a request, as far as it is known before it is sent. */
export interface Known {
  readonly kind: MediaFacts["kind"];
  /** Bytes. */
  readonly size: number;
  /** The type that a data URL claims. */
  readonly declared?: string;
  /** Whether the base64 of a data URL ends too early. */
  readonly cut?: boolean;
  /** Undefined where no header could be read. */
  readonly facts: MediaFacts | undefined;
}

/**
 * So far beyond a limit, in seconds, a length may be within it to whoever measures otherwise, for sounds are coded in pieces of
 * which the last is filled up: then it is a warning.
 */
export const SLACK = 0.1;
/** The same for frames a second, as a share: phones keep their pace no better. */
const SLACK_OF_RATE = 0.01;

/** A rule's last words, its message, whether it is broken, and how badly. */
type Rule = [name: string, isBroken: boolean, message: string, severity?: Issue["severity"]];

/** What is wrong with a file by the limits of the field that it is in; a rule has the file's kind before its name: `videoSide`. */
export function faultsOf(file: Known, limits: MediaLimits): Omit<Issue, "path">[] {
  return rulesOf(file, limits)
    .filter(([, isBroken]) => isBroken)
    .map(([name, , message, severity = "error"]) => ({ rule: `${file.kind}${name}`, severity, message }));
}

function rulesOf({ size, declared, cut, facts }: Known, limits: MediaLimits): Rule[] {
  if (cut) return [["Base64", true, "must be base64 to its end; this is cut off"]];
  const { maxBytes = Number.POSITIVE_INFINITY, formats = [] } = limits;
  const sizeRule: Rule = [
    "Size",
    size > maxBytes,
    `must have at most ${megabytes(maxBytes)} (it has ${megabytes(size)})`,
  ];
  if (!facts || !formats.includes(formatOf(facts.type))) {
    const what = facts ? `this is ${facts.type}` : "its header is none of these, or broken";
    return [sizeRule, ["Format", true, `must be a whole file in ${listed(formats)}; ${what}`]];
  }
  const rules = [sizeRule, typeRule(declared ?? facts.type, facts.type)];
  if (facts.kind !== "audio") rules.push(...sideRules(facts, limits));
  if (facts.kind !== "image") rules.push(...lengthRules(facts, limits));
  if (facts.kind === "video") rules.push(...codecRules(facts, limits), ...frameRules(facts, limits));
  return rules;
}

/** Rounded up, so that too much never looks like just enough. */
export function megabytes(bytes: number): string {
  return `${Math.ceil((bytes / 1024 / 1024) * 10) / 10} MB`;
}

function typeRule(declared: string, type: string): Rule {
  const message = `is declared as ${declared}, but its bytes are ${type}`;
  return ["Type", formatOf(declared) !== formatOf(type), message, areKin(declared, type) ? "warning" : "error"];
}

function sideRules({ width, height }: ImageFacts | VideoFacts, limits: MediaLimits): Rule[] {
  const { minSide = 0, maxSide = Number.POSITIVE_INFINITY, sideStep = 1 } = limits;
  const { minAspect = 0, maxAspect = Number.POSITIVE_INFINITY } = limits;
  const { minArea = 0, maxArea = Number.POSITIVE_INFINITY } = limits;
  const [short, long, area] = [Math.min(width, height), Math.max(width, height), width * height];
  const has = `(it has ${width} x ${height})`;
  const areas = `must have ${minArea} to ${maxArea} pixels in all ${has}`;
  return [
    ["Side", short < minSide || long > maxSide, `must have sides of ${minSide} to ${maxSide} pixels ${has}`],
    ["Aspect", width / height < minAspect || width / height > maxAspect, `must be between 2:5 and 5:2 ${has}`],
    ["Step", (width % sideStep) + (height % sideStep) > 0, `must have sides divisible by ${sideStep} ${has}`],
    // Only the international page has a least area (SOURCES.md, "Base video").
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
    minFrameRate * (1 - SLACK_OF_RATE),
    maxFrameRate * (1 + SLACK_OF_RATE),
  ] as const;
  const { minFrames = 0, maxFrames = Number.POSITIVE_INFINITY, frameStep = 1 } = limits;
  const count = frames ?? minFrames;
  const isOff = count < minFrames || count > maxFrames || (count - minFrames) % frameStep > 0;
  return [
    rangeRule("FrameRate", frameRate, bounds, `must have ${rates} frames a second`),
    ["Frames", isOff, `must have ${minFrames} to ${maxFrames} frames, in steps of ${frameStep} (it has ${frames})`],
  ];
}

/** A warning from `least` or `most` on, an error from `tooLittle` or `tooMuch` on, for a container tells rounded figures. */
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
