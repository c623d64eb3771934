/** An answer as bytes, and what scenarios make of it on its way to the caller. Pure: sending is another's work. */
import type { Answer } from "./world.js";

/** An answer as it shall go out. */
export interface Parcel {
  /** HTTP status; 0 when the connection is cut instead. */
  status: number;
  headers: Record<string, string | number>;
  body: Buffer;
  /** The connection is cut after so many bytes of the body. */
  cutAfter?: number;
  /** Milliseconds before the first byte. */
  wait?: number;
  /** Milliseconds that the body takes. */
  trickle?: number;
}

/** The bytes of an answer, spoilt as it says. */
export function parcelOf(answer: Answer): Parcel {
  const parcel = whole(answer);
  const spoil = answer.spoilt && spoilers[answer.spoilt.scenario.name];
  return spoil ? spoil(parcel, answer.spoilt?.number) : parcel;
}

function whole(answer: Answer): Parcel {
  if ("parcel" in answer) return answer.parcel;
  if ("json" in answer)
    return filled(answer.status ?? 200, "application/json", JSON.stringify(answer.json), answer.headers);
  const { problem, status, headers } = answer;
  const type = "title" in problem ? "application/problem+json" : "application/json";
  return filled(status, type, JSON.stringify(problem), headers);
}

/** A parcel with a text or bytes for its body, and headers beside those that these need. */
export function filled(
  status: number,
  type: string,
  content: string | Buffer,
  headers: Parcel["headers"] = {},
): Parcel {
  const body = typeof content === "string" ? Buffer.from(content) : content;
  return { status, headers: { ...headers, "content-type": type, "content-length": body.length }, body };
}

const NOTHING: Parcel = { status: 0, headers: {}, body: Buffer.alloc(0) };
const BAD_GATEWAY =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
const SECOND = 1000;

const half = ({ body }: Parcel) => body.length >> 1;
const cut = (parcel: Parcel, bytes = half(parcel)): Parcel => ({ ...parcel, cutAfter: bytes });

/** By the name of the scenario. What is not here spoils nothing. */
const spoilers: Record<string, (parcel: Parcel, number?: number) => Parcel> = {
  lost_request: () => NOTHING,
  flaky_poll: () => NOTHING,
  lost_reply: () => NOTHING,
  cut_reply: cut,
  cut_download: (parcel) => cut(parcel),
  unclear: () => filled(502, "text/html", BAD_GATEWAY),
  empty_reply: ({ headers }) => filled(200, String(headers["content-type"]), ""),
  half_json: (parcel) => filled(200, "application/json", parcel.body.subarray(0, half(parcel))),
  garbage: () => filled(200, "text/plain", "Welcome to the network of this hotel.\n"),
  slow_headers: (parcel, milliseconds = SECOND) => ({ ...parcel, wait: milliseconds }),
  slow_body: (parcel, milliseconds = SECOND) => ({ ...parcel, trickle: milliseconds }),
  wrong_length({ headers, ...parcel }) {
    const announced = parcel.body.length + 100;
    return cut({ ...parcel, headers: { ...headers, "content-length": announced } }, parcel.body.length);
  },
  no_length({ headers: { "content-length": _, ...headers }, ...parcel }) {
    return { ...parcel, headers, body: parcel.body.subarray(0, half(parcel as Parcel)) };
  },
};
