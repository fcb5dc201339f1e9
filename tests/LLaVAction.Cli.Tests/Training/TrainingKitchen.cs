using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;
using LLaVAction.Torch;

namespace LLaVAction.Cli.Tests.Training;

/// <summary>Training rows and a benchmark of the bundled kitchen's clips, built once for a class of tests.</summary>
public sealed class TrainingKitchen : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder of the committed demo data.</summary>
    public string Demo { get; } = Path.Combine(Repository.Root, "data", "demo");

    /// <summary>The mixture.</summary>
    public string Mixture => _folder["set/mixture.yaml"];

    /// <summary>A path in the working folder.</summary>
    public string this[string name] => _folder[name];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        string[] sources =
        [
            "--annotations", Path.Combine(Demo, "annotations", "EPIC_100_validation.csv"), "--narrations", Path.Combine(Demo, "annotations", "EPIC_100_train.csv"),
            "--strategy", "random", "--limit", "6",
        ];
        foreach (var (command, output) in new[] { ("build-training-set", "set"), ("build-benchmark", "mqa") })
        {
            var built = await CliHost.RunAsync([command, .. sources, "--output", _folder[output]]);
            Assert.True(built.ExitCode == 0, built.Error);
        }
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>Skips the test where nothing can be trained on videos.</summary>
    public static async Task RequireAsync()
    {
        Skip.IfNot(Shell.IsAvailable && (await Shell.RunAsync("command -v ffmpeg && command -v ffprobe")).ExitCode == 0, "needs bash and ffmpeg");
        var libtorch = new TorchEngine(null).Inspect().First(fact => fact.Name == "libtorch");
        Skip.If(libtorch.IsUsable != true, libtorch.Value);
    }

    /// <summary>A training of six steps; the options given win over the usual ones.</summary>
    public string[] Train(string output, params string[] more)
    {
        string[][] usual =
        [
            ["--model", Path.Combine(Demo, "tiny-random")],
            ["--data", Mixture],
            ["--videos", Path.Combine(Demo, "videos")],
            ["--output", _folder[output]],
            ["--frames", "2"],
            ["--accumulation", "2"],
            ["--max-steps", "6"],
            ["--save-every", "2"],
            ["--learning-rate", "1e-3"],
            ["--device", "cpu"],
            ["--threads", "1"],
        ];
        return ["train-model", .. usual.Where(option => !more.Contains(option[0])).SelectMany(option => option), .. more];
    }
}
