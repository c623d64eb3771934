import { expect, test } from "vitest";
import { faultsInHeader, faultsInKey, faultsInPrompt, refusalOfKey } from "./parse-scenarios.js";
import { operations, scenarios } from "./scenarios.js";

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s can be requested", (name, scenario) => {
  const { prompt, key } = scenario;
  if (!prompt) return expect(refusalOfKey(key)?.name).toBe(name);
  for (const asked of [faultsInPrompt(`A fox ${prompt}.`), faultsInKey(key), faultsInHeader(name)])
    expect(asked.faults.map((fault) => fault.scenario)).toEqual([scenario]);
});

test.each(
  scenarios.map((scenario) => [scenario.name, scenario] as const),
)("%s acts on at least one operation, and names none twice", (_, { on, also }) => {
  const places = [...on, ...also];
  expect(on.length).toBeGreaterThan(0);
  expect(operations.filter((operation) => places.includes(operation)).length).toBe(places.length);
});

test("only accepted creates count as paid, and no scenario that acts later can be moved", () => {
  for (const { moment, also, plays } of scenarios) {
    if (moment === "after") expect(plays).toMatch(/^the create is accepted, but /);
    else expect(plays).not.toContain("is accepted, but");
    if (moment === "later") expect(also).toEqual([]);
  }
});

test("each scenario fits a line of the help", () => {
  for (const { prompt, plays, number } of scenarios) {
    expect(prompt?.length ?? 0).toBeLessThan(29);
    expect(plays.length).toBeLessThan(70);
    expect(number?.length ?? 0).toBeLessThan(66);
  }
});
