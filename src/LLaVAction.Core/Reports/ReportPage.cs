using System.Security.Cryptography;
using System.Text;
using LLaVAction.Reports.Figures;

namespace LLaVAction.Reports;

/// <summary>What <c>report.liquid</c> writes.</summary>
internal sealed record ReportPage
{
    public required IReadOnlyList<string> Models { get; init; }

    public required string Date { get; init; }

    public required string ToolVersion { get; init; }

    // Sentences that stand above all figures.
    public required IReadOnlyList<string> Warnings { get; init; }

    public required IReadOnlyList<ReportSection> Sections { get; init; }

    // The methods section.
    public required IReadOnlyList<string> Paragraphs { get; init; }

    public required IReadOnlyList<string> CommandLines { get; init; }

    public required IReadOnlyList<ExampleView> Examples { get; init; }

    public IReadOnlyList<ExampleFilter> Filters =>
    [
        new("answer", "Answer", ["correct", "wrong"]),
        Filter("strategy", "Strategy", static example => example.Strategy),
        Filter("verb", "Verb", static example => example.Verb),
        Filter("noun", "Noun", static example => example.Noun),
    ];

    public required IReadOnlyList<RunView> Records { get; init; }

    public string Style { get; } = LiquidTemplate.Resource("figure.css") + LiquidTemplate.Resource("report.css");

    public string Script { get; } = LiquidTemplate.Resource("report.js");

    // The page's policy lets this script run and no other.
    public string ScriptHash => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)));

    private ExampleFilter Filter(string name, string title, Func<ExampleView, string> valueOf) =>
        new(name, title, [.. Examples.Select(valueOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
}

/// <summary>A section of the page.</summary>
internal sealed record ReportSection(string Id, string Title, string Lead, IReadOnlyList<ReportPart> Parts, IReadOnlyList<string> Notes);

/// <summary>A numbered table or figure: one of <paramref name="Table"/> and <paramref name="Drawing"/> is there.</summary>
internal sealed record ReportPart(string Label, string Id, string Title, string Caption, bool IsFolded, ReportTable? Table, Drawing? Drawing)
{
    public string Svg => ToSvg(isAlone: false);

    public string ToSvg(bool isAlone) => Drawing is null ? "" : LiquidTemplate.Render("figure", new
    {
        Drawing,
        Description = $"{Label}. {Title}. {Caption}",
        Style = isAlone ? LiquidTemplate.Resource("figure.css") : "",
    });
}

/// <summary>A table of text.</summary>
/// <param name="Columns">Headings.</param>
/// <param name="Rows">Rows, with a cell a column.</param>
/// <param name="IsMatrix">Whether the rows begin with a heading, and are not sorted.</param>
internal sealed record ReportTable(IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<ReportCell>> Rows, bool IsMatrix);

/// <summary>The heading of a column.</summary>
internal sealed record ReportColumn(string Title, bool IsNumber, params IReadOnlyList<string> Notes);

/// <summary>A cell: its text, and small lines below it.</summary>
internal sealed record ReportCell(string Text, params IReadOnlyList<string> Notes);

/// <summary>A choice that narrows the examples down.</summary>
internal sealed record ExampleFilter(string Name, string Title, IReadOnlyList<string> Values);

/// <summary>An example as the page shows it.</summary>
internal sealed record ExampleView(string Title, string Answer, string Strategy, string Verb, string Noun, IReadOnlyList<string> Images, IReadOnlyList<OptionView> Options);

/// <summary>An option of an example: marks are what the cells chose.</summary>
internal sealed record OptionView(string Text, bool IsTrue, string AlsoTrue, IReadOnlyList<OptionMark> Marks);

/// <summary>A cell that chose an option.</summary>
internal sealed record OptionMark(string Cell, bool IsRight);

/// <summary>The whole record of a run, as JSON.</summary>
internal sealed record RunView(string Name, string Json);
