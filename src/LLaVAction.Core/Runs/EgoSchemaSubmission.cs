using System.Buffers;
using System.Text.Json;

namespace LLaVAction.Runs;

/// <summary>Writes the answers of one cell as EgoSchema's evaluation server takes them: video to option, from 0, or −1 for none.</summary>
public static class EgoSchemaSubmission
{
    /// <summary>The bytes of the file.</summary>
    public static byte[] ToBytes(RunResults results, RunCell cell)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            foreach (var (question, result) in results.Read(cell))
            {
                writer.WriteNumber(question.VideoId, result?.PredictedIndex ?? -1);
            }

            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }
}
