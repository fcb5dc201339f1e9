using System.Globalization;
using LLaVAction.Annotations;

namespace LLaVAction.Predictions;

/// <summary>Sentences that several readers say.</summary>
internal static class DumpErrors
{
    public static string UnknownClass(string what, ActionClass actionClass, PredictionRequest request) => string.Create(
        CultureInfo.InvariantCulture,
        $"{what} '{actionClass}' is not among the {request.Pool.Classes.Count} classes of {string.Join(", ", request.Pool.Paths)}. "
        + $"Add the annotations the recogniser was trained on by --narrations.");
}
