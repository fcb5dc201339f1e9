namespace LLaVAction.Fuzz;

/// <summary>A reader, the files it reads, and those among them that are damaged.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Files">Valid files by their place in the reader's folder.</param>
/// <param name="Damaged">The names of those that are damaged, one at a time.</param>
/// <param name="Read">Reads the folder; gives an exit code.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyDictionary<string, byte[]> Files, IReadOnlyList<string> Damaged, Func<string, int> Read)
{
    /// <summary>Puts right, after the damage, what would stop a reader at the door (a hash of the damaged file).</summary>
    public Action<string, string> Repair { get; init; } = static (_, _) => { };

    /// <summary>How often it comes up against the others.</summary>
    public int Weight { get; init; } = 1;
}
