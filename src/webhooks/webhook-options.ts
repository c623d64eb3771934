import { WebhookError } from "../base/errors.js";
import { optionIssues, type Rules } from "../base/options.js";
import { isRecord } from "../base/record.js";

/**
 * Checks the options of one call; those in `required` must be there.
 * @throws {WebhookError} that names every option which is missing, unknown, of the wrong type or out of range.
 */
export function assertWebhookOptions<Options extends object>(
  call: string,
  options: Options,
  rules: Rules<Options>,
  { required = [], more = [] }: { required?: (keyof Options & string)[]; more?: string[] } = {},
): void {
  if (!isRecord(options)) throw new WebhookError(`${call} takes an object of options`);
  const missing = required.filter((name) => options[name] === undefined);
  const problems = [
    ...missing.map((name) => `${name}: must be ${rules[name](null)}`.replace(" (got null)", "")),
    ...optionIssues(options, rules).map(({ path, message }) => `${path}: ${message}`),
    ...more,
  ];
  if (problems.length === 0) return;
  throw new WebhookError([`${call} cannot use these options:`, ...problems.map((one) => `  ${one}`)].join("\n"));
}
