export { wav as wave } from "./sounds.js";
