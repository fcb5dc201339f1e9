using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Prompts;
using LLaVAction.Remote;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Cli.Commands;

/// <summary>What is asked about an interval.</summary>
internal enum AskTask
{
    // A question where one is given, options where there are any, an action to be found, else a description.
    Auto,

    Caption,

    Direct,

    Question,

    Mqa,

    Detect,
}

/// <summary>The options of <c>ask</c>.</summary>
internal sealed record AskOptions
{
    [Argument("VIDEO", "Video file.")]
    public required string Video { get; init; }

    [Option("--from", "Start of the interval, in seconds.", Value = "S", Minimum = 0)]
    public required double From { get; init; }

    [Option("--to", "End of the interval, in seconds.", Value = "S", Minimum = 0)]
    public required double To { get; init; }

    [Option("--task", "What is asked; auto follows from --question, --option and --action.")]
    public AskTask Task { get; init; }

    [Option("--question", "Free question about the interval.", Value = "TEXT")]
    public string? Question { get; init; }

    [Option("--option", "Option to choose from; repeatable.", Value = "TEXT")]
    public IReadOnlyList<string> Choices { get; init; } = [];

    [Option("--action", "Action whose start and end are asked for.", Value = "TEXT")]
    public string? Action { get; init; }

    [Option("--lasts", "How long that action lasts, in seconds; the prompt states it.", Value = "S", Minimum = 0)]
    public double? ActionSeconds { get; init; }

    [Option("--model", "Folder of the checkpoint, or its hub id in the Hugging Face cache; with --engine openai, the name that the service knows.", Value = "DIR|ID|NAME")]
    public required string Model { get; init; }

    [OptionGroup]
    public ModelRuntime Runtime { get; init; } = new();

    [OptionGroup]
    public CheckpointOverrides Overrides { get; init; } = new();

    [OptionGroup]
    public RemoteService Service { get; init; } = new();

    [Option("--frames", "Number of frames.", Value = "N", Minimum = 1, Maximum = 10_000)]
    public int Frames { get; init; } = 16;

    [Option("--prompt", "Perspective of the prompt: the camera wearer's (\"you\") or an observer's.")]
    public PromptPerspective Perspective { get; init; } = PromptPerspective.Egocentric;

    [Option("--time-instruction", "Whether the prompt states the interval's length; auto: as the checkpoint was trained.")]
    public TimeInstructionChoice TimeInstruction { get; init; }

    [Option("--max-new-tokens", "Most tokens to generate.", Value = "N", Minimum = 1, Maximum = 32_768)]
    public int MaxNewTokens { get; init; } = 512;

    [Option("--frames-to", "Also write a page with the frames that the model saw.", Value = "FILE")]
    public string? Page { get; init; }
}

