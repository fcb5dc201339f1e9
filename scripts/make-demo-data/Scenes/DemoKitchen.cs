using System.Globalization;
using LLaVAction.Epic;

namespace LLaVAction.DemoData.Scenes;

/// <summary>
/// The whole synthetic kitchen: which videos there are and what happens in them, drawn from one seed.
/// </summary>
public sealed class DemoKitchen
{
    /// <summary>The seed of everything in <c>data/demo</c>.</summary>
    public const long Seed = 100;

    private const long TrainingSeed = 200;
    private const int ClipsPerVideo = 12;
    private const int TrainRowsPerParticipant = 60;
    private const int FirstTrainingParticipant = 5;

    private DemoKitchen(IReadOnlyList<DemoVideo> videos, IReadOnlyList<ClipAnnotation> train)
    {
        Videos = videos;
        Train = train;
    }

    /// <summary>The videos with their narrated clips, in order of their ids.</summary>
    public IReadOnlyList<DemoVideo> Videos { get; }

    /// <summary>Rows of a train split without videos: they only widen the pool of classes and narrations.</summary>
    public IReadOnlyList<ClipAnnotation> Train { get; }

    /// <summary>Rows of the clips to ask about, in lexical order of their ids, as EPIC-KITCHENS has them.</summary>
    public IReadOnlyList<ClipAnnotation> Validation =>
        [.. Videos.SelectMany(static video => video.Clips).OrderBy(static clip => clip.NarrationId, StringComparer.Ordinal)];

    /// <summary>Draws the kitchen; always the same one.</summary>
    public static DemoKitchen Draw()
    {
        var videos = new List<DemoVideo>();
        var train = new List<ClipAnnotation>();
        for (var participant = 1; participant < FirstTrainingParticipant; participant++)
        {
            var participantId = string.Create(CultureInfo.InvariantCulture, $"P{participant:D2}");
            for (var video = 11; video <= 12; video++)
            {
                videos.Add(DrawVideo(Seed, participantId, string.Create(CultureInfo.InvariantCulture, $"{participantId}_{video}")));
            }

            var trainVideo = string.Create(CultureInfo.InvariantCulture, $"{participantId}_01");
            train.AddRange(DrawClips(Seed, participantId, trainVideo, TrainRowsPerParticipant));
        }

        return new DemoKitchen(videos, [.. train.OrderBy(static clip => clip.NarrationId, StringComparer.Ordinal)]);
    }

    /// <summary>Draws videos to train on: other participants, with kitchens and videos of their own, from another seed.</summary>
    /// <param name="participants">Participants.</param>
    /// <param name="videosEach">Videos of each.</param>
    public static IReadOnlyList<DemoVideo> DrawTraining(int participants, int videosEach) =>
    [
        .. from participant in Enumerable.Range(FirstTrainingParticipant, participants)
           let participantId = string.Create(CultureInfo.InvariantCulture, $"P{participant:D2}")
           from video in Enumerable.Range(101, videosEach)
           select DrawVideo(TrainingSeed, participantId, string.Create(CultureInfo.InvariantCulture, $"{participantId}_{video}")),
    ];

    private static DemoVideo DrawVideo(long seed, string participantId, string videoId)
    {
        var clips = DrawClips(seed, participantId, videoId, ClipsPerVideo);
        var duration = Math.Ceiling(clips[^1].StopSeconds + 1);
        return new DemoVideo(participantId, videoId, duration, clips);
    }

    private static List<ClipAnnotation> DrawClips(long seed, string participantId, string videoId, int count)
    {
        var clips = new List<ClipAnnotation>();
        var time = 0.4;
        for (var index = 0; index < count; index++)
        {
            var random = new KeyedRandom(seed, $"{videoId}_{index}", "clip");
            var action = DrawAction(random);
            var start = Math.Round(time, 2);
            var stop = Math.Round(start + 1.4 + (1.8 * random.NextDouble()), 2);
            clips.Add(Annotate(random, participantId, videoId, index, action, start, stop));

            // Now and then the next clip begins before this one ends, as it does in a third of the real ones.
            time = random.NextInt32(6) == 0 ? start + (0.4 * (stop - start)) : stop + 0.2 + (0.5 * random.NextDouble());
        }

        return clips;
    }

    /// <summary>A class drawn with a long tail: the i-th pair of the vocabulary has weight 1 / (i + 4).</summary>
    private static ActionClass DrawAction(KeyedRandom random)
    {
        var actions = DemoVocabulary.Actions;
        var weights = Enumerable.Range(0, actions.Count).Select(static index => 1.0 / (index + 4)).ToArray();
        var target = random.NextDouble() * weights.Sum();
        for (var index = 0; index < weights.Length; index++)
        {
            target -= weights[index];
            if (target < 0)
            {
                return actions[index];
            }
        }

        return actions[^1];
    }

    private static ClipAnnotation Annotate(
        KeyedRandom random,
        string participantId,
        string videoId,
        int index,
        ActionClass action,
        double start,
        double stop)
    {
        var verb = DemoVocabulary.Verbs[action.Verb];
        var noun = DemoVocabulary.Nouns[action.Noun];
        var phrase = verb.Phrases[random.NextInt32(verb.Phrases.Count)];
        var nouns = new List<int> { action.Noun };
        if (action.Verb <= 1 && random.NextInt32(5) == 0)
        {
            nouns.Add(action.Noun == 1 ? 0 : 1);
        }

        var spoken = string.Join(" and ", nouns.Select(static id => DemoVocabulary.Nouns[id].Spoken));
        return new ClipAnnotation
        {
            NarrationId = string.Create(CultureInfo.InvariantCulture, $"{videoId}_{index}"),
            ParticipantId = participantId,
            VideoId = videoId,
            NarrationSeconds = Math.Round(start + 0.3, 3),
            StartSeconds = start,
            StopSeconds = stop,
            StartFrame = Math.Max(1, (int)Math.Floor(start * 60)),
            StopFrame = (int)Math.Floor(stop * 60),
            Narration = $"{phrase.Replace('-', ' ')} {spoken}",
            Verb = phrase,
            Noun = noun.Key,
            Class = action,
            AllNouns = [.. nouns.Select(static id => DemoVocabulary.Nouns[id].Key)],
            AllNounClasses = nouns,
        };
    }
}

/// <summary>One synthetic video.</summary>
/// <param name="ParticipantId">Participant.</param>
/// <param name="VideoId">Video.</param>
/// <param name="DurationSeconds">Length, in whole seconds.</param>
/// <param name="Clips">Narrated clips in order of time; neighbours may overlap.</param>
public sealed record DemoVideo(string ParticipantId, string VideoId, double DurationSeconds, IReadOnlyList<ClipAnnotation> Clips);
