using System.Buffers.Binary;
using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>AVION's and TIM's pickles in every form that Python and NumPy write.</summary>
public sealed class PickleDumpTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Avion_pickles_of_every_protocol_rank_alike(int protocol)
    {
        using var fixture = new DumpFixture();

        using var dump = fixture.Read(DumpFixture.Avion(protocol));

        Assert.Equal(PredictionFormat.AvionPickle, dump.Format);
        fixture.AssertExpected(dump);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Tim_pickles_of_every_protocol_rank_alike_in_any_order_of_rows(int protocol)
    {
        using var fixture = new DumpFixture();
        var rows = new[] { 2, 0, 3, 1 };
        var scores = rows.SelectMany(row => DumpFixture.Scores.Skip(row * 6).Take(6)).ToArray();
        var request = fixture.Request with { Classes = new ClassOrder("classes.csv", DumpFixture.Classes) };

        using var dump = fixture.Read(DumpFixture.Tim(protocol, rows.Select(row => DumpFixture.TimIds[row]).ToArray(), scores), request);

        Assert.Equal(PredictionFormat.TimPickle, dump.Format);
        fixture.AssertExpected(dump);
    }

    [Theory]
    [InlineData(2, "f4", false)]
    [InlineData(4, "f4", true)]
    [InlineData(5, "f8", false)]
    [InlineData(3, "f8", true)]
    [InlineData(4, "f2", false)]
    [InlineData(5, "f2", true)]
    public void Every_float_type_byte_order_and_memory_order_is_read(int protocol, string type, bool isBigEndian)
    {
        using var fixture = new DumpFixture();
        foreach (var isFortran in new[] { false, true })
        {
            var scores = isFortran ? Transpose(DumpFixture.Scores) : DumpFixture.Scores;
            var bytes = scores.SelectMany(score => Element(score, type, isBigEndian)).ToArray();

            using var dump = fixture.Read(DumpFixture.Avion(protocol, type, bytes, isFortran: isFortran, isBigEndian: isBigEndian));

            fixture.AssertExpected(dump);
        }
    }

    [Fact]
    public void Large_matrices_in_fortran_order_and_as_text_rank_as_in_c_order()
    {
        // Wider and longer than every block and buffer.
        const int rows = 1500;
        var clips = Enumerable.Range(0, rows).Select(row => DumpFixture.Classes[row % 6]).ToArray();
        using var fixture = new DumpFixture();
        var annotations = new AnnotationFile("val.csv", clips.Select((entry, row) => fixture.Annotations.Clips[0] with { NarrationId = $"P90_11_{row}", Class = entry }).ToArray(), Enumerable.Range(2, rows).ToArray());
        var request = fixture.Request with { Annotations = annotations };
        var random = new KeyedRandom(3, "matrix", "test");
        var scores = Enumerable.Range(0, rows * 6).Select(_ => (float)random.NextDouble()).ToArray();
        var targets = Enumerable.Range(0, rows).Select(row => row % 6L).ToArray();

        using var plain = fixture.Read(DumpFixture.Avion(4, targets: targets, probabilities: DumpFixture.Bytes(scores), rows: rows), request);
        var expected = Describe(plain, annotations);
        using var fortran = PredictionDumpReader.Read(fixture.Write("f", DumpFixture.Avion(4, targets: targets, probabilities: DumpFixture.Bytes(Transpose(scores)), isFortran: true, rows: rows)), request);
        using var text = PredictionDumpReader.Read(fixture.Write("t", DumpFixture.Avion(2, targets: targets, probabilities: DumpFixture.Bytes(scores), rows: rows)), request);

        Assert.Equal(expected, Describe(fortran, annotations));
        Assert.Equal(expected, Describe(text, annotations));
    }

    [Fact]
    public void Only_the_rows_asked_for_are_ranked_and_a_nan_elsewhere_does_not_matter()
    {
        using var fixture = new DumpFixture();
        var scores = DumpFixture.Scores.ToArray();
        scores[0] = float.NaN;
        var bytes = DumpFixture.Avion(probabilities: DumpFixture.Bytes(scores));

        using var dump = fixture.Read(bytes, fixture.Request with { Ids = ["P90_11_3", "P90_11_1"] });

        fixture.AssertExpected(dump, [1, 3]);
        Assert.Contains("row 0 (P90_11_0, val.csv line 2): probs of class '0:0' is NaN", fixture.Problem(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_given_for_another_dump_do_not_disturb_avions_own_order()
    {
        using var fixture = new DumpFixture();
        var backwards = new ClassOrder("tim.csv", DumpFixture.Classes.Reverse().ToArray());

        using var dump = fixture.Read(DumpFixture.Avion(), fixture.Request with { Classes = backwards });

        fixture.AssertExpected(dump);
    }

    [Fact]
    public void Classes_given_for_avion_count_where_its_targets_agree_with_them()
    {
        using var fixture = new DumpFixture();
        var backwards = new ClassOrder("avion.csv", DumpFixture.Classes.Reverse().ToArray());
        var scores = Enumerable.Range(0, 4).SelectMany(row => DumpFixture.Scores.Skip(row * 6).Take(6).Reverse()).ToArray();
        var targets = DumpFixture.Targets.Select(target => 5 - target).ToArray();

        using var dump = fixture.Read(
            DumpFixture.Avion(probabilities: DumpFixture.Bytes(scores), targets: targets), fixture.Request with { Classes = backwards });

        fixture.AssertExpected(dump);
    }

    [Fact]
    public void Tims_own_classes_are_used_where_it_has_them()
    {
        using var fixture = new DumpFixture();

        using var dump = fixture.Read(DumpFixture.Tim(4, DumpFixture.TimIds, classes: DumpFixture.Classes.Select(entry => entry.ToString()).ToArray()));

        fixture.AssertExpected(dump);
    }

    [Fact]
    public void A_tim_pickle_of_more_clips_than_asked_for_is_read()
    {
        using var fixture = new DumpFixture();
        var few = fixture.Annotations with { Clips = fixture.Annotations.Clips.Take(2).ToArray(), Lines = [2, 3] };
        var request = fixture.Request with { Classes = new ClassOrder("c", DumpFixture.Classes), Annotations = few };

        using var dump = fixture.Read(DumpFixture.Tim(4, DumpFixture.TimIds), request);

        fixture.AssertExpected(dump, [0, 1]);
    }

    private static string Describe(PredictionDump dump, AnnotationFile annotations) => string.Join('\n', annotations.Clips.Select(clip =>
        $"{clip.NarrationId} {string.Join(' ', dump.Rankings[clip.NarrationId])} {dump.Rankings[clip.NarrationId].RankOf(clip.Class)}"));

    private static float[] Transpose(float[] scores)
    {
        var rows = scores.Length / 6;
        return Enumerable.Range(0, scores.Length).Select(i => scores[(i % rows * 6) + (i / rows)]).ToArray();
    }

    private static byte[] Element(float score, string type, bool isBigEndian)
    {
        var bytes = new byte[type[1] - '0'];
        switch (type, isBigEndian)
        {
            case ("f2", false):
                BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)score);
                break;
            case ("f2", true):
                BinaryPrimitives.WriteHalfBigEndian(bytes, (Half)score);
                break;
            case ("f4", false):
                BinaryPrimitives.WriteSingleLittleEndian(bytes, score);
                break;
            case ("f4", true):
                BinaryPrimitives.WriteSingleBigEndian(bytes, score);
                break;
            case (_, false):
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, score);
                break;
            default:
                BinaryPrimitives.WriteDoubleBigEndian(bytes, score);
                break;
        }

        return bytes;
    }
}
