using System.Globalization;
using LLaVAction.Cli.Output;
using LLaVAction.Evaluation;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Tokenization;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Commands;

/// <summary>
/// Looks at everything that later steps will need before the first of them begins, and collects what is wrong, so that a
/// misspelt name is told in the first second and not after hours.
/// </summary>
internal sealed class Preflight
{
    // About what one result takes on disk; generated text comes on top.
    private const long BytesPerResult = 1500;
    private const int TextTokens = 124;

    private readonly List<EngineFact> _facts = [];
    private readonly List<string> _errors = [];
    private readonly HashSet<string> _checkpoints = new(StringComparer.Ordinal);

    // What was found; IsUsable is false for an error and null for a warning.
    public IReadOnlyList<EngineFact> Facts => _facts;

    /// <summary>Looks at one input; an <see cref="InputException"/> or a file error becomes an error.</summary>
    /// <param name="name">What is looked at.</param>
    /// <param name="look">Gives what was found.</param>
    /// <param name="prefix">Stands before an error whose message does not say whose it is.</param>
    public void Look(string name, Func<string> look, string prefix = "") => Look(() => _facts.Add(new EngineFact(name, look())), name, prefix);

    // Looks at the model of an evaluation: its checkpoint, or the address and the key of its service.
    public void LookAtModel(EvaluateModelOptions options)
    {
        if (options.Runtime.Engine != EngineChoice.OpenAi)
        {
            LookAtModel(options.Model, options.Runtime.BaseModel, options.Frames);
            return;
        }

        Look($"service of {options.Model}", () =>
        {
            var settings = options.Service.ToSettings(null);
            return $"{settings.BaseUrl}, {(RemoteService.ReadKey(settings).IsPresent ? "with a key" : "without a key")}; not asked yet";
        });
    }

    // Looks at a checkpoint, once however many runs use it: complete, loadable, and what it needs.
    public void LookAtModel(string model, string? baseModel, IReadOnlyList<int> frames)
    {
        if (_checkpoints.Add($"{model}+{baseModel}?{string.Join(',', frames)}"))
        {
            Look(
                () =>
                {
                    var folder = HuggingFaceCache.Locate(model, baseModel);
                    Checkpoint.OpenModel(folder).Dispose();

                    // What is too large for this machine's memory may still run elsewhere or slowly: a warning.
                    _facts.AddRange(ModelFacts.Of(folder, frames).Select(fact => fact with
                    {
                        Name = fact.Name.Replace("model", $"model {model}", StringComparison.Ordinal),
                        IsUsable = fact.IsUsable == true ? true : null,
                    }));
                    _ = ByteLevelTokenizer.Open(folder);
                },
                $"model {model}");
        }
    }

    public async Task LookAtVideosAsync(VideoSource videos, IReadOnlyList<ClipReference> clips, CancellationToken cancellationToken)
    {
        var name = $"videos {videos.Folder}";
        try
        {
            var reader = videos.Open()!;
            var warnings = await VideoCheck.RunAsync(reader, clips, videos.Folder!, cancellationToken);
            _facts.Add(new EngineFact(name, Text($"layout {reader.Layout}, looked for {clips.Count} clips")));
            _facts.AddRange(warnings.Select(warning => new EngineFact(name, warning.TrimEnd('.'), IsUsable: null)));
        }
        catch (Exception exception) when (exception is InputException or IOException or UnauthorizedAccessException)
        {
            AddError(name, exception);
        }
    }

