import { markup } from "../markup.js";

/** Light or dark like the system. Colours only ever stand beside a mark or a word. */
export const STYLE = markup`<style>
:root {
  color-scheme: light dark;
  --paper: light-dark(#fdfcf9, #191816); --ink: light-dark(#1d1b18, #e9e5dc);
  --soft: light-dark(#615c53, #aaa497); --rule: light-dark(#ddd7cb, #3b3833);
  --good: light-dark(#1d6637, #86cf9c); --good-wash: light-dark(#dcebdd, #1f3526);
  --bad: light-dark(#a3201a, #f49a90); --bad-wash: light-dark(#f9e3e0, #432421);
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 100%/1.5 Charter, Cambria, serif; }
body { max-width: 76rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem); overflow-wrap: anywhere; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 400; }
h2 { margin-top: 3rem; padding-top: .8rem; border-top: 2px solid; }
code, del, ins { font: .84em/1.5 ui-monospace, Menlo, Consolas, monospace; }
:focus-visible { outline: 2px solid; outline-offset: 2px; }
.passed { color: var(--good); }
.failed { color: var(--bad); font-weight: 600; }
.skipped, .soft, caption, thead, .illegal { color: var(--soft); }
.soft { font-size: .9rem; }
.scrolling { overflow-x: auto; margin-bottom: 1rem; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption, th { text-align: left; font-weight: 400; }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--rule); vertical-align: baseline; }
tbody th { position: sticky; left: 0; background: var(--paper); }
.failing, .disputed, del { background: var(--bad-wash); }
.legal, ins { background: var(--good-wash); }
.disputed { font-weight: 600; }
figure { margin: 0 0 1rem; }
del, ins { display: flex; gap: .6rem; padding: .15rem .6rem; text-decoration: none; white-space: pre-wrap; }
del > div, ins > div { min-width: 0; flex: 1; }
summary { cursor: pointer; }
ul { margin: 0 0 .75rem; padding-left: 1.2rem; }
@media print {
  :root { color-scheme: light; }
  .scrolling { overflow: visible; }
  details::details-content { content-visibility: visible; height: auto; }
  tr, figure { break-inside: avoid; }
}
</style>`;
