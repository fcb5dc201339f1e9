using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary><c>ask</c> on the demo's video and its model of random weights.</summary>
public sealed class AskProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task Options_of_ones_own_get_probabilities_a_choice_and_a_page_of_frames()
    {
        Skip.IfNot(Shell.IsAvailable && (await Shell.RunAsync("command -v ffmpeg && command -v ffprobe")).ExitCode == 0, "needs ffmpeg");

        var result = await AskAsync("--from", "1", "--to", "3.5", "--option", "take <plate>", "--option", "wash cup", "--max-new-tokens", "2", "--frames-to", _folder["page.html"]);

        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        Assert.Matches(@"A\. take <plate>: [\d.]+ ?%\nB\. wash cup: [\d.]+ ?%\nchoice: [AB]\. ", result.Output);
        var page = await File.ReadAllTextAsync(_folder["page.html"]);
        Assert.Equal(4, page.Split("<figure>").Length - 1);
        Assert.Contains("A. take &lt;plate&gt;, B. wash cup", page, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expected an end after the start", "--from", "3", "--to", "1")]
    [InlineData("1 given, expected 2 to 26", "--from", "1", "--to", "3", "--option", "take plate")]
    [InlineData("needs --action and --lasts", "--from", "1", "--to", "3", "--action", "take plate")]
    [InlineData("--task question needs --question", "--from", "1", "--to", "3", "--task", "question")]
    public async Task What_does_not_fit_is_said(string expected, params string[] arguments)
    {
        var result = await AskAsync(arguments);

        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static Task<CliResult> AskAsync(params string[] arguments)
    {
        var demo = Path.Combine(Repository.Root, "data", "demo");
        return CliProcess.RunAsync(["ask", Path.Combine(demo, "videos", "P01", "P01_11.MP4"), "--model", Path.Combine(demo, "tiny-random"), "--frames", "4", .. arguments]);
    }
}
