/** The key, the balance and the quota of an account, without buying anything. */
import { describe, expect, test } from "vitest";
import { failureOf } from "../../contract-tests/helpers/failure-of.js";
import { answers, type Given, OK, refusal } from "../../contract-tests/helpers/fake-fetch.js";
import { ApiError, ConnectionError, type ConnectOptions, createClient, ValidationError } from "../index.js";

const H3 = { model: "MiniMax-H3", prompt: "a fox", duration: 5, resolution: "768P", ratio: "16:9" } as const;

/** The account of a client that gets these answers. */
function bank(given: Given[], more: ConnectOptions = {}) {
  const { options, sent, clock } = answers(...given);
  const { account } = createClient({ ...options, maxRetries: 0, server: "global", ...more });
  return { account, sent, clock };
}

const BALANCE = {
  ...{ available_amount: "98.00", cash_balance: "0.00", voucher_balance: "98.00", credit_balance: "0.00" },
  ...{ owed_amount: "0.00", balance_alert_switch: false, balance_alert_threshold: "" },
};
const QUOTA = { model_name: "general", current_interval_total_count: 1000, current_interval_usage_count: 250 };

describe("the account", () => {
  test("returns a balance in decimal strings, and a quota by model", async () => {
    const { account, sent } = bank([
      { ...BALANCE, ...OK },
      { model_remains: [QUOTA], ...OK },
    ]);
    expect(await account.balance()).toEqual(BALANCE);
    expect(await account.quota()).toEqual([QUOTA]);
    expect(sent.map(({ request }) => request)).toEqual(["GET /account/query_balance", "GET /v1/token_plan/remains"]);
  });

  test.each<[string, "balance" | "quota", Given, RegExp]>([
    ["another kind of key", "balance", refusal(1004, "login fail"), /getAccountBalance was refused .* 1004/],
    ["a reply without a balance", "balance", OK, /has no available_amount/],
    ["a balance that is a number", "balance", { available_amount: 98, ...OK }, /has no available_amount/],
    ["a reply without a quota", "quota", OK, /has no model_remains/],
    ["a quota that is a list of nothing", "quota", { model_remains: [null], ...OK }, /has no model_remains/],
  ])("is an error for %s", async (_, name, given, message) => {
    const { account } = bank([given]);
    const error = await failureOf(account[name]());
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  test("sends nothing to a gateway, which documents no such calls", async () => {
    const { account, sent } = bank([OK], { server: "quickrouter" });
    for (const call of [account.balance, account.quota])
      expect(await failureOf(call())).toBeInstanceOf(ValidationError);
    expect(sent).toEqual([]);
  });
});

const withStatus =
  (status: number, body: object, headers = {}) =>
  () =>
    Response.json(body, { status, headers });
const UNKNOWN = {
  type: "error",
  error: { type: "server_error", message: "record not found (1000)", http_code: "500" },
};
const UNAUTHORISED = { type: "error", error: { type: "authorized_error", message: "invalid api key (2049)" } };

describe("a key", () => {
  test.each<[string, boolean | undefined, Given]>([
    ["is good if the service knows no such task", true, withStatus(500, UNKNOWN)],
    [
      "is valid if the service refuses the id",
      true,
      withStatus(400, {
        type: "error",
        error: { type: "bad_request_error", message: "invalid params, invalid task_id (2013)" },
      }),
    ],
    ["is bad if the service does not accept it", false, withStatus(401, UNAUTHORISED)],
    ["is bad if the service answers 1004", false, refusal(1004, "login fail")],
    ["stays open if something else answers", undefined, () => Response.json({ status: "ok" })],
    ["stays open if a page answers", undefined, () => new Response("<html>not found</html>", { status: 404 })],
  ])("%s", async (_, accepted, given) => {
    const { account, sent } = bank([given]);
    const found = await account.verify();
    expect([found.accepted, found.server]).toEqual([accepted, "global"]);
    expect(typeof found.reason).toBe(accepted ? "undefined" : "string");
    expect(sent.map(({ request }) => request)).toEqual(["GET /v2/query/video_generation/1"]);
  });

  test.each([
    ["sk-api-1234567890", "pay-as-you-go"],
    ["sk-cp-1234567890", "token-plan"],
    ["eyJhbGciOiJSUzI1NiJ9", undefined],
  ])("%s is of the kind %s, even if a function returns it", async (key, kind) => {
    for (const apiKey of [key, async () => key])
      expect((await bank([withStatus(500, UNKNOWN)], { apiKey }).account.verify()).keyKind).toBe(kind);
  });

  test("is checked at a gateway with the query that it supports", async () => {
    const { account, sent } = bank([refusal(2013, "invalid params")], { server: "quickrouter" });
    expect(await account.verify()).toMatchObject({ server: "quickrouter", accepted: true });
    expect(sent.map(({ request }) => request)).toEqual(["GET /minimax/v1/query/video_generation?task_id=1"]);
  });

  test("is reported with the skew of the clock, from the Date of the reply", async () => {
    const { options, clock } = answers();
    const date = new Date(clock.now() - 90_000).toUTCString();
    const { account } = createClient({ ...options, clock, fetch: async () => withStatus(500, UNKNOWN, { date })() });
    expect((await account.verify()).clockSkew).toBe(90_000);
    expect(await bank([withStatus(500, UNKNOWN)]).account.verify()).not.toHaveProperty("clockSkew");
  });

  test("is neither valid nor invalid if the service is busy or cannot be reached", async () => {
    const busy = withStatus(500, { type: "error", error: { type: "server_error", message: "internal error (1000)" } });
    expect(await failureOf(bank([busy]).account.verify())).toBeInstanceOf(ApiError);
    expect(await failureOf(bank([new TypeError("fetch failed")]).account.verify())).toBeInstanceOf(ConnectionError);
  });

  test("of a Token Plan makes MiniMax-H3 a warning, but the request is sent", async () => {
    const { options, sent } = answers({ task_id: "7" });
    const { videos } = createClient({ ...options, server: "global", apiKey: "sk-cp-1234567890" });
    const { ok, issues } = await videos.check(H3);
    expect([ok, issues.map(({ path, rule, severity }) => [path, rule, severity])]).toEqual([
      true,
      [["model", "tokenPlan", "warning"]],
    ]);
    expect((await videos.check({ model: "MiniMax-Hailuo-02", prompt: "a fox" })).issues).toEqual([]);
    await videos.create(H3);
    expect(sent).toHaveLength(1);
  });
});
