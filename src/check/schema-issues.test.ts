import { expect, test } from "vitest";
import type { SchemaError } from "../generated/validators.js";
import { issuesOf, relevantErrors } from "./schema-issues.js";

function error(keyword: string, instancePath: string, schemaPath: string, params = {}): SchemaError {
  return { keyword, instancePath, schemaPath, params };
}

test.each([
  ["seed", "minimum", { seed: -1 }, { comparison: ">=", limit: 0 }, "must be >= 0 (got -1)"],
  ["prompt", "minLength", { prompt: "" }, { limit: 1 }, "must not be empty"],
  ["prompt", "minLength", { prompt: "fox" }, { limit: 5 }, "needs at least 5 characters (got 3)"],
  ["prompt", "maxLength", { prompt: "fox" }, { limit: 2 }, "takes at most 2 characters (got 3)"],
  ["duration", "multipleOf", { duration: 5 }, {}, 'breaks the rule "multipleOf"'],
  ["a[10].b", "pattern", { a: { 10: { b: "y" } } }, { pattern: "^x$" }, "must be of the form ^x$"],
  ["a", "false schema", {}, {}, "does not go with text to video"],
])("the issue at %s describes the rule %s", (path, keyword, body, params, message) => {
  const pointer = `/${path.replace(/[[\].]+/g, "/")}`;
  const issue = { path, rule: keyword, severity: "error", message };
  expect(issuesOf([error(keyword, pointer, "#/x", params)], body, "TextToVideo", {})).toEqual([issue]);
});

const ONE = "#/properties/content/items/oneOf";
const at = "/content/0";
const errors = [
  error("const", `${at}/type`, `${ONE}/0/properties/type/const`),
  error("required", at, `${ONE}/0/required`),
  error("const", `${at}/role`, `${ONE}/1/properties/role/const`),
  error("enum", `${at}/type`, `${ONE}/2/properties/type/enum`),
  error("oneOf", at, ONE),
  error("minLength", "/content/01", `${ONE}/0/minLength`),
  error("type", "/prompt", "#/properties/prompt/type"),
  error("contains", "/content", "#/properties/content/contains/properties/x/const"),
  error("if", "/content", "#/properties/content/if"),
];
const pathsOf = (errors: SchemaError[]) => relevantErrors(errors).map(({ schemaPath }) => schemaPath.replace(ONE, ""));
const outside = ["/0/minLength", "#/properties/prompt/type"];

test("only the errors of the branch with the fewest are reported, and those outside of branches", () => {
  expect(pathsOf(errors)).toEqual(["/1/properties/role/const", ...outside]);
});

test("if no branch has the type of an item, only the type is reported", () => {
  const others = errors.filter(({ instancePath }) => !instancePath.endsWith("/role"));
  expect(pathsOf(others)).toEqual(["/2/properties/type/enum", ...outside]);
  const single = others.filter(({ schemaPath }) => !schemaPath.includes("/2/"));
  expect(pathsOf(single)).toEqual(["/0/properties/type/const", ...outside]);
});

test("the errors of a long list are sorted out in linear time", () => {
  const items = Array.from({ length: 30_000 }, (_, item) =>
    errors.map((one) => ({ ...one, instancePath: one.instancePath.replace(at, `/content/${item}`) })),
  );
  const begun = process.cpuUsage();
  const kept = relevantErrors(items.flat());
  // In quadratic time, it would take minutes.
  expect(process.cpuUsage(begun).user).toBeLessThan(10_000_000);
  expect(kept.filter(({ keyword }) => keyword === "const").length).toBe(items.length);
});
