import { randomUUID } from "node:crypto";
import { ConnectionError } from "../base/errors.js";
import { aDuration, assertOptions, aText, type Rules } from "../base/options.js";
import type { SharedBudget, Turn } from "../base/shared-budget.js";
import { commandsOf, PREFIX, type RedisClient, runScript } from "./redis-client.js";

/** Options of `redisBudget`. */
export interface RedisBudgetOptions {
  /** The name of the account. Processes that use the same account, with one key or several, share its limits. Default "default". */
  account?: string | undefined;
  /** The prefix of its keys in Redis. Default "minimax-video". */
  prefix?: string | undefined;
  /** How many milliseconds a minute has, for tests. Default 60,000. */
  minute?: number | undefined;
}

const BUDGET_OPTIONS: Rules<RedisBudgetOptions> = { account: aText, prefix: aText, minute: aDuration };

/** How many calls may start at once. Larger budgets are spent in parts of this size, as in a single process (call-budget.ts). */
const BURST = 20;
/** Minutes after which a call counts as ended if its process has died. No exchange takes longer. */
const LEASE = 3;

/**
 * Each member of the set is a call, with the time until which it counts, by the clock of Redis, as its score. A call under way
 * counts until its lease ends. There are two rules, each a number of calls and a number of milliseconds; scores follow the second
 * rule. Returns 0 if the call may start, else the milliseconds until another call may.
 */
const TAKE = `
local time = redis.call('TIME')
local now, wait, hold = time[1] * 1000 + time[2] / 1000, 0, ARGV[6]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
-- After a failover, or once its clock was set back, times may be too far ahead for calls by this clock.
redis.call('ZREMRANGEBYSCORE', KEYS[1], now + 2 * math.max(ARGV[2], hold), '+inf')
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
for rule = 3, 5, 2 do
  local last = redis.call('ZREVRANGE', KEYS[1], ARGV[rule] - 1, ARGV[rule] - 1, 'WITHSCORES')
  if last[2] then wait = math.max(wait, last[2] - hold + ARGV[rule + 1] - now) end
end
if wait > 0 then return math.ceil(wait) end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[2] + hold))
return 0`;

/** Ends a call: it counts for this many more milliseconds, or not at all. */
const END = `
if ARGV[2] == '0' then return redis.call('ZREM', KEYS[1], ARGV[1]) end
local time = redis.call('TIME')
return redis.call('ZADD', KEYS[1], time[1] * 1000 + time[2] / 1000 + ARGV[2], ARGV[1])`;

/**
 * Makes all processes that share a Redis share the limits of one account: `createClient({ budget: redisBudget(redis) })`. The
 * client's `createsPerMinute` and `queriesPerMinute` set the limits. If Redis fails, a create fails before it is sent, and a wait
 * tries again.
 * @throws {ValidationError} if an option or the client is invalid.
 */
export function redisBudget(client: RedisClient, options: RedisBudgetOptions = {}): SharedBudget {
  const checked = assertOptions("redisBudget", options, BUDGET_OPTIONS);
  const { account = "default", prefix = PREFIX, minute = 60_000 } = checked;
  const send = commandsOf("redisBudget", client);
  return {
    async take(name, perMinute): Promise<Turn> {
      const [key, call] = [`${prefix}:budget:${account}:${name}`, randomUUID()];
      const most = Math.max(1, Math.floor(perMinute));
      const burst = Math.min(BURST, most);
      const hold = (most / perMinute) * minute;
      const rules = [burst, (burst / perMinute) * minute, most, hold];
      try {
        const wait = Number(await runScript(send, TAKE, [key], [call, LEASE * minute, ...rules]));
        // Calls under way usually end before their lease does.
        if (wait > 0) return { wait: Math.min(wait, minute / 60) };
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        const facts = { operation: "redisBudget", sent: "no" as const, cause };
        throw new ConnectionError(`The shared budget in Redis could not be queried, nothing was sent: ${why}`, facts);
      }
      return {
        end(counts) {
          runScript(send, END, [key], [call, counts ? hold : 0]).catch(() => {});
        },
      };
    },
  };
}
