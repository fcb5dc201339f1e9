namespace LLaVAction.Cli.Hosting;

/// <summary>Memory of commands that make a few hundred megabytes of objects, keep them to the end, and end soon.</summary>
internal static class GarbageCollection
{
    /// <summary>
    /// Puts off collections until this many bytes were allocated: before that there is next to nothing to free, and every
    /// collection would only move what stays. Where the machine has not as much to give, collections go on as usual.
    /// </summary>
    /// <param name="bytes">How much to set aside.</param>
    public static void PutOff(long bytes)
    {
        try
        {
            GC.TryStartNoGCRegion(bytes);
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or InvalidOperationException)
        {
            // More than the configured heap may hold, or put off already by a command that runs this one as a step.
        }
    }
}
