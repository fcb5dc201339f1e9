namespace LLaVAction.Cli.Commands;

/// <summary>Every command of the tool, in the order of the overview: a new one is a file in this folder and a line here.</summary>
internal static class CommandRegistry
{
    public static IReadOnlyList<ToolCommand> All { get; } =
    [
        new ConvertRecogniserCommand(),
        new PredictActionsCommand(),
        new BuildBenchmarkCommand(),
        new VerifyBenchmarkCommand(),
        new DescribeBenchmarkCommand(),
        new ShowCommand(),
        new BuildTrainingSetCommand(),
        new PrepareFramesCommand(),
        new EvaluateModelCommand(),
        new CompareCommand(),
        new ReportCommand(),
        new CheckCommand(),
        new ParityCommand(),
        new TrainModelCommand(),
        new StudyCommand(),
        new DemoCommand(),
        new AskCommand(),
        new DetectActionsCommand(),
        new DistillCommand(),
        new ExportBenchmarkCommand(),
        new ImportAnswersCommand(),
        new ImportBenchmarkCommand(),
        new DoctorCommand(),
        new PresetsCommand(),
        new CompletionCommand(),
    ];

    // The command of a name; null for none.
    public static ToolCommand? Find(string name) => All.FirstOrDefault(command => command.Name == name);
}
