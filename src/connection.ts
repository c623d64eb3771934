import type { ConnectOptions, Settings } from "./base/connect-options.js";
import { environment } from "./base/environment.js";
import { keyKindOf } from "./base/key-kind.js";
import { lazily } from "./base/lazily.js";
import { keepSources } from "./base/on-abort.js";
import {
  aDuration,
  aFunction,
  anObjectWith,
  aPositiveNumber,
  assertOptions,
  aWholeNumber,
  mustBe,
  type Rules,
  typeWord,
} from "./base/options.js";
import { isRecord } from "./base/record.js";
import { serverFrom } from "./base/server.js";
import type { Connection } from "./tasks/context.js";

const CONNECT_OPTIONS: Rules<ConnectOptions> = {
  // The value is not shown: it may be the key.
  apiKey: (value) =>
    /^(string|function)$/.test(typeof value) ? undefined : `a string or a function (got ${typeWord(value)})`,
  server: mustBe(
    "the name of a server, a base URL, or an object with baseUrl and like",
    (value) => typeof value === "string" || isRecord(value),
  ),
  fetch: aFunction,
  timeout: aDuration,
  maxRetries: aWholeNumber(0),
  logger: anObjectWith("debug"),
  journal: mustBe(
    "a journal, such as the awaited result of openJournal()",
    (value) => isRecord(value) && ["begin", "ended", "saved"].some((name) => typeof value[name] === "function"),
  ),
  createsPerMinute: aPositiveNumber,
  queriesPerMinute: aPositiveNumber,
  budget: anObjectWith("take"),
  clock: anObjectWith("now", "pause", "random"),
};

/**
 * Configures a connection to one server. Sends and loads nothing.
 * @throws {ValidationError} if an option or the server is invalid.
 */
export function connect(options: ConnectOptions = {}): Connection {
  const checked = assertOptions("createClient()", options, CONNECT_OPTIONS);
  const server = serverFrom(checked.server ?? environment("MINIMAX_SERVER") ?? "global");
  const settings: Settings = { ...checked, server, apiKey: checked.apiKey ?? environment("MINIMAX_API_KEY") };
  const load = lazily(async () => {
    const { createContext } = await import("./tasks/create-context.js");
    return createContext(connection, settings);
  });
  const connection: Connection = {
    server,
    keyKind: keyKindOf(settings.apiKey),
    context(options) {
      keepSources(options?.signal);
      return load();
    },
  };
  return connection;
}
