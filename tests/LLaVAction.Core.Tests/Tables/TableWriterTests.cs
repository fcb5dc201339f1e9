using LLaVAction.Tables;

namespace LLaVAction.Core.Tests.Tables;

public sealed class TableWriterTests
{
    private static readonly Table Sample = new Table(
            new TableColumn("strategy", "Strategy"),
            TableColumn.Percent("accuracy", "Accuracy"),
            TableColumn.Number("n", "N"))
        .Add("random", 0.2, 9668)
        .Add("a|b, \"c\"", 0.123456789, null);

    [Fact]
    public void Text_is_aligned() => Assert.Equal(
        """
        Strategy  Accuracy     N
        --------  --------  ----
        random      20.0 %  9668
        a|b, "c"    12.3 %

        """,
        Write(TableWriter.WriteText),
        ignoreLineEndingDifferences: true);

    [Fact]
    public void Markdown_escapes_pipes() => Assert.Equal(
        """
        | Strategy  | Accuracy |    N |
        |-----------|---------:|-----:|
        | random    |   20.0 % | 9668 |
        | a\|b, "c" |   12.3 % |      |

        """,
        Write(TableWriter.WriteMarkdown),
        ignoreLineEndingDifferences: true);

    [Fact]
    public void Csv_quotes_where_needed_and_keeps_precision() => Assert.Equal(
        "strategy,accuracy,n\nrandom,0.2,9668\n\"a|b, \"\"c\"\"\",0.123456789,\n",
        Write(TableWriter.WriteCsv));

    [Fact]
    public void Json_keeps_types_and_nulls() => Assert.Equal(
        """
        [
          {
            "strategy": "random",
            "accuracy": 0.2,
            "n": 9668
          },
          {
            "strategy": "a|b, \"c\"",
            "accuracy": 0.123456789,
            "n": null
          }
        ]

        """,
        Write(TableWriter.WriteJson),
        ignoreLineEndingDifferences: true);

    [Fact]
    public void Latex_is_a_booktabs_table_in_which_no_character_of_the_data_is_a_command()
    {
        using var writer = new StringWriter { NewLine = "\n" };

        TableWriter.WriteLatex(
            new Table(new TableColumn("a", "A_b"), TableColumn.Percent("p", "50 % of #1")).Add("{\\input} $x^2~& <y>", 0.352).Add("1–2 −3", null), "Caption_1.", "key", writer);

        Assert.Equal(
            """
            \begin{table}
            \centering
            \caption{Caption\_1.}
            \label{tab:key}
            \begin{adjustbox}{max width=\textwidth}
            \begin{tabular}{lr}
            \toprule
            A\_b & 50 \% of \#1 \\
            \midrule
            \{\textbackslash{}input\} \$x\textasciicircum{}2\textasciitilde{}\& \textless{}y\textgreater{} & 35.2 \% \\
            1--2 $-$3 &  \\
            \bottomrule
            \end{tabular}
            \end{adjustbox}
            \end{table}

            """,
            writer.ToString(),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void A_row_of_another_width_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Table(new TableColumn("a", "A")).Add(1, 2));

    private static string Write(Action<Table, TextWriter> write)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        write(Sample, writer);
        return writer.ToString();
    }
}
