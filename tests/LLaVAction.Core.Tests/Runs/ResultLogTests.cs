using LLaVAction.Runs;
using LLaVAction.Testing;

namespace LLaVAction.Tests.Runs;

public sealed class ResultLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ResultLine[] _lines = [.. new SyntheticRun(2).Lines(Shard.Whole)];

    private string FilePath => _folder["results-1of1.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Line_can_be_read_as_soon_as_it_is_appended()
    {
        using var log = ResultLog.Open(FilePath, out var existing);
        log.Append(_lines[0]);

        Assert.Null(existing);
        Assert.Equal(1, log.LinesWritten);
        Assert.Single(ResultFile.Read(FilePath).Lines);
    }

    [Fact]
    public void Torn_end_is_cut_off_before_the_next_line()
    {
        byte[] torn = [.. RunJson.ToLine(_lines[0]), .. RunJson.ToLine(_lines[1])[..40]];
        File.WriteAllBytes(FilePath, torn);

        using (var log = ResultLog.Open(FilePath, out var existing))
        {
            Assert.Single(existing!.Lines);
            log.Append(_lines[1]);
        }

        Assert.Equal([.. RunJson.ToLine(_lines[0]), .. RunJson.ToLine(_lines[1])], File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void Second_writer_of_the_same_part_is_refused()
    {
        using (ResultLog.Open(FilePath, out _))
        {
            var error = Assert.Throws<InputException>(() => ResultLog.Open(FilePath, out _));
            Assert.Contains("another process is writing this part", error.Message, StringComparison.Ordinal);
        }

        using var again = ResultLog.Open(FilePath, out _);
        Assert.Equal(0, again.LinesWritten);
    }

    [Fact]
    public void Nothing_but_the_results_is_left_behind()
    {
        using (var log = ResultLog.Open(FilePath, out _))
        {
            log.Append(_lines[0]);
            log.Sync();
        }

        Assert.Equal([FilePath], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [SkippableFact]
    public void Full_disk_is_one_clear_error_and_keeps_what_was_written()
    {
        Skip.IfNot(File.Exists("/dev/full"), "There is no /dev/full on this system.");
        File.CreateSymbolicLink(FilePath, "/dev/full");

        var error = Assert.Throws<InputException>(() =>
        {
            using var log = ResultLog.Open(FilePath, out _);
            log.Append(_lines[0]);
        });

        Assert.Contains("cannot write results", error.Message, StringComparison.Ordinal);
        Assert.Contains("start the same command again", error.Message, StringComparison.Ordinal);
    }
}
