using LLaVAction.Epic;
using LLaVAction.Recognizers;
using LLaVAction.Testing;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>The score pickles of EPIC's own baselines, and scores that tie.</summary>
public sealed class BaselineAndTieTests
{
    private static readonly string[] Ids = ["P90_11_3", "P90_11_0", "P90_11_2", "P90_11_1"];

    // Verbs 0..10 and nouns 0..10 of the pool; rows in the order of Ids. Logits: one is negative.
    private static readonly float[][] Verbs = [.. Enumerable.Range(0, 4).Select(static row => Enumerable.Range(0, 12).Select(verb => (float)((verb * 7 % 5 * 1.37) - row)).ToArray())];
    private static readonly float[][] Nouns = [.. Enumerable.Range(0, 4).Select(static row => Enumerable.Range(0, 11).Select(noun => (noun * 3 % 7 * 0.517f) + row).ToArray())];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_baselines_scores_are_softmaxed_multiplied_over_the_pool_and_joined_by_id(bool isList)
    {
        using var fixture = new DumpFixture();
        using var dump = fixture.Read(isList ? List(Verbs, Nouns) : Stacked(Verbs, Nouns));
        Assert.Equal(PredictionFormat.BaselinePickle, dump.Format);
        for (var row = 0; row < 4; row++)
        {
            var verbs = Softmax(Verbs[row]);
            var nouns = Softmax(Nouns[row]);
            var expected = DumpFixture.Classes.OrderByDescending(entry => verbs[entry.Verb] * nouns[entry.Noun]).ThenBy(entry => entry.ToString(), StringComparer.Ordinal);
            Assert.Equal(expected, dump.Rankings[Ids[row]].Select(static action => action.Class));
            Assert.Equal(verbs[0] * nouns[2], dump.Rankings[Ids[row]].Single(static action => action.Class == new ActionClass(0, 2)).Score!.Value, 1e-12);
        }
    }

    [Fact]
    public void Results_that_torch_saved_are_read_the_same()
    {
        using var fixture = new DumpFixture();
        var file = TorchZip.Write(
            pickle => pickle.List([.. Enumerable.Range(0, 4).Select(row => (Action<PickleBuilder>)(clip => clip.Dict(
                ("verb_output", value => value.Tensor($"{row}", 12, 0, [12], [1])),
                ("noun_output", value => value.Tensor($"{4 + row}", 11, 0, [11], [1])),
                ("narration_id", value => value.Text(Ids[row])))))]),
            [.. Verbs.Concat(Nouns).Select(static (row, i) => ($"{i}", DumpFixture.Bytes(row)))]);
        using var torch = fixture.Read(file);
        using var plain = fixture.Read(List(Verbs, Nouns));

        Assert.Equal(PredictionFormat.BaselinePickle, torch.Format);
        Assert.All(Ids, id => Assert.Equal(plain.Rankings[id].ToArray(), torch.Rankings[id].ToArray()));
    }

    [Fact]
    public void Scores_that_are_probabilities_already_are_left_alone()
    {
        using var fixture = new DumpFixture();
        var verbs = Array.ConvertAll(Verbs, static row => Array.ConvertAll(Softmax(row), static score => (float)score));
        var nouns = Array.ConvertAll(Nouns, static row => Array.ConvertAll(Softmax(row), static score => (float)score));
        using var dump = fixture.Read(Stacked(verbs, nouns));
        Assert.Equal((double)verbs[1][0] * nouns[1][2], dump.Rankings["P90_11_0"].Single(static action => action.Class == new ActionClass(0, 2)).Score!.Value, 1e-12);
    }

