using LLaVAction.Annotations;
using LLaVAction.Predictions;

namespace LLaVAction.Tests.Predictions;

public sealed class RealDumpsTests
{
    [SkippableTheory]
    [InlineData("avion_pred_ids_val.json", 0.5765, 0.8277)]
    [InlineData("tim_pred_ids_val.json", 0.6122, 0.8535)]
    public void Llavaction_dumps_have_their_accuracy(string name, double top1, double top5)
    {
        var request = Request();

        using var dump = PredictionDumpReader.Read(RealData.Dump(name), request);

        var ranks = request.Annotations.Clips.Select(clip => dump.Rankings[clip.NarrationId].RankOf(clip.Class)).ToArray();
        Assert.Equal(top1, ranks.Count(rank => rank == 1) / 9668.0, 4);
        Assert.Equal(top5, ranks.Count(rank => rank <= 5) / 9668.0, 4);
        Assert.All(dump.Rankings.Values, ranking => Assert.Equal(40, ranking.Count));
    }

    private static PredictionRequest Request()
    {
        var validation = EpicCsvReader.Read(RealData.Epic("EPIC_100_validation.csv"));
        var train = EpicCsvReader.Read(RealData.Epic("EPIC_100_train_subset.csv"));
        return new PredictionRequest { Annotations = validation, Pool = AnnotationPool.Unite(validation, train) };
    }
}
