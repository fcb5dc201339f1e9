using LLaVAction.Epic;

namespace LLaVAction.Recognizers.Writing;

/// <summary>How often the truth is among the best classes of a dump: actions, and verbs and nouns by the sums of their actions.</summary>
public static class DumpAccuracy
{
    /// <summary>Top-1 and top-5 by group: <c>action</c>, <c>verb</c>, <c>noun</c>, and the actions of <c>tail</c> and <c>unseen</c> clips.</summary>
    /// <param name="scored">The clips and their scores.</param>
    /// <param name="tail">The rare classes; null where their lists are not at hand.</param>
    /// <param name="unseen">The participants that training never shows; null where the list is not at hand.</param>
    public static IReadOnlyDictionary<string, TopAccuracy> Of(ScoredClips scored, TailClasses? tail, UnseenParticipants? unseen)
    {
        ArgumentNullException.ThrowIfNull(scored);
        var groups = new OrderedDictionary<string, Tally>(StringComparer.Ordinal);
        var places = scored.Classes.Select(static (action, column) => (action, column)).ToDictionary(static item => item.action, static item => item.column);
        var logits = new float[scored.Classes.Count];
        var probabilities = new float[logits.Length];
        for (var row = 0; row < scored.Clips.Count; row++)
        {
            var clip = scored.Clips[row];
            scored.Read(row, logits, probabilities);
            var rank = places.TryGetValue(clip.Class, out var place) ? RankOf(Array.ConvertAll(probabilities, static score => (double)score), place) : int.MaxValue;
            Add("action", rank);
            Add("verb", RankOf(DumpWriter.Sums(probabilities, column => scored.Classes[column].Verb), clip.Class.Verb));
            Add("noun", RankOf(DumpWriter.Sums(probabilities, column => scored.Classes[column].Noun), clip.Class.Noun));
            if (tail?.IsTail(clip.Class) == true)
            {
                Add("tail action", rank);
            }

            if (unseen?.IsUnseen(clip.ParticipantId) == true)
            {
                Add("unseen action", rank);
            }
        }

        return new OrderedDictionary<string, TopAccuracy>(groups.Select(static group => KeyValuePair.Create(group.Key, group.Value.Accuracy)), StringComparer.Ordinal);

        void Add(string group, int rank)
        {
            groups.TryAdd(group, new Tally());
            groups[group].Add(rank);
        }
    }

    // 1-based; the lower place wins among equals.
    private static int RankOf(double[] scores, int place)
    {
        if (place >= scores.Length)
        {
            return int.MaxValue;
        }

        var rank = 1;
        for (var i = 0; i < scores.Length; i++)
        {
            rank += scores[i] > scores[place] || (scores[i] == scores[place] && i < place) ? 1 : 0;
        }

        return rank;
    }

    private sealed class Tally
    {
        private int _clips;
        private int _first;
        private int _five;

        public TopAccuracy Accuracy => new(100.0 * _first / _clips, 100.0 * _five / _clips, _clips);

        public void Add(int rank)
        {
            _clips++;
            _first += rank == 1 ? 1 : 0;
            _five += rank <= 5 ? 1 : 0;
        }
    }
}
