using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Support;

/// <summary>
/// A real Slurm of one node with four cores, in a folder of its own: munged, slurmctld and slurmd of the system's packages,
/// on ports and sockets that nobody else has.
/// </summary>
internal sealed class SlurmCluster : IDisposable
{
    private static readonly string[] Programs = ["munged", "slurmctld", "slurmd", "sbatch"];
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _environment;

    private SlurmCluster(IReadOnlyDictionary<string, string> environment)
    {
        _environment = new Dictionary<string, string>(environment) { ["SLURM_CONF"] = _folder["slurm.conf"] };
    }

    /// <summary>Why there can be no cluster here; null where there can.</summary>
    public static string? Obstacle =>
        Environment.GetEnvironmentVariable("LLAVACTION_SLURM") != "1" ? "a cluster is started only where LLAVACTION_SLURM is 1; scripts/test.sh sets that"
        : !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess ? "needs root on Linux"
        : Array.Find(Programs, static program => !File.Exists($"/usr/sbin/{program}") && !File.Exists($"/usr/bin/{program}")) is { } missing ? $"needs {missing}"
        : null;

    /// <summary>Starts the daemons and waits until the node takes jobs.</summary>
    /// <param name="largestArray">The site's MaxArraySize: one more than the largest index.</param>
    /// <param name="environment">What jobs find in their environment besides this process's own.</param>
    public static async Task<SlurmCluster> StartAsync(int largestArray, IReadOnlyDictionary<string, string> environment)
    {
        var cluster = new SlurmCluster(environment);
        cluster._folder.Write("slurm.conf", cluster.Configuration(largestArray));
        foreach (var name in new[] { "state", "spool" })
        {
            Directory.CreateDirectory(cluster._folder[name]);
        }

        File.WriteAllBytes(cluster._folder["munge.key"], System.Security.Cryptography.RandomNumberGenerator.GetBytes(128));
        await cluster.RunAsync($"cd '{cluster._folder.FullName}' && chmod 755 . && chmod 400 munge.key && munged --force --socket=$PWD/munge.socket --key-file=$PWD/munge.key --pid-file=$PWD/munge.pid --log-file=$PWD/munge.log --seed-file=$PWD/munge.seed && slurmctld && slurmd -N localhost");
        await cluster.WaitAsync("the node", async () => (await cluster.RunAsync("sinfo --noheader --format=%T")).Trim() == "idle");
        return cluster;
    }

    /// <summary>Runs a line of bash that must end well, and gives what it printed.</summary>
    public async Task<string> RunAsync(string line)
    {
        var result = await Shell.RunAsync(line, _environment);
        Assert.True(result.ExitCode == 0, $"{line}\nexit code {result.ExitCode}: {result.Error}{result.Output}");
        return result.Output;
    }

    /// <summary>Runs a line of bash, however it ends.</summary>
    public Task<CliResult> TryAsync(string line) => Shell.RunAsync(line, _environment);

    /// <summary>Takes the node down with all that runs on it, and up again.</summary>
    public async Task LoseNodeAsync()
    {
        await RunAsync("scontrol update nodename=localhost state=down reason=test");

        // A step has a socket named after the node as long as it lives; jobs must not come back to a node that still has them.
        await WaitAsync("the end of the node's steps", () => Task.FromResult(Directory.GetFiles(_folder["spool"], "localhost_*").Length == 0));
        await RunAsync("scontrol update nodename=localhost state=resume");
    }

    /// <summary>Waits until no job is left. Requeued jobs, which Slurm delays by two minutes, are delayed by three seconds.</summary>
    public Task DrainAsync() => WaitAsync("the queue's end", async () =>
    {
        await TryAsync("""
            for job in $(squeue --noheader --array --states=PENDING --format=%A | sort -u); do
              eligible=$(scontrol show job $job | grep -o 'EligibleTime=[0-9T:-]*' | head -n 1 | cut -d= -f2)
              [ -z "$eligible" ] || [ $(($(date --date="$eligible" +%s) - $(date +%s))) -lt 10 ] || scontrol update jobid=$job starttime=now+3
            done
            """);
        return (await RunAsync("squeue --noheader")).Length == 0;
    });

    /// <summary>Waits for something, for two minutes at most.</summary>
    public async Task WaitAsync(string what, Func<Task<bool>> isThere)
    {
        for (var turn = 0; turn < 600; turn++)
        {
            if (await isThere())
            {
                return;
            }

            await Task.Delay(200);
        }

        var log = File.Exists(_folder["slurmctld.log"]) ? File.ReadAllText(_folder["slurmctld.log"]) : "";
        Assert.Fail($"{what} did not come: {(await TryAsync("squeue; sinfo")).Output}{log[Math.Max(0, log.Length - 3000)..]}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Shell.RunAsync($"cd '{_folder.FullName}' && scancel --user=root; sleep 1; for name in slurmd slurmctld munge; do [ -e $name.pid ] && kill $(cat $name.pid); done; sleep 1", _environment).GetAwaiter().GetResult();
        _folder.Dispose();
    }

    private string Configuration(int largestArray)
    {
        var folder = _folder.FullName;
        return string.Create(CultureInfo.InvariantCulture, $"""
            ClusterName=test
            SlurmctldHost=localhost
            SlurmUser=root
            AuthType=auth/munge
            AuthInfo=socket={folder}/munge.socket
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            MaxArraySize={largestArray}
            ReturnToService=0
            KillWait=2
            MinJobAge=600
            MailProg=/bin/true
            SlurmctldPidFile={folder}/slurmctld.pid
            SlurmdPidFile={folder}/slurmd.pid
            SlurmctldLogFile={folder}/slurmctld.log
            SlurmdLogFile={folder}/slurmd.log
            StateSaveLocation={folder}/state
            SlurmdSpoolDir={folder}/spool
            SlurmctldPort={FreePort()}
            SlurmdPort={FreePort()}
            SlurmdParameters=config_overrides
            NodeName=localhost CPUs=4 State=UNKNOWN
            PartitionName=all Nodes=localhost Default=YES MaxTime=INFINITE State=UP

            """);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
