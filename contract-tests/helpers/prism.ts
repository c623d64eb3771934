/** The configuration of every Prism in the tests, with or without HTTP. */
import { createLogger } from "@stoplight/prism-core";
import { getHttpOperationsFromSpec } from "@stoplight/prism-http";

/** The operations of a root without callbacks, which Prism would really send to the URLs in examples. */
export async function prismOperations(file: string) {
  return (await getHttpOperationsFromSpec(file)).map(({ callbacks: _, ...operation }) => operation);
}

/** Any other level prints a line for each create without a callback_url. */
export const logger = createLogger("prism", { level: "silent" });

/** With `errors`, an example that breaks its own schema is a 500, not a silent 200. */
export const prismConfig = () => ({
  ...{ isProxy: false as const, mock: { dynamic: false as const }, upstreamProxy: undefined },
  ...{ validateRequest: true, validateResponse: true, checkSecurity: true, errors: true },
});
