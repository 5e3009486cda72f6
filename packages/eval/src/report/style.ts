/** The look of the report: one style sheet, light and dark, on paper too. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f5f1; --panel: #ffffff; --ink: #1d1f22; --soft: #5b6068; --line: #dddad2;
  --ok: #17705f; --ok-tint: #e3f1ed; --nok: #b3400f; --nok-tint: #fbe9e0; --mark: #2f4a8a; --warn: #8a5a00; --warn-tint: #fdf3d8;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131517; --panel: #1c1f22; --ink: #eceae5; --soft: #a4a9b0; --line: #34383d;
    --ok: #5cc9b0; --ok-tint: #163a33; --nok: #f4915f; --nok-tint: #43261a; --mark: #9db4f2; --warn: #ecc05c; --warn-tint: #3a2f14;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums; }
main, header, footer { max-width: 1200px; margin: 0 auto; padding: 0 clamp(16px, 4vw, 40px); }
header { padding-top: clamp(28px, 5vw, 56px); }
h1 { font-size: clamp(26px, 4.5vw, 40px); line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 6px; overflow-wrap: anywhere; }
h2 { font-size: 20px; letter-spacing: -0.01em; margin: 52px 0 14px; }
h3 { font-size: 15px; margin: 0 0 8px; }
.subtitle { color: var(--soft); margin: 0 0 26px; overflow-wrap: anywhere; }
.verdicts { display: flex; flex-wrap: wrap; gap: 12px; margin: 0 0 12px; padding: 0; list-style: none; }
.verdicts li { flex: 1 1 150px; background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 14px 18px; }
.verdicts strong { display: block; font-size: 30px; line-height: 1.15; letter-spacing: -0.02em; font-weight: 650; }
.verdicts span { color: var(--soft); font-size: 13px; line-height: 1.4; display: block; } .verdicts b { color: var(--ink); font-weight: 650; }
.verdicts .ok strong { color: var(--ok); } .verdicts .nok strong { color: var(--nok); }
.statement { background: var(--panel); border: 1px solid var(--line); border-left: 4px solid var(--ok); border-radius: 10px; padding: 14px 18px; margin: 0; max-width: 78ch; }
.statement.estimated { border-left-color: var(--warn); }
.notes { background: var(--warn-tint); color: var(--ink); border-radius: 10px; padding: 12px 18px 12px 36px; margin: 12px 0 0; overflow-wrap: anywhere; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 16px; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px; min-width: 0; }
.chart { display: block; width: 100%; height: auto; font-size: 12px; }
.chart text { fill: var(--soft); } .chart .axis-label { font-size: 12px; } .chart .mark-label { fill: var(--ink); font-weight: 600; paint-order: stroke; stroke: var(--panel); stroke-width: 4px; stroke-linejoin: round; }
.panels:not(.confusions) > .panel, .training figure { container-type: inline-size; } @container (max-width: 380px) { .chart, .chart .axis-label { font-size: 14px; } }
.axis { stroke: var(--soft); } .grid { stroke: var(--line); }
.fill-ok { fill: var(--ok); } .fill-nok { fill: var(--nok); }
.curve { fill: none; stroke: var(--mark); stroke-width: 2.5; stroke-linejoin: round; }
.chance { stroke: var(--soft); stroke-dasharray: 3 5; } .here { fill: var(--nok); stroke: var(--panel); stroke-width: 2; }
.mark { stroke-width: 2; } .mark-model { stroke: var(--ink); } .mark-other { stroke: var(--mark); stroke-dasharray: 5 4; }
.best { fill: var(--mark); stroke: var(--panel); stroke-width: 2; } .stop { stroke: var(--ok); stroke-dasharray: 6 3; }
.training { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr)); gap: 8px 32px; align-items: center; }
.training figure { margin: 0; min-width: 0; } .training .chart { max-width: 480px; } .training figcaption { color: var(--soft); font-size: 13px; } .training p { margin: 0 0 10px; max-width: 60ch; }
.legend { color: var(--soft); font-size: 13px; margin: 6px 0 0; min-height: 20px; } .filters + .legend { margin: 0 0 14px; }
.key { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin: 0 5px 0 10px; vertical-align: -1px; }
.key:first-child { margin-left: 0; }
.key-ok { background: var(--ok); } .key-nok { background: var(--nok); } .key-here { background: var(--nok); border-radius: 50%; }
.key-region, .key-truth { height: 0; border-top: 2px solid #e02b2b; border-radius: 0; vertical-align: 4px; } .key-truth { border-color: #12a5c4; }
.key-stop { height: 0; border-top: 2px dashed var(--ok); border-radius: 0; vertical-align: 4px; }
.key-chance { height: 0; border-top: 2px dashed var(--soft); border-radius: 0; vertical-align: 4px; }
.scroll { overflow-x: auto; border-radius: 12px; border: 1px solid var(--line); background: var(--panel); }
.scroll:focus-visible, label:focus-within span { outline: 2px solid var(--mark); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 8px 14px; text-align: left; border-top: 1px solid var(--line); white-space: nowrap; }
thead th { border-top: 0; color: var(--soft); font-weight: 550; font-size: 13px; }
tbody tr:first-child > * { border-top: 0; } thead + tbody tr:first-child > * { border-top: 1px solid var(--line); }
tbody th { font-weight: 550; } .number { text-align: right; } .model-row > * { background: var(--ok-tint); }
.parameters td { white-space: normal; overflow-wrap: anywhere; } .parameters th { color: var(--soft); width: 1%; }
.confusion { margin: 0; } .confusion caption { text-align: left; font-weight: 650; padding: 0 0 6px; }
.confusion th, .confusion td { padding: 8px 10px; white-space: normal; } .confusion thead > tr > * { border-top: 0; padding-top: 0; }
.confusions { margin-top: 16px; display: flex; flex-wrap: wrap; } .confusions .panel { flex: 1 1 280px; } .confusion td.right { background: var(--ok-tint); } .confusion td.wrong { background: var(--nok-tint); }
.confusion strong { font-size: 20px; font-weight: 650; } .confusion td span { color: var(--soft); font-size: 13px; white-space: nowrap; }
.filters { border: 0; padding: 0; margin: 0 0 14px; display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.filters legend { float: left; padding: 0; margin-right: 10px; color: var(--soft); }
.filters input { position: absolute; opacity: 0; } .filters label { position: relative; cursor: pointer; }
.filters label span { display: block; padding: 5px 13px; border-radius: 99px; border: 1px solid var(--line); background: var(--panel); }
.filters input:checked + span { background: var(--ink); color: var(--page); border-color: var(--ink); }
.gallery { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 520px), 1fr)); gap: 14px; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 12px; padding: 12px 14px 10px; min-width: 0; content-visibility: auto; contain-intrinsic-size: auto 200px; }
.card.is-wrong { border-color: var(--nok); box-shadow: inset 4px 0 0 var(--nok); }
.card-head { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; } .score { font-size: 19px; font-weight: 650; } .kind { color: var(--soft); margin-left: auto; overflow-wrap: anywhere; }
.badge { font-size: 12px; font-weight: 650; padding: 1px 9px; border-radius: 99px; border: 1px solid var(--line); }
.badge-ok { background: var(--ok-tint); color: var(--ok); border-color: transparent; } .badge-nok { background: var(--nok-tint); color: var(--nok); border-color: transparent; }
.badge-wrong { border-color: var(--nok); color: var(--nok); }
.file { font: 12px/1.4 var(--mono); color: var(--soft); margin: 4px 0 10px; overflow-wrap: anywhere; }
.pictures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 6px; }
.pictures figure { margin: 0; min-width: 0; } .pictures img { display: block; width: 100%; height: auto; border-radius: 6px; background: var(--line); }
.pictures figcaption { font-size: 12px; color: var(--soft); text-align: center; margin-top: 2px; }
.nothing { display: grid; place-items: center; border: 1px dashed var(--line); border-radius: 6px; color: var(--soft); font-size: 12px; text-align: center; }
main:has(#show-wrong:checked) .card:not(.is-wrong), main:has(#show-nok:checked) .card:not(.is-nok), main:has(#show-ok:checked) .card:not(.is-ok) { display: none; }
.empty { color: var(--soft); } footer { color: var(--soft); font-size: 13px; padding-top: 48px; padding-bottom: 40px; }
@media (max-width: 460px) { th, td { padding: 8px 9px; } .pictures { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@media print { body { background: #fff; } .filters { display: none; } .card, .panel { break-inside: avoid; } .card { content-visibility: visible; } }
`;
