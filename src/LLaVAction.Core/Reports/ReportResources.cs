using System.Security.Cryptography;
using System.Text;

namespace LLaVAction.Reports;

/// <summary>The style sheet and the script of the report, from the files beside this one.</summary>
internal static class ReportResources
{
    /// <summary>The style sheet: readable on a phone, in the dark, and on paper.</summary>
    public static string Style { get; } = Read("report.css");

    /// <summary>The script: sorting and filtering; the page reads the same without it.</summary>
    public static string Script { get; } = Read("report.js");

    /// <summary>What the page's policy names, so that no other script can run.</summary>
    public static string ScriptHash { get; } = "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)));

    private static string Read(string name)
    {
        using var stream = typeof(ReportResources).Assembly.GetManifestResourceStream("LLaVAction.Reports." + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
