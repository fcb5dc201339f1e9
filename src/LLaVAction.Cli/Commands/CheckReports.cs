using System.Globalization;
using System.Text;
using System.Xml.Linq;
using LLaVAction.Gate;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Commands;

/// <summary>A verdict as CI systems read it: a JUnit file, and the summary page of a GitHub job.</summary>
internal static class CheckReports
{
    public static string NameOf(CheckVerdict verdict) => verdict switch
    {
        CheckVerdict.Passed => "PASSED",
        CheckVerdict.Worse => "WORSE",
        _ => "INCONCLUSIVE",
    };

    // Writes one test case: a failure where the run is worse, skipped where nothing can be said.
    public static void WriteJUnit(string path, string run, string mode, CheckResult result)
    {
        var outcome = result.Verdict switch
        {
            CheckVerdict.Passed => new XElement("system-out", result.Reason),
            CheckVerdict.Worse => new XElement("failure", new XAttribute("message", result.Reason), string.Join('\n', result.Details)),
            _ => new XElement("skipped", new XAttribute("message", result.Reason)),
        };
        var suite = new XElement(
            "testsuite",
            new XAttribute("name", "llavaction check"),
            new XAttribute("tests", 1),
            new XAttribute("failures", result.Verdict == CheckVerdict.Worse ? 1 : 0),
            new XAttribute("skipped", result.Verdict == CheckVerdict.Inconclusive ? 1 : 0),
            new XElement("testcase", new XAttribute("classname", run), new XAttribute("name", mode), outcome));
        using var text = new Utf8StringWriter();
        new XDocument(new XElement("testsuites", suite)).Save(text);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text.ToString()));
    }

    // Appends the verdict to the page that 'GITHUB_STEP_SUMMARY' names; nothing elsewhere.
    public static void AppendStepSummary(string? path, string run, string mode, CheckResult result)
    {
        if (path is { Length: > 0 })
        {
            var details = result.Details.Where(detail => detail != result.Reason).Select(static detail => $"- {detail}\n");
            File.AppendAllText(path, $"### llavaction check: {NameOf(result.Verdict)}\n\n`{run}`: {result.Reason} ({mode})\n\n{string.Concat(details)}\n");
        }
    }

    private sealed class Utf8StringWriter() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
