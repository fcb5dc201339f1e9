using System.Security.Cryptography;
using System.Text;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Scripts;

public sealed class GetAnnotationsTests : IDisposable
{
    private static readonly byte[] First = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("P01_11_0,take plate\n", 5000)));
    private static readonly byte[] Second = Encoding.UTF8.GetBytes("id,key\n0,take\n");

    private readonly TemporaryFolder _folder = new();
    private readonly FileServer _server = new(new Dictionary<string, byte[]> { ["first.csv"] = First, ["second.csv"] = Second });

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [SkippableFact]
    public async Task Files_are_downloaded_checked_and_kept_the_next_time()
    {
        var once = await RunAsync(ListOf(First, Second));
        var asked = _server.Requests.Count;
        var twice = await RunAsync(ListOf(First, Second));

        Assert.Equal((0, 0), (once.ExitCode, twice.ExitCode));
        Assert.Equal(First, await File.ReadAllBytesAsync(_folder["epic/first.csv"]));
        Assert.Equal(Second, await File.ReadAllBytesAsync(_folder["epic/second.csv"]));
        Assert.Equal(asked, _server.Requests.Count);
        Assert.Contains("kept        first.csv", twice.Output, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(_folder["epic"]).Length);
    }

    [SkippableFact]
    public async Task A_torn_download_goes_on_where_it_ended()
    {
        Directory.CreateDirectory(_folder["epic"]);
        await File.WriteAllBytesAsync(_folder["epic/first.csv.part"], First[..40_000]);

        var result = await RunAsync(ListOf(First, Second));

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("first.csv@40000", _server.Requests);
        Assert.DoesNotContain("first.csv@0", _server.Requests);
        Assert.Equal(First, await File.ReadAllBytesAsync(_folder["epic/first.csv"]));
    }

    [SkippableTheory]
    [InlineData("whole and right")]
    [InlineData("too long")]
    [InlineData("other bytes")]
    public async Task Whatever_a_rest_holds_the_file_comes_out_right(string rest)
    {
        Directory.CreateDirectory(_folder["epic"]);
        var bytes = rest switch { "whole and right" => First, "too long" => [.. First, 1], _ => new byte[100] };
        await File.WriteAllBytesAsync(_folder["epic/first.csv.part"], bytes);

        var result = await RunAsync(ListOf(First, Second));

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(First, await File.ReadAllBytesAsync(_folder["epic/first.csv"]));
    }

    [SkippableFact]
    public async Task A_file_of_another_digest_is_refused_and_the_rest_is_fetched()
    {
        var result = await RunAsync(ListOf([1, 2, 3], Second));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("first.csv from", result.Error, StringComparison.Ordinal);
        Assert.Contains($"expected {Convert.ToHexStringLower(SHA256.HashData([1, 2, 3]))}", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["epic/first.csv"]));
        Assert.True(File.Exists(_folder["epic/second.csv"]));
    }

    [SkippableFact]
    public async Task A_file_of_the_user_is_never_overwritten()
    {
        _folder.Write("epic/first.csv", "my own");

        var result = await RunAsync(ListOf(First, Second));

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("my own", await File.ReadAllTextAsync(_folder["epic/first.csv"]));
    }

    [SkippableFact]
    public async Task A_file_the_server_lacks_is_named()
    {
        var result = await RunAsync(ListOf(First, Second) + $"sha256 {Convert.ToHexStringLower(SHA256.HashData(First))} third.csv\n");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"third.csv could not be downloaded from {_server.Url}/third.csv", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_names_the_published_files_at_one_commit()
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "data", "epic-kitchens-100-annotations.sums"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' '))
            .ToList();

        Assert.Equal(["commit", "ea8b40457a400c3fffa1c7f406ef3dc169cc2522"], lines[0]);
        Assert.All(lines.Skip(1), cells => Assert.Equal(cells[0] == "sha256" ? 64 : 40, cells[1].Length));
        Assert.Contains(lines, cells => cells[^1] == "EPIC_100_train.csv");
        Assert.Equal(lines.Count, lines.Select(cells => cells[^1]).Distinct().Count());
    }

    private static string ListOf(byte[] first, byte[] second) =>
        $"""
        # two files, one digest of each kind
        commit 0123456789abcdef
        sha256 {Convert.ToHexStringLower(SHA256.HashData(first))} first.csv
        git-blob {GitBlobOf(second)} second.csv

        """;

#pragma warning disable CA5350 // SHA-1 is what git names objects by.
    private static string GitBlobOf(byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350

    private async Task<CliResult> RunAsync(string sums)
    {
        Skip.IfNot(Shell.IsAvailable, "needs bash");
        Skip.IfNot(File.Exists("/usr/bin/curl") || File.Exists("/usr/bin/wget"), "needs curl or wget");
        var list = _folder.Write("list.sums", sums);
        return await Shell.RunAsync(
            $"'{Path.Combine(Repository.Root, "scripts", "get-annotations.sh")}' '{_folder["epic"]}'",
            new Dictionary<string, string> { ["ANNOTATIONS_URL"] = _server.Url, ["ANNOTATIONS_SUMS"] = list });
    }
}
