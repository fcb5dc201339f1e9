using LLaVAction.Benchmarks;

// One verb per benchmark: dotnet run -c Release --project benchmarks/LLaVAction.Benchmarks -- VERB [options]
var benchmarks = new SortedDictionary<string, (Func<string[], int> Run, string Description)>(StringComparer.Ordinal)
{
    ["pickle"] = (PickleBenchmark.Run, "read AVION's 294 MB pickle to top-20, against reading the same bytes"),
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
