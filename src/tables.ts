/** The facts that are no schemas, generated from the x- extensions of openapi/: a subpath of its own, "minimax-video/tables". */
export { type Cells, cells, type PriceList, prices, type TemplateRow, templates } from "./generated/offers.js";
export { type ServerRow, type StatusCodeRow, servers, statusCodes } from "./generated/tables.js";
