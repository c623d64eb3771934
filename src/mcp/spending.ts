import { amountText, type Cost } from "../base/check-result.js";
import { MiniMaxError } from "../base/errors.js";

/** Amounts in the currency of the server's region. */
export interface Limits {
  /** What may be spent without asking, until the server ends. Default 0: every purchase is asked for. */
  maxCost?: number | undefined;
  /** What one video may cost without asking. Default: what is left of `maxCost`. */
  maxCostPerVideo?: number | undefined;
}

/** Asks the user; undefined if the host cannot. */
export type Ask = (message: string) => Promise<boolean | undefined>;

/** What was spent here, so that a model cannot spend more than its user allowed. */
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

  /** "0.28 of 1.00 USD were spent". */
  toString(): string {
    const unknown = this.#unknown > 0 ? `, and ${this.#unknown} at an unknown price` : "";
    const currency = this.#currency && ` ${this.#currency}`;
    return `${this.#spent.toFixed(2)} of ${this.#most.toFixed(2)}${currency} were spent${unknown}`;
  }

  /**
   * Sets the price of a video aside, within the limits or if the user agrees. Returns what takes it back, for a create that
   * certainly was not accepted.
   * @throws {MiniMaxError} if it may not be bought.
   */
  async approve(cost: Cost | undefined, what: string, ask: Ask): Promise<() => void> {
    if (cost) this.#currency = cost.currency;
    const amount = cost?.amount ?? 0;
    const isWithin = cost && amount <= this.#mostPerVideo && this.#spent + amount <= this.#most + 1e-9;
    if (!isWithin) {
      const price = cost ? `for ${amountText(cost)}` : "at a price that no list has";
      const source = cost ? ` (list price: ${cost.basis}, ${cost.date})` : "";
      const agreed = await ask(`Buy ${what} ${price}${source}? So far ${this}.`);
      if (agreed === undefined)
        throw new MiniMaxError(
          `Nothing was bought: ${what} ${price} is more than this server may spend (${this}), and the host cannot ask its user. ` +
            "The user can start the server with a higher --max-cost or --max-cost-per-video, or choose a host with elicitation.",
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
