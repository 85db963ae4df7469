import { fontFamily } from './theme.js';

/** Styles of the page around a picture. */
export const pageCss = `*{box-sizing:border-box}
html,body{height:100%;margin:0}
body{display:flex;flex-direction:column;background:var(--page);color:var(--text);font:14px/1.45 ${fontFamily}}
header{display:flex;flex-wrap:wrap;gap:8px 24px;align-items:center;justify-content:space-between;padding:12px 24px;border-bottom:1px solid var(--line)}
h1{font-size:20px;margin:0;overflow-wrap:anywhere}
.subtitle{margin:2px 0 0;color:var(--muted)}
.search{display:flex;gap:8px;align-items:center;color:var(--muted)}
input{font:inherit;color:var(--text);background:var(--band);border:1px solid var(--rail);border-radius:6px;padding:5px 10px;width:220px}
main{flex:1;min-height:0;display:flex}
.picture{flex:1;min-width:0;overflow:auto;scrollbar-gutter:stable}
.picture svg{display:block}
aside{width:340px;flex:none;overflow:auto;padding:16px 20px;border-left:1px solid var(--line);background:var(--band);overflow-wrap:anywhere}
aside h2{font-size:16px;margin:0 0 6px}
aside h3{font-size:13px;margin:16px 0 4px;color:var(--muted)}
aside ul{margin:0;padding-left:18px}
aside li{margin:3px 0}
aside kbd{font:12px ui-monospace,monospace;border:1px solid var(--line);border-radius:4px;padding:0 4px;background:var(--card)}
aside button{font:inherit;color:var(--service);background:none;border:0;padding:0;text-align:left;vertical-align:top;cursor:pointer;text-decoration:underline}
.legend{list-style:none;padding:0!important}
.legend svg{vertical-align:middle;margin-right:8px}
.diagnostic b{color:var(--warn)}
:focus-visible{outline:3px solid var(--service);outline-offset:2px}
[data-task]{cursor:pointer}
[data-task]:focus{outline:none}
[data-task]:focus-visible .box{stroke:var(--service);stroke-width:3.5}
.active [data-task]:not(.on),.active .link:not(.on){opacity:.3}
.active .link.on{stroke-width:3}
.searching:not(.active) [data-task]:not(.hit){opacity:.2}
[data-task]{transition:opacity .12s}
@media (prefers-reduced-motion:reduce){[data-task]{transition:none}}
@media (max-width:800px){main{flex-direction:column}aside{width:auto;max-height:40%;border-left:0;border-top:1px solid var(--line)}}`;