    [Fact]
    public void A_baseline_that_cannot_be_joined_or_read_is_refused_by_row()
    {
        using var fixture = new DumpFixture();
        var nan = Array.ConvertAll(Verbs, static row => row.ToArray());
        nan[2][5] = float.NaN;
        Assert.Contains("row 2: verb_output of class 5 is NaN", fixture.Problem(Stacked(nan, Nouns)), StringComparison.Ordinal);
        Assert.Contains("at least 11, those of the annotations", fixture.Problem(Stacked(Array.ConvertAll(Verbs, static row => row[..3]), Nouns)), StringComparison.Ordinal);
        Assert.Contains("row 3 (P90_11_3): the id stands in row 0 already", fixture.Problem(Stacked(Verbs, Nouns, ["P90_11_3", "P90_11_0", "P90_11_2", "P90_11_3"])), StringComparison.Ordinal);
        Assert.Contains("lacks 1 of the 4 clips asked for (P90_11_1)", fixture.Problem(Stacked(Verbs, Nouns, [.. Ids[..3], "P99_99_9"])), StringComparison.Ordinal);
        Assert.Contains("expected 'noun_output' as well", fixture.Problem(PickleBuilder.Write(4, static pickle => pickle.Dict(
            ("verb_output", static value => value.Array("f4", [1, 1], new byte[4])), ("narration_id", static value => value.ObjectArray("a"))))), StringComparison.Ordinal);
    }

    [Fact]
    public void Avions_equal_probabilities_are_ordered_by_its_logits()
    {
        using var fixture = new DumpFixture();
        using var dump = fixture.Read(Avion([1, 0, 0, 0, 0, 0], [9, 1, 5, 2, 4, 3]));
        var ranking = dump.Rankings["P90_11_0"];
        Assert.Equal("0:0 0:2 1:2 2:10 10:1 0:10", string.Join(' ', ranking.Select(static action => action.Class)));
        Assert.Equal(2, ranking.RankOf(new ActionClass(0, 2)));
        Assert.False(ranking.IsTiedAfter(2));
    }

    [Fact]
    public void Avions_logits_alone_rank_where_there_are_no_probabilities()
    {
        using var fixture = new DumpFixture();
        var bytes = PickleBuilder.Write(4, static pickle => pickle.Dict(
            ("logits", static value => value.Array("f4", [4, 6], DumpFixture.Bytes(DumpFixture.Scores))),
            ("targets", static value => value.Array("i8", [4], DumpFixture.Bytes(DumpFixture.Targets)))));
        using var dump = fixture.Read(bytes);
        fixture.AssertExpected(dump);
    }

