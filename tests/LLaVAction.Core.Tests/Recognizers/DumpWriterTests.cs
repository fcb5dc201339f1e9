using System.IO.Compression;
using System.Text;
using LLaVAction.Epic;
using LLaVAction.Recognizers;
using LLaVAction.Recognizers.Writing;
using LLaVAction.Testing;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>What is written as a dump is read back as the same rankings.</summary>
public sealed class DumpWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly AnnotationFile _annotations;
    private readonly AnnotationPool _pool;

    public DumpWriterTests()
    {
        Skip.IfNot(File.Exists(GoldenFolder.PathOf("avion-tiny/avion_tiny.pkl")), "no avion-tiny in the golden folder");
        _annotations = EpicCsvReader.Read(GoldenFolder.PathOf("avion-tiny/EPIC_100_validation.csv"));
        _pool = AnnotationPool.Unite(_annotations, EpicCsvReader.Read(GoldenFolder.PathOf("avion-tiny/EPIC_100_train.csv")));
    }

    [SkippableTheory]
    [InlineData(DumpFormat.Csv, PredictionFormat.Csv)]
    [InlineData(DumpFormat.Submission, PredictionFormat.Submission)]
    [InlineData(DumpFormat.AvionPickle, PredictionFormat.AvionPickle)]
    public void Every_format_ranks_as_the_pickle_that_AVION_wrote(DumpFormat format, string name)
    {
        using var theirs = Read(GoldenFolder.PathOf("avion-tiny/avion_tiny.pkl"));
        using var ours = Read(Write(format, null));

        Assert.Equal(name, ours.Format);
        foreach (var (id, ranking) in theirs.Rankings)
        {
            Assert.Equal(ranking.Select(static action => action.Class), ours.Rankings[id].Select(static action => action.Class));
            Assert.All(ranking.Zip(ours.Rankings[id]), static pair => Assert.Equal(pair.First.Score!.Value, pair.Second.Score!.Value, 1e-7));
        }
    }

    [SkippableFact]
    public void A_csv_can_be_cut_to_the_best()
    {
        using var dump = Read(Write(DumpFormat.Csv, 3));

        Assert.All(dump.Rankings.Values, static ranking => Assert.Equal(3, ranking.Count));
    }

    [SkippableFact]
    public void The_same_scores_are_the_same_bytes()
    {
        foreach (var format in Enum.GetValues<DumpFormat>())
        {
            Assert.Equal(File.ReadAllBytes(Write(format, null)), File.ReadAllBytes(Write(format, null)));
        }
    }

    [SkippableFact]
    public void An_npz_holds_arrays_of_the_right_shape()
    {
        using var zip = ZipFile.OpenRead(Write(DumpFormat.Npz, null));
        var lengths = new Dictionary<string, (string Header, long Data)>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            using var reader = new BinaryReader(entry.Open());
            Assert.Equal("\x93NUMPY\u0001\0"u8.Length - 1, Encoding.Latin1.GetString(reader.ReadBytes(8)).Length);
            var header = Encoding.ASCII.GetString(reader.ReadBytes(reader.ReadUInt16()));
            Assert.Equal(0, (header.Length + 10) % 64);
            lengths.Add(entry.Name, (header, entry.Length - 10 - header.Length));
        }

        Assert.Contains("'descr': '<f4', 'fortran_order': False, 'shape': (12, 12)", lengths["probs.npy"].Header, StringComparison.Ordinal);
        Assert.Equal(12 * 12 * 4, lengths["logits.npy"].Data);
        Assert.Contains("'<U9', 'fortran_order': False, 'shape': (12,)", lengths["narration_ids.npy"].Header, StringComparison.Ordinal);
        Assert.Equal(12 * 4 * 5, lengths["classes.npy"].Data);
    }

    [SkippableFact]
    public void Equal_scores_are_ordered_by_logits_and_then_by_column() =>
        Assert.Equal([3, 4, 0, 2, 1], DumpWriter.Ranked([0.5f, 0.1f, 0.5f, 0.7f, 0.5f], [1, 9, 1, 1, 2]));

    [SkippableFact]
    public void Accuracies_are_counted_by_plain_ranks()
    {
        var scored = Scored();
        var accuracy = DumpAccuracy.Of(scored, new TailClasses(new HashSet<int> { 9 }, new HashSet<int>()), new UnseenParticipants(new HashSet<string> { "P90" }));
        var logits = new float[12];
        var probabilities = new float[12];
        var first = 0;
        for (var row = 0; row < 12; row++)
        {
            scored.Read(row, logits, probabilities);
            first += scored.Classes[Array.IndexOf(probabilities, probabilities.Max())] == scored.Clips[row].Class ? 1 : 0;
        }

        Assert.Equal(100.0 * first / 12, accuracy["action"].Top1, 1e-9);
        Assert.Equal(12, accuracy["verb"].Clips);
        Assert.Equal(accuracy["action"], accuracy["unseen action"]);
        Assert.Equal(1, accuracy["tail action"].Clips);
        Assert.True(accuracy["noun"].Top5 >= accuracy["noun"].Top1);
    }

    [SkippableFact]
    public void A_description_belongs_to_its_dump_alone()
    {
        var path = Write(DumpFormat.Csv, null);
        var description = new DumpDescription
        {
            ToolVersion = "1",
            Sha256 = new string('a', 64),
            Provenance = "measured",
            Model = "m",
            ClassesSha256 = "c",
            Classes = 12,
            AnnotationsSha256 = "n",
            Clips = 12,
            Failed = new Dictionary<string, string>(),
            InSampleClips = 0,
            Settings = new Dictionary<string, string> { ["frames"] = "16" },
        };
        Assert.Null(DumpDescription.Find(path, new string('a', 64)));
        File.WriteAllBytes(DumpDescription.PathOf(path), description.ToBytes());

        Assert.Equal("measured", DumpDescription.Find(path, new string('a', 64))!.Provenance);
        Assert.Contains("describes another file", Assert.Throws<InputException>(() => DumpDescription.Find(path, new string('b', 64))).Message, StringComparison.Ordinal);
        File.WriteAllText(DumpDescription.PathOf(path), "{\"schema_version\":1}");
        Assert.Contains("no description of a dump", Assert.Throws<InputException>(() => DumpDescription.Find(path, new string('a', 64))).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Write(DumpFormat format, int? top)
    {
        var path = _folder[$"{Guid.NewGuid():N}"];
        using var stream = File.Create(path);
        DumpWriter.Write(stream, format, Scored(), top);
        return path;
    }

    private ScoredClips Scored()
    {
        using var golden = GoldenTensors.Open("avion-tiny/golden.safetensors");
        var (logits, probabilities) = (golden.Float32("views.logits"), golden.Float32("views.probs"));
        return new ScoredClips(_annotations.Clips, _pool.Classes.Classes, (row, toLogits, toProbabilities) =>
        {
            logits.AsSpan(row * 12, 12).CopyTo(toLogits);
            probabilities.AsSpan(row * 12, 12).CopyTo(toProbabilities);
        });
    }

    private PredictionDump Read(string path) => PredictionDumpReader.Read(path, new PredictionRequest { Annotations = _annotations, Pool = _pool });
}
