using LLaVAction.Runs;
using LLaVAction.Testing;

namespace LLaVAction.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SyntheticRun _run = new(6);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Second_process_with_the_same_settings_joins()
    {
        Join(_run.Record);
        var again = Join(_run.Record with { Configuration = new Dictionary<string, string> { ["threads"] = "1" } });

        Assert.Equal("8,16", again.Record.Configuration["frames"]);
        Assert.Equal(_run.Sets.Select(set => set.Questions.Count), again.ReadQuestions().Select(set => set.Questions.Count));
    }

    [Fact]
    public void Other_settings_are_refused_and_named()
    {
        Join(_run.Record);
        var identity = _run.Record.Identity;
        var other = _run.Record with
        {
            Identity = identity with
            {
                Control = Control.Blind,
                Frames = identity.Frames with { Counts = [8] },
                Model = identity.Model with { Settings = new SortedDictionary<string, string> { ["pooling"] = "average" } },
            },
        };

        var error = Assert.Throws<InputException>(() => Join(other));

        Assert.Contains("--control: the run has \"none\", this command has \"blind\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("--frames: the run has [8,16], this command has [8]", error.Message, StringComparison.Ordinal);
        Assert.Contains("--mm-pooling: the run has \"bilinear\", this command has \"average\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("choose another --output", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_processes_at_once_one_creates_the_record_and_all_agree()
    {
        var records = Enumerable.Range(0, 16)
            .Select(i => _run.Record with { Configuration = new Dictionary<string, string> { ["process"] = i.ToString(System.Globalization.CultureInfo.InvariantCulture) } });

        var joined = await Task.WhenAll(records.Select(record => Task.Run(() => Join(record))));

        Assert.Single(joined.Select(each => each.Record.Configuration["process"]).Distinct());
        Assert.Empty(Directory.GetFiles(_folder.FullName, "*.tmp"));
    }

    [Fact]
    public async Task Of_many_processes_with_different_settings_one_wins_and_the_others_are_refused()
    {
        var identity = _run.Record.Identity;
        var attempts = Enumerable.Range(1, 12)
            .Select(i => _run.Record with { Identity = identity with { MaxNewTokens = i } })
            .Select(record => Task.Run(() => Record.Exception(() => Join(record))));

        var failures = await Task.WhenAll(attempts);

        Assert.Single(failures, failure => failure is null);
        Assert.All(failures.Where(failure => failure is not null), failure => Assert.IsType<InputException>(failure));
    }

    [Fact]
    public void Results_without_a_record_are_refused()
    {
        File.WriteAllText(_folder["results-1of1.jsonl"], "");

        Assert.Contains("no run.json", Assert.Throws<InputException>(() => Join(_run.Record)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Questions_changed_afterwards_are_noticed_and_restored()
    {
        var joined = Join(_run.Record);
        var file = Path.Combine(_folder.FullName, "benchmark", "tim.jsonl");
        File.AppendAllText(file, "{}");

        Assert.Contains("SHA-256", Assert.Throws<InputException>(() => joined.ReadQuestions()).Message, StringComparison.Ordinal);
        Assert.Equal(6, Join(_run.Record).ReadQuestions()[1].Questions.Count);
    }

    [Fact]
    public void A_run_can_be_extended_to_more_questions_and_not_be_cut_to_fewer()
    {
        var fewer = new AskedSet[] { First(_run.Sets[0], 4), First(_run.Sets[1], 4) };
        var benchmark = _run.Record.Identity.Benchmark;
        var small = _run.Record with
        {
            Identity = _run.Record.Identity with
            {
                Benchmark = benchmark with
                {
                    Clips = 4,
                    Sets = [.. benchmark.Sets.Select((set, index) => set with { QuestionsAsked = 4, AskedSha256 = AskedSet.Sha256(fewer[index].ToBytes()) })],
                },
            },
        };
        RunFolder.Join(_folder.FullName, small, fewer, SyntheticRun.Manifest);
        _folder.Write("summary.json", "{}");

        var extended = Join(_run.Record);

        Assert.False(File.Exists(_folder["summary.json"]));
        Assert.Equal([6, 6], RunFolder.Open(_folder.FullName).ReadQuestions().Select(static set => set.Questions.Count));
        Assert.Equal(6, RunFolder.Open(_folder.FullName).Record.Identity.Benchmark.Clips);
        Assert.Equal(6, extended.Record.Identity.Benchmark.Clips);
        Assert.Contains(
            "holds a run of 6 clips, and this command asks about 4, without all of those",
            Assert.Throws<InputException>(() => RunFolder.Join(_folder.FullName, small, fewer, SyntheticRun.Manifest)).Message,
            StringComparison.Ordinal);

        static AskedSet First(AskedSet set, int count) => set with { Questions = [.. set.Questions.Take(count)] };
    }

    [Fact]
    public void More_questions_and_another_setting_are_another_run()
    {
        Join(_run.Record);
        var identity = _run.Record.Identity;
        var other = _run.Record with { Identity = identity with { Control = Control.Blind, Benchmark = identity.Benchmark with { Clips = 7 } } };

        Assert.Contains("--control: the run has", Assert.Throws<InputException>(() => Join(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_that_is_lost_or_another_is_refused()
    {
        var joined = Join(_run.Record);
        var file = _folder["benchmark/manifest.json"];
        Assert.Equal(SyntheticRun.Manifest, File.ReadAllBytes(file));

        File.WriteAllText(file, "{}");
        Assert.Contains("not the manifest of this run's benchmark", Assert.Throws<InputException>(joined.ReadManifest).Message, StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains("not the manifest of this run's benchmark", Assert.Throws<InputException>(joined.ReadManifest).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_of_another_schema_and_one_that_names_a_file_elsewhere_are_refused()
    {
        Join(_run.Record with { SchemaVersion = 7 });
        Assert.Contains("schema_version 7; this version of the tool reads 1", Assert.Throws<InputException>(() => RunFolder.Open(_folder.FullName)).Message, StringComparison.Ordinal);

        var benchmark = _run.Record.Identity.Benchmark;
        _folder.Write("outside.jsonl", "");
        File.WriteAllBytes(_folder["run.json"], RunJson.ToBytes(_run.Record with
        {
            Identity = _run.Record.Identity with { Benchmark = benchmark with { Sets = [benchmark.Sets[0] with { Strategy = "../outside", AskedSha256 = AskedSet.Sha256([]) }] } },
        }));
        Assert.Throws<InputException>(() => RunFolder.Open(_folder.FullName).ReadQuestions());
    }

    [Fact]
    public void Questions_of_the_right_hash_that_are_none_are_refused()
    {
        var benchmark = _run.Record.Identity.Benchmark;
        Join(_run.Record);
        _folder.Write("benchmark/random.jsonl", "{}\n");
        File.WriteAllBytes(_folder["run.json"], RunJson.ToBytes(_run.Record with
        {
            Identity = _run.Record.Identity with { Benchmark = benchmark with { Sets = [benchmark.Sets[0] with { AskedSha256 = AskedSet.Sha256("{}\n"u8.ToArray()) }] } },
        }));

        Assert.Contains("holds a line that is not a question", Assert.Throws<InputException>(() => RunFolder.Open(_folder.FullName).ReadQuestions()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"schema_version\":1}")]
    [InlineData("null")]
    public void Damaged_record_is_an_input_error(string text)
    {
        File.WriteAllText(_folder["run.json"], text);

        Assert.Contains("run.json", Assert.Throws<InputException>(() => RunFolder.Open(_folder.FullName)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_that_is_no_run_is_an_input_error()
    {
        Assert.Throws<InputException>(() => RunFolder.Open(_folder.FullName));
        Assert.Throws<InputException>(() => RunFolder.Open(_folder["missing"]));
    }

    private RunFolder Join(RunRecord record) => RunFolder.Join(_folder.FullName, record, _run.Sets, SyntheticRun.Manifest);
}
