/**
 * The failures that the mock can play: one table for the mock, its README and the help of the command. To add one, add a row here.
 * If it spoils a reply, also say how in play-scenarios.ts (`PLAYS`); otherwise the operation that it changes calls `isPlayed`.
 */

/**
 * What a request does, in either version of the API. Every request that makes a task is a "create". "list" and "delete" apply to
 * tasks and to files, "list" to accounts as well, and "delete" also cancels; "content" fetches the bytes of a file, "download" follows a link.
 */
export const operations = ["create", "query", "list", "delete", "upload", "retrieve", "content", "download"] as const;
export type Operation = (typeof operations)[number];

/** A failure, and how to request it. */
export interface Scenario {
  /** Its name, as in `{mock:name}`. */
  name: string;
  /** The token that requests it, anywhere in the prompt or in a text input. Absent if only a key can request it. */
  prompt?: string;
  /** The API key that requests it. */
  key: string;
  /** The meaning of a number, as in `{mock:rate_limited=2}`. Absent if the scenario takes none. */
  number?: string;
  /** What happens. */
  plays: string;
  /** The operations that it affects, unless `on=` says otherwise. */
  on: readonly Operation[];
  /** Other operations that it can affect. */
  also: readonly Operation[];
  /**
   * "before": instead of carrying out the request; no task is made, and no create is counted. "after": the create is accepted
   * and counted, but its reply is spoilt. "later": the create succeeds, and something happens to the task or its link.
   */
  moment: "before" | "after" | "later";
  /** The example in the spec that is the reply. Absent if the reply does not come from MiniMax itself. */
  example?: string;
  /** The name of that example in V2, if it differs. */
  exampleV2?: string;
  /** How many requests it hits. Default: all of them. */
  times?: number;
  /** True if the number says how many requests it hits, as `times=` does. */
  counts?: true;
}

/** A row gives what its name does not imply. By default, it acts on creates only. */
function scenarioAt(moment: Scenario["moment"]) {
  return (name: string, plays: string, more?: Partial<Scenario>): Scenario => {
    const key = `mock-${name.replaceAll("_", "-")}`;
    return { name, prompt: `{mock:${name}}`, key, plays, on: ["create"], also: [], moment, ...more };
  };
}
const before = scenarioAt("before");
const later = scenarioAt("later");

/** Operations other than creates whose reply is JSON. */
const answers = ["query", "list", "delete", "upload", "retrieve"] as const;
const api = [...answers, "content"] as const;
const others = [...api, "download"] as const;
const query = ["query"] as const;
const retrieve = ["retrieve"] as const;
const onDownload = { on: ["download"] } as const;

/** The scenario's number says how many requests it hits. */
const hits = (number: string) => ({ number, counts: true }) as const;
const BY_PROMPT = hits("only the first N creates with the same prompt");
const first = (what: string) => ({ ...hits(`the first N ${what}; default 1`), times: 1 });

const refusedCreate = (name: string, code: number, example: string, more?: Partial<Scenario>) =>
  before(name, `the create is refused with ${code}`, { ...BY_PROMPT, example, ...more });
const spoilt = (name: string, what: string, more?: Partial<Scenario>) =>
  scenarioAt("after")(name, `the create is accepted, but ${what}`, { also: others, ...more });
/** Refuses every request, even an invalid one, and only a key can request it. */
const refusedKey = (name: string, what: string, example: string): Scenario => {
  const { prompt: _, ...row } = before(name, `every request is refused with ${what}`, { example });
  return { ...row, on: ["create", ...api] };
};