    [Fact]
    public void Rows_of_equal_scores_are_refused_by_name()
    {
        using var fixture = new DumpFixture();
        Assert.Contains(
            "row 0 (P90_11_0, val.csv line 2): all 6 scores of probs are 0", fixture.Problem(Avion([0, 0, 0, 0, 0, 0], [2, 2, 2, 2, 2, 2])), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tie_is_known_where_only_the_names_decide()
    {
        using var fixture = new DumpFixture();
        using var dump = fixture.Read(DumpFixture.Avion());
        Assert.Equal([false, false, false], Enumerable.Range(1, 3).Select(dump.Rankings["P90_11_0"].IsTiedAfter));
        Assert.Equal([false, true, false], Enumerable.Range(1, 3).Select(dump.Rankings["P90_11_1"].IsTiedAfter));
        Assert.Equal([false, true, true], Enumerable.Range(1, 3).Select(dump.Rankings["P90_11_2"].IsTiedAfter));
        using var ranks = fixture.Read(DumpText.LlavactionJson());
        Assert.False(ranks.Rankings["P90_11_2"].IsTiedAfter(2));
        using var submission = fixture.Read(DumpText.Submission());
        Assert.True(submission.Rankings["P90_11_2"].IsTiedAfter(2));
        Assert.False(submission.Rankings["P90_11_2"].IsTiedAfter(6));
    }

    [Fact]
    public void Keys_and_ids_of_bytes_as_Python_2_wrote_them_are_read()
    {
        using var fixture = new DumpFixture();
        var bytes = PickleBuilder.Write(2, static pickle =>
        {
            pickle.Raw("}(");
            ShortString(pickle, "action");
            pickle.Array("f4", [4, 6], DumpFixture.Bytes(DumpFixture.Scores));
            ShortString(pickle, "v_narration_ids");
            pickle.Raw("](");
            foreach (var id in DumpFixture.TimIds)
            {
                ShortString(pickle, id);
            }

            pickle.Raw("eu");
        });
        using var dump = fixture.Read(bytes, fixture.Request with { Classes = new ClassOrder("classes.csv", DumpFixture.Classes) });
        fixture.AssertExpected(dump);
    }

    [Fact]
    public void Llavaction_json_may_be_keyed_by_narration_id_and_have_further_clips()
    {
        using var fixture = new DumpFixture();
        var text = DumpText.LlavactionJson();
        for (var row = 0; row < 4; row++)
        {
            text = text.Replace($"\"{row}\":", $"\"P90_11_{row}\":", StringComparison.Ordinal);
        }

        using var dump = fixture.Read(text.Replace("{\"P90_11_0\"", "{\"P99_99_9\":{\"predictions\":[\"55:5\"]},\"P90_11_0\"", StringComparison.Ordinal));
        fixture.AssertExpected(dump);
        Assert.Contains(
            "clip 'P90_11_1' (val.csv line 3): target is '0:0', expected the row's class '10:1'",
            fixture.Problem(text.Replace("\"P90_11_2\"", "\"x\"", StringComparison.Ordinal).Replace("\"P90_11_1\"", "\"P90_11_2\"", StringComparison.Ordinal).Replace("\"x\"", "\"P90_11_1\"", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Contains("lacks 1 of the 4 clips asked for (P90_11_3)", fixture.Problem(text.Replace("P90_11_3", "P90_12_3", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"\\ud800\":{\"predictions\":[\"0:2\"],\"target\":\"0:2\"}}")]
    [InlineData("{\"challenge\":\"\\ud800\",\"results\":{}}")]
    [InlineData("{\"results\":{\"\\ud800\":{}}}")]
    public void A_lone_surrogate_is_an_input_error(string text)
    {
        using var fixture = new DumpFixture();
        Assert.Contains("no valid Unicode", fixture.Problem(text), StringComparison.Ordinal);
    }

    private static void ShortString(PickleBuilder pickle, string text) => pickle.Raw($"U{(char)text.Length}{text}");

    private static byte[] Avion(float[] firstProbabilities, float[] firstLogits) => PickleBuilder.Write(4, pickle => pickle.Dict(
        ("logits", value => value.Array("f4", [4, 6], DumpFixture.Bytes<float>([.. firstLogits, .. DumpFixture.Scores[6..]]))),
        ("probs", value => value.Array("f4", [4, 6], DumpFixture.Bytes<float>([.. firstProbabilities, .. DumpFixture.Scores[6..]]))),
        ("targets", static value => value.Array("i8", [4], DumpFixture.Bytes(DumpFixture.Targets)))));

    private static byte[] Stacked(float[][] verbs, float[][] nouns, string[]? ids = null) => PickleBuilder.Write(4, pickle => pickle.Dict(
        ("verb_output", value => value.Array("f4", [verbs.Length, verbs[0].Length], DumpFixture.Bytes([.. verbs.SelectMany(static row => row)]))),
        ("noun_output", value => value.Array("f4", [nouns.Length, nouns[0].Length], DumpFixture.Bytes([.. nouns.SelectMany(static row => row)]))),
        ("narration_id", value => value.ObjectArray(ids ?? Ids))));

    private static byte[] List(float[][] verbs, float[][] nouns) => PickleBuilder.Write(4, pickle => pickle.List([.. Ids.Select((id, row) => (Action<PickleBuilder>)(item => item.Dict(
        ("verb_output", value => value.Array("f4", [verbs[row].Length], DumpFixture.Bytes(verbs[row]))),
        ("noun_output", value => value.Array("f4", [nouns[row].Length], DumpFixture.Bytes(nouns[row]))),
        ("narration_id", value => value.Text(id)))))]));

    private static double[] Softmax(float[] logits)
    {
        var powers = logits.Select(static logit => Math.Exp(logit)).ToArray();
        return [.. powers.Select(power => power / powers.Sum())];
    }
}
