export { imageFile } from "./image.js";
export { type SaveOptions, saveVideo } from "./save.js";
