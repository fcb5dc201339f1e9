using System.Globalization;

namespace LLaVAction.Testing.Videos;

/// <summary>
/// Shell scripts in the place of <c>ffmpeg</c> and <c>ffprobe</c>, to see what becomes of programs that misbehave.
/// </summary>
public sealed class FakeTools : IDisposable
{
    private const string Probe =
        """
        #!/bin/sh
        echo '{"streams":[{"r_frame_rate":"30/1","avg_frame_rate":"30/1","time_base":"1/30","start_pts":0,"duration":"10.0"}],"format":{}}'
        """;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Installs the scripts.</summary>
    /// <param name="decode">What <c>ffmpeg</c> does when it is not asked for help; <c>$FOLDER</c> is a folder to write to.</param>
    /// <param name="help">What it does when it is.</param>
    /// <param name="probe">What <c>ffprobe</c> is, as a script.</param>
    public FakeTools(string decode, string help = "echo '-fps_mode'", string probe = Probe)
    {
        Skip.If(OperatingSystem.IsWindows(), "the stand-ins for ffmpeg are shell scripts");
        Install("ffprobe", probe);
        Install("ffmpeg", $"#!/bin/sh\nFOLDER='{_folder.FullName}'\ncase \"$*\" in *'-h long') {help}; exit 0;; esac\n{decode}\n");
    }

    /// <summary>The real programs; each start of ffmpeg is written to the file <c>starts</c>.</summary>
    public static FakeTools Counting()
    {
        VideoRenderer.SkipWhereAbsent();
        return new FakeTools(
            $"echo x >> $FOLDER/starts\nexec '{Real("ffmpeg")}' \"$@\"", $"'{Real("ffmpeg")}' -hide_banner -h long", $"#!/bin/sh\nexec '{Real("ffprobe")}' \"$@\"\n");
    }

    /// <summary>Where the scripts are.</summary>
    public string Folder => _folder.FullName;

    /// <summary>What a script wrote to a file, once it has written it.</summary>
    public async Task<string> ReadWrittenAsync(string file)
    {
        for (var i = 0; i < 500; i++)
        {
            if (File.Exists(_folder[file]) && await File.ReadAllTextAsync(_folder[file]) is { Length: > 0 } text && text.EndsWith('\n'))
            {
                return text.Trim();
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"The script did not write {file}.");
    }

    private static string Real(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).First(File.Exists);

    /// <summary>Whether a process ends within five seconds.</summary>
    public static async Task<bool> EndsAsync(string processId)
    {
        var id = int.Parse(processId, CultureInfo.InvariantCulture);
        for (var i = 0; i < 250; i++)
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(id);
                if (process.HasExited)
                {
                    return true;
                }
            }
            catch (ArgumentException)
            {
                return true;
            }

            // A process that was ended and whose parent is gone too stays listed until it is collected.
            var status = $"/proc/{processId}/status";
            if (File.Exists(status) && (await File.ReadAllTextAsync(status)).Contains("State:\tZ", StringComparison.Ordinal))
            {
                return true;
            }

            await Task.Delay(20);
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Writes a script through a process of its own: a file that this process has open for writing while another test starts
    /// a process cannot be run ("text file busy").
    /// </summary>
    private void Install(string name, string script)
    {
        using var writer = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sh", ["-c", "cat > \"$0\" && chmod +x \"$0\"", _folder[name]])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
            })!;
        writer.StandardInput.Write(script);
        writer.StandardInput.Close();
        writer.WaitForExit();
        Assert.Equal(0, writer.ExitCode);
    }
}
