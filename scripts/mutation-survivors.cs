// Prints the score and the unnoticed mutants of a dotnet-stryker report: dotnet run mutation-survivors.cs -- REPORT FOLDER
using System.Text.Json;

using var report = JsonDocument.Parse(File.ReadAllBytes(args[0]));
var mutants = report.RootElement.GetProperty("files").EnumerateObject()
    .Where(file => file.Name.Contains($"/LLaVAction.Core/{args[1]}/", StringComparison.Ordinal))
    .SelectMany(file => file.Value.GetProperty("mutants").EnumerateArray().Select(mutant => (
        File: file.Name[(file.Name.LastIndexOf("/LLaVAction.Core/", StringComparison.Ordinal) + "/LLaVAction.Core/".Length)..],
        Line: mutant.GetProperty("location").GetProperty("start").GetProperty("line").GetInt32(),
        Status: mutant.GetProperty("status").GetString(),
        Replacement: string.Join(' ', mutant.GetProperty("replacement").GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
        Name: mutant.GetProperty("mutatorName").GetString())))
    .Where(mutant => mutant.Status is "Killed" or "Timeout" or "Survived" or "NoCoverage")
    .ToArray();
foreach (var (file, line, status, replacement, name) in mutants.Where(mutant => mutant.Status is "Survived" or "NoCoverage").OrderBy(mutant => mutant.File, StringComparer.Ordinal).ThenBy(mutant => mutant.Line))
{
    Console.WriteLine($"  {file}:{line}  {(status == "Survived" ? "survived" : "not run ")}  {name}: {replacement[..Math.Min(replacement.Length, 100)]}");
}

var noticed = mutants.Count(mutant => mutant.Status is "Killed" or "Timeout");
Console.WriteLine(FormattableString.Invariant($"{args[1]}: {noticed} of {mutants.Length} noticed, {100.0 * noticed / Math.Max(1, mutants.Length):0.0} %"));
