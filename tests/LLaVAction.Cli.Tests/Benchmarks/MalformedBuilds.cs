namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>Questions that cannot be built as asked, though every file is in order.</summary>
internal static class MalformedBuilds
{
    private static readonly Action<InputFolder> Nothing = static _ => { };

    public static IEnumerable<MalformedInput> All => [.. Options, .. Places];

    private static IEnumerable<MalformedInput> Options =>
    [
        new("one option", "--options 1", [], "from 2 to 26", Nothing, "--options", "1"),
        new("27 options", "--options 27", [], "from 2 to 26", Nothing, "--options", "27"),
        new("more options than ranked classes", "tim.json", ["narration id 'P01_11_0'", "among its 20 ranked classes"], "but 21 are needed for 22 options", Nothing, "--options", "22"),
        new("training from a short ranking", "tim.json", ["narration id 'P01_11_0'", "20 ranked classes", "--protocol training"], "the first 22", Nothing, "--protocol", "training", "--options", "11"),
        new("no row asked for", "--limit 0", [], "of at least 1", Nothing, "--limit", "0"),
        new("rows chosen twice", "--limit", ["--ids", "both given"], "at most one way", folder => folder.Write("ids.txt", "P01_11_0\n"), "--limit", "3", "--ids", "@ids.txt"),
        new("strategy without a dump", "--strategy tim", [], "expected random, or NAME=DUMP", Nothing, "--strategy", "tim"),
        new("strategy with an empty path", "--strategy tim=", [], "expected random, or NAME=DUMP", Nothing, "--strategy", "tim="),
        new("strategy named manifest", "--strategy manifest=", ["'manifest' cannot name a set"], "a-z, 0-9, _ and -", Nothing, "--strategy", "manifest=@tim.json"),
        new("strategy named like a path", "--strategy ../x=", ["'../x' cannot name a set"], "a-z, 0-9, _ and -", Nothing, "--strategy", "../x=@tim.json"),
        new("random from a dump", "--strategy random=", ["'random' cannot name a set"], "neither 'manifest' nor 'random'", Nothing, "--strategy", "random=@tim.json"),
        new("strategy twice", "--strategy tim=", ["the name 'tim' is given twice"], "a name of its own", Nothing, "--strategy", "tim=@tim.json", "--strategy", "tim=@tim.csv"),
        new("provenance of no strategy", "--provenance avion=measured", [], "no --strategy avion=DUMP is given", Nothing, "--provenance", "avion=measured"),
        new("provenance unknown", "--provenance tim=invented", [], "expected NAME=measured or NAME=simulated", Nothing, "--provenance", "tim=invented"),
        new("representation unknown", "--representation", ["keys: expected"], "official-key", Nothing, "--representation", "keys"),
        new("seed no number", "--seed", ["x: expected"], "number", Nothing, "--seed", "x"),
        new("option unknown", "--strategies", [], "Did you mean '--strategy'", Nothing, "--strategies", "random"),
    ];

    private static IEnumerable<MalformedInput> Places =>
    [
        new("ids that are not in the annotations", "ids.txt", ["1 of 2 ids are not in", "P01_11_99"], "val.csv", folder => folder.Write("ids.txt", "P01_11_0\nP01_11_99\n"), "--ids", "@ids.txt"),
        new("ids twice", "ids.txt", ["line 3", "'P01_11_0' comes a second time"], "expected each id once", folder => folder.Write("ids.txt", "P01_11_0\nP01_11_1\nP01_11_0\n"), "--ids", "@ids.txt"),
        new("ids empty", "ids.txt", ["no id found"], "expected one narration id per line", folder => folder.Write("ids.txt", "# none\n\n"), "--ids", "@ids.txt"),
        new("ids not UTF-8", "ids.txt", ["byte 0xFF at offset 9", "not UTF-8"], "Save the file as UTF-8", folder => folder.Write("ids.txt", [.. "P01_11_0\n"u8, 0xFF]), "--ids", "@ids.txt"),
        new("output is a file", "mqa", ["--output", "this is a file"], "expected a folder that does not exist yet", folder => folder.Write("mqa", "mine")),
        new("output exists", "mqa", ["--output", "the folder exists"], "--force", folder => Directory.CreateDirectory(folder["mqa"])),
        new("key texts without class files", "--representation official-key", ["needs the class files"], "--verb-classes and --noun-classes", folder => File.Copy(folder["val.csv"], folder["alone.csv"]),
            "--representation", "official-key", "--verb-classes", "", "--noun-classes", ""),
        new("one class file of two", "verbs.csv", ["found without its partner"], "--noun-classes", Nothing, "--noun-classes", ""),
        new("configuration of an unknown key", "build.yaml", ["'optoins'"], "Did you mean 'options'", folder => folder.Write("build.yaml", "optoins: 4\n"), "--config", "@build.yaml"),
    ];
}
