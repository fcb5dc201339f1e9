using System.CommandLine;
using LLaVAction.Benchmarks;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Evaluation;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Evaluation;

/// <summary>The options of <c>evaluate-model</c>.</summary>
internal sealed class EvaluationOptions
{
    private readonly Option<string> _benchmark = OptionFactory.Required<string>("--benchmark", "The benchmark's folder.", "DIR");
    private readonly Option<string[]> _strategies = OptionFactory.Repeatable("--strategy", "Set to ask; repeatable [default: all].", "NAME");
    private readonly Option<string> _model = OptionFactory.Required<string>("--model", "The checkpoint's folder (Hugging Face or original layout).", "DIR");
    private readonly Option<string?> _videos = OptionFactory.Optional<string>("--videos", "The videos' folder; not needed with --control blind.", "DIR");
    private readonly Option<string> _output = OptionFactory.Required<string>("--output", "The folder of the run; the same command again does only what is missing.", "RUN", "-o");

    private readonly Option<string> _videoLayout = OptionFactory.Choice(
        "--video-layout", "How videos are laid out.", "auto", "auto", "epic", "chunks", "frames", "trimmed");

    private readonly Option<int[]> _frames = OptionFactory.IntegerList("--frames", "Frame counts, with commas; each is asked.", "N[,N]", 8);
    private readonly Option<string> _framePolicy = OptionFactory.Choice(
        "--frame-policy", "Which moments become frames: midpoints of N segments, or every n-th of --clip-length.", "midpoint", "midpoint", "stride");

    private readonly Option<int> _clipLength = OptionFactory.WithDefault("--clip-length", "Segments that --frame-policy stride strides over.", "N", 32);
    private readonly Option<string> _task = Choice("--task", "What the model is asked to do.", PromptTask.MultipleChoice);
    private readonly Option<string> _priorActions = OptionFactory.WithDefault(
        "--prior-actions", "Tells the two actions before: none, the truth (oracle), or an earlier run's own answers.", "none|oracle|RUN", "none");

    private readonly Option<string> _perspective = Choice("--prompt", "Who acts in the prompt.", PromptPerspective.Egocentric);
    private readonly Option<string> _timeInstruction = OptionFactory.Choice(
        "--time-instruction", "Whether the prompt tells the clip's length; auto: as the checkpoint was trained.", "auto", "auto", "on", "off");

    private readonly Option<string[]> _scoring = OptionFactory.CommaList(
        "--scoring", "How answers are read, the headline first: letter, generate (the staged parser), staged, strict [default: letter; for cot generate].", "NAME[,NAME]");

    private readonly Option<int> _rotations = OptionFactory.WithDefault("--rotations", "Rotations of the options to ask, 1 to K.", "N", 1);
    private readonly Option<int?> _maxNewTokens = OptionFactory.Optional<int?>(
        "--max-new-tokens", "The most tokens generated [default: 64 for answers, 512 where a description comes first].", "N");

    private readonly Option<string> _control = Choice("--control", "What is taken from the model, to see what its accuracy rests on.", Control.None);
    private readonly Option<string> _engine = Engines.CreateOption();
    private readonly Option<string> _device = OptionFactory.WithDefault("--device", "Where the model runs; several, with commas, get a process and a part of the run each.", "auto|cpu|cuda:N[,cuda:N]", "auto");
    private readonly Option<string> _precision = OptionFactory.Choice("--precision", "Arithmetic of the model.", "auto", "auto", "float32", "bfloat16", "float16");
    private readonly Option<int?> _threads = OptionFactory.Optional<int?>("--threads", "Threads of the model [default: what the process may use].", "N");
    private readonly Option<int?> _decodeWorkers = OptionFactory.Optional<int?>("--decode-workers", "Clips decoded at a time, ahead of the model.", "N");
    private readonly Option<int> _verifyBatch = OptionFactory.WithDefault("--verify-batch", "Asks N of the questions again, each alone, and tells how far the scores moved.", "N", 0);
    private readonly Option<int?> _limit = OptionFactory.Optional<int?>("--limit", "Asks about the first N clips only.", "N");
    private readonly Option<string?> _ids = OptionFactory.Optional<string>("--ids", "Asks about the narration ids in a file only, one per line.", "FILE");
    private readonly Option<string> _shard = OptionFactory.WithDefault("--shard", "Does part i of n; every part is a process of its own, into the same run.", "i/n", "1/1");
    private readonly Option<bool> _retryFailed = OptionFactory.Switch("--retry-failed", "Tries clips again whose frames could not be had.");
    private readonly Option<string?> _newline = OptionFactory.Optional<string>("--mm-newline", $"Newlines among the video's tokens: {VideoTokenModes.NewlineNames} [default: the checkpoint's].", "MODE");
    private readonly Option<string?> _pooling = OptionFactory.Optional<string>("--mm-pooling", $"Pooling of a frame's patches: {VideoTokenModes.PoolingNames} [default: the checkpoint's].", "MODE");
    private readonly Option<string?> _actionToken = OptionFactory.Optional<string>("--action-token", $"Action token: {VideoTokenModes.ActionTokenNames} [default: the checkpoint's].", "MODE");
    private readonly Option<float?> _repetitionPenalty = OptionFactory.Optional<float?>("--repetition-penalty", "Penalty on tokens generated before; 1 for none [default: the checkpoint's].", "X");
    private readonly Option<string[]> _stopTokens = OptionFactory.CommaList("--stop-tokens", "Texts of the tokens that end an answer [default: the checkpoint's].", "TOKEN[,TOKEN]");
    private readonly Option<int?> _vocabularySize = OptionFactory.Optional<int?>("--vocabulary-size", "Vocabulary rows that count [default: the tokenizer's].", "N");
    private readonly Option<string?> _verbClasses = OptionFactory.Optional<string>("--verb-classes", "The verb class file, for --task direct.", "CSV");
    private readonly Option<string?> _nounClasses = OptionFactory.Optional<string>("--noun-classes", "The noun class file, for --task direct.", "CSV");
    private readonly Option<bool> _submission = OptionFactory.Switch("--submission", "Under the recognition protocol, writes challenge submissions into the run.");

