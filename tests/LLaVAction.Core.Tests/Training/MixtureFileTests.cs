using LLaVAction.Testing;
using LLaVAction.Training;

namespace LLaVAction.Core.Tests.Training;

public sealed class MixtureFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("all", 7, new[] { 0, 1, 2, 3, 4, 5, 6 })]
    [InlineData("first:3", 7, new[] { 0, 1, 2 })]
    [InlineData("end:3", 7, new[] { 4, 5, 6 })]
    [InlineData("first:30%", 7, new[] { 0, 1, 2 })] // ceil(2.1)
    [InlineData("end:1%", 7, new[] { 6 })]
    [InlineData("first:100", 2, new[] { 0, 1 })]
    [InlineData("first:0", 7, new int[0])]
    [InlineData("first:100%", 3, new[] { 0, 1, 2 })]
    public void A_strategy_takes_the_rows_that_its_name_says(string text, int rows, int[] expected) =>
        Assert.Equal(expected, RowSampling.Parse(text)!.Value.Take([.. Enumerable.Range(0, rows)], new KeyedRandom(1, "k", "p")));

    [Theory]
    [InlineData("some")]
    [InlineData("first")]
    [InlineData("first:-1")]
    [InlineData("first:1.5%")]
    [InlineData("random:101%")]
    [InlineData("all:3")]
    [InlineData("first:1:2")]
    public void What_is_no_strategy_is_not_read(string text) => Assert.Null(RowSampling.Parse(text));

    [Fact]
    public void A_random_draw_is_without_replacement_and_follows_its_seed()
    {
        var rows = Enumerable.Range(0, 100).ToArray();
        var sampling = RowSampling.Parse("random:40%")!.Value;
        var drawn = sampling.Take(rows, new KeyedRandom(1, "k", "p"));
        Assert.Equal(40, drawn.Distinct().Count());
        Assert.Equal(drawn, sampling.Take(rows, new KeyedRandom(1, "k", "p")));
        Assert.NotEqual(drawn, sampling.Take(rows, new KeyedRandom(2, "k", "p")));
    }

    [Fact]
    public void A_mixture_is_read_as_it_was_written()
    {
        var mixture = new TrainingMixture(
        [
            new MixtureEntry("avion/train.jsonl", new RowSampling(SamplingKind.All)),
            new MixtureEntry("with space: and 'quotes' \"\t#.json", new RowSampling(SamplingKind.Random, 10, IsPercent: true)),
            new MixtureEntry("007", new RowSampling(SamplingKind.End, 5)),
        ]);
        var path = _folder.Write("mix.yaml", MixtureFile.ToYaml(mixture));
        Assert.Equal(mixture.Entries, MixtureFile.Read(path).Entries);
    }

    [Theory]
    [InlineData("avion/train_a-b.v1:2.jsonl", "avion/train_a-b.v1:2.jsonl")]
    [InlineData("7.jsonl", "\"7.jsonl\"")]
    [InlineData("a:", "\"a:\"")]
    [InlineData("a b", "\"a b\"")]
    public void A_name_is_quoted_where_YAML_could_read_it_otherwise(string path, string expected) =>
        Assert.Equal($"datasets:\n  - json_path: {expected}\n    sampling_strategy: all\n", MixtureFile.ToYaml(new TrainingMixture([new MixtureEntry(path, new RowSampling(SamplingKind.All))])));

    [Fact]
    public void A_last_line_without_its_line_feed_is_a_row() =>
        Assert.Equal(["a0", "a1"], TrainingFile.Read(_folder.Write("a.jsonl", Row("a0") + Row("a1").TrimEnd())).Select(static row => row.Id));

    [Fact]
    public void Rows_are_concatenated_in_the_order_of_the_entries()
    {
        _folder.Write("a.jsonl", Row("a0") + Row("a1") + Row("a2"));
        _folder.Write("b.json", $"[{Row("b0").Trim()},{Row("b1").Trim()}]");
        var path = _folder.Write("mix.yaml", "datasets:\n- {json_path: b.json, sampling_strategy: 'end:1'}\n- json_path: a.jsonl\n  sampling_strategy: first:50%\n- json_path: a.jsonl\n");
        Assert.Equal(["b1", "a0", "a1", "a0", "a1", "a2"], MixtureFile.ReadRows(path, seed: 1).Select(static row => row.Id));
    }

    [Theory]
    [InlineData("datasets:\n- json_path: missing.jsonl\n", "missing.jsonl, which does not exist")]
    [InlineData("datasets:\n- json_path: a.jsonl\n  sampling_strategy: some\n", "line 3: sampling_strategy 'some'")]
    [InlineData("datasets:\n- sampling_strategy: all\n", "line 2: json_path is missing")]
    [InlineData("datasets:\n- a.jsonl\n", "line 2: expected json_path")]
    [InlineData("files: []\n", "line 1: 'files'")]
    [InlineData("datasets: []\n", "no file is named")]
    [InlineData("- a\n", "line 1: expected a mixture")]
    [InlineData("datasets: [\n", "not valid YAML")]
    public void What_is_no_mixture_is_refused_by_line(string text, string expected)
    {
        _folder.Write("a.jsonl", Row("a0"));
        var path = _folder.Write("mix.yaml", text);
        Assert.Contains(expected, Assert.Throws<InputException>(() => MixtureFile.ReadRows(path, seed: 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Brackets_nested_a_hundred_thousand_deep_are_an_input_error()
    {
        var path = _folder.Write("mix.yaml", "datasets: " + new string('[', 100_000));
        Assert.Contains("nested more than", Assert.Throws<InputException>(() => MixtureFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_row_is_named_by_its_line()
    {
        var path = _folder.Write("a.jsonl", Row("a0") + "\n{\"id\":1}\n");
        Assert.Contains("a.jsonl line 3: not a training row (conversations", Assert.Throws<InputException>(() => TrainingFile.Read(path)).Message, StringComparison.Ordinal);
    }

    private static string Row(string id) => $$"""{"id":"{{id}}","video":"v","conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"data_source":"s"}""" + "\n";
}
