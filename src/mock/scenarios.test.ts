import { expect, test } from "vitest";
import { refusalOfKey, requestedFaults } from "./parse-scenarios.js";
import { operations, scenarios } from "./scenarios.js";

test.each(scenarios)("$name can be requested, and acts somewhere", (scenario) => {
  const { name, prompt, key, on, also } = scenario;
  const sources = prompt ? [{ prompt: `A fox ${prompt}.` }, { key }, { headers: { "x-mock-fault": name } }] : [];
  for (const source of sources)
    expect(requestedFaults(source)).toEqual({ faults: [expect.objectContaining({ scenario })], problem: "" });
  expect(refusalOfKey(key)).toBe(prompt ? undefined : scenario);
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
