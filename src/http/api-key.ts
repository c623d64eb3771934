import { invalid, type ValidationError } from "../base/errors.js";
import { typeWord } from "../base/options.js";

const NO_KEYS: [looks: RegExp, says: string][] = [
  [/^(authorization:|bearer(\s|$))/i, 'it begins with "Bearer", which this library adds: pass the key alone'],
  [/^["'`“”‘’]|["'`“”‘’]$/, "it is in quotes, which your shell did not remove: pass the key without them"],
  [/^\w+=[^=]/, "it begins with a name and =: pass the key alone"],
  [/^(\$.*|%.*%|<.*>|\{.*\}|\[object .*\]|undefined|null)$/, "it is a placeholder, not a key"],
  [/\s/, "it contains a space or a line break: pass one whole key"],
  // fetch would refuse it too, with the key in its message.
  [/[^\x21-\x7e]/, "it contains characters that are not allowed in an HTTP header"],
];

/** Returns the key without surrounding blanks. @throws {ValidationError}, without showing it, if the value cannot be a key. */
export function usableKey(apiKey: unknown): string {
  if (apiKey !== undefined && typeof apiKey !== "string") throw keyError(`must be a string (got ${typeWord(apiKey)})`);
  const key = apiKey?.trim();
  if (!key) throw keyError(`${apiKey ? "it is blank: " : ""}set MINIMAX_API_KEY, or use createClient({ apiKey })`);
  const [, says] = NO_KEYS.find(([looks]) => looks.test(key)) ?? [];
  if (says) throw keyError(says);
  return key;
}

const keyError = (message: string): ValidationError => invalid("No usable API key", "apiKey", message);
