import { V2_BODY } from "./cheapest-purchase.js";
import { type FlowResult, runFlow } from "./flow-runner.js";
import { describeExchange, type Exchange, replyKindOf } from "./recorded-exchange.js";
import { type Asking, samplePicture, type Target } from "./target-server.js";

const purpose = "video_generation_input";

/** Uploads a picture, lists and downloads it, uses it in a create; deletes another; is refused a file that is not a picture. */
export function uploadFlow(target: Target): Promise<FlowResult> {
  const succeed = async (operationId: string, asking: Asking): Promise<Exchange> => {
    const exchange = await target.ask(operationId, asking);
    if (replyKindOf(exchange, target.server) !== "accepted") throw new Error(describeExchange(exchange));
    return exchange;
  };
  const upload = async () => uploadedFileId(await succeed("uploadFile", { body: { purpose, file: samplePicture() } }));
  return runFlow(target, "uploadFile", async (flow) => {
    const expectInvalid = (exchange: Exchange, place: string, spec: string) => {
      if (replyKindOf(exchange, target.server) !== "invalid_request")
        flow.find({ place, spec, saw: describeExchange(exchange) });
    };
    flow.step = "upload";
    const file_id = await upload();
    flow.known.listFiles = { purpose };
    flow.known.retrieveFileContent = { file_id };
    flow.known.deleteFile = { file_id, purpose };
    flow.step = "list";
    const { text = "" } = await succeed("listFiles", { parameters: { purpose } });
    if (!new RegExp(`"file_id"\\s*:\\s*${file_id}\\b`).test(text))
      flow.find({ place: "list", spec: `a list with file ${file_id}`, saw: "a list without it" });
    flow.step = "retrieve";
    await succeed("retrieveFile", { parameters: { file_id } });
    flow.step = "content";
    const { size } = await succeed("retrieveFileContent", { parameters: { file_id } });
    const sent = samplePicture().length;
    if (size !== sent) flow.find({ place: "content", spec: `the ${sent} bytes sent`, saw: `${size} bytes` });
    if (target.operations.videoGenerationV2Create) {
      flow.step = "use in a create";
      const frame = { type: "image_url", role: "first_frame", image_url: { url: `mm_file://${file_id}` } };
      const body = { ...V2_BODY, content: [...V2_BODY.content, frame], ratio: "adaptive" };
      await succeed("videoGenerationV2Create", { body });
    }
    flow.step = "delete another";
    const another = await upload();
    await succeed("deleteFile", { body: { file_id: Number(another), purpose } });
    const deleted = await target.ask("retrieveFile", { parameters: { file_id: another } });
    expectInvalid(deleted, "delete", "the file no longer exists");
    flow.step = "upload a file that is not a picture";
    const file = new TextEncoder().encode("no picture");
    const refusal = await target.ask("uploadFile", { body: { purpose, file } });
    expectInvalid(refusal, "upload", "is refused as invalid");
  });
}

/** Read from the text, so that no digit is lost. */
function uploadedFileId({ text = "" }: Exchange): string {
  const [, id] = /"file_id"\s*:\s*"?(\d+)/.exec(text) ?? [];
  if (id === undefined) throw new Error("the reply has no file_id");
  return id;
}
