using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Strategies;

/// <summary>
/// A class is one of its narrations in the pool, drawn by frequency (the paper's <c>Uniform({n_j | c_j = c})</c>, the
/// narrations in its equations (2) and (5)). The generator is keyed by seed, narration id and <c>narrations</c>, forked for
/// the class, so that a class shows the same narration in every strategy of a clip, unless that text is taken there.
/// </summary>
public sealed class DrawnNarrations(DistractorPool pool, long seed) : IClassTexts
{
    /// <inheritdoc/>
    public IClipTexts For(ClipAnnotation clip) => new ClipNarrations(pool, new KeyedRandom(seed, clip.NarrationId, "narrations"));

    private sealed class ClipNarrations(DistractorPool pool, KeyedRandom clipRandom) : IClipTexts
    {
        public DrawnText? Find(ActionClass actionClass, IReadOnlyList<ComparedText> taken)
        {
            var narrations = pool.NarrationsOf(actionClass) ?? throw FixedTexts.NoText(actionClass);
            if (narrations.Texts.Count == 1)
            {
                return taken.HasText(narrations.Texts[0]) ? null : new DrawnText(narrations.Texts[0], WasRedrawn: false);
            }

            var random = clipRandom.Fork(((ulong)actionClass.Verb << 32) | (uint)actionClass.Noun);
            var first = narrations.Draw(random);
            return taken.HasText(first) ? Redraw(narrations, random, taken) : new DrawnText(first, WasRedrawn: false);
        }

        private static DrawnText? Redraw(NarrationTable narrations, KeyedRandom random, IReadOnlyList<ComparedText> taken) =>
            narrations.DrawFree(random, text => !taken.HasText(text)) is { } free
                ? new DrawnText(free, WasRedrawn: true)
                : null;
    }
}
