using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace LLaVAction.Recognizers.Writing;

/// <summary>Writes scores as a dump, a clip at a time.</summary>
public static class DumpWriter
{
    private const int VerbClasses = 97;
    private const int NounClasses = 300;

    /// <summary>Writes a dump.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="format">How.</param>
    /// <param name="scored">The clips and their scores.</param>
    /// <param name="top">How many classes of each clip a CSV or a submission's action map lists; null for all.</param>
    public static void Write(Stream stream, DumpFormat format, ScoredClips scored, int? top)
    {
        ArgumentNullException.ThrowIfNull(scored);
        switch (format)
        {
            case DumpFormat.Csv:
                WriteCsv(stream, scored, top ?? scored.Classes.Count);
                break;
            case DumpFormat.Submission:
                using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
                {
                    using var entry = Entry(zip, "test.json", CompressionLevel.Optimal);
                    WriteSubmission(entry, scored, top ?? scored.Classes.Count);
                }

                break;
            case DumpFormat.AvionPickle:
                ArrayWriter.WriteAvionPickle(stream, scored);
                break;
            default:
                using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
                {
                    ArrayWriter.WriteNpz(name => Entry(zip, name, CompressionLevel.NoCompression), scored);
                }

                break;
        }
    }

    /// <summary>The columns of a row, best first: by probability, equal ones by logit, then the lower column, as AVION's pickle is read.</summary>
    public static int[] Ranked(float[] probabilities, float[] logits)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        int[] columns = [.. Enumerable.Range(0, probabilities.Length)];
        Array.Sort(columns, (left, right) =>
            probabilities[right].CompareTo(probabilities[left]) is var byProbability and not 0 ? byProbability
            : logits[right].CompareTo(logits[left]) is var byLogit and not 0 ? byLogit
            : left.CompareTo(right));
        return columns;
    }

    private static void WriteCsv(Stream stream, ScoredClips scored, int top)
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine("narration_id,rank,verb_class,noun_class,score");
        ForEach(scored, (row, logits, probabilities) =>
        {
            var rank = 0;
            foreach (var column in Ranked(probabilities, logits).Take(top))
            {
                var action = scored.Classes[column];
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{scored.Clips[row].NarrationId},{++rank},{action.Verb},{action.Noun},{probabilities[column]}"));
            }
        });
    }

    private static void WriteSubmission(Stream stream, ScoredClips scored, int top)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("version"u8, "0.2");
        json.WriteString("challenge"u8, "action_recognition");

        // Levels of supervision (pre-training, labels, data), 0 to 5: only the submitter knows them.
        foreach (var level in new[] { "sls_pt", "sls_tl", "sls_td" })
        {
            json.WriteNumber(level, 0);
        }

        json.WriteStartObject("results"u8);
        ForEach(scored, (row, logits, probabilities) =>
        {
            json.WriteStartObject(scored.Clips[row].NarrationId);
            WriteSums("verb", VerbClasses, column => scored.Classes[column].Verb);
            WriteSums("noun", NounClasses, column => scored.Classes[column].Noun);
            json.WriteStartObject("action"u8);
            foreach (var column in Ranked(probabilities, logits).Take(top))
            {
                json.WriteNumber(string.Create(CultureInfo.InvariantCulture, $"{scored.Classes[column].Verb},{scored.Classes[column].Noun}"), probabilities[column]);
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.Flush();

            void WriteSums(string name, int atLeast, Func<int, int> partOf)
            {
                var sums = Sums(probabilities, partOf, atLeast);
                json.WriteStartObject(name);
                for (var part = 0; part < sums.Length; part++)
                {
                    json.WriteNumber(part.ToString(CultureInfo.InvariantCulture), sums[part]);
                }

                json.WriteEndObject();
            }
        });
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Per verb (or noun) the sum of its actions' probabilities; 0 where it has none.
    internal static double[] Sums(float[] probabilities, Func<int, int> partOf, int atLeast = 0)
    {
        var sums = new double[Math.Max(atLeast, Enumerable.Range(0, probabilities.Length).Max(partOf) + 1)];
        for (var column = 0; column < probabilities.Length; column++)
        {
            sums[partOf(column)] += probabilities[column];
        }

        return sums;
    }

    private static void ForEach(ScoredClips scored, Action<int, float[], float[]> write)
    {
        var logits = new float[scored.Classes.Count];
        var probabilities = new float[logits.Length];
        for (var row = 0; row < scored.Clips.Count; row++)
        {
            scored.Read(row, logits, probabilities);
            write(row, logits, probabilities);
        }
    }

    private static Stream Entry(ZipArchive zip, string name, CompressionLevel level)
    {
        var entry = zip.CreateEntry(name, level);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return entry.Open();
    }
}
