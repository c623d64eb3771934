import { V2_BODY } from "./cheapest-purchase.js";
import { type FlowResult, runFlow } from "./flow-runner.js";
import { samplePicture, type Target } from "./target-server.js";

const purpose = "video_generation_input";

/** Uploads a picture, lists and downloads it, uses it in a create; deletes another; is refused a file that is not a picture. */
export function uploadFlow(target: Target): Promise<FlowResult> {
  return runFlow(target, "uploadFile", async (flow) => {
    const upload = async (step: string) => {
      const { text = "" } = await flow.accepted(step, "uploadFile", { body: { purpose, file: samplePicture() } });
      // Read from the text, so that no digit is lost.
      const [, id] = /"file_id"\s*:\s*"?(\d+)/.exec(text) ?? [];
      if (id === undefined) throw new Error("the reply has no file_id");
      return id;
    };
    const file_id = await upload("upload");
    flow.known.listFiles = { purpose };
    flow.known.retrieveFileContent = { file_id };
    flow.known.deleteFile = { file_id, purpose };
    const { text = "" } = await flow.accepted("list", "listFiles", { parameters: { purpose } });
    if (!new RegExp(`"file_id"\\s*:\\s*${file_id}\\b`).test(text))
      flow.find(`a list with file ${file_id}`, "a list without it");
    await flow.accepted("retrieve", "retrieveFile", { parameters: { file_id } });
    const { size } = await flow.accepted("content", "retrieveFileContent", { parameters: { file_id } });
    const sent = samplePicture().length;
    if (size !== sent) flow.find(`the ${sent} bytes sent`, `${size} bytes`);
    if (target.operations.videoGenerationV2Create) {
      const frame = { type: "image_url", role: "first_frame", image_url: { url: `mm_file://${file_id}` } };
      const body = { ...V2_BODY, content: [...V2_BODY.content, frame], ratio: "adaptive" };
      await flow.accepted("use in a create", "videoGenerationV2Create", { body });
    }
    const another = await upload("upload another");
    await flow.accepted("delete another", "deleteFile", { body: { file_id: Number(another), purpose } });
    await flow.refused("retrieve the deleted file", "retrieveFile", { parameters: { file_id: another } });
    const file = new TextEncoder().encode("no picture");
    await flow.refused("upload a file that is not a picture", "uploadFile", { body: { purpose, file } });
  });
}
