import { markup } from "../markup.js";

/** Type and rules like a printed document; fonts that every system has. Colours only ever stand beside a mark or a word. */
export const STYLE = markup`<style>
:root {
  color-scheme: light dark;
  --paper: #fdfcf9; --ink: #1d1b18; --soft: #615c53; --rule: #ddd7cb; --wash: #f4f1ea;
  --good: #1d6637; --good-wash: #dcebdd; --bad: #a3201a; --bad-wash: #f9e3e0; --warn: #7d4f00; --warn-wash: #f7e6c4;
  --serif: Charter, "Bitstream Charter", "Sitka Text", Cambria, serif;
  --mono: ui-monospace, "Cascadia Code", "Source Code Pro", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #191816; --ink: #e9e5dc; --soft: #aaa497; --rule: #3b3833; --wash: #23211e;
    --good: #86cf9c; --good-wash: #1f3526; --bad: #f49a90; --bad-wash: #432421; --warn: #e6bb6a; --warn-wash: #40331a;
  }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 100%/1.5 var(--serif); -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { max-width: 76rem; margin: 0 auto; padding: 2.5rem clamp(1rem, 4vw, 3rem) 3rem; overflow-wrap: anywhere; font-variant-numeric: lining-nums; }
p, ul { margin: 0 0 .75rem; max-width: 46rem; }
a { color: inherit; text-decoration-color: var(--soft); text-underline-offset: .2em; }
a:hover { text-decoration-color: currentcolor; }
:focus-visible { outline: 2px solid currentcolor; outline-offset: 2px; }
code { font: .84em/1.4 var(--mono); }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; font-weight: 600; }
h1 { font-size: clamp(1.4rem, 1.1rem + 1.5vw, 2rem); font-weight: 400; letter-spacing: -.012em; margin: .35rem 0 .9rem; max-width: 58rem; }
h1 span { color: var(--soft); }
h2 { font-size: 1.5rem; font-weight: 400; margin: 3.5rem 0 .75rem; padding-top: .8rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1.06rem; margin: 2.2rem 0 .6rem; }
h4 { font-size: .95rem; margin: 1.4rem 0 .5rem; }
header { margin-bottom: 2.5rem; }
.kicker { margin: 0; font-size: .9rem; color: var(--soft); }
.kicker span::before { content: "· "; }
.verdict { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; align-items: baseline; color: var(--soft); }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; }
.mark { white-space: nowrap; }
.passed > span { color: var(--good); }
.mark.failed { color: var(--bad); font-weight: 600; }
.mark.skipped { color: var(--soft); }
.verdict .passed { color: var(--good); font-weight: 600; }
.soft, .none, .source, .more, .address, footer { color: var(--soft); }
.none { font-style: italic; font-size: .9em; }
.source, .missing, .notes, footer { font-size: .84rem; }
.address { font: .84em/1.4 var(--mono); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.scrolling { overflow-x: auto; position: relative; margin: 0 0 .75rem; }
table { border-collapse: collapse; font-size: .9rem; }
.scrolling table { width: 100%; }
caption { text-align: left; color: var(--soft); font-size: .84rem; padding-bottom: .4rem; }
th { font-weight: 400; text-align: left; }
thead th { color: var(--soft); font-size: .8rem; line-height: 1.25; vertical-align: bottom; }
.scrolling caption span { display: inline-block; position: sticky; left: 0; max-width: min(46rem, calc(100vw - 2rem)); }
.scrolling th, .scrolling td { padding: .38rem .5rem; border-bottom: 1px solid var(--rule); overflow-wrap: normal; }
.scrolling tr > :first-child { padding-left: 0; }
.scrolling thead tr:last-child > * { border-bottom: 1px solid var(--ink); }
.scrolling tbody th { position: sticky; left: 0; background: var(--paper); }
.scrolling tbody th, .scrolling tbody td { vertical-align: baseline; }
.number { text-align: right; font-variant-numeric: tabular-nums lining-nums; }
.scrolling .number { padding-right: 1.1rem; }
.runs thead tr:first-child > * { border-bottom: 0; padding-bottom: 0; text-align: center; font-style: italic; }
.checks th[scope="col"] { max-width: 5rem; }
.checks td { white-space: nowrap; font-variant-numeric: tabular-nums lining-nums; }
.checks td.failed { background: var(--bad-wash); }
.checks tbody th, .coverage tbody th { min-width: 7.5rem; }
sup { font-size: .75em; line-height: 0; margin-left: .1em; }
.notes { list-style: none; padding: 0; color: var(--soft); }
.notes b { font-weight: 400; font-style: italic; display: inline-block; min-width: 1em; }
.findings > .soft { font-size: .9rem; }
.findings:target { outline: 2px solid var(--rule); outline-offset: .6rem; }
.diff { margin: 0 0 1.1rem; max-width: 60rem; }
.diff figcaption { font-size: .9rem; margin-bottom: .15rem; }
.diff del, .diff ins { display: flex; gap: .6rem; padding: .15rem .6rem; text-decoration: none; font: .84rem/1.5 var(--mono); white-space: pre-wrap; }
.diff del { background: var(--bad-wash); }
.diff ins { background: var(--good-wash); }
.diff del > div, .diff ins > div { min-width: 0; flex: 1; }
.diff .source { margin: .2rem 0 0; }
details { margin: 0 0 .5rem; }
details.missing { margin: .15rem 0 0; }
@media (min-width: 64rem) { .scrolling tbody th wbr { display: none; } }
summary { cursor: pointer; }
.missing { margin-top: .15rem; }
.facts li, .mutants li { margin-bottom: .3rem; }
.coverage td { width: 19%; }
.share { display: flex; align-items: center; gap: .6rem; font-size: .9rem; font-variant-numeric: tabular-nums lining-nums; white-space: nowrap; }
.share span { min-width: 4.2em; }
.bar { width: 5rem; height: 4px; flex: none; }
.bar rect { fill: var(--rule); }
.bar .full { fill: var(--good); }
.bar .part { fill: var(--warn); }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; max-width: none; font-size: .9rem; }
.legend .cell { display: inline-block; width: 1.6rem; }
.blocks { display: grid; grid-template-columns: repeat(auto-fill, minmax(14.4rem, 1fr)); gap: 1.2rem 1.6rem; }
.block { border-collapse: separate; border-spacing: 2px; justify-self: start; align-self: start; }
.block caption { color: var(--ink); font-size: .9rem; padding: 0 0 .2rem 2px; }
.block thead th { text-align: center; font-size: .75rem; min-width: 2.35rem; }
.block tbody th { color: var(--soft); font-size: .75rem; padding-right: .5rem; white-space: nowrap; }
.cell { text-align: center; font-size: .8rem; line-height: 1.45rem; height: 1.5rem; border: 1px solid transparent; }
.cell.legal { background: var(--good-wash); color: var(--good); border-color: var(--good); }
.cell.illegal { background: var(--wash); color: var(--soft); }
.cell.disputed { background: var(--warn-wash); color: var(--warn); border: 2px solid var(--warn); font-weight: 700; line-height: 1.3rem; }
.score { font-size: 1.5rem; font-weight: 400; }
.mutants { max-width: none; padding-left: 1.2rem; }
footer { margin-top: 4rem; border-top: 1px solid var(--rule); padding-top: .8rem; }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --rule: #bbb; --wash: #f2f2f2; --good: #1d6637; --good-wash: #e2efe3; --bad: #a3201a; --bad-wash: #fbe9e7; --warn: #7d4f00; --warn-wash: #f7e6c4; }
  html { font-size: 75%; }
  body { max-width: none; padding: 0; }
  nav { display: none; }
  .scrolling { overflow: visible; }
  details::details-content { content-visibility: visible; height: auto; }
  tr, figure, .block { break-inside: avoid; }
  h2, h3, h4, caption { break-after: avoid; }
  .cell, .checks td.failed, .diff del, .diff ins { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
</style>`;
