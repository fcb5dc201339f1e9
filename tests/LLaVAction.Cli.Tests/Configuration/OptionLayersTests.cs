using System.CommandLine;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Configuration;

public sealed class OptionLayersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);
    private readonly RootCommand _root = new("test");
    private readonly GlobalOptions _globals = new();
    private readonly Command _make = new("make-sets");
    private readonly Command _check = new("check");
    private readonly Option<string> _output = OptionFactory.Required<string>("--output", "where", "DIR", "-o");
    private readonly Option<int> _seed = OptionFactory.WithDefault("--seed", "seed", "N", 42);
    private readonly Option<int?> _limit = OptionFactory.Optional<int?>("--limit", "limit", "N");
    private readonly Option<string[]> _strategy = OptionFactory.Repeatable("--strategy", "strategies", "S");
    private readonly Option<int[]> _frames = OptionFactory.IntegerList("--frames", "frames", "N,N", 8);
    private readonly Option<bool> _force = OptionFactory.Switch("--force", "overwrite");
    private readonly Option<string> _mode = OptionFactory.Choice("--mode", "mode", "keep", "keep", "exclude");
    private readonly Argument<string[]> _runs = new("RUN") { Arity = ArgumentArity.ZeroOrMore };

    public OptionLayersTests()
    {
        foreach (var option in new Option[] { _output, _seed, _limit, _strategy, _frames, _force, _mode })
        {
            _make.Options.Add(option);
        }

        _make.Arguments.Add(_runs);
        _root.Subcommands.Add(_make);
        _root.Subcommands.Add(_check);
        _globals.AddTo(_root);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Command_line_wins_over_environment_wins_over_file_wins_over_default()
    {
        _environment["LLAVACTION_MAKE_SETS_SEED"] = "2";
        _environment["LLAVACTION_MAKE_SETS_LIMIT"] = "20";
        var file = _folder.Write("c.yaml", "seed: 3\nlimit: 30\noutput: from-file\n");

        var line = Resolve("--seed", "1", "--config", file);

        Assert.Equal(1, line.Result.GetValue(_seed));
        Assert.Equal(20, line.Result.GetValue(_limit));
        Assert.Equal("from-file", line.Result.GetValue(_output));
        Assert.Equal("keep", line.Result.GetValue(_mode));
        Assert.Equal(
            [OptionSource.CommandLine, OptionSource.Environment, OptionSource.File, OptionSource.Default],
            new[] { "seed", "limit", "output", "mode" }.Select(line.Configuration.SourceOf));
    }

    [Fact]
    public void Lists_come_comma_separated_from_the_environment_and_as_sequences_from_the_file()
    {
        _environment["LLAVACTION_MAKE_SETS_STRATEGY"] = "random, avion=a=b.pkl";
        var file = _folder.Write("c.yaml", "output: o\nframes: [8, 16]\n");

        var line = Resolve("--config", file);

        Assert.Equal(["random", "avion=a=b.pkl"], line.Result.GetValue(_strategy)!);
        Assert.Equal([8, 16], line.Result.GetValue(_frames)!);
    }

    [Fact]
    public void A_list_on_the_command_line_replaces_a_lower_one_whole()
    {
        _environment["LLAVACTION_MAKE_SETS_STRATEGY"] = "tim=t.json";

        var line = Resolve("-o", "o", "--strategy", "random", "--strategy", "avion=x", "--frames", "8,16", "--frames=32");

        Assert.Equal(["random", "avion=x"], line.Result.GetValue(_strategy)!);
        Assert.Equal([8, 16, 32], line.Result.GetValue(_frames)!);
    }

    [Fact]
    public void The_merged_configuration_is_in_the_order_of_declaration_and_leaves_global_options_out()
    {
        _environment["LLAVACTION_MAKE_SETS_LOG_FILE"] = _folder["log"];

        var line = Resolve("--force", "--seed", "7", "--output", "o", "run-a", "run-b");

        Assert.Equal(
            ["RUN=run-a,run-b", "output=o", "seed=7", "frames=8", "force=true", "mode=keep"],
            line.Configuration.Options.Select(option => $"{option.Name}={string.Join(',', option.Values)}"));
        Assert.Equal(_folder["log"], line.Result.GetValue(_globals.LogFile));
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

        Assert.Equal(expected, Resolve("--output", "o").Result.GetValue(_force));
    }

    [Fact]
    public void An_empty_variable_counts_as_unset()
    {
        _environment["LLAVACTION_MAKE_SETS_SEED"] = string.Empty;

        Assert.Equal(42, Resolve("--output", "o").Result.GetValue(_seed));
    }

    [Fact]
    public void The_file_may_serve_several_commands()
    {
        var file = _folder.Write("c.yaml", "check:\n  verbosity: debug\nmake-sets:\n  output: o\n  log_file: l\n");

        var line = Resolve("--config", file);

        Assert.Equal("o", line.Result.GetValue(_output));
        Assert.Equal("l", line.Result.GetValue(_globals.LogFile));
        Assert.Equal("normal", line.Result.GetValue(_globals.Verbosity));
    }

    [Fact]
    public void The_file_itself_can_be_named_by_the_environment()
    {
        _environment["LLAVACTION_MAKE_SETS_CONFIG"] = _folder.Write("c.yaml", "output: o\n");

        Assert.Equal("o", Resolve().Result.GetValue(_output));
    }

    [Fact]
    public void Values_after_a_double_dash_stay_arguments()
    {
        _environment["LLAVACTION_MAKE_SETS_OUTPUT"] = "o";

        var line = Resolve("--", "--odd-name");

        Assert.Equal(["--odd-name"], line.Result.GetValue(_runs)!);
        Assert.Equal("o", line.Result.GetValue(_output));
    }

    [Theory]
    [InlineData("outptu: o", "c.yaml line 1: 'outptu' is not an option of make-sets. Did you mean 'output'?")]
    [InlineData("output: o\nmake-set:\n  seed: 1", "c.yaml line 2: 'make-set' is not a command")]
    [InlineData("output: o\ncheck:\n  verbositty: debug", "c.yaml line 3: 'verbositty' is not an option of check. Did you mean 'verbosity'?")]
    [InlineData("output: o\nconfig: other.yaml", "c.yaml line 2: 'config' is not an option of make-sets.")]
    [InlineData("output:", "c.yaml line 1: 'output' has no value.")]
    [InlineData("strategy: [[a]]", "c.yaml line 1: a value of 'strategy' must be plain text")]
    [InlineData("output: o\nmake-sets:\n  output: p", "c.yaml line 3: 'output' stands twice.")]
    [InlineData("- output", "c.yaml line 1: expected 'option: value' lines.")]
    [InlineData("output: [", "c.yaml line 2: not valid YAML")]
    public void A_bad_file_is_an_error_with_file_and_line(string yaml, string expected)
    {
        var file = _folder.Write("c.yaml", yaml);

        var exception = Assert.Throws<InputException>(() => Resolve("--config", file));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_variable_of_the_command_is_an_error_and_those_of_others_are_not()
    {
        _environment["LLAVACTION_CHECK_ANYTHING"] = "1";
        _environment["LLAVACTION_EPIC"] = "1";
        Resolve("--output", "o");
        _environment["LLAVACTION_MAKE_SETS_SEEDS"] = "1";

        var exception = Assert.Throws<UsageException>(() => Resolve("--output", "o"));

        Assert.Contains("LLAVACTION_MAKE_SETS_SEEDS names no option of make-sets. Did you mean 'LLAVACTION_MAKE_SETS_SEED'?", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_required_option_left_out_everywhere_says_where_it_can_be_given()
    {
        var exception = Assert.Throws<UsageException>(() => Resolve());

        Assert.Equal("--output is required. Give it on the command line, as LLAVACTION_MAKE_SETS_OUTPUT, or in a --config file.", exception.Message);
    }

    [Fact]
    public void A_malformed_value_names_where_it_was_set()
    {
        _environment["LLAVACTION_MAKE_SETS_SEED"] = "abc";

        var fromEnvironment = Assert.Throws<UsageException>(() => Resolve("--output", "o"));
        _environment.Clear();
        var file = _folder.Write("c.yaml", "output: o\nframes: [8, x]\n");
        var fromFile = Assert.Throws<UsageException>(() => Resolve("--config", file));

        Assert.Equal("--seed: 'abc' is not a whole number in range. (set by LLAVACTION_MAKE_SETS_SEED)", fromEnvironment.Message);
        Assert.Equal($"--frames: 'x' is not a whole number. Expected a list such as 8,16. (set by {file} line 2)", fromFile.Message);
    }

    [Theory]
    [InlineData("--outptu", "x")]
    [InlineData("--output", "--forc")]
    [InlineData("--output=o", "-x")]
    public void What_looks_like_an_option_is_never_taken_for_a_value(params string[] arguments) =>
        Assert.Throws<UsageException>(() => Resolve(arguments));

    [Fact]
    public void A_negative_number_is_a_value() =>
        Assert.Equal(-5, Resolve("--output", "o", "--seed", "-5").Result.GetValue(_seed));

    private LayeredCommandLine Resolve(params string[] arguments) =>
        new OptionLayers(_root, _globals, [_make, _check], _environment).Resolve([_make.Name, .. arguments], _make);
}
