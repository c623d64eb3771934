/** Formats as the limits call them, where a type has another word. */
const FORMATS: Readonly<Record<string, string>> = {
  jpg: "jpeg",
  quicktime: "mov",
  mpeg: "mp3",
  "x-wav": "wav",
  wave: "wav",
};

/** "mov" of "video/quicktime". */
export function formatOf(type: string): string {
  const name = type.slice(type.indexOf("/") + 1);
  return FORMATS[name] ?? name;
}

/** Whether whoever reads one of them reads the other: a picture of H.265 is an HEIF, and MP4 was made from MOV. */
export function areKin(...types: [string, string]): boolean {
  const pair = types.map(formatOf).toSorted().join(" ");
  return pair === "heic heif" || pair === "mov mp4";
}

const WORDS: Readonly<Record<string, string>> = { webp: "WebP", h264: "H.264", h265: "H.265" };

/** "JPEG, PNG or WebP". */
export function listed(names: string[]): string {
  const words = names.map((name) => WORDS[name] ?? name.toUpperCase());
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
