/** A separate process that resumes an operation and prints its status. Arguments: server, model, operation. */
import { createMiniMaxVideo } from "../../src/ai-sdk/index.js";

const [server, model = "", operation = ""] = process.argv.slice(2);
const minimax = createMiniMaxVideo({ apiKey: "any", server });
console.log(JSON.stringify(await minimax.videoModel(model).doStatus({ operation: JSON.parse(operation) })));
