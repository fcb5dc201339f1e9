using LLaVAction.Cli.Commands;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Options;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    private enum Colour
    {
        Keep,
        DarkRed,
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Command_line_wins_over_environment_wins_over_file_wins_over_default()
    {
        _environment["LLAVACTION_MAKE_SETS_SEED"] = "2";
        _environment["LLAVACTION_MAKE_SETS_LIMIT"] = "20";
        var file = _folder.Write("c.yaml", "seed: 3\nlimit: 30\noutput: from-file\n");

        var options = Make("--seed", "1", "--config", file);

        Assert.Equal((1, 20, "from-file", Colour.Keep), (options.Seed, options.Limit, options.Output, options.Colour));
    }

    [Fact]
    public void Lists_come_comma_separated_from_the_environment_and_as_sequences_from_the_file()
    {
        _environment["LLAVACTION_MAKE_SETS_STRATEGY"] = "random, avion=a=b.pkl";
        var file = _folder.Write("c.yaml", "output: o\nframes: [8, 16]\n");

        var options = Make("--config", file);

        Assert.Equal(["random", "avion=a=b.pkl"], options.Strategies);
        Assert.Equal([8, 16], options.Group.Frames);
    }

    [Fact]
    public void A_list_on_the_command_line_replaces_a_lower_one_whole()
    {
        _environment["LLAVACTION_MAKE_SETS_STRATEGY"] = "tim=t.json";

        var options = Make("-o", "o", "--strategy", "random", "--strategy", "avion=x,y", "--frames", "8,16", "--frames=32");

        Assert.Equal(["random", "avion=x,y"], options.Strategies);
        Assert.Equal([8, 16, 32], options.Group.Frames);
    }

    [Fact]
    public void What_is_stored_and_printed_of_options_reads_back_to_the_same_options()
    {
        var options = Make("--force", "--seed", "7", "--output", "a b", "run-a", "run-b", "--colour", "dark-red", "--frames", "8,16");
        var schema = new MakeCommand().Schema;

        Assert.Equal(
            ["RUN=run-a,run-b", "colour=dark-red", "force=true", "frames=8,16", "output=a b", "seed=7"],
            schema.SettingsOf(options).Select(static pair => $"{pair.Key}={pair.Value}"));
        Assert.Equal("llavaction make-sets run-a run-b --output 'a b' --seed 7 --frames 8 --frames 16 --force --colour dark-red", schema.CommandLineOf(options));
        Assert.Equal(
            schema.SettingsOf(options),
            schema.SettingsOf(Make("run-a", "run-b", "--output", "a b", "--seed", "7", "--frames", "8", "--frames", "16", "--force", "--colour", "dark-red")));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("yes", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    public void A_switch_reads_the_usual_words(string text, bool expected)
    {
        _environment["LLAVACTION_MAKE_SETS_FORCE"] = text;

        Assert.Equal(expected, Make("--output", "o").Force);
    }

    [Fact]
    public void An_empty_variable_counts_as_unset()
    {
        _environment["LLAVACTION_MAKE_SETS_SEED"] = "";

        Assert.Equal(42, Make("--output", "o").Seed);
    }

    [Fact]
    public void The_file_may_serve_several_commands()
    {
        var file = _folder.Write("c.yaml", "check:\n  verbosity: debug\nmake-sets:\n  output: o\n  log_file: l\n");

        var resolved = Resolve("make-sets", "--config", file);

        Assert.Equal("o", ((MakeOptions)resolved.Options).Output);
        Assert.Equal(("l", Verbosity.Normal), (resolved.Globals.LogFile, resolved.Globals.Effective));
    }

    [Fact]
    public void The_file_itself_can_be_named_by_the_environment()
    {
        _environment["LLAVACTION_MAKE_SETS_CONFIG"] = _folder.Write("c.yaml", "output: o\n");

        Assert.Equal("o", Make().Output);
    }

    [Fact]
    public void Values_after_a_double_dash_stay_arguments()
    {
        _environment["LLAVACTION_MAKE_SETS_OUTPUT"] = "o";

        Assert.Equal(["--odd-name"], Make("--", "--odd-name").Runs);
    }

    [Theory]
    [InlineData("outptu: o", "c.yaml line 1: 'outptu' is not an option of make-sets. Did you mean 'output'?")]
    [InlineData("output: o\nmake-set:\n  seed: 1", "c.yaml line 2: 'make-set' is not a command")]
    [InlineData("output: o\ncheck:\n  verbositty: debug", "c.yaml line 3: 'verbositty' is not an option of check. Did you mean 'verbosity'?")]
    [InlineData("output: o\nconfig: other.yaml", "c.yaml line 2: 'config' is not an option of make-sets.")]
    [InlineData("output:", "c.yaml line 1: 'output' has no value.")]
    [InlineData("strategy: [[a]]", "c.yaml line 1: a value of 'strategy' must be plain text")]
    [InlineData("output: o\nmake-sets:\n  output: p", "c.yaml line 3: 'output' is given twice.")]
    [InlineData("- output", "c.yaml line 1: expected 'option: value' lines.")]
    [InlineData("output: [", "c.yaml line 2: not valid YAML")]
    [InlineData("output: o\nseed: {{bad", "not valid YAML")]
    [InlineData("--- !<!> x", "c.yaml")]
    [InlineData("a: &x *x", "c.yaml")]
    [InlineData("%YAML 9.9\n--- a", "c.yaml")]
    public void A_bad_file_is_an_error_with_file_and_line(string yaml, string expected)
    {
        var file = _folder.Write("c.yaml", yaml);

        var exception = Assert.Throws<InputException>(() => Make("--config", file));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('[', "")]
    [InlineData('{', "a: ")]
    public void Deep_nesting_is_an_error_and_not_the_end_of_the_stack(char bracket, string before)
    {
        var file = _folder.Write("c.yaml", before + new string(bracket, 100_000));

        Assert.Contains("line 1", Assert.Throws<InputException>(() => Make("--config", file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_variable_of_the_command_is_an_error_and_those_of_others_are_not()
    {
        _environment["LLAVACTION_CHECK_ANYTHING"] = "1";
        _environment["LLAVACTION_EPIC"] = "1";
        Make("--output", "o");
        _environment["LLAVACTION_MAKE_SETS_SEEDS"] = "1";

        var exception = Assert.Throws<UsageException>(() => Make("--output", "o"));

        Assert.Equal("The environment variable LLAVACTION_MAKE_SETS_SEEDS names no option of make-sets. Did you mean 'LLAVACTION_MAKE_SETS_SEED'?", exception.Message);
    }

    [Theory]
    [InlineData("--output is required. Give it on the command line, as LLAVACTION_MAKE_SETS_OUTPUT, or in a --config file.")]
    [InlineData("--seed 9e9: expected a whole number in range.", "--output", "o", "--seed", "9e9")]
    [InlineData("--limit 0: expected a whole number from 1 to 100.", "--output", "o", "--limit", "0")]
    [InlineData("--share NaN: expected a number of at least 0.", "--output", "o", "--share", "NaN")]
    [InlineData("--share Infinity: expected a number of at least 0.", "--output", "o", "--share", "Infinity")]
    [InlineData("--frames 8,x: expected a whole number", "--output", "o", "--frames", "8,x")]
    [InlineData("--colour drak-red: expected keep or dark-red. Did you mean 'dark-red'?", "--output", "o", "--colour", "drak-red")]
    [InlineData("--seed takes one value; found 1 and 2.", "--output", "o", "--seed", "1", "--seed", "2")]
    [InlineData("--seed needs a value.", "--output", "o", "--seed")]
    [InlineData("'--outptu' is not an option of make-sets. Did you mean '--output'?", "--outptu", "x")]
    [InlineData("'--forc' is not an option of make-sets. Did you mean '--force'?", "--output", "--forc")]
    [InlineData("'-x' is not an option of make-sets.", "--output=o", "-x")]
    public void Bad_usage_is_one_sentence(string expected, params string[] arguments) =>
        Assert.StartsWith(expected.Replace("8,x", "x", StringComparison.Ordinal), Assert.Throws<UsageException>(() => Make(arguments)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_malformed_value_names_where_it_was_set()
    {
        _environment["LLAVACTION_MAKE_SETS_SEED"] = "abc";

        var fromEnvironment = Assert.Throws<UsageException>(() => Make("--output", "o"));
        _environment.Clear();
        var file = _folder.Write("c.yaml", "output: o\nframes: [8, x]\n");
        var fromFile = Assert.Throws<UsageException>(() => Make("--config", file));

        Assert.Equal("--seed abc: expected a whole number in range. (set by LLAVACTION_MAKE_SETS_SEED)", fromEnvironment.Message);
        Assert.Equal($"--frames x: expected a whole number, or several such as 8,16. (set by {file} line 2)", fromFile.Message.Replace(" in range", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_negative_number_is_a_value() => Assert.Equal(-5, Make("--output", "o", "--seed", "-5").Seed);

    [Theory]
    [InlineData(Verbosity.Debug, "-v")]
    [InlineData(Verbosity.Quiet, "-q")]
    [InlineData(Verbosity.Debug, "--verbosity", "debug")]
    public void Verbosity_has_short_forms_and_may_stand_before_the_command(object expected, params string[] arguments)
    {
        Assert.Equal(expected, Resolve(["make-sets", "--output", "o", .. arguments]).Globals.Effective);
        Assert.Equal(expected, Resolve([.. arguments, "make-sets", "--output", "o"]).Globals.Effective);
    }

    [Fact]
    public void Names_and_choices_complete()
    {
        Assert.Contains("make-sets", Suggest("llavaction m"));
        Assert.Contains("--output", Suggest("llavaction make-sets --o"));
        Assert.Equal(["dark-red"], Suggest("llavaction make-sets --colour d"));
    }

    [Fact]
    public void Every_command_of_the_tool_declares_options_that_can_be_read()
    {
        foreach (var command in CommandRegistry.All)
        {
            Assert.NotEmpty(command.Schema.Fields);
            Assert.All(command.Schema.Fields, static field => Assert.EndsWith(".", field.Description, StringComparison.Ordinal));
            Assert.Equal(command.Schema.OptionNames.Count, command.Schema.OptionNames.Distinct(StringComparer.Ordinal).Count());
        }
    }

    private static string[] Suggest(string line)
    {
        using var output = new StringWriter();
        new CommandLine([new MakeCommand(), new CheckTwinCommand()], static _ => true).Suggest([$"[suggest:{line.Length}]", line], output);
        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private MakeOptions Make(params string[] arguments) => (MakeOptions)Resolve(["make-sets", .. arguments]).Options;

    private ResolvedCommand Resolve(params string[] arguments) =>
        new CommandLine([new MakeCommand(), new CheckTwinCommand()], static _ => true).Resolve(arguments, _environment);

    private sealed record MakeOptions
    {
        [Argument("RUN", "Runs.")]
        public IReadOnlyList<string> Runs { get; init; } = [];

        [Option("--output", "Where.", Value = "DIR", Alias = "-o")]
        public required string Output { get; init; }

        [Option("--seed", "Seed.", Value = "N")]
        public int Seed { get; init; } = 42;

        [Option("--limit", "Limit.", Value = "N", Minimum = 1, Maximum = 100)]
        public int? Limit { get; init; }

        [Option("--share", "Share.", Value = "X", Minimum = 0)]
        public double? Share { get; init; }

        [Option("--strategy", "Strategies.", Value = "S")]
        public IReadOnlyList<string> Strategies { get; init; } = [];

        [OptionGroup]
        public FrameGroup Group { get; init; } = new();

        [Option("--force", "Overwrite.")]
        public bool Force { get; init; }

        [Option("--colour", "Colour.")]
        public Colour Colour { get; init; }
    }

    private sealed record FrameGroup
    {
        [Option("--frames", "Frames.", Value = "N,N")]
        public IReadOnlyList<int> Frames { get; init; } = [8];
    }

    private sealed record CheckOptionsTwin
    {
        [Option("--any", "Anything.", Value = "X")]
        public string? Any { get; init; }
    }

    private sealed class MakeCommand() : ToolCommand<MakeOptions>("make-sets", "Make.")
    {
        public override IReadOnlyList<CommandExample> Examples => [];

        public override Task<int> RunAsync(MakeOptions options, CommandContext context) => Task.FromResult(ExitCode.Done);
    }

    private sealed class CheckTwinCommand() : ToolCommand<CheckOptionsTwin>("check", "Check.")
    {
        public override IReadOnlyList<CommandExample> Examples => [];

        public override Task<int> RunAsync(CheckOptionsTwin options, CommandContext context) => Task.FromResult(ExitCode.Done);
    }
}
