using System.Text.Json;
using LLaVAction.Recognizers;
using LLaVAction.Testing;

namespace LLaVAction.Core.Tests.Recognizers;

/// <summary>
/// Pickles that NumPy 1 and 2 themselves wrote: every protocol, memory order, byte order and float type, in AVION's and
/// in TIM's layout. Rankings and scores are what Python makes of the same files.
/// </summary>
public sealed class PickleGoldenTests
{
    public static IEnumerable<object?[]> Files => GoldenFolder.Rows("pickles", "*.pkl");

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Rankings_and_scores_are_those_of_Python(string? file)
    {
        Skip.If(file is null, "no pickles in the golden folder");
        var (golden, rankings) = Expected(file);
        var request = PickleGoldens.Request(golden, hasOwnOrder: Path.GetFileName(file).StartsWith("tim-", StringComparison.Ordinal));

        foreach (var top in new[] { 2, 64 })
        {
            using var dump = PredictionDumpReader.Read(GoldenFolder.PathOf(file), request with { Top = top });

            var clips = request.Annotations.Clips;
            Assert.Equal(rankings.GetArrayLength(), clips.Count);
            Assert.Equal(clips.Count, dump.Rankings.Count);
            for (var row = 0; row < clips.Count; row++)
            {
                var expected = rankings[row].EnumerateArray().Select(entry => (entry[0].GetString()!, entry[1].GetDouble())).ToArray();
                var ranking = dump.Rankings[clips[row].NarrationId];
                Assert.Equal(expected, ranking.Select(action => (action.Class.ToString(), action.Score!.Value)));
                Assert.All(expected, (entry, place) => Assert.Equal(place + 1, ranking.RankOf(PickleGoldens.Class(entry.Item1))));
            }
        }
    }

    [Fact]
    public void Every_protocol_and_both_names_of_NumPys_modules_are_there()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Goldens", "pickles"), "*.pkl").Select(Path.GetFileName).ToArray();

        foreach (var layout in new[] { "avion", "tim" })
        {
            foreach (var names in new[] { "numpy-core", "numpy-_core" })
            {
                Assert.All([2, 3, 4, 5], protocol => Assert.Contains(files, file => file!.StartsWith($"{layout}-{names}-p{protocol}-", StringComparison.Ordinal)));
            }
        }
    }

    private static (JsonElement Golden, JsonElement Rankings) Expected(string file)
    {
        var folder = file[..file.LastIndexOf('/')];
        foreach (var candidate in GoldenFolder.Files(folder, "expected-*.json").Select(GoldenFolder.Json))
        {
            if (candidate.GetProperty("files").TryGetProperty(Path.GetFileName(file), out var rankings))
            {
                return (candidate, rankings);
            }
        }

        throw new InvalidOperationException($"No expected-*.json in {folder} has {file}.");
    }
}
