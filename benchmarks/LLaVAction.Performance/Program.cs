using LLaVAction.Performance;
using LLaVAction.Performance.Compute;

// One verb per benchmark: dotnet run -c Release --project benchmarks/LLaVAction.Performance -- VERB [options]
var benchmarks = new SortedDictionary<string, (Func<string[], int> Run, string Description)>(StringComparer.Ordinal)
{
    ["attention"] = (AttentionBenchmark.Run, "attention of the models' shapes"),
    ["build"] = (BuildBenchmark.Run, "three question sets from CSVs and JSON dumps, with a pandas program for the same work beside it"),
    ["csv"] = (CsvBenchmark.Run, "memory of the tool over an annotation file of two million rows"),
    ["decode"] = (LanguageModelBenchmark.Decode, "one decoding step of the 0.5B shape after 1,600 tokens"),
    ["gemm"] = (GemmBenchmark.Run, "projections of the models' shapes, as a share of the multiply-add peak"),
    ["inference"] = (InferenceSimulation.Run, "simulated coverage of the intervals and level of the tests; with the cluster sizes of an annotation file"),
    ["peak"] = (MachinePeak.Run, "the machine: multiply-adds and copy bandwidth"),
    ["pickle"] = (PickleBenchmark.Run, "read AVION's 294 MB pickle to top-20, against reading the same bytes"),
    ["prefill"] = (LanguageModelBenchmark.Prefill, "prefill of 1,600 tokens, 0.5B shape"),
    ["question"] = (QuestionBenchmark.Run, "loading, vision, one and several questions about a clip, memory"),
    ["recogniser"] = (RecogniserBenchmark.Run, "AVION's ViT over the frames of a clip, on both engines, with PyTorch beside them where a Python is named"),
    ["resize"] = (ResizeBenchmark.Run, "SigLIP preprocessing per frame, with Pillow beside it where a Python is named"),
    ["results"] = (ResultsBenchmark.Run, "100,000 result lines (or --lines 1000000) compared and reported by the tool"),
    ["torch"] = (LLaVAction.Performance.Torch.TorchBenchmark.Run, "the torch stack on a device: vision, prefill and questions of a published shape, beside transformers"),
    ["training"] = (LLaVAction.Performance.Torch.TrainingBenchmark.Run, "an optimizer step of train-model, with PyTorch beside it where a Python is named"),
    ["video"] = (VideoBenchmark.Run, "processor time of clips out of 1080p videos, small chunks and JPEG frames, beside plain ffmpeg, and PyAV where a Python is named"),
    ["vision"] = (VisionBenchmark.Run, "SigLIP so400m-384 on frames"),
};

if (args.Length > 0 && benchmarks.TryGetValue(args[0], out var benchmark))
{
    return benchmark.Run(args[1..]);
}

Console.Error.WriteLine("Benchmarks:");
foreach (var (verb, (_, description)) in benchmarks)
{
    Console.Error.WriteLine($"  {verb,-12} {description}");
}

return 2;
