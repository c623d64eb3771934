/** Reads which scenarios a prompt, a key or a header requests: all three use the same words. Pure. */
import { type Operation, operations, type Scenario, scenarios, unbound } from "./scenarios.js";

/** The header that requests faults for the request that carries it: `x-mock-fault: unclear;times=1, cut_reply=100`. */
const FAULT_HEADER = "x-mock-fault";

/** A requested scenario. */
export interface Fault {
  scenario: Scenario;
  /** What a number means is up to the scenario. */
  number: number | undefined;
  /** How many requests it hits. */
  times: number;
  on: readonly Operation[];
  /** The normal form; two faults with the same text are one. */
  text: string;
}

/** Requested scenarios, and requests that the mock cannot play: the text of a token or header, or the scenario of a key. */
export interface ParsedFaults {
  faults: readonly Fault[];
  unknown: readonly string[];
}

/** The tokens in the prompt of a create: `{mock:unclear}`, `{mock:unclear on=query times=2}`. They only concern its task. */
export function faultsInPrompt(prompt: string): ParsedFaults {
  const texts = [...prompt.matchAll(/\{\s*mock:([^{}]*)\}/g)].map(([, text = ""]) => text);
  return parseAll(texts, { reach: operations.filter((one) => !unbound.includes(one)) });
}

/** The key `mock-unclear`, or `mock-unclear;on=query;times=2`. Other keys request nothing. */
export function faultsInKey(key: string): ParsedFaults {
  const [, name = "", rest = ""] = /^mock-([a-z-]+)(.*)$/.exec(key) ?? [];
  const scenario = scenarios.find((one) => one.prompt && one.key === `mock-${name}`);
  if (!scenario) return { faults: [], unknown: [] };
  const { faults, unknown } = parseAll([scenario.name + rest]);
  return { faults, unknown: unknown.map(() => scenario.name) };
}

/** The scenario that refuses every request with this key. */
export function refusalOfKey(key: string): Scenario | undefined {
  return scenarios.find((scenario) => !scenario.prompt && scenario.key === key);
}

/** The header of a request, with commas between faults. Without `on=` they act on this request. */
export function faultsInHeader({ [FAULT_HEADER]: header = "" }: Record<string, string>): ParsedFaults {
  const texts = header.split(",").filter((text) => text.trim());
  return parseAll(texts, { usual: (scenario) => [...scenario.on, ...scenario.also] });
}

/** Faults from several sources; the first of those with the same text counts. */
export function mergeFaults(...sources: readonly ParsedFaults[]): ParsedFaults {
  const faults = sources.flatMap((source) => source.faults);
  return {
    faults: faults.filter(({ text }, index) => faults.findIndex((fault) => fault.text === text) === index),
    unknown: sources.flatMap(({ unknown }) => unknown),
  };
}

/** Why a request for scenarios that the mock does not have, or not for this operation, is refused. */
export function unknownScenarios(names: readonly string[]): string {
  return `the mock has no scenario ${names.join(", ")}`;
}

/** The faults of a create that stay with its task, without those meant for the create request alone. */
export function faultsForTask(faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => (fault.text.includes(";on=") ? fault : { ...fault, on: fault.scenario.on }));
}

/** Where a fault acts by default, and where it can act at all. */
interface Places {
  usual?: (scenario: Scenario) => readonly Operation[];
  reach?: readonly Operation[];
}

function parseAll(texts: string[], places: Places = {}): ParsedFaults {
  const read = texts.map((text) => parseFault(text, places) ?? text.trim());
  return {
    faults: read.filter((one) => typeof one !== "string"),
    unknown: read.filter((one) => typeof one === "string"),
  };
}

/** `name`, `name=3`, `name=3 on=query times=2`, with spaces or semicolons; undefined if the mock cannot play it. */
function parseFault(text: string, { usual = ({ on }) => on, reach = operations }: Places): Fault | undefined {
  const [head = "", ...options] = text.trim().split(/[\s;]+/);
  const [, name, digits] = /^(\w+)(?:=(\d+))?$/.exec(head) ?? [];
  const scenario = scenarios.find((one) => one.prompt && one.name === name);
  const parsed = options.map((option) => /^(?:on=(\w+)|times=(\d+))$/.exec(option));
  const isRepeated = new Set(options.map((option) => option.split("=")[0])).size < options.length;
  if (!scenario || isRepeated || parsed.includes(null) || (digits && !scenario.number)) return undefined;
  const place = parsed.find((option) => option?.[1])?.[1];
  const times = parsed.find((option) => option?.[2])?.[2];
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
