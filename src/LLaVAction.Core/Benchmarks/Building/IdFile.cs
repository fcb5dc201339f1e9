using System.Text;
using LLaVAction.Files;

namespace LLaVAction.Benchmarks.Building;

/// <summary>
/// Reads the file of <c>--ids</c>: one narration id per line, empty lines and lines from <c>#</c> on ignored, in quotes or not;
/// or a CSV with the column <c>narration_id</c>.
/// </summary>
public static class IdFile
{
    private const string Expected = "one narration id per line";
    private const string Header = "narration_id";

    /// <summary>Reads the ids.</summary>
    /// <exception cref="InputException">The file cannot be read, is not UTF-8, holds no id or one twice.</exception>
    public static IReadOnlySet<string> Read(string path)
    {
        var bytes = Utf8File.Read(path, Expected);
        var lines = Encoding.UTF8.GetString(bytes.Span).Split('\n');
        var ids = new HashSet<string>(StringComparer.Ordinal);
        if (lines[0].Split(',') is { Length: > 1 } fields && fields.Any(static field => field.Trim().Trim('"') == Header))
        {
            using var table = CsvTable.Open(path, bytes, [Header], []);
            while (table.Read())
            {
                Add(table.Line, table.RequiredText(0));
            }
        }
        else
        {
            for (var i = 0; i < lines.Length; i++)
            {
                var id = lines[i].Trim().Trim('"');
                if (id.Length > 0 && id[0] != '#' && !(i == 0 && id == Header))
                {
                    Add(i + 1, id);
                }
            }
        }

        return ids.Count > 0
            ? ids
            : throw new InputException($"{path}: no id found; expected {Expected}, for example P01_11_0.");

        void Add(int line, string id)
        {
            if (!ids.Add(id))
            {
                throw new InputException(FormattableString.Invariant($"{path} line {line}: id '{id}' comes a second time; expected each id once."));
            }
        }
    }
}