/// <summary><c>ask</c>: one question about one interval of one video.</summary>
internal sealed class AskCommand() : ToolCommand<AskOptions>("ask", "Ask a model about an interval of a video.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("A description", "llavaction ask videos/P01/P01_11.MP4 --from 1 --to 3.5 --model model --frames 4 --max-new-tokens 8"),
        new(
            "A free question, with a page of the frames",
            "llavaction ask videos/P01/P01_11.MP4 --from 1 --to 3.5 --model model --frames 4 --max-new-tokens 8 --question 'What am I holding?' --frames-to frames.html"),
        new(
            "A choice between options",
            "llavaction ask videos/P01/P01_11.MP4 --from 1 --to 3.5 --model model --frames 4 --option 'take plate' --option 'wash cup' --max-new-tokens 8"),
        new(
            "When an action starts and ends",
            "llavaction ask videos/P01/P01_11.MP4 --from 0 --to 8 --model model --frames 4 --action 'take plate' --lasts 1.5 --max-new-tokens 8"),
    ];

    public override async Task<int> RunAsync(AskOptions options, CommandContext context)
    {
        var task = TaskOf(options);
        if (options.Page is { } page)
        {
            OutputFile.Prepare(page, "--frames-to");
        }

        var frames = await ReadFramesAsync(options, context);
        using var model = await OpenAsync(options, context);
        var frameSeconds = frames.Selections[options.Frames].Select(index => frames.Seconds[index] - options.From).ToArray();
        var prompt = PromptOf(options, task, model.Description, frameSeconds);
        var wantsLetters = task == AskTask.Mqa && model.Description.ScoresLetters;
        var request = new PromptRequest(
            prompt, wantsLetters ? OptionList.Letters(options.Choices.Count) : [], wantsLetters && options.Runtime.Engine == EngineChoice.OpenAi ? 0 : options.MaxNewTokens);
        PromptAnswer answer;
        using (var clip = model.Encode([frames], context.CancellationToken)[0])
        {
            answer = model.Answer([new PromptGroup(clip, frames.Selections[options.Frames], [request])], context.CancellationToken)[0].Answers[0];
        }

        if (answer.Failure is { } failure)
        {
            context.Log.Error("No answer: {Reason:l}.", failure.Reason);
            return ExitCode.Incomplete;
        }

        string[] lines = [.. Describe(options, task, answer)];
        foreach (var line in lines)
        {
            context.Results.WriteLine(line);
        }

        if (options.Page is { } path)
        {
            AtomicFile.Write(path, AskPage.ToBytes(options, prompt, lines, frames));
        }

        return ExitCode.Done;
    }

    private static AskTask TaskOf(AskOptions options)
    {
        var task = options.Task != AskTask.Auto ? options.Task
            : options.Question is not null ? AskTask.Question
            : options.Choices.Count > 0 ? AskTask.Mqa
            : options.Action is not null ? AskTask.Detect
            : AskTask.Caption;
        var complaint = task switch
        {
            _ when options.To <= options.From => FormattableString.Invariant($"--from {options.From} --to {options.To}: expected an end after the start."),
            AskTask.Question when string.IsNullOrWhiteSpace(options.Question) => "--task question needs --question.",
            AskTask.Mqa when options.Choices.Count is < 2 or > OptionList.MaximumOptions => $"--option: {options.Choices.Count} given, expected 2 to {OptionList.MaximumOptions}.",
            AskTask.Detect when options is not { Action: not null, ActionSeconds: not null } => "--task detect needs --action and --lasts: the prompt states what happens and how long it lasts.",
            _ => null,
        };
        return complaint is null ? task : throw new InputException(complaint);
    }

    private static async Task<ClipFrames> ReadFramesAsync(AskOptions options, CommandContext context)
    {
        try
        {
            var clip = new ClipReference("interval", "video", VideoLayouts.LoneVideo, options.From, options.To, 0, 0);
            return await VideoLayouts.OpenFile(options.Video).ReadAsync(clip, new FramePolicy(FramePolicyKind.Midpoint), [options.Frames], context.CancellationToken);
        }
        catch (FrameReadException exception)
        {
            throw new InputException($"{options.Video}: {exception.Message}", exception);
        }
    }

    private static async Task<IVideoLanguageModel> OpenAsync(AskOptions options, CommandContext context)
    {
        if (options.Runtime.Engine == EngineChoice.OpenAi)
        {
            var settings = options.Service.ToSettings(null);
            return await RemoteModels.OpenAsync(options.Model, settings, RemoteService.ReadKey(settings), context.CancellationToken);
        }

        return options.Runtime.CreateEngine(context.LibTorchFolder).LoadModel(
            options.Runtime.Locate(options.Model), options.Overrides.Override(options.Runtime.ToModelOptions()) with { PromptsPerClip = 1, FramesPerClip = options.Frames });
    }

    private static string PromptOf(AskOptions options, AskTask task, ModelDescription model, IReadOnlyList<double> frameSeconds)
    {
        var settings = new PromptSettings
        {
            Task = task switch { AskTask.Mqa => PromptTask.MultipleChoice, AskTask.Direct => PromptTask.Direct, _ => PromptTask.Caption },
            Perspective = options.Perspective,
            HasTimeInstruction = options.TimeInstruction.IsOn(model),
            TimeInstructionStyle = options.TimeInstruction.StyleFor(model),
        };
        var seconds = options.To - options.From;
        if (task is not (AskTask.Question or AskTask.Detect))
        {
            return PromptBuilder.Build(settings, new PromptInput
            {
                DurationSeconds = seconds,
                NamedFrames = options.Frames,
                FrameSeconds = frameSeconds,
                Options = options.Choices,
            });
        }

        var text = task == AskTask.Question
            ? TaskPrompts.OpenEnded(options.Question!)
            : TaskPrompts.TemporalDetection(options.Action!, options.ActionSeconds!.Value);
        var time = settings.TimeInstructionStyle == TimeInstructionStyle.LlavaVideo
            ? TimeInstruction.LlavaVideoText(seconds, options.Frames, frameSeconds)
            : TimeInstruction.Text(seconds, options.Frames);
        return ChatTemplate.Qwen15(ChatTemplate.VideoLine + (settings.HasTimeInstruction ? time : "") + text);
    }

    private static IEnumerable<string> Describe(AskOptions options, AskTask task, PromptAnswer answer)
    {
        if (answer.Text is { } text)
        {
            yield return text.Trim();
        }

        if (task == AskTask.Detect)
        {
            yield return TemporalAnswer.Read(answer.Text ?? "") is { } interval
                ? FormattableString.Invariant($"in the video: {options.From + interval.Start:0.00} s to {options.From + interval.End:0.00} s")
                : "no start and end can be read from this answer";
        }

        if (task != AskTask.Mqa)
        {
            yield break;
        }

        int[] order = [.. Enumerable.Range(0, options.Choices.Count)];
        if (answer.CandidateLogProbabilities is { } scores)
        {
            var letters = LetterScores.Read(scores, order);
            foreach (var option in order)
            {
                yield return FormattableString.Invariant($"{OptionList.Letter(option)}. {options.Choices[option]}: {Math.Exp(letters.LogProbabilities[option]):P1}");
            }
        }

        var chosen = answer.CandidateLogProbabilities is { } all ? LetterScores.Read(all, order).PredictedIndex
            : answer.ChosenCandidate ?? StagedParser.Read(answer.Text ?? "", options.Choices).Position;
        yield return chosen is { } choice ? $"choice: {OptionList.Letter(choice)}. {options.Choices[choice]}" : "no choice can be read from this answer";
    }
}
