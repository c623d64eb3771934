/**
 * Tables generated from the `x-` extensions of the specs: status codes, prices, servers and templates.
 * @packageDocumentation
 */

export { type StatusCodeRow, statusCodes } from "./generated/codes.js";
export { type Cells, cells, type PriceList, prices, type TemplateRow, templates } from "./generated/offers.js";
export { type ServerRow, servers } from "./generated/servers.js";
