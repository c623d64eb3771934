import { ApiError, invalid } from "../base/errors.js";
import type { KeyKind } from "../base/key-kind.js";
import { aSignal, assertOptions } from "../base/options.js";
import { defined } from "../base/record.js";
import type { CallOptions } from "../base/task.js";
import type { AccountBalanceResp, ModelQuota } from "../generated/minimax.js";
import { missingField, successOf } from "../http/parse-response.js";
import { readDelay, retry, sendRead } from "../http/retry.js";
import type { Call, HttpContext } from "../http/transport.js";

/** The balance of an account. Amounts such as `available_amount` are decimal strings, in the currency of its region. */
export type AccountBalance = Omit<AccountBalanceResp, "base_resp"> & { readonly available_amount: string };

/** What is known of a key after one free query. */
export interface Verification {
  /** Name of a documented server, or the base URL of another one. */
  readonly server: string;
  /** Whether the service accepts the key. Absent if its reply does not tell. */
  readonly accepted?: boolean;
  /** By the beginning of the key; absent if that does not tell. */
  readonly keyKind?: KeyKind;
  /** What the service said, unless the key is good. */
  readonly reason?: string;
  /** Milliseconds by which this clock is ahead of the service's, to a second; absent if the reply has no date. */
  readonly clockSkew?: number;
}

/** `minimax.account`: what a key may do and what is left. All calls are free of charge. */
export interface Account {
  /**
   * Asks whether the key is good for this server, by a query of a task that does not exist. No other server is asked.
   * @throws {ConnectionError} if the server cannot be reached.
   */
  verify(options?: CallOptions): Promise<Verification>;
  /**
   * What an account that pays as it goes can spend. Its keys begin with `sk-api-`.
   * @throws {ApiError} if the service does not tell, as for a key of a Token Plan.
   */
  balance(options?: CallOptions): Promise<AccountBalance>;
  /**
   * What a Token Plan has left, by model. Its keys begin with `sk-cp-`. 100 % left is no promise that a create is accepted.
   * @throws {ApiError} if the service does not tell.
   */
  quota(options?: CallOptions): Promise<ModelQuota[]>;
}

/** Loaded with the first call that concerns the account. */
export function accountOf(context: HttpContext): Account {
  return {
    verify: (options) => verify(context, options),
    async balance(options) {
      const call = callOf(context, "account.balance", "getAccountBalance", "/account/query_balance", options);
      return sendRead(context, call, ({ base_resp: _, ...balance }) => {
        if (typeof balance.available_amount !== "string") throw missingField("available_amount", call, context.server);
        // Checked as far as it is relied on. The other fields are passed on.
        return balance as AccountBalance;
      });
    },
    async quota(options) {
      const call = callOf(context, "account.quota", "getTokenPlan", "/v1/token_plan/remains", options);
      return sendRead(context, call, ({ model_remains }) => {
        if (!Array.isArray(model_remains)) throw missingField("model_remains", call, context.server);
        return model_remains;
      });
    },
  };
}

function callOf({ server }: HttpContext, name: string, operation: string, path: string, options?: CallOptions): Call {
  const { signal } = assertOptions(name, options, { signal: aSignal });
  if (server.spec !== "minimax")
    throw invalid("Nothing was asked", "server", `${server.name} documents no calls for the account`);
  return { operation, method: "GET", path, signal };
}

/** No task has this id. */
const NOBODY = "1";

async function verify(context: HttpContext, options?: CallOptions): Promise<Verification> {
  const { signal } = assertOptions("account.verify", options, { signal: aSignal });
  const { server, transport, clock } = context;
  const [operation, path] =
    server.spec === "minimax"
      ? ["videoGenerationV2Query", `/v2/query/video_generation/${NOBODY}`]
      : ["queryVideoGenerationTask", `/v1/query/video_generation?task_id=${NOBODY}`];
  const call: Call = { operation, method: "GET", path, signal };
  return retry(context, call, readDelay(context), async () => {
    const reply = await transport(call);
    const date = Date.parse(reply.headers.get("date") ?? "");
    const facts = {
      server: server.name,
      keyKind: reply.keyKind,
      clockSkew: Number.isNaN(date) ? undefined : Math.round((clock.now() - date) / 1000) * 1000,
    };
    try {
      successOf(reply, call, server);
    } catch (error) {
      // A service that is busy says nothing about the key.
      if (!(error instanceof ApiError) || ["rate_limited", "service"].includes(error.kind)) throw error;
      // A reply without a code may be that of another service.
      const isKnown = error.kind === "invalid_request" && error.code !== undefined;
      const accepted = error.kind === "authentication" ? false : isKnown || undefined;
      return defined({ ...facts, accepted, reason: accepted ? undefined : error.message });
    }
    return defined({ ...facts, accepted: true });
  });
}
