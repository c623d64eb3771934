import { callSafely } from "./errors.js";

/** Receives what happens, one line per event; `console` fits. Never receives a key, a prompt, a data URL or a signed query. */
export interface Logger {
  /** Called once per event, with its name and facts such as the operation, the HTTP status and the task. */
  debug(message: string, facts: object): void;
}

/** A logger whose own failures change nothing: the event may be the reply to a paid create. */
export function harmless(logger: Logger): Logger {
  return { debug: (message, facts) => callSafely(() => logger.debug(message, facts)) };
}
