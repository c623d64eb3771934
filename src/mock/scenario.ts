/** The failures that can be asked for: by a token in the prompt, or by the key. */

/** A failure and how to ask for it. */
export interface Scenario {
  name: string;
  /** The token that asks for it, anywhere in the prompt or in a text input. Absent where only the key can ask. */
  prompt?: string;
  /** The API key that asks for it, for every request made with it. */
  key: string;
  /** What a number does, as in `{mock:rate_limited=2}`. Absent where a number means nothing. */
  number?: string;
  /** What the mock plays then. */
  plays: string;
  /** The example of the spec that answers the create. Absent where the create goes well, or gets no answer of MiniMax's. */
  example?: string;
  /** Whether the create was accepted, and counts as paid, although the answer does not say so. Default false. */
  accepted?: true;
}

const FIRST_CREATES = "only the first so many creates of the same prompt";

const rows: Omit<Scenario, "prompt" | "key">[] = [
  { name: "rate_limited", example: "rateLimited", number: FIRST_CREATES, plays: "create is refused with 1002" },
  {
    name: "insufficient_balance",
    example: "insufficientBalance",
    number: FIRST_CREATES,
    plays: "create is refused with 1008",
  },
  { name: "sensitive_input", example: "sensitiveInput", number: FIRST_CREATES, plays: "create is refused with 1026" },
  { name: "plan_limit", example: "planLimit", number: FIRST_CREATES, plays: "create is refused with 2056" },
  {
    name: "timed_out",
    example: "timeout",
    accepted: true,
    number: FIRST_CREATES,
    plays: "create is accepted, and answered with 1001",
  },
  {
    name: "lost_reply",
    accepted: true,
    number: FIRST_CREATES,
    plays: "create is accepted, and the connection is cut before the answer",
  },
  {
    name: "unclear",
    accepted: true,
    number: FIRST_CREATES,
    plays: "create is accepted, and answered with an HTML page under HTTP 502",
  },
  { name: "sensitive_output", plays: "the task ends with Fail and 1027" },
  { name: "fail", plays: "the task ends with Fail and 0, which says nothing of the reason" },
  { name: "slow", number: "the factor; default 10", plays: "the task takes longer" },
  { name: "unknown_status", plays: "the task has a status that no document knows while it is processing" },
  { name: "flaky_poll", plays: "every other query fails: cut, then 1002, and so on" },
  {
    name: "expired_link",
    number: "so many links; default 1",
    plays: "the first link to the video has already expired; the next one is good",
  },
  {
    name: "cut_download",
    number: "so many downloads; default 1",
    plays: "the first download breaks off in the middle; a Range request goes on",
  },
];

/**
 * Every scenario, for help texts and READMEs. Tokens of one prompt add up: `{mock:rate_limited=1} {mock:cut_download}`.
 * The last two answer every request, free ones too, and can only be asked for by the key.
 */
export const scenarios: readonly Scenario[] = [
  ...rows.map((row) => ({ prompt: `{mock:${row.name}}`, key: keyOf(row.name), ...row })),
  {
    name: "invalid_key",
    key: keyOf("invalid_key"),
    example: "invalidKey",
    plays: "everything is refused with 2049",
  },
  {
    name: "unauthorised",
    key: keyOf("unauthorised"),
    example: "unauthorised",
    plays: "everything is refused with 1004, as a key of another region is",
  },
];

/** Whether a scenario decides over the answer to a create, rather than over what becomes of the task. */
export function actsOnCreate({ example, accepted }: Scenario): boolean {
  return example !== undefined || accepted === true;
}

/** The scenario that refuses whatever is asked with this key. */
export function refusedKey(key: string): Scenario | undefined {
  return scenarios.find((scenario) => !scenario.prompt && scenario.key === key);
}

/** Scenarios asked for, by name, with their numbers; and the names in tokens that nobody knows. */
export interface AskedScenarios {
  plays: Map<string, number | undefined>;
  unknown: string[];
}

/** Reads the tokens in the words of a create, and the key it was sent with. */
export function askedIn(words: string, key: string): AskedScenarios {
  const tokens = [...words.matchAll(/\{mock:([^{}=]*)(?:=(\d+))?\}/g)];
  const plays = new Map(
    tokens.map(([, name = "", number]) => [name, number === undefined ? undefined : Number(number)]),
  );
  const byKey = scenarios.find((scenario) => scenario.prompt && scenario.key === key);
  if (byKey) plays.set(byKey.name, undefined);
  const unknown = [...plays.keys()].filter((name) => !scenarios.some((known) => known.prompt && known.name === name));
  return { plays, unknown };
}

function keyOf(name: string): string {
  return `mock-${name.replaceAll("_", "-")}`;
}
