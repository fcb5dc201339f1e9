using LLaVAction.Files;

namespace LLaVAction.Runs;

/// <summary>
/// Appends result lines to one results file: each line reaches the operating system as it is written (a kill loses at
/// most the line in progress) and the disk within a second (a power loss loses at most that second).
/// </summary>
/// <remarks>
/// A torn end, left by an earlier process, is cut off first. A lock file beside the results keeps two processes from
/// writing the same part of a run; the operating system releases it however the process ends.
/// </remarks>
public sealed class ResultLog : IDisposable
{
    private static readonly TimeSpan SyncInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly FileStream _lockFile;
    private readonly FileStream _file;
    private readonly Timer _timer;
    private IOException? _syncFailure;
    private bool _isDirty;
    private bool _isBroken;

    private ResultLog(string path, FileStream lockFile, FileStream file)
    {
        _path = path;
        _lockFile = lockFile;
        _file = file;
        _timer = new Timer(_ => SyncInBackground(), null, SyncInterval, SyncInterval);
    }

    /// <summary>Lines written by this process.</summary>
    public long LinesWritten { get; private set; }

    /// <summary>Opens a results file for appending, and creates it where it is missing.</summary>
    /// <param name="path">The results file.</param>
    /// <param name="existing">What an earlier process left in it; null where the file does not exist.</param>
    /// <exception cref="InputException">Another process is writing this file.</exception>
    public static ResultLog Open(string path, out ResultFile? existing)
    {
        var ownership = Lock(path);
        try
        {
            existing = File.Exists(path) ? ResultFile.Read(path) : null;
            var results = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
            if (existing is { TornBytes: > 0 })
            {
                results.SetLength(existing.CompleteBytes);
            }

            results.Seek(0, SeekOrigin.End);
            return new ResultLog(path, ownership, results);
        }
        catch
        {
            ownership.Dispose();
            throw;
        }
    }

    /// <summary>Appends a line.</summary>
    /// <exception cref="InputException">The line cannot be written (a full disk); the lines before it are safe.</exception>
    public void Append(ResultLine line)
    {
        var bytes = RunJson.ToLine(line);
        lock (_gate)
        {
            ThrowIfSyncFailed();
            var start = _file.Position;
            try
            {
                FileBytes.Write(_file, bytes);
            }
            catch (IOException exception)
            {
                DropPartialLine(start);
                throw CannotWrite(exception);
            }

            _isDirty = true;
            LinesWritten++;
        }
    }

    /// <summary>Brings everything written so far to the disk.</summary>
    /// <exception cref="InputException">The disk does not take it.</exception>
    public void Sync()
    {
        lock (_gate)
        {
            ThrowIfSyncFailed();
            if (!_isDirty)
            {
                return;
            }

            try
            {
                _file.Flush(flushToDisk: true);
                _isDirty = false;
            }
            catch (IOException exception)
            {
                throw CannotWrite(exception);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        try
        {
            if (!_isBroken)
            {
                Sync();
            }
        }
        finally
        {
            _file.Dispose();
            _lockFile.Dispose();
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception) when (IsSharingViolation(exception))
        {
            throw new InputException(
                $"{path}: another process is writing this part of the run. Wait for it, or give each process its own --shard i/n.", exception);
        }
    }

    // EWOULDBLOCK on Unix (11 Linux, 35 macOS), ERROR_SHARING_VIOLATION on Windows.
    private static bool IsSharingViolation(IOException exception) =>
        exception.HResult is 11 or 35 or unchecked((int)0x80070020);

    private void SyncInBackground()
    {
        lock (_gate)
        {
            if (!_isDirty || _isBroken)
            {
                return;
            }

            try
            {
                _file.Flush(flushToDisk: true);
                _isDirty = false;
            }
            catch (IOException exception)
            {
                _syncFailure = exception;
            }
            catch (ObjectDisposedException)
            {
                // The log was closed, and synced, while this tick waited.
            }
        }
    }

    private void DropPartialLine(long start)
    {
        _isBroken = true;
        try
        {
            _file.SetLength(start);
        }
        catch (IOException)
        {
            // The torn end is recognised and cut off when the file is opened again.
        }
    }

    private void ThrowIfSyncFailed()
    {
        if (_syncFailure is { } failure)
        {
            _isBroken = true;
            throw CannotWrite(failure);
        }
    }

    private InputException CannotWrite(Exception exception) => new(
        $"{_path}: cannot write results ({exception.Message.TrimEnd('.')}). The {LinesWritten} results of this start are kept; "
        + "make room, and start the same command again to do the rest.",
        exception);
}
