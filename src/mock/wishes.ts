/** Reading what is asked for: the same words in a prompt, a key and a header. Pure. */
import { type Operation, operations, type Scenario, scenarios, unbound } from "./scenario.js";

/** The header that asks for failures of the very request that carries it: `x-mock-fault: unclear;times=1, cut_reply=100`. */
export const FAULT_HEADER = "x-mock-fault";

/** A scenario that somebody asked for. */
export interface Wish {
  scenario: Scenario;
  /** What a number does is up to the scenario. */
  number: number | undefined;
  /** How many requests it hits. */
  times: number;
  on: readonly Operation[];
  /** In normal form; two wishes with the same text are one. */
  text: string;
}

/** What was asked for, and what of it nobody knows: the words of a token or a header, the scenario of a key. */
export interface Wishes {
  wishes: readonly Wish[];
  unknown: readonly string[];
}

/** The tokens in the words of a create: `{mock:unclear}`, `{mock:unclear on=query times=2}`. They reach only what is about its task. */
export function inWords(words: string): Wishes {
  const texts = [...words.matchAll(/\{mock:([^{}]*)\}/g)].map(([, text = ""]) => text);
  return all(texts, { reach: operations.filter((one) => !unbound.includes(one)) });
}

/** The key `mock-unclear`, or `mock-unclear;on=query;times=2`. Any other key asks for nothing. */
export function inKey(key: string): Wishes {
  const [, name = "", rest = ""] = /^mock-([a-z-]+)(.*)$/.exec(key) ?? [];
  const scenario = scenarios.find((one) => one.prompt && one.key === `mock-${name}`);
  if (!scenario) return { wishes: [], unknown: [] };
  const { wishes, unknown } = all([scenario.name + rest]);
  return { wishes, unknown: unknown.map(() => scenario.name) };
}

/** The scenario that refuses whatever is asked with this key. */
export function refusedKey(key: string): Scenario | undefined {
  return scenarios.find((scenario) => !scenario.prompt && scenario.key === key);
}

/** The header of a request, several faults with commas between them. Without `on=` they act on this request. */
export function inHeader(header: string | undefined): Wishes {
  const texts = (header ?? "").split(",").filter((text) => text.trim());
  return all(texts, { usual: (scenario) => [...scenario.on, ...scenario.also] });
}

/** Several lots of wishes as one; of two with the same text the first counts. */
export function together(...lots: readonly Wishes[]): Wishes {
  const wishes = lots.flatMap((lot) => lot.wishes);
  return {
    wishes: wishes.filter(({ text }, index) => wishes.findIndex((wish) => wish.text === text) === index),
    unknown: lots.flatMap(({ unknown }) => unknown),
  };
}

/** What of the wishes of a create stays with its task. What only this very request was meant to meet does not. */
export function lasting(wishes: readonly Wish[]): Wish[] {
  return wishes.map((wish) => (wish.text.includes(";on=") ? wish : { ...wish, on: wish.scenario.on }));
}

/** Where a wish acts when it does not say so, and where it can act at all. */
interface Places {
  usual?: (scenario: Scenario) => readonly Operation[];
  reach?: readonly Operation[];
}

function all(texts: string[], places: Places = {}): Wishes {
  const read = texts.map((text) => wishFrom(text, places) ?? text.trim());
  return {
    wishes: read.filter((one) => typeof one !== "string"),
    unknown: read.filter((one) => typeof one === "string"),
  };
}

/** `name`, `name=3`, `name=3 on=query times=2`, with spaces or semicolons; undefined for what the mock cannot play. */
function wishFrom(text: string, { usual = ({ on }) => on, reach = operations }: Places): Wish | undefined {
  const [head = "", ...options] = text.trim().split(/[\s;]+/);
  const [, name, digits] = /^(\w+)(?:=(\d+))?$/.exec(head) ?? [];
  const scenario = scenarios.find((one) => one.prompt && one.name === name);
  const asked = options.map((option) => /^(?:on=(\w+)|times=(\d+))$/.exec(option));
  if (!scenario || asked.includes(null) || (digits && !scenario.number)) return undefined;
  const place = asked.find((option) => option?.[1])?.[1];
  const times = asked.find((option) => option?.[2])?.[2];
  const on = place === undefined ? usual(scenario) : placesNamed(place, scenario, reach);
  if (on.length === 0) return undefined;
  const number = digits === undefined ? undefined : Number(digits);
  const most = (scenario.counts ? number : undefined) ?? scenario.times ?? Number.POSITIVE_INFINITY;
  return {
    scenario,
    number,
    on,
    times: times === undefined ? most : Number(times),
    text: [head, ...options].join(";"),
  };
}

/** `any`, or one operation that the scenario can act on. */
function placesNamed(place: string, { on, also }: Scenario, reach: readonly Operation[]): readonly Operation[] {
  const possible = reach.filter((one) => on.includes(one) || also.includes(one));
  return place === "any" ? possible : possible.filter((one) => one === place);
}
