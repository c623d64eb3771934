/** Shows the list price in both currencies, each with its source. */
import { amountText } from "../../src/base/check-result.js";
import { servers } from "../../src/generated/servers.js";
import { byId, element, refill } from "./dom.js";
import type { Examined, Price } from "./examine.js";

export function showPrices({ global, china }: Examined["prices"], server: string): void {
  const shown = [rowOf("Global", global), rowOf("China", china)];
  refill(byId("prices", HTMLElement), shown, () =>
    shown.flatMap(([name, amount, basis]) => [
      element("dt", {}, name),
      element("dd", {}, element("span", { class: "amount" }, amount), element("span", { class: "hint" }, basis)),
    ]),
  );
  const isGateway = Object.entries(servers).some(([name, { gateway }]) => name === server && gateway);
  const note = isGateway ? `These are MiniMax's own prices. ${server} has its own.` : "";
  byId("price-note", HTMLElement).textContent = note;
}

function rowOf(name: string, { ok, cost }: Price): [name: string, amount: string, basis: string] {
  if (cost) return [name, amountText(cost), `${cost.basis}, ${cost.date}`];
  return [name, ok ? "no price documented" : "none: not legal in this region", ""];
}
