using LLaVAction.Files;

namespace LLaVAction.Predictions;

/// <summary>Reads prediction dumps of every published format, recognised by their content.</summary>
public static class PredictionDumpReader
{
    private const string Expected =
        "a prediction dump (LLaVAction JSON, AVION or TIM pickle, EPIC submission JSON or zip, or a CSV with narration_id,rank,verb_class,noun_class)";

    /// <summary>Reads a dump and normalises it to narration id → ranking.</summary>
    /// <param name="path">The file; its extension does not matter.</param>
    /// <param name="request">The clips, the classes and how much of each ranking is wanted.</param>
    /// <exception cref="InputException">
    /// The format is not known, the file is malformed or hostile, it disagrees with the annotations, it predicts classes
    /// that are not in the pool, or it lacks clips asked for.
    /// </exception>
    public static PredictionDump Read(string path, PredictionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var text = Utf8File.Read(path, Expected);
        return LlavactionJsonReader.Read(path, text, request);
    }
}
