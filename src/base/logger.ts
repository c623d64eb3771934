import { callSafely } from "./errors.js";

/** Receives one line per event; `console` works. Never receives a key, a prompt, a data URL or a signed query. */
export interface Logger {
  /** Called once per event, with its name and facts such as the operation, the HTTP status and the task. */
  debug(message: string, facts: object): void;
}

/** Wraps a logger so that its failures are ignored: the event may be the reply to a paid create. */
export function harmless(logger: Logger): Logger {
  return { debug: (message, facts) => callSafely(() => logger.debug(message, facts)) };
}
