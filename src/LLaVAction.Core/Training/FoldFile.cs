using LLaVAction.Files;

namespace LLaVAction.Training;

/// <summary>
/// Which fold's model predicted each clip of a cross-fitted dump: a CSV with the columns <c>narration_id</c> and <c>fold</c>,
/// folds counted from 0.
/// </summary>
public static class FoldFile
{
    /// <summary>Reads the folds by narration id.</summary>
    /// <exception cref="InputException">The file cannot be read, or a row is not what the format says.</exception>
    public static IReadOnlyDictionary<string, int> Read(string path)
    {
        using var table = CsvTable.Open(path, "a CSV of narration_id,fold", "narration_id", "fold");
        var folds = new Dictionary<string, int>(StringComparer.Ordinal);
        while (table.Read())
        {
            if (!folds.TryAdd(table.RequiredText(0), table.Integer(1, 0, 1000)))
            {
                throw table.FieldError(0, "each clip once");
            }
        }

        return folds;
    }
}
