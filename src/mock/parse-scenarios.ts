/** Reads which scenarios a prompt, a key or a header requests: all three use the same words. Pure. */
import { nearest } from "../base/nearest.js";
import { type Operation, operations, type Scenario, scenarios } from "./scenarios.js";

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

/** A requested scenario, or why the mock cannot play it. */
export type Requested = Fault | string;

/** The tokens in the prompt of a create: `{mock:unclear}`, `{mock:unclear on=query times=2}`. They only concern its task. */
export function faultsInPrompt(prompt: string): Requested[] {
  const texts = [...prompt.matchAll(/\{\s*mock:([^{}]*)\}/gi)].map(([, text = ""]) => text);
  // Only a key or a header reaches operations that concern no earlier task.
  const reach = operations.filter((one) => one !== "list" && one !== "upload");
  return texts.map((text) => parseFault(text, { reach }));
}

/** The key `mock-unclear`, or `mock-unclear;on=query;times=2`. Other keys request nothing. */
export function faultsInKey(key: string): Requested[] {
  const [, name = "", rest = ""] = /^mock-([a-z-]+)(.*)$/.exec(key) ?? [];
  const scenario = scenarios.find((one) => one.prompt && one.key === `mock-${name}`);
  return scenario ? [parseFault(scenario.name + rest, { secret: "what follows it in the key" })] : [];
}

/** The scenario that refuses every request with this key. */
export function refusalOfKey(key: string): Scenario | undefined {
  return scenarios.find((scenario) => !scenario.prompt && scenario.key === key);
}

/** The header of a request, with commas between faults. Without `on=` they act on this request. */
export function faultsInHeader({ [FAULT_HEADER]: header = "" }: Record<string, string>): Requested[] {
  const texts = header.split(",").filter((text) => text.trim());
  return texts.map((text) => parseFault(text, { usual: ({ on, also }) => [...on, ...also] }));
}

/** All faults that are requested; of several with the same text, the first. `problem` says why others cannot be played. */
export function mergeFaults(requested: readonly Requested[]): { faults: Fault[]; problem: string } {
  const faults = requested.filter((one) => typeof one !== "string");
  return {
    faults: faults.filter(({ text }, index) => faults.findIndex((fault) => fault.text === text) === index),
    problem: requested.filter((one) => typeof one === "string").join("; "),
  };
}

/** The faults of a create that stay with its task, without those meant for the create request alone. */
export function faultsForTask(faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => (fault.text.includes(";on=") ? fault : { ...fault, on: fault.scenario.on }));
}

/** How the faults of a source are read. */
interface Reading {
  /** Where a fault acts by default. */
  usual?: (scenario: Scenario) => readonly Operation[];
  /** Where it can act at all. */
  reach?: readonly Operation[];
  /** What to call options that must not be shown. */
  secret?: string;
}

/** `name`, `name=3`, `name=3 on=query times=2`, with spaces, commas or semicolons; or why the mock cannot play it. */
function parseFault(text: string, { usual = ({ on }) => on, reach = operations, secret }: Reading): Requested {
  const [, name = "", rest = ""] = /^([^\s;,=]*)(.*)$/s.exec(text.trim()) ?? [];
  const scenario = named(name);
  if (!scenario?.prompt) return unknownScenario(name);
  const possible = reach.filter((one) => scenario.on.includes(one) || scenario.also.includes(one));
  const places = [...possible, "any"].join("|");
  // A longer number of milliseconds would overflow a timer, which would then fire at once.
  const known = new RegExp(`^(${scenario.number ? "=\\d{1,9}|" : ""}on=(${places})|times=\\d+)$`);
  const options = rest.split(/[\s;,]+/).filter(Boolean);
  const isSecond = (option: string, at: number) => options.slice(0, at).some((one) => keyOf(one) === keyOf(option));
  const wrong = options.find((option, at) => !known.test(option) || isSecond(option, at));
  if (wrong !== undefined) {
    const part = known.test(wrong) ? `a second "${keyOf(wrong)}="` : `"${wrong}"`;
    const advice = named(keyOf(wrong)) && !secret ? "; two scenarios need two tokens" : "";
    const takes = `${scenario.number ? "=N, " : ""}on=${places}, times=N`;
    return `the mock cannot play ${name} with ${secret ?? part}; it takes ${takes}${advice}`;
  }
  const { "": digits, on, times } = Object.fromEntries(options.map((option) => option.split("=")));
  const number = digits === undefined ? undefined : Number(digits);
  const most = (scenario.counts ? number : undefined) ?? scenario.times ?? Number.POSITIVE_INFINITY;
  return {
    scenario,
    number,
    times: times === undefined ? most : Number(times),
    on: on === undefined ? usual(scenario) : possible.filter((one) => on === "any" || one === on),
    text: [name, ...options].join(";"),
  };
}

function keyOf(option: string): string {
  return option.replace(/=.*/s, "");
}

function named(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name);
}

/** Why a name cannot be played: only a key requests that scenario, or there is none. */
function unknownScenario(name: string): string {
  const key = named(name)?.key;
  if (key) return `only the key ${key} requests the scenario ${name}`;
  const names = scenarios.map((scenario) => scenario.name);
  const meant = nearest(name, names);
  return `the mock has no scenario ${name}${meant ? `: did you mean ${meant}?` : ""}`.trim();
}
