using LLaVAction.Cli.Commands;

namespace LLaVAction.Cli.Hosting;

/// <summary>Every command of the tool, in the order of the overview. A new command is one line here and one file in <c>Commands/</c>.</summary>
internal static class CommandRegistry
{
    /// <summary>Creates all commands.</summary>
    public static IReadOnlyList<CommandModule> CreateAll() =>
    [
        new BuildBenchmarkCommand(),
        new VerifyBenchmarkCommand(),
        new DescribeBenchmarkCommand(),
        new ShowCommand(),
        new EvaluateModelCommand(),
        new CompareCommand(),
        new ReportCommand(),
        new CheckCommand(),
        new ParityCommand(),
        new StudyCommand(),
        new DemoCommand(),
        new DoctorCommand(),
    ];
}
