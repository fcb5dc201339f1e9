using LLaVAction.Epic;
using LLaVAction.Recognizers;
using LLaVAction.Tests;

namespace LLaVAction.Core.Tests.Recognizers;

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

    [SkippableFact]
    public void Avion_pickle_ranks_as_the_json_of_the_same_recogniser()
    {
        var request = FirstRows(200);
        using var json = PredictionDumpReader.Read(RealData.Dump("avion_pred_ids_val.json"), Request());

        using var dump = PredictionDumpReader.Read(RealData.Dump("avion_first200.pkl"), request);

        Assert.Equal(PredictionFormat.AvionPickle, dump.Format);
        Assert.Equal(200, dump.Rankings.Count);
        AssertSameBest(json, dump, request);
    }

    [SkippableFact]
    public void Tim_pickle_in_an_order_of_its_own_ranks_as_the_json_of_the_same_recogniser()
    {
        var request = FirstRows(200) with { Classes = ClassOrder.Read(RealData.Dump("classes.csv")) };
        using var json = PredictionDumpReader.Read(RealData.Dump("tim_pred_ids_val.json"), Request());

        using var dump = PredictionDumpReader.Read(RealData.Dump("tim_first200_features.pkl"), request);

        Assert.Equal(PredictionFormat.TimPickle, dump.Format);
        Assert.Equal(200, dump.Rankings.Count);
        AssertSameBest(json, dump, request);
    }

    [SkippableFact]
    public void Submission_ranks_as_the_json_of_the_same_recogniser()
    {
        var request = FirstRows(100);
        using var json = PredictionDumpReader.Read(RealData.Dump("tim_pred_ids_val.json"), Request());

        using var dump = PredictionDumpReader.Read(RealData.Dump("submission_first100.json"), request);

        Assert.Equal(PredictionFormat.Submission, dump.Format);
        AssertSameBest(json, dump, request);
    }

    private static void AssertSameBest(PredictionDump expected, PredictionDump actual, PredictionRequest request)
    {
        foreach (var clip in request.Annotations.Clips)
        {
            var best = expected.Rankings[clip.NarrationId].Take(40).Select(action => action.Class).ToArray();
            Assert.Equal(best, actual.Rankings[clip.NarrationId].Take(40).Select(action => action.Class));
            Assert.Equal(best.Length > 0 ? 1 : null, actual.Rankings[clip.NarrationId].RankOf(best[0]));
        }
    }

    private static PredictionRequest FirstRows(int count)
    {
        var request = Request();
        var file = request.Annotations;
        return request with { Annotations = file with { Clips = file.Clips.Take(count).ToArray(), Lines = file.Lines.Take(count).ToArray() } };
    }

    private static PredictionRequest Request()
    {
        var validation = EpicCsvReader.Read(RealData.Epic("EPIC_100_validation.csv"));
        var train = EpicCsvReader.Read(RealData.Epic("EPIC_100_train_subset.csv"));
        return new PredictionRequest { Annotations = validation, Pool = AnnotationPool.Unite(validation, train) };
    }
}
