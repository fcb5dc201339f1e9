using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Performance;

/// <summary>
/// Reads a pickle as AVION writes it (logits and probs of 9,668 × 3,806 float32, and targets) to the top 20 of every
/// row, and compares with reading the same warm file sequentially through one buffer of 1 MiB.
/// </summary>
internal static class PickleBenchmark
{
    private const int Rows = 9668;
    private const int Columns = 3806;
    private const int Verbs = 97;
    private const int Top = 20;
    private const int Rounds = 7;
    private const double LeastRatio = 0.3;
    private const long MostExtraBytes = 150L << 20;

    public static int Run(string[] arguments)
    {
        _ = arguments;
        var path = Path.Join(Path.GetTempPath(), FormattableString.Invariant($"llavaction-benchmark-{Environment.ProcessId}.pkl"));
        try
        {
            var request = Generate(path);
            var length = new FileInfo(path).Length;
            ReadSequentially(path);
            var baselines = new double[Rounds];
            var reads = new double[Rounds];
            var processor = new double[Rounds];
            var found = 0;
            for (var round = 0; round < Rounds; round++)
            {
                baselines[round] = Measure(() => ReadSequentially(path));
                var before = Environment.CpuUsage.TotalTime;
                reads[round] = Measure(() => found = ReadDump(path, request));
                processor[round] = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            }

            return Report(length, baselines, reads, processor, found);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static int Report(long length, double[] baselines, double[] reads, double[] processors, int found)
    {
        var processor = Median(processors[1..]);
        // The first read compiles the reader; it stands apart from the others.
        var baseline = Median(baselines);
        var read = Median(reads[1..]);
        using var process = Process.GetCurrentProcess();
        var extra = process.PeakWorkingSet64 - length;
        var ratio = baseline / read;
        var culture = CultureInfo.InvariantCulture;
        Console.WriteLine(string.Create(culture, $"file                       {length / 1e6:F1} MB, {Rows} x {Columns} float32 twice"));
        Console.WriteLine(string.Create(culture, $"sequential read, 1 MiB     {baseline * 1e3:F1} ms ({length / baseline / 1e9:F2} GB/s), median of {baselines.Length}"));
        Console.WriteLine(string.Create(culture, $"read to top-{Top}             {read * 1e3:F1} ms ({length / read / 1e9:F2} GB/s of file), median of {reads.Length - 1}; first {reads[0] * 1e3:F1} ms"));
        Console.WriteLine(string.Create(culture, $"processor time             {Environment.CpuUsage.TotalTime.TotalMilliseconds:F0} ms in all, {processor * 1e3:F1} ms a read (median), on {Environment.ProcessorCount} cores; it hardly depends on what else runs"));
        Console.WriteLine(string.Create(culture, $"speed ratio                {ratio:F2} (at least {LeastRatio}), first read {baseline / reads[0]:F2}"));
        Console.WriteLine(string.Create(culture, $"peak memory                {process.PeakWorkingSet64 / 1e6:F0} MB, {extra / 1e6:F0} MB over the file's size (at most {MostExtraBytes / 1e6:F0})"));
        Console.WriteLine(string.Create(culture, $"truth in the top {Top}        {found} of {Rows}"));
        return ratio >= LeastRatio && extra < MostExtraBytes ? 0 : 1;
    }

    private static int ReadDump(string path, PredictionRequest request)
    {
        using var dump = PredictionDumpReader.Read(path, request);
        return request.Annotations.Clips.Count(clip => dump.Rankings[clip.NarrationId].RankOf(clip.Class) <= Top);
    }

    private static long ReadSequentially(string path)
    {
        using var file = File.OpenHandle(path);
        var buffer = new byte[1 << 20];
        var offset = 0L;
        for (int read; (read = RandomAccess.Read(file, buffer, offset)) > 0;)
        {
            offset += read;
        }

        return offset;
    }

    private static double Measure(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    /// <summary>Writes the pickle (protocol 4, one bytes object per array) row by row, and annotations that agree with it.</summary>
    private static PredictionRequest Generate(string path)
    {
        var classes = new ActionClassIndex(Enumerable.Range(0, Columns).Select(static i => new ActionClass(i % Verbs, i / Verbs)));
        var truths = new int[Rows];
        var random = new KeyedRandom(42, "pickle", "benchmark");
        for (var row = 0; row < Rows; row++)
        {
            // The first rows show every class, so that the pool has them all.
            truths[row] = row < Columns ? row : random.NextInt32(Columns);
        }

        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        file.Write([0x80, 4, (byte)'}', (byte)'(']);
        WriteMatrix(file, "logits", truths, areProbabilities: false);
        WriteMatrix(file, "probs", truths, areProbabilities: true);
        var targets = Array.ConvertAll(truths, static truth => (long)truth);
        WriteArrayHeader(file, "targets", [Rows], "i8", Rows * sizeof(long));
        file.Write(MemoryMarshal.AsBytes<long>(targets));
        file.Write("tbu."u8);
        file.Flush();

        var clips = truths.Select((truth, row) => Clip(row, classes.Classes[truth])).ToArray();
        var annotations = new AnnotationFile("annotations.csv", clips, Enumerable.Range(2, Rows).ToArray());
        return new PredictionRequest { Annotations = annotations, Pool = AnnotationPool.Unite(annotations), Top = Top };
    }

    private static void WriteMatrix(FileStream file, string name, int[] truths, bool areProbabilities)
    {
        WriteArrayHeader(file, name, [Rows, Columns], "f4", (long)Rows * Columns * sizeof(float));
        var scores = new float[Columns];
        for (var row = 0; row < Rows; row++)
        {
            var random = new KeyedRandom(42, row.ToString(CultureInfo.InvariantCulture), "scores");
            var sum = 0.0;
            for (var column = 0; column < Columns; column++)
            {
                // Logits of a recogniser: a broad bulk, the true class a few deviations above it.
                var logit = (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 4;
                logit += column == truths[row] ? 3 + (3 * random.NextDouble()) : 0;
                scores[column] = (float)(areProbabilities ? Math.Exp(logit) : logit);
                sum += scores[column];
            }

            for (var column = 0; areProbabilities && column < Columns; column++)
            {
                scores[column] = (float)(scores[column] / sum);
            }

            file.Write(MemoryMarshal.AsBytes<float>(scores));
        }

        file.Write("tb"u8);
    }

    private static void WriteArrayHeader(FileStream file, string name, int[] shape, string type, long bytes)
    {
        Text(file, name);
        Global(file, "numpy.core.multiarray", "_reconstruct");
        Global(file, "numpy", "ndarray");
        file.Write([(byte)'K', 0, 0x85, (byte)'C', 1, (byte)'b', 0x87, (byte)'R', (byte)'(', (byte)'K', 1]);
        foreach (var size in shape)
        {
            file.WriteByte((byte)'J');
            file.Write(BitConverter.GetBytes(size));
        }

        file.WriteByte(shape.Length == 1 ? (byte)0x85 : (byte)0x86);
        Global(file, "numpy", "dtype");
        Text(file, type);
        file.Write([0x89, 0x88, 0x87, (byte)'R', (byte)'(', (byte)'K', 3]);
        Text(file, "<");
        file.Write([(byte)'N', (byte)'N', (byte)'N', (byte)'J', 0xFF, 0xFF, 0xFF, 0xFF, (byte)'J', 0xFF, 0xFF, 0xFF, 0xFF, (byte)'K', 0, (byte)'t', (byte)'b', 0x89, 0x8E]);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, bytes);
        file.Write(length);
    }

    private static void Global(FileStream file, string module, string name)
    {
        Text(file, module);
        Text(file, name);
        file.WriteByte(0x93);
    }

    private static void Text(FileStream file, string text)
    {
        file.Write([0x8C, (byte)text.Length]);
        file.Write(Encoding.ASCII.GetBytes(text));
    }

    private static ClipAnnotation Clip(int row, ActionClass actionClass) => new()
    {
        NarrationId = string.Create(CultureInfo.InvariantCulture, $"P01_11_{row}"),
        ParticipantId = "P01",
        VideoId = "P01_11",
        StartSeconds = row,
        StopSeconds = row + 1,
        StartFrame = 1 + (row * 60),
        StopFrame = (row + 1) * 60,
        Narration = actionClass.ToString(),
        Verb = "verb",
        Noun = "noun",
        Class = actionClass,
        AllNouns = ["noun"],
        AllNounClasses = [actionClass.Noun],
    };
}
