import type { Issue } from "../base/check-result.js";
import { isRecord } from "../base/record.js";
import { imageLimits } from "../generated/offers.js";
import { dataUrlOf } from "../media/data-url.js";
import { HEADER_BYTES, headerOf, type ImageHeader } from "../media/image-header.js";
import { isMedia } from "../media/media.js";

const LIMITS = imageLimits.ImageInput;
const MEGABYTE = 1024 * 1024;

/**
 * What no schema can say of the images in a request whose bytes are at hand: Media, and data URLs typed by hand. Links are
 * the service's to fetch. Only headers are decoded, however long the image is. `judged` are the paths that a schema refused.
 */
export function imageIssues(request: Record<string, unknown>, judged: Set<string>): Issue[] {
  const images = imagesIn(request)
    .filter(({ path }) => !judged.has(path))
    .map(({ path, value }) => ({ path, facts: isMedia(value) ? { ...value, declared: value.type } : factsOf(value) }));
  const issues = images.flatMap(({ path, facts }) =>
    facts ? faultsOf(facts).map((fault) => ({ path, severity: "error" as const, ...fault })) : [],
  );
  return [...issues, ...croppedLastFrame(images)];
}

/** The fields that take an image (every `$ref` to ImageInput in the specs; a test holds that). */
function imagesIn({ first_frame_image, last_frame_image, subject_reference, media_inputs }: Record<string, unknown>) {
  return [
    { path: "first_frame_image", value: first_frame_image },
    { path: "last_frame_image", value: last_frame_image },
    ...list(subject_reference).flatMap((subject, at) =>
      list(isRecord(subject) ? subject.image : undefined).map((value, index) => ({
        path: `subject_reference[${at}].image[${index}]`,
        value,
      })),
    ),
    ...list(media_inputs).map((input, at) => ({
      path: `media_inputs[${at}].value`,
      value: isRecord(input) ? input.value : undefined,
    })),
  ];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What is known of an image; without a width, its header could not be read. */
interface Facts extends Partial<Pick<ImageHeader, "width" | "height">> {
  declared: string;
  type?: string;
  size: number;
  cut?: boolean;
}

const DATA_URL = /^data:(image\/(?:jpe?g|png|webp));base64,/;

/** Of a data URL, from its first and its last letters. Undefined for links, and for what the schema refuses anyway. */
function factsOf(value: unknown): Facts | undefined {
  const url = dataUrlOf(value, DATA_URL);
  if (!url) return undefined;
  const { size, cut } = url;
  const head = (bytes: number) => headerOf(url.bytes({ from: 0, to: bytes }), size);
  // Rarely a JPEG's colour profile is longer than what usually suffices.
  const header = head(HEADER_BYTES) ?? head(16 * HEADER_BYTES);
  const facts = { declared: url.declared.replace("jpg", "jpeg"), size, cut };
  return header ? { ...facts, type: `image/${header.type}`, width: header.width, height: header.height } : facts;
}

function faultsOf({ declared, type, size, width, height, cut }: Facts): Pick<Issue, "rule" | "message">[] {
  if (cut) return [{ rule: "imageBase64", message: "must be base64 to its end; this is cut off" }];
  const faults: Pick<Issue, "rule" | "message">[] = [];
  if (size >= LIMITS.maxBytes)
    faults.push({
      rule: "imageSize",
      message: `must be below ${LIMITS.maxBytes / MEGABYTE} MB (it has ${(size / MEGABYTE).toFixed(1)} MB)`,
    });
  if (width === undefined || height === undefined || !LIMITS.formats.some((format) => type === `image/${format}`)) {
    const what = type === undefined ? "its header is none of these, or broken" : `this is ${type}`;
    return [...faults, { rule: "imageFormat", message: `must be a whole JPEG, PNG or WebP image; ${what}` }];
  }
  if (type !== declared)
    faults.push({ rule: "imageType", message: `is declared as ${declared}, but its bytes are ${type}` });
  if (Math.min(width, height) <= LIMITS.minSide)
    faults.push({
      rule: "imageSide",
      message: `must have a short side above ${LIMITS.minSide} pixels (it has ${width} x ${height})`,
    });
  if (width / height < LIMITS.minAspect || width / height > LIMITS.maxAspect)
    faults.push({ rule: "imageAspect", message: `must be between 2:5 and 5:2 (it has ${width} x ${height})` });
  return faults;
}

function croppedLastFrame(images: { path: string; facts: Facts | undefined }[]): Issue[] {
  const [first, last] = ["first_frame_image", "last_frame_image"].map(
    (name) => images.find(({ path }) => path === name)?.facts,
  );
  if (!first?.width || !last?.width || (first.width === last.width && first.height === last.height)) return [];
  const message = `has ${last.width} x ${last.height} pixels and will be cropped to the first frame's ${first.width} x ${first.height}`;
  return [{ path: "last_frame_image", rule: "frameSizes", severity: "warning", message }];
}
