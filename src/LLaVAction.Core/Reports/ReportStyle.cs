namespace LLaVAction.Reports;

/// <summary>The style sheet of the report: readable on a phone, in the dark, and on paper.</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet.</summary>
    public const string Css = """
        :root { --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --panel: #f6f8fa; --line: #d0d7de; --accent: #0b62b5;
          --right: #0f7b3a; --wrong: #b42318; --warn: #fff3cd; --warn-ink: #664d03;
          --s0: #0b62b5; --s1: #b35900; --s2: #0f7b3a; --s3: #8a3ffc; --s4: #b42380; --s5: #4c5a67; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa5b1; --paper: #0d1117; --panel: #161b22;
          --line: #30363d; --accent: #6cb6ff; --right: #57d38c; --wrong: #ff8a80; --warn: #3a2e05; --warn-ink: #ffe08a;
          --s0: #6cb6ff; --s1: #ffb066; --s2: #57d38c; --s3: #c4a1ff; --s4: #ff8ac8; --s5: #9aa5b1; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
        main, header, footer { max-width: 72rem; margin: 0 auto; padding: 0 1rem; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 1.5rem 0 .5rem; }
        h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
        h3 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
        a { color: var(--accent); }
        a.skip { position: absolute; left: -9999px; } a.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem; }
        nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0; }
        .soft { color: var(--soft); font-size: .9rem; }
        .warning { background: var(--warn); color: var(--warn-ink); padding: .75rem 1rem; border-radius: .4rem; margin: 1rem 0; font-weight: 600; }
        .scroll { overflow-x: auto; background: linear-gradient(to right, var(--paper) 30%, transparent) left / 2rem 100% no-repeat local,
          linear-gradient(to left, var(--paper) 30%, transparent) right / 2rem 100% no-repeat local,
          linear-gradient(to right, var(--line), transparent) left / .6rem 100% no-repeat scroll,
          linear-gradient(to left, var(--line), transparent) right / .6rem 100% no-repeat scroll; }
        table { border-collapse: collapse; width: max-content; font-size: .875rem; margin: .5rem 0 1rem; font-variant-numeric: tabular-nums; }
        .caption { color: var(--ink); font-size: .9rem; margin: 1.25rem 0 .25rem; } .caption .soft { font-size: .85rem; }
        th small, td small { display: block; font-weight: 400; font-size: .8rem; color: var(--soft); white-space: nowrap; }
        .matrix strong { font-size: 1rem; } .matrix tbody th { background: none; }
        th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; max-width: 24rem; }
        th { background: var(--panel); font-weight: 600; }
        td.number, th.number { text-align: right; white-space: nowrap; }
        figure { margin: 1rem 0; } figcaption { max-width: 48rem; color: var(--soft); font-size: .9rem; }
        svg { max-width: 100%; height: auto; display: block; }
        svg text { fill: var(--ink); font: 12px system-ui, sans-serif; } svg .grid { stroke: var(--line); } svg .soft { fill: var(--soft); }
        .example { border: 1px solid var(--line); border-radius: .4rem; padding: .75rem 1rem; margin: 1rem 0; break-inside: avoid; }
        .frames { display: flex; flex-wrap: wrap; gap: .25rem; } .frames img { width: 160px; max-width: 48%; height: auto; border-radius: .2rem; }
        ol.options { list-style: upper-alpha; margin: .5rem 0; padding-left: 1.75rem; }
        ol.options li.true { color: var(--right); font-weight: 600; }
        .mark { font-size: .8rem; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .5rem; margin-left: .4rem; white-space: nowrap; }
        .mark.right { color: var(--right); } .mark.wrong { color: var(--wrong); }
        details > summary { cursor: pointer; color: var(--accent); margin: .5rem 0; }
        pre { background: var(--panel); padding: .75rem; overflow-x: auto; font-size: .8rem; border-radius: .4rem; }
        @media (max-width: 30rem) { main, header, footer { padding: 0 .75rem; } th, td { padding: .3rem .4rem; } }
        @page { size: A4 landscape; margin: 12mm; }
        @media print { body { font-size: 10pt; } main, header, footer { max-width: none; padding: 0; } nav, a.skip { display: none; } .scroll { overflow: visible; background: none; }
        table { width: auto; max-width: 100%; font-size: 7.5pt; } th, td { padding: .15rem .35rem; }
          tr { break-inside: avoid; } h2, .caption { break-after: avoid; } }
        """;
}
