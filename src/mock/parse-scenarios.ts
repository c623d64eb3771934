/** Reads which scenarios a prompt, a key or a header requests: all three use the same words. Pure. */
import { nearest } from "../base/nearest.js";
import { type Operation, operations, type Scenario, scenarios } from "./scenarios.js";

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

/** What can request faults of a request, and the faults that the create of its task requested. */
interface Sources {
  headers?: Record<string, string>;
  key?: string;
  prompt?: string;
  earlier?: readonly Fault[] | undefined;
}

/**
 * All faults that are requested: by the header `x-mock-fault: unclear;times=1, cut_reply=100`, which act on this request unless `on=`
 * says otherwise, by the key `mock-unclear;on=query;times=2`, or by the prompt of a create, `{mock:unclear on=query times=2}`, which
 * only concern its task. Of several with the same text, the first counts. `problem` says why others cannot be played.
 */
export function requestedFaults({ headers = {}, key = "", prompt = "", earlier = [] }: Sources) {
  const inHeader = (headers["x-mock-fault"] ?? "").split(",").filter((text) => text.trim());
  const [, name, rest = ""] = /^mock-([a-z-]+)(.*)$/.exec(key) ?? [];
  const byKey = scenarios.filter((one) => one.prompt && one.key === `mock-${name}`);
  const inPrompt = [...prompt.matchAll(/\{\s*mock:([^{}]*)\}/gi)].map(([, text = ""]) => text);
  const requested = [
    ...inHeader.map((text) => parseFault(text, "headers")),
    ...byKey.map((scenario) => parseFault(scenario.name + rest, "key")),
    ...inPrompt.map((text) => parseFault(text, "prompt")),
    ...earlier,
  ];
  const all = requested.filter((one) => typeof one !== "string");
  const faults = all.filter(({ text }, index) => all.findIndex((fault) => fault.text === text) === index);
  return { faults, problem: requested.filter((one) => typeof one === "string").join("; ") };
}

/** The scenario that refuses every request with this key. */
export function refusalOfKey(key: string): Scenario | undefined {
  return scenarios.find((scenario) => !scenario.prompt && scenario.key === key);
}

/** The faults of a create that stay with its task, without those meant for the create request alone. */
export function faultsForTask(faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => (fault.text.includes(";on=") ? fault : { ...fault, on: fault.scenario.on }));
}

/** `name`, `name=3`, `name=3 on=query times=2`, with spaces, commas or semicolons; or why the mock cannot play it. */
function parseFault(text: string, source: keyof Sources): Fault | string {
  const [, name = "", rest = ""] = /^([^\s;,=]*)(.*)$/s.exec(text.trim()) ?? [];
  const scenario = scenarios.find((one) => one.name === name);
  if (!scenario) return unknownScenario(name);
  if (!scenario.prompt) return `only the key ${scenario.key} requests the scenario ${name}`;
  const { on, also, number: takesNumber, counts, times = Number.POSITIVE_INFINITY } = scenario;
  const everywhere = [...on, ...also];
  // Only a key or a header reaches operations that concern no earlier task.
  const reached = operations.filter((one) => source !== "prompt" || (one !== "list" && one !== "upload"));
  const possible = reached.filter((one) => everywhere.includes(one));
  const places = [...possible, "any"].join("|");
  // A longer number of milliseconds would overflow a timer, which would then fire at once.
  const known = new RegExp(`^(${takesNumber ? "=\\d{1,9}|" : ""}on=(${places})|times=\\d+)$`);
  const options = rest.split(/[\s;,]+/).filter(Boolean);
  const wrong = options.find((option) => !known.test(option));
  if (wrong !== undefined) {
    const takes = `it takes ${takesNumber ? "=N, " : ""}on=${places}, times=N`;
    if (source === "key") return `the mock cannot play ${name} with what follows it in the key; ${takes}`;
    const isSecond = scenarios.some((one) => one.name === wrong.replace(/=.*/s, ""));
    return `the mock cannot play ${name} with "${wrong}"; ${takes}${isSecond ? "; two scenarios need two tokens" : ""}`;
  }
  const given = Object.fromEntries(options.map((option) => option.split("=")));
  const number = given[""] === undefined ? undefined : Number(given[""]);
  const usual = source === "headers" ? everywhere : on;
  return {
    scenario,
    number,
    times: Number(given.times ?? (counts && number) ?? times),
    on: given.on === undefined ? usual : possible.filter((one) => given.on === "any" || one === given.on),
    text: [name, ...options].join(";"),
  };
}

function unknownScenario(name: string): string {
  const names = scenarios.map((scenario) => scenario.name);
  const meant = nearest(name, names);
  return `the mock has no scenario ${name}${meant ? `: did you mean ${meant}?` : ""}`.trim();
}
