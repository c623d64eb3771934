import { amountText, type Cost } from "../base/check-result.js";
import { MiniMaxError } from "../base/errors.js";

/** Spending limits, in the currency of the server's region. */
export interface Limits {
  /** How much may be spent without asking the user, until the server ends. Default 0, so that it asks about every purchase. */
  maxCost?: number | undefined;
  /** How much one video may cost without asking the user. Default: what is left of `maxCost`. */
  maxCostPerVideo?: number | undefined;
}

/** Asks the user. Resolves with undefined if the host cannot ask, or does not understand the answer. */
export type Ask = (message: string) => Promise<boolean | undefined>;

export type Spending = ReturnType<typeof spendingWithin>;

/** Tracks what was spent through one server, so that a model cannot spend more than its user allowed. */
export function spendingWithin({ maxCost = 0, maxCostPerVideo = Number.POSITIVE_INFINITY }: Limits) {
  let spent = 0;
  let unpriced = 0;
  let currency = "";
  const turns = new Map<unknown, Promise<unknown>>();

  function summary(): string {
    const more = unpriced > 0 ? `, and ${unpriced} at an unknown price` : "";
    return `${spent.toFixed(2)} of ${maxCost.toFixed(2)}${currency && ` ${currency}`} has been spent${more}`;
  }

  return {
    /** "0.28 of 1.00 USD has been spent". */
    toString: summary,
    /** Runs the purchases under one key one after the other, because an earlier one decides whether this one costs anything. */
    inTurn<T>(key: unknown, buy: () => Promise<T>): Promise<T> {
      const turn = Promise.allSettled([turns.get(key)]).then(buy);
      if (key !== undefined) turns.set(key, turn);
      return turn;
    },
    /**
     * Reserves the price of a video, or throws if it is not within the limits and the user does not agree. Resolves with a function
     * that takes it back, for a create that was certainly not accepted.
     */
    async approve(cost: Cost | undefined, what: string, ask: Ask): Promise<() => void> {
      if (cost) currency = cost.currency;
      const amount = cost?.amount ?? 0;
      const isWithin = cost && amount <= maxCostPerVideo && spent + amount <= maxCost + 1e-9;
      if (!isWithin) {
        const price = cost ? `for ${amountText(cost)}` : "at an unknown price";
        const source = cost ? ` (list price: ${cost.basis}, ${cost.date})` : "";
        const agreed = await ask(`Buy ${what} ${price}${source}? So far ${summary()}.`);
        if (agreed === undefined)
          throw new MiniMaxError(
            `Nothing was bought: ${what} ${price} is more than this server may spend (${summary()}), and the host did not ask its ` +
              "user. The user can start the server with a higher --max-cost or --max-cost-per-video, or use a host that supports elicitation.",
          );
        if (!agreed) throw new MiniMaxError(`Nothing was bought: the user declined ${what} ${price}.`);
      }
      spent += amount;
      unpriced += cost ? 0 : 1;
      return () => {
        spent -= amount;
        unpriced -= cost ? 0 : 1;
      };
    },
  };
}
