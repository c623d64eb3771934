/** Another process that goes on with an operation: prints what its status is. Arguments: the server, the model and the operation. */
import { createMiniMaxVideo } from "../../src/ai-sdk/index.js";

const [server, model = "", operation = ""] = process.argv.slice(2);
const minimax = createMiniMaxVideo({ apiKey: "any", server });
console.log(JSON.stringify(await minimax.videoModel(model).doStatus({ operation: JSON.parse(operation) })));
