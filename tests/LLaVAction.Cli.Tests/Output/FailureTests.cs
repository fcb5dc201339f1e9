using LLaVAction.Cli.Output;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Output;

public sealed class FailureTests
{
    [Fact]
    public void Bad_input_is_exit_code_2_with_its_own_words()
    {
        var failure = Failure.Of(new InputException("a.csv line 3: wrong."), "show");

        Assert.Equal(new Failure(2, "a.csv line 3: wrong."), failure);
    }

    [Fact]
    public void An_interruption_is_130() => Assert.Equal(130, Failure.Of(new TaskCanceledException(), "show").ExitCode);

    [Fact]
    public void The_only_failure_of_parallel_work_is_the_failure() =>
        Assert.Equal(2, Failure.Of(new AggregateException(new InputException("x")), "show").ExitCode);

    [Fact]
    public void Files_that_cannot_be_read_or_written_are_bad_input()
    {
        Assert.Equal(2, Failure.Of(new FileNotFoundException("Could not find file 'x'."), "show").ExitCode);
        Assert.Equal(2, Failure.Of(new UnauthorizedAccessException("Access to 'x' is denied."), "show").ExitCode);
        Assert.Equal("No space left on device: /x/y. Free some space, or choose another place to write to.", Failure.Of(new IOException("No space left on device : '/x/y'", 28), "show").Message);
    }

    [Fact]
    public void Messages_of_the_runtime_are_put_into_the_words_of_the_tool()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");

        static string Message(Action action) => Failure.Of(Assert.ThrowsAny<Exception>(action), "show").Message;

        Assert.Equal($"{folder["no"]}: no such file.", Message(() => File.ReadAllText(folder["no"])));
        Assert.Equal($"{folder["no/file"]}: no such folder.", Message(() => File.WriteAllText(folder["no/file"], "")));
        Assert.StartsWith($"{folder.FullName}: is a folder", Message(() => File.ReadAllText(folder.FullName)), StringComparison.Ordinal);
        Assert.StartsWith(folder["file/below"], Message(() => File.WriteAllText(folder["file/below"], "")), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_little_memory_is_no_defect() =>
        Assert.Contains("Not enough memory", Failure.Of(new InsufficientMemoryException(), "show").Message, StringComparison.Ordinal);

    [Fact]
    public void Anything_else_is_a_defect_and_says_how_to_report_it()
    {
        var failure = Failure.Of(new InvalidOperationException("boom"), "show");

        Assert.Equal(4, failure.ExitCode);
        Assert.Contains("boom", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--verbosity debug", failure.Message, StringComparison.Ordinal);
    }
}
