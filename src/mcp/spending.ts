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

/** Tracks what was spent through this server, so that a model cannot spend more than its user allowed. */
export class Spending {
  readonly #most: number;
  readonly #mostPerVideo: number;
  #spent = 0;
  #unknown = 0;
  #currency = "";

  constructor({ maxCost = 0, maxCostPerVideo = Number.POSITIVE_INFINITY }: Limits) {
    this.#most = maxCost;
    this.#mostPerVideo = maxCostPerVideo;
  }

  /** "0.28 of 1.00 USD has been spent". */
  toString(): string {
    const unknown = this.#unknown > 0 ? `, and ${this.#unknown} at an unknown price` : "";
    const currency = this.#currency && ` ${this.#currency}`;
    return `${this.#spent.toFixed(2)} of ${this.#most.toFixed(2)}${currency} has been spent${unknown}`;
  }

  /**
   * Reserves the price of a video, if it is within the limits or the user agrees. Resolves with a function that takes it back, for
   * a create that was certainly not accepted.
   * @throws {MiniMaxError} if the video may not be bought.
   */
  async approve(cost: Cost | undefined, what: string, ask: Ask): Promise<() => void> {
    if (cost) this.#currency = cost.currency;
    const amount = cost?.amount ?? 0;
    const isWithin = cost && amount <= this.#mostPerVideo && this.#spent + amount <= this.#most + 1e-9;
    if (!isWithin) {
      const price = cost ? `for ${amountText(cost)}` : "at an unknown price";
      const source = cost ? ` (list price: ${cost.basis}, ${cost.date})` : "";
      const agreed = await ask(`Buy ${what} ${price}${source}? So far ${this}.`);
      if (agreed === undefined)
        throw new MiniMaxError(
          `Nothing was bought: ${what} ${price} is more than this server may spend (${this}), and the host did not ask its user. ` +
            "The user can start the server with a higher --max-cost or --max-cost-per-video, or use a host that supports elicitation.",
        );
      if (!agreed) throw new MiniMaxError(`Nothing was bought: the user declined ${what} ${price}.`);
    }
    this.#spent += amount;
    this.#unknown += cost ? 0 : 1;
    return () => {
      this.#spent -= amount;
      this.#unknown -= cost ? 0 : 1;
    };
  }
}
