using LLaVAction.Models.Recognizers;
using LLaVAction.Testing;

namespace LLaVAction.Models.Tests.Recognizers;

/// <summary>
/// Published checkpoints, where <c>LLAVACTION_TEACHERS</c> names a folder of them (<c>*.pt</c>) beside
/// <c>EPIC_100_train.csv</c> and <c>EPIC_100_validation.csv</c>.
/// </summary>
public sealed class RealTeacherTests
{
    [SkippableFact]
    public void Every_published_classifier_converts()
    {
        var teachers = Environment.GetEnvironmentVariable("LLAVACTION_TEACHERS");
        Skip.If(string.IsNullOrEmpty(teachers), "LLAVACTION_TEACHERS names no folder of AVION checkpoints");
        var files = Directory.GetFiles(teachers, "*.pt");
        Skip.If(files.Length == 0, $"{teachers} holds no .pt file");
        foreach (var file in files)
        {
            using var folder = new TemporaryFolder();
            var made = RecognizerConversion.Run(new RecognizerConversionRequest
            {
                File = file,
                Annotations = [Path.Combine(teachers, "EPIC_100_train.csv"), Path.Combine(teachers, "EPIC_100_validation.csv")],
                Output = folder["out"],
            });

            Assert.Equal((3806, 224, 16), (made.Classes, made.ImageSize, made.Frames));
            Assert.Equal(495, made.Source.TrainingVideos.Count);
            using var opened = RecognizerCheckpoint.Open(folder["out"]);
        }
    }
}
