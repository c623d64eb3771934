/** A problem found in a request before it is sent. */
export interface Issue {
  /** The field, such as `resolution` or `subject_reference[0].image`; empty for the request as a whole. */
  path: string;
  /** The rule that was broken: a keyword of the schema, or the name of a handwritten rule. */
  rule: string;
  /** A request with an error is refused; a warning is only advice. */
  severity: "error" | "warning";
  /** Says what would be accepted. Never quotes a prompt or an image. */
  message: string;
}

export function refusal(path: string, rule: string, message: string): Issue {
  return { path, rule, severity: "error", message };
}

export function warning(path: string, rule: string, message: string): Issue {
  return { path, rule, severity: "warning", message };
}

/** A list price and its source. What an account actually pays depends on its plan. */
export interface Cost {
  /** What the video costs, in units of `currency`, such as 0.28. */
  amount: number;
  /** The lower price, if sources disagree. `amount` is then the higher price, and `basis` names both sources. */
  least?: number;
  /** ISO 4217 code of the currency of the server's region. */
  currency: string;
  /** Where the price comes from, such as "pricing-paygo page of platform.minimax.io". */
  basis: string;
  /** Date of the price list, ISO 8601. */
  date: string;
}

/** The outcome of an offline check of a request. */
export interface CheckResult {
  /** Whether `create` would send the request: true if no issue is an error. */
  ok: boolean;
  /** Every issue found: errors, for which the request is refused, and warnings, which are only advice. */
  issues: Issue[];
  /** The list price. Absent if no documented list has a price for the request. */
  cost?: Cost;
}

/** "list price 0.28 USD", or "price unknown". */
export const priceText = (cost: Cost | undefined) => (cost ? `list price ${amountText(cost)}` : "price unknown");

export function costLine(cost: Cost | undefined): string {
  return `Cost: ${priceText(cost)}${cost ? ` (${cost.basis}, ${cost.date})` : ""}`;
}

/** An issue as a line, such as "warning: prompt: …". */
export function issueLine({ severity, path, message }: Issue): string {
  return `${severity === "warning" ? "warning: " : ""}${path ? `${path}: ` : ""}${message}`;
}

/** "0.28 USD", or "0.40 to 0.47 USD" if sources differ. */
export function amountText({ amount, least, currency }: Cost): string {
  return `${least === undefined ? "" : `${least.toFixed(2)} to `}${amount.toFixed(2)} ${currency}`;
}
