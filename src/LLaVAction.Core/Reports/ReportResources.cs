using System.Security.Cryptography;
using System.Text;

namespace LLaVAction.Reports;

/// <summary>The style sheet and the script of the report, from the files beside this one.</summary>
internal static class ReportResources
{
    public static string Style { get; } = Read("report.css");

    // The script: sorting and filtering; the page reads the same without it.
    public static string Script { get; } = Read("report.js");

    public static string ScriptHash { get; } = "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)));

    private static string Read(string name)
    {
        using var stream = typeof(ReportResources).Assembly.GetManifestResourceStream("LLaVAction.Reports." + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
