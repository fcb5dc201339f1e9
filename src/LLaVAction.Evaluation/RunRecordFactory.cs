using System.Runtime.InteropServices;
using LLaVAction.Benchmarks;
using LLaVAction.Models.Settings;
using LLaVAction.Prompts;
using LLaVAction.Runs;

namespace LLaVAction.Evaluation;

/// <summary>Writes down what a run is about to do.</summary>
public static class RunRecordFactory
{
    /// <summary>The record of a run.</summary>
    /// <param name="selection">What is asked.</param>
    /// <param name="model">The model.</param>
    /// <param name="settings">How it is asked.</param>
    /// <param name="videoLayout">Layout of the videos folder; null when blind.</param>
    /// <param name="configuration">Every option in force.</param>
    public static RunRecord Create(
        QuestionSelection selection,
        ModelDescription model,
        EvaluationSettings settings,
        string? videoLayout,
        IReadOnlyDictionary<string, string> configuration) => new()
        {
            SchemaVersion = RunRecord.CurrentSchemaVersion,
            Identity = new RunIdentity
            {
                ToolVersion = ToolVersion.Current,
                Benchmark = Benchmark(selection),
                Model = new RunModel
                {
                    Name = model.Name,
                    Hash = model.Hash,
                    Engine = model.Engine,
                    Device = model.Device.Split(':')[0],
                    Precision = model.Precision,
                    Settings = model.Settings,
                    OverriddenSettings = model.OverriddenSettings,
                    HasRandomWeights = model.HasRandomWeights,
                },
                Prompt = Prompt(settings),
                Frames = new RunFrames
                {
                    Counts = settings.FrameCounts,
                    Policy = settings.FramePolicy.Kind,
                    ClipLength = settings.FramePolicy.Kind == FramePolicyKind.Stride ? settings.FramePolicy.ClipLength : null,
                    VideoLayout = videoLayout,
                },
                Scoring = settings.Scoring,
                Rotations = settings.Rotations,
                MaxNewTokens = settings.MaxNewTokens,
                Control = settings.Control,
            },
            Environment = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["engine"] = model.Engine,
                ["device"] = model.Device,
                ["os"] = RuntimeInformation.OSDescription,
                ["processors"] = Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["runtime"] = RuntimeInformation.FrameworkDescription,
            },
            Configuration = configuration,
        };

    private static RunBenchmark Benchmark(QuestionSelection selection)
    {
        var manifest = selection.Benchmark.Manifest;
        return new RunBenchmark
        {
            ManifestSha256 = selection.Benchmark.ManifestSha256,
            Protocol = manifest.Protocol,
            Representation = manifest.Representation,
            OptionsPerQuestion = manifest.OptionsPerQuestion,
            Clips = WorkPlan.ClipOrder(selection.Asked).Count,
            PublishedBenchmark = manifest.PublishedBenchmark,
            IsSynthetic = manifest.IsSynthetic,
            Sets = [.. selection.Sets.Zip(selection.Asked, (set, asked) => new RunSet
            {
                Strategy = set.Entry.Strategy,
                Provenance = set.Entry.Provenance,
                Sha256 = set.Entry.Sha256,
                QuestionsInSet = set.Entry.Questions,
                QuestionsAsked = asked.Questions.Count,
                AskedSha256 = AskedSet.Sha256(asked.ToBytes()),
            })],
        };
    }

    private static RunPrompt Prompt(EvaluationSettings settings)
    {
        var prompt = settings.Prompt;
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SettingNames.Of(prompt.Task)] = PromptBuilder.Template(prompt, hasPriorActions: false),
        };
        if (settings.PriorActions is not null)
        {
            texts[SettingNames.Of(prompt.Task) + " with prior actions"] = PromptBuilder.Template(prompt, hasPriorActions: true);
        }

        if (prompt.Task == PromptTask.CaptionThenAnswer)
        {
            texts["first pass"] = PromptBuilder.Template(prompt with { Task = PromptTask.Caption }, settings.PriorActions is not null);
        }

        return new RunPrompt
        {
            Task = prompt.Task,
            Perspective = prompt.Perspective,
            HasTimeInstruction = prompt.HasTimeInstruction,
            PriorActions = settings.PriorActions?.Identity ?? RunPrompt.NoPriorActions,
            Texts = texts,
        };
    }
}
