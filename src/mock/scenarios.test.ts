import { expect, test } from "vitest";
import { faultsInHeader, faultsInKey, faultsInPrompt, refusalOfKey } from "./parse-scenarios.js";
import { operations, scenarios } from "./scenarios.js";

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s can be asked for", (name, scenario) => {
  const { prompt, key } = scenario;
  if (!prompt) return expect(refusalOfKey(key)?.name).toBe(name);
  for (const asked of [faultsInPrompt(`A fox ${prompt}.`), faultsInKey(key), faultsInHeader(name)])
    expect(asked.faults.map((fault) => fault.scenario)).toEqual([scenario]);
});

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s acts somewhere, and nowhere twice", (_, {
  on,
  also,
}) => {
  const places = [...on, ...also];
  expect(on.length).toBeGreaterThan(0);
  expect(operations.filter((operation) => places.includes(operation)).length).toBe(places.length);
});

test("what is counted as paid is what was accepted, and nothing that can be moved comes later", () => {
  for (const { moment, also, plays } of scenarios) {
    if (moment === "after") expect(plays).toMatch(/^create is accepted, and /);
    else expect(plays).not.toContain("is accepted, and");
    if (moment === "later") expect(also).toEqual([]);
  }
});

test("a line of the help has room for each", () => {
  for (const { prompt, plays, number } of scenarios) {
    expect(prompt?.length ?? 0).toBeLessThan(29);
    expect(plays.length).toBeLessThan(70);
    expect(number?.length ?? 0).toBeLessThan(66);
  }
});
