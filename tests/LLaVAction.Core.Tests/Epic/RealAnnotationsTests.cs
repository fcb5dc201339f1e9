using LLaVAction.Epic;
using LLaVAction.Tests;

namespace LLaVAction.Core.Tests.Epic;

/// <summary>The published files read cleanly and hold what is known of them.</summary>
public sealed class RealAnnotationsTests
{
    [SkippableFact]
    public void Validation_has_its_rows_classes_and_quirks()
    {
        var path = RealData.Epic("EPIC_100_validation.csv");
        var taxonomy = ActionTaxonomy.Find(path, null, null);
        var file = EpicCsvReader.Read(path, taxonomy);

        Assert.Equal(305, taxonomy!.Nouns.Classes.Count);
        Assert.Equal(9668, file.Clips.Count);
        Assert.Equal("P01_11_0 P01_11_1 P01_11_10", string.Join(' ', file.Clips.Take(3).Select(clip => clip.NarrationId)));
        Assert.Equal(2, file.Lines[0]);
        Assert.Equal(70, file.Clips.Count(clip => clip.NarrationSeconds is null));
        Assert.Equal(1602, file.Clips.Count(clip => clip.AllNouns.Count > 1));
        Assert.Equal(1490, file.Clips.Count(clip => clip.Noun.Contains(':', StringComparison.Ordinal)));
        Assert.Equal(41, file.Clips.Count(clip => clip.Narration.EndsWith('.')));
        Assert.Equal(1352, file.Clips.Select(clip => clip.Class).Distinct().Count());
        Assert.All(file.Clips, clip => Assert.Equal(clip.Noun, clip.AllNouns[0]));
    }

    [SkippableFact]
    public void Train_and_validation_make_a_pool_of_2550_classes_in_ordinal_order()
    {
        var validation = EpicCsvReader.Read(RealData.Epic("EPIC_100_validation.csv"));
        var train = EpicCsvReader.Read(RealData.Epic("EPIC_100_train_subset.csv"));

        var pool = AnnotationPool.Unite(validation, train);

        Assert.Equal(25_172, train.Clips.Count);
        Assert.Equal(34_840, pool.Clips.Count);
        Assert.Equal(2550, pool.Classes.Count);
        Assert.Equal("0:0", pool.Classes.TextAt(0));
        Assert.Equal("0:10", pool.Classes.TextAt(2));
        Assert.Contains(train.Clips, clip => clip.Narration.Contains('\'', StringComparison.Ordinal));
    }

    [SkippableFact]
    public void Tail_classes_unseen_participants_and_videos_have_their_counts()
    {
        var clips = EpicCsvReader.Read(RealData.Epic("EPIC_100_validation.csv")).Clips;
        var tail = TailClasses.Read(RealData.Epic("EPIC_100_tail_verbs.csv"), RealData.Epic("EPIC_100_tail_nouns.csv"));
        var unseen = UnseenParticipants.Read(RealData.Epic("EPIC_100_unseen_participant_ids_validation.csv"));
        var videos = VideoInfo.Read(RealData.Epic("EPIC_100_video_info.csv"));

        Assert.Equal((86, 228), (tail.Verbs.Count, tail.Nouns.Count));
        Assert.Equal(3105, clips.Count(clip => tail.IsTail(clip.Class)));
        Assert.Equal(1065, clips.Count(clip => unseen.IsUnseen(clip.ParticipantId)));
        Assert.Equal(700, videos.Count);
        Assert.All(clips, clip => Assert.Contains(clip.VideoId, videos));
    }

    [SkippableFact]
    public void Class_files_of_both_versions_agree_on_the_first_300_nouns()
    {
        var first = ActionTaxonomy.Read(RealData.Epic("EPIC_100_verb_classes.csv"), RealData.Epic("EPIC_100_noun_classes.csv"));
        var second = ClassFile.Read(RealData.Epic("EPIC_100_noun_classes_v2.csv"));

        Assert.Equal((97, 300, 305), (first.Verbs.Classes.Count, first.Nouns.Classes.Count, second.Classes.Count));
        Assert.All(first.Nouns.Classes, entry => Assert.Equal(entry.Key, second.Classes[entry.Id].Key));
        Assert.Equal(0, first.Verbs.Find("pick-up"));
        Assert.Equal("machine:sous:vide", first.NounKey(first.Nouns.Find("machine:sous:vide")!.Value));
    }
}