/** Every scenario, for help texts and READMEs. */
export const scenarios: readonly Scenario[] = [
  refusedCreate("rate_limited", 1002, "rateLimited", { also: api }),
  refusedCreate("insufficient_balance", 1008, "insufficientBalance"),
  refusedCreate("sensitive_input", 1026, "sensitiveInput"),
  refusedCreate("plan_limit", 2056, "planLimit", { exampleV2: "planWithoutModel" }),
  before("burst", "creates and queries are refused with 1002, whatever their prompt", {
    ...hits("the first N requests with the same key; default 3"),
    times: 3,
    on: ["create", "query"],
    also: ["list", "delete", "upload", "retrieve", "content"],
    example: "rateLimited",
  }),
  before("too_many_requests", "the create is refused with HTTP 429 and Retry-After", {
    number: "Retry-After in seconds; default 1",
    also: others,
  }),
  before("retry_date", "the create is refused with HTTP 429 and Retry-After as a date", {
    number: "seconds until that date; default 2",
    also: others,
  }),
  before("gateway_balance", "a gateway refuses with HTTP 429 for lack of money, as OpenAI does", BY_PROMPT),
  before("gateway_quota", "a gateway refuses with HTTP 403 for lack of money, as new-api does", BY_PROMPT),
  before("redirected", "the request is redirected to another host, with HTTP 308", { also: others }),
  before("unknown_task", "the task is unknown: 2013, in V2 record not found with HTTP 500", {
    on: query,
    ...hits("only the first N queries"),
    exampleV2: "recordNotFound",
  }),
  before("lost_request", "the connection is cut before the create is accepted", { also: others }),
  before("flaky_poll", "every other query fails: cut off, then refused with 1002, and so on", {
    on: query,
    ...hits("instead, the first N queries in a row"),
  }),

  spoilt("timed_out", "the reply is 1001", { ...BY_PROMPT, also: api, example: "timeout", exampleV2: "internalError" }),
  spoilt("lost_reply", "the connection is cut before the reply", BY_PROMPT),
  spoilt("unclear", "the reply is an HTML page with HTTP 502", BY_PROMPT),
  spoilt("plain_text", "the reply is plain text, with HTTP 503"),
  spoilt("cut_reply", "the connection is cut during the reply", {
    number: "after N bytes of the body; default half of it",
  }),
  spoilt("empty_reply", "the reply is empty, with HTTP 200"),
  spoilt("half_json", "half of the JSON arrives, with HTTP 200", { also: answers }),
  spoilt("garbage", "the reply is plain text, with HTTP 200"),
  spoilt("slow_headers", "the reply starts late", { number: "milliseconds; default 1000" }),
  spoilt("slow_body", "the reply arrives slowly", { number: "milliseconds; default 1000" }),
  spoilt("wrong_length", "the reply announces too many bytes"),
  spoilt("gateway_json", "the reply is JSON as gateways write it", { also: answers }),
  spoilt("no_length", "the reply has no length, and breaks off"),

  later("sensitive_output", "the task ends with Fail and 1027"),
  later("fail", "the task ends with Fail and 0, which gives no reason"),
  later("slow", "the task takes longer", { number: "the factor; default 10" }),
  later("late_callbacks", "all callbacks after the challenge come late", { number: "milliseconds; default 5000" }),
  later("double_callbacks", "all callbacks after the challenge come twice"),
  later("disordered_callbacks", "the callback about the end comes before the one about processing"),
  later("numeric_challenge", "the challenge is a number, and comes as text/plain"),
  later("no_callbacks", "no callback comes after the challenge"),
  later("unknown_status", "while the task is processing, its status is an undocumented word", { on: query }),
  later("late_result", "the first success names no file and no link, the next one does", {
    on: query,
    ...first("successes"),
  }),
  later("late_link", "the first link to the video is empty", { on: retrieve, ...first("links") }),
  later("expired_link", "the first link to the video has already expired; the next is valid", {
    // The operations that make links: the query of a template contains its link.
    on: ["retrieve", "query"],
    ...first("links"),
  }),
  later("backup_link", "the link is refused with 404; the reply names a backup that works", { on: retrieve }),
  later("cut_download", "the first download breaks off in the middle; a range can resume it", {
    ...onDownload,
    ...first("downloads"),
  }),
  later("range_ignored", "a Range request gets the whole file, with HTTP 200", onDownload),
  later("file_changed", "later downloads get another file: bytes, length and ETag differ", {
    ...onDownload,
    number: "after N downloads; default 1",
  }),
  later("redirected_link", "the link redirects to another host and path, with HTTP 302", onDownload),
  later("misdirected_link", "the link redirects to an address that is not HTTP, with HTTP 302", onDownload),

  refusedKey("invalid_key", "2049", "invalidKey"),
  refusedKey("unauthorised", "1004, like a key from another region", "unauthorised"),
];
