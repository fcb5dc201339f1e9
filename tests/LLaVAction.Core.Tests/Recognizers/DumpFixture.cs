using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LLaVAction.Epic;
using LLaVAction.Recognizers;
using LLaVAction.Testing;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>A few clips, their pool of classes, and a dump of each format that agrees with them.</summary>
internal sealed class DumpFixture : IDisposable
{
    /// <summary>The pool's classes, in the order of their text.</summary>
    public static readonly ActionClass[] Classes = [new(0, 0), new(0, 10), new(0, 2), new(10, 1), new(1, 2), new(2, 10)];

    private static readonly int[] Truths = [2, 3, 0, 5];
    private readonly TemporaryFolder _folder = new();

    public DumpFixture()
    {
        var clips = Truths.Select((truth, row) => Clip(row, Classes[truth])).ToArray();
        var others = Classes.Select((entry, row) => Clip(100 + row, entry)).ToArray();
        Annotations = new AnnotationFile("val.csv", clips, Enumerable.Range(2, clips.Length).ToArray());
        Pool = AnnotationPool.Unite(Annotations, new AnnotationFile("train.csv", others, Enumerable.Range(2, others.Length).ToArray()));
    }

    public AnnotationFile Annotations { get; }

    public AnnotationPool Pool { get; }

    public PredictionRequest Request => new() { Annotations = Annotations, Pool = Pool, Top = 3 };

    /// <summary>Scores of the clips; every row orders the classes in another way, with ties.</summary>
    public static float[] Scores { get; } =
    [
        0.1f, 0.2f, 0.3f, 0.05f, 0.25f, 0.1f,
        0.5f, 0f, 0f, 0.25f, 0.25f, 0f,
        0.1f, 0.1f, 0.1f, 0.1f, 0.1f, 0.5f,
        0.05f, 0.15f, 0.25f, 0.2f, 0.2f, 0.15f,
    ];

    /// <summary>What those scores mean: classes best first, ties in the order of their text.</summary>
    public static string[] Expected { get; } =
    [
        "0:2 1:2 0:10 0:0 2:10 10:1",
        "0:0 10:1 1:2 0:10 0:2 2:10",
        "2:10 0:0 0:10 0:2 10:1 1:2",
        "0:2 10:1 1:2 0:10 2:10 0:0",
    ];

    public static long[] Targets => Array.ConvertAll(Truths, static truth => (long)truth);

    public static byte[] Bytes<T>(params T[] values)
        where T : struct => MemoryMarshal.AsBytes<T>(values).ToArray();

    public static byte[] Avion(
        int protocol = 4, string type = "f4", byte[]? probabilities = null, long[]? targets = null, bool isFortran = false, bool isBigEndian = false, int rows = 4, int columns = 6) =>
        PickleBuilder.Write(protocol, pickle => pickle.Dict(
            ("logits", value => value.Array("f4", [1, 1], new byte[4])),
            ("probs", value => value.Array(type, [rows, columns], probabilities ?? Bytes(Scores), isFortran, isBigEndian)),
            ("targets", value => value.Array("i8", [(targets ?? Targets).Length], Bytes(targets ?? Targets)))));

    public static byte[] Tim(int protocol, string[] ids, float[]? scores = null, string[]? classes = null) =>
        PickleBuilder.Write(protocol, pickle => pickle.Dict([
            ("action", value => value.Array("f4", [ids.Length, (scores ?? Scores).Length / Math.Max(1, ids.Length)], Bytes(scores ?? Scores))),
            ("audio", value => value.Array("f4", [0, 44], [])),
            ("v_narration_ids", value => value.ObjectArray(ids)),
            .. classes is null ? Array.Empty<(string, Action<PickleBuilder>)>() : [("classes", value => value.ObjectArray(classes))]]));

    public static string[] TimIds => ["v_P90_11_0", "v_P90_11_1", "v_P90_11_2", "v_P90_11_3"];

    public string Write(string name, byte[] bytes) => _folder.Write(name, bytes);

    public string Write(string name, string text) => _folder.Write(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Asserts that a dump ranks every clip as <see cref="Expected"/> says, to the end of the list.</summary>
    public void AssertExpected(PredictionDump dump, int[]? rows = null)
    {
        var asked = rows ?? [0, 1, 2, 3];
        Assert.Equal(asked.Length, dump.Rankings.Count);
        foreach (var row in asked)
        {
            var clip = Annotations.Clips[row];
            var ranking = dump.Rankings[clip.NarrationId];
            var expected = Expected[row].Split(' ');
            Assert.Equal(Expected[row], string.Join(' ', ranking.Select(action => action.Class)));
            Assert.Equal(expected.Length, ranking.Count);
            foreach (var entry in Classes)
            {
                var rank = ranking.RankOf(entry);
                Assert.Equal(Array.IndexOf(expected, entry.ToString()) + 1, rank);
                Assert.Equal(entry, ranking[rank!.Value - 1].Class);
            }

            Assert.Null(ranking.RankOf(new ActionClass(7, 7)));
        }
    }

    public PredictionDump Read(byte[] bytes, PredictionRequest? request = null) =>
        PredictionDumpReader.Read(Write("dump", bytes), request ?? Request);

    public PredictionDump Read(string text, PredictionRequest? request = null) => Read(Encoding.UTF8.GetBytes(text), request);

    public string Problem(byte[] bytes, PredictionRequest? request = null)
    {
        var path = Write("dump", bytes);
        var problem = Assert.Throws<InputException>(() => PredictionDumpReader.Read(path, request ?? Request));
        Assert.DoesNotContain('\n', problem.Message);
        return problem.Message;
    }

    public string Problem(string text, PredictionRequest? request = null) => Problem(Encoding.UTF8.GetBytes(text), request);

    public void Dispose() => _folder.Dispose();

    private static ClipAnnotation Clip(int row, ActionClass actionClass) => new()
    {
        NarrationId = string.Create(CultureInfo.InvariantCulture, $"P90_11_{row}"),
        ParticipantId = "P90",
        VideoId = "P90_11",
        StartSeconds = row,
        StopSeconds = row + 1,
        StartFrame = 1,
        StopFrame = 60,
        Narration = "lift jar",
        Verb = "lift",
        Noun = "jar",
        Class = actionClass,
        AllNouns = ["jar"],
        AllNounClasses = [actionClass.Noun],
    };
}
