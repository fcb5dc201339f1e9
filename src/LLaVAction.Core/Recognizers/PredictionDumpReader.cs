using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using LLaVAction.Files;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Recognizers;

/// <summary>Reads prediction dumps of every published format, recognised by their content.</summary>
public static class PredictionDumpReader
{
    private const string Expected =
        "a prediction dump (LLaVAction JSON, AVION or TIM pickle, EPIC submission JSON or zip, or a CSV of narration_id,rank,verb_class,noun_class,score)";

    /// <summary>JSON of scores packs ten to one at best; more is a bomb.</summary>
    private const int LargestCompression = 100;

    private static ReadOnlySpan<byte> ZipStart => "PK\x03\x04"u8;

    /// <summary>Reads a dump and normalises it to narration id → ranking.</summary>
    /// <param name="path">The file; its extension does not matter.</param>
    /// <param name="request">The clips, the classes and how much of each ranking is wanted.</param>
    /// <exception cref="InputException">
    /// The format is not known, the file is malformed or hostile, it disagrees with the annotations, it predicts classes
    /// that are not in the pool, or it lacks clips asked for.
    /// </exception>
    public static PredictionDump Read(string path, PredictionRequest request)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(request);
        var start = ReadStart(path);
        if (start.Length > 0 && start[0] == (byte)PickleOpcode.Proto)
        {
            return ReadPickle(path, request);
        }

        return start.AsSpan().StartsWith(ZipStart)
            ? SubmissionJsonReader.Read(path, Unzip(path), request)
            : ReadText(path, Utf8File.Read(path, Expected), request);
    }

    private static byte[] ReadStart(string path)
    {
        using var file = Utf8File.Open(path, Expected);
        var start = new byte[ZipStart.Length];
        return start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static PredictionDump ReadPickle(string path, PredictionRequest request)
    {
        var file = new PickleFile(path);
        PredictionDump? dump = null;
        try
        {
            var dict = PickleReader.Read(file) as PickleDict
                ?? throw new InputException($"{path}: the pickle holds no dict, expected AVION's dict of probs and targets or TIM's of action and v_narration_ids.");
            dump = TimPickleReader.Recognises(dict) ? TimPickleReader.Read(file, dict, request)
                : AvionPickleReader.Recognises(dict) ? AvionPickleReader.Read(file, dict, request)
                : throw new InputException($"{path}: the pickle has {dict.KeyList()}, expected AVION's probs and targets or TIM's action and v_narration_ids.");
            return dump;
        }
        finally
        {
            if (dump is null)
            {
                file.Dispose();
            }
        }
    }

    private static PredictionDump ReadText(string path, ReadOnlyMemory<byte> text, PredictionRequest request)
    {
        switch (text.Span.TrimStart(" \t\r\n"u8)[0])
        {
            case (byte)'{':
                return IsKeyedByRow(text.Span)
                    ? LlavactionJsonReader.Read(path, text, request)
                    : SubmissionJsonReader.Read(path, text, request);
            case (byte)'[':
                throw new InputException($"{path} line 1: a JSON list, expected {Expected}.");
            default:
                return PredictionCsvReader.Read(path, text, request);
        }
    }

    /// <summary>The first key tells the two JSON formats apart; one that cannot be read is left to the reader.</summary>
    private static bool IsKeyedByRow(ReadOnlySpan<byte> text)
    {
        var json = new Utf8JsonReader(text);
        try
        {
            return json.Read() && json.Read() && json.TokenType == JsonTokenType.PropertyName
                && json.ValueSpan.Length > 0 && json.ValueSpan.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ReadOnlyMemory<byte> Unzip(string path)
    {
        try
        {
            using var zip = new ZipArchive(Utf8File.Open(path, Expected), ZipArchiveMode.Read);
            var entries = zip.Entries.Where(static entry => entry.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)).ToArray();
            var entry = entries.FirstOrDefault(static entry => string.Equals(entry.FullName, "test.json", StringComparison.Ordinal))
                ?? (entries.Length == 1 ? entries[0] : null)
                ?? throw new InputException($"{path}: the zip has {zip.Entries.Count.ToString(CultureInfo.InvariantCulture)} files but no test.json, expected an EPIC-KITCHENS-100 submission. A torch file has to be saved as a pickle of NumPy arrays.");
            return Utf8File.Check($"{path} ({entry.FullName})", Decompress(path, entry), Expected);
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw new InputException($"{path}: the zip is malformed ({failure.Message}). Check that the file is complete.", failure);
        }
    }

    private static byte[] Decompress(string path, ZipArchiveEntry entry)
    {
        var limit = Math.Min(Array.MaxLength, (entry.CompressedLength * LargestCompression) + (1 << 20));
        using var source = entry.Open();
        using var text = new MemoryStream();
        var buffer = new byte[1 << 20];
        for (int read; (read = source.Read(buffer)) > 0;)
        {
            if (text.Length + read > limit)
            {
                throw new InputException($"{path}: {entry.FullName} unpacks to more than {limit.ToString("N0", CultureInfo.InvariantCulture)} bytes, expected at most {LargestCompression.ToString(CultureInfo.InvariantCulture)} times its packed size. Unpack it yourself if you trust it.");
            }

            text.Write(buffer, 0, read);
        }

        return text.ToArray();
    }
}
