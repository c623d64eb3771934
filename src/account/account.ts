import { ApiError, invalid } from "../base/errors.js";
import type { KeyKind } from "../base/key-kind.js";
import { aSignal, assertOptions } from "../base/options.js";
import { defined, isRecord } from "../base/record.js";
import type { CallOptions } from "../base/task.js";
import type { AccountBalanceResp, ModelQuota } from "../generated/minimax.js";
import { missingField, successOf } from "../http/parse-response.js";
import { readDelay, retry, sendRead } from "../http/retry.js";
import { type Call, clockSkewIn, type HttpContext } from "../http/transport.js";
import { kinds, pathOf } from "../kinds/kinds.js";

/** The balance of an account. Amounts such as `available_amount` are decimal strings, in the currency of its region. */
export type AccountBalance = Omit<AccountBalanceResp, "base_resp"> & { readonly available_amount: string };

/** The result of verifying a key. */
export interface Verification {
  /** Name of a documented server, or the base URL of another one. */
  readonly server: string;
  /** Whether the service accepts the key. Absent if its reply does not show this. */
  readonly accepted?: boolean;
  /** How the key is billed, according to its prefix. Absent for other prefixes. */
  readonly keyKind?: KeyKind;
  /** What the service said, unless it accepts the key. */
  readonly reason?: string;
  /** Milliseconds by which this clock is ahead of the service's, to the nearest second. Absent if the reply has no date. */
  readonly clockSkew?: number;
}

/** `minimax.account`: verifies keys, and reads balances and quotas. All calls are free of charge. */
export interface Account {
  /**
   * Verifies the key on this server only, by querying a task that does not exist.
   * @throws {ConnectionError} if the server cannot be reached.
   */
  verify(options?: CallOptions): Promise<Verification>;
  /**
   * Resolves with the balance of a pay-as-you-go account, whose keys begin with `sk-api-`.
   * @throws {ApiError} if the service returns none, as for a key of a Token Plan.
   */
  balance(options?: CallOptions): Promise<AccountBalance>;
  /**
   * Resolves with what is left of a Token Plan, by model. Its keys begin with `sk-cp-`. Even at 100 %, a create may be refused.
   * @throws {ApiError} if the service returns none.
   */
  quota(options?: CallOptions): Promise<ModelQuota[]>;
}

/** Implements `Account`. Loaded on the first call. Checks only what the client relies on, and passes on the other fields. */
export function accountOf(context: HttpContext): Account {
  return {
    verify: (options) => verify(context, options),
    async balance(options) {
      const call = callOf(context, "account.balance", "getAccountBalance", "/account/query_balance", options);
      return sendRead(context, call, ({ base_resp: _, ...balance }) => {
        if (typeof balance.available_amount !== "string") throw missingField("available_amount", call, context.server);
        return balance as AccountBalance;
      });
    },
    async quota(options) {
      const call = callOf(context, "account.quota", "getTokenPlan", "/v1/token_plan/remains", options);
      return sendRead(context, call, ({ model_remains }) => {
        if (!Array.isArray(model_remains) || !model_remains.every(isRecord))
          throw missingField("model_remains", call, context.server);
        return model_remains as ModelQuota[];
      });
    },
  };
}

function callOf({ server }: HttpContext, name: string, operation: string, path: string, options?: CallOptions): Call {
  const { signal } = assertOptions(name, options, { signal: aSignal });
  if (server.spec !== "minimax")
    throw invalid("Nothing was sent", "server", `${server.name} documents no calls for the account`);
  return { operation, method: "GET", path, signal };
}

/** Queries task 1, which does not exist. */
async function verify(context: HttpContext, options?: CallOptions): Promise<Verification> {
  const { signal } = assertOptions("account.verify", options, { signal: aSignal });
  const { server, transport, clock } = context;
  const { query } = kinds[server.spec === "minimax" ? "generation" : "video"];
  const call: Call = { operation: query.operation, method: "GET", path: pathOf(query, "1"), signal };
  return retry(context, call, readDelay(context), async () => {
    const reply = await transport(call);
    const facts = { server: server.name, keyKind: reply.keyKind, clockSkew: clockSkewIn(reply, clock.now()) };
    try {
      const { task, base_resp } = successOf(reply, call, server);
      if (!isRecord(task) && !isRecord(base_resp)) throw missingField("base_resp", call, server);
    } catch (error) {
      // A refusal of a busy service does not show whether the key is good.
      if (!(error instanceof ApiError) || ["rate_limited", "service"].includes(error.kind)) throw error;
      // A reply without a code may come from another service.
      const isKnown = error.kind === "invalid_request" && error.code !== undefined;
      const accepted = error.kind === "authentication" ? false : isKnown || undefined;
      return defined({ ...facts, accepted, reason: accepted ? undefined : error.message });
    }
    return defined({ ...facts, accepted: true });
  });
}
