using System.Diagnostics;
using System.Globalization;
using System.Text;
using LLaVAction.Cpu;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Testing;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Performance.Compute;

/// <summary>Whole questions on a checkpoint of a published shape: loading, vision, answers to one and to several questions about a clip, memory.</summary>
internal static class QuestionBenchmark
{
    /// <summary>A multiple-choice question with its five options and the end of the chat template.</summary>
    private const int QuestionTokens = 110;

    private const long ShardBytes = 5_000_000_000;

    /// <summary>Verb <c>question</c>.</summary>
    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--shape", "--model", "--frames", "--questions", "--rounds", "--threads");
        var frames = options.Number("--frames", 8);
        var questions = options.Number("--questions", 3);
        var rounds = options.Number("--rounds", 3);
        var threads = options.Number("--threads", Environment.ProcessorCount);
        var shape = options.Text("--shape", "0.5b")!;
        using var temporary = new TemporaryFolder();
        var folder = options.Text("--model", null) ?? temporary["model"];
        if (!Directory.Exists(folder))
        {
            Write(folder, shape);
        }

        var fileBytes = Directory.EnumerateFiles(folder, "*.safetensors").Sum(file => new FileInfo(file).Length);
        var load = new Timing();
        IVideoLanguageModel? loaded = null;
        load.Measure(() => loaded = new CpuEngine().LoadModel(folder, new ModelOptions { Threads = threads }));
        using var model = loaded!;
        Timing.Print($"{threads} thread(s), {shape} shape, file {fileBytes / 1e9:F2} GB, loaded in {load.Median:F2} s");

        PromptRequest[] requests = [.. Enumerable.Range(0, questions).Select(index => Question(index, model.Tokenizer))];
        Timing vision = new(), one = new(), all = new();
        var promptTokens = 0;
        for (var round = -1; round < rounds; round++)
        {
            IReadOnlyList<IEncodedClip>? clips = null;
            void Encode() => clips = model.Encode([SyntheticClip.Of(1, frames, 456, 256)], CancellationToken.None);
            Seconds(Encode, round < 0 ? "first, vision" : null, vision);
            using var clip = clips![0];
            int[] indices = [.. Enumerable.Range(0, frames)];
            Seconds(() => promptTokens = Answer(requests[..1]), round < 0 ? "first, one question" : null, one);
            if (questions > 1)
            {
                Seconds(() => Answer(requests), null, all);
            }

            int Answer(PromptRequest[] asked)
                => model.Answer([new PromptGroup(clip, indices, asked)], CancellationToken.None)[0].Answers[0].PromptTokens ?? 0;
        }

        Timing.Print($"{frames} frame(s), {promptTokens} tokens with the question's {QuestionTokens}; medians of {rounds} round(s) after the first");
        Timing.Print($"vision          {vision.Median:F2} s, {vision.Median / frames:F3} s a frame");
        Timing.Print($"one question    {one.Median:F2} s in the language model, {vision.Median + one.Median:F2} s in all");
        if (questions > 1)
        {
            Timing.Print($"{questions} questions     {all.Median:F2} s in the language model, {vision.Median + all.Median:F2} s in all");
            Timing.Print($"ratio           {all.Median / one.Median:F3} in the language model (at most 1.25), {(vision.Median + all.Median) / (vision.Median + one.Median):F3} in all (at most 1.10)");
        }

        using var process = Process.GetCurrentProcess();
        Timing.Print($"peak memory     {process.PeakWorkingSet64 / 1e9:F2} GB ({process.PeakWorkingSet64 / (double)(1L << 30):F2} GiB), {process.PeakWorkingSet64 / (double)fileBytes:F2} of the file, mapped file included");
        return 0;
    }

    /// <summary>The first round is printed as it is and not counted.</summary>
    private static void Seconds(Action action, string? name, Timing timing)
    {
        if (name is null)
        {
            timing.Measure(action);
            return;
        }

        var first = new Timing();
        first.Measure(action);
        Timing.Print($"{name,-20} {first.Median:F2} s");
    }

    private static PromptRequest Question(int index, ITokenizer tokenizer)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{index}"));
        while (tokenizer.Encode(text.ToString()).Count < QuestionTokens)
        {
            text.Append(" a");
        }

        return new PromptRequest($"<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<image>{text}", ["A", "B", "C", "D", "E"], 0);
    }

    private static void Write(string folder, string shape)
    {
        var configuration = shape switch
        {
            "0.5b" => KnownConfigurations.HalfBillion,
            "7b" => KnownConfigurations.SevenBillion,
            _ => throw new ArgumentException($"--shape {shape}: expected 0.5b or 7b.", nameof(shape)),
        };
        RandomCheckpoint.Write(folder, configuration, new RandomCheckpointOptions { ShardBytes = shape == "7b" ? ShardBytes : null });
        foreach (var file in new[] { "vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json" })
        {
            File.Copy(GoldenFolder.PathOf($"tokenizer/tiny/{file}"), Path.Join(folder, file));
        }
    }
}
