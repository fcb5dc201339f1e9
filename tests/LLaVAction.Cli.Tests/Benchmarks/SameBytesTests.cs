using LLaVAction.Cli.Tests.Support;

namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>
/// Whole processes of <c>build-benchmark</c> with the same inputs write the same bytes, whatever the culture, the folder
/// they start in, the order of options and the number of processors; fewer rows get the same lines.
/// </summary>
public sealed class SameBytesTests : IDisposable
{
    private readonly InputFolder _folder = new();
    private readonly string _culture;

    public SameBytesTests()
    {
        _culture = _folder["culture.txt"];
    }

    private string[] Strategies =>
    [
        "--strategy", "random", "--strategy", $"avion={_folder["avion.pkl"]}", "--strategy", $"tim={_folder["tim.json"]}",
        "--provenance", "avion=simulated", "--provenance", "tim=measured",
    ];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Order_of_options_folder_and_processors_do_not_matter()
    {
        await _folder.BuildAsync(Strategies);
        string[] reversed =
        [
            "build-benchmark", "-o", "elsewhere", "--provenance", "tim=measured", "--provenance", "avion=simulated",
            "--strategy", "tim=tim.json", "--strategy", "avion=./avion.pkl", "--strategy", "random",
            "--noun-classes", "nouns.csv", "--verb-classes", "verbs.csv",
            "--narrations", "rest.csv", "--narrations", "train.csv", "--annotations", "val.csv",
        ];
        var other = await CliProcess.RunAsync(reversed, new Dictionary<string, string> { ["DOTNET_PROCESSOR_COUNT"] = "1" }, _folder[""]);
        var again = await CliProcess.RunAsync(Build("again"), environment: null);

        Assert.True(other.ExitCode == 0, other.Error);
        Assert.True(again.ExitCode == 0, again.Error);
        AssertSame("elsewhere");
        AssertSame("again");
        Assert.Equal(4, Directory.GetFiles(_folder.Output).Length);
        Assert.DoesNotContain(_folder[""], File.ReadAllText(_folder["mqa/manifest.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_culture_of_commas_changes_no_byte_of_any_output()
    {
        await _folder.BuildAsync(Strategies);

        var result = await RunHookedAsync(Build("commas"), (StartupHook.UsesCommas, "1"));
        var shown = await RunHookedAsync(["show", _folder["commas"], "--limit", "2"], (StartupHook.UsesCommas, "1"));
        var described = await RunHookedAsync(["describe-benchmark", _folder["commas"], "--format", "json"], (StartupHook.UsesCommas, "1"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(" 1,5", File.ReadAllText(_culture));
        AssertSame("commas");
        Assert.Equal((await CliHost.RunAsync("show", _folder.Output, "--limit", "2")).Output, shown.Output);
        Assert.Equal((await CliHost.RunAsync("describe-benchmark", _folder.Output, "--format", "json")).Output, described.Output);
    }

    [SkippableTheory]
    [InlineData("de_DE.UTF-8", "de-DE 1,5")]
    [InlineData("ar_SA.UTF-8", "ar-SA 1")]
    public async Task A_locale_of_the_environment_changes_no_byte(string locale, string inForce)
    {
        await _folder.BuildAsync(Strategies);

        var shipped = await RunHookedAsync(Build("shipped"), ("LC_ALL", locale), ("LANG", locale));
        Assert.True(shipped.ExitCode == 0, shipped.Error);
        AssertSame("shipped");

        // As shipped the tool knows the invariant culture alone; with ICU switched on the locale takes effect.
        var withIcu = await RunHookedAsync(Build("icu"), ("LC_ALL", locale), ("LANG", locale), ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0"));
        Skip.If(withIcu.ExitCode != 0 && withIcu.Error.Contains("ICU", StringComparison.Ordinal), "ICU is not installed.");
        Assert.True(withIcu.ExitCode == 0, withIcu.Error);
        Assert.StartsWith(inForce, File.ReadAllText(_culture), StringComparison.Ordinal);
        AssertSame("icu");
    }

    [Theory]
    [InlineData("tim.csv", "3")]
    [InlineData("submission.json", "3")]
    [InlineData("tim.pkl", "3")]
    [InlineData("tim.json", "3")]
    public async Task Fewer_rows_asked_for_get_the_same_lines(string dump, string limit)
    {
        string[] strategies = ["--strategy", "random", "--strategy", $"tim={_folder[dump]}", "--classes", _folder["classes.csv"]];
        _folder.Write("ids.txt", $"{_folder.Ids[7]}\n{_folder.Ids[2]}\n");
        await _folder.BuildAsync(strategies);
        await _folder.BuildAsync([.. strategies, "--limit", limit, "--output", _folder["limit"]]);
        await _folder.BuildAsync([.. strategies, "--ids", _folder["ids.txt"], "--output", _folder["ids"]]);

        foreach (var set in new[] { "random.jsonl", "tim.jsonl" })
        {
            var whole = File.ReadAllLines(Path.Combine(_folder.Output, set));
            Assert.Equal(InputFolder.Clips, whole.Length);
            Assert.Equal(whole[..3], File.ReadAllLines(_folder["limit/" + set]));
            Assert.Equal([whole[2], whole[7]], File.ReadAllLines(_folder["ids/" + set]));
        }
    }

    [Theory]
    [InlineData("tim.csv")]
    [InlineData("submission.json")]
    [InlineData("tim.pkl")]
    public async Task Annotations_of_fewer_rows_and_the_same_pool_give_the_same_lines(string dump)
    {
        string[] strategies = ["--strategy", "random", "--strategy", $"tim={_folder[dump]}", "--classes", _folder["classes.csv"]];
        await _folder.BuildAsync(strategies);
        var rows = _folder.Read("val.csv").Split('\n');
        _folder.Write("fewer.csv", string.Join('\n', [rows[0], rows[9], rows[4], rows[5]]) + "\n");

        await _folder.BuildAsync(
        [
            .. strategies, "--annotations", _folder["fewer.csv"], "--narrations", _folder["rest.csv"], "--narrations", _folder["val.csv"],
            "--narrations", _folder["train.csv"], "--output", _folder["fewer"],
        ]);

        foreach (var set in new[] { "random.jsonl", "tim.jsonl" })
        {
            var whole = File.ReadAllLines(Path.Combine(_folder.Output, set));
            Assert.Equal([whole[8], whole[3], whole[4]], File.ReadAllLines(_folder["fewer/" + set]));
        }
    }

    [Theory]
    [InlineData("byte order mark", "\uFEFF", "\n")]
    [InlineData("CRLF", "", "\r\n")]
    [InlineData("both", "\uFEFF", "\r\n")]
    public async Task A_byte_order_mark_and_CRLF_are_read_as_if_they_were_not_there(string what, string start, string lineEnd)
    {
        await _folder.BuildAsync("--strategy", "random", "--strategy", $"tim={_folder["tim.csv"]}");
        foreach (var name in new[] { "val.csv", "train.csv", "verbs.csv", "nouns.csv", "tim.csv" })
        {
            _folder.Write(name, start + _folder.Read(name).Replace("\n", lineEnd, StringComparison.Ordinal));
        }

        await _folder.BuildAsync("--strategy", "random", "--strategy", $"tim={_folder["tim.csv"]}", "--output", _folder["other"]);

        Assert.NotEmpty(what);
        foreach (var set in new[] { "random.jsonl", "tim.jsonl" })
        {
            Assert.Equal(File.ReadAllText(Path.Combine(_folder.Output, set)), File.ReadAllText(_folder["other/" + set]));
        }
    }

    private string[] Build(string output) => _folder.Build([.. Strategies, "--output", _folder[output]]);

    private Task<CliResult> RunHookedAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(static variable => variable.Name, static variable => variable.Value);
        environment["DOTNET_STARTUP_HOOKS"] = typeof(SameBytesTests).Assembly.Location;
        environment[StartupHook.CultureFile] = _culture;
        return CliProcess.RunAsync(arguments, environment);
    }

    private void AssertSame(string other)
    {
        var expected = Directory.GetFiles(_folder.Output).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(expected.Select(Path.GetFileName), Directory.GetFileSystemEntries(_folder[other]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(expected, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(_folder[other], Path.GetFileName(file)))));
    }
}
