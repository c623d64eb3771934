/** Facts that are not schemas, generated from the x- extensions of openapi/: a subpath of its own, "minimax-video/tables". */

export { type StatusCodeRow, statusCodes } from "./generated/codes.js";
export { type Cells, cells, type PriceList, prices, type TemplateRow, templates } from "./generated/offers.js";
export { type ServerRow, servers } from "./generated/servers.js";
