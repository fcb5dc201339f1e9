using LLaVAction.DemoData.Files;
using LLaVAction.DemoData.Rendering;
using LLaVAction.DemoData.Scenes;
using LLaVAction.Testing;

// Makes data/demo. Text files and weights come out the same everywhere; the bytes of the videos depend on the version of
// ffmpeg and x264, which is why they are rendered once and committed.
//   dotnet run --project scripts/make-demo-data -- data/demo [--no-videos]
// Or makes what the demo's models are trained on: videos, their rows, and checkpoints with random weights to start from.
//   dotnet run --project scripts/make-demo-data -- training-kitchen --training
if (args.Contains("--training", StringComparer.Ordinal))
{
    TrainingKitchen.Write(args[0]);
    return 0;
}

var output = args.FirstOrDefault(static argument => !argument.StartsWith('-')) ?? Path.Combine(Repository.Root, "data", "demo");
var kitchen = DemoKitchen.Draw();

AnnotationFiles.Write(kitchen, Path.Combine(output, "annotations"));
Directory.CreateDirectory(Path.Combine(output, "predictions"));
SimulatedDump.Write(kitchen, SimulatedDump.Avion, Path.Combine(output, "predictions", "avion_pred_ids_val.json"));
SimulatedDump.Write(kitchen, SimulatedDump.Tim, Path.Combine(output, "predictions", "tim_pred_ids_val.json"));
DemoCheckpoint.Write(Path.Combine(output, "tiny-random"), Path.Combine(Repository.Root, "tests", "Goldens", "tokenizer", "tiny"));

if (!args.Contains("--no-videos", StringComparer.Ordinal))
{
    foreach (var video in kitchen.Videos)
    {
        var path = Path.Combine(output, "videos", video.ParticipantId, video.VideoId + ".MP4");
        VideoEncoder.Encode(video, VideoFormat.Committed, path);
        Console.Error.WriteLine($"{path}: {video.DurationSeconds} s, {video.Clips.Count} clips");
    }
}

return 0;