    /// <summary>Declares the options.</summary>
    public EvaluationOptions(Command command)
    {
        Option[] all =
        [
            _benchmark, _strategies, _model, _videos, _output, _videoLayout, _frames, _framePolicy, _clipLength, _task, _priorActions, _perspective,
            _timeInstruction, _scoring, _rotations, _maxNewTokens, _control, _engine, _device, _precision, _threads, _decodeWorkers, _verifyBatch, _limit, _ids, _shard,
            _retryFailed, _newline, _pooling, _actionToken, _repetitionPenalty, _stopTokens, _vocabularySize, _verbClasses, _nounClasses, _submission,
        ];
        foreach (var option in all)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The values in force.</summary>
    /// <exception cref="InputException">A value is none that the option takes.</exception>
    public EvaluationArguments Read(CommandContext context) => new()
    {
        Benchmark = context.Get(_benchmark),
        Strategies = context.Get(_strategies),
        Model = context.Get(_model),
        Videos = context.Get(_videos),
        Output = context.Get(_output),
        VideoLayout = context.Get(_videoLayout),
        Frames = context.Get(_frames),
        FramePolicy = context.Get(_framePolicy) == "stride"
            ? new FramePolicy(FramePolicyKind.Stride, context.Get(_clipLength))
            : new FramePolicy(FramePolicyKind.Midpoint),
        Task = Parse<PromptTask>(context, _task),
        PriorActions = context.Get(_priorActions),
        Perspective = Parse<PromptPerspective>(context, _perspective),
        HasTimeInstruction = context.Get(_timeInstruction) switch { "on" => true, "off" => false, _ => null },
        Scoring = context.Get(_scoring),
        Rotations = context.Get(_rotations),
        MaxNewTokens = context.Get(_maxNewTokens),
        Control = Parse<Control>(context, _control),
        Engine = context.Get(_engine),
        ModelOptions = new ModelOptions
        {
            Device = context.Get(_device),
            Precision = context.Get(_precision),
            Threads = context.Get(_threads),
            NewlineMode = context.Get(_newline),
            PoolingMode = context.Get(_pooling),
            ActionTokenMode = context.Get(_actionToken),
            RepetitionPenalty = context.Get(_repetitionPenalty),
            StopTokens = context.Get(_stopTokens) is { Length: > 0 } texts ? texts : null,
            VocabularySize = context.Get(_vocabularySize),
        },
        DecodeWorkers = context.Get(_decodeWorkers),
        VerifiedBatchQuestions = context.Get(_verifyBatch),
        Limit = context.Get(_limit),
        Ids = context.Get(_ids),
        Shard = Shard.Parse(context.Get(_shard)),
        RetriesFailed = context.Get(_retryFailed),
        VerbClasses = context.Get(_verbClasses),
        NounClasses = context.Get(_nounClasses),
        WritesSubmission = context.Get(_submission),
        Configuration = new SortedDictionary<string, string>(
            context.Configuration.Options.ToDictionary(option => option.Name, option => string.Join(',', option.Values), StringComparer.Ordinal),
            StringComparer.Ordinal),
    };

    private static Option<string> Choice<T>(string name, string description, T defaultValue)
        where T : struct, Enum =>
        OptionFactory.Choice(name, description, SettingNames.Of(defaultValue), [.. SettingNames.All<T>()]);

    private static T Parse<T>(CommandContext context, Option<string> option)
        where T : struct, Enum =>
        SettingNames.TryParse<T>(context.Get(option), out var value)
            ? value
            : throw new InputException($"{option.Name} {context.Get(option)}: expected one of {string.Join(", ", SettingNames.All<T>())}.");
}
