namespace LLaVAction.Cli.Output;

/// <summary>Files that a command is about to write.</summary>
internal static class OutputFile
{
    /// <summary>Makes the folder of a file where it is missing, so that long work does not end in "no such folder".</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The option that named it, for the message.</param>
    /// <exception cref="InputException">The path is a folder, or its folder cannot be made.</exception>
    public static void Prepare(string path, string option)
    {
        if (Directory.Exists(path))
        {
            throw new InputException($"{option} {path}: is a folder, expected a file to write.");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { Length: > 0 } folder || Directory.Exists(folder))
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{option} {path}: its folder does not exist and cannot be made. Choose another place.", exception);
        }
    }
}
