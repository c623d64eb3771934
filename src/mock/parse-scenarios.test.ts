import { describe, expect, test } from "vitest";
import { type Fault, faultsForTask, refusalOfKey, requestedFaults } from "./parse-scenarios.js";
import { operations } from "./scenarios.js";

const EVER = Number.POSITIVE_INFINITY;
const ALL = [...operations];
/** The operations on the task of a prompt. */
const OWN = ["create", "query", "delete", "retrieve", "content", "download"];

const HALF_JSON = "it takes on=create|query|delete|retrieve|any, times=N";

/** Name, number, times and places of each fault. */
const seen = ({ faults }: { faults: Fault[] }) =>
  faults.map(({ scenario, number, times, on }) => [scenario.name, number, times, [...on]]);
const NOTHING = { faults: [], problem: "" };

describe("a fault", () => {
  test.each<[string, unknown[]]>([
    ["fail", ["fail", undefined, EVER, ["create"]]],
    ["rate_limited=2", ["rate_limited", 2, 2, ["create"]]],
    ["rate_limited=2 times=5", ["rate_limited", 2, 5, ["create"]]],
    ["cut_reply=100 times=2", ["cut_reply", 100, 2, ["create"]]],
    ["cut_download", ["cut_download", undefined, 1, ["download"]]],
    ["cut_reply=100, times=2", ["cut_reply", 100, 2, ["create"]]],
    ["burst", ["burst", undefined, 3, ["create", "query"]]],
    ["unclear on=query times=2", ["unclear", undefined, 2, ["query"]]],
    ["unclear;times=2;on=download", ["unclear", undefined, 2, ["download"]]],
    ["unclear on=any", ["unclear", undefined, EVER, OWN]],
    ["half_json on=any", ["half_json", undefined, EVER, ["create", "query", "delete", "retrieve"]]],
    ["garbage on=delete", ["garbage", undefined, EVER, ["delete"]]],
  ])("%s", (text, expected) => {
    expect(seen(requestedFaults({ prompt: `A fox {mock:${text}} jumps [Push in]` }))).toEqual([expected]);
    expect(seen(requestedFaults({ prompt: `A fox { Mock: ${text} } jumps` }))).toEqual([expected]);
  });

  test.each([
    ["", "the mock has no scenario"],
    ["nonsense on=query", "the mock has no scenario nonsense"],
    ["Fail", "the mock has no scenario Fail: did you mean fail?"],
    ["rate-limited", "the mock has no scenario rate-limited: did you mean rate_limited?"],
    ["invalid_key", "only the key mock-invalid-key requests the scenario invalid_key"],
    ["fail=3", 'the mock cannot play fail with "=3"; it takes on=create|any, times=N'],
    ["fail on=query", 'the mock cannot play fail with "on=query"; it takes on=create|any, times=N'],
    ["late_link on=query", 'the mock cannot play late_link with "on=query"; it takes =N, on=retrieve|any, times=N'],
    [
      "burst on=list",
      'the mock cannot play burst with "on=list"; it takes =N, on=create|query|delete|retrieve|content|any, times=N',
    ],
    [
      "late_link=9999999999",
      'the mock cannot play late_link with "=9999999999"; it takes =N, on=retrieve|any, times=N',
    ],
    ["half_json on=content", `the mock cannot play half_json with "on=content"; ${HALF_JSON}`],
    ["half_json on=", `the mock cannot play half_json with "on="; ${HALF_JSON}`],
    ["half_json on=upload", `the mock cannot play half_json with "on=upload"; ${HALF_JSON}`],
    ["half_json times=two", `the mock cannot play half_json with "times=two"; ${HALF_JSON}`],
    ["half_json times=-1", `the mock cannot play half_json with "times=-1"; ${HALF_JSON}`],
    ["half_json=two", `the mock cannot play half_json with "=two"; ${HALF_JSON}`],
    ["half_json=", `the mock cannot play half_json with "="; ${HALF_JSON}`],
    ["half_json soon", `the mock cannot play half_json with "soon"; ${HALF_JSON}`],
    ["half_json, fail", `the mock cannot play half_json with "fail"; ${HALF_JSON}; two scenarios need two tokens`],
    [
      "half_json on=any fail=2",
      `the mock cannot play half_json with "fail=2"; ${HALF_JSON}; two scenarios need two tokens`,
    ],
  ])("%j is refused, with the reason", (text, problem) => {
    const requested = requestedFaults({ prompt: `A fox {mock:fail} {mock:${text}}` });
    expect(requested).toEqual({ faults: [expect.objectContaining({ text: "fail" })], problem });
  });

  test("is not a camera command", () => {
    expect(requestedFaults({ prompt: "[Push in] [mock:fail]" })).toEqual(NOTHING);
  });
});

describe("a key", () => {
  test.each<[string, unknown[]]>([
    ["mock-cut-reply=9;on=query;times=2", ["cut_reply", 9, 2, ["query"]]],
    ["mock-garbage;on=list", ["garbage", undefined, EVER, ["list"]]],
    ["mock-garbage;on=any", ["garbage", undefined, EVER, ALL]],
  ])("%s requests a fault, even if no task is involved", (key, fault) => {
    expect(seen(requestedFaults({ key }))).toEqual([fault]);
  });

  test("is not shown if it requests an impossible scenario", () => {
    const problem = "the mock cannot play fail with what follows it in the key; it takes on=create|any, times=N";
    expect(requestedFaults({ key: "mock-fail;on=secret" })).toEqual({ faults: [], problem });
  });

  test.each(["mock-key", "mock-failure", "any", "mock-"])("%s is an ordinary key", (key) => {
    expect(requestedFaults({ key })).toEqual(NOTHING);
    expect(refusalOfKey(key)).toBeUndefined();
  });
});

const faultsIn = (header: string) => requestedFaults({ headers: { "x-mock-fault": header } });

describe("a header", () => {
  test("acts on its own request, wherever the scenario can act", () => {
    expect(seen(faultsIn("lost_reply;times=1, half_json on=query, fail"))).toEqual([
      ["lost_reply", undefined, 1, ALL],
      ["half_json", undefined, EVER, ["query"]],
      ["fail", undefined, EVER, ["create"]],
    ]);
  });

  test("that is absent or empty requests nothing", () => {
    for (const parsed of [requestedFaults({}), faultsIn(""), faultsIn(" , ")]) expect(parsed).toEqual(NOTHING);
  });

  test("passes only faults to its task that do not affect the create itself", () => {
    const { faults } = faultsIn("lost_reply, unclear;on=query, expired_link");
    expect(faultsForTask(faults).map(({ on }) => on)).toEqual([["create"], ["query"], ["retrieve", "query"]]);
  });
});

test("the same fault from several sources counts once, and the first source wins", () => {
  const all = requestedFaults({
    headers: { "x-mock-fault": "unclear" },
    key: "mock-unclear",
    prompt: "{mock:unclear} {mock:unclear times=1} {mock:x}",
  });
  expect(seen(all).map(([, , times, on]) => [times, on])).toEqual([
    [EVER, ALL],
    [1, ["create"]],
  ]);
  expect(all.problem).toBe("the mock has no scenario x");
});
