using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace LLaVAction.Runs;

/// <summary>
/// Writes the results of one cell in the format of the EPIC-KITCHENS-100 action recognition challenge (version 0.2), with
/// the map <c>action</c> that some evaluators rank by.
/// </summary>
/// <remarks>Every class has a score; classes that no candidate has score 0. A question without letter scores scores 0 throughout.</remarks>
public static class SubmissionFile
{
    private const int VerbClasses = 97;
    private const int NounClasses = 300;

    /// <summary>The bytes of the file (<c>test.json</c> of a submission).</summary>
    public static byte[] ToBytes(RunResults results, RunCell cell)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("version"u8, "0.2");
            writer.WriteString("challenge"u8, "action_recognition");

            // Levels of supervision (pre-training, labels, data), 0 to 5: only the submitter knows them.
            writer.WriteNumber("sls_pt"u8, 0);
            writer.WriteNumber("sls_tl"u8, 0);
            writer.WriteNumber("sls_td"u8, 0);
            writer.WriteStartObject("results"u8);
            foreach (var (question, result) in results.Read(cell))
            {
                var ranking = RecognitionResults.Ranking(question, result);
                writer.WriteStartObject(question.Id);
                WriteClasses(writer, "verb", VerbClasses, ranking?.Verbs.ToDictionary(scored => scored.Class, scored => scored.Score));
                WriteClasses(writer, "noun", NounClasses, ranking?.Nouns.ToDictionary(scored => scored.Class, scored => scored.Score));
                writer.WriteStartObject("action"u8);
                foreach (var action in ranking?.Actions ?? [])
                {
                    writer.WriteNumber(string.Create(CultureInfo.InvariantCulture, $"{action.Class.Verb},{action.Class.Noun}"), action.Score);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteClasses(Utf8JsonWriter writer, string name, int classes, Dictionary<int, double>? scores)
    {
        writer.WriteStartObject(name);
        for (var id = 0; id < classes; id++)
        {
            writer.WriteNumber(id.ToString(CultureInfo.InvariantCulture), scores?.GetValueOrDefault(id) ?? 0);
        }

        writer.WriteEndObject();
    }
}
