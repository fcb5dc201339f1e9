using System.Diagnostics;
using LLaVAction.DemoData.Files;
using LLaVAction.DemoData.Rendering;
using LLaVAction.DemoData.Scenes;
using LLaVAction.Testing;

namespace LLaVAction.DemoData.Tests;

/// <summary>What is committed under data/demo is what the code makes.</summary>
public sealed class CommittedDemoDataTests
{
    private static readonly string Committed = Path.Combine(Repository.Root, "data", "demo");

    [Fact]
    public void Annotations_predictions_and_weights_are_made_again_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        var kitchen = DemoKitchen.Draw();
        AnnotationFiles.Write(kitchen, Path.Combine(folder.FullName, "annotations"));
        Directory.CreateDirectory(Path.Combine(folder.FullName, "predictions"));
        SimulatedDump.Write(kitchen, SimulatedDump.Avion, Path.Combine(folder.FullName, "predictions", "avion_pred_ids_val.json"));
        SimulatedDump.Write(kitchen, SimulatedDump.Tim, Path.Combine(folder.FullName, "predictions", "tim_pred_ids_val.json"));
        DemoCheckpoint.Write(Path.Combine(folder.FullName, "tiny-random"), Path.Combine(Repository.Root, "tests", "Goldens", "tokenizer", "tiny"));

        var made = Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories).ToArray();

        Assert.NotEmpty(made);
        Assert.All(made, path =>
        {
            var committed = Path.Combine(Committed, Path.GetRelativePath(folder.FullName, path));
            Assert.True(File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(committed)), $"{committed} differs from what the code makes.");
        });
    }

    [SkippableFact]
    public void Committed_videos_show_the_frames_that_the_code_renders()
    {
        Skip.IfNot(HasFfmpeg(), "ffmpeg is not installed.");
        var kitchen = DemoKitchen.Draw();
        var canvas = new Canvas(VideoFormat.Committed.Width, VideoFormat.Committed.Height);
        var rendered = new byte[VideoFormat.Committed.Width * VideoFormat.Committed.Height * 3];

        foreach (var video in kitchen.Videos)
        {
            var decoded = DecodeFrame(Path.Combine(Committed, "videos", video.ParticipantId, video.VideoId + ".MP4"), 75);
            new SceneRenderer(video).Paint(canvas, 75.0 / VideoFormat.Committed.FrameRate);
            canvas.CopyTo(rendered);

            Assert.Equal(rendered.Length, decoded.Length);
            var meanError = rendered.Zip(decoded, static (a, b) => Math.Abs(a - b)).Average();
            Assert.True(meanError < 6, $"{video.VideoId}: frame 75 is {meanError:F1} levels away on average.");
        }
    }

    [Fact]
    public void Validation_has_what_makes_the_real_set_hard()
    {
        var rows = DemoKitchen.Draw().Validation;

        Assert.Contains(rows, static row => row.AllNounClasses.Count > 1);
        Assert.Contains(rows, static row => row.Noun.Contains(':', StringComparison.Ordinal));
        Assert.Contains(rows, row => rows.Any(other =>
            other.VideoId == row.VideoId && other.Class != row.Class
            && other.StartSeconds < row.StopSeconds && row.StartSeconds < other.StopSeconds));
        Assert.Equal(rows.Select(static row => row.NarrationId).Order(StringComparer.Ordinal), rows.Select(static row => row.NarrationId));
    }

    [Fact]
    public void Models_are_trained_on_other_people_videos_and_moments_than_they_are_asked_about()
    {
        var committed = DemoKitchen.Draw();
        var training = DemoKitchen.DrawTraining(participants: 10, videosEach: 2);

        Assert.Empty(training.Select(static video => video.ParticipantId).Intersect(committed.Videos.Select(static video => video.ParticipantId), StringComparer.Ordinal));
        Assert.Equal(20, training.DistinctBy(static video => video.VideoId).Count());
        Assert.Equal(20, training.DistinctBy(static video => string.Join(',', video.Clips.Select(static clip => clip.StartSeconds))).Count());
        Assert.Equal(DemoVocabulary.Verbs.Count, training.SelectMany(static video => video.Clips).Select(static clip => clip.Class.Verb).Distinct().Count());
    }

    private static byte[] DecodeFrame(string path, int frame)
    {
        string[] arguments =
        [
            "-v", "error", "-i", path, "-vf", FormattableString.Invariant($"select=eq(n\\,{frame})"), "-frames:v", "1",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-",
        ];
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        using var pixels = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(pixels);
        process.WaitForExit();
        return pixels.ToArray();
    }

    private static bool HasFfmpeg() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(static folder => File.Exists(Path.Combine(folder, "ffmpeg")));
}
