/// How pages look: one column that fits any width, tables and plots that scroll by themselves, light and dark.
enum PageStyle {
  static let rules = """
    \(PlotStyle.rules(for: ":root"))
    :root{color-scheme:light dark;--soft:#f4f6f8;--link:#0b57a8;--good:#0a6b3d;--bad:#b3261e;--unsure:#7a5200;--focus:#0b57a8}
    @media (prefers-color-scheme:dark){:root{--soft:#171d25;--link:#79b8ff;--good:#56d08e;--bad:#ff8f85;--unsure:#e3b341;--focus:#79b8ff}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}
    header,main,footer{max-width:70rem;margin:0 auto;padding:0 1rem}
    header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;padding-top:1rem;padding-bottom:.75rem;border-bottom:1px solid var(--grid)}
    header .site{margin:0;font-weight:600;overflow-wrap:anywhere}
    header ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:0;padding:0;list-style:none}
    footer{margin-top:3rem;padding-top:.75rem;padding-bottom:2rem;border-top:1px solid var(--grid);color:var(--faint);font-size:.875rem}
    h1{font-size:1.75rem;line-height:1.25;margin:1.5rem 0 1rem;overflow-wrap:anywhere;text-wrap:balance}
    h2{font-size:1.25rem;line-height:1.3;margin:2.25rem 0 .75rem}
    h3{font-size:1.0625rem;margin:1.75rem 0 .5rem}
    p{margin:.75rem 0;overflow-wrap:anywhere;max-width:46rem}
    a{color:var(--link);text-underline-offset:.15em}
    a:hover{text-decoration-thickness:.13em}
    :focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:2px}
    .skip{position:absolute;left:-100rem}
    .skip:focus{left:1rem;top:.5rem;padding:.25rem .5rem;background:var(--paper)}
    code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}
    code{overflow-wrap:anywhere}
    pre{margin:.75rem 0;padding:.75rem 1rem;overflow-x:auto;background:var(--soft);border-radius:6px;line-height:1.45}
    dl{margin:.75rem 0}
    dl div{display:grid;grid-template-columns:minmax(7rem,14rem) minmax(0,1fr);gap:0 1rem;padding:.2rem 0}
    dt{color:var(--faint)}
    dd{margin:0;overflow-wrap:anywhere}
    .scroll{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse;margin:.5rem 0;font-size:.9375rem;width:max-content}
    td{max-width:24rem}
    table code,table .badge{overflow-wrap:normal;white-space:nowrap}
    caption{text-align:left;color:var(--faint);font-size:.875rem;padding-bottom:.35rem}
    th,td{text-align:left;vertical-align:top;padding:.35rem .9rem .35rem 0;border-bottom:1px solid var(--grid)}
    th{font-weight:600;white-space:nowrap}
    th:last-child,td:last-child{padding-right:.25rem}
    td{font-variant-numeric:tabular-nums}
    .number{text-align:right;white-space:nowrap}
    .good{color:var(--good)}
    .bad{color:var(--bad);font-weight:600}
    .unsure{color:var(--unsure);font-style:italic}
    .badge{display:inline-block;padding:0 .45rem;border:1px solid var(--faint);border-radius:1rem;font-size:.8125rem;line-height:1.4;overflow-wrap:anywhere}
    .plots{display:flex;flex-wrap:wrap;gap:1rem 1.5rem;margin:.75rem 0}
    .plots .plot{display:block;height:auto}
    .plots svg[width='400']{width:100%;max-width:400px}
    .plots .scroll{min-width:min(100%,25rem)}
    details{margin:.75rem 0}
    summary{cursor:pointer;color:var(--link)}
    .graph{list-style:none;margin:1rem 0;padding:0}
    .graph li{display:flex;gap:.5rem}
    .lanes{position:relative;flex:none}
    .lanes svg{display:block}
    .tail{position:absolute;left:0;top:43px;height:calc(100% - 42px)}
    .lane{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}
    .node{stroke:var(--paper);stroke-width:2}
    .commit{min-width:0;padding:.25rem 0 .75rem}
    .commit p{margin:0;max-width:none}
    .commit .title{font-weight:600}
    .commit .title a{font-weight:600}
    .note{color:var(--faint);font-size:.875rem}
    .plot .note{font-size:11px}
    @media (max-width:34rem){
    h1{font-size:1.4rem}
    dl div{grid-template-columns:minmax(0,1fr)}
    dd{padding-bottom:.35rem}
    }
    @media print{header nav,.skip{display:none}.scroll{overflow:visible}}
    """ + lanes

  /// Lines take the colour of their column.
  private static let lanes = (0..<PlotStyle.seriesCount).map {
    "\n.lane.s\($0){stroke:var(--s\($0))}.node.s\($0){fill:var(--s\($0))}"
  }.joined()
}
