using System.Globalization;
using System.Text.Json;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Comparison;
using LLaVAction.Runs;
using LLaVAction.Tables;

namespace LLaVAction.Reports;

/// <summary>Writes a comparison as one HTML file that needs nothing else: no network, no font; a script sorts and filters, and all can be read without it.</summary>
public static class HtmlReport
{
    private const int HardestClasses = 8;

    /// <summary>Writes the report.</summary>
    /// <param name="comparison">What was compared.</param>
    /// <param name="cards">Benchmark cards of the runs, each benchmark once.</param>
    /// <param name="examples">Questions to show.</param>
    /// <param name="defaults">Defaults of the evaluation's options by name; the command lines shown leave them out.</param>
    public static string Write(RunComparison comparison, IReadOnlyList<BenchmarkCard> cards, IReadOnlyList<ReportExample> examples, IReadOnlyDictionary<string, string> defaults)
    {
        var html = new HtmlText();
        WriteHead(html, comparison);
        html.Markup("<main id=\"content\">\n");
        html.Markup("<section aria-labelledby=\"accuracy\"><h2 id=\"accuracy\">Accuracy</h2>\n<figure>").Markup(AccuracyChart.Draw(comparison.Cells))
            .Markup("<figcaption>Figure 1. Accuracy over all questions asked, with 95 % confidence intervals clustered by participant; numbers below the points are frames. Dotted: chance. Dashed: the best guess from the options alone, without any video.</figcaption></figure>\n");
        var sections = ComparisonTables.All(comparison);
        AccuracyMatrix.Write(html, comparison.Cells);
        WriteFolded(html, sections.Where(static section => section.Key is "accuracy" or "context" or "uncertainty"));
        WriteNotes(html, comparison.Notes);
        html.Markup("</section>\n<section aria-labelledby=\"pairs\"><h2 id=\"pairs\">Differences</h2>\n");
        html.Element("p class=\"soft\"", "Each pair of cells that differ in one thing. Read Holm's p, which is corrected over all pairs shown; McNemar's takes clips as independent, which they are not.");
        if (ForestPlot.Draw(comparison) is { Length: > 0 } forest)
        {
            html.Markup("<figure>").Markup(forest).Markup("<figcaption>Figure 2. Paired differences in percentage points, with 95 % confidence intervals.</figcaption></figure>\n");
        }

        WriteFolded(html, sections.Where(static section => section.Key == "pairs"));
        html.Markup("</section>\n");
        WriteAnswers(html, comparison, sections);
        WriteClasses(html, comparison.Cells);
        WriteMethods(html, comparison.Runs, defaults);
        WriteExamples(html, examples);
        WriteCards(html, cards);
        WriteRuns(html, comparison.Runs);
        html.Markup("</main>\n<footer><p class=\"soft\">").Text($"Written by LLaVAction {ToolVersion.Current}. Questions hold narrations of their source; its licence applies.")
            .Markup("</p></footer>\n<script>").Markup(ReportResources.Script).Markup("</script>\n</body></html>\n");
        return html.ToString();
    }

    private static void WriteHead(HtmlText html, RunComparison comparison)
    {
        var models = string.Join(", ", comparison.Runs.Select(static run => run.Label).Distinct(StringComparer.Ordinal));
        html.Markup("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n")
            .Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '").Markup(ReportResources.ScriptHash).Markup("'\">\n")
            .Markup("<meta name=\"color-scheme\" content=\"light dark\">\n")
            .Element("title", $"LLaVAction report: {models}")
            .Markup("<style>\n").Markup(ReportResources.Style).Markup("</style></head>\n<body><a class=\"skip\" href=\"#content\">Skip to the content</a>\n<header>")
            .Element("h1", $"How well does {models} recognise actions?");
        var caveats = comparison.Cells.SelectMany(static cell => cell.Caveats).Distinct(StringComparer.Ordinal).ToArray();
        if (caveats.Length > 0)
        {
            html.Element("p class=\"warning\" role=\"note\"", CaveatSentence(caveats));
        }

        html.Markup("<nav aria-label=\"Sections\"><ul>");
        foreach (var (id, title) in (ReadOnlySpan<(string, string)>)[
            ("accuracy", "Accuracy"), ("pairs", "Differences"), ("answers", "Answers"), ("classes", "Hardest classes"), ("methods", "Methods"),
            ("examples", "Examples"), ("card", "Benchmark card"), ("runs", "Configuration")])
        {
            html.Markup($"<li><a href=\"#{id}\">{title}</a></li>");
        }

