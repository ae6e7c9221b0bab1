#include "tools/study/chart.hpp"
#include "tools/study/page.hpp"

namespace lastmile::study {

std::string page_style() {
  return R"(
:root{--ink:#1f1c17;--soft:#5c5850;--rule:#d8d6d0;--paper:#fff;--panel:#f4f3f0;--pass:#1d6b32;--fail:#a51c1c;--unknown:#7a5c00;
--serif:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L","P052",Georgia,"Times New Roman",serif;
--sans:"Avenir Next","Segoe UI","Helvetica Neue",Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif;
--mono:"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;overflow-wrap:break-word;background:var(--paper);color:var(--ink);font:18px/1.55 var(--serif);font-kerning:normal;font-feature-settings:"liga","kern"}
main{max-width:48rem;margin:0 auto;padding:3.2rem 1.5rem 5rem}
h1{font-size:2.15rem;line-height:1.15;font-weight:500;letter-spacing:-.012em;margin:0 0 .2rem;overflow-wrap:anywhere}
h2{font-size:1.22rem;line-height:1.3;font-weight:600;margin:2.9rem 0 .7rem;padding-top:.75rem;border-top:1px solid var(--rule)}
h3{font-size:1rem;font-weight:600;margin:1.5rem 0 .2rem}
p{margin:.55rem 0}
.kicker{font:13px/1.4 var(--sans);letter-spacing:.05em;color:var(--soft);margin:0 0 .5rem}
.verdict{font-size:1.2rem;line-height:1.5;margin:1.2rem 0 .4rem}
.mark{white-space:nowrap;font-weight:700}
.pass{color:var(--pass)}.fail{color:var(--fail)}.unknown{color:var(--unknown)}
.note{color:var(--soft);font-size:.9rem}
code,pre{font-family:var(--mono);font-size:.8em}
pre{background:var(--panel);padding:.8rem 1rem;margin:.6rem 0;border-radius:4px;overflow-x:auto;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere}
details pre{white-space:pre;overflow-wrap:normal;font-size:.74em}
summary{cursor:pointer;font:15px/1.5 var(--sans)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.18rem 1.2rem;margin:.6rem 0}
dt{color:var(--soft);font:14.5px/1.9 var(--sans)}
dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:.6rem 0;font:14.5px/1.45 var(--sans)}
caption{text-align:left;color:var(--soft);padding:0 0 .35rem}
th{font-weight:600;text-align:left;color:var(--soft);border-bottom:1px solid var(--soft);padding:.25rem .7rem .25rem 0;vertical-align:bottom}
td{border-bottom:1px solid var(--rule);padding:.42rem .7rem .42rem 0;vertical-align:top}
th:last-child,td:last-child{padding-right:0}
.num{text-align:right;font-variant-numeric:tabular-nums lining-nums;white-space:nowrap}
th.num{white-space:normal}
.checks td:first-child{white-space:nowrap}
.checks .detail{line-height:1.5}
.violation{display:block;margin-top:.3rem;padding-left:.7rem;border-left:3px solid var(--fail);overflow-wrap:anywhere}
.part td:first-child{padding-left:1.1rem}
.groups{display:flex;flex-wrap:wrap;gap:.6rem;margin:.9rem 0;padding:0;list-style:none;align-items:stretch}
.groups li{flex:1 1 9rem;max-width:16rem;border:1px solid var(--rule);border-radius:4px;padding:.6rem .8rem;background:#fff;font:14px/1.45 var(--sans);margin:0}
.groups b{display:block;overflow-wrap:anywhere;font:600 1.05rem/1.3 var(--serif)}
ul.plain{padding-left:1.1rem;margin:.5rem 0}
footer{margin-top:3.5rem;padding-top:.7rem;border-top:1px solid var(--rule);font:13px/1.5 var(--sans);color:var(--soft)}
@media(max-width:620px){
body{font-size:16.5px}main{padding:1.6rem 1rem 3rem}h1{font-size:1.7rem}
dl{grid-template-columns:1fr;gap:0}dt{line-height:1.5;margin-top:.4rem}
table.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.stack,table.stack tbody,table.stack tr,table.stack td{display:block}
table.stack tr{border-bottom:1px solid var(--rule);padding:.5rem 0}
table.stack td{border:0;padding:.06rem 0;text-align:left;white-space:normal}
table.figures td.num{display:inline-block;margin-right:.9rem}
table.figures td.num::before{content:attr(data-label) " ";color:var(--soft)}
table.figures td.num:empty{display:none}
.part td:first-child{padding-left:0}
}
@media print{body{background:#fff;font-size:10.5pt}main{max-width:none;padding:0}h2{break-after:avoid}tr,.figure,.groups,li{break-inside:avoid}dt{break-after:avoid}caption,thead{break-after:avoid}.screen{display:none}p{orphans:3;widows:3}}
)" + chart_style();
}

}  // namespace lastmile::study
