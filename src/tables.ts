/**
 * Facts that are not schemas, generated from the `x-` extensions of the specs: codes, prices, servers, templates.
 * @packageDocumentation
 */

export { type StatusCodeRow, statusCodes } from "./generated/codes.js";
export { type Cells, cells, type PriceList, prices, type TemplateRow, templates } from "./generated/offers.js";
export { type ServerRow, servers } from "./generated/servers.js";
