using LLaVAction.Benchmarks;
using LLaVAction.Cli.Evaluation;
using LLaVAction.Cli.Hosting;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Commands;

/// <summary><c>evaluate-model</c>: runs a model over question sets.</summary>
internal sealed class EvaluateModelCommand : CommandModule
{
    private readonly EvaluationOptions _options;

    /// <summary>Declares the command.</summary>
    public EvaluateModelCommand()
        : base("evaluate-model", "Runs a video language model over question sets.")
    {
        _options = new EvaluationOptions(Command);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new(
            "All sets of a benchmark at 8 and 16 frames",
            "llavaction evaluate-model --benchmark mqa-small --model model --videos videos --frames 8,16 --output runs/model"),
        new(
            "What is left of it without the video",
            "llavaction evaluate-model --benchmark mqa-small --model model --control blind --output runs/blind"),
        new(
            "The first of two parts, each a process of its own (a Slurm array) into the same run",
            "llavaction evaluate-model --benchmark mqa --strategy tim --model model --videos videos --limit 6 --shard 1/2 --output runs/parts"),
        new(
            "Letters and written answers, in every order of the options",
            "llavaction evaluate-model --benchmark mqa-small --model model --videos videos --limit 2 --frames 4 --scoring letter,generate --max-new-tokens 8 --rotations 5 --output runs/rotations"),
    ];

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context)
    {
        var arguments = _options.Read(context);
        var devices = arguments.ModelOptions.Device.Split(',', StringSplitOptions.TrimEntries);
        var exitCode = devices.Length == 1
            ? await RunHereAsync(context, arguments)
            : await RunOnDevicesAsync(context, arguments, devices);
        if (exitCode is ExitCode.Done or ExitCode.Incomplete && arguments.WritesSubmission)
        {
            SubmissionWriter.Write(arguments.Output, context.Log);
        }

        return exitCode;
    }

    private static async Task<int> RunHereAsync(CommandContext context, EvaluationArguments arguments)
    {
        var report = await new EvaluationJob(context).RunAsync(arguments);
        EvaluationTable.Write(report.Summary, arguments.Output, context.Output);
        if (report.FailedResults == 0)
        {
            return ExitCode.Done;
        }

        context.Log.Warning(
            "{Failed} questions have no answer because their clips' frames could not be had; they count as wrong. See 'rule' in the results for why, and use --retry-failed when it is mended.",
            report.FailedResults);
        return ExitCode.Incomplete;
    }

    private static async Task<int> RunOnDevicesAsync(CommandContext context, EvaluationArguments arguments, string[] devices)
    {
        EvaluationSettingsFactory.Check(arguments, BenchmarkFolder.Open(arguments.Benchmark).Manifest.OptionsPerQuestion);
        var exitCode = await new DeviceWorkers(context).RunAsync(arguments, devices);
        if (exitCode is ExitCode.Done or ExitCode.Incomplete)
        {
            EvaluationTable.Write(SummaryBuilder.Build(RunFolder.Open(arguments.Output).ReadResults()), arguments.Output, context.Output);
        }

        return exitCode;
    }
}