        html.Markup("</ul></nav></header>\n");
    }

    private static string CaveatSentence(IReadOnlyCollection<string> caveats)
    {
        var sentences = new List<string>();
        if (caveats.Contains("random weights", StringComparer.Ordinal))
        {
            sentences.Add("The model's weights are random: its accuracy is chance, and says nothing of any model.");
        }

        if (caveats.Contains("simulated", StringComparer.Ordinal))
        {
            sentences.Add("The recognisers' predictions are simulated: figures on their sets say nothing of AVION, TIM or any recogniser.");
        }

        return string.Join(' ', sentences);
    }

    private static void WriteSections(HtmlText html, string prefix, IEnumerable<Section> sections)
    {
        foreach (var section in sections.Where(static section => section.Table.Rows.Count > 0))
        {
            HtmlTable.Write(html, $"{prefix}-{section.Key}", section.Title, section.Table);
        }
    }

    private static void WriteFolded(HtmlText html, IEnumerable<Section> sections)
    {
        foreach (var section in sections.Where(static section => section.Table.Rows.Count > 0))
        {
            html.Markup("<details><summary>").Text(section.Title).Markup("</summary>\n");
            HtmlTable.Write(html, $"table-{section.Key}", section.Title, section.Table);
            html.Markup("</details>\n");
        }
    }

    private static void WriteMethods(HtmlText html, IReadOnlyList<ComparedRun> runs, IReadOnlyDictionary<string, string> defaults)
    {
        html.Markup("<section aria-labelledby=\"methods\"><h2 id=\"methods\">Methods</h2>\n<div class=\"methods\">");
        foreach (var run in runs)
        {
            html.Element("p", ReportMethods.Of(run));
        }

        html.Element("p", ReportMethods.Statistics);
        foreach (var run in runs)
        {
            html.Markup("<pre>").Text(ReportMethods.CommandLine(run.Record, defaults)).Markup("</pre>\n");
        }

        html.Markup("</div></section>\n");
    }

    private static void WriteNotes(HtmlText html, IReadOnlyCollection<string> notes)
    {
        if (notes.Count == 0)
        {
            return;
        }

        html.Markup("<ul>\n");
        foreach (var note in notes)
        {
            html.Element("li", note);
        }

        html.Markup("</ul>\n");
    }

    private static void WriteAnswers(HtmlText html, RunComparison comparison, IReadOnlyList<Section> sections)
    {
        html.Markup("<section aria-labelledby=\"answers\"><h2 id=\"answers\">Answers</h2>\n");
        foreach (var cell in comparison.Cells)
        {
            html.Markup("<details><summary>").Text(cell.Name).Markup(": letters and distractors</summary>\n");
            if (cell.Positions is { } positions)
            {
                html.Markup("<figure>").Markup(BarChart.Draw(
                    "Choice rate by letter, in percent",
                    [.. positions.Letters.Select(static letter => new Bar(letter.Letter.ToString(), letter.ChoiceRate ?? 0))],
                    1.0 / positions.Letters.Count)).Markup("<figcaption>Choice rate by letter; dashed: even choices.</figcaption></figure>\n");
            }

            if (cell.DistractorRanks.Count > 0)
            {
                html.Markup("<figure>").Markup(BarChart.Draw(
                    "How often a distractor of each rank is chosen, in percent",
                    [.. cell.DistractorRanks.Take(20).Select(static rank => new Bar(rank.Rank.ToString(CultureInfo.InvariantCulture), (double)rank.Chosen / rank.Shown))],
                    null)).Markup("<figcaption>How often a distractor misleads, by its rank in the dump.</figcaption></figure>\n");
            }

            html.Markup("</details>\n");
        }

        WriteFolded(html, sections.Where(static section => section.Key is "answers" or "scorings" or "positions" or "splits"));
        html.Markup("</section>\n");
    }

    private static void WriteClasses(HtmlText html, IReadOnlyList<CellReport> cells)
    {
        var table = new Table(
            new TableColumn("cell", "Cell"), new TableColumn("kind", "Kind"), new TableColumn("class", "Class", ColumnAlignment.Right),
            new TableColumn("example", "For example"), TableColumn.Percent("accuracy", "Accuracy"),
            new TableColumn("questions", "Questions", ColumnAlignment.Right), new TableColumn("caveats", "Caveats"));
        foreach (var cell in cells)
        {
            Add(cell, "verb", cell.Verbs);
            Add(cell, "noun", cell.Nouns);
        }

        html.Markup("<section aria-labelledby=\"classes\"><h2 id=\"classes\">Hardest classes</h2>\n");
        if (table.Rows.Count > 0)
        {
            HtmlTable.Write(html, "table-classes", FormattableString.Invariant($"The {HardestClasses} verb and noun classes with the lowest accuracy, of those with {ClassAccuracy.FewestQuestions} questions or more"), table);
        }

        html.Markup("</section>\n");

        void Add(CellReport cell, string kind, IReadOnlyList<ClassAccuracy> classes)
        {
            foreach (var entry in classes.Take(HardestClasses))
            {
                table.Add(cell.Name, kind, entry.Class, entry.Example, entry.Accuracy, entry.Questions, string.Join(", ", cell.Caveats));
            }
        }
    }

    private static void WriteExamples(HtmlText html, IReadOnlyList<ReportExample> examples)
    {
        html.Markup("<section aria-labelledby=\"examples\"><h2 id=\"examples\">Examples</h2>\n")
            .Element("p class=\"soft\"", "Drawn by a key of the question, two wrong answers for every correct one.");
        WriteFilter(html, examples);
        foreach (var example in examples)
        {
            WriteExample(html, example);
        }

        html.Markup("</section>\n");
    }

    private static void WriteFilter(HtmlText html, IReadOnlyList<ReportExample> examples)
    {
        html.Markup("<form id=\"example-filter\" hidden>");
        Select("answer", "Answer", ["correct", "wrong"]);
        Select("strategy", "Strategy", [.. examples.Select(static example => example.Question.Strategy).Distinct(StringComparer.Ordinal)]);
        Select("class", "Class", [.. examples.Select(static example => ClassOf(example)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
        html.Markup("</form>\n");

        void Select(string name, string label, string[] values)
        {
            html.Markup($"<label>{label} <select name=\"{name}\"><option value=\"\">all</option>");
            foreach (var value in values)
            {
                html.Markup("<option value=\"").Text(value).Markup("\">").Text(value).Markup("</option>");
            }

            html.Markup("</select></label>");
        }
    }

    private static string ClassOf(ReportExample example) => FormattableString.Invariant($"{example.Question.VerbClass}:{example.Question.NounClass}");

    private static void WriteExample(HtmlText html, ReportExample example)
    {
        var question = example.Question;
        var isFirstRight = example.Choices.Count > 0 && example.Choices[0].IsRight;
        html.Markup($"<article class=\"example\" data-answer=\"{(isFirstRight ? "correct" : "wrong")}\" data-strategy=\"").Text(question.Strategy)
            .Markup("\" data-class=\"").Text(ClassOf(example)).Markup("\">").Element(
            "h3",
            string.Create(CultureInfo.InvariantCulture, $"{question.Id}, {question.Strategy}, {question.StartSeconds:0.00}-{question.StopSeconds:0.00} s"));
        if (example.Thumbnails.Count > 0)
        {
            html.Markup("<div class=\"frames\">");
            for (var frame = 0; frame < example.Thumbnails.Count; frame++)
            {
                html.Markup($"<img alt=\"frame {frame + 1} of {example.Thumbnails.Count}\" src=\"data:image/png;base64,{Convert.ToBase64String(example.Thumbnails[frame])}\">");
            }

            html.Markup("</div>\n");
        }

        html.Markup("<ol class=\"options\">\n");
        for (var option = 0; option < question.Options.Count; option++)
        {
            var isTrue = option == question.AnswerIndex;
            html.Markup(isTrue ? "<li class=\"true\">" : "<li>").Text(question.Options[option]);
            if (isTrue)
            {
                html.Markup("<span class=\"mark right\">✓ true</span>");
            }

            if (question.AlsoTrue[option] is { } reason)
            {
                html.Markup("<span class=\"mark\">").Text($"may be true: {reason}").Markup("</span>");
            }

            foreach (var (cell, choice, isRight) in example.Choices)
            {
                if (choice == option)
                {
                    html.Markup($"<span class=\"mark {(isRight ? "right" : "wrong")}\">").Text($"{(isRight ? "✓" : "✗")} {cell}").Markup("</span>");
                }
            }

            html.Markup("</li>\n");
        }

        html.Markup("</ol></article>\n");
    }

    private static void WriteCards(HtmlText html, IReadOnlyList<BenchmarkCard> cards)
    {
        html.Markup("<section aria-labelledby=\"card\"><h2 id=\"card\">Benchmark card</h2>\n");
        for (var card = 0; card < cards.Count; card++)
        {
            WriteSections(html, string.Create(CultureInfo.InvariantCulture, $"card-{card + 1}"), cards[card].Tables());
            WriteNotes(html, [.. cards[card].Notes()]);
        }

        html.Markup("</section>\n");
    }

    private static void WriteRuns(HtmlText html, IReadOnlyList<ComparedRun> runs)
    {
        html.Markup("<section aria-labelledby=\"runs\"><h2 id=\"runs\">Configuration</h2>\n");
        foreach (var run in runs)
        {
            using var record = JsonDocument.Parse(RunJson.ToBytes(run.Record));
            html.Markup("<details><summary>").Text($"{run.Label}: everything that its figures depend on").Markup("</summary><pre>")
                .Text(JsonSerializer.Serialize(record.RootElement, ReportJson.Indented.JsonElement)).Markup("</pre></details>\n");
        }

        html.Markup("</section>\n");
    }
}
