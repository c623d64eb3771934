/**
 * The failures that the mock can play: one table for the mock, its README and the help of the command. A new one is a row here.
 * If it spoils a reply, play-scenarios.ts says how (`SPOILERS`); otherwise the operation that it changes asks `pickByName`.
 */

/**
 * What a request does, in either version of the API. Every request that makes a task is a "create". "list" and "delete" apply to
 * tasks and to files, and "delete" also cancels; "content" fetches the bytes of a file, "download" follows a link.
 */
export const operations = ["create", "query", "list", "delete", "upload", "retrieve", "content", "download"] as const;
export type Operation = (typeof operations)[number];

/** Operations that concern no earlier task: only a key or a header can request a scenario there. */
export const unbound: readonly Operation[] = ["list", "upload"];

/** A failure, and how to request it. */
export interface Scenario {
  name: string;
  /** The token that requests it, anywhere in the prompt or in a text input. Absent if only a key can request it. */
  prompt?: string;
  /** The API key that requests it. */
  key: string;
  /** What a number means, as in `{mock:rate_limited=2}`. Absent if the scenario takes none. */
  number?: string;
  /** What happens. */
  plays: string;
  /** Where it acts, unless `on=` says otherwise. */
  on: readonly Operation[];
  /** Where else it can act. */
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

type More = Partial<Pick<Scenario, "number" | "also" | "example" | "exampleV2" | "times" | "counts">>;
type Row = Pick<Scenario, "name" | "on" | "plays"> & More;

const row = (name: string, on: readonly Operation[], plays: string, more: More = {}): Row => {
  return { name, on, plays, ...more };
};
/** The scenario's number says how many requests it hits. */
const countsRequests = (number: string, times?: number) => ({ number, counts: true, ...(times && { times }) }) as const;

const create = ["create"] as const;
const download = ["download"] as const;
/** Operations other than creates whose reply is JSON. */
const answers = ["query", "list", "delete", "upload", "retrieve"] as const;
const others = [...answers, "content", ...download] as const;
const FIRST_CREATES = countsRequests("only the first N creates with the same prompt");
const MILLISECONDS = { number: "milliseconds; default 1000" };

const refusedCreate = (name: string, code: number, example: string, more: More = {}) =>
  row(name, create, `the create is refused with ${code}`, { ...FIRST_CREATES, example, ...more });
const spoiltReply = (name: string, what: string, more: More = {}) =>
  row(name, create, `the create is accepted, but ${what}`, { also: others, ...more });

const before = [
  refusedCreate("rate_limited", 1002, "rateLimited", { also: [...answers, "content"] }),
  refusedCreate("insufficient_balance", 1008, "insufficientBalance"),
  refusedCreate("sensitive_input", 1026, "sensitiveInput"),
  refusedCreate("plan_limit", 2056, "planLimit", { exampleV2: "planWithoutModel" }),
  row("burst", ["create", "query"], "creates and queries are refused with 1002, whatever their prompt", {
    ...countsRequests("the first N requests with the same key; default 3", 3),
    also: ["list", "delete", "upload", "retrieve", "content"],
    example: "rateLimited",
  }),
  row("too_many_requests", create, "the create is refused with HTTP 429 and Retry-After", {
    number: "Retry-After in seconds; default 1",
    also: others,
  }),
  row("retry_date", create, "the create is refused with HTTP 429 and Retry-After as a date", {
    number: "seconds until that date; default 2",
    also: others,
  }),
  row("gateway_balance", create, "a gateway refuses with HTTP 429 for lack of money, as OpenAI does", FIRST_CREATES),
  row("gateway_quota", create, "a gateway refuses with HTTP 403 for lack of money, as new-api does", FIRST_CREATES),
  row("redirected", create, "the request is redirected to another host, with HTTP 308", { also: others }),
  row("unknown_task", ["query"], "the task is not known: 2013, in V2 record not found with HTTP 500", {
    ...countsRequests("only the first N queries"),
    exampleV2: "recordNotFound",
  }),
  row("lost_request", create, "the connection is cut before the create is accepted", { also: others }),
  row("flaky_poll", ["query"], "every other query fails: cut off, then refused with 1002, and so on", {
    ...countsRequests("instead, the first N queries in a row"),
  }),
];

const after = [
  spoiltReply("timed_out", "the reply is 1001", {
    ...FIRST_CREATES,
    also: [...answers, "content"],
    example: "timeout",
    exampleV2: "internalError",
  }),
  spoiltReply("lost_reply", "the connection is cut before the reply", FIRST_CREATES),
  spoiltReply("unclear", "the reply is an HTML page with HTTP 502", FIRST_CREATES),
  spoiltReply("plain_text", "the reply is plain text, with HTTP 503"),
  spoiltReply("cut_reply", "the connection is cut within the reply", {
    number: "after N bytes of the body; default half of it",
  }),
  spoiltReply("empty_reply", "the reply is empty, with HTTP 200"),
  spoiltReply("half_json", "half of the JSON arrives, with HTTP 200", { also: answers }),
  spoiltReply("garbage", "the reply is plain text, with HTTP 200"),
  spoiltReply("slow_headers", "the reply starts late", MILLISECONDS),
  spoiltReply("slow_body", "the reply arrives slowly", MILLISECONDS),
  spoiltReply("wrong_length", "the reply announces too many bytes"),
  spoiltReply("gateway_json", "the reply is JSON as gateways write it", { also: answers }),
  spoiltReply("no_length", "the reply has no length, and breaks off"),
];

const later = [
  row("sensitive_output", create, "the task ends with Fail and 1027"),
  row("fail", create, "the task ends with Fail and 0, which gives no reason"),
  row("slow", create, "the task takes longer", { number: "the factor; default 10" }),
  row("late_callbacks", create, "all callbacks after the challenge come late", {
    number: "milliseconds; default 5000",
  }),
  row("double_callbacks", create, "all callbacks after the challenge come twice"),
  row("disordered_callbacks", create, "the callback about the end comes before the one about processing"),
  row("numeric_challenge", create, "the challenge is a number, and comes as text/plain"),
  row("no_callbacks", create, "no callback comes after the challenge"),
  row("unknown_status", ["query"], "while the task is processing, its status is an undocumented word"),
  row("late_result", ["query"], "the first success names no file and no link, the next one does", {
    ...countsRequests("the first N successes; default 1", 1),
  }),
  row("late_link", ["retrieve"], "the first link to the video is empty", {
    ...countsRequests("the first N links; default 1", 1),
  }),
  // The operations that make links: the query of a template contains its link.
  row("expired_link", ["retrieve", "query"], "the first link to the video has already expired; the next is valid", {
    ...countsRequests("the first N links; default 1", 1),
  }),
  row("backup_link", ["retrieve"], "the link is refused with 404; the reply names a backup that works"),
  row("cut_download", download, "the first download breaks off in the middle; a range can resume it", {
    ...countsRequests("the first N downloads; default 1", 1),
  }),
  row("range_ignored", download, "a Range request gets the whole file, with HTTP 200"),
  row("file_changed", download, "later downloads get another file: bytes, length and ETag differ", {
    number: "after N downloads; default 1",
  }),
  row("redirected_link", download, "the link redirects to another host and path, with HTTP 302"),
  row("misdirected_link", download, "the link redirects to an address that is not HTTP, with HTTP 302"),
];

const everything = [...create, ...answers, "content"] as const;
// These refuse every request, even an invalid one, and only a key can request them.
const byKey = [
  row("invalid_key", everything, "every request is refused with 2049", { example: "invalidKey" }),
  row("unauthorised", everything, "every request is refused with 1004, like a key from another region", {
    example: "unauthorised",
  }),
];

/** Every scenario, for help texts and READMEs. */
export const scenarios: readonly Scenario[] = [
  ...before.map((one) => ({ ...keyed(one, "before"), prompt: `{mock:${one.name}}` })),
  ...after.map((one) => ({ ...keyed(one, "after"), prompt: `{mock:${one.name}}` })),
  ...later.map((one) => ({ ...keyed(one, "later"), prompt: `{mock:${one.name}}` })),
  ...byKey.map((one) => keyed(one, "before")),
];

function keyed(one: Row, moment: Scenario["moment"]): Scenario {
  return { also: [], ...one, moment, key: `mock-${one.name.replaceAll("_", "-")}` };
}
