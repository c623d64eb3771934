import { describe, expect, test } from "vitest";
import { operations } from "./scenario.js";
import { inHeader, inKey, inWords, lasting, refusedKey, together, type Wishes } from "./wishes.js";

const EVER = Number.POSITIVE_INFINITY;
const ALL = [...operations];
/** What is about the task of a prompt. */
const OWN = ["create", "query", "delete", "retrieve", "content", "download"];

/** Name, number, times and places of each wish. */
const seen = ({ wishes }: Wishes) =>
  wishes.map(({ scenario, number, times, on }) => [scenario.name, number, times, [...on]]);

describe("a wish", () => {
  test.each<[string, unknown[]]>([
    ["fail", ["fail", undefined, EVER, ["create"]]],
    ["rate_limited=2", ["rate_limited", 2, 2, ["create"]]],
    ["rate_limited=2 times=5", ["rate_limited", 2, 5, ["create"]]],
    ["cut_reply=100 times=2", ["cut_reply", 100, 2, ["create"]]],
    ["cut_download", ["cut_download", undefined, 1, ["download"]]],
    ["burst", ["burst", undefined, 3, ["create", "query"]]],
    ["unclear on=query times=2", ["unclear", undefined, 2, ["query"]]],
    ["unclear;times=2;on=download", ["unclear", undefined, 2, ["download"]]],
    ["unclear on=any", ["unclear", undefined, EVER, OWN]],
    ["half_json on=any", ["half_json", undefined, EVER, ["create", "query", "delete", "retrieve"]]],
    ["garbage on=delete", ["garbage", undefined, EVER, ["delete"]]],
  ])("%s", (text, expected) => {
    expect(seen(inWords(`A fox {mock:${text}} jumps [Push in]`))).toEqual([expected]);
  });

  test.each([
    "",
    "rate-limited",
    "invalid_key",
    "nonsense on=query",
    "fail on=query",
    "unclear on=poll",
    "unclear on=list",
    "unclear on=upload",
    "half_json on=content",
    "unclear on=",
    "unclear times=two",
    "unclear times=-1",
    "unclear soon",
    "unclear=",
    "fail=3",
  ])("%j is none, and is named", (text) => {
    expect(inWords(`A fox {mock:fail} {mock:${text}}`)).toEqual({
      wishes: [expect.objectContaining({ text: "fail" })],
      unknown: [text],
    });
  });

  test("is not a camera command", () => {
    expect(inWords("[Push in] [mock:fail]")).toEqual({ wishes: [], unknown: [] });
  });
});

describe("a key", () => {
  test("can say how often and where", () => {
    expect(seen(inKey("mock-cut-reply=9;on=query;times=2"))).toEqual([["cut_reply", 9, 2, ["query"]]]);
  });

  test("reaches what belongs to no task, too", () => {
    expect(seen(inKey("mock-garbage;on=list"))).toEqual([["garbage", undefined, EVER, ["list"]]]);
    expect(seen(inKey("mock-garbage;on=any"))).toEqual([["garbage", undefined, EVER, ALL]]);
  });

  test("that asks for what cannot be played is not repeated", () => {
    expect(inKey("mock-fail;on=secret")).toEqual({ wishes: [], unknown: ["fail"] });
  });

  test.each(["mock-key", "mock-failure", "any", "mock-"])("%s is an ordinary one", (key) => {
    expect(inKey(key)).toEqual({ wishes: [], unknown: [] });
    expect(refusedKey(key)).toBeUndefined();
  });
});

describe("a header", () => {
  test("is about the request that carries it, wherever the scenario can act", () => {
    expect(seen(inHeader("lost_reply;times=1, half_json on=query, fail"))).toEqual([
      ["lost_reply", undefined, 1, ALL],
      ["half_json", undefined, EVER, ["query"]],
      ["fail", undefined, EVER, ["create"]],
    ]);
  });

  test("that is absent or empty asks for nothing", () => {
    for (const header of [undefined, "", " , "]) expect(inHeader(header)).toEqual({ wishes: [], unknown: [] });
  });

  test("leaves a task only what is not about the create itself", () => {
    const { wishes } = inHeader("lost_reply, unclear;on=query, expired_link");
    expect(lasting(wishes).map(({ on }) => on)).toEqual([["create"], ["query"], ["retrieve", "query"]]);
  });
});

test("the same wish from several sides is one", () => {
  const both = together(
    inHeader("unclear"),
    inKey("mock-unclear"),
    inWords("{mock:unclear} {mock:unclear times=1} {mock:x}"),
  );
  expect(seen(both).map(([, , times, on]) => [times, on])).toEqual([
    [EVER, ALL],
    [1, ["create"]],
  ]);
  expect(both.unknown).toEqual(["x"]);
});
