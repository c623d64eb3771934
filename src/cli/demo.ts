import { type Request, requestFrom, saysWhatToShow, videoBodyFrom } from "./build-request.js";
import type { Values } from "./command-options.js";
import { UsageError } from "./exit-codes.js";
import { buy } from "./generate.js";
import type { Io } from "./io.js";
import { journalFrom } from "./journal.js";
import { startMock } from "./mock.js";
import type { Parsed } from "./parse-command-line.js";
import { mockSession, openSession } from "./session.js";

// How many times faster than the real service. A task takes about 5 s.
const SPEED = 20;

const FACE = "https://cdn.hailuoai.com/prod/2025-08-12-17/video_cover/1754990600020238321-411603868533342214-cover.jpg";
/** The first example of the vendor's page (seed 001; subjectReference in openapi/examples/videoGeneration/requests.yaml). */
export const EXAMPLE = {
  model: "S2V-01",
  prompt: "A girl runs toward the camera and winks with a smile.",
  subject_reference: [{ type: "character", image: [FACE] }],
};

/** `minimax-video demo`, also `npm start`: like generate, but with a mock of its own unless --server is given. */
export async function demo({ values, argument }: Parsed<"demo">, io: Io): Promise<number> {
  if (values.server !== undefined) {
    const session = openSession(values, io, await journalFrom(values, io));
    return buy(await demoRequest(values, argument, io), values, session);
  }
  for (const option of ["no-wait", "url-only", "like", "key", "journal"] as const)
    if (values[option] !== undefined)
      throw new UsageError(`--${option} needs --server, because the demo's own mock stops with the demo`);
  const request = await demoRequest(values, argument, io);
  // Nothing will be sent, so no mock is needed.
  if (values["dry-run"]) return buy(request, values, mockSession(values, io, "http://127.0.0.1"));
  const mock = await startMock({ speed: SPEED });
  try {
    const session = mockSession(values, io, mock.url);
    session.progress.say(`A MiniMax mock runs at ${mock.url}, ${SPEED} times faster than the real service.`);
    const code = await buy(request, values, session);
    session.progress.say("The mock has stopped. For a real video, set MINIMAX_API_KEY and add --server global.");
    return code;
  } finally {
    await mock.close();
  }
}

/** The request from the command line, otherwise the documented example. */
async function demoRequest(values: Values<"demo">, argument: string | undefined, io: Io): Promise<Request> {
  if (saysWhatToShow(values, argument)) return requestFrom(values, argument, io);
  return {
    body: { ...EXAMPLE, ...(await videoBodyFrom(values, undefined, values.model ?? EXAMPLE.model)) },
    note: "No request given, so this sends the documented example: a video of a face, with S2V-01.",
  };
}
