using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Goldens;

/// <summary>
/// Every output format, byte for byte, as it is committed in <c>tests/Goldens/outputs</c>. What depends on the machine or
/// the day is masked: folders, times, versions, scores of the model, digits of a fraction beyond the tenth.
/// <c>UPDATE_GOLDEN=1</c> writes the files anew; read the difference before committing it.
/// </summary>
public sealed partial class OutputGoldenTests(OutputFolder outputs) : IClassFixture<OutputFolder>
{
    private const string Folder = "outputs";

    private static readonly bool IsUpdating = Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1";

    public static IEnumerable<object?[]> Files => GoldenFolder.RowsOf(
        IsUpdating || Directory.Exists(GoldenFolder.PathOf(Folder)) ? OutputFolder.Names : []);

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Output_is_as_committed(string? name)
    {
        Skip.If(name is null, "no outputs in the golden folder");
        var found = Mask(outputs[name], outputs.Root);
        var golden = Path.Combine(GoldenFolder.PathOf(Folder), name);
        if (IsUpdating)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(golden)!);
            File.WriteAllText(golden, found);
        }

        Assert.Equal(File.ReadAllText(golden), found);
    }

    [SkippableFact]
    public void Every_committed_file_is_still_written()
    {
        Skip.IfNot(Directory.Exists(GoldenFolder.PathOf(Folder)), "no outputs in the golden folder");

        Assert.Equal(
            OutputFolder.Names.Order(StringComparer.Ordinal),
            GoldenFolder.Files(Folder, "*").Select(file => file[(Folder.Length + 1)..]));
    }

    private static string Mask(byte[] bytes, string root)
    {
        Assert.NotEqual(0xEF, bytes[0]); // no byte order mark
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        Assert.DoesNotContain('\r', text);
        text = text.Replace(root, "@", StringComparison.Ordinal);
        text = Version().Replace(text, "${before}\"VERSION\"");
        text = ManifestHash().Replace(text, "${before}HASH");
        text = Checksum().Replace(text, "${before}HASH");
        text = Milliseconds().Replace(text, "${before}0");
        text = Scores().Replace(text, "${before}…${after}");
        text = Mass().Replace(text, "${before}…");
        if (text.StartsWith("{\"version\"", StringComparison.Ordinal))
        {
            text = Fraction().Replace(text, "…");
        }

        return LongFraction().Replace(text, static match =>
            double.Parse(match.Value, CultureInfo.InvariantCulture).ToString("G10", CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("(?<before>\"tool_version\": ?)\"[^\"]*\"")]
    private static partial Regex Version();

    // The manifest holds the version.
    [GeneratedRegex("(?<before>\"manifest_sha256\": ?\"|manifest SHA-256 |Manifest SHA-256[ |]*)[0-9a-f]{16,64}")]
    private static partial Regex ManifestHash();

    // Times are in it.
    [GeneratedRegex("(?<before>\"checksum\":\")[0-9a-f]{16}")]
    private static partial Regex Checksum();

    [GeneratedRegex("(?<before>\"[a-z]+_(?:ms|milliseconds)\": ?)[0-9.]+(?:E-?[0-9]+)?")]
    private static partial Regex Milliseconds();

    [GeneratedRegex("(?<before>\"letter_logprobs\": ?\\[|\"letter_mass\": ?|\"mean_letter_mass\": ?)[^\\]}\"]*?(?<after>\\]|,?\n|,\")")]
    private static partial Regex Scores();

    [GeneratedRegex("(?<before>The letters hold )[0-9.]+")]
    private static partial Regex Mass();

    // A submission's scores are the model's.
    [GeneratedRegex("[0-9]+\\.[0-9]{3,}(?:E-?[0-9]+)?")]
    private static partial Regex Fraction();

    [GeneratedRegex("-?[0-9]+\\.[0-9]{11,}(?:E[-+]?[0-9]+)?")]
    private static partial Regex LongFraction();
}
