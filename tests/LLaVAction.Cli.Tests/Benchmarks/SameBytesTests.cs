using LLaVAction.Cli.Tests.Support;

namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>
/// Whole processes of <c>build-benchmark</c> with the same inputs write the same bytes, whatever the culture, the folder
/// they start in, the order of options and the number of processors; fewer rows get the same lines.
/// </summary>
public sealed class SameBytesTests : IDisposable
{
    private readonly InputFolder folder = new();
    private readonly string culture;

    public SameBytesTests()
    {
        culture = folder["culture.txt"];
    }

    private string[] Strategies =>
    [
        "--strategy", "random", "--strategy", $"avion={folder["avion.pkl"]}", "--strategy", $"tim={folder["tim.json"]}",
        "--provenance", "avion=simulated", "--provenance", "tim=measured",
    ];

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Order_of_options_folder_and_processors_do_not_matter()
    {
        await folder.BuildAsync(Strategies);
        string[] reversed =
        [
            "build-benchmark", "-o", "elsewhere", "--provenance", "tim=measured", "--provenance", "avion=simulated",
            "--strategy", "tim=tim.json", "--strategy", "avion=./avion.pkl", "--strategy", "random",
            "--noun-classes", "nouns.csv", "--verb-classes", "verbs.csv",
            "--narrations", "rest.csv", "--narrations", "train.csv", "--annotations", "val.csv",
        ];
        var other = await CliProcess.RunAsync(reversed, new Dictionary<string, string> { ["DOTNET_PROCESSOR_COUNT"] = "1" }, folder[""]);
        var again = await CliProcess.RunAsync(Build("again"), environment: null);

        Assert.True(other.ExitCode == 0, other.Error);
        Assert.True(again.ExitCode == 0, again.Error);
        AssertSame("elsewhere");
        AssertSame("again");
        Assert.Equal(4, Directory.GetFiles(folder.Output).Length);
        Assert.DoesNotContain(folder[""], File.ReadAllText(folder["mqa/manifest.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_culture_of_commas_changes_no_byte_of_any_output()
    {
        await folder.BuildAsync(Strategies);

        var result = await RunHookedAsync(Build("commas"), (StartupHook.UsesCommas, "1"));
        var shown = await RunHookedAsync(["show", folder["commas"], "--limit", "2"], (StartupHook.UsesCommas, "1"));
        var described = await RunHookedAsync(["describe-benchmark", folder["commas"], "--format", "json"], (StartupHook.UsesCommas, "1"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(" 1,5", File.ReadAllText(culture));
        AssertSame("commas");
        Assert.Equal((await CliHost.RunAsync("show", folder.Output, "--limit", "2")).Output, shown.Output);
        Assert.Equal((await CliHost.RunAsync("describe-benchmark", folder.Output, "--format", "json")).Output, described.Output);
    }

    [SkippableTheory]
    [InlineData("de_DE.UTF-8", "de-DE 1,5")]
    [InlineData("ar_SA.UTF-8", "ar-SA 1")]
    public async Task A_locale_of_the_environment_changes_no_byte(string locale, string inForce)
    {
        await folder.BuildAsync(Strategies);

        var shipped = await RunHookedAsync(Build("shipped"), ("LC_ALL", locale), ("LANG", locale));
        Assert.True(shipped.ExitCode == 0, shipped.Error);
        AssertSame("shipped");

        // As shipped the tool knows the invariant culture alone; with ICU switched on the locale takes effect.
        var withIcu = await RunHookedAsync(Build("icu"), ("LC_ALL", locale), ("LANG", locale), ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0"));
        Skip.If(withIcu.ExitCode != 0 && withIcu.Error.Contains("ICU", StringComparison.Ordinal), "ICU is not installed.");
        Assert.True(withIcu.ExitCode == 0, withIcu.Error);
        Assert.StartsWith(inForce, File.ReadAllText(culture), StringComparison.Ordinal);
        AssertSame("icu");
    }

    [Theory]
    [InlineData("tim.csv", "3")]
    [InlineData("submission.json", "3")]
    [InlineData("tim.pkl", "3")]
    [InlineData("tim.json", "3")]
    public async Task Fewer_rows_asked_for_get_the_same_lines(string dump, string limit)
    {
        string[] strategies = ["--strategy", "random", "--strategy", $"tim={folder[dump]}", "--classes", folder["classes.csv"]];
        folder.Write("ids.txt", $"{folder.Ids[7]}\n{folder.Ids[2]}\n");
        await folder.BuildAsync(strategies);
        await folder.BuildAsync([.. strategies, "--limit", limit, "--output", folder["limit"]]);
        await folder.BuildAsync([.. strategies, "--ids", folder["ids.txt"], "--output", folder["ids"]]);

        foreach (var set in new[] { "random.jsonl", "tim.jsonl" })
        {
            var whole = File.ReadAllLines(Path.Combine(folder.Output, set));
            Assert.Equal(InputFolder.Clips, whole.Length);
            Assert.Equal(whole[..3], File.ReadAllLines(folder["limit/" + set]));
            Assert.Equal([whole[2], whole[7]], File.ReadAllLines(folder["ids/" + set]));
        }
    }

    [Theory]
    [InlineData("tim.csv")]
    [InlineData("submission.json")]
    [InlineData("tim.pkl")]
    public async Task Annotations_of_fewer_rows_and_the_same_pool_give_the_same_lines(string dump)
    {
        string[] strategies = ["--strategy", "random", "--strategy", $"tim={folder[dump]}", "--classes", folder["classes.csv"]];
        await folder.BuildAsync(strategies);
        var rows = folder.Read("val.csv").Split('\n');
        folder.Write("fewer.csv", string.Join('\n', [rows[0], rows[9], rows[4], rows[5]]) + "\n");

        await folder.BuildAsync(
        [
            .. strategies, "--annotations", folder["fewer.csv"], "--narrations", folder["rest.csv"], "--narrations", folder["val.csv"],
            "--narrations", folder["train.csv"], "--output", folder["fewer"],
        ]);

        foreach (var set in new[] { "random.jsonl", "tim.jsonl" })
        {
            var whole = File.ReadAllLines(Path.Combine(folder.Output, set));
            Assert.Equal([whole[8], whole[3], whole[4]], File.ReadAllLines(folder["fewer/" + set]));
        }
    }

    [Theory]
    [InlineData("byte order mark", "\uFEFF", "\n")]
    [InlineData("CRLF", "", "\r\n")]
    [InlineData("both", "\uFEFF", "\r\n")]
    public async Task A_byte_order_mark_and_CRLF_are_read_as_if_they_were_not_there(string what, string start, string lineEnd)
    {
        await folder.BuildAsync("--strategy", "random", "--strategy", $"tim={folder["tim.csv"]}");
        foreach (var name in new[] { "val.csv", "train.csv", "verbs.csv", "nouns.csv", "tim.csv" })
        {
            folder.Write(name, start + folder.Read(name).Replace("\n", lineEnd, StringComparison.Ordinal));
        }

        await folder.BuildAsync("--strategy", "random", "--strategy", $"tim={folder["tim.csv"]}", "--output", folder["other"]);

        Assert.NotEmpty(what);
        foreach (var set in new[] { "random.jsonl", "tim.jsonl" })
        {
            Assert.Equal(File.ReadAllText(Path.Combine(folder.Output, set)), File.ReadAllText(folder["other/" + set]));
        }
    }

    private string[] Build(string output) => folder.Build([.. Strategies, "--output", folder[output]]);

    private Task<CliResult> RunHookedAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(static variable => variable.Name, static variable => variable.Value);
        environment["DOTNET_STARTUP_HOOKS"] = typeof(SameBytesTests).Assembly.Location;
        environment[StartupHook.CultureFile] = culture;
        return CliProcess.RunAsync(arguments, environment);
    }

    private void AssertSame(string other)
    {
        var expected = Directory.GetFiles(folder.Output).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(expected.Select(Path.GetFileName), Directory.GetFileSystemEntries(folder[other]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(expected, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder[other], Path.GetFileName(file)))));
    }
}
