using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Comparison;
using LLaVAction.Reports.Figures;
using LLaVAction.Runs;
using LLaVAction.Tables;
using LLaVAction.Training;

namespace LLaVAction.Reports;

/// <summary>What a report is made from.</summary>
/// <param name="Comparison">The runs.</param>
/// <param name="Cards">Benchmark cards of the runs, each benchmark once.</param>
/// <param name="Examples">Questions to show.</param>
/// <param name="Names">Names of classes.</param>
/// <param name="Defaults">Defaults of the evaluation's options by name; the command lines shown leave them out.</param>
/// <param name="Date">The date to print; empty for none.</param>
public sealed record ReportContent(
    RunComparison Comparison,
    IReadOnlyList<BenchmarkCard> Cards,
    IReadOnlyList<ReportExample> Examples,
    ClassNames Names,
    IReadOnlyDictionary<string, string> Defaults,
    string Date = "")
{
    /// <summary>Trainings to draw.</summary>
    public IReadOnlyList<TrainingCurve> Trainings { get; init; } = [];
}

/// <summary>
/// A comparison as one HTML file that needs nothing else: no network, no font; a script sorts and filters, and all can be
/// read without it. Here its parts are chosen, numbered and described; <c>report.liquid</c> says how they look.
/// </summary>
public sealed class HtmlReport
{
    private const int HardestClasses = 8;
    private static readonly JsonSerializerOptions ReadableJson = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ReportContent _content;
    private readonly ReportFigures _figures;
    private readonly Dictionary<string, Section> _tables;
    private readonly ReportPage _page;
    private int _tableCount;
    private int _figureCount;

    /// <summary>Lays a report out.</summary>
    public HtmlReport(ReportContent content)
    {
        _content = content;
        var comparison = content.Comparison;
        _figures = new ReportFigures(comparison);
        _tables = ComparisonTables.All(comparison).ToDictionary(static section => section.Key, StringComparer.Ordinal);
        _page = new ReportPage
        {
            Models = [.. comparison.Runs.Select(static run => run.Identity.Model.Name).Distinct(StringComparer.Ordinal)],
            Date = content.Date,
            ToolVersion = ToolVersion.Current,
            Warnings = [.. Warnings(comparison.Cells)],
            Sections = [Accuracy(), Differences(), Vision(), Errors(), Training(), Card()],
            Paragraphs = ReportMethods.Paragraphs(comparison.Runs),
            CommandLines = [.. comparison.Runs.Select(run => ReportMethods.CommandLine(run.Record, content.Defaults))],
            Examples = [.. content.Examples.Select(View)],
            Records = [.. comparison.Runs.Select(static run => new RunView(run.Label, Json(run.Record)))],
        };
    }

    /// <summary>The figures in their order, as SVG files: name and content.</summary>
    public IEnumerable<(string Name, string Svg)> Figures => _page.Sections.SelectMany(static section => section.Parts)
        .Where(static part => part.Drawing is not null)
        .Select(static part => ($"{part.Label.ToLowerInvariant().Replace(' ', '-')}-{part.Id}.svg", part.ToSvg(isAlone: true)));

    /// <summary>The page.</summary>
    public string ToHtml() => LiquidTemplate.Render("report", _page);

    private ReportSection Training() => new(
        "training", "Training", "",
        [
            .. Part(
                "training-curves", "Losses and accuracy during training", "Over optimizer steps, as far as the training was when this was written. Left: the total loss, and that over answer tokens alone; a point is a mean where there are many steps. Accuracy: of each checkpoint that was asked, over all its sets.", TrainingPlot.Draw(_content.Trainings)),
        ],
        []);

    private ReportSection Accuracy()
    {
        var cells = _content.Comparison.Cells;
        var caption = "Over all questions asked; below it the 95 % confidence interval, clustered by participant, in percent."
            + (cells.Any(static cell => cell.Paper is not null) ? $" Paper: printed in the LLaVAction paper ({PaperFigures.Label})." : "");
        List<ReportPart> parts = [];
        if (cells.Count > 0)
        {
            parts.Add(Part("strategies", $"Accuracy by strategy, at {_figures.Frames} frames", caption, ReportTables.ByStrategy(cells, _figures.Frames)));
            if (ReportTables.HasSeveralFrameCounts(cells))
            {
                parts.Add(Part("frames", "Accuracy by number of frames", caption, ReportTables.ByFrames(cells)));
            }
        }

        parts.AddRange(Part(
            "accuracy-by-frames", "Accuracy by number of frames", "With 95 % confidence intervals clustered by participant. Dotted: chance. Dashed: the best guess from the options alone, without any video.", _figures.AccuracyByFrames()));
        parts.AddRange(Folded("accuracy", "context", "uncertainty"));
        return new ReportSection("results", "Accuracy", "", parts, _content.Comparison.Notes);
    }

    private ReportSection Differences()
    {
        var count = _content.Comparison.Pairs.Count;
        return new ReportSection(
            "differences",
            "Differences",
            $"The {count} pairs of cells that differ in one thing. Read Holm's p, which is corrected over all of them; McNemar's takes clips as independent, which they are not.",
            [
                .. Part(
                    "paired-differences",
                    "Paired differences in percentage points",
                    $"With 95 % confidence intervals clustered by participant.{(count > ReportFigures.MostDifferences ? FormattableString.Invariant($" {ReportFigures.MostDifferences} of the {count} pairs, those between models first.") : "")}",
                    _figures.Differences()),
                .. Folded("pairs"),
            ],
            []);
    }

