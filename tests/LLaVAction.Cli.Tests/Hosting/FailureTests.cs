using LLaVAction.Cli.Hosting;

namespace LLaVAction.Cli.Tests.Hosting;

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
        Assert.EndsWith("Free some space, or choose another place to write to.", Failure.Of(new IOException("No space left", 28), "show").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_little_memory_is_no_defect() =>
        Assert.Contains("not enough memory", Failure.Of(new InsufficientMemoryException(), "show").Message, StringComparison.Ordinal);

    [Fact]
    public void Anything_else_is_a_defect_and_says_how_to_report_it()
    {
        var failure = Failure.Of(new InvalidOperationException("boom"), "show");

        Assert.Equal(4, failure.ExitCode);
        Assert.Contains("boom", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--verbosity debug", failure.Message, StringComparison.Ordinal);
    }
}