    public void LookAtOutput(string folder, long results) => Look(
        () =>
        {
            var existing = Path.GetFullPath(folder);
            while (!Directory.Exists(existing))
            {
                existing = File.Exists(existing)
                    ? throw new InputException($"{folder}: cannot keep a run here ({existing} is a file). Choose another --output.")
                    : Path.GetDirectoryName(existing)!;
            }

            try
            {
                File.Create(Path.Combine(existing, $".llavaction-{Environment.ProcessId}"), 1, FileOptions.DeleteOnClose).Dispose();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new InputException($"{folder}: cannot keep a run here ({Failure.OfFile(exception).TrimEnd('.')}). Choose an --output that can be written and has room.", exception);
            }

            var free = new DriveInfo(existing).AvailableFreeSpace;
            var needed = results * BytesPerResult;
            var found = Text($"about {needed / 1e6:0.0} MB for {results} results, {free / 1e9:0.0} GB free");
            _facts.Add(free > needed ? new EngineFact($"output {folder}", found) : throw new InputException($"{folder}: {found}. Choose an --output that has room."));
        },
        $"output {folder}");

    public void AddWork(EvaluateModelOptions options, long clips, long promptsPerClip) => Look(
        () =>
        {
            using var checkpoint = Checkpoint.OpenModel(options.Runtime.Locate(options.Model));
            var layout = VisualTokenLayout.Of(checkpoint.Configuration);
            var hasVideo = options.Control != Control.Blind;
            var operations = options.Frames.Sum(count =>
            {
                var needs = ModelRequirements.Of(checkpoint.Configuration, layout, count, TextTokens, sizeof(float));
                return (hasVideo ? clips * (needs.VisionOperations + needs.PrefillOperations) : 0) + (clips * promptsPerClip * TextTokens * needs.PrefillOperations / needs.PromptTokens);
            });
            _facts.Add(new EngineFact(
                "work",
                Text($"about {operations / 1e12:0.###} TFLOP for {clips} clips: {ProgressState.Duration(TimeSpan.FromSeconds(operations / 1e11))} at 100 GFLOP/s (some CPU cores), {ProgressState.Duration(TimeSpan.FromSeconds(operations / 3e14))} at 300 TFLOP/s (a data-centre GPU)")));
        },
        "work");

    public async Task LookAtAsync(EvaluationPlan plan, CancellationToken cancellationToken)
    {
        var options = plan.Options;
        LookAtModel(options);
        var shard = Shard.Parse(options.Shard);
        var clips = plan.Selection.Asked.SelectMany(static set => set.Questions)
            .DistinctBy(static question => question.Id, StringComparer.Ordinal)
            .Where((_, position) => shard.Owns(position))
            .Select(WorkPlan.Reference)
            .ToArray();
        await LookAtClipsAsync(options, clips, plan.Selection.Asked.Count, cancellationToken);
    }

    public async Task LookAtClipsAsync(EvaluateModelOptions options, IReadOnlyList<ClipReference> clips, int sets, CancellationToken cancellationToken)
    {
        if (options.Videos.Folder is not null && options.Control != Control.Blind)
        {
            await LookAtVideosAsync(options.Videos, clips, cancellationToken);
        }

        LookAtOutput(options.Output, (long)clips.Count * sets * options.Frames.Count * options.Rotations);
    }

    /// <summary>Logs what was found; warnings as such.</summary>
    /// <exception cref="InputException">Something cannot be used; the message lists all of it.</exception>
    public void Require(CommandContext context)
    {
        foreach (var fact in _facts.Where(static fact => fact.IsUsable == null))
        {
            context.Log.Warning("{Name:l}: {Value:l}.", fact.Name, fact.Value);
        }

        if (_errors.Count > 0)
        {
            throw new InputException(_errors is [var only] ? only : $"{_errors.Count} errors:\n  {string.Join("\n  ", _errors)}");
        }
    }

    private void Look(Action look, string name, string prefix = "")
    {
        try
        {
            look();
        }
        catch (Exception exception) when (exception is InputException or UsageException or IOException or UnauthorizedAccessException)
        {
            AddError(name, exception, prefix);
        }
    }

    private void AddError(string name, Exception exception, string prefix = "")
    {
        var message = exception is InputException or UsageException ? exception.Message : Failure.OfFile(exception);
        _errors.Add(prefix + message);
        _facts.Add(new EngineFact(name, message, IsUsable: false));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