    private ReportSection Vision() => new(
        "vision",
        "What the video adds",
        "",
        [
            .. Part(
                "seeing-and-blind",
                $"Accuracy with and without video, at {_figures.Frames} frames",
                "Without: the same model blind (where such a run was given), the best guess from the options alone, and chance.",
                _figures.SeeingAndBlind()),
        ],
        []);

    private ReportSection Errors() => new(
        "errors",
        "Where answers go wrong",
        "",
        [
            .. Part("splits", "Accuracy on parts of the questions", $"{_figures.ForegroundName}, with 95 % confidence intervals.", _figures.Splits()),
            .. Part("truth-rank", "Accuracy by the rank of the true class in the dump that the distractors come from", $"{_figures.ForegroundName}, with 95 % confidence intervals.", _figures.TruthRank()),
            .. Part(
                "confusions",
                "Class answered (columns) for each true class (rows), in percent of the row",
                $"{_figures.ConfusedCell?.Name}; the most frequent classes."
                    + (_content.Names.AreOfficial ? "" : " Classes are called by their most frequent word; --annotations-folder gives their names."),
                _figures.Confusions(_content.Names)),
            .. Part("letters", "Choices by letter, and wrong choices by rank in the dump", $"{_figures.ForegroundName}.", _figures.Letters(), isFolded: true),
            .. Folded("answers", "splits", "positions", "scorings", "paper"),
            .. Part(
                "hardest-classes",
                string.Create(CultureInfo.InvariantCulture, $"The {HardestClasses} verb and noun classes with the lowest accuracy, of those with {ClassAccuracy.FewestQuestions} questions or more"),
                ReportTables.HardestClasses(_content.Comparison.Cells, _content.Names, HardestClasses)),
        ],
        []);

    private ReportSection Card() => new(
        "card",
        "Benchmark card",
        "",
        [.. _content.Cards.SelectMany((card, index) => card.Tables().SelectMany(section => Part(FormattableString.Invariant($"card-{index + 1}-{section.Key}"), section.Title, section.Table)))],
        [.. _content.Cards.SelectMany(static card => card.Notes())]);

    private IEnumerable<ReportPart> Folded(params string[] keys) => keys.SelectMany(key => Part("table-" + key, _tables[key].Title, _tables[key].Table));

    // A table of the comparison, folded; none without rows.
    private IEnumerable<ReportPart> Part(string id, string title, Table table)
    {
        if (table.Rows.Count > 0)
        {
            var (narrow, common) = table.WithoutCommonColumns();
            yield return Part(id, title, common.Length == 0 ? "" : $"In every row: {common}.", ReportTables.Of(narrow)) with { IsFolded = true };
        }
    }

    private ReportPart Part(string id, string title, string caption, ReportTable table) =>
        new(FormattableString.Invariant($"Table {++_tableCount}"), id, title, caption, IsFolded: false, table, null);

    private IEnumerable<ReportPart> Part(string id, string title, string caption, Drawing? drawing, bool isFolded = false) =>
        drawing is null ? [] : [new ReportPart(FormattableString.Invariant($"Figure {++_figureCount}"), id, title, caption, isFolded, null, drawing)];

    private static IEnumerable<string> Warnings(IReadOnlyList<CellReport> cells)
    {
        if (cells.Any(static cell => cell.Caveats.Contains("random weights", StringComparer.Ordinal)))
        {
            yield return "The model's weights are random: its accuracy is chance, and says nothing of any model.";
        }

        if (cells.Any(static cell => cell.Caveats.Contains("synthetic", StringComparer.Ordinal)))
        {
            yield return "The clips are synthetic: figures on them say nothing of recorded video.";
        }

        if (cells.Any(static cell => cell.Caveats.Contains("simulated", StringComparer.Ordinal)))
        {
            yield return "The recognisers' predictions are simulated: figures on their sets say nothing of AVION, TIM or any recogniser.";
        }
    }

    private ExampleView View(ReportExample example)
    {
        var question = example.Question;
        var times = question.IsAboutWholeVideo ? "whole video" : FormattableString.Invariant($"{question.StartSeconds:0.00}–{question.StopSeconds:0.00} s");
        return new ExampleView(
            $"{question.Id}, {question.Strategy}, {times}{(question.Text is { } text ? ": " + text : "")}",
            example.Choices.Count > 0 && example.Choices[0].IsRight ? "correct" : "wrong",
            question.Strategy,
            question.HasActions ? _content.Names.Verb(question.VerbClass) : "",
            question.HasActions ? _content.Names.Noun(question.NounClass) : "",
            [.. example.Images.Select(Convert.ToBase64String)],
            [
                .. question.Options.Select((text, option) => new OptionView(
                    text,
                    option == question.AnswerIndex,
                    question.AlsoTrue[option] ?? "",
                    [.. example.Choices.Where(choice => choice.Choice == option).Select(static choice => new OptionMark(choice.Cell, choice.IsRight))])),
            ]);
    }

    private static string Json(RunRecord record)
    {
        using var json = JsonDocument.Parse(RunJson.ToBytes(record));
        return JsonSerializer.Serialize(json.RootElement, ReadableJson);
    }
}
