import { isRecord } from "../base/record.js";
import { redact } from "../http/redact.js";
import { isMedia, type Media } from "../media/media.js";
import { sizeText } from "./report.js";

const SHOWN = 24;

/** A request to be looked at: fields as they are, media as type and size, texts by their beginning, links without query. */
export function shortened(value: unknown): unknown {
  if (typeof value === "string") return shortText(value);
  if (Array.isArray(value)) return value.map(shortened);
  if (isMedia(value)) return mediaText(value);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner)]));
}

function mediaText(media: Media): string {
  const sides = media.kind === "audio" ? "" : `, ${media.width} x ${media.height}`;
  const length = media.kind === "image" || media.seconds === undefined ? "" : `, ${media.seconds.toFixed(1)} s`;
  return `${media.type}${sides}${length}, ${sizeText(media.size)}, as a data URL`;
}

function shortText(text: string): string {
  const [data, type = ""] = /^data:([\w/+.-]*);base64,/.exec(text) ?? [];
  if (data) return `${type}, ${sizeText(((text.length - data.length) * 3) / 4)}, as a data URL`;
  if (/^https?:\/\//i.test(text)) return redact(text);
  const characters = [...text];
  if (characters.length <= SHOWN) return text;
  return `${characters.slice(0, SHOWN).join("")}… (${characters.length} characters)`;
}
