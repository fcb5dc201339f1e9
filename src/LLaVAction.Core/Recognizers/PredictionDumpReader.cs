using System.Globalization;
using System.IO.Compression;
using LLaVAction.Files;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Recognizers;

/// <summary>Reads prediction dumps of every published format, recognised by their content.</summary>
public static class PredictionDumpReader
{
    private const string Expected =
        "a prediction dump (LLaVAction JSON, AVION, TIM or EPIC-KITCHENS baseline pickle, EPIC submission JSON or zip, or a CSV of narration_id,rank,verb_class,noun_class,score)";

    private const string KnownPickles =
        "AVION's dict of probs and targets, TIM's of action and v_narration_ids, or an EPIC-KITCHENS baseline's of verb_output, noun_output and narration_id";

    // JSON of scores packs ten to one at best; more is a bomb.
    private const int LargestCompression = 100;

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
        return FileSniffer.Identify(Utf8File.ReadStart(path, Expected)) switch
        {
            FileKind.Pickle => ReadPickle(new PickleFile(path), static file => PickleReader.Read(file), request),
            FileKind.Torch when TorchFile.Open(path) is var torch => ReadPickle(torch.File, _ => torch.Root, request),
            FileKind.Zip => SubmissionJsonReader.Read(path, Unzip(path), request),
            _ => ReadText(path, Utf8File.Read(path, Expected), request),
        };
    }

    private static PredictionDump ReadPickle(PickleFile file, Func<PickleFile, object?> read, PredictionRequest request)
    {
        var path = file.Path;
        var isRead = false;
        try
        {
            var value = read(file);
            var dump = value switch
            {
                not null when BaselinePickleReader.Recognises(value) => BaselinePickleReader.Read(file, value, request),
                PickleDict dict when TimPickleReader.Recognises(dict) => TimPickleReader.Read(file, dict, request),
                PickleDict dict when AvionPickleReader.Recognises(dict) => AvionPickleReader.Read(file, dict, request),
                PickleDict dict => throw new InputException($"{path}: the pickle has {dict.KeyList()}, expected {KnownPickles}."),
                _ => throw new InputException($"{path}: the pickle holds no dict, expected {KnownPickles}."),
            };
            isRead = true;
            return dump;
        }
        finally
        {
            if (!isRead)
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
                return LlavactionJsonReader.Recognises(text.Span)
                    ? LlavactionJsonReader.Read(path, text, request)
                    : SubmissionJsonReader.Read(path, text, request);
            case (byte)'[':
                throw new InputException($"{path} line 1: a JSON list, expected {Expected}.");
            default:
                return PredictionCsvReader.Read(path, text, request);
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
                ?? throw new InputException($"{path}: the zip has {zip.Entries.Count.ToString(CultureInfo.InvariantCulture)} files but no test.json, expected an EPIC-KITCHENS-100 submission.");
            using var source = entry.Open();
            return Utf8File.Check(
                $"{path} ({entry.FullName})", Utf8File.ReadPacked($"{path}: {entry.FullName}", source, entry.CompressedLength, LargestCompression), Expected);
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw new InputException($"{path}: the zip is malformed ({failure.Message}). Check that the file is complete.", failure);
        }
    }
}
