using System.Globalization;
using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Core.Tests.Epic;
using LLaVAction.Testing;
using LLaVAction.Training;

namespace LLaVAction.Core.Tests.Training;

/// <summary>
/// 24 clips of one video, clip i from 2i to 2i + 1 s with class (i mod 6):(i div 6), each class once; a dump of them that ranks
/// every fourth truth third and the others first.
/// </summary>
internal sealed class TrainingKitchen : IDisposable
{
    public const int Clips = 24;

    public TrainingKitchen()
    {
        Folder.Write("train.csv", AnnotationText.Csv([.. Enumerable.Range(0, Clips).Select(static clip => Row("P01_01", clip))]));
        Folder.Write("validation.csv", AnnotationText.Csv([.. Enumerable.Range(0, 20).Select(static clip => Row("P01_02", clip))]));
        Folder.Write("EPIC_100_verb_classes.csv", "id,key,instances,category\n" + string.Concat(Enumerable.Range(0, 6).Select(static id => $"{id},verb{id},\"['verb{id}']\",a\n")));
        Folder.Write("EPIC_100_noun_classes_v2.csv", "id,key,instances,category\n" + string.Concat(Enumerable.Range(0, 4).Select(static id => $"{id},noun{id}:red,\"['noun{id}:red']\",a\n")));
        Dump("tim.csv", "P01_01", Clips, Clips / 4 * 3);
    }

    public TemporaryFolder Folder { get; } = new();

    public static string Narration(int clip) => $"do {clip % 6} with {clip / 6}";

    public void Dispose() => Folder.Dispose();

    /// <summary>Writes a dump over the first clips of a video, with so many truths first and the others third.</summary>
    public string Dump(string name, string video, int clips, int first)
    {
        var text = new StringBuilder("narration_id,rank,verb_class,noun_class\n");
        for (var clip = 0; clip < clips; clip++)
        {
            List<int> ranked = [.. Enumerable.Range(1, 12).Select(step => (clip + step) % Clips)];
            ranked.Insert(clip < first ? 0 : 2, clip);
            foreach (var (other, place) in ranked.Select(static (other, place) => (other, place)))
            {
                text.Append(CultureInfo.InvariantCulture, $"{video}_{clip},{place + 1},{other % 6},{other / 6}\n");
            }
        }

        return Folder.Write(name, text.ToString());
    }

    public TrainingRecipe Recipe(TrainingSettings? settings = null) => new()
    {
        Sources = new BenchmarkRecipe
        {
            Annotations = Folder["train.csv"],
            Strategies = [new StrategySource("random", null, Provenance.Unstated), new StrategySource("tim", Folder["tim.csv"], Provenance.Simulated)],
        },
        Settings = settings ?? new TrainingSettings { OptionsPerQuestion = 4 },
    };

    /// <summary>Builds a set into the folder <c>set</c>.</summary>
    public TrainingFolder Build(TrainingRecipe? recipe = null)
    {
        new BenchmarkFolderWriter(Folder["set"]).Write(TrainingSetBuilder.Build(recipe ?? Recipe(), "0.0.0-test").Files);
        return TrainingFolder.Find(Folder["set"])!;
    }

    private static string Row(string video, int clip)
    {
        static string Time(int seconds) => TimeSpan.FromSeconds(seconds).ToString(@"hh\:mm\:ss\.ff", CultureInfo.InvariantCulture);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{video}_{clip},P01,{video},,{Time(2 * clip)},{Time((2 * clip) + 1)},{(120 * clip) + 1},{(120 * clip) + 60},{Narration(clip)},verb{clip % 6},{clip % 6},noun{clip / 6}:red,{clip / 6},['noun{clip / 6}:red'],[{clip / 6}]");
    }
}
