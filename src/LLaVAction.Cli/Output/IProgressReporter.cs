namespace LLaVAction.Cli.Output;

/// <summary>Shows how far long work is, until disposed. Safe to advance from several threads.</summary>
internal interface IProgressReporter : IDisposable
{
    void Advance(long count = 1);
}
